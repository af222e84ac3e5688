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
    secrets_store,
    tokens,
    triggers,
    versions,
    workflows,
    zones,
)

SUBJECTS = (
    *(r2, kv, queues, d1, scripts, triggers, workflows, zones, dns, platforms, tokens, alerts, versions, pages),
    secrets_store,
)

RESOURCES: Mapping[str, Resource] = {type_name: row for subject in SUBJECTS for type_name, row in subject.TYPES.items()}
