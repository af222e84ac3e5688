"""What the provider knows: every resource type with its properties, calls and peculiarities."""

from collections.abc import Mapping

from sandbox.provider.schema import Resource
from sandbox.provider.table import (
    alerts,
    d1,
    dns,
    kv,
    pages,
    platforms,
    queues,
    r2,
    scripts,
    tokens,
    triggers,
    versions,
)

SUBJECTS = (r2, kv, queues, d1, scripts, triggers, dns, platforms, tokens, alerts, versions, pages)

RESOURCES: Mapping[str, Resource] = {type_name: row for subject in SUBJECTS for type_name, row in subject.TYPES.items()}
