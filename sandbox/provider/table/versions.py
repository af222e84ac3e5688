"""Workers without code, their immutable versions, and which versions are deployed."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.provider import bodies
from sandbox.provider.planning import at
from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    RefusedError,
    Replaces,
    Resource,
    Sender,
    Special,
    Values,
    a_list,
    a_map,
    a_set,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)
from sandbox.provider.table.scripts import (
    ANNOTATIONS,
    BINDING,
    CACHE_OPTIONS,
    FLAG,
    MIGRATION,
    PACKAGE,
    POLICIES,
    TEXT,
    WHOLE,
)
from sandbox.provider.uploads import with_known_texts
from sandbox.provider.values import UNKNOWN

WORKERS = "/accounts/{accountId}/workers/workers"
VERSIONS = WORKERS + "/{workerId}/versions"
DEPLOYMENTS = "/accounts/{accountId}/workers/scripts/{scriptName}/deployments"

# Workers --------------------------------------------------------------------------------------------------------------

LOGS_DEFAULT = {"enabled": False, "headSamplingRate": 1, "invocationLogs": True, "persist": True}
TRACES_DEFAULT = {"enabled": False, "headSamplingRate": 1, "persist": True}


def _flag(*, default: bool) -> Property:
    return either(Kind.FLAG, default=default)


OBSERVABILITY = an_object(
    enabled=_flag(default=False),
    headSamplingRate=either(Kind.NUMBER, default=1),
    issues=optional(an_object(enabled=FLAG)),
    logs=either(
        an_object(
            destinations=either(a_list(Kind.TEXT), keep=True),
            enabled=_flag(default=False),
            headSamplingRate=either(Kind.NUMBER, default=1),
            invocationLogs=_flag(default=True),
            persist=_flag(default=True),
        ),
        keep=True,
    ),
    traces=either(
        an_object(
            destinations=either(a_list(Kind.TEXT), keep=True),
            enabled=_flag(default=False),
            headSamplingRate=either(Kind.NUMBER, default=1),
            persist=_flag(default=True),
            propagationPolicy=optional(Kind.TEXT, values=POLICIES),
        ),
        keep=True,
        default=TRACES_DEFAULT,
    ),
)
OBSERVABILITY_DEFAULT = {"enabled": False, "headSamplingRate": 1, "logs": LOGS_DEFAULT, "traces": TRACES_DEFAULT}


def _references(*names: str) -> Property:
    return computed(a_list(an_object(**{name: computed(Kind.TEXT) for name in names})))


CONFIGURABLE = ("name", "logpush", "tags", "observability", "subdomain", "tailConsumers")


def _plan_worker(planned: Values, prior: Values | None, inputs: Values) -> None:
    """Previews follow the subdomain unless told otherwise; only a change that somebody asked for is a new update."""
    subdomain, told = planned.get("subdomain"), at(inputs, ("subdomain", "previewsEnabled"))
    if isinstance(subdomain, dict) and told is None:
        enabled = subdomain.get("enabled")
        subdomain["previewsEnabled"] = enabled if isinstance(enabled, bool) else False
    if prior is not None and not any(
        planned.get(name) is not UNKNOWN and planned.get(name) != prior.get(name) for name in CONFIGURABLE
    ):
        for name in ("updatedOn", "references"):
            planned[name] = prior.get(name)


WORKER = Resource(
    found_by=("name",),
    schema_version=None,
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "name": required(Kind.TEXT),
        "logpush": _flag(default=False),
        "tags": either(a_set(Kind.TEXT), default=[]),
        "observability": either(OBSERVABILITY, keep=True, default=OBSERVABILITY_DEFAULT),
        "subdomain": either(
            an_object(enabled=_flag(default=False), previewsEnabled=either(Kind.FLAG, keep=True)),
            default={"enabled": False, "previewsEnabled": False},
        ),
        "tailConsumers": either(a_set(an_object(name=required(Kind.TEXT))), default=[]),
        "force": optional(Kind.FLAG, api=""),
        "createdOn": computed(Kind.TIME, keep=True),
        "deployedOn": computed(Kind.TIME, keep=True),
        "updatedOn": computed(Kind.TIME),
        "references": computed(
            an_object(
                dispatchNamespaceOutbounds=_references("namespaceId", "namespaceName", "workerId", "workerName"),
                domains=_references("id", "certificateId", "hostname", "zoneId", "zoneName"),
                durableObjects=_references("namespaceId", "namespaceName", "workerId", "workerName"),
                queues=_references("queueConsumerId", "queueId", "queueName"),
                workers=_references("id", "name"),
            )
        ),
    },
    create=Call(method="POST", path=WORKERS),
    read=Call(method="GET", path=WORKERS + "/{id}"),
    update=Call(method="PUT", path=WORKERS + "/{id}"),
    delete=Call(method="DELETE", path=WORKERS + "/{id}", query={"force": "force"}),
    import_id="account_id=accountId/worker_id=id",
    special=Special(plan=_plan_worker),
)

# Versions -------------------------------------------------------------------------------------------------------------

CREATE_VERSION = Call(method="POST", path=VERSIONS, query={"deploy": "deploy"})
READ_VERSION = Call(method="GET", path=VERSIONS + "/{id}")
WITH_MODULES = {"include": "modules"}


def _check_version(inputs: Values) -> list[tuple[str, str]]:
    return [
        (f"modules[{place}]", "Invalid Attribute Combination. Give content_base64 or content_file")
        for place, module in enumerate(_known_list(inputs.get("modules")))
        if isinstance(module, dict) and not {"contentBase64", "contentFile"} & {*module}
    ]


def _plan_version(planned: Values, _prior: Values | None, inputs: Values) -> None:
    """A module's hash follows from its content; only a Durable Object's binding has values that the API may choose."""
    for module in _known_list(planned.get("modules")):
        content = _content(module)
        if content is not None:
            module["contentSha256"] = hashlib.sha256(content).hexdigest()
    given = {binding.get("name"): binding for binding in _known_list(inputs.get("bindings"))}
    for binding in _known_list(planned.get("bindings")):
        if binding.get("type") != "durable_object_namespace":
            for name in ("className", "namespaceId", "scriptName", "databaseId"):
                if binding.get(name) is UNKNOWN:
                    binding[name] = given.get(binding.get("name"), {}).get(name)


def _known_list(value: Any) -> list[Values]:
    return value if isinstance(value, list) else []


def _content(module: Values) -> bytes | None:
    """Content of a module, None while it is unknown. RefusedError if its file cannot be read."""
    file, encoded = module.get("contentFile"), module.get("contentBase64")
    if isinstance(file, str):
        try:
            return Path(file).expanduser().read_bytes()
        except OSError as error:
            raise RefusedError("Error reading file", f"could not read file {file}: {error}") from error
    return base64.b64decode(encoded) if isinstance(encoded, str) else None


async def _create_version(api: Sender, planned: Values, _state: Values | None) -> Any:
    """Files become part of the body, bindings are sent by name; the answer is put in the program's order again."""
    modules = [
        {**module, "contentBase64": base64.b64encode(_content(module) or b"").decode()}
        for module in planned.get("modules") or []
    ]
    bindings = sorted(planned.get("bindings") or [], key=lambda binding: str(binding["name"]))
    sent = {**planned, **({"modules": modules} if modules else {}), **({"bindings": bindings} if bindings else {})}
    document = bodies.body(VERSION_PROPERTIES, sent)
    answer = await api.call(
        CREATE_VERSION.method,
        CREATE_VERSION.path_for(planned),
        headers={"content-type": "application/json"},
        content=json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(),
        query=CREATE_VERSION.query_for(planned),
    )
    return _in_order_of(answer.result, planned)


