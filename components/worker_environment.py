"""One environment of a Workers system: everything that its stack creates."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, TypeVar

import pulumi

from components.alerts import Alerts
from components.arguments import plain, plain_one
from components.bindings import MAIN
from components.buckets import BucketSet
from components.component import Component
from components.databases import Databases
from components.dispatch_platform import DispatchPlatform
from components.documents import documents
from components.environment_inputs import environment_inputs
from components.healthchecks import Healthchecks
from components.hyperdrives import Hyperdrives
from components.kv_namespaces import KvNamespaces
from components.pages_site import PagesSite
from components.parts import Parts
from components.physical_names import PhysicalNames
from components.schema_files import SchemaFile, read_schema_files
from components.work_queue import WorkQueue
from components.workers import DeployedWorker, deploy, in_order, read_bundle
from components.workflows import WorkflowSet
from components.zone_settings import ZoneSettings
from headworks.facts import Facts
from headworks.model.environment import Bucket, Database, Environment, Queue

if TYPE_CHECKING:
    from headworks.evidence.waivers import Waiver

C = TypeVar("C")


class WorkerEnvironmentArgs(TypedDict):
    environment: Environment
    facts: Facts
    directory: Path
    """The folder of the program; the paths of bundles and schemas are relative to it."""
    waivers: NotRequired["Sequence[Waiver]"]
    """Those of the stack. Every component beneath states its own among its inputs, for the policies."""


class WorkerEnvironment(Component):
    """The Workers of a system with all that they bind, what leads to them, and what watches them.

    It decides nothing: names and limits come resolved from the model, and whether they are right is for the policies to say.
    """

    outputs: dict[str, Any]
    """The documents that `headworks.outputs.StackOutputs` describes."""

    def __init__(self, name: str, args: WorkerEnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        environment, facts, directory = args["environment"], args["facts"], args["directory"]
        order = in_order(environment.workers)
        bundles = {each.key: read_bundle(each.worker, directory) for each in order}
        migrations = {
            each.binding: read_schema_files(directory, each.migrations_dir)
            for each in environment.databases
            if each.migrations_dir is not None
        }
        inputs = environment_inputs(environment, facts)
        super().__init__("headworks:index:WorkerEnvironment", name, inputs, opts, args.get("waivers", ()))
        self._name, self._environment = name, environment

        PhysicalNames(f"{name}-names", environment, pulumi.ResourceOptions(parent=self))
        parts = self._parts(migrations)
        workers: dict[str, DeployedWorker] = {}
        for each in order:
            workers[each.key] = deploy(
                self._make,
                each,
                facts=facts.scripts[each.worker.name],
                bundle=bundles[each.key],
                bound=parts.bindings_of(each.key),
                before=workers.values(),
                routes_enabled=environment.routes_enabled,
            )
        self._attach(parts, workers)
        self._surround(parts)

        self.outputs = documents(environment, parts, workers)
        # The documents are the stack's: beside the inputs, `environment` would mean two things.
        self.register_outputs({})

    def _make(self, component: Callable[[str, Any, pulumi.ResourceOptions | None], C], role: str, **args: Any) -> C:
        """A component beneath this one. Every one of them takes the account and whether it is production."""
        environment = self._environment
        common = {"account_id": environment.account_id, "production": environment.production}
        return component(f"{self._name}-{role}", common | args, pulumi.ResourceOptions(parent=self))

    def _make_for(
        self, things: Any, component: Callable[[str, Any, pulumi.ResourceOptions | None], C], role: str, **args: Any
    ) -> C | None:
        """The same, if the environment has such things."""
        return self._make(component, role, **args) if things else None

    def _parts(self, migrations: Mapping[str, list[SchemaFile]]) -> Parts:
        environment, make, make_for = self._environment, self._make, self._make_for
        queues = {queue.key: make(WorkQueue, queue.key, **_queue(queue, environment)) for queue in environment.queues}
        buckets = [_bucket(bucket, queues) for bucket in environment.buckets]
        databases = [_database(database, migrations) for database in environment.databases]
        namespaces = plain(environment.kv_namespaces)
        workflows, hyperdrives = plain(environment.workflows), plain(environment.hyperdrives)
        platform = plain_one(environment.platform) if environment.platform else None
        checks = plain(environment.healthchecks)
        script = environment.worker.name
        return Parts(
            queues=queues,
            buckets=make(BucketSet, "buckets", buckets=buckets),
            kv_namespaces=make(KvNamespaces, "kv-namespaces", namespaces=namespaces),
            databases=make(Databases, "databases", databases=databases),
            workflows=make_for(workflows, WorkflowSet, "workflows", workflows=workflows),
            hyperdrives=make_for(hyperdrives, Hyperdrives, "hyperdrives", hyperdrives=hyperdrives),
            platform=make_for(platform, DispatchPlatform, "platform", platform=platform, script_name=script),
            healthchecks=make_for(checks, Healthchecks, "healthchecks", healthchecks=checks),
            sites={site.key: make(PagesSite, f"{site.key}-site", **plain_one(site)) for site in environment.pages},
        )

    def _attach(self, parts: Parts, workers: Mapping[str, DeployedWorker]) -> None:
        """Make what needs both a part and a script that is there; wrangler makes it with an upload of its own."""
        for queue in self._environment.queues:
            if queue.consumer and workers[queue.consumer.worker or MAIN].is_uploaded_here:
                declared = queue.dead_letter_queue.queue if queue.dead_letter_queue else None
                parts.queues[queue.key].attach_consumer(
                    workers[queue.consumer.worker or MAIN].script_name,
                    parts.queues[declared].queue_name if declared else None,
                )
        for key, worker in workers.items():
            if parts.workflows and worker.is_uploaded_here:
                parts.workflows.attach(key, worker.script_name)

    def _surround(self, parts: Parts) -> None:
        """What belongs to the system and nothing else depends on."""
        environment = self._environment
        zones, alerts = plain(environment.zones), plain(environment.alerts)
        self._make_for(zones, ZoneSettings, "zone-settings", zones=zones)
        self._make_for(
            alerts,
            Alerts,
            "alerts",
            destinations=plain(environment.destinations),
            alerts=alerts,
            healthcheck_ids=parts.healthchecks.ids if parts.healthchecks else {},
        )


def _database(database: Database, migrations: Mapping[str, list[SchemaFile]]) -> Any:
    files = {"migrations": migrations[database.binding]} if database.binding in migrations else {}
    return plain_one(database) | files


def _bucket(bucket: Bucket, queues: Mapping[str, WorkQueue]) -> Any:
    notifications = [plain_one(each) | {"queue_id": queues[each.queue].queue_id} for each in bucket.notifications]
    return plain_one(bucket) | {"notifications": notifications}


def _queue(queue: Queue, environment: Environment) -> dict[str, Any]:
    scripts = {each.key: each.worker.name for each in environment.workers}
    senders = [
        each.key for each in environment.queues if each.dead_letter_queue and each.dead_letter_queue.queue == queue.key
    ]
    stated: dict[str, Any] = plain_one(queue)
    stated["queue_name"] = stated.pop("name")
    if queue.binding is not None:
        stated["producer_binding"] = stated.pop("binding")
    if queue.consumer is not None:
        stated["consumer"]["script_name"] = scripts[queue.consumer.worker or MAIN]
    return stated | ({"dead_letters_of": senders} if senders else {})
