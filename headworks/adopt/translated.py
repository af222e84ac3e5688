"""One environment on its way from wrangler's words to the model's."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from headworks.adopt.findings import Missing, NotImported, NotTaken, consequence
from headworks.model.naming import Kind
from headworks.wrangler.option import Option

WRANGLERS = "Wrangler makes it with each deployment, so the stack does not own it."


@dataclass(frozen=True)
class Held:
    """An object of the account that becomes a resource of the stack."""

    kind: str
    """A row of `headworks.adopt.imports.KINDS`."""
    item: str
    """Its binding, key or host."""
    id: str
    """Its own; of a bucket with the jurisdiction behind it, of a record with the zone before it."""


@dataclass(kw_only=True)
class Translated:
    """What an environment will say, with physical names still whole, and what there is to tell about it."""

    name: str
    production: bool
    account_id: str
    script_suffix: str
    """What the name of its Worker has behind the name of the system's."""
    says: dict[str, Any] = field(default_factory=dict)
    """In the model's words."""
    names: dict[tuple[Kind, str], tuple[str, ...]] = field(default_factory=dict)
    """Where in `says` each physical name stands, by kind and a key that is the same in all environments."""
    held: list[Held] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)
    not_imported: list[NotImported] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def is_not_taken(self, what: str, why: str) -> None:
        self.not_taken.append(NotTaken(environment=self.name, what=what, consequence=why))

    def is_not_imported(self, what: str, why: str) -> None:
        self.not_imported.append(NotImported(environment=self.name, what=what, why=why))

    def is_missing(self, what: str) -> None:
        self.missing.append(Missing(environment=self.name, what=what))

    def leave_out(self, option: Option, taken: Collection[str], where: str) -> None:
        """Tell of everything that an option says beside what is taken over."""
        for key in _said(option):
            if key not in taken:
                self.is_not_taken(f"{where}.{key}", consequence(key))


def _said(option: Option) -> Iterator[str]:
    """The keys that were written, as they were written, without those that say what holds anyway."""
    for name in type(option).model_fields:
        if name in option.model_fields_set and getattr(option, name) is not None:
            yield type(option).model_fields[name].alias or name


def slug_of(text: str, otherwise: str) -> str:
    """A key such as the model wants: `EVENT_QUEUE` → `event-queue`. `otherwise` is what begins it if no letter does."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return (slug if slug[:1].isalpha() else f"{otherwise}-{slug}")[:63].rstrip("-")


def key_of(text: str) -> str:
    """A key of a queue or a Workflow, of its name or its binding: `EVENT_QUEUE` → `event`."""
    slug = slug_of(text, "q")
    slug = slug.removesuffix("-queue") or slug
    return f"{slug}-queue" if slug in _ROLES else slug


_ROLES = frozenset(
    {
        "alerts",
        "buckets",
        "code",
        "databases",
        "durable-objects",
        "healthchecks",
        "hyperdrives",
        "kv-namespaces",
        "names",
        "platform",
        "routes",
        "schedules",
        "secrets",
        "tail",
        "workflows",
        "zone-settings",
    }
)
"""Words with which the components name each other: a queue of that key would have the name of another component."""
