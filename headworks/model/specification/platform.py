"""Workers for Platforms: a namespace of Workers behind a dispatcher."""

from typing import Annotated

from pydantic import Field

from headworks.model import naming
from headworks.model.specification.written import Date, Identifier, Key, Name, Text, Written
from headworks.model.words import ServiceKind

ServiceKey = Annotated[str, Field(pattern=naming.SERVICE.pattern)]


class Service(Written):
    """A Worker inside the namespace. The deploy service uploads it; the stack knows that it must be there."""

    kind: ServiceKind = "domain"
    """What sort of service it is."""
    main: Text
    """Its entry point, relative to the folder of the service."""
    compatibility_date: Date
    """Day whose runtime behaviour the code was written for, as `"YYYY-MM-DD"`."""
    bindings: dict[Identifier, Key] = {}
    """Service bindings: binding to the key of another service, which must be deployed before."""


class Platform(Written):
    """A dispatch namespace, whose Workers the main Worker calls by host."""

    namespace: Name
    """Name of the namespace, without the suffix of the environment."""
    trusted: bool = False
    """Trusted mode, in which all Workers of the namespace share the zone's cache: for first-party code only."""
    binding: Identifier = "DISPATCHER"
    """Name of the dispatch binding of the main Worker."""
    services_variable: Identifier = "SERVICES"
    """Variable of the main Worker that gets the services, as a JSON list of `{"service": …, "host": …}`."""
    deploy: Key | None = None
    """Key of the companion that deploys into the namespace."""
    namespace_variable: Identifier = "NAMESPACE"
    """Variable of that companion that gets the name of the namespace."""
    account_variable: Identifier = "CLOUDFLARE_ACCOUNT_ID"
    """Variable of that companion that gets the id of the account."""
    host: Text | None = None
    """Host of each service, with `{service}` for its key: `{service}.example.com`."""
    zone: Text | None = None
    """Name of the zone of that host; may have `{service}` too."""
    services: dict[ServiceKey, Service] = {}
    """The services by key, which is also the name of the Worker in the namespace."""
