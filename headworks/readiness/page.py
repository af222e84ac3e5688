"""The readiness report as one page that needs nothing else: no network, no other file."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from headworks.evidence.attestations import KINDS
from headworks.readiness.look import Readiness
from headworks.readiness.report import SYMBOLS, counts
from headworks.readiness.standing import HolderKind, Standing, State

MEANINGS = {
    State.MISSING: "somebody has to see to it",
    State.NOT_VERIFIED: "could not be looked up",
    State.ADVISED: "a rule finds fault, but only advises here",
    State.UNASSIGNED: "nothing holds it, for the reason given",
    State.UNSUPPORTED: "Cloudflare has nothing for it",
    State.LEFT_OUT: "this report did not look",
    State.WAIVED: "broken, and somebody answers for it for a while",
    State.ATTESTED: "a person vouches for it",
    State.VERIFIED: "a check or a probe saw it",
    State.HELD: "the stack's resources and the policies hold it",
    State.LATER: "asked once it is deployed or switched on, or in an incident",
    State.NOT_ASKED: "not asked of this environment",
}
KIND_NAMES = {"I": "infrastructure", "P": "policy", "C": "check", "A": "attestation"}


def as_html(readiness: Readiness) -> str:
    environment = Environment(
        loader=PackageLoader("headworks.readiness"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _with_code
    return environment.get_template("page.html").render(
        readiness=readiness,
        at=readiness.evidence.context.now,
        counts=counts(readiness.standings),
        ends=_ends(readiness.standings),
        symbols=SYMBOLS,
        meanings=MEANINGS,
        kind_names=KIND_NAMES,
        wanted=_wanted(readiness),
    )


def _with_code(text: str) -> Markup:
    """What stands between backticks is code, as in Markdown; everything else is text."""
    parts = [escape(part) for part in text.split("`")]
    if len(parts) % 2 == 0:  # one that is never closed is a backtick
        parts[-2:] = [parts[-2] + "`" + parts[-1]]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)
    )


def _ends(standings: Sequence[Standing]) -> list[Standing]:
    """What ends first."""
    ending = [(each.until, each.line.id, each) for each in standings if each.until]
    return [each for *_, each in sorted(ending, key=lambda end: end[:2])]


def _wanted(readiness: Readiness) -> list[tuple[str, str, list[str]]]:
    """Attestations that are missing: kind, what it says, and the lines that wait for it."""
    waiting: dict[str, list[str]] = {}
    for standing in readiness.standings:
        for holding in standing.holdings:
            if holding.kind is HolderKind.ATTESTATION and holding.state is State.MISSING:
                waiting.setdefault(holding.name, []).append(standing.line.id)
    return [(kind, KINDS[kind].says, lines) for kind, lines in sorted(waiting.items())]
