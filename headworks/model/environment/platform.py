"""Workers for Platforms."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import ServiceKind


class Service(Resolved):
    """A Worker inside the dispatch namespace. The deploy service uploads it; the stack knows that it must be there (D5)."""

    key: str
    kind: ServiceKind
    main: str
    compatibility_date: str
    host: str
    zone: str
    bindings: dict[str, str]
    """Service bindings: binding to the key of another service, which must be deployed before (D15)."""


class Platform(Resolved):
    """Workers for Platforms: a namespace of Workers behind the main Worker, which dispatches to them."""

    namespace: str
    trusted: bool
    """Trusted mode: first-party code only, since it shares the zone's cache (D2, D3)."""
    binding: str
    """Name of the dispatch binding of the main Worker."""
    services_variable: str
    """The main Worker's variable with the JSON list of services (D11)."""
    deploy: str | None
    """Key of the companion that deploys into the namespace."""
    namespace_variable: str
    """The deploy service's variable with the name of the namespace (D13)."""
    services: tuple[Service, ...]
    """In an order in which they can be deployed: each after those that it binds."""