async def _read_version(api: Sender, state: Values) -> Values:
    """Bindings and modules stay in the state's order, with what an answer never holds."""
    answer = await api.call(READ_VERSION.method, READ_VERSION.path_for(state), query=WITH_MODULES)
    result = _in_order_of(answer.result, state)
    found = bodies.after_read(VERSION_PROPERTIES, {**state, "bindings": None, "modules": None}, result)
    if found.get("bindings") is not None:
        found["bindings"] = with_known_texts(found["bindings"], state.get("bindings") or [])
    answered = {module["name"]: module for module in found.get("modules") or []}
    if state.get("modules") is not None:
        found["modules"] = [_refreshed_module(module, answered.get(module["name"])) for module in state["modules"]]
    return {**found, "assets": state.get("assets")}


def _refreshed_module(module: Values, answered: Values | None) -> Values:
    encoded = (answered or {}).get("contentBase64")
    if encoded is None:
        return module
    found = {**module, "contentSha256": hashlib.sha256(base64.b64decode(encoded)).hexdigest()}
    return {**found, "contentBase64": encoded} if module.get("contentBase64") is not None else found


def _in_order_of(answer: Any, known: Values) -> Any:
    """An answer whose bindings are ordered as the known ones, new ones last."""
    if not isinstance(answer, dict) or not answer.get("bindings"):
        return answer
    places = {binding["name"]: place for place, binding in enumerate(known.get("bindings") or [])}
    last = len(places)
    return {**answer, "bindings": sorted(answer["bindings"], key=lambda b: (places.get(b["name"], last), b["name"]))}


def _binding() -> Property:
    shape = dict(BINDING.properties)
    shape["databaseId"] = shape["scriptName"] = either(Kind.TEXT)
    shape["identity"] = optional(Kind.TEXT, values=("runtime-email-alpha",))
    shape["outbound"] = optional(
        an_object(
            params=optional(a_list(an_object(name=required(Kind.TEXT)))),
            worker=optional(an_object(entrypoint=TEXT, environment=TEXT, service=TEXT)),
        )
    )
    return an_object(**shape)


def _fixed(mode: Callable[..., Property], kind: Kind | Property, **facts: Any) -> Property:
    return mode(kind, replaces=Replaces.ALWAYS, **facts)


