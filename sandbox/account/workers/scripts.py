"""Scripts: upload, settings, code, deletion. Each change makes a version and deploys it."""

from collections.abc import Sequence
from typing import Any

from sandbox.account import queues
from sandbox.account.envelope import Failure, Json, Raw
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import bindings, migrations, records, references, upload
from sandbox.account.workers.upload import Code

VERSIONED = (
    "compatibility_date",
    "compatibility_flags",
    "usage_model",
    "limits",
    "placement",
    "cache_options",
    "annotations",
)
"""Settings that belong to a version; an upload replaces them all."""
UNVERSIONED = ("logpush", "observability", "tail_consumers", "tags")
"""Settings that belong to the script; they stay when an upload does not say them."""
DEFAULT_OBSERVABILITY = {"enabled": False, "head_sampling_rate": 1}

IS_CONSUMER = Failure(
    400, 10064, "This Worker is a consumer of a Queue ({queues}). Remove the consumer before deleting the Worker."
)
IS_REFERENCED = Failure(
    400, 10142, "Other Workers are bound to this Worker: {scripts}. Remove the bindings, or pass force=true."
)
NO_TAIL_WORKER = Failure(400, 10203, "Tail Worker does not exist on this account. Check the Worker name and try again.")
NO_SERVICE = Failure(404, 10090, "workers.api.error.service_not_found")
MUST_DEPLOY = Failure(400, 10211, "Migrations cannot be part of an upload of a version; deploy the Worker instead.")


def list_(call: Call) -> list[Json]:
    return [shown(call, script) for script in call.store.all(records.SCRIPT, call.home)]


def put(call: Call) -> Json:
    """Uploads: a new version that serves all requests at once, the first one creates the script."""
    name = call.parameters["script_name"]
    if not upload.NAME.fullmatch(name):
        raise upload.BAD_NAME.error(name=name)
    metadata, modules = upload.read_form(call)
    script = records.find(call.store, call.home, name) or records.new_script(call, name)
    version = make_version(call, script, metadata, upload.read_code(metadata, modules), resets=True)
    _deploy_all(call, script, version, "upload")
    return shown(call, script) | {
        "startup_time_ms": version["startup_time_ms"],
        "entry_point": version["main_module"] or "",
        "deployment_id": version["id"].replace("-", ""),  # undocumented: where wrangler looks for the version
    }


def delete(call: Call) -> Any:
    """Routes, custom domains and consumers of other products are not taken along."""
    script = records.script_of(call)
    if consumed := queues.consumed_by(call.store, call.account, script["name"]):
        raise IS_CONSUMER.error(queues=", ".join(consumed))
    if call.query.get("force") != "true" and (others := references.referring(call, script["name"])):
        raise IS_REFERENCED.error(scripts=", ".join(others))
    records.remove(call.store, call.home, script["name"])
    return None


def get_service(call: Call) -> Json:
    """Undocumented; wrangler and the provider read a script by it."""
    name = call.parameters["service_name"]
    script = records.find(call.store, call.home, name)
    if script is None:
        raise NO_SERVICE.error()
    times = {key: script[key] for key in ("created_on", "modified_on")}
    environment = {"environment": "production", **times, "script_tag": script["tag"], "script": shown(call, script)}
    model = records.deployed(call.store, call.home, name).get("usage_model", "standard")
    return {
        "id": name,
        **times,
        "usage_model": model,
        "default_environment": environment,
        "environments": [environment],
    }


def delete_service(call: Call) -> Any:
    call.parameters = {**call.parameters, "script_name": call.parameters["service_name"]}
    if records.find(call.store, call.home, call.parameters["service_name"]) is None:
        raise NO_SERVICE.error()
    return delete(call)


def get_settings(call: Call) -> Json:
    script = records.script_of(call)
    return _settings(script, records.deployed(call.store, call.home, script["name"]))


def patch_settings(call: Call) -> Json:
    """What is not said stays; bindings, if there are any, are the whole list."""
    script = records.script_of(call)
    wanted, _ = upload.read_form(call, "settings")
    present = records.latest(call.store, call.home, script["name"])
    code = upload.accepted_code(present, records.modules(call.store, call.home, script["name"], present))
    kept = {key: present[key] for key in VERSIONED if key in present and key != "annotations"}
    metadata = {**kept, "bindings": _same(present["bindings"]), "keep_bindings": [], **wanted}
    version = make_version(call, script, metadata, code, patches=True)
    _deploy_all(call, script, version, "settings")
    return _settings(script, version)


