"""What a runbook states, and is not so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headworks.lint_runbook.rule import Defect, Place, Rule, Severity
from headworks.lint_runbook.runbook import SHELLS, Runbook

TEMPLATES = (
    "Create Additional Tokens",
    "Edit Cloudflare Workers",
    "Edit load balancing configuration",
    "Edit zone DNS",
    "Read all resources",
    "Read analytics and logs",
    "Read billing info",
    "WordPress",
)
"""https://developers.cloudflare.com/fundamentals/api/reference/template/"""
TEMPLATE = re.compile(r"template:?\W{1,4}[\"“'*`]([\w ]{3,60})[\"”'*`]", re.IGNORECASE)
PRICE = re.compile(r"(?:paid workers plan|workers paid(?: plan)?)[^$\n]{0,40}\$\s?(\d+)", re.IGNORECASE)
PRICE_OF_WORKERS_PAID = 5
"""Dollars a month, in 2026."""
WORKERS_DEV = re.compile(r"(?<![\w/.@-])[\w<>.-]+\.workers\.dev\b(?!/)")
CNAME = re.compile(r"\bCNAME\b")
NEAR = 3
"""Lines in which the fields of one DNS record stand, when they stand in a list."""


def records_to_workers_dev(runbook: Runbook) -> Iterator[Defect]:
    lines = runbook.markdown.lines
    commands = {
        block.start.line + offset
        for block in runbook.markdown.blocks
        if block.language in SHELLS
        for offset in range(len(block.lines))
    }
    for number, line in enumerate(lines, 1):
        found = WORKERS_DEV.search(line)
        if not found or number in commands or f"//{found.group()}" in line:
            continue
        if any(CNAME.search(near) for near in lines[max(0, number - 1 - NEAR) : number]):
            yield Defect(
                Place(number, found.start() + 1),
                f"a CNAME to `{found.group()}` leads to no Worker.",
                "a custom domain (`custom_domain = true` in `routes`), or a route on a proxied record",
            )


def unknown_templates(runbook: Runbook) -> Iterator[Defect]:
    known = {template.lower() for template in TEMPLATES}
    for line in runbook.markdown.prose:
        if re.search(r"\btokens?\b|permission", " ".join(runbook.markdown.above(line.number + 1, 6)), re.IGNORECASE):
            for found in TEMPLATE.finditer(line.text):
                if found.group(1).strip().lower() not in known:
                    place = Place(line.number, found.start(1) + 1)
                    yield Defect(
                        place,
                        f"Cloudflare has no template `{found.group(1).strip()}` for tokens.",
                        "`Edit Cloudflare Workers`, and the permissions beside it that are missing: Queues Edit, D1 Edit",
                    )


def prices(runbook: Runbook) -> Iterator[Defect]:
    for line in runbook.markdown.prose:
        found = line.find(PRICE)
        if found and int(found.group(1)) != PRICE_OF_WORKERS_PAID:
            place = Place(line.number, found.start(1))
            yield Defect(
                place,
                f"Workers Paid starts at ${PRICE_OF_WORKERS_PAID} a month, not ${found.group(1)}.",
                "no price, but a link: https://developers.cloudflare.com/workers/platform/pricing/",
            )


@dataclass(frozen=True)
class Claim:
    """A sentence that runbooks say and that is not so."""

    said: re.Pattern[str]
    reason: str
    instead: str
    unless: re.Pattern[str] | None = None
    """What, anywhere in the document, shows that its author knows."""
    in_headings: bool = True

    def check(self, runbook: Runbook) -> Iterator[Defect]:
        if self.unless and self.unless.search(runbook.markdown.text):
            return
        for number, text in _statements(runbook, with_headings=self.in_headings):
            if found := self.said.search(text):
                yield Defect(Place(number, found.start() + 1), self.reason, self.instead)


