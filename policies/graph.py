"""What a rule is given: one resource, or the graph of a whole stack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Self

from pulumi_policy import PolicyResource, ResourceValidationArgs, StackValidationArgs
from pulumi_policy.proxy import UnknownValueError

from policies.properties import Properties
from policies.tokens import COMPONENTS, WORKER_ENVIRONMENT


class Environment(Enum):
    """How strict the rules are with an environment."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


KIND_OF_NAME = {
    "development": Environment.DEVELOPMENT,
    "dev": Environment.DEVELOPMENT,
    "local": Environment.DEVELOPMENT,
    "staging": Environment.STAGING,
    "stage": Environment.STAGING,
    "preview": Environment.STAGING,
    "test": Environment.STAGING,
}
"""Names of environments and stacks that may be judged less strictly, if nothing says that they are production."""


def environment_of(name: str, production: bool | None) -> Environment:
    """The kind of the environment, from its name (or its stack's) and the declared flag; production when in doubt."""
    if production:
        return Environment.PRODUCTION
    presumed = Environment.PRODUCTION if production is None else Environment.STAGING
    return KIND_OF_NAME.get(name, presumed)


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource or component: its inputs while it is being registered, its outputs in the graph of a stack."""

    type: str
    name: str
    urn: str
    properties: Properties
    protected: bool
    sources: dict[str, list["Resource"]] = field(default_factory=dict)
    """Per property, the resources whose outputs it is made of; only known in the graph of a stack."""

    @classmethod
    def of(cls, args: ResourceValidationArgs | PolicyResource, unread: list[UnknownValueError]) -> Self:
        properties = Properties(args.props, unread)
        return cls(args.resource_type, args.name, args.urn, properties, protected=bool(args.opts.protect))

    @property
    def is_ours(self) -> bool:
        return self.type.startswith(COMPONENTS)

    @property
    def stack_name(self) -> str:
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    @property
    def environment(self) -> Environment:
        """From what a component of ours says; for other resources from the name of their stack."""
        if not self.is_ours:
            return environment_of(self.stack_name, None)
        return environment_of(self._environment_name or self.stack_name, self.properties.flag("production"))

    @property
    def _environment_name(self) -> str | None:
        """A text among the inputs; among the outputs a document of the same key takes its place."""
        if self.type != WORKER_ENVIRONMENT:
            return None
        return self.properties.text("environment") or self.properties.table("environment").text("name")

    def is_inside(self, component: str) -> bool:
        """Whether a component of that type is among the parents, which a URN spells out (`a$b$c`)."""
        return f"{component}$" in self.urn


@dataclass(frozen=True, eq=False)
class Stack:
    resources: Sequence[Resource]
    unread: list[UnknownValueError]
    """The unknown values that somebody wanted to read, as in `Properties`."""

    @classmethod
    def of(cls, args: StackValidationArgs) -> Self:
        unread: list[UnknownValueError] = []
        # The engine hands resources over in no order; messages should not change from run to run.
        ordered = sorted(args.resources, key=lambda resource: resource.urn)
        resources = {resource.urn: Resource.of(resource, unread) for resource in ordered}
        for resource in ordered:
            for key, sources in resource.property_dependencies.items():
                resources[resource.urn].sources[key] = [resources[source.urn] for source in sources]
        return cls(tuple(resources.values()), unread)

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    @cached_property
    def environment(self) -> Environment:
        """The strictest that the environments of the stack declare; without any, its other components, then its name."""
        components = [
            resource for resource in self.resources if resource.is_ours and "production" in resource.properties
        ]
        declaring = self.of_type(WORKER_ENVIRONMENT) or components or self.resources
        environments = (resource.environment for resource in declaring)
        return min(environments, key=list(Environment).index, default=Environment.PRODUCTION)

    @cached_property
    def _by_type(self) -> Mapping[str, Iterable[Resource]]:
        grouped: dict[str, list[Resource]] = {}
        for resource in self.resources:
            grouped.setdefault(resource.type, []).append(resource)
        return grouped