def get_script_settings(call: Call) -> Json:
    return _script_settings(records.script_of(call))


def patch_script_settings(call: Call) -> Json:
    """Settings of the script itself: no new version."""
    script = records.script_of(call)
    _set_unversioned(call, script, call.object())
    records.save(call, script)
    return _script_settings(script)


def content(call: Call) -> Raw:
    """All modules as a form, the main one first: the provider takes the first."""
    script = records.script_of(call)
    version = records.deployed(call.store, call.home, script["name"])
    modules = records.modules(call.store, call.home, script["name"], version)
    main = version["main_module"] or version["body_part"]
    if version["body_part"]:
        return Raw(next(m.content for m in modules if m.name == main), "application/javascript")
    boundary = f"boundary-{script['tag']}"
    parts = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{m.name}"; filename="{m.name}"\r\n'
        f"Content-Type: {m.content_type}\r\n\r\n".encode()
        + m.content
        + b"\r\n"
        for m in sorted(modules, key=lambda module: module.name != main)
        if m.content_type != upload.SOURCE_MAP
    )
    media_type = f"multipart/form-data; boundary={boundary}"
    return Raw(parts + f"--{boundary}--\r\n".encode(), media_type, {"cf-entrypoint": main})


def put_content(call: Call) -> Json:
    """New code; bindings and settings stay."""
    script = records.script_of(call)
    metadata, modules = upload.read_form(call)
    present = records.latest(call.store, call.home, script["name"])
    kept = {key: present[key] for key in VERSIONED if key in present and key != "annotations"}
    code = upload.read_code(metadata, modules)
    version = make_version(call, script, {**kept, "bindings": _same(present["bindings"])}, code)
    _deploy_all(call, script, version, "upload")
    return shown(call, script)


def make_version(
    call: Call, script: Json, metadata: Json, code: Code, *, resets: bool = False, patches: bool = False
) -> Json:
    """The new version of a script, with the migrations that come with it.

    `resets`: settings of the script that are not said fall back to the default, as an upload does; otherwise they stay.
    `patches`: a binding that says only its name and type stands for the present one.
    """
    name = script["name"]
    previous = records.latest(call.store, call.home, name) if script["latest"] else None
    resolved = bindings.resolve(
        metadata.get("bindings") or [],
        previous["bindings"] if previous else [],
        keep=metadata.get("keep_bindings", bindings.KEPT_UNLESS_SAID) or (),
        strict=call.query.get("bindings_inherit") == "strict",
        patch=patches,
    )
    upload.check_syntax_allows(code, resolved.bindings)
    live = _migrate(call, script, metadata.get("migrations"), code)
    where = bindings.Where(call.store, call.account, call.home, name, live)
    secrets = resolved.secrets | _inherited(call, name, previous, resolved.inherited_secrets)
    for module in code.modules:
        call.store.write(records.MODULE, records.scope(call.home, name), upload.digest_of(module), module.content)
    settings = {key: metadata[key] for key in VERSIONED if metadata.get(key) is not None}
    made = {
        **code.described(),
        **settings,
        "bindings": bindings.check_targets(where, resolved.bindings),
        "migration_tag": script["migration_tag"],
        "startup_time_ms": 0,
    }
    defaults = {"logpush": False, "tail_consumers": [], "observability": None} if resets else {}
    _set_unversioned(
        call, script, {**defaults, **{key: metadata[key] for key in UNVERSIONED if metadata.get(key) is not None}}
    )
    call.messages += [*code.messages, *resolved.messages]
    return records.add_version(call, script, made, secrets)


def deploy_version(call: Call, script: Json, version: Json, triggered_by: str) -> None:
    """All requests go to `version`."""
    _deploy_all(call, script, version, triggered_by)


def _deploy_all(call: Call, script: Json, version: Json, triggered_by: str) -> None:
    said = {key: value for key, value in version.get("annotations", {}).items() if key == "workers/message"}
    records.deploy(
        call, script, [{"version_id": version["id"], "percentage": 100}], {**said, "workers/triggered_by": triggered_by}
    )
    records.save(call, script)


