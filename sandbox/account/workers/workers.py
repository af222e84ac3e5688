"""Workers as one resource, the newer half of the API: what belongs to a Worker whichever version serves, and who refers to it.

Only the reading of one, which wrangler does before it changes workers.dev; the upload and everything else go by scripts here.
"""

from sandbox.account import queues, zones
from sandbox.account.envelope import Json
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import dispatch, records, references

LOGS = {"enabled": False, "head_sampling_rate": 1, "invocation_logs": True, "persist": True, "destinations": []}
TRACES = {"enabled": False, "head_sampling_rate": 1, "persist": True, "destinations": []}


def get(call: Call) -> Json:
    """By its id or by its name."""
    script = _worker(call, call.parameters["worker_id"])
    first = max(script["deployed"], key=lambda part: part["percentage"], default=None)
    return {
        "id": script["tag"],
        "name": script["name"],
        "created_on": script["created_on"],
        "updated_on": script["modified_on"],
        "deployed_on": script["modified_on"] if first else None,
        "logpush": script["logpush"],
        "observability": _observability(script["observability"] or {}),
        "subdomain": script["subdomain"],
        "tags": script["tags"],
        "tail_consumers": [{"name": consumer["service"]} for consumer in script["tail_consumers"]],
        "references": _references(call, script["name"]),
    }


def _worker(call: Call, wanted: str) -> Json:
    by_id = (script for script in call.store.all(records.SCRIPT, call.account) if script["tag"] == wanted)
    return next(by_id, None) or records.require(call.store, call.account, wanted)


def _observability(said: Json) -> Json:
    """With everything that was not said."""
    return {
        "enabled": bool(said.get("enabled")),
        "head_sampling_rate": said.get("head_sampling_rate", 1),
        "logs": {**LOGS, **(said.get("logs") or {})},
        "traces": {**TRACES, **(said.get("traces") or {})},
    }


def _references(call: Call, name: str) -> Json:
    store, account = call.store, call.account
    identifiers = {script["name"]: script["tag"] for script in store.all(records.SCRIPT, account)}
    namespaces = {each["namespace_name"]: each["namespace_id"] for each in store.all(dispatch.NAMESPACE, account)}
    consumed = set(queues.consumed_by(store, account, name))
    return {
        "dispatch_namespace_outbounds": [
            {
                "namespace_id": namespaces[outbound["namespace"]],
                "namespace_name": outbound["namespace"],
                "worker_id": identifiers[outbound["service"]],
                "worker_name": outbound["service"],
            }
            for outbound in references.dispatch_outbounds(call, name)
        ],
        "domains": [
            {
                "id": domain["id"],
                "certificate_id": domain["cert_id"],
                "hostname": domain["hostname"],
                "zone_id": domain["zone_id"],
                "zone_name": domain["zone_name"],
            }
            for domain in store.all(zones.CUSTOM_DOMAIN, account)
            if domain["service"] == name
        ],
        "durable_objects": [
            {
                "namespace_id": namespace["id"],
                "namespace_name": namespace["name"],
                "worker_id": identifiers[script],
                "worker_name": script,
            }
            for script, namespace in references.namespace_users(call, name)
            if script != name
        ],
        "queues": [
            {
                "queue_id": queue["queue_id"],
                "queue_name": queue["queue_name"],
                "queue_consumer_id": queue["consumer"]["consumer_id"],
            }
            for queue in store.all(queues.QUEUE, account)
            if queue["queue_name"] in consumed
        ],
        "workers": [{"id": identifiers[script], "name": script} for script in references.bound_by_service(call, name)],
    }


ENDPOINTS = (Endpoint("GET", "/accounts/{account_id}/workers/workers/{worker_id}", get),)
