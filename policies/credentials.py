"""Secrets: set where the Worker needs them, and nowhere that they can be read."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import ADVICE_ELSEWHERE, EVERYWHERE, ResourceRule, Violation
from policies.script import plain_bindings, texts_in, variables
from policies.secret_shapes import secret_kept_as
from policies.tokens import KV_VALUE, SECRET_CONTRACT, WORKER_ENVIRONMENT, WORKERS_SCRIPT


def missing_secrets(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    contract = resource.properties
    status, present = contract.text("status"), set(contract.texts("present"))
    if not contract.is_known("status") or not contract.is_known("present"):
        return
    if status != "verified":
        reason = contract.text("reason")
        yield Violation(
            f"nobody could look which secrets are set ({reason or 'no reason given'}): not verified is not passed.",
            "give the run a token that may list the Worker's secrets (Workers Scripts Read) and preview again.",
            property="status",
        )
        return
    for name in contract.texts("declared"):
        if name not in present:
            yield Violation(
                f"the secret {name} is not set, so the upload is refused or the Worker fails when it reads it.",
                f"`headworks secrets put {resource.stack_name} {name}`.",
                property="present",
            )


def plain_secrets(resource: Resource, settings: Properties) -> Iterator[Violation]:
    allowed = set(settings.texts("allowed"))
    for path, shown, name, value in _plain_texts(resource):
        if name in allowed:
            continue
        for nested_name, text in texts_in(name, value):
            reason = secret_kept_as(nested_name, text)
            if reason:
                yield Violation(
                    f"{shown} {reason} but is stored in the clear, so everybody who may read the state, the dashboard or the account reads it.",
                    _FIX[resource.type],
                    property=path,
                )
                break


_FIX = {
    WORKER_ENVIRONMENT: "declare its name under `secrets`, set it by `headworks secrets put`, remove the variable, and rotate the value.",
    WORKERS_SCRIPT: "bind it as `inherit` or from a secrets store instead, set it by `headworks secrets put`, and rotate the value.",
    KV_VALUE: "store a hash instead (a key name is shown by every listing of the namespace), and rotate the value.",
}


def _plain_texts(resource: Resource) -> Iterator[tuple[str, str, str, str]]:
    """(path, what to call it in a message, its name, its text) of everything that is stored in the clear."""
    properties = resource.properties
    if resource.type == WORKER_ENVIRONMENT:
        for path, name, text in variables(properties):
            yield path, f"the variable {name}", name, text
    elif resource.type == WORKERS_SCRIPT:
        for name, value in plain_bindings(properties):
            yield "bindings", f"the binding {name}", name, value
    else:
        key_name = properties.text("keyName") or ""
        yield "keyName", "the key", "", key_name
        yield "value", "the value", key_name, properties.text("value") or ""
        yield "metadata", "the metadata", "", properties.text("metadata") or ""


RULES = (
    ResourceRule(
        id="declared-secrets-must-be-set",
        title="Declared secrets are set",
        description="Every secret that the Worker declares is set in the account, and somebody has looked.",
        details="Every name that a `SecretContract` declares is among the names that were read from the account. If nobody could read them, that is reported in place of a pass.",
        requirements=("R29", "R30", "R32", "R33", "R88", "T34", "T47", "T134", "P35", "D20"),
        severity=Severity.HIGH,
        levels=ADVICE_ELSEWHERE,
        remediation="Set each missing secret by `headworks secrets put STACK NAME`; values go straight to the account. On a first deployment that works before the Worker exists.",
        types=frozenset({SECRET_CONTRACT}),
        check=missing_secrets,
    ),
    ResourceRule(
        id="secrets-must-not-be-plain",
        title="No plain secrets",
        description="Nothing that has the name or the shape of a secret is stored in a binding, a variable or a KV value.",
        details="Nothing that has the name of a secret (`…_API_KEY`, `…_TOKEN`, `…_PASSWORD`, `…_SECRET` and the like, in any spelling), the shape of one (API keys, GitHub, GitLab, Slack and Google tokens, AWS access keys, signed JSON Web Tokens, private keys, passwords in URLs), or is a long hexadecimal number under a name that speaks of keys, is kept in a variable, a `plain_text` or `json` binding, or the key, value or metadata of a KV value. JSON is looked into.",
        requirements=("T28", "T35", "T104"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Move the value to a secret of the Worker, take it out of the program and its configuration, and rotate it: it has been in files and in the state.",
        settings={
            "allowed": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Names of variables, bindings or KV keys that look like a secret and are public, such as a publishable key.",
            }
        },
        types=frozenset({WORKER_ENVIRONMENT, WORKERS_SCRIPT, KV_VALUE}),
        check=plain_secrets,
    ),
)