def _migrate(call: Call, script: Json, wanted: Any, code: Code) -> dict[str, Json]:
    """Carries the plan out; answers the namespaces of the script by class."""
    store, home, name = call.store, call.home, script["name"]
    present = records.namespaces(store, home, name)
    planned = migrations.plan(
        wanted, present, script["migration_tag"], code.exports, lambda other: records.namespaces(store, home, other)
    )
    for identifier in planned.deleted:
        store.delete(records.NAMESPACE, home, identifier)
    live = {}
    for class_name, namespace in planned.live.items():
        identifier = namespace["id"] or records.new_identifier()
        live[class_name] = {
            "id": identifier,
            "name": f"{name}_{class_name}",
            "script": name,
            "class": class_name,
            "use_sqlite": namespace["use_sqlite"],
        }
        store.put(records.NAMESPACE, home, identifier, live[class_name])
    script["migration_tag"] = planned.tag
    return live


def _inherited(call: Call, name: str, previous: Json | None, names: dict[str, str]) -> dict[str, bytes]:
    if previous is None:
        return {}
    values = records.secret_values(call, name, previous, names.values())
    return {new: values[old] for new, old in names.items() if old in values}


def _same(present: Sequence[Json]) -> list[Json]:
    return [{"type": "inherit", "name": binding["name"]} for binding in present]


def _set_unversioned(call: Call, script: Json, wanted: Json) -> None:
    for consumer in wanted.get("tail_consumers") or ():
        service = consumer.get("service") if isinstance(consumer, dict) else None
        if service != script["name"] and records.find(call.store, call.account, str(service)) is None:
            raise NO_TAIL_WORKER.error()
    script |= {key: wanted[key] for key in UNVERSIONED if key in wanted}


def shown(call: Call, script: Json) -> Json:
    version = records.version(call.store, call.home, script["name"], _first_deployed(script))
    tag = {"migration_tag": script["migration_tag"]} if script["migration_tag"] else {}
    return {
        "id": script["name"],
        "tag": script["tag"],
        "tags": script["tags"],
        "etag": version["etag"],
        "handlers": version["handlers"],
        "created_on": script["created_on"],
        "modified_on": script["modified_on"],
        "last_deployed_from": version["source"],
        "has_assets": False,
        "has_modules": version["main_module"] is not None,
        "usage_model": version.get("usage_model", "standard"),
        "compatibility_date": version.get("compatibility_date", ""),
        "compatibility_flags": version.get("compatibility_flags", []),
        "logpush": script["logpush"],
        **_said(script),
        **_placement(version),
        **tag,
    }


def _first_deployed(script: Json) -> str:
    return str(max(script["deployed"], key=lambda part: part["percentage"])["version_id"])


def _said(script: Json) -> Json:
    """Settings that are answered only if they are set."""
    return {key: script[key] for key in ("tail_consumers", "observability") if script[key]}


def _placement(version: Json) -> Json:
    placement = version.get("placement") or {}
    return {"placement": placement, "placement_mode": placement["mode"]} if placement.get("mode") else {}


def _settings(script: Json, version: Json) -> Json:
    optional = {key: version[key] for key in ("limits", "annotations", "cache_options") if version.get(key)}
    return {
        "compatibility_date": version.get("compatibility_date", ""),
        "compatibility_flags": version.get("compatibility_flags", []),
        "usage_model": version.get("usage_model", "standard"),
        "bindings": version["bindings"],
        "placement": version.get("placement") or {},  # the real provider crashes where it is left out
        **optional,
        **_script_settings(script),
    }


def _script_settings(script: Json) -> Json:
    return {
        "logpush": script["logpush"],
        "observability": DEFAULT_OBSERVABILITY,
        "tags": script["tags"],
        **_said(script),
    }


_SCRIPTS = "/accounts/{account_id}/workers/scripts"
_SCRIPT = f"{_SCRIPTS}/{{script_name}}"
_SERVICE = "/accounts/{account_id}/workers/services/{service_name}"

ENDPOINTS = (
    Endpoint("GET", _SCRIPTS, list_),
    Endpoint("PUT", _SCRIPT, put),
    Endpoint("GET", _SCRIPT, content),
    Endpoint("DELETE", _SCRIPT, delete),
    Endpoint("GET", f"{_SCRIPT}/settings", get_settings),
    Endpoint("PATCH", f"{_SCRIPT}/settings", patch_settings),
    Endpoint("GET", f"{_SCRIPT}/script-settings", get_script_settings),
    Endpoint("PATCH", f"{_SCRIPT}/script-settings", patch_script_settings),
    Endpoint("GET", f"{_SCRIPT}/content/v2", content),
    Endpoint("PUT", f"{_SCRIPT}/content", put_content),
    Endpoint("GET", _SERVICE, get_service),
    Endpoint("DELETE", _SERVICE, delete_service),
)
