"""One environment on its way from two sections of files to a specification."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headworks.model.checks import findings
from headworks.model.documents import Document
from headworks.model.merge import idle_removals, merge
from headworks.model.problems import Finding, Path, Problem, dotted
from headworks.model.specification import Specification, System
from headworks.model.validation import expand, known_keys, unknown_key, validate


@dataclass(frozen=True, kw_only=True)
class Section:
    """The part of a file that says what a system or an environment is."""

    title: str
    """Its key: `headworks:system` or `headworks:environment`."""
    file: str
    document: Document | None
    """None when the engine knows of a stack that has no file."""
    prefix: Path
    """Where it stands in the file."""
    content: object
    """What it says; None when it is not there."""

    def problem(self, finding: Finding) -> Problem:
        """The finding at its place in this section."""
        return Problem(
            file=self.file,
            line=self.document.line((*self.prefix, *finding.path)) if self.document else None,
            path=dotted((self.title, *finding.path) if self.title else finding.path),
            value=finding.value,
            reason=finding.reason,
            fix=finding.fix,
        )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A valid specification, not yet seen beside the others of its system."""

    specification: Specification
    declared: Specification
    """What the system alone says under the names of this environment."""
    environment: Section


def draft(system: Section, environment: Section) -> Draft | list[Problem]:
    """The environment over its system, or everything that is wrong with either."""
    absent = [section.problem(_ABSENT) for section in (system, environment) if section.content is None]
    if absent:
        return absent
    shared = expand(System, system.content)
    special = expand(Specification, environment.content)
    own = {key: value for key, value in special.items() if key in _OWN} if isinstance(special, dict) else {}

    below = validate(System, shared)
    whole = validate(Specification, merge(shared, special))
    declared = validate(Specification, merge(shared, own))
    problems = [system.problem(finding) for finding in _found(below)]
    problems += [environment.problem(finding) for finding in _idle(shared, special)]
    known = {(finding.path, finding.reason) for finding in _found(below)}
    for finding in (*_found(whole), *(findings(whole) if isinstance(whole, Specification) else ())):
        if (finding.path, finding.reason) not in known:
            section = environment if _depth(special, finding.path) >= _depth(shared, finding.path) else system
            problems.append(section.problem(finding))
    if problems or isinstance(whole, list) or isinstance(declared, list):
        return problems
    return Draft(specification=whole, declared=declared, environment=environment)


_OWN = frozenset(Specification.model_fields) - frozenset(System.model_fields)
"""What an environment has and a system has not."""

_ABSENT = Finding(path=(), reason="is missing, so there is nothing to resolve", fix="write it below 'config'")


def _found(result: object) -> list[Finding]:
    return result if isinstance(result, list) else []


def _idle(shared: object, special: object) -> Iterator[Finding]:
    """A null that takes nothing away: a slip of the pen would otherwise leave in place what someone wanted gone."""
    for path in idle_removals(shared, special):
        known = known_keys(Specification, path[:-1])
        if known is not None and path[-1] not in known:
            reason, fix = unknown_key(path[-1], known)
        else:
            reason, fix = "null takes something away that the system does not have", "correct the key, or take it out"
        yield Finding(path=path, reason=reason, fix=fix)


def _depth(content: object, path: Path) -> int:
    """How far the path leads into this content."""
    for depth, key in enumerate(path):
        parts = dict(enumerate(content)) if isinstance(content, list) else content
        if not isinstance(parts, Mapping) or key not in parts:
            return depth
        content = parts[key]
    return len(path)
