"""The file for `pulumi import --file`: what exists, by the names that the components give it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from headworks.adopt.translated import Held

ENVIRONMENT = "headworks:index:WorkerEnvironment"


@dataclass(frozen=True)
class Kind:
    """Where the components put a resource. In names, `{system}` is the project's and `{item}` the binding or key."""

    component: str
    """Type of the component that it is a child of."""
    component_name: str
    type: str
    name: str
    id: str = "{account}/{id}"
    """As the provider wants it for an import; of records `id` has the zone already."""


KINDS: Mapping[str, Kind] = {
    "bucket": Kind(
        "headworks:index:BucketSet", "{system}-buckets", "cloudflare:index/r2Bucket:R2Bucket", "{system}-buckets-{item}"
    ),
    "kv": Kind(
        "headworks:index:KvNamespaces",
        "{system}-kv-namespaces",
        "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
        "{system}-kv-namespaces-{item}",
    ),
    "d1": Kind(
        "headworks:index:Databases",
        "{system}-databases",
        "cloudflare:index/d1Database:D1Database",
        "{system}-databases-{item}",
    ),
    "queue": Kind(
        "headworks:index:WorkQueue", "{system}-{item}", "cloudflare:index/queue:Queue", "{system}-{item}-queue"
    ),
    "dead-letter-queue": Kind(
        "headworks:index:WorkQueue",
        "{system}-{item}",
        "cloudflare:index/queue:Queue",
        "{system}-{item}-dead-letter-queue",
    ),
    "dispatch-namespace": Kind(
        "headworks:index:DispatchPlatform",
        "{system}-platform",
        "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace",
        "{system}-platform-namespace",
    ),
    "record": Kind(
        "headworks:index:Routes",
        "{system}-routes",
        "cloudflare:index/dnsRecord:DnsRecord",
        "{system}-routes-{item}-record",
        "{id}",
    ),
}


def import_file(system: str, account_id: str, held: Iterable[Held]) -> dict[str, Any]:
    """Components first, so that each parent comes before its children."""
    provider = version("pulumi-cloudflare")
    components = {system: {"type": ENVIRONMENT, "name": system, "component": True}}
    resources = []
    for each in held:
        kind = KINDS[each.kind]
        parent = kind.component_name.format(system=system, item=each.item)
        components[parent] = {"type": kind.component, "name": parent, "parent": system, "component": True}
        resources.append(
            {
                "type": kind.type,
                "name": kind.name.format(system=system, item=each.item),
                "id": kind.id.format(account=account_id, id=each.id),
                "parent": parent,
                "version": provider,  # else the engine takes another provider than the program's
            }
        )
    return {"resources": [*components.values(), *resources]}
