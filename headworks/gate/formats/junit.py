"""JUnit XML, as test reports read it: a case per rule of the pack and per line of the runbook."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from headworks.gate.verdict import Kind, Reason, Verdict
from headworks.readiness.standing import Standing, State

_SKIPPED = frozenset({State.UNASSIGNED, State.UNSUPPORTED, State.LEFT_OUT, State.LATER, State.NOT_ASKED, State.ADVISED})


def as_junit(verdict: Verdict) -> str:
    readiness = verdict.readiness
    suite = Element("testsuite", name=f"headworks gate {readiness.system} {readiness.stack}")
    _preview(suite, [reason for reason in verdict.reasons if reason.kind in {Kind.PREVIEW, Kind.PLAN, Kind.NAME}])
    _policies(suite, verdict)
    for standing in readiness.standings:
        _line(suite, standing)
    for attribute, tag in (("failures", "failure"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    indent(suite)
    return tostring(suite, encoding="unicode", xml_declaration=True)


def _preview(suite: Element, reasons: list[Reason]) -> None:
    case = SubElement(suite, "testcase", classname="preview", name="the preview succeeds and its names are free")
    for reason in reasons:
        _fail(case, reason.id, reason.says)


def _policies(suite: Element, verdict: Verdict) -> None:
    broken = [reason for reason in verdict.reasons if reason.kind is Kind.POLICY]
    for rule in sorted(verdict.readiness.preview.judged | {reason.id for reason in broken}):
        case = SubElement(suite, "testcase", classname="policies", name=rule)
        for reason in broken:
            if reason.id != rule:
                continue
            if reason.blocks:
                _fail(case, reason.subject, reason.says)
            elif case.find("skipped") is None:
                SubElement(case, "skipped", message=_printable(reason.says))


def _line(suite: Element, standing: Standing) -> None:
    case = SubElement(suite, "testcase", classname="runbook", name=f"{standing.line.id} {standing.line.text}")
    says = "; ".join(f"{holding.by}: {holding.says}" for holding in standing.deciding) or standing.state.value
    if standing.is_blocking:
        _fail(case, standing.state.value, says)
    elif standing.state in _SKIPPED or standing.state in {State.MISSING, State.NOT_VERIFIED}:
        SubElement(case, "skipped", message=_printable(f"{standing.state.value}: {says}"))


def _fail(case: Element, kind: str, says: str) -> None:
    SubElement(case, "failure", type=kind, message=_printable(says))


def _printable(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
