"""The words in which `table` describes a resource. No behaviour here: `planning`, `bodies` and `lifecycle` interpret them.

A property's mode decides most of what the provider does with it:

- *required*, *optional*: the program's; the API's answer to a create or update does not touch it.
- *computed*: the API's; never sent, unknown while a change is planned.
- *either*: optional and computed; the program's value wins, else the API's is taken over.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol
from urllib.parse import quote

from sandbox.provider.api import Answer

Values = dict[str, Any]
"""Properties of one resource by their Pulumi names."""
_PLACE = re.compile(r"\{(\w+)\}")
_UNESCAPED = "$&+,:;=@"
"""What Go leaves alone in a path, besides letters and digits."""


def snake_case(name: str) -> str:
    """The API's and Terraform's way to write a Pulumi name."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


class Kind(Enum):
    TEXT = auto()
    NUMBER = auto()
    WHOLE = auto()
    """A number without a fraction."""
    FLAG = auto()
    TIME = auto()
    """RFC 3339 text; an answer loses the fraction of its seconds."""
    JSON = auto()
    """A JSON document as text; sent and answered as the document itself."""
    ANY = auto()
    OBJECT = auto()
    LIST = auto()
    SET = auto()
    """A list without order: sent sorted, answered in the API's order."""
    MAP = auto()


class Replaces(Enum):
    NEVER = auto()
    ALWAYS = auto()
    IF_CONFIGURED = auto()
    """Only while the program states a value."""
    IF_CONFIGURED_BEFORE = auto()
    """Only if the state has a value, too; what the API sets in it does not count."""


@dataclass(frozen=True, kw_only=True)
class Property:
    kind: Kind
    required: bool = False
    optional: bool = False
    computed: bool = False
    api: str | None = None
    """Name in bodies; None: the snake_case of the Pulumi name; empty: never part of a body."""
    default: Any = None
    """Enters at planning, not at Check: inputs never show it."""
    keep: bool = False
    """A planned change does not make it unknown: the state's value stays."""
    must_be_known: bool = False
    """An object that cannot be planned while it is unknown as a whole; what is in it may be."""
    replaces: Replaces = Replaces.NEVER
    values: tuple[str, ...] = ()
    """What Check accepts, in any case."""
    between: tuple[float, float] | None = None
    """The least and the greatest number that Check accepts."""
    excludes: str = ""
    """A property beside this one that must not be given together with it."""
    secret: bool = False
    refreshed: bool = True
    """False: a read leaves the state's value, so drift is invisible."""
    deprecated: str = ""
    about: str = ""
    """What a "missing required property" message adds after its name."""
    of: "Property | None" = None
    """Element of a list, set or map."""
    properties: "Mapping[str, Property]" = field(default_factory=dict)
    """Of an object."""


def required(kind: Kind | Property, **facts: Any) -> Property:
    return _property(kind, required=True, **facts)


def optional(kind: Kind | Property, **facts: Any) -> Property:
    return _property(kind, optional=True, **facts)


def computed(kind: Kind | Property, **facts: Any) -> Property:
    return _property(kind, computed=True, **facts)


def either(kind: Kind | Property, **facts: Any) -> Property:
    return _property(kind, optional=True, computed=True, **facts)


def in_path(**facts: Any) -> Property:
    """An identifier that is part of the address: never in a body, and another one is another object."""
    return required(Kind.TEXT, api="", replaces=Replaces.ALWAYS, **facts)


def _property(kind: Kind | Property, **facts: Any) -> Property:
    shape = (
        {"kind": kind} if isinstance(kind, Kind) else {"kind": kind.kind, "of": kind.of, "properties": kind.properties}
    )
    return Property(**shape, **facts)


def an_object(**properties: Property) -> Property:
    return Property(kind=Kind.OBJECT, properties=properties)


def a_list(of: Kind | Property) -> Property:
    return Property(kind=Kind.LIST, of=_element(of))


def a_set(of: Kind | Property) -> Property:
    return Property(kind=Kind.SET, of=_element(of))


def a_map(of: Kind | Property) -> Property:
    return Property(kind=Kind.MAP, of=_element(of))


def _element(of: Kind | Property) -> Property:
    return of if isinstance(of, Property) else Property(kind=of)


class Sender(Protocol):
    """What special code sends its requests with; see `api.Api.call`."""

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer: ...


