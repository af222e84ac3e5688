"""What is kept of a Worker, and how the other products look it up.

A script has versions (code, settings and bindings, never changed once made) and deployments (which versions serve which
share of the requests). Secret values lie beside the version that binds them, encrypted; a version's own document never
holds one.

A Worker's home is the account, or a dispatch namespace in it: a scope in which its name is its own.
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.account.envelope import Failure, Json
from sandbox.account.identity import USER_EMAIL
from sandbox.account.request import Call
from sandbox.account.storage import Store

SCRIPT = "script"
VERSION = "version"
DEPLOYMENT = "deployment"
MODULE = "module"
"""Content: key = digest."""
SECRET = "secret"  # noqa: S105 - a kind, not a password
"""Content: key = `<version>/<binding>`, encrypted."""
NAMESPACE = "durable_object_namespace"

NO_SCRIPT = Failure(404, 10007, "This Worker does not exist on your account.")
NO_VERSION = Failure(404, 100146, "Version {version!r} does not exist for this Worker.")


@dataclass(frozen=True)
class Module:
    """One file of a Worker."""

    name: str
    content_type: str
    content: bytes


def scope(home: str, script: str) -> str:
    """Where versions, deployments, modules and secrets of a script are kept."""
    return f"{home}/{script}"


def find(store: Store, home: str, name: str) -> Json | None:
    return store.get(SCRIPT, home, name)


def require(store: Store, home: str, name: str) -> Json:
    script = find(store, home, name)
    if script is None:
        raise NO_SCRIPT.error()
    return script


def script_of(call: Call) -> Json:
    """The script that the path names."""
    return require(call.store, call.home, call.parameters["script_name"])


def version(store: Store, home: str, script: str, identifier: str) -> Json:
    found = store.get(VERSION, scope(home, script), identifier)
    if found is None:
        raise NO_VERSION.error(version=identifier)
    return found


def latest(store: Store, home: str, name: str) -> Json:
    """The version that was uploaded last, deployed or not: what `inherit` and `keep_bindings` refer to."""
    return version(store, home, name, require(store, home, name)["latest"])


def deployed(store: Store, home: str, name: str) -> Json:
    """The version that most requests reach."""
    script = require(store, home, name)
    first = max(script["deployed"], key=lambda part: part["percentage"])
    return version(store, home, name, first["version_id"])


def bound_to(store: Store, home: str, kind: str, key: str, value: str) -> list[str]:
    """Names of the scripts whose deployed version has a binding of `kind` with `key` = `value`."""
    return [
        script["name"]
        for script in store.all(SCRIPT, home)
        if any(b["type"] == kind and b.get(key) == value for b in deployed(store, home, script["name"])["bindings"])
    ]


def namespaces(store: Store, home: str, script: str) -> dict[str, Json]:
    """Durable Object namespaces of a script by class."""
    return {n["class"]: n for n in store.all(NAMESPACE, home) if n["script"] == script}


def modules(store: Store, home: str, script: str, version_: Json) -> list[Module]:
    found = []
    for entry in version_["modules"]:
        content = store.read(MODULE, scope(home, script), entry["digest"])
        assert content is not None  # written together with the version
        found.append(Module(entry["name"], entry["content_type"], content.data))
    return found


def remove(store: Store, home: str, name: str) -> None:
    """The script with all that is kept of it."""
    place = scope(home, name)
    for kind in (VERSION, DEPLOYMENT, MODULE, SECRET):
        store.clear(kind, place)
    for namespace in namespaces(store, home, name).values():
        store.delete(NAMESPACE, home, namespace["id"])
    store.delete(SCRIPT, home, name)


def new_script(call: Call, name: str) -> Json:
    return {
        "name": name,
        "tag": new_identifier(),
        "created_on": call.now,
        "modified_on": call.now,
        "migration_tag": None,
        "next_number": 1,
        "latest": "",
        "deployed": [],
        "schedules": [],
        "subdomain": {"enabled": False, "previews_enabled": False},
        "logpush": False,
        "observability": None,
        "tail_consumers": [],
        "tags": [],
    }


def save(call: Call, script: Json) -> None:
    call.store.put(SCRIPT, call.home, script["name"], script)


def add_version(call: Call, script: Json, content: Json, secret_values: Mapping[str, bytes]) -> Json:
    """Stores a new version of `script` (changed in place, not saved): its content, and values of its secret bindings."""
    made = {
        **content,
        "id": new_uuid(),
        "number": script["next_number"],
        "created_on": call.now,
        "source": source_of(call),
    }
    place = scope(call.home, script["name"])
    call.store.put(VERSION, place, made["id"], made)
    for binding, value in secret_values.items():
        call.store.write(SECRET, place, f"{made['id']}/{binding}", call.vault.seal(value))
    script |= {"next_number": script["next_number"] + 1, "latest": made["id"], "modified_on": call.now}
    return made


def deploy(call: Call, script: Json, parts: Iterable[Json], annotations: Json, strategy: str = "percentage") -> Json:
    """Makes versions serve (script changed in place, not saved)."""
    deployment: Json = {
        "id": new_uuid(),
        "created_on": call.now,
        "source": source_of(call),
        "author_email": USER_EMAIL,
        "strategy": strategy,
        "versions": list(parts),
        "annotations": annotations,
    }
    call.store.put(DEPLOYMENT, scope(call.home, script["name"]), deployment["id"], deployment)
    script["deployed"] = deployment["versions"]
    return deployment


def secret_values(call: Call, script: str, version_: Json, bindings: Iterable[str]) -> dict[str, bytes]:
    """Values of secret bindings of a version, to go along into the next one."""
    found = {}
    for binding in bindings:
        content = call.store.read(SECRET, scope(call.home, script), f"{version_['id']}/{binding}")
        if content is not None:
            found[binding] = call.vault.open(content.data)
    return found


def new_identifier() -> str:
    return secrets.token_hex(16)


def new_uuid() -> str:
    return str(uuid.uuid4())


def source_of(call: Call) -> str:
    """Which program asks, in the words of version metadata."""
    agent = call.headers.get("user-agent", "").lower()
    return next((known for known in ("wrangler", "terraform") if known in agent), "api")
