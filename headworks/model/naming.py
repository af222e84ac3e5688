"""Physical names: how they come about, and what Cloudflare accepts.

A physical name is the name in the system's file followed by the suffix of the environment for that kind. Nothing else
makes names, so an environment is told from another by the suffixes in its stack file and by nothing that is hidden.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["script", "bucket", "kv", "d1", "queue", "workflow", "hyperdrive", "dispatch", "pages"]


@dataclass(frozen=True)
class Rule:
    """A form that a text must have: an anchored pattern, which JSON Schema can state too, and the same in words."""

    pattern: str
    says: str
    fix: str = "write it in this form"

    def accepts(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text) is not None


PHYSICAL_NAMES: Mapping[Kind, Rule] = {
    "script": Rule(
        r"^[a-z0-9_][a-z0-9_-]{0,62}$",
        "1 to 63 characters of a-z, 0-9, - and _, the first not a -",
    ),
    "bucket": Rule(
        r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        "3 to 63 characters of a-z, 0-9 and -, the first and the last not a -",
    ),
    "kv": Rule(
        r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,510}[^\s\x00-\x1f\x7f])?$",
        "1 to 512 printable characters, no blank at either end",
    ),
    "d1": Rule(
        r"^[a-z0-9][a-z0-9_-]{0,62}$",
        "1 to 63 characters of a-z, 0-9, - and _, the first a letter or a digit",
    ),
    "queue": Rule(
        r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "1 to 63 characters of a-z, 0-9 and -, the first and the last not a -",
    ),
    "workflow": Rule(
        r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$",
        "1 to 64 characters of A-Z, a-z, 0-9, - and _, the first not a -",
    ),
    "hyperdrive": Rule(
        r"^[A-Za-z0-9]([A-Za-z0-9 _-]{0,58}[A-Za-z0-9])?$",
        "1 to 60 characters of A-Z, a-z, 0-9, blank, - and _, a letter or a digit at both ends",
    ),
    "dispatch": Rule(
        r"^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$",
        "1 to 63 characters of a-z, 0-9, - and _, a letter or a digit at both ends",
    ),
    "pages": Rule(
        r"^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$",
        "1 to 58 characters of a-z, 0-9 and -, the first and the last not a -",
    ),
}

NOUNS: Mapping[Kind, str] = {
    "script": "Worker script",
    "bucket": "R2 bucket",
    "kv": "KV namespace",
    "d1": "D1 database",
    "queue": "queue",
    "workflow": "Workflow",
    "hyperdrive": "Hyperdrive configuration",
    "dispatch": "dispatch namespace",
    "pages": "Pages project",
}

IDENTIFIER = Rule(
    r"^[A-Za-z_$][A-Za-z0-9_$]*$",
    "a JavaScript identifier: letters, digits, _ and $, the first not a digit",
    "write a name such as EXPORTS_BUCKET",
)
"""Bindings, variables, secrets and classes: code reads them as `env.NAME`."""

HOST = Rule(
    r"^(\*\.?)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
    "a host name in lower case, without scheme, port or path",
    "write a host such as api.example.com; a path goes to 'path'",
)
ZONE = Rule(
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
    "the name of a zone in lower case",
    "write the zone's name, such as example.com",
)
PATH = Rule(
    r"^/[^?#*\s]*\*?$",
    "a path that begins with /, with at most one *, at its end",
    "write a path such as /* or /api/*",
)
ACCOUNT_ID = Rule(
    r"^[0-9a-f]{32}$",
    "an account id: 32 digits of 0-9 and a-f",
    "write the id that `wrangler whoami` shows, in quotes",
)
DATE = Rule(
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    "a date as year, month and day",
    'write a date such as "2026-02-25", in quotes',
)
ENVIRONMENT = Rule(
    r"^[a-z][a-z0-9-]{0,30}$",
    "at most 31 characters of a-z, 0-9 and -, the first a letter",
    "write a name such as staging",
)
KEY = Rule(
    r"^[a-z][a-z0-9-]{0,62}$",
    "at most 63 characters of a-z, 0-9 and -, the first a letter",
    "write a key such as exports",
)
SERVICE = Rule(
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "at most 63 characters of a-z, 0-9 and -, the first and the last not a -",
    "write a key that can stand in a host name, such as gateway",
)
"""A service of a platform: name of the Worker in the namespace, and a label of its host."""

CRON = Rule(
    r"^\S+ \S+ \S+ \S+ \S+$",
    "five fields with a blank between them: minute, hour, day of month, month, day of week",
    'write a schedule such as "*/5 * * * *", in quotes',
)
PROBE_PATH = Rule(
    r"^/[^?#*\s]*$",
    "a path that begins with /",
    "write a path such as /health",
)
STATUS_CODE = Rule(
    r"^[1-5](\d\d|xx)$",
    "a status code, or a class of them",
    'write a code such as "200" or "2xx", in quotes',
)
EMAIL = Rule(
    r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
    "an e-mail address",
    "write an address such as on-call@example.com",
)
HTTPS_ADDRESS = Rule(
    r"^https://[^\s@]+$",
    "an address that begins with https:// and holds neither a user nor a password",
    "write an address such as https://alerts.example.com/cloudflare; one that is itself a secret goes to webhook_id",
)
DESTINATION_ID = Rule(
    r"^[0-9a-f-]{32,36}$",
    "the id of a destination of the account: 32 digits of 0-9 and a-f, with or without dashes",
    "write the id that the dashboard shows under Notifications, Destinations, in quotes",
)
NAMESPACE_ID = Rule(
    r"^[1-9]\d{0,9}$",
    "a positive whole number, in quotes",
    'write a number of your choice such as "1001"',
)

FORMS: Mapping[str, Rule] = {
    rule.pattern: rule
    for rule in (
        IDENTIFIER,
        HOST,
        ZONE,
        PATH,
        ACCOUNT_ID,
        DATE,
        ENVIRONMENT,
        KEY,
        SERVICE,
        CRON,
        PROBE_PATH,
        STATUS_CODE,
        EMAIL,
        HTTPS_ADDRESS,
        DESTINATION_ID,
        NAMESPACE_ID,
    )
}
"""By pattern: a validator reports the pattern that did not match, people read the words."""


def physical_name(kind: Kind, name: str, suffixes: Mapping[Kind, str]) -> str:
    """The name of a resource on the account."""
    return name + suffixes[kind]


def public_name(system: str, stack: str, key: str) -> str:
    """A name that people meet in the dashboard and in messages: it says whose environment it is.

    Letters, digits, `-` and `_`, as healthchecks want it.
    """
    return f"{system}-{stack}-{key}"


def refusal(kind: Kind, physical: str) -> str | None:
    """Why Cloudflare would refuse this name, or None."""
    rule = PHYSICAL_NAMES[kind]
    if rule.accepts(physical):
        return None
    length = f" and has {len(physical)}" if len(physical) > 63 else ""
    return f"Cloudflare refuses {physical!r} as the name of this {NOUNS[kind]}: it must have {rule.says}{length}"


def host_is_within(host: str, zone: str) -> bool:
    """A wildcard stands for labels within its own domain: `*.example.com` lies within example.com."""
    bare = host.removeprefix("*").removeprefix(".")
    return bare == zone or bare.endswith(f".{zone}")
