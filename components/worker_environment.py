"""One environment of a Workers system: everything that its stack creates."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

import pulumi
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from components.buckets import BucketSet
from components.component import Component
from components.databases import Databases
from components.documents import Parts, documents
from components.durable_objects import DurableObjects
from components.kv_namespaces import KvNamespaces
from components.migrations import Step, history
from components.physical_names import PhysicalNames
from components.routes import Routes
from components.secret_contract import SecretContract
from components.work_queue import WorkQueue, WorkQueueArgs
from components.worker_code import BundleArgs, WorkerCode, WorkerCodeArgs
from headworks.facts import Facts
from headworks.model.environment import Bucket, Environment, Names, Queue


class WorkerEnvironmentArgs(TypedDict):
    environment: Environment
    facts: Facts
    directory: Path
    """The folder of the program; the path of the bundle is relative to it."""


class WorkerEnvironment(Component):
    """A Worker with its buckets, namespaces, databases, queues, Durable Objects, secrets and routes.

    It decides nothing: names and limits come resolved from the model, and whether they are right is for the policies to say.
    """

    outputs: dict[str, Any]
    """The documents that `headworks.outputs.StackOutputs` describes."""

    def __init__(self, name: str, args: WorkerEnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        environment, facts = args["environment"], args["facts"]
        bundle = _bundle(environment, args["directory"])
        super().__init__("headworks:index:WorkerEnvironment", name, _inputs(environment, facts), opts)
        self._name, self._environment, self._facts = name, environment, facts
        steps = history(environment.worker.migrations)

        self._physical_names()

        parts = Parts(
            buckets=self._buckets(),
            kv_namespaces=self._kv_namespaces(),
            databases=self._databases(),
            queues={queue.key: self._queue(queue) for queue in environment.queues},
            durable_objects=self._durable_objects(steps),
            secrets=self._secret_contract(),
            variables=[
                {"type": "plain_text", "name": key, "text": text} for key, text in environment.worker.vars.items()
            ],
        )
        code = self._code(parts, bundle)
        if environment.worker.code.owner == "pulumi":  # wrangler makes the consumers with its upload
            for queue in parts.queues.values():
                queue.attach_consumer(code.script_name)
        self._routes(code)

        self.outputs = documents(environment, steps, parts, code)
        self.register_outputs(
            {}
        )  # the documents are the stack's; beside the inputs, `environment` would mean two things

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _physical_names(self) -> PhysicalNames:
        environment = self._environment
        return PhysicalNames(
            f"{self._name}-names",
            buckets={bucket.binding: _identity(bucket) for bucket in environment.buckets},
            databases={database.binding: database.name for database in environment.databases},
            script=environment.worker.name,
            opts=self._child(),
        )

    def _buckets(self) -> BucketSet:
        environment = self._environment
        return BucketSet(
            f"{self._name}-buckets",
            {
                "account_id": environment.account_id,
                "production": environment.production,
                "buckets": _plain(environment.buckets),
            },
            self._child(),
        )

    def _kv_namespaces(self) -> KvNamespaces:
        environment = self._environment
        return KvNamespaces(
            f"{self._name}-kv-namespaces",
            {
                "account_id": environment.account_id,
                "production": environment.production,
                "namespaces": _plain(environment.kv_namespaces),
            },
            self._child(),
        )

    def _databases(self) -> Databases:
        environment = self._environment
        return Databases(
            f"{self._name}-databases",
            {
                "account_id": environment.account_id,
                "production": environment.production,
                "databases": _plain(environment.databases),
            },
            self._child(),
        )

    def _queue(self, queue: Queue) -> WorkQueue:
        environment = self._environment
        args: WorkQueueArgs = {
            "account_id": environment.account_id,
            "production": environment.production,
            "key": queue.key,
            "queue_name": queue.name,
            "delivery_delay": queue.delivery_delay,
            "message_retention_period": queue.message_retention_period,
        }
        if queue.binding:
            args["producer_binding"] = queue.binding
        if queue.dead_letter_queue:
            args["dead_letter_queue"] = _plain_one(queue.dead_letter_queue)
        if queue.consumer:
            args["consumer"] = _plain_one(queue.consumer) | {"script_name": environment.worker.name}
        return WorkQueue(f"{self._name}-{queue.key}", args, self._child())

    def _durable_objects(self, steps: list[Step]) -> DurableObjects:
        environment = self._environment
        return DurableObjects(
            f"{self._name}-durable-objects",
            {
                "account_id": environment.account_id,
                "script_name": environment.worker.name,
                "production": environment.production,
                "owner": environment.worker.code.owner,
                "classes": environment.worker.durable_objects,
                "migrations": steps,
                "live_tag": self._facts.migration_tag,
                "live_annotation": self._facts.annotation,
            },
            self._child(),
        )

    def _secret_contract(self) -> SecretContract:
        environment = self._environment
        return SecretContract(
            f"{self._name}-secrets",
            {
                "account_id": environment.account_id,
                "script_name": environment.worker.name,
                "production": environment.production,
                "names": environment.secrets,
                "present": self._facts.secrets,
            },
            self._child(),
        )

    def _code(self, parts: Parts, bundle: BundleArgs | None) -> WorkerCode:
        environment, worker = self._environment, self._environment.worker
        args: WorkerCodeArgs = {
            "account_id": environment.account_id,
            "script_name": worker.name,
            "production": environment.production,
            "owner": worker.code.owner,
            "compatibility_date": worker.compatibility_date,
            "compatibility_flags": worker.compatibility_flags,
            "bindings": parts.bindings,
            "observability": _plain_one(worker.observability),
            "logpush": worker.logpush,
            "workers_dev": worker.workers_dev,
            "preview_urls": worker.preview_urls,
        }
        if bundle is not None:
            args["bundle"] = bundle
        if worker.cpu_ms is not None:
            args["cpu_ms"] = worker.cpu_ms
        if parts.durable_objects.annotation is not None:
            args["ledger_annotation"] = parts.durable_objects.annotation
        return WorkerCode(f"{self._name}-code", args, self._child())

    def _routes(self, code: WorkerCode) -> Routes:
        environment = self._environment
        return Routes(
            f"{self._name}-routes",
            {
                "account_id": environment.account_id,
                "script_name": environment.worker.name,
                "production": environment.production,
                "owner": environment.worker.code.owner,
                "deployed_script": code.script_name,
                "routes": _plain(environment.routes),
            },
            self._child(),
        )


def _plain(models: Iterable[BaseModel]) -> list[Any]:
    """Parts of the environment as arguments of a component: they have the same words, and None means that a word is left out."""
    return [_plain_one(model) for model in models]


def _plain_one(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_none=True)


def _identity(bucket: Bucket) -> str:
    """Buckets of one name in two jurisdictions are two buckets."""
    return bucket.name if bucket.jurisdiction == "default" else f"{bucket.name} ({bucket.jurisdiction})"


def _bundle(environment: Environment, directory: Path) -> BundleArgs | None:
    """The built code, when the stack uploads it. Read before anything is registered: a missing file stops the program at once."""
    code = environment.worker.code
    if code.owner != "pulumi" or code.main is None:
        return None
    try:
        content = (directory / code.main).read_text()
    except FileNotFoundError as error:
        raise pulumi.RunError(
            f"{code.main}: there is no such file beside the program, so there is no code to upload. "
            "Build the app, or correct `worker.code.main`."
        ) from error
    return {"main": code.main, "content": content}


def _inputs(environment: Environment, facts: Facts) -> dict[str, Any]:
    """What the policies know of an environment; no value of a secret."""
    return {
        "system": environment.system,
        "environment": environment.name,
        "stack": environment.stack,
        "production": environment.production,
        "accountId": environment.account_id,
        "owner": environment.worker.code.owner,
        "scriptName": environment.worker.name,
        "names": _names(environment.names),
        "declaredNames": _names(environment.declared_names),
        "siblings": [
            {"environment": sibling.name, "accountId": sibling.account_id, "names": _names(sibling.names)}
            for sibling in environment.siblings
        ],
        "vars": dict(environment.worker.vars),
        "workersDev": environment.worker.workers_dev,
        "previewUrls": environment.worker.preview_urls,
        "facts": {"account": _account(facts)},
    }


def _names(names: Names) -> dict[str, list[str]]:
    return {to_camel(kind): list(of_kind) for kind, of_kind in names}


def _account(facts: Facts) -> dict[str, str]:
    stated = {"status": facts.account.status, "id": facts.account.value, "reason": facts.account.reason}
    return {key: value for key, value in stated.items() if value is not None}