VERSION_PROPERTIES: dict[str, Property] = {
    "id": _fixed(computed, Kind.TEXT, keep=True),
    "workerId": in_path(),
    "accountId": in_path(),
    "compatibilityDate": _fixed(optional, Kind.TEXT),
    "mainModule": _fixed(optional, Kind.TEXT),
    "containers": _fixed(optional, a_set(an_object(className=required(Kind.TEXT)))),
    "migrations": _fixed(
        optional, an_object(**MIGRATION, newTag=TEXT, oldTag=TEXT, steps=optional(a_list(an_object(**MIGRATION))))
    ),
    "modules": optional(
        a_set(
            an_object(
                name=_fixed(required, Kind.TEXT),
                contentType=_fixed(required, Kind.TEXT),
                contentBase64=optional(Kind.TEXT, excludes="contentFile"),
                contentFile=optional(Kind.TEXT, api="", excludes="contentBase64"),
                contentSha256=_fixed(computed, Kind.TEXT, api=""),
            )
        )
    ),
    "placement": _fixed(
        optional,
        an_object(
            mode=optional(Kind.TEXT, values=("smart", "targeted")),
            region=TEXT,
            hostname=TEXT,
            host=TEXT,
            targets=optional(a_list(an_object(region=TEXT, hostname=TEXT, host=TEXT)), api="target"),
        ),
    ),
    "usageModel": either(
        Kind.TEXT,
        default="standard",
        replaces=Replaces.IF_CONFIGURED,
        values=("standard", "bundled", "unbound"),
        deprecated="This attribute is deprecated.",
    ),
    "compatibilityFlags": either(a_set(Kind.TEXT), replaces=Replaces.IF_CONFIGURED),
    "annotations": either(ANNOTATIONS, replaces=Replaces.IF_CONFIGURED_BEFORE),
    "bindings": optional(a_list(_binding()), replaces=Replaces.IF_CONFIGURED_BEFORE),
    "limits": either(an_object(cpuMs=WHOLE, subrequests=WHOLE), replaces=Replaces.IF_CONFIGURED),
    "cacheOptions": _fixed(optional, CACHE_OPTIONS),
    "deploy": optional(Kind.FLAG, api=""),
    "exports": _fixed(
        optional,
        a_map(
            an_object(
                type=required(Kind.TEXT, values=("durable-object", "worker")),
                cache=optional(an_object(enabled=required(Kind.FLAG))),
                **dict.fromkeys(("renamedTo", "state", "transferFrom", "transferredTo"), TEXT),
                storage=optional(Kind.TEXT, values=("legacy-kv", "sqlite")),
            )
        ),
    ),
    "packageDependencies": _fixed(optional, a_list(PACKAGE)),
    "createdOn": computed(Kind.TIME),
    "migrationTag": computed(Kind.TEXT),
    "number": computed(Kind.NUMBER),
    "source": computed(Kind.TEXT),
    "mainScriptBase64": computed(Kind.TEXT),
    "startupTimeMs": computed(Kind.NUMBER),
    "urls": computed(a_list(Kind.TEXT)),
}

VERSION = Resource(
    properties=VERSION_PROPERTIES,
    create=CREATE_VERSION,
    read=READ_VERSION,
    local=("modules",),
    import_id="account_id=accountId/worker_id=workerId/version_id=id",
    special=Special(check=_check_version, plan=_plan_version, write=_create_version, read=_read_version),
)

# Deployments ----------------------------------------------------------------------------------------------------------

DEPLOYMENT = Resource(
    schema_version=None,
    properties={
        "id": _fixed(computed, Kind.TEXT, keep=True),
        "scriptName": in_path(),
        "accountId": in_path(),
        "strategy": _fixed(required, Kind.TEXT, values=("percentage",)),
        "versions": _fixed(
            required,
            a_list(an_object(percentage=required(Kind.NUMBER, between=(0.01, 100)), versionId=required(Kind.TEXT))),
        ),
        "annotations": either(
            an_object(
                workersMessage=optional(Kind.TEXT, api="workers/message"),
                workersTriggeredBy=computed(Kind.TEXT, api="workers/triggered_by"),
            ),
            replaces=Replaces.IF_CONFIGURED,
        ),
        "force": optional(Kind.FLAG, api=""),
        "authorEmail": computed(Kind.TEXT),
        "createdOn": computed(Kind.TIME),
        "source": computed(Kind.TEXT),
    },
    create=Call(method="POST", path=DEPLOYMENTS, query={"force": "force"}),
    read=Call(method="GET", path=DEPLOYMENTS + "/{id}"),
    import_id="account_id=accountId/script_name=scriptName/deployment_id=id",
)

TYPES = {
    "cloudflare:index/worker:Worker": WORKER,
    "cloudflare:index/workerVersion:WorkerVersion": VERSION,
    "cloudflare:index/workersDeployment:WorkersDeployment": DEPLOYMENT,
}
