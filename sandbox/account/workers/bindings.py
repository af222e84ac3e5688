"""Bindings of a Worker: which types there are, what they must say, and whether what they refer to exists."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Fields, number, one_of, shaped, text
from sandbox.account.storage import Store
from sandbox.account.workers import records

NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
SECRET_TYPES = frozenset({"secret_text", "secret_key"})
SECRET_FIELDS = frozenset({"text", "key_base64", "key_jwk"})
"""Of bindings of a secret type: kept apart, never answered."""
LATEST = "latest"
KEPT_UNLESS_SAID = ("secret_text", "secret_key")
"""Types that survive an upload without `keep_bindings`: wrangler sends none, and promises that deploying never deletes a secret."""

BAD_NAME = Failure(400, 10052, "Binding name {name!r} is not a JavaScript identifier.")
DUPLICATE = Failure(
    400, 10052, "Binding name {name!r} is used twice; vars, secrets and resources share one set of names."
)
UNKNOWN_TYPE = Failure(400, 10021, "Binding {name!r} has type {type!r}, which Workers do not have.")
MISSING_FIELD = Failure(400, 10021, "Binding {name!r} of type {type} needs {field}.")
BAD_FIELD = Failure(400, 10021, "Binding {name!r} of type {type} - {reason}.")
UNRESOLVED = Failure(
    400, 10057, "Binding {name!r} cannot be inherited: the previous version of this Worker has no binding {old!r}."
)
INHERITED_VERSION = Failure(
    400, 10057, "Binding {name!r}: version_id {version!r} - only the literal 'latest' is supported by this API"
)
NO_KV = Failure(400, 10041, "KV namespace '{value}' not found.")
NO_BUCKET = Failure(400, 10085, "R2 bucket '{value}' not found.")
NO_D1 = Failure(400, 10181, "D1 database '{value}' not found.")
NO_QUEUE = Failure(400, 11000, "Queue '{value}' not found.")
NO_SERVICE = Failure(400, 10144, "Worker '{value}' (service binding) not found.")
NO_HYPERDRIVE = Failure(400, 10157, "Hyperdrive config '{value}' not found.")
NO_VECTORIZE = Failure(400, 10159, "Vectorize index '{value}' not found.")
NO_STORE = Failure(400, 10182, "Secrets Store '{value}' not found.")
NO_DISPATCH = Failure(400, 100119, "Dispatch namespace '{value}' not found.")
NO_CERTIFICATE = Failure(400, 100143, "mTLS certificate '{value}' not found.")
NO_CLASS = Failure(
    400,
    10061,
    "Cannot create binding for class '{name}' because it is not currently configured to implement Durable Objects."
    " Did you forget to apply a migration?",
)

NOT_CHECKED = 10100
"""Code of the message that a binding's target was not looked for."""


@dataclass(frozen=True)
class Where:
    """The Worker that is being uploaded, and the account in which its bindings must lead somewhere."""

    store: Store
    account: str
    home: str
    """The account, or the dispatch namespace that the Worker is uploaded to."""
    script: str
    namespaces: Mapping[str, Json]
    """Durable Object namespaces of this script by class, as they will be."""


Lookup = Callable[[Where, Json], bool]


@dataclass(frozen=True)
class BindingType:
    required: tuple[str, ...] = ()
    """Each may name alternatives with `|`."""
    target: str = ""
    """Field that names what the binding refers to."""
    exists: Lookup | None = None
    missing: Failure | None = None
    fields: Fields = field(default_factory=dict)
    """What certain fields must be, besides being there."""
    checked: bool = True
    """False: it refers to something of a product that this account does not have; it is taken as it is, with a message."""


def _resource(kind: str, field_: str) -> Lookup:
    return lambda where, binding: where.store.get(kind, where.account, binding[field_]) is not None


def _bucket(where: Where, binding: Json) -> bool:
    identifier = f"{binding.get('jurisdiction') or 'default'}/{binding['bucket_name']}"
    return where.store.get("r2_bucket", where.account, identifier) is not None


def _database(where: Where, binding: Json) -> bool:
    return where.store.get("d1_database", where.account, binding.get("database_id") or binding["id"]) is not None


def _queue(where: Where, binding: Json) -> bool:
    return where.store.named("queue", where.account, binding["queue_name"]) is not None


