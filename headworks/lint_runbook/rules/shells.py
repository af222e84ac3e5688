"""Shell code that a shell refuses, or reads differently than its author."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

from headworks.lint_runbook.rule import Defect, Rule, Severity
from headworks.lint_runbook.runbook import Origin, Runbook, ShellCode
from headworks.lint_runbook.shell import Command, for_bash, pipeline, without_prompts

BASH_ERROR = re.compile(r"line (\d+): (.*)")
QUERY = re.compile(r"(?:https?://|\$).*\?")
LENGTH = re.compile(r"\$\{#(\w+)\[[@*]\]\}")
SECONDS_FOR_BASH = 10


def bash() -> str | None:
    """The program that knows the syntax best, if it is here."""
    return shutil.which("bash")


def syntax(runbook: Runbook) -> Iterator[Defect]:
    """Bash reads each block without running anything of it. What dangles has a rule of its own."""
    program = bash()
    for shell_code in runbook.shells if program else ():
        if shell_code.origin is Origin.BLOCK and not shell_code.script.dangling:
            yield from _read_by_bash(str(program), runbook, shell_code)


def _read_by_bash(program: str, runbook: Runbook, shell_code: ShellCode) -> Iterator[Defect]:
    code = shell_code.code
    answer = subprocess.run(
        [program, "--noprofile", "--norc", "-n"],
        input=for_bash(runbook.without_toml(code)).encode(errors="replace"),
        capture_output=True,
        env={"LC_ALL": "C", "PATH": os.defpath},
        timeout=SECONDS_FOR_BASH,
        check=False,
    )
    found = BASH_ERROR.search(answer.stderr.decode(errors="replace"))
    if answer.returncode and found:
        written = [number for number, line in enumerate(code.lines) if line.strip()]
        line = min(int(found.group(1)) - 1, written[-1] if written else 0)
        yield Defect(code.place(line), f"bash: {found.group(2)}.", "close what is open in this line or before it")


def dangling_operators(runbook: Runbook) -> Iterator[Defect]:
    for shell_code in runbook.shells:
        for operator in shell_code.script.dangling:
            place = shell_code.code.place(operator.line, operator.column)
            yield Defect(
                place,
                f"`{operator.text}` waits for a command, and there is none.",
                "the command, or no operator: a comment is no command",
            )


def unquoted_ampersands(runbook: Runbook) -> Iterator[Defect]:
    for step in runbook.steps:
        words, end = step.command.words, step.command.ended_by
        if not words or not end or end.text not in {"&", ">&"}:
            continue
        last = words[-1]
        touches = end.line == last.line and end.column == last.column + len(last.written)
        rest = step.code.lines[end.line][end.column + 1 :] if end.line < len(step.code.lines) else ""
        if touches and QUERY.search(last.text) and re.match(r"[\w.-]+=", rest):
            lost = rest.partition(" ")[0]
            yield Defect(
                step.place_of(end),
                f"`&` ends the command: `{words[0].text}` runs in the background, and `{lost}` goes nowhere.",
                f'"{last.written}&{lost}"',
            )


def wrapped_base64(runbook: Runbook) -> Iterator[Defect]:
    for step in runbook.steps:
        flags = step.command.texts[1:]
        if step.command.name != "base64" or any(re.match(r"-\w*[dDw]|--(?:decode|wrap)|-b", flag) for flag in flags):
            continue
        if not any(_joins_lines(each) for each in pipeline(step.command)):
            written = " ".join(word.written for word in step.command.words)
            yield Defect(
                step.place, "`base64` of GNU breaks its output into lines of 76 characters.", f"{written} | tr -d '\\n'"
            )


def _joins_lines(command: Command) -> bool:
    return (command.name == "tr" and "-d" in command.texts) or command.name in {"jq", "base64"}


def lengths_of_strings(runbook: Runbook) -> Iterator[Defect]:
    for shell_code in runbook.shells:
        strings = {
            word.written.partition("=")[0]
            for command in shell_code.script.commands
            for word in command.assignments
            if re.match(r"\w+=[^(]", word.written)
        }
        for number, line in enumerate(shell_code.code.lines):
            if (found := LENGTH.search(line)) and found.group(1) in strings:
                name = found.group(1)
                yield Defect(
                    shell_code.code.place(number, found.start()),
                    f"`{name}` is a string, and a string has the length 1 as an array.",
                    f'{name}=(one two three), and for item in "${{{name}[@]}}"',
                )


def kills_by_pattern(runbook: Runbook) -> Iterator[Defect]:
    pattern = re.compile(r"\bpkill\b[^\n]*?\s-\w*f|\bkillall\b")
    for shell_code in runbook.shells:
        for number, line in enumerate(without_prompts(shell_code.code.text).split("\n")):
            if found := pattern.search(line):
                yield Defect(
                    shell_code.code.place(number, found.start()),
                    f"`{found.group()}` ends each process whose command line fits, of other people and projects, too.",
                    'keep the ids of what you start (`pids+=($!)`), and `kill "${pids[@]}"`',
                )


RULES = (
    Rule(
        "shell-syntax",
        "Shell code is read by a shell",
        "The shell refuses the block, or stops in the middle of it.",
        check=syntax,
        requirements=("D39",),
    ),
    Rule(
        "shell-dangling-operator",
        "An operator has a command on each side",
        "The shell waits for more, or takes the next line that somebody types.",
        check=dangling_operators,
        requirements=("D43",),
    ),
    Rule(
        "url-unquoted-ampersand",
        "URLs with `&` are quoted",
        "The server gets the request without its last parameters, and the shell goes on before the answer.",
        check=unquoted_ampersands,
        requirements=("D26",),
    ),
    Rule(
        "base64-wraps",
        "Base64 for a JSON body is one line",
        "The JSON has line ends inside a string, and the API refuses it; on macOS it works.",
        check=wrapped_base64,
        requirements=("D23",),
    ),
    Rule(
        "length-of-string",
        "Only arrays are counted as arrays",
        "The count is 1 whatever there is, and what is reported is nonsense.",
        check=lengths_of_strings,
        requirements=("D39",),
    ),
    Rule(
        "kill-by-pattern",
        "Processes are ended by their id",
        "Something else dies, too.",
        check=kills_by_pattern,
        severity=Severity.WARNING,
        requirements=("D41",),
    ),
)
