"""Staging and production: named apart, otherwise alike, or what passed on the one proves nothing for the other."""

import re
from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from policies.graph import KIND_OF_NAME, Environment, Resource
from policies.isolation import KINDS
from policies.properties import Properties
from policies.rule import EVERYWHERE, OUTSIDE_DEVELOPMENT, OUTSIDE_PRODUCTION, ResourceRule, Violation
from policies.tokens import WORKER_ENVIRONMENT

WORDS: Mapping[Environment, frozenset[str]] = {
    Environment.STAGING: frozenset({"staging", "stage"}),
    Environment.DEVELOPMENT: frozenset({"development", "dev", "local", "preview"}),
}
"""What a name may have in it to say its environment; R3 says `-dev`, P15 says `-preview` for its development."""


PRODUCTION_NAMES = frozenset({"production", "prod", "live"})


def unmarked_names(resource: Resource, settings: Properties) -> Iterator[Violation]:
    environment, names = resource.properties, resource.properties.table("names")
    own_name = environment.text("environment") or ""
    if own_name in PRODUCTION_NAMES:  # that it says not to be production is for environments-must-be-explicit
        return
    accepted = WORDS.get(resource.environment, frozenset()) | set(settings.texts("words")) | {own_name}
    for kind in names:
        for name in names.texts(kind):
            # Of a host the top-level domain is not ours to name: `dev` and `do` are there, too.
            ours = name.lower().rpartition(".")[0] if kind == "hosts" else name.lower()
            if not any(_has_word(ours, word) for word in accepted if word):
                yield Violation(
                    f"the {KINDS.get(kind, kind)} {name} does not say by its name that it is of {own_name or 'another environment than production'}, so in a list of the account it passes for production's.",
                    f"give the environment a suffix with one of {', '.join(sorted(each for each in accepted if each))}.",
                    property=f"names.{kind}",
                )


def _has_word(name: str, word: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(word.lower())}(?![a-z0-9])", name) is not None


def other_secrets(resource: Resource, settings: Properties) -> Iterator[Violation]:
    """Development may need fewer secrets, but none that production does not know (R31)."""
    optional = set(settings.texts("optional"))
    for shape, other, of_sibling in _shared_workers(resource, of_development=True):
        for name in of_sibling.texts("secrets"):
            if name not in optional and name not in shape.texts("secrets") and shape.is_known("secrets"):
                yield Violation(
                    f"{_worker(shape)} needs the secret {name} in {other} but not here, so here the code fails where it reads it, or there it is a secret of nobody.",
                    "declare it under `secrets` here, too, or take it out there.",
                    property="shape.secrets",
                )


def other_bindings(resource: Resource, settings: Properties) -> Iterator[Violation]:
    optional = set(settings.texts("optional"))
    for shape, other, of_sibling in _shared_workers(resource):
        bound = {*shape.texts("bindings"), *shape.texts("secrets")}
        for name in of_sibling.texts("bindings"):
            if name not in bound and name not in optional and shape.is_known("bindings"):
                yield Violation(
                    f"{_worker(shape)} has {name} in {other} but not here, so the same code finds nothing under that name here.",
                    "declare the variable or binding here, too, or take it out there.",
                    property="shape.bindings",
                )


def other_runtime(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for shape, other, of_sibling in _shared_workers(resource):
        date, other_date = shape.text("compatibilityDate"), of_sibling.text("compatibilityDate")
        if date and other_date and date != other_date:
            how = f"with the compatibility date {date}, and in {other} with {other_date}"
            yield _runs_otherwise(shape, "compatibilityDate", how)
        flags, other_flags = set(shape.texts("compatibilityFlags")), set(of_sibling.texts("compatibilityFlags"))
        if flags != other_flags and shape.is_known("compatibilityFlags"):
            apart = min(flags ^ other_flags)
            how = f"with the flag {apart}, unlike {other}" if apart in flags else f"without the flag {apart} of {other}"
            yield _runs_otherwise(shape, "compatibilityFlags", how)


def _runs_otherwise(shape: Properties, key: str, how: str) -> Violation:
    return Violation(
        f"{_worker(shape)} runs {how}: what was tested on the one is not what runs on the other.",
        "state it in the system's file, for all environments; to try another one out, change all of them one after the other.",
        property=f"shape.{key}",
    )


def _shared_workers(
    resource: Resource, *, of_development: bool = False
) -> Iterator[tuple[Properties, str, Properties]]:
    """(our Worker, name of the other environment, its Worker of the same key).

    Siblings in development are asked only `of_development`: everything is switched on and off there.
    """
    environment = resource.properties
    ours = {shape.text("key") or "": shape for shape in environment.tables("shape")}
    for sibling in environment.tables("siblings"):
        name = sibling.text("environment") or "another environment"
        if KIND_OF_NAME.get(name) is Environment.DEVELOPMENT and not of_development:
            continue
        for theirs in sibling.tables("shape"):
            shape = ours.get(theirs.text("key") or "")
            if shape is not None:
                yield shape, name, theirs


def _worker(shape: Properties) -> str:
    key = shape.text("key")
    return f"the Worker {key}" if key else "the Worker"


OPTIONAL = {
    "optional": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "Names that the code does without.",
    }
}


