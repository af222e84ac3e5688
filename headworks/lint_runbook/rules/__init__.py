"""The rules, by subject."""

from headworks.lint_runbook.rules import (
    commands,
    configuration,
    environments,
    placeholders,
    prose,
    releases,
    requests,
    shells,
)

RULES = (
    *commands.RULES,
    *releases.RULES,
    *environments.RULES,
    *configuration.RULES,
    *shells.RULES,
    *requests.RULES,
    *prose.RULES,
    *placeholders.RULES,
)
