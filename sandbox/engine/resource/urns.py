"""URNs and provider references, as Pulumi writes them.

`urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`; the qualified type is the chain of types from the outermost component.
"""

import re

PREFIX = "urn:pulumi:"
STACK_TYPE = "pulumi:pulumi:Stack"
STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference"
PROVIDER_PREFIX = "pulumi:providers:"
SEPARATOR = "::"


def create(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource; the stack as a parent leaves no trace in it."""
    above = qualified_type(parent) if parent else ""
    qualified = f"{above}${type_}" if above and above != STACK_TYPE else type_
    return f"{PREFIX}{stack}{SEPARATOR}{project}{SEPARATOR}{qualified}{SEPARATOR}{name}"


def below(parent: str, type_: str, name: str) -> str:
    """The URN of a child, in the stack and project of its parent."""
    stack, project, _ = parent.removeprefix(PREFIX).split(SEPARATOR, 2)
    return create(stack, project, parent, type_, name)


def qualified_type(urn: str) -> str:
    return urn.split(SEPARATOR, 3)[2]


def type_of(urn: str) -> str:
    return qualified_type(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """The logical name; it may hold `::` itself."""
    return urn.split(SEPARATOR, 3)[3]


def is_provider(type_: str) -> bool:
    return type_.startswith(PROVIDER_PREFIX)


def provider_package(urn: str) -> str:
    """The package that a provider resource provides."""
    return type_of(urn).removeprefix(PROVIDER_PREFIX)


def package(type_: str) -> str:
    """The package of a type or function token: `cloudflare` of `cloudflare:index/queue:Queue`."""
    return type_.partition(":")[0]


def reference(urn: str, id_: str) -> str:
    """How a resource names its provider: `URN::ID`."""
    return f"{urn}{SEPARATOR}{id_}"


def split_reference(reference: str) -> tuple[str, str]:
    """`URN::ID` as the URN of the provider and its id."""
    urn, _, id_ = reference.rpartition(SEPARATOR)
    return urn, id_


def is_default_provider(urn: str) -> bool:
    name = name_of(urn)
    return is_provider(qualified_type(urn)) and (name == "default" or name.startswith("default_"))


def matches(pattern: str, urn: str) -> bool:
    """Whether a `--target` names the resource: `*` is anything but a colon, `**` is anything."""
    if "*" not in pattern:
        return pattern == urn
    expression = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^:]*")
    return re.fullmatch(expression, urn) is not None
