"""The operations that this project itself asks of the API: facts, dynamic resources, secrets and checks.

Those of the provider are in `permissions.json`, by type of resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ask:
    """One operation, and whether it is used to change something."""

    operation: str
    """Method and path, as in Cloudflare's description."""
    changes: bool

    @property
    def key(self) -> str:
        """The same for every spelling of the parameters."""
        return key_of(*self.operation.split())


def key_of(method: str, path: str) -> str:
    segments = ("{}" if segment.startswith("{") else segment for segment in path.split("/"))
    return f"{method} {'/'.join(segments)}"


def asks(*operations: str) -> tuple[Ask, ...]:
    """Operations that do what their method says: GET reads, all others change something."""
    return tuple(Ask(operation, changes=not operation.startswith("GET ")) for operation in operations)


_ACCOUNT = "/accounts/{account_id}"
_SCRIPTS = f"{_ACCOUNT}/workers/scripts"
_SCRIPT = f"{_SCRIPTS}/{{script_name}}"
_NAMESPACES = f"{_ACCOUNT}/workers/dispatch/namespaces"
_NAMESPACE = f"{_NAMESPACES}/{{dispatch_namespace}}"
_DATABASE = f"{_ACCOUNT}/d1/database/{{database_id}}"
_HYPERDRIVES = f"{_ACCOUNT}/hyperdrive/configs"
_QUERY = f"POST {_DATABASE}/query"

DYNAMIC: Mapping[str, tuple[Ask, ...]] = {
    "MigrationLedger": asks(
        f"GET {_SCRIPTS}", f"GET {_SCRIPT}/content/v2", f"GET {_SCRIPT}/settings", f"PUT {_SCRIPT}"
    ),
    "D1Migrations": (
        *asks(f"GET {_DATABASE}/time_travel/bookmark"),
        Ask(_QUERY, changes=False),  # which files are applied
        Ask(_QUERY, changes=True),
    ),
    "DispatchNamespaceTrust": asks(f"GET {_NAMESPACE}", f"PATCH {_NAMESPACE}"),
    "Hyperdrive": asks(
        f"POST {_HYPERDRIVES}",
        *(f"{method} {_HYPERDRIVES}/{{hyperdrive_id}}" for method in ("GET", "PATCH", "DELETE")),
    ),
}  # fmt: skip
"""Of the dynamic resources, by type."""

ZONES = asks("GET /zones", "GET /zones/{zone_id}")
"""Of the lookup of a zone by its name."""

FACTS = asks(f"GET {_ACCOUNT}", f"GET {_SCRIPTS}", f"GET {_SCRIPT}/secrets", f"GET {_SCRIPT}/settings")

SECRETS = asks(
    f"GET {_SCRIPT}/secrets", f"PUT {_SCRIPT}/secrets", f"DELETE {_SCRIPT}/secrets/{{secret_name}}", f"PUT {_SCRIPT}"
)  # fmt: skip
"""Of `headworks secrets`; the upload is of the draft that holds the first secret."""

CHECKS: Mapping[str, tuple[Ask, ...]] = {
    "workers": asks(
        f"GET {_ACCOUNT}",
        f"GET {_SCRIPTS}",
        *(f"GET {_SCRIPT}/{part}" for part in ("secrets", "content/v2", "deployments", "script-settings", "schedules")),
    ),
    "staging": asks(f"GET {_SCRIPT}/content/v2", f"GET {_SCRIPT}/deployments"),
    "durable objects": asks(f"GET {_ACCOUNT}/workers/durable_objects/namespaces"),
    "buckets": asks(f"GET {_ACCOUNT}/r2/buckets/{{bucket_name}}"),
    "kv namespaces": asks(f"GET {_ACCOUNT}/storage/kv/namespaces"),
    "databases": (*asks(f"GET {_ACCOUNT}/d1/database"), Ask(_QUERY, changes=False)),
    "queues": asks(f"GET {_ACCOUNT}/queues"),
    "workflows": asks(f"GET {_ACCOUNT}/workflows"),
    "hyperdrives": asks(f"GET {_HYPERDRIVES}"),
    "platform": asks(f"GET {_NAMESPACES}", f"GET {_NAMESPACE}/scripts"),
    "sites": asks(f"GET {_ACCOUNT}/pages/projects"),
    "alerts": asks(f"GET {_ACCOUNT}/alerting/v3/policies"),
    "custom domains": asks(f"GET {_ACCOUNT}/workers/domains"),
    "routes": asks("GET /zones/{zone_id}/workers/routes"),
    "records": asks("GET /zones/{zone_id}/dns_records"),
    "token": asks(f"GET {_ACCOUNT}/tokens/{{token_id}}"),
}
"""Of the checks, by what of a stack they look at."""