def misnamed(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    environment = resource.properties
    name, stack, production = environment.text("environment"), environment.text("stack"), environment.flag("production")
    if environment.is_missing("environment") or environment.is_missing("production"):
        yield Violation(
            "the component does not say which environment it makes, so nothing tells whose data it changes.",
            "state `environment` and `production`.",
            property="environment",
        )
    elif name in PRODUCTION_NAMES and production is False:
        yield Violation(
            f"the environment is called {name} and says that it is not production, so the rules for production do not hold and nothing protects its data.",
            "write `production: true`, or give the environment another name.",
            property="production",
        )
    elif name and stack and name != stack:
        yield Violation(
            f"the stack {stack} makes the environment {name}, which a stack of its own name makes, too: each overwrites what the other deployed.",
            f"give the stack an environment of its own (`name: {stack}`, with a suffix of its own).",
            property="environment",
        )


RULES = (
    ResourceRule(
        id="environments-must-be-explicit",
        title="A stack says which environment it makes",
        description="The environment has the name of its stack, and one that is called production is production.",
        details="A stack for a pull request that makes the environment `staging` would put unmerged code where everybody tests. An environment with `production: false` is judged by the rules of staging, whatever it is called.",
        requirements=("T1", "T69", "T87"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Correct `name` and `production` in Pulumi.<stack>.yaml.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=misnamed,
    ),
    ResourceRule(
        id="names-must-say-their-environment",
        title="Names say their environment",
        description="Every physical name outside of production has the name of its environment in it.",
        details="A word counts where it stands by itself between other characters (`-staging`, `_DEV`, `staging-api`). Besides the environment's own name, staging may say `stage`, and development `dev`, `local` or `preview`.",
        requirements=("R2", "R3", "R6", "T6", "T21", "P15", "P17"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_PRODUCTION,
        remediation="Set `suffix`, or the suffix of the kind (`bucket_suffix`, `kv_suffix` …), in the stack's file before the first deployment: a new name is another, empty resource.",
        settings={
            "words": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Further words that tell an environment from production.",
            }
        },
        types=frozenset({WORKER_ENVIRONMENT}),
        check=unmarked_names,
    ),
    ResourceRule(
        id="environments-must-need-the-same-secrets",
        title="Environments need the same secrets",
        description="Staging and production declare every secret that another environment declares for the same Worker.",
        details="Asked is for names, never for values. Development may do without a secret; one that only development has is reported in the others.",
        requirements=("R30", "R31", "T34", "T47", "T134", "P35", "D20"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Declare secrets in the system's file, so that all environments have them; a list in a stack's file replaces it.",
        settings=OPTIONAL,
        types=frozenset({WORKER_ENVIRONMENT}),
        check=other_secrets,
    ),
    ResourceRule(
        id="environments-must-bind-alike",
        title="Environments have the same variables and bindings",
        description="Staging and production have every name in `env` that the other has.",
        details="Compared are the names of variables and bindings of each Worker: buckets, KV namespaces, databases, queues, Workflows, Durable Objects, services, rate limits. Development is left out.",
        requirements=("T8", "T18", "T46", "T54", "T106", "T131", "T133", "P9", "P13", "P58"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Declare what all environments have in the system's file, and only its value in the stack's file.",
        settings=OPTIONAL,
        types=frozenset({WORKER_ENVIRONMENT}),
        check=other_bindings,
    ),
    ResourceRule(
        id="environments-must-run-alike",
        title="Environments have the same runtime",
        description="Staging and production run each Worker with the same compatibility date and flags.",
        details="Development is left out.",
        requirements=("T4", "P6"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Take `compatibility_date` and `compatibility_flags` out of the stacks' files: the system's file has them for all.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=other_runtime,
    ),
)
