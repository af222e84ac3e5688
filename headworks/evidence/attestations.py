"""Attestations: what no machine can see, stated by a person, signed, for one stack, for a while.

An attestation is a JSON file `attestations/<stack>/<kind>.json` of a system, signed with the person's own SSH key.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from headworks.evidence.keys import SIGNERS, read_signers

FOLDER = "attestations"
"""Beside a system's Pulumi.yaml."""

CLOCK_SKEW = timedelta(minutes=5)
"""Clocks of two machines differ; what is dated further ahead than this was not made by an honest clock."""


@dataclass(frozen=True)
class Kind:
    """A kind of attestation: what it says, for how long at most, and whether for one commit only."""

    says: str
    longest: timedelta
    of_commit: bool = False


KINDS: Mapping[str, Kind] = {
    "code-review": Kind("the code was reviewed", timedelta(days=90), of_commit=True),
    "staging-soak": Kind("this commit ran on staging long enough, and well", timedelta(days=7), of_commit=True),
    "external-backup": Kind("what lies outside Cloudflare is backed up", timedelta(hours=24)),
    "on-call": Kind("somebody is on call, and knows", timedelta(hours=24)),
    "status-page": Kind("the status page says what is going on", timedelta(hours=24)),
    "stakeholders-notified": Kind("those who have to know were told", timedelta(days=7)),
    "rollback-reviewed": Kind("the way back was read and would work", timedelta(days=30)),
    "docs-updated": Kind("the documentation says what the code does", timedelta(days=90), of_commit=True),
    "load-test": Kind("it was tested under load", timedelta(days=30), of_commit=True),
    "ui-tested": Kind("the user interface was tried by a person", timedelta(days=30), of_commit=True),
    "incident-report": Kind("the incident is written down", timedelta(days=30)),
    "post-incident-review": Kind("the incident was reviewed", timedelta(days=30)),
    "secret-rotation": Kind("the secrets were rotated", timedelta(days=90)),
    "access-review": Kind("who has access was reviewed", timedelta(days=90)),
    "security-review": Kind("security was reviewed", timedelta(days=90)),
    "break-glass": Kind("an incident needs what is otherwise forbidden", timedelta(hours=4)),
}


class Statement(BaseModel):
    """What is attested: everything that is signed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    system: str
    stack: str
    who: Annotated[str, Field(min_length=1)]
    """The principal in `allowed_signers`, usually an e-mail address."""
    evidence: Annotated[str, Field(min_length=1)]
    """Where it can be seen: a link, an id, a sentence."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None = None
    """For kinds that hold for one commit."""
    made: AwareDatetime
    until: AwareDatetime

    def payload(self) -> bytes:
        """The signed bytes: JSON with sorted keys and no blanks, so that layout of the file does not matter."""
        document = self.model_dump(mode="json", exclude_none=True)
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Attestation(Statement):
    """A statement with its signature."""

    signature: str
    """Ed25519, base64."""

    @property
    def statement(self) -> Statement:
        return Statement.model_validate(self.model_dump(exclude={"signature"}))


@dataclass(frozen=True)
class Standing:
    """An attestation's file, and why it does not count; no reason if it does."""

    file: Path
    attestation: Attestation | None
    refused: str | None


def sign(statement: Statement, key: Ed25519PrivateKey) -> Attestation:
    signature = base64.b64encode(key.sign(statement.payload())).decode()
    return Attestation(**statement.model_dump(), signature=signature)


def write(directory: Path, attestation: Attestation) -> Path:
    """Put the attestation into the system's folder, over an older one of its kind and stack."""
    file = directory / attestation.stack / f"{attestation.kind}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".new")
    partial.write_text(json.dumps(attestation.model_dump(mode="json", exclude_none=True), indent=2) + "\n")
    partial.replace(file)
    return file


def standings(directory: Path, *, system: str, stack: str, commit: str | None, now: datetime) -> Iterator[Standing]:
    """Every attestation for the stack, with the reason why it does not count, if there is one."""
    signers = read_signers(directory)
    for file in sorted((directory / stack).glob("*.json")):
        try:
            attestation = Attestation.model_validate_json(file.read_bytes())
        except ValidationError as error:
            yield Standing(file, None, f"it is no attestation: {error.errors()[0]['msg']}")
            continue
        yield Standing(file, attestation, _refusal(file, attestation, system, stack, commit, now, signers))


def _refusal(
    file: Path,
    attestation: Attestation,
    system: str,
    stack: str,
    commit: str | None,
    now: datetime,
    signers: Mapping[str, list[Ed25519PublicKey]],
) -> str | None:
    kind = KINDS.get(attestation.kind)
    if kind is None:
        return f"{attestation.kind!r} is no kind of attestation"
    keys = signers.get(attestation.who, [])
    checks = (
        (file.stem == attestation.kind, f"it is of the kind {attestation.kind}, not {file.stem}"),
        (attestation.system == system, f"it is for the system {attestation.system}, not {system}"),
        (attestation.stack == stack, f"it is for the stack {attestation.stack}, not {stack}"),
        (bool(keys), f"{attestation.who} has no key in {SIGNERS}"),
        (any(_signed(attestation, key) for key in keys), f"no key of {attestation.who} made its signature"),
        (attestation.made <= now + CLOCK_SKEW, f"it is dated in the future: {attestation.made:%Y-%m-%d %H:%M %Z}"),
        (now < attestation.until, f"it held until {attestation.until:%Y-%m-%d %H:%M %Z}"),
        (
            attestation.until - attestation.made <= kind.longest,
            f"{attestation.kind} holds for {_words(kind.longest)} at most",
        ),
        (
            not kind.of_commit or (commit is not None and attestation.commit == commit),
            f"it is for the commit {(attestation.commit or 'none')[:12]}, not {(commit or 'none')[:12]}",
        ),
    )
    return next((reason for holds, reason in checks if not holds), None)


def _signed(attestation: Attestation, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(attestation.signature, validate=True), attestation.statement.payload())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _words(duration: timedelta) -> str:
    hours = int(duration.total_seconds() // 3600)
    return f"{hours} hours" if hours <= 24 else f"{hours // 24} days"


def utc_now() -> datetime:
    """Whole seconds: files show no more."""
    return datetime.now(UTC).replace(microsecond=0)