def _statements(runbook: Runbook, *, with_headings: bool) -> Iterator[tuple[int, str]]:
    """Prose, and the comments of shell code."""
    for line in runbook.markdown.prose:
        if with_headings or not line.is_heading:
            yield line.number, line.text
    for shell_code in runbook.shells:
        for comment in shell_code.script.comments:
            place = shell_code.code.place(comment.line, comment.column)
            yield place.line, " " * (place.column - 1) + comment.text


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


QUEUES = Claim(
    _words(
        r"queues? (?:is|are|gets?|will be) created automatically|(?:auto-?|automatically )creates? (?:the |its )?queues?"
    ),
    "no message creates a queue; a deploy does, in some releases of wrangler, and then writes its id nowhere.",
    "wrangler queues create NAME, before the first deployment",
)
GRADUAL = Claim(
    _words(r"\bgradual(?:ly)?\b.{0,60}\b(?:replac\w+|roll\w*|shift\w*|version)|\b(?:roll\w*|replac\w+) gradual"),
    "`wrangler deploy` gives all requests to the new version at once.",
    "wrangler versions upload, and wrangler versions deploy OLD@90% NEW@10%",
    unless=_words(r"wrangler versions (?:upload|deploy)"),
)
DASHBOARD = Claim(
    _words(r"\b(?:environment )?variables?\b.{0,40}\bdashboard\b|\bdashboard\b.{0,40}\bvariables?\b"),
    "the next `wrangler deploy` removes variables that are set in the dashboard.",
    "`vars` in the configuration, or `keep_vars = true` if the dashboard shall win; secrets stay in either case",
    unless=_words(r"keep_vars|--keep-vars"),
)
TRUSTED = Claim(
    _words(r"\btrusted mode\b"),
    "in a trusted namespace all Workers share the cache of the zone, and the runbook does not say whose they are.",
    "say that only code of your own is in the namespace; customers' Workers belong into one that is not trusted",
    unless=_words(r"untrusted|first.party|own code|code of (?:our|your) own|customer|tenant"),
    in_headings=False,
)
RETIRED = Claim(
    _words(r"\bWorkers Unbound\b|\bunbound usage model\b|\bBundled (?:usage model|plan)\b|\bservice environments\b"),
    "the product is retired.",
    "the standard model of Workers, with `limits.cpu_ms` for more processor time",
)

RULES = (
    Rule(
        "cname-to-workers-dev",
        "A custom host has a route or a custom domain",
        "No request reaches the Worker: workers.dev serves no host but its own.",
        check=records_to_workers_dev,
        requirements=("R23", "T23"),
    ),
    Rule(
        "token-template",
        "Templates for tokens exist",
        "Whoever sets up the account looks for it, and takes another one with other permissions.",
        check=unknown_templates,
        requirements=("R27",),
    ),
    Rule(
        "plan-price",
        "Prices are right, or not there",
        "A plan is budgeted, or refused, for the wrong reason.",
        check=prices,
        severity=Severity.NOTE,
        requirements=("R25",),
    ),
    Rule(
        "queue-creates-itself",
        "Queues are created before they are used",
        "The deployment stops because the queue is not there.",
        check=QUEUES.check,
        requirements=("R12",),
    ),
    Rule(
        "rollout-is-not-gradual",
        "A gradual rollout has its commands",
        "All users get a broken version at once.",
        check=GRADUAL.check,
        requirements=("T99",),
    ),
    Rule(
        "variables-in-dashboard",
        "Variables have one home",
        "The next deployment silently takes them away.",
        check=DASHBOARD.check,
        requirements=("T33", "T46"),
    ),
    Rule(
        "trusted-mode-shares-cache",
        "Trusted mode is for code of one's own",
        "One customer's Worker reads or replaces what another one cached.",
        check=TRUSTED.check,
        severity=Severity.WARNING,
        requirements=("D3",),
    ),
    Rule(
        "retired-product",
        "Products exist",
        "Nobody can buy or switch on what the step asks for.",
        check=RETIRED.check,
        requirements=("P61", "P22"),
    ),
)
