"""Whether anybody has looked at the live account, or the rest of the rules judge a belief."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import ADVICE_ELSEWHERE, ResourceRule, Violation
from policies.tokens import DURABLE_OBJECTS, WORKER_ENVIRONMENT


def not_verified(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, what, fact in _facts(resource):
        if fact.text("status") == "verified" or fact.is_unknown("status"):
            continue
        reason = fact.text("reason") or "no reason given"
        yield Violation(
            f"{what} was not read from the account ({reason}): not verified is not passed.",
            "give the run a token that may read the account and its Workers, and preview again.",
            property=path,
        )


def _facts(resource: Resource) -> Iterator[tuple[str, str, Properties]]:
    """(path, what it is, the fact) for each live fact that no rule of its own asks for."""
    if resource.type == DURABLE_OBJECTS:
        yield "status", "the migration tag of the live Worker", resource.properties
        return
    facts = resource.properties.table("facts")
    for name in dict.fromkeys(["account", *facts]):
        yield f"facts.{name}.status", f"the live fact `{name}`", facts.table(name)


RULES = (
    ResourceRule(
        id="live-state-must-be-verified",
        title="Live facts are verified",
        description="The account and the migration tag of the live Worker were read, not assumed.",
        details="Judged are the live facts in the inputs of `WorkerEnvironment` and `DurableObjects`; those of `SecretContract` are for declared-secrets-must-be-set.",
        requirements=("R22", "R50", "T38"),
        severity=Severity.HIGH,
        levels=ADVICE_ELSEWHERE,
        remediation="Preview where the account can be reached, with a token that may read it. The reason is given in the component's inputs.",
        types=frozenset({WORKER_ENVIRONMENT, DURABLE_OBJECTS}),
        check=not_verified,
    ),
)
