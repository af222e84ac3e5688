"""What wrangler understands, and its command lines taken apart by it.

The words are in wrangler.json, as `scripts/wrangler_words.cjs` takes them from a release of wrangler.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from headworks.lint_runbook.shell import Word

FILE = Path(__file__).with_name("wrangler.json")
RUNNERS = frozenset(
    {"bun", "bunx", "command", "dlx", "env", "exec", "npm", "npx", "pnpm", "pnpx", "sudo", "time", "x", "yarn"}
)
"""What may stand before `wrangler`."""
SHORT = re.compile(r"-\w")


@dataclass(frozen=True)
class Vocabulary:
    version: str
    global_flags: Mapping[str, Any]
    """Flag → "switch", "value", "values", or a list of the values that there are."""
    commands: Mapping[str, Any]
    """Words → `flags` and how many `arguments` (null: any number); null for words that only lead to commands."""
    configuration: Mapping[str, Any]
    """Key → the keys below it, through lists; null where anything may stand."""
    environment: Mapping[str, Any]
    """The same, below `env.NAME`."""
    not_inherited: frozenset[str]
    """Keys that an environment does not take over from the top level."""

    def flags_of(self, command: str) -> dict[str, Any]:
        return {**self.global_flags, **(self.commands.get(command) or {}).get("flags", {})}


@cache
def vocabulary() -> Vocabulary:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return Vocabulary(**{**document, "not_inherited": frozenset(document["not_inherited"])})


@dataclass(frozen=True)
class Flag:
    name: str
    values: tuple[str, ...]
    word: Word


@dataclass(frozen=True)
class WranglerCall:
    program: Word
    """The word `wrangler`."""
    command: str
    """The words of the command as far as wrangler knows them, spelled as today: `kv key list` for `kv:key list`."""
    unknown: str
    """The word after them with which wrangler can do nothing; empty if there is none."""
    written: str
    """The words of the command as they stand there, with the unknown one."""
    arguments: tuple[Word, ...]
    flags: tuple[Flag, ...]
    before: tuple[str, ...] = field(default=())
    """How it is started, such as `npx`."""

    def flag(self, *names: str) -> str | None:
        """The value of a flag by any of its names, "" if it has none; None if it is not there."""
        return next((" ".join(flag.values) for flag in self.flags if flag.name in names), None)

    @property
    def environment(self) -> str | None:
        return self.flag("env", "e")

    @property
    def exists(self) -> bool:
        return not self.unknown and self.written == self.command and bool(vocabulary().commands.get(self.command))


def read_call(words: Sequence[Word]) -> WranglerCall | None:
    """Take a command apart if it starts wrangler, by whatever runner; None for other commands."""
    start = _program(words)
    if start is None:
        return None
    path, rest, unknown, written = _command(words[start + 1 :])
    flags, arguments = _sorted(rest, vocabulary().flags_of(path))
    return WranglerCall(
        program=words[start],
        command=path,
        unknown=unknown,
        written=written,
        arguments=tuple(arguments),
        flags=tuple(flags),
        before=tuple(word.text for word in words[:start]),
    )


def _program(words: Sequence[Word]) -> int | None:
    for index, word in enumerate(words):
        if word.text == "wrangler" or word.text.startswith("wrangler@"):
            return index
        if word.text not in RUNNERS and not word.text.startswith("-"):
            return None
    return None


def _command(words: Sequence[Word]) -> tuple[str, list[Word], str, str]:
    """The command, the words beside it, the word that leads nowhere, and what is written."""
    known = vocabulary().commands
    path, written, rest = "", "", []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word.text.startswith("-"):
            rest.append(word)
            if _takes_next(word, vocabulary().global_flags) and waiting:
                rest.append(waiting.pop(0))
            continue
        longer = f"{path} {word.text.replace(':', ' ')}".strip()
        if longer in known:
            path, written = longer, f"{written} {word.text}".strip()
            continue
        if known.get(path) is None:  # only words that lead to commands so far
            return path, rest + waiting, word.text, f"{written} {word.text}".strip()
        rest += [word, *waiting]
        break
    return path, rest, "", written


def _sorted(words: Sequence[Word], known: Mapping[str, Any]) -> tuple[list[Flag], list[Word]]:
    """Flags with their values, and arguments."""
    flags: list[Flag] = []
    arguments: list[Word] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word.text == "--":
            return flags, arguments + waiting
        if not word.text.startswith("-") or word.text == "-":
            arguments.append(word)
            continue
        name, has_value, value = word.text.lstrip("-").partition("=")
        values = [value] if has_value else list(_values(word, known, waiting))
        flags.append(Flag(in_kebab_case(name), tuple(values), word))
    return flags, arguments


def _values(word: Word, known: Mapping[str, Any], waiting: list[Word]) -> Iterator[str]:
    kind = known.get(in_kebab_case(word.text.lstrip("-")))
    if kind == "switch":
        if waiting and waiting[0].text in {"true", "false"}:
            yield waiting.pop(0).text
        return
    while waiting and not waiting[0].text.startswith("--") and not SHORT.fullmatch(waiting[0].text):
        yield waiting.pop(0).text
        if kind != "values":
            return


def _takes_next(word: Word, known: Mapping[str, Any]) -> bool:
    return "=" not in word.text and known.get(in_kebab_case(word.text.lstrip("-"))) not in {None, "switch"}


def in_kebab_case(name: str) -> str:
    """`dispatchNamespace` and `dispatch-namespace` are one flag."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "-" + found.group(1).lower(), name)