class RefusedError(Exception):
    """An operation that cannot be done: `summary: detail` for the engine, `[ERROR] detail: summary` for its log."""

    def __init__(self, summary: str, detail: str) -> None:
        super().__init__(f"{summary}: {detail}")
        self.summary, self.detail = summary, detail


class Sends(Enum):
    JSON = auto()
    NOTHING = auto()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. The path names properties in braces; their values are escaped."""

    method: str
    path: str
    escapes_slashes: bool = False
    """Whether a slash in a value is escaped, too."""
    sends: Sends = Sends.JSON
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of properties in this body where it differs from the rest of the API."""
    whole: str = ""
    """The one property whose value is the body."""
    only_changes: bool = False
    """Whether the body holds only what differs from the state."""
    nulls: bool = True
    """Whether what left the program is sent as null."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header -> property."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Query parameter -> property; sent if it has a value."""

    def path_for(self, values: Values) -> str:
        """With all values filled in. RefusedError for one that is not there."""
        for name in _PLACE.findall(self.path):
            if values.get(name) in (None, ""):
                raise RefusedError("failed to make http request", f"missing required {snake_case(name)} parameter")
        safe = _UNESCAPED if self.escapes_slashes else _UNESCAPED + "/"
        return _PLACE.sub(lambda place: quote(str(values[place[1]]), safe=safe), self.path)

    def query_for(self, values: Values) -> dict[str, str]:
        given = {name: values[of] for name, of in self.query.items() if values.get(of) is not None}
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


@dataclass(frozen=True, kw_only=True)
class Special:
    """Code for what a resource does beyond the table; each part replaces or follows the general rule."""

    check: Callable[[Values], list[tuple[str, str]]] | None = None
    """Further (path, problem) pairs for Check. May raise RefusedError."""
    plan: Callable[[Values, Values | None, Values], None] | None = None
    """Adjusts the planned state, in place, from the prior state and the inputs. May raise RefusedError."""
    before_create: Callable[[Values], None] | None = None
    """Looks at a planned state before it is sent for the first time. May raise RefusedError."""
    before_update: Callable[[Values, Values], None] | None = None
    """Adjusts a planned state, in place, by the state that it is to follow, before it is sent."""
    answer: Callable[[Any], Any] | None = None
    """Translates the API's answer before it is taken over."""
    state: Callable[[Values, Values, Any], None] | None = None
    """Adjusts a state that came of an answer, in place, from what it was before (or was planned) and the answer."""
    gone: Callable[[Values], tuple[str, str] | None] | None = None
    """Summary and detail of a warning, if a state that was read is as good as none."""
    unchanged: Callable[[Values, Values], bool] | None = None
    """Whether an update from the second state to the first need not be sent."""
    write: Callable[[Sender, Values, Values | None], Awaitable[Any]] | None = None
    """Sends a planned state (with the prior one if it is an update) and gives the answer's result."""
    read: Callable[[Sender, Values], Awaitable[Values]] | None = None
    """Gives the state as it is now."""
    reads: tuple[Call, ...] = ()
    """The requests that `read` makes: what a token has to permit."""
    first_read: Call | None = None
    """The request with which an import begins, where it is not the read; that it succeeds is all that matters."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    properties: Mapping[str, Property]
    create: Call
    read: Call | None = None
    """None: a read asks nobody."""
    update: Call | None = None
    """None: an update sends nothing, and the state stays."""
    local: tuple[str, ...] = ()
    """Properties that an update which sends nothing takes over into the state."""
    before_update: Call | None = None
    """Makes room for an update."""
    delete: Call | None = None
    """None: a delete leaves the object as it is."""
    warns_of_staying: bool = False
    """Whether planning a create warns of such a delete."""
    id_from: str = ""
    """Property whose value becomes the property `id`, where the API has no such."""
    engine_id: str = "id"
    """Property that the engine gets as id; "missing ID" if there is none."""
    read_back_for: str = ""
    """Property whose absence from the answer to a write asks for a read."""
    import_id: str = ""
    """Segments of the id for an import, as `account_id=accountId/bucket_name=name`; empty: cannot be imported."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header -> property, for every call."""
    found_by: tuple[str, ...] = ()
    """Keys of the API that tell the object which an interrupted create made, as `name`, or `name=namespace_name` where a list calls
    it otherwise; empty: such a create is simply sent again."""
    found_by_reading: bool = False
    """Whether a read tells instead: the program's own names are the whole address."""
    schema_version: int | None = 500
    """What the real provider notes in `__meta` of a state: it takes one without a note for a state of its first release."""
    special: Special = field(default_factory=Special)
