"""Things whose names this stack claims, though no `up` of it made them.

A name is claimed by the environment whose own name for a thing of the kind it is, or extends by `-` or `_` and more: the
longest such name decides, so that `exports-queue-staging-old` is staging's and not production's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.drift.looks.routing import zone_ids
from headworks.facts.account import AccountReader
from headworks.facts.live import platform, queues, storage, workers
from headworks.model.naming import public_name


@dataclass(frozen=True)
class _Claim:
    kind: str
    names: str
    """What the environment's names call the kind."""
    resource: tuple[str, str]
    """Type of resource, and the output with its name."""
    present: Callable[[Deployed, AccountReader], Collection[str]]
    also: Callable[[Deployed], Iterable[str]] = lambda _: ()
    """Those that wrangler makes for the stack."""

    def look(self, deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
        owned = {*deployed.values(*self.resource), *self.also(deployed)}
        environment = deployed.environment
        ours = {*environment["names"][self.names], *environment["declaredNames"][self.names]}
        others = {
            name
            for sibling in environment["siblings"]
            if sibling["accountId"] == deployed.account_id
            for name in sibling["names"][self.names]
        }
        for name in sorted(self.present(deployed, account)):
            if name not in owned and claimed(name, ours, others):
                yield _unowned(self.kind, name)


def claimed(name: str, ours: Collection[str], others: Collection[str]) -> bool:
    """Whether a name is one of ours, or nearer to one of ours than to one of the others."""
    near = [each for each in (*ours, *others) if name == each or name.startswith((f"{each}-", f"{each}_"))]
    return bool(near) and max(near, key=len) in ours


def _unowned(kind: str, name: str) -> Difference:
    return Difference(How.UNOWNED, kind, name, "its name is this stack's, and no `up` of it made it")


def _buckets(deployed: Deployed, account: AccountReader) -> Collection[str]:
    jurisdictions = {"default", deployed.environment["jurisdiction"]}
    return {name for each in jurisdictions for name in storage.buckets(account, each)}


def _workflows_of_wrangler(deployed: Deployed) -> Iterator[str]:
    for each in deployed.all("WorkflowSet"):
        yield from (workflow["name"] for workflow in each.inputs["workflows"])


_CLAIMS = (
    _Claim("worker", "scripts", ("WorkersScript", "scriptName"), lambda _, account: workers.scripts(account), lambda deployed: deployed.scripts_of_wrangler),
    _Claim("bucket", "buckets", ("R2Bucket", "name"), _buckets),
    _Claim("kv-namespace", "kvNamespaces", ("WorkersKvNamespace", "title"), lambda _, account: storage.kv_namespaces(account)),
    _Claim("database", "databases", ("D1Database", "name"), lambda _, account: storage.databases(account)),
    _Claim("queue", "queues", ("Queue", "queueName"), lambda _, account: queues.queues(account)),
    _Claim("workflow", "workflows", ("Workflow", "workflowName"), lambda _, account: queues.workflows(account), _workflows_of_wrangler),
    _Claim("hyperdrive", "hyperdrives", ("Hyperdrive", "name"), lambda _, account: storage.hyperdrives(account)),
    _Claim("dispatch-namespace", "dispatchNamespaces", ("WorkersForPlatformsDispatchNamespace", "name"), lambda _, account: platform.dispatch_namespaces(account)),
    _Claim("pages-project", "pagesProjects", ("PagesProject", "name"), lambda _, account: platform.pages_projects(account)),
)  # fmt: skip


def _public(
    kind: str,
    type_: str,
    present: Callable[[Deployed, AccountReader], dict[str, str]],
    deployed: Deployed,
    account: AccountReader,
) -> Iterator[Difference]:
    """Of what people meet by name: it begins with the system and the stack."""
    prefix = public_name(deployed.environment["system"], deployed.environment["stack"], "")
    owned = deployed.ids(type_)
    for id_, name in sorted(present(deployed, account).items(), key=lambda each: each[1]):
        if id_ not in owned and name.startswith(prefix):
            yield _unowned(kind, name)


def _healthchecks(deployed: Deployed, account: AccountReader) -> dict[str, str]:
    zones = zone_ids(deployed, account).values()
    return {id_: name for zone in zones for id_, name in platform.healthchecks(account, zone).items()}


LOOKS = (
    *(Look(f"names of a {claim.kind}", claim.look) for claim in _CLAIMS),
    Look(
        "names of notifications",
        partial(_public, "notification", "NotificationPolicy", lambda _, account: {str(each.id): name for name, each in platform.notification_policies(account).items()}),
    ),
    Look("names of webhooks", partial(_public, "webhook", "NotificationPolicyWebhooks", lambda _, account: dict(platform.webhooks(account)))),
    Look("names of healthchecks", partial(_public, "healthcheck", "Healthcheck", _healthchecks)),
)  # fmt: skip
