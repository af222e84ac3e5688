"""From the Pulumi files of a system directory to an environment.

The files are read in every case: for the lines of problems, and for the other environments of the system. What the
engine hands to the program takes the place of what the files say (`pulumi up --config` can differ from them).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath

from headworks.model.checks.every_worker import every_worker
from headworks.model.documents import Document, shown
from headworks.model.draft import Draft, Section, draft
from headworks.model.environment import Environment
from headworks.model.problems import Finding, Problem, SpecificationError
from headworks.model.resolution import resolve, sibling
from headworks.model.specification import Specification
from headworks.model.stack_files import stacks_of
from headworks.model.validation import unknown_key

PROJECT_FILE = "Pulumi.yaml"
SYSTEM = "headworks:system"
ENVIRONMENT = "headworks:environment"


def load_environment(
    directory: FilePath, stack: str, *, configuration: Mapping[str, object] | None = None
) -> Environment:
    """The environment of a stack, from the Pulumi.yaml and the stack files of a system directory.

    `configuration` is what the engine hands to the program, `{"system": {…}, "environment": {…}}`; the stack may then do
    without a file of its own. Raises SpecificationError with everything that is wrong, the other environments of the
    system included: without them nobody can tell whether names clash.
    """
    project, stacks = _read(directory, stack, must_exist=configuration is None)
    given = configuration or {}
    name = project.at("name")
    drafts = {
        stack: draft(
            _system(project, given.get("system")),
            _environment(directory, stack, stacks.get(stack), given.get("environment")),
        )
    }
    for other, document in stacks.items():
        if other != stack and document.at("config", ENVIRONMENT) is not None:
            drafts[other] = draft(_system(project), _environment(directory, other, document))
    _raise_any((*_problems_of_files(project, stacks), *_problems_of_drafts(drafts)))
    valid = {each: result for each, result in drafts.items() if isinstance(result, Draft)}
    return resolve(
        valid[stack].specification,
        system=str(name),
        stack=stack,
        declared=valid[stack].declared,
        siblings=[sibling(valid[each].specification) for each in sorted(valid) if each != stack],
    )


def _read(directory: FilePath, stack: str, *, must_exist: bool) -> tuple[Document, dict[str, Document]]:
    project_file = directory / PROJECT_FILE
    files = stacks_of(directory)
    problems = []
    if not project_file.is_file():
        problems.append(
            _absent(project_file, "there is no such file, so there is no system here", "name a folder that has one")
        )
    elif must_exist and stack not in files:
        known = f"choose one of {', '.join(files)}" if files else "there is no stack yet"
        problems.append(
            _absent(_stack_file(directory, stack), f"there is no stack {stack!r}", f"{known}, or write this file")
        )
    documents: dict[FilePath, Document] = {}
    for file in (project_file, *files.values()):
        if file.is_file():
            try:
                documents[file] = Document(file)
            except SpecificationError as error:
                problems.extend(error.problems)
    _raise_any(problems)
    return documents[project_file], {name: documents[file] for name, file in files.items()}


def _stack_file(directory: FilePath, stack: str) -> FilePath:
    return directory / f"Pulumi.{stack}.yaml"


def _absent(file: FilePath, reason: str, fix: str) -> Problem:
    return Problem(file=shown(file), line=None, path="", value=None, reason=reason, fix=fix)


def _system(project: Document, given: object = None) -> Section:
    return Section(
        title=SYSTEM,
        file=project.file,
        document=project,
        prefix=("config", SYSTEM, "value"),
        content=project.at("config", SYSTEM, "value") if given is None else given,
    )


def _environment(directory: FilePath, stack: str, document: Document | None, given: object = None) -> Section:
    return Section(
        title=ENVIRONMENT,
        file=shown(_stack_file(directory, stack)),
        document=document,
        prefix=("config", ENVIRONMENT),
        content=document.at("config", ENVIRONMENT) if document and given is None else given,
    )


def _raise_any(problems: Iterable[Problem]) -> None:
    """One problem at one place is enough: what follows from it, or recurs in another environment, says no more."""
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.file, problem.path), problem)
    files = list(dict.fromkeys(problem.file for problem in first.values()))
    if first:
        raise SpecificationError(
            tuple(sorted(first.values(), key=lambda problem: (files.index(problem.file), problem.line or 0)))
        )


def _problems_of_drafts(drafts: Mapping[str, Draft | list[Problem]]) -> Iterator[Problem]:
    """What is wrong with one environment, and what two of them both claim."""
    claimed: dict[tuple[str, ...], Section] = {}
    for result in drafts.values():
        if isinstance(result, list):
            yield from result
            continue
        for claim, finding in _claims(result.specification):
            other = claimed.setdefault(claim, result.environment)
            if other is not result.environment:
                yield result.environment.problem(replace(finding, reason=finding.reason.format(other=other.file)))


def _claims(specification: Specification) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """What only one environment of a system can have, and what to say to the second. Names are for the policies."""
    account = specification.account_id
    yield (
        ("environment", specification.name),
        Finding(
            path=("name",),
            value=specification.name,
            reason="{other} describes an environment of this name too",
            fix="give each environment a name of its own",
        ),
    )
    for zone in specification.zones:
        yield (
            (account, "zone", zone),
            Finding(
                path=("zones", zone),
                reason="the environment of {other} sets this zone too: the one that is brought up last would win",
                fix="leave the settings of a zone to one environment",
            ),
        )
    for _, worker, path in every_worker(specification):
        for binding, limit in worker.ratelimits.items():
            yield (
                (account, "rate limit", limit.namespace_id),
                Finding(
                    path=(*path, "ratelimits", binding, "namespace_id"),
                    value=limit.namespace_id,
                    reason="the environment of {other} counts under this number too: its requests would use this limit up",
                    fix="give each environment a number of its own",
                ),
            )


def _problems_of_files(project: Document, stacks: Mapping[str, Document]) -> Iterator[Problem]:
    """What a model cannot see: the keys beside ours, and YAML that engines would pass on in another form."""
    if not isinstance(project.at("name"), str):
        finding = Finding(path=("name",), reason="the project has no name; it names the system", fix="write name: …")
        yield _whole_file(project).problem(finding)
    written = project.at("config", SYSTEM)
    if isinstance(written, Mapping) and "value" not in written:
        finding = Finding(
            path=(),
            reason="has no 'value', which Pulumi wants here for a namespace that is not the project's own",
            fix="put a line 'value:' below it and indent what follows",
        )
        yield _section_of(project, SYSTEM).problem(finding)
    yield from _problems_of_config(project, _system(project))
    for document in stacks.values():
        yield from _problems_of_config(document, _section_of(document, ENVIRONMENT))


def _problems_of_config(document: Document, section: Section) -> Iterator[Problem]:
    config = document.at("config")
    for key in config if isinstance(config, Mapping) else ():
        if key.startswith("headworks:") and key != section.title:
            reason, fix = unknown_key(key, [section.title])
            yield _section_of(document, key).problem(Finding(path=(), reason=reason, fix=fix))
    depth = len(section.prefix)
    for paths, reason, fix in (
        (document.dates, *_DATE),
        (document.encrypted, *_ENCRYPTED),
    ):
        for path in paths:
            if path[:depth] == section.prefix:
                yield section.problem(Finding(path=path[depth:], reason=reason, fix=fix))


_DATE = ("is a point in time to YAML, which reaches the program in another form", "put the date in quotes")
_ENCRYPTED = (
    "is an encrypted value, but what is secret never goes through a stack: its state would hold it",
    "take it out, list its name under 'secrets', and send the value with `headworks secrets put`",
)


def _section_of(document: Document, key: str) -> Section:
    return Section(
        title=key, file=document.file, document=document, prefix=("config", key), content=document.at("config", key)
    )


def _whole_file(document: Document) -> Section:
    return Section(title="", file=document.file, document=document, prefix=(), content=document.content)
