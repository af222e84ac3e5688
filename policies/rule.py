"""A rule, and how it becomes policies of Pulumi.

A policy has one enforcement level for all stacks, while a rule may be mandatory in production and advice elsewhere. So
a rule becomes one policy per level that occurs in its table, and each of them looks only at environments of its level:
`declared-secrets-must-be-set` (mandatory) and `declared-secrets-must-be-set-advice`, for example.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.graph import Environment, Resource, Stack
from policies.properties import Properties
from policies.secret_shapes import without_secrets
from policies.tokens import WORKER_ENVIRONMENT
from policies.waivers import Waiver, is_waived, stated_waivers

MANDATORY = EnforcementLevel.MANDATORY
ADVISORY = EnforcementLevel.ADVISORY
OFF = EnforcementLevel.DISABLED

STACK = "stack"
"""What a violation is about that no single resource is to blame for."""

ADVICE = "-advice"
"""What the name of the policy ends in that gives as advice what is mandatory elsewhere."""

DOCUMENTATION = "docs/policies"
"""Folder of the pages, one per rule."""


@dataclass(frozen=True)
class Levels:
    """The level of a rule per kind of environment."""

    _: KW_ONLY
    production: EnforcementLevel
    staging: EnforcementLevel
    development: EnforcementLevel

    def of(self, environment: Environment) -> EnforcementLevel:
        level: EnforcementLevel = getattr(self, environment.value)
        return level

    @property
    def in_use(self) -> list[EnforcementLevel]:
        used = {self.production, self.staging, self.development}
        return [level for level in (MANDATORY, ADVISORY) if level in used]


EVERYWHERE = Levels(production=MANDATORY, staging=MANDATORY, development=MANDATORY)
OUTSIDE_DEVELOPMENT = Levels(production=MANDATORY, staging=MANDATORY, development=OFF)
ADVICE_OUTSIDE_PRODUCTION = Levels(production=MANDATORY, staging=ADVISORY, development=OFF)
ADVICE_IN_PRODUCTION = Levels(production=ADVISORY, staging=OFF, development=OFF)
ADVISED_EVERYWHERE = Levels(production=ADVISORY, staging=ADVISORY, development=ADVISORY)
IN_DEVELOPMENT = Levels(production=OFF, staging=OFF, development=MANDATORY)
OUTSIDE_PRODUCTION = Levels(production=OFF, staging=MANDATORY, development=MANDATORY)
IN_PRODUCTION = Levels(production=MANDATORY, staging=OFF, development=OFF)
ADVICE_ELSEWHERE = Levels(production=MANDATORY, staging=ADVISORY, development=ADVISORY)


@dataclass(frozen=True)
class Violation:
    """One finding. None of its texts may hold a value that could be secret: physical and logical names, nothing else."""

    consequence: str
    """What is wrong and what comes of it."""
    fix: str
    _: KW_ONLY
    property: str = ""
    """Path of the property, as Pulumi spells it."""
    resource: Resource | None = None
    """In the graph of a stack: the resource to blame; None blames the stack."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    title: str
    description: str
    details: str = ""
    """For the page of the rule: what exactly is judged, and why it matters."""
    requirements: tuple[str, ...]
    """The lines of the runbooks that the rule serves."""
    severity: Severity
    levels: Levels
    remediation: str
    settings: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """JSON Schema per property that `--policy-pack-config` may set."""

    def policies(self) -> list[Policy]:
        return [self._policy(level) for level in self.levels.in_use]

    def _policy(self, level: EnforcementLevel) -> Policy:
        raise NotImplementedError

    def _described(self, level: EnforcementLevel) -> dict[str, Any]:
        """What Pulumi keeps of a policy beside its check."""
        is_advice_of_mandatory = level is ADVISORY and MANDATORY in self.levels.in_use
        url = f"{DOCUMENTATION}/{self.id}.md"
        lines = " ".join(self.requirements)
        return {
            "name": self.id + (ADVICE if is_advice_of_mandatory else ""),
            "display_name": self.title,
            "description": self.description,
            "enforcement_level": level,
            "severity": self.severity,
            "framework": PolicyComplianceFramework(name="Deployment runbooks", specification=lines, reference=url),
            "tags": list(self.requirements),
            "remediation_steps": self.remediation,
            "url": url,
            "config_schema": PolicyConfigSchema(dict(self.settings)) if self.settings else None,
        }

    def message(self, subject: str, violation: Violation) -> str:
        where = ".".join(part for part in (subject, violation.property) if part)
        lines = ", ".join(self.requirements)
        return without_secrets(f"{where}: {violation.consequence} Fix: {violation.fix} ({lines})")


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """Judges a resource by its inputs, before the provider is called: at `up` a violation stops the change itself."""

    types: frozenset[str]
    check: Callable[[Resource, Properties], Iterable[Violation]]
    """Is given the resource and the settings of the rule."""

    def _policy(self, level: EnforcementLevel) -> Policy:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if args.resource_type not in self.types:
                return
            unread: list[UnknownValueError] = []
            resource = Resource.of(args, unread)
            if self.levels.of(resource.environment) is not level:
                return
            for violation in self.check(resource, Properties(args.get_config(), [])):
                if level is not MANDATORY or not is_waived(stated_waivers(resource.properties), self.id, resource.name):
                    report(self.message(resource.name, violation), None)
            say_what_is_unknown(unread)

        return ResourceValidationPolicy(validate=validate, **self._described(level))


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """Judges the graph of a stack by the outputs of its resources, after the last of them; for what one cannot tell."""

    check: Callable[[Stack, Properties], Iterable[Violation]]
    """Is given the stack and the settings of the rule."""

    def _policy(self, level: EnforcementLevel) -> Policy:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            stack = Stack.of(args)
            if self.levels.of(stack.environment) is not level:
                return
            for violation in self.check(stack, Properties(args.get_config(), [])):
                blamed = violation.resource
                subject = blamed.name if blamed else STACK
                if level is not MANDATORY or not is_waived(waivers_of(stack), self.id, subject):
                    report(self.message(subject, violation), blamed.urn if blamed else None)
            say_what_is_unknown(stack.unread)

        return StackValidationPolicy(validate=validate, **self._described(level))


def waivers_of(stack: Stack) -> list[Waiver]:
    """What the environments of the stack know; those of single components are among them."""
    return [
        waiver for environment in stack.of_type(WORKER_ENVIRONMENT) for waiver in stated_waivers(environment.properties)
    ]


def say_what_is_unknown(unread: list[UnknownValueError]) -> None:
    """Let Pulumi tell, as advice and beside the violations, that a preview could not judge everything."""
    if unread:
        raise unread[0]
