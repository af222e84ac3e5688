"""One environment on its way from two sections of files to a specification."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from headworks.model.checks import findings
from headworks.model.documents import Document
from headworks.model.merge import idle_removals, merge
from headworks.model.problems import Finding, Path, Problem, dotted
from headworks.model.specification import Shared, Specification, System
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
    """The environment over its system, with the profiles that it names between them, or everything that is wrong with any."""
    absent = [section.problem(_ABSENT) for section in (system, environment) if section.content is None]
    if absent:
        return absent
    below = validate(System, expand(System, system.content))
    shared, profiles = _profiles(system)
    chosen = [profiles[name] for name in _chosen(environment) if name in profiles]
    layers = [shared, *chosen, replace(environment, content=expand(Specification, environment.content))]

    base = reduce(merge, [layer.content for layer in layers[:-1]])
    special = layers[-1].content
    whole = validate(Specification, merge(base, special))
    declared = validate(Specification, merge(base, _own(special)))
    problems = [system.problem(finding) for finding in _found(below)]
    known = {(finding.path, finding.reason) for finding in _found(below)}
    for profile in profiles.values():
        problems += [
            profile.problem(finding)
            for finding in _of_profile(shared, profile)
            if (finding.path, finding.reason) not in known
        ]
    problems += [environment.problem(finding) for finding in _idle(base, special)]
    problems += [environment.problem(finding) for finding in _unknown_profiles(environment, profiles)]
    for finding in (*_found(whole), *(findings(whole) if isinstance(whole, Specification) else ())):
        if (finding.path, finding.reason) not in known:
            problems.append(_writer(layers, finding.path).problem(finding))
    if problems or isinstance(whole, list) or isinstance(declared, list):
        return problems
    return Draft(specification=whole, declared=declared, environment=environment)


def _writer(layers: list[Section], path: Path) -> Section:
    """Who wrote what stands at this path: of those whose text leads farthest towards it, the last."""
    return max(reversed(layers), key=lambda layer: _depth(layer.content, path))


def _own(content: object) -> dict[str, object]:
    return {key: value for key, value in content.items() if key in _OWN} if isinstance(content, dict) else {}


# ---- profiles


def _profiles(system: Section) -> tuple[Section, dict[str, Section]]:
    """The system without its profiles, and these by name, ready to be merged over it."""
    content = expand(System, system.content)
    written = content.get("profiles") if isinstance(content, dict) else None
    shared = {key: value for key, value in content.items() if key != "profiles"} if isinstance(content, dict) else {}
    profiles = {
        name: Section(
            title=f"{system.title}.profiles.{name}",
            file=system.file,
            document=system.document,
            prefix=(*system.prefix, "profiles", name),
            content=expand(Specification, profile),
        )
        for name, profile in (written.items() if isinstance(written, dict) else ())
        if isinstance(profile, dict)
    }
    return replace(system, content=shared), profiles


def _chosen(environment: Section) -> list[str]:
    content = environment.content
    names = content.get("profiles") if isinstance(content, Mapping) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _unknown_profiles(environment: Section, profiles: Mapping[str, Section]) -> Iterator[Finding]:
    chosen = _chosen(environment)
    for index, name in enumerate(chosen):
        if name not in profiles:
            known = f"the system has {', '.join(profiles)}" if profiles else "the system has no profiles"
            yield Finding(
                path=("profiles", index),
                value=name,
                reason=f"there is no such profile; {known}",
                fix="correct the name",
            )
        elif name in chosen[:index]:
            yield Finding(
                path=("profiles", index),
                value=name,
                reason="this profile is merged in already",
                fix="take one of the two out",
            )


def _of_profile(shared: Section, profile: Section) -> Iterator[Finding]:
    """What is wrong with a profile, whether or not an environment names it: it is looked at over the system alone."""
    content = profile.content
    assert isinstance(content, dict)
    for key in content.keys() & NOT_IN_PROFILES:
        yield Finding(
            path=(key,),
            reason=f"{key!r} belongs to one environment, not to a profile",
            fix="write it in its stack file",
        )
    yield from _idle(shared.content, content)
    whole = validate(Specification, merge(merge(shared.content, content), _SOME_ENVIRONMENT))
    for finding in _found(whole):
        if _depth(content, finding.path) >= _depth(shared.content, finding.path):
            yield finding


NOT_IN_PROFILES = frozenset({"name", "account_id", "production", "profiles"})
"""What an environment has to say for itself."""
_SOME_ENVIRONMENT = {"name": "profile", "account_id": 32 * "0", "production": False, "profiles": []}


# ---- findings and their places


_OWN = frozenset(Specification.model_fields) - frozenset(Shared.model_fields)
"""What an environment says for itself alone."""

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
