"""Names that are taken: what a preview plans to create, although the account has it already.

The provider finds out in the middle of a deployment. For a bucket it first tries again for three minutes, and a script, a
Workflow, a custom domain or a route it takes over without a word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headworks.checks.check import Finding, State
from headworks.checks.looking import read_each
from headworks.facts.account import AccountReader, UnreadableError
from headworks.facts.live import platform, queues, routing, storage, workers
from headworks.facts.live.stand_in import is_stand_in

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What a preview says for a value that it does not know."""


@dataclass(frozen=True)
class PlannedResource:
    """A resource that a preview would create."""

    urn: str
    type: str
    """Token, such as `cloudflare:index/r2Bucket:R2Bucket`."""
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class TakenName:
    """What was found about the name of a planned resource: that it is taken, or that nobody could tell."""

    urn: str
    finding: Finding


def planned(steps: Sequence[Mapping[str, Any]]) -> list[PlannedResource]:
    """What the steps of a preview (`steps` of its JSON) would create, as far as names are concerned."""
    created = [step["newState"] for step in steps if step["op"] == "create"]
    return [
        PlannedResource(state["urn"], state["type"], state.get("inputs") or {})
        for state in created
        if _kind(state["type"]) in _NAMED
    ]


def taken(account: AccountReader, resources: Sequence[PlannedResource]) -> list[TakenName]:
    """Those of the resources whose names are not free, or could not be looked up. Empty: they are free."""
    named = [resource for resource in resources if _kind(resource.type) in _NAMED]
    found = read_each(lambda index: _look(account, named[index]), range(len(named)))
    return [TakenName(named[index].urn, finding) for index, finding in found.items() if finding.state is not State.HELD]


def _look(account: AccountReader, resource: PlannedResource) -> Finding:
    rule = _NAMED[_kind(resource.type)]
    inputs = resource.inputs
    unknown = [key for key in (rule.key, *rule.also) if inputs.get(key) in (None, _UNKNOWN)]
    if unknown:
        return Finding.not_verified(f"The preview does not know its {', '.join(unknown)}.")
    where = account.of_account(str(inputs.get("accountId", account.account_id)))
    try:
        is_taken = rule.is_taken(where, inputs)
    except UnreadableError as error:
        return Finding.not_verified(f"Whether the {rule.noun} {inputs[rule.key]} is there cannot be read: {error}.")
    if is_taken:
        return Finding.missing(
            f"The account has the {rule.noun} {inputs[rule.key]} already, and this stack did not make it. "
            "Take it over with `pulumi import`, or choose another name."
        )
    return Finding.held(f"{inputs[rule.key]} is free.")


def _kind(token: str) -> str:
    return token.rpartition(":")[2]


@dataclass(frozen=True)
class _Named:
    """A type of resource with a name that only one can have."""

    noun: str
    key: str
    """The input that has the name."""
    is_taken: Callable[[AccountReader, Mapping[str, Any]], bool]
    also: tuple[str, ...] = ()
    """Other inputs without which nobody can tell."""


def _script_is_taken(account: AccountReader, inputs: Mapping[str, Any]) -> bool:
    """The draft that `headworks secrets put` made is ours, and so is what the ledger uploaded before the code."""
    if inputs["scriptName"] not in workers.scripts(account):
        return False
    return not is_stand_in(workers.modules(account, inputs["scriptName"]) or [])


def _record_is_taken(account: AccountReader, inputs: Mapping[str, Any]) -> bool:
    """A CNAME stands alone, whatever it leads to; other records of one host differ in type or content."""
    return any(
        "CNAME" in (record.type, inputs["type"])
        or (record.type, record.content) == (inputs["type"], inputs.get("content"))
        for record in routing.records(account, inputs["zoneId"], inputs["name"])
        if record.type in {"A", "AAAA", "CNAME"}
    )


_NAMED: Mapping[str, _Named] = {
    "R2Bucket": _Named(
        "bucket",
        "name",
        lambda account, inputs: (
            storage.bucket(account, inputs["name"], inputs.get("jurisdiction") or "default") is not None
        ),
    ),
    "WorkersKvNamespace": _Named(
        "KV namespace", "title", lambda account, inputs: inputs["title"] in storage.kv_namespaces(account)
    ),
    "D1Database": _Named("D1 database", "name", lambda account, inputs: inputs["name"] in storage.databases(account)),
    "HyperdriveConfig": _Named(
        "Hyperdrive configuration", "name", lambda account, inputs: inputs["name"] in storage.hyperdrives(account)
    ),
    "Queue": _Named("queue", "queueName", lambda account, inputs: inputs["queueName"] in queues.queues(account)),
    "Workflow": _Named(
        "Workflow", "workflowName", lambda account, inputs: inputs["workflowName"] in queues.workflows(account)
    ),
    "WorkersScript": _Named("Worker", "scriptName", _script_is_taken),
    "WorkersForPlatformsDispatchNamespace": _Named(
        "dispatch namespace", "name", lambda account, inputs: inputs["name"] in platform.dispatch_namespaces(account)
    ),
    "PagesProject": _Named(
        "Pages project", "name", lambda account, inputs: inputs["name"] in platform.pages_projects(account)
    ),
    "WorkersCustomDomain": _Named(
        "custom domain", "hostname", lambda account, inputs: inputs["hostname"] in routing.custom_domains(account)
    ),
    "WorkersRoute": _Named(
        "route",
        "pattern",
        lambda account, inputs: inputs["pattern"] in routing.routes(account, inputs["zoneId"]),
        also=("zoneId",),
    ),
    "DnsRecord": _Named("DNS record", "name", _record_is_taken, also=("zoneId", "type")),
}
"""By type."""
