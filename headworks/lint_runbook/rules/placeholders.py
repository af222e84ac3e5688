"""What somebody meant to fill in."""

import re
from collections.abc import Iterator

from headworks.lint_runbook.rule import Defect, Place, Rule, Severity
from headworks.lint_runbook.runbook import Origin, Runbook
from headworks.lint_runbook.shell import Command, Word

CONTACT = re.compile(
    r"\[(?:[A-Z][\w ]*/[\w /]+|(?:TODO|TBD|FIXME|XXX|Name|Phone|Pager|Email|Slack|Contact|Owner)[\w ]*)\](?![(\[:])"
)
TODO = re.compile(r"\b(?:TBD|FIXME)\b")
IN_COMMANDS = re.compile(r"(?<![<\w])(?:YOUR_\w+|your-[\w-]+)")
IN_CONFIGURATION = re.compile(
    r"\b(?:your|YOUR)[-_][\w-]+|\bx{8}-x{4}-x{4}-x{4}-x{12}\b|<[\w -]+>|\b(?:REPLACE|CHANGE)[-_ ]?ME\b|\b[\w-]*(?:production|staging)[\w-]*-id\b"
)


def contacts(runbook: Runbook) -> Iterator[Defect]:
    for line in runbook.markdown.prose:
        for found in [*CONTACT.finditer(line.text), *TODO.finditer(line.text)]:
            place = Place(line.number, found.start() + 1)
            yield Defect(
                place,
                f"`{found.group()}` is not filled in.",
                "a name with a number or address, or the rota where both stand",
            )


def in_commands(runbook: Runbook) -> Iterator[Defect]:
    """The first of each: a runbook that has one, has it everywhere."""
    places: dict[str, list[Place]] = {}
    for shell_code in runbook.shells:
        if shell_code.origin in {Origin.BLOCK, Origin.SPAN}:
            found = [*shell_code.script.placeholders, *_named(shell_code.script.commands)]
            for word in found:
                places.setdefault(word.text, []).append(shell_code.code.place(word.line, word.column))
    for text, found_at in places.items():
        lines = sorted({place.line for place in found_at})
        further = f" (also in lines {', '.join(map(str, lines[1:]))})" if len(lines) > 1 else ""
        what = "bash reads it as redirections" if text.startswith("<") else "nothing stops whoever runs it as it is"
        name = re.sub(r"\W+", "_", text.removeprefix("your-").removeprefix("YOUR_").strip("<>")).upper()
        yield Defect(
            min(found_at),
            f"`{text}` is a placeholder, and {what}{further}.",
            f"${{{name}:?}}, which stops when it is not set",
        )


def _named(commands: list[Command]) -> Iterator[Word]:
    for command in commands:
        for word in command.words:
            for found in IN_COMMANDS.finditer(word.text):
                yield Word(
                    found.group(), found.group(), word.line, word.column + max(word.written.find(found.group()), 0)
                )


def in_configurations(runbook: Runbook) -> Iterator[Defect]:
    seen: set[str] = set()
    for configuration in runbook.configurations:
        for path, value in configuration.structure.walk():
            found = IN_CONFIGURATION.fullmatch(value) if isinstance(value, str) else None
            if found and value not in seen and path[-1] not in {"binding", "description"}:
                seen.add(value)
                yield Defect(
                    configuration.place(*path),
                    f"`{path[-1]}` has a placeholder for its value: `{value}`.",
                    "the real name; ids come from the outputs of the stack (`headworks outputs`)",
                )


RULES = (
    Rule(
        "placeholder-contact",
        "Contacts are filled in",
        "In the incident nobody knows whom to call.",
        check=contacts,
        requirements=("P80",),
    ),
    Rule(
        "placeholder-in-command",
        "Commands run as they stand",
        "A file of that name is read or overwritten, or the command acts on something that does not exist.",
        check=in_commands,
        severity=Severity.NOTE,
        requirements=("D6",),
    ),
    Rule(
        "placeholder-in-configuration",
        "Configurations hold real names",
        "The deployment stops, or makes something with the name of the placeholder.",
        check=in_configurations,
        severity=Severity.NOTE,
        requirements=("R8", "T9"),
    ),
)
