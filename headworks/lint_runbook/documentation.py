"""The rules as a table for people; a test holds that docs/lint-runbook.md has it."""

from collections.abc import Iterator

from headworks.lint_runbook.lint import ALL_RULES


def table_of_rules() -> str:
    """In Markdown, without a newline at its end."""
    return "\n".join(_rows())


def _rows() -> Iterator[str]:
    yield "| rule | | holds that | else | lines |"
    yield "|---|---|---|---|---|"
    for rule in ALL_RULES:
        cells = [f'<a id="{rule.id}"></a>`{rule.id}`', rule.severity, rule.title, rule.consequence]
        yield "| " + " | ".join([*cells, " ".join(rule.requirements)]).rstrip() + " |"
