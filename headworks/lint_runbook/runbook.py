"""A runbook as the rules see it: its commands and configurations, wherever in the Markdown they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headworks.lint_runbook import shell, structured
from headworks.lint_runbook.markdown import Code, Line, Markdown
from headworks.lint_runbook.rule import Place
from headworks.lint_runbook.wrangler import WranglerCall, read_call, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headworks.lint_runbook.shell import Command, Script, Word

SHELLS = frozenset({"bash", "console", "ksh", "sh", "shell", "shell-session", "shellscript", "terminal", "zsh"})
READERS = {
    "json": structured.read_json,
    "jsonc": structured.read_json,
    "json5": structured.read_json,
    "toml": structured.read_toml,
    "yaml": structured.read_yaml,
    "yml": structured.read_yaml,
}
WRANGLER_FILE = re.compile(r"wrangler\.(?:toml|jsonc?)\b")
WRANGLER_IN_COMMENT = re.compile(r"\bwrangler(?: +[a-z][\w:-]*)+")
TOML_TABLE = re.compile(r"\s*\[\[?[\w.-]+\]\]?\s*$")
TOML_OPENING = re.compile(r"\s*[\w.-]+ = [\[{]\s*$")
COMMON_KEYS = frozenset({"base_dir"})
"""Keys of wrangler's that other files have, too, although they have an underscore."""


class Origin(StrEnum):
    BLOCK = "block"
    SPAN = "span"
    STEP = "step of a workflow"
    SCRIPT = "script of a package"
    COMMENT = "comment"


@dataclass(frozen=True)
class Step:
    """A command that the runbook has its reader (or a pipeline, or a package manager) run."""

    command: Command
    code: Code
    origin: Origin
    wrangler: WranglerCall | None

    @property
    def place(self) -> Place:
        return self.place_of(self.command.first)

    def place_of(self, word: Word) -> Place:
        return self.code.place(word.line, word.column)


@dataclass(frozen=True)
class ShellCode:
    code: Code
    script: Script
    origin: Origin


@dataclass(frozen=True)
class Configuration:
    code: Code
    structure: structured.Structure

    @property
    def value(self) -> dict[str, Any]:
        return self.structure.value if isinstance(self.structure.value, dict) else {}

    def place(self, *path: str | int) -> Place:
        return self.code.place(*self.structure.position(*path))

    def items(self, *path: str) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
        """The objects in the list at `path`, with their paths."""
        value: Any = self.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        for index, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, dict):
                yield (*path, index), item


