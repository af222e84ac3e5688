"""The Workers of an environment, the main one and its companions: everything that is made around one script."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pulumi

from components.arguments import plain, plain_one
from components.cloudflare import Binding
from components.durable_objects import DurableObjects
from components.migrations import Step, history
from components.routes import Routes
from components.schedules import Schedules
from components.secret_contract import SecretContract
from components.tail import Tail
from components.worker_code import BundleArgs, WorkerCode
from headworks.facts import ScriptFacts
from headworks.model.environment import Companion, Worker

C = TypeVar("C")


class Make(Protocol):
    """Makes a component beneath the environment; the account and whether it is production are among its arguments already."""

    def __call__(
        self, component: Callable[[str, Any, pulumi.ResourceOptions | None], C], role: str, **args: Any
    ) -> C: ...


@dataclass(frozen=True, kw_only=True)
class DeployedWorker:
    """A Worker with what was made around it."""

    declared: Companion
    """With an empty key for the main Worker."""
    script_name: pulumi.Output[str]
    """Known once the script is uploaded."""
    bindings: Sequence[Binding]
    """All of them, sorted by name."""
    steps: Sequence[Step]
    """The history of its Durable Object migrations."""

    @property
    def is_uploaded_here(self) -> bool:
        """Else wrangler uploads it, and makes with it what needs the script to exist."""
        return self.declared.worker.code.owner == "pulumi"


def in_order(workers: Iterable[Companion]) -> list[Companion]:
    """Each Worker after those that it binds or sends its logs to: their scripts must exist when it is uploaded.

    Raises pulumi.RunError when they go round in a circle.
    """
    by_script = {each.worker.name: each for each in workers}
    needs = {name: _named_scripts(each.worker) & by_script.keys() - {name} for name, each in by_script.items()}
    try:
        return [by_script[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise pulumi.RunError(
            f"the Workers bind each other in a circle ({circle}), so none of them could be uploaded first. "
            "Take one of the bindings under `services` or `tail_consumers` out, and let that Worker use a route instead."
        ) from error


def _named_scripts(worker: Worker) -> set[str]:
    return {*worker.services.values(), *worker.tail_consumers}


def read_bundle(worker: Worker, directory: Path) -> BundleArgs | None:
    """The built code, when the stack uploads it. Read before anything is registered: a missing file stops the program at once."""
    code = worker.code
    if code.owner != "pulumi" or code.main is None:
        return None
    try:
        content = (directory / code.main).read_text()
    except FileNotFoundError as error:
        raise pulumi.RunError(
            f"{code.main}: there is no such file beside the program, so there is no code of {worker.name} to upload. "
            "Build the app, or correct `worker.code.main`."
        ) from error
    return {"main": code.main, "content": content}


def deploy(
    make: Make,
    declared: Companion,
    *,
    facts: ScriptFacts,
    bundle: BundleArgs | None,
    bound: Sequence[Binding],
    before: Iterable[DeployedWorker],
    routes_enabled: bool,
) -> DeployedWorker:
    """Make what surrounds one script, and the script itself if the stack uploads it.

    `bound` are its bindings to resources of the environment; `before` are the Workers that were made already.
    """
    worker, prefix = declared.worker, f"{declared.key}-" if declared.key else ""
    of_script = {"script_name": worker.name, "owner": worker.code.owner}
    steps = history(worker.migrations)
    scripts = {each.declared.worker.name: each.script_name for each in before}

    durable_objects = make(
        DurableObjects,
        f"{prefix}durable-objects",
        **of_script,
        classes=worker.durable_objects,
        migrations=steps,
        live_tag=facts.migration_tag,
        live_annotation=facts.annotation,
    )
    secrets = make(
        SecretContract,
        f"{prefix}secrets",
        script_name=worker.name,
        names=declared.secrets,
        present=facts.secrets,
    )
    if worker.tail_consumers:
        make(Tail, f"{prefix}tail", **of_script, consumers=worker.tail_consumers)
    bindings = sorted(
        [*bound, *durable_objects.worker_bindings, *secrets.worker_bindings, *_own_bindings(worker, scripts)],
        key=lambda binding: str(binding["name"]),
    )
    code = make(
        WorkerCode,
        f"{prefix}code",
        **of_script,
        **_settings(worker),
        **_code(worker, bundle),
        **({} if durable_objects.annotation is None else {"ledger_annotation": durable_objects.annotation}),
        bindings=bindings,
        tail_consumers=[scripts.get(name, name) for name in worker.tail_consumers],
    )
    of_deployed = of_script | {"deployed_script": code.script_name}
    make(Schedules, f"{prefix}schedules", **of_deployed, crons=worker.crons)
    make(Routes, f"{prefix}routes", **of_deployed, enabled=routes_enabled, routes=plain(declared.routes))
    return DeployedWorker(declared=declared, script_name=code.script_name, bindings=bindings, steps=steps)


def _own_bindings(worker: Worker, scripts: Mapping[str, pulumi.Output[str]]) -> Iterator[Binding]:
    """What the Worker is told by itself: variables, other Workers, rate limits."""
    for name, text in worker.vars.items():
        yield {"type": "plain_text", "name": name, "text": text}
    for name, service in worker.services.items():
        # Unsaid, the environment is filled in by a refresh, and the next up uploads again.
        yield {
            "type": "service",
            "name": name,
            "service": scripts.get(service, service),
            "environment": "production",
        }
    for limit in worker.rate_limits:
        yield {
            "type": "ratelimit",
            "name": limit.binding,
            "namespace_id": limit.namespace_id,
            "simple": {"limit": limit.limit, "period": limit.period},
        }


def _code(worker: Worker, bundle: BundleArgs | None) -> dict[str, Any]:
    """What the stack uploads, or where wrangler starts; nothing when the app alone knows."""
    if bundle is not None:
        return {"bundle": bundle}
    return {} if worker.code.main is None else {"main": worker.code.main}


def _settings(worker: Worker) -> dict[str, Any]:
    settings = {
        "compatibility_date": worker.compatibility_date,
        "compatibility_flags": worker.compatibility_flags,
        "observability": plain_one(worker.observability),
        "logpush": worker.logpush,
        "workers_dev": worker.workers_dev,
        "preview_urls": worker.preview_urls,
        "cpu_ms": worker.cpu_ms,
        "rollback_to": worker.rollback_to,
    }
    return {key: value for key, value in settings.items() if value is not None}