def _service(where: Where, binding: Json) -> bool:
    """A Worker of the account, also for one in a dispatch namespace."""
    itself = where.home == where.account and binding["service"] == where.script
    return itself or records.find(where.store, where.account, binding["service"]) is not None


def _dispatch(where: Where, binding: Json) -> bool:
    return where.store.named("dispatch_namespace", where.account, binding["namespace"]) is not None


def _nowhere(_where: Where, _binding: Json) -> bool:
    """Of a product that this account does not have, nothing can exist."""
    return False


RATE_LIMIT: Fields = {
    "namespace_id": Field(text(r"[1-9]\d*"), required=True),
    "simple": Field(
        shaped(
            limit=Field(number(1), required=True),
            period=Field(one_of(10, 60), required=True),
            mitigation_timeout=Field(number(0)),
        ),
        required=True,
    ),
}
"""Periods in seconds."""

_PLAIN = BindingType()

TYPES: Mapping[str, BindingType] = {
    "kv_namespace": BindingType(("namespace_id",), "namespace_id", _resource("kv_namespace", "namespace_id"), NO_KV),
    "r2_bucket": BindingType(("bucket_name",), "bucket_name", _bucket, NO_BUCKET),
    "d1": BindingType(("database_id|id",), "database_id|id", _database, NO_D1),
    "queue": BindingType(("queue_name",), "queue_name", _queue, NO_QUEUE),
    "durable_object_namespace": BindingType(("class_name|namespace_id",)),  # looked up by `_namespace`
    "service": BindingType(("service",), "service", _service, NO_SERVICE),
    "plain_text": BindingType(("text",)),
    "json": BindingType(("json",)),
    "secret_text": BindingType(("text",)),
    "secret_key": BindingType(("format", "algorithm", "usages", "key_base64|key_jwk")),
    "hyperdrive": BindingType(("id",), "id", _resource("hyperdrive", "id"), NO_HYPERDRIVE),
    "vectorize": BindingType(("index_name",), "index_name", _nowhere, NO_VECTORIZE),
    "secrets_store_secret": BindingType(("store_id", "secret_name"), "store_id", _nowhere, NO_STORE),
    "dispatch_namespace": BindingType(("namespace",), "namespace", _dispatch, NO_DISPATCH),
    "mtls_certificate": BindingType(("certificate_id",), "certificate_id", _nowhere, NO_CERTIFICATE),
    "analytics_engine": BindingType(("dataset",)),  # created by the first write
    "workflow": BindingType(("workflow_name",)),  # refers to a name: the workflow comes after its script
    "ratelimit": BindingType(("namespace_id", "simple"), fields=RATE_LIMIT),
    "send_email": _PLAIN,
    "version_metadata": _PLAIN,
    "assets": _PLAIN,
    "ai": _PLAIN,
    "browser": _PLAIN,
    "images": _PLAIN,
    "media": _PLAIN,
    "worker_loader": _PLAIN,
    "data_blob": BindingType(("part",)),
    "text_blob": BindingType(("part",)),
    "wasm_module": BindingType(("part",)),
    "ai_search": BindingType(("instance_name",), checked=False),
    "ai_search_namespace": BindingType(("namespace",), checked=False),
    "pipelines": BindingType(("pipeline",), checked=False),
    "k2": BindingType(("stream",), checked=False),
    "messaging": BindingType(("namespace",), checked=False),
    "artifacts": BindingType(("namespace",), checked=False),
    "flagship": BindingType(("app_id",), checked=False),
    "vpc_service": BindingType(("service_id",), checked=False),
    "vpc_network": BindingType(("network_id|tunnel_id",), checked=False),
}


@dataclass
class Resolved:
    """The bindings of a new version."""

    bindings: list[Json] = field(default_factory=list)
    """Without secret values, in the order of the upload."""
    secrets: dict[str, bytes] = field(default_factory=dict)
    """Values sent with the upload, as JSON of the secret fields."""
    inherited_secrets: dict[str, str] = field(default_factory=dict)
    """Name -> name in the previous version, whose value goes along."""
    messages: list[Json] = field(default_factory=list)


