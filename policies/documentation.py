"""The pages in docs/policies, made of the rules: `python -m policies.documentation` writes them, a test holds them current."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policies.pack import SUBJECTS
from policies.rule import ADVICE, ADVISORY, DOCUMENTATION, MANDATORY, OFF, ResourceRule, Rule

FOLDER = Path(__file__).parent.parent / DOCUMENTATION
INDEX = "README.md"
ENVIRONMENTS = ("production", "staging", "development")
LEVELS = {MANDATORY: "mandatory", ADVISORY: "advice", OFF: "off"}
GENERATED = "<!-- Made of the rules by `python -m policies.documentation`. -->"


def pages() -> dict[str, str]:
    """Name of each file, and what is in it."""
    return {INDEX: _index()} | {f"{rule.id}.md": _page(rule) for rules in SUBJECTS.values() for rule in rules}


def _index() -> str:
    lines = [GENERATED, "", "# The rules, by subject", "", "How they are judged: [policies](../policies.md)."]
    for subject, rules in SUBJECTS.items():
        lines += [
            "",
            f"## {subject}",
            "",
            f"| rule | | severity | {' | '.join(ENVIRONMENTS)} |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| [{rule.id}]({rule.id}.md) | {rule.title} | {rule.severity.value} | {' | '.join(_levels(rule))} |"
            for rule in rules
        ]
    return "\n".join(lines) + "\n"


def _levels(rule: Rule) -> list[str]:
    return [LEVELS[getattr(rule.levels, environment)] for environment in ENVIRONMENTS]


def _page(rule: Rule) -> str:
    levels = ", ".join(f"{name}: {level}" for name, level in zip(ENVIRONMENTS, _levels(rule), strict=True))
    judged = (
        "each resource by its inputs, before anything is changed"
        if isinstance(rule, ResourceRule)
        else "the graph of the stack"
    )
    parts = [
        GENERATED,
        f"# {rule.title}",
        f"`{rule.id}`",
        f"{rule.description}{' ' + rule.details if rule.details else ''}",
        "\n".join(_facts(rule, levels, judged)),
        f"## What to do\n\n{rule.remediation}",
    ]
    if rule.settings:
        parts.append("\n".join(_settings(rule.id, rule.settings)))
    return "\n\n".join(parts) + "\n"


def _facts(rule: Rule, levels: str, judged: str) -> Iterator[str]:
    yield f"- severity: {rule.severity.value}"
    yield f"- level: {levels}"
    if len(rule.levels.in_use) > 1:
        yield f"- as advice it is the policy `{rule.id}{ADVICE}`"
    yield f"- judged: {judged}"
    yield f"- lines of the runbooks: {', '.join(rule.requirements)}"


def _settings(rule_id: str, settings: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    yield "## Settings"
    yield ""
    for name, schema in settings.items():
        yield f"- `{name}` ({schema['type']}): {schema['description']} Default: `{json.dumps(schema['default'])}`."
    yield ""
    example = {rule_id: {name: schema["default"] for name, schema in settings.items()}}
    yield f"```json\n{json.dumps(example, indent=2)}\n```"


def write() -> None:
    """Write all pages, and remove those of rules that are gone."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
