"""What the provider knows: every resource type with its properties, calls and peculiarities."""

from collections.abc import Mapping

from sandbox.provider.schema import Resource
from sandbox.provider.table import d1, dns, kv, queues, r2, scripts, triggers

RESOURCES: Mapping[str, Resource] = {
    **r2.TYPES,
    **kv.TYPES,
    **queues.TYPES,
    **d1.TYPES,
    **dns.TYPES,
    **triggers.TYPES,
    **scripts.TYPES,
}