def resolve(
    sent: Sequence[Json],
    previous: Sequence[Json],
    *,
    keep: Sequence[str] = (),
    strict: bool = False,
    patch: bool = False,
) -> Resolved:
    """Puts the bindings of a version together. `previous`: those of the version before; `keep`: types that survive unsaid.

    `patch`: a binding that says only its name and type stands for the present one, as wrangler's secret commands send it.
    Raises ApiError for names, types and fields, and in strict mode for what cannot be inherited.
    """
    resolved = Resolved()
    before = {binding["name"]: binding for binding in previous}
    for binding in sent:
        name, kind = str(binding.get("name", "")), binding.get("type")
        repeats = patch and set(binding) <= {"name", "type"} and before.get(name, {}).get("type") == kind
        if kind == "inherit" or repeats:
            _inherit(resolved, binding, name, before, strict=strict)
        else:
            _take(resolved, binding, name)
    named = {binding[key] for binding in sent for key in ("name", "old_name") if binding.get(key)}
    for binding in previous:
        if binding["type"] in keep and binding["name"] not in named:
            _keep(resolved, binding, binding["name"])
    _check_names(resolved.bindings)
    return resolved


def _inherit(resolved: Resolved, binding: Json, name: str, before: Mapping[str, Json], *, strict: bool) -> None:
    if binding.get("version_id") not in (None, "", LATEST):
        raise INHERITED_VERSION.error(name=name, version=binding["version_id"])
    old = binding.get("old_name") or name
    if old in before:
        _keep(resolved, {**before[old], "name": name}, old)
    elif strict:
        raise UNRESOLVED.error(name=name, old=old)
    # Otherwise it is dropped without a word, as the API does: that is why `bindings_inherit=strict` exists.


def _keep(resolved: Resolved, binding: Json, old: str) -> None:
    resolved.bindings.append(binding)
    if binding["type"] in SECRET_TYPES:
        resolved.inherited_secrets[binding["name"]] = old


def _take(resolved: Resolved, binding: Json, name: str) -> None:
    kind = str(binding.get("type"))
    described = TYPES.get(kind)
    if described is None:
        raise UNKNOWN_TYPE.error(name=name, type=kind)
    for wanted in described.required:
        if not any(binding.get(choice) is not None for choice in wanted.split("|")):
            raise MISSING_FIELD.error(name=name, type=kind, field=wanted.replace("|", " or "))
    wrong = BAD_FIELD.about(name=name, type=kind)
    typed = fields.read({key: binding[key] for key in described.fields}, described.fields, wrong)
    public = {key: value for key, value in (binding | typed).items() if value is not None}
    if kind in SECRET_TYPES:
        hidden = {key: public.pop(key) for key in SECRET_FIELDS & set(public)}
        resolved.secrets[name] = json.dumps(hidden).encode()
    resolved.bindings.append(public)
    if not described.checked:
        text = f"Binding {name!r}: this account has no product behind type {kind}, so nothing was looked up."
        resolved.messages.append({"code": NOT_CHECKED, "message": text})


def _check_names(bindings: Sequence[Json]) -> None:
    seen: set[str] = set()
    for binding in bindings:
        if not NAME.fullmatch(binding["name"]):
            raise BAD_NAME.error(name=binding["name"])
        if binding["name"] in seen:
            raise DUPLICATE.error(name=binding["name"])
        seen.add(binding["name"])


def check_targets(where: Where, bindings: Sequence[Json]) -> list[Json]:
    """The bindings with the ids that the account knows. Raises ApiError for one that leads nowhere."""
    return [_checked(where, binding) for binding in bindings]


def _checked(where: Where, binding: Json) -> Json:
    if binding["type"] == "durable_object_namespace":
        return _namespace(where, binding)
    described = TYPES[binding["type"]]
    if described.exists and described.missing and not described.exists(where, binding):
        value = next(binding[key] for key in described.target.split("|") if binding.get(key))
        raise described.missing.error(value=value)
    outbound = ((binding.get("outbound") or {}).get("worker") or {}).get("service")
    if outbound is not None and not _service(where, {"service": outbound}):
        raise NO_SERVICE.error(value=outbound)
    return binding


def _namespace(where: Where, binding: Json) -> Json:
    class_name, script = binding.get("class_name"), binding.get("script_name") or where.script
    if class_name is None:
        found = where.store.get(records.NAMESPACE, where.home, binding["namespace_id"])
        if found is None:
            raise NO_CLASS.error(name=binding["namespace_id"])
        return binding | {"class_name": found["class"]}
    own = script == where.script
    live = where.namespaces if own else records.namespaces(where.store, where.home, script)
    if class_name not in live:
        raise NO_CLASS.error(name=class_name)
    return binding | {"namespace_id": live[class_name]["id"]}
