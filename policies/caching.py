"""How long a Worker may answer from its cache, as its variables say."""

from collections.abc import Iterator
from itertools import pairwise

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import EVERYWHERE, IN_PRODUCTION, ResourceRule, Violation
from policies.script import workers
from policies.tokens import WORKER_ENVIRONMENT

LIFETIMES = ("CACHE_DATA_TTL", "CACHE_METADATA_TTL", "CACHE_BLOOM_TTL")
"""In seconds. What describes the data may not be forgotten before the data: each is as long as the one before, or longer."""

SWITCH = "CACHE_STALE_WHILE_REVALIDATE"
SWITCH_VALUES = ("true", "false")


def wrong_lifetimes(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for prefix, worker in workers(resource.properties):
        variables = worker.table("vars")
        stated = {name: text for name in LIFETIMES if (text := variables.text(name)) is not None}
        seconds = {name: int(text) for name, text in stated.items() if _is_whole(text)}
        for name in stated.keys() - seconds.keys():
            yield Violation(
                f"{name} is no whole number of seconds, so the code falls back to what it likes.",
                'write a number in quotes, such as "60".',
                property=f"{prefix}vars.{name}",
            )
        for shorter, longer in pairwise(name for name in LIFETIMES if name in seconds):
            if seconds[longer] < seconds[shorter]:
                yield Violation(
                    f"{longer} is shorter than {shorter}, so the cache finds data and no longer knows what it is.",
                    f"make it {seconds[shorter]} or more.",
                    property=f"{prefix}vars.{longer}",
                )
        switch = variables.text(SWITCH)
        if switch is not None and switch not in SWITCH_VALUES:
            yield Violation(
                f"{SWITCH} is neither true nor false, so the code takes it for what it likes.",
                'write "true" or "false", in quotes.',
                property=f"{prefix}vars.{SWITCH}",
            )


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10


def uncached(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for prefix, worker in workers(resource.properties):
        variables = worker.table("vars")
        stated = [text for name in LIFETIMES if (text := variables.text(name)) is not None]
        if stated and all(_is_whole(text) and int(text) == 0 for text in stated):
            yield Violation(
                "nothing is cached, so every request reads the bucket, is slow, and is billed.",
                "choose one of the profiles that cache.",
                property=f"{prefix}vars.{LIFETIMES[0]}",
            )


RULES = (
    ResourceRule(
        id="cache-lifetimes-must-be-ordered",
        title="Lifetimes in the cache are in order",
        description="Data is cached no longer than its metadata, and metadata no longer than Bloom filters.",
        details=f"Judged are the variables `{'`, `'.join(LIFETIMES)}` (whole numbers of seconds) and `{SWITCH}` (true or false) of every Worker that has them.",
        requirements=("P30", "P31", "P32", "P33"),
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        remediation="Take the values of one profile as a whole; where one is changed, look at the next longer one.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=wrong_lifetimes,
    ),
    ResourceRule(
        id="production-must-cache",
        title="Production caches",
        description="The profile that caches nothing is not for production.",
        details="Judged are the same variables as by cache-lifetimes-must-be-ordered, where a Worker has them.",
        requirements=("P34",),
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        remediation="Name `cache-default`, `cache-read-heavy` or `cache-write-heavy` under `profiles` of the stack's file.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=uncached,
    ),
)