class Runbook:
    def __init__(self, text: str) -> None:
        self.markdown = Markdown(text)

    @cached_property
    def shells(self) -> list[ShellCode]:
        """All code that a shell runs."""
        blocks = [block for block in self.markdown.blocks if block.language in SHELLS]
        spans = [span for span in self.markdown.spans if re.match(r"[\w./$]+ ", span.text)]
        found = [ShellCode(block, shell.read(self.without_toml(block)), Origin.BLOCK) for block in blocks]
        found += [ShellCode(span, shell.read(span.text), Origin.SPAN) for span in spans]
        found += [ShellCode(code, shell.read(code.text), Origin.SCRIPT) for code in self._package_scripts()]
        found += [ShellCode(code, shell.read(code.text), Origin.STEP) for code in self._workflow_steps()]
        return found

    @cached_property
    def steps(self) -> list[Step]:
        return [
            Step(command, shell_code.code, shell_code.origin, read_call(command.words))
            for shell_code in self.shells
            for command in shell_code.script.commands
        ]

    @cached_property
    def wrangler_steps(self) -> list[tuple[Step, WranglerCall]]:
        return [(step, step.wrangler) for step in self.steps if step.wrangler]

    @cached_property
    def mentioned(self) -> list[tuple[Step, WranglerCall]]:
        """Commands of wrangler in comments of shell code."""
        found = []
        for shell_code in self.shells:
            for comment in shell_code.script.comments:
                for match in WRANGLER_IN_COMMENT.finditer(comment.text):
                    words = [
                        shell.Word(word, word, comment.line, comment.column + match.start())
                        for word in match.group().split()
                    ]
                    call = read_call(words)
                    if call:
                        command = shell.Command(words=words)
                        found.append((Step(command, shell_code.code, Origin.COMMENT, call), call))
        return found

    @cached_property
    def unreadable(self) -> list[tuple[Code, structured.SyntaxProblem]]:
        return [(code, outcome) for code, outcome in self._read if isinstance(outcome, structured.SyntaxProblem)]

    @cached_property
    def configurations(self) -> list[Configuration]:
        """Of wrangler."""
        return [each for each in self._structures if self._is_wrangler(each)]

    @cached_property
    def packages(self) -> list[Configuration]:
        return [each for each in self._structures if isinstance(each.value.get("scripts"), dict)]

    @cached_property
    def workflows(self) -> list[Configuration]:
        """Of GitHub."""
        return [each for each in self._structures if isinstance(each.value.get("jobs"), dict)]

    @cached_property
    def environments(self) -> dict[str, Place]:
        """The environments of wrangler that the configurations declare, with the place of the first declaration."""
        found: dict[str, Place] = {}
        for configuration in self.configurations:
            for name in table(configuration.value.get("env")):
                found.setdefault(name, configuration.place("env", name))
        return found

    @cached_property
    def toml_in_shell(self) -> list[Code]:
        return [toml for block in self.markdown.blocks if block.language in SHELLS for toml in toml_in(block)]

    def first(self, pattern: re.Pattern[str]) -> Line | None:
        """The first line of prose in which it is found."""
        return next((line for line in self.markdown.prose if line.find(pattern)), None)

    def names_created(self, command: str) -> dict[str, Place]:
        """What `wrangler COMMAND NAME` creates in the runbook."""
        return {
            call.arguments[0].text: step.place_of(call.arguments[0])
            for step, call in self.wrangler_steps
            if call.command == command and call.arguments
        }

    @cached_property
    def _read(self) -> list[tuple[Code, structured.Structure | structured.SyntaxProblem]]:
        blocks = [(block, READERS[block.language]) for block in self.markdown.blocks if block.language in READERS]
        blocks += [(toml, structured.read_toml) for toml in self.toml_in_shell]
        found: list[tuple[Code, structured.Structure | structured.SyntaxProblem]] = []
        for code, read in blocks:
            try:
                found.append((code, read(code.text)))
            except structured.SyntaxProblem as problem:
                found.append((code, problem))
        return found

    @cached_property
    def _structures(self) -> list[Configuration]:
        return [Configuration(code, each) for code, each in self._read if isinstance(each, structured.Structure)]

    def _is_wrangler(self, configuration: Configuration) -> bool:
        keys = {key for key in configuration.value if isinstance(key, str)}
        known = keys & vocabulary().configuration.keys()
        distinctive = {key for key in known | keys & GONE_KEYS.keys() if "_" in key} - COMMON_KEYS
        if configuration.code.language in {"yaml", "yml"} or "scripts" in keys:
            return False
        nearby = [configuration.code.text, *self.markdown.above(configuration.code.start.line - 1, 2)]
        return bool(distinctive) or (bool(known) and any(WRANGLER_FILE.search(line) for line in nearby))

    def _package_scripts(self) -> Iterator[Code]:
        for package in self.packages:
            for name, script in package.value["scripts"].items():
                if isinstance(script, str) and script:
                    yield _part_of(package.code, script, package.structure.position("scripts", name)[0])

    def _workflow_steps(self) -> Iterator[Code]:
        for workflow in self.workflows:
            for path, value in workflow.structure.walk():
                if path and path[-1] == "run" and isinstance(value, str) and value.strip():
                    yield _part_of(workflow.code, value.strip("\n"), workflow.structure.position(*path)[0])

    @staticmethod
    def without_toml(block: Code) -> str:
        text = shell.without_prompts(block.text).split("\n")
        for toml in toml_in(block):
            first = toml.start.line - block.start.line
            text[first : first + len(toml.lines)] = [""] * len(toml.lines)
        return "\n".join(text)


GONE_KEYS: dict[str, str] = {
    "dispatch_namespace": "wrangler takes the namespace from `--dispatch-namespace NAME` of `wrangler deploy` alone",
    "experimental_services": "`services`",
    "kv-namespaces": "`kv_namespaces`",
    "legacy_env": "nothing: each environment is a Worker of its own",
    "miniflare": "`dev`",
    "node_compat": '`compatibility_flags = ["nodejs_compat"]`',
    "type": "nothing: the format is seen from the code",
    "usage_model": "nothing, all Workers have one model; a limit of their own is `limits.cpu_ms`",
    "webpack_config": "`build.command`",
    "zone_id": "`zone_id` or `zone_name` in each of `routes`",
}
"""Keys of the configuration that are no longer, or never were, and what to write instead."""


def table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def toml_in(block: Code) -> Iterator[Code]:
    """Lines of wrangler.toml among shell commands: tables, and lists and inline tables over several lines."""
    lines = block.lines
    number = 0
    while number < len(lines):
        if TOML_TABLE.match(lines[number]) or TOML_OPENING.match(lines[number]):
            end = _end_of_toml(lines, number)
            indents = block.indents[number:end]
            start = Place(block.start.line + number, indents[0] + 1)
            yield Code("\n".join(lines[number:end]), "toml", start, indents)
            number = end
        number += 1


def _end_of_toml(lines: list[str], start: int) -> int:
    """Where its brackets are closed again and no further key follows."""
    depth = 0
    for number in range(start, len(lines)):
        depth += sum(map(lines[number].count, "[{")) - sum(map(lines[number].count, "]}"))
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if depth <= 0 and not (re.match(r"\s*[\w.-]+ = ", following) or TOML_TABLE.match(following)):
            return number + 1
    return len(lines)


def _part_of(code: Code, text: str, line: int) -> Code:
    """A text in a string or a block of `code`, which begins at `line` (from 0) or after it."""
    indents, number = [], line
    for part in text.split("\n"):
        found = next((at for at in range(number, len(code.lines)) if part in code.lines[at]), number)
        number = min(found, len(code.lines) - 1)
        indents.append(code.indents[number] + max(code.lines[number].find(part), 0))
        line = number if len(indents) == 1 else line
        number += 1
    return Code(text, None, Place(code.start.line + line, indents[0] + 1), tuple(indents))
