"""Comments of a rendered configuration: who owns each value, and where it is changed."""

from headworks.outputs import StackOutputs
from headworks.outputs.workers import CompanionOutput
from headworks.render.previews import identity
from headworks.wrangler import Configuration

MARK = "Written by `headworks render "
"""How the first line of such a file begins."""

_ANY, _PULUMI, _WRANGLER = "any", "pulumi", "wrangler"

_REMARKS: dict[str, dict[str, str]] = {
    "name": {_ANY: "The stack's names, dates, flags and settings."},
    "main": {
        _PULUMI: "The bundle that the stack uploads.",
        _WRANGLER: "The app's entry point, which `wrangler deploy` builds from and uploads.",
    },
    "routes": {
        _PULUMI: "The stack makes the routes and their DNS records.",
        _WRANGLER: "`wrangler deploy` makes the routes; their DNS records are the stack's.",
    },
    "triggers": {
        _PULUMI: "The stack sets the schedules, in UTC.",
        _WRANGLER: "`wrangler deploy` sets the schedules, in UTC.",
    },
    "observability": {_ANY: "What is recorded: the stack's decision."},
    "tail_consumers": {_ANY: "The scripts that get the logs: the stack's decision."},
    "vars": {_ANY: "The stack's values. What is set in the dashboard is lost with the next upload."},
    "secrets": {_ANY: "Names. `headworks secrets put {stack} NAME` brings a value to the account, which alone has it."},
    "durable_objects": {_ANY: "Classes that the code exports."},
    "migrations": {
        _PULUMI: "The stack's history, to which steps are only added; the stack sends those that are new.",
        _WRANGLER: "The stack's history, to which steps are only added; `wrangler deploy` sends those that are new.",
    },
    "kv_namespaces": {_ANY: "Made by the stack."},
    "r2_buckets": {_ANY: "Made by the stack, with their CORS, lifecycle and lock rules."},
    "d1_databases": {
        _ANY: "Made by the stack, which applies what is in `migrations_dir`: `wrangler d1 migrations apply` is for --local."
    },
    "hyperdrive": {_ANY: "Made by the stack; the password is in the account alone."},
    "queues": {
        _PULUMI: "The stack makes the queues, the dead letter queues and the consumers. Times are in seconds.",
        _WRANGLER: "The stack makes the queues and the dead letter queues; `wrangler deploy` attaches the consumers. Times are in seconds.",
    },
    "workflows": {
        _PULUMI: "The stack makes the Workflows; the code exports their classes.",
        _WRANGLER: "`wrangler deploy` makes the Workflows; the code exports their classes.",
    },
    "services": {_ANY: "Other Workers of the system."},
    "dispatch_namespaces": {_ANY: "Made by the stack; the Workers in it are deployed by themselves."},
    "ratelimits": {_ANY: "Limits of one namespace_id share their counters in the whole account."},
}
"""Option → what is said above it, by the owner of the code."""


def head(outputs: StackOutputs, deployed: CompanionOutput, *, has_previews: bool) -> tuple[str, ...]:
    """What the file is, and what may be done with it."""
    environment = outputs.environment
    lines = [
        f"{MARK}{environment.stack}` from the outputs of {environment.system}; `--check` finds what is changed by hand.",
        f"To change it, edit Pulumi.yaml or Pulumi.{environment.stack}.yaml of {environment.system}, bring the stack up, and render again.",
    ]
    if deployed.worker.owner == "pulumi":
        lines.append(
            "For `wrangler dev` and `wrangler types` only: the stack uploads the code, so do not `wrangler deploy` it."
        )
    if any(not route.enabled for route in deployed.routes):
        lines.append("The environment keeps the Worker off its routes (routes_enabled: false), so there are none here.")
        if deployed.worker.owner == "wrangler":
            lines.append("`wrangler deploy` makes none, but takes none away: those that are there are removed by hand.")
    if environment.production and not has_previews and any(identity(each) for each in deployed.bindings):
        lines.append(
            "Never `wrangler dev --remote`: it would work on these very data. `--preview STACK` names others for it."
        )
    return tuple(lines)


def remarks(stack: str, configuration: Configuration, *, owner: str) -> dict[str, tuple[str, ...]]:
    """What is said above each option that the configuration has."""
    return {
        option: (texts.get(_ANY, texts.get(owner, "")).format(stack=stack),)
        for option, texts in _REMARKS.items()
        if option in configuration.model_fields_set
    }
