"""URNs: `urn:pulumi:STACK::PROJECT::PARENT_TYPES$TYPE::NAME`."""


def type_of(urn: str) -> str:
    return urn.split("::", 3)[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    """The logical name; it may hold `::` itself."""
    return urn.split("::", 3)[3]
