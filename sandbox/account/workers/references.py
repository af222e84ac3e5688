"""Who depends on a Worker: what wrangler asks before it deletes one, and what a deletion checks. And its Durable Object namespaces."""

from sandbox.account.envelope import Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

ENVIRONMENT = "production"


def referring(call: Call, name: str) -> list[str]:
    """Other scripts that a deletion of `name` would leave with a binding that leads nowhere."""
    return sorted({*bound_by_service(call, name), *_bound_by_class(call, name)} - {name})


def get(call: Call) -> Json:
    name = records.script_of(call)["name"]
    return {
        "services": {
            "incoming": [_service(script) for script in bound_by_service(call, name)],
            "outgoing": [],
            "pages_function": False,
        },
        "durable_objects": [
            {**_service(script), "durable_object_namespace_id": ids["id"], "durable_object_namespace_name": ids["name"]}
            for script, ids in namespace_users(call, name)
        ],
        "dispatch_outbounds": dispatch_outbounds(call, name),
    }


def tail_producers(call: Call) -> list[Json]:
    """Scripts whose events the named one consumes."""
    name = call.parameters["script_name"]
    return [
        {"consumer": {"service": name}, "producer": _service(script["name"])}
        for script in call.store.all(records.SCRIPT, call.account)
        if any(consumer.get("service") == name for consumer in script["tail_consumers"])
    ]


def list_namespaces(call: Call) -> list[Json]:
    return call.store.all(records.NAMESPACE, call.account)


def bound_by_service(call: Call, name: str) -> list[str]:
    return records.bound_to(call.store, call.account, "service", "service", name)


def _bound_by_class(call: Call, name: str) -> list[str]:
    return records.bound_to(call.store, call.account, "durable_object_namespace", "script_name", name)


def namespace_users(call: Call, name: str) -> list[tuple[str, Json]]:
    kind, key = "durable_object_namespace", "namespace_id"
    return [
        (script, namespace)
        for namespace in records.namespaces(call.store, call.account, name).values()
        for script in records.bound_to(call.store, call.account, kind, key, namespace["id"])
    ]


def dispatch_outbounds(call: Call, name: str) -> list[Json]:
    """Dispatchers whose user Workers reach the outside through this one."""
    return [
        {**_service(script["name"]), "namespace": binding["namespace"], "params": binding["outbound"].get("params", [])}
        for script in call.store.all(records.SCRIPT, call.account)
        for binding in records.deployed(call.store, call.account, script["name"])["bindings"]
        if binding["type"] == "dispatch_namespace"
        and ((binding.get("outbound") or {}).get("worker") or {}).get("service") == name
    ]


def _service(script: str) -> Json:
    return {"service": script, "environment": ENVIRONMENT, "name": script}


_WORKERS = "/accounts/{account_id}/workers"

ENDPOINTS = (
    Endpoint("GET", f"{_WORKERS}/scripts/{{script_name}}/references", get),
    Endpoint("GET", f"{_WORKERS}/tails/by-consumer/{{script_name}}", tail_producers),
    Endpoint("GET", f"{_WORKERS}/durable_objects/namespaces", list_namespaces, Numbered(size=20)),
)
