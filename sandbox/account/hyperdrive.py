"""Hyperdrive configurations: where a database is, and how it is cached. A password goes in and never comes out.

Cloudflare connects to the database before it takes a configuration. This account makes no connections, and says so.
"""

import ipaddress
import json
import secrets
from typing import Any

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, number, one_of, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

CONFIG = "hyperdrive"
CREDENTIALS = "hyperdrive_credentials"
"""Content, encrypted: the secret fields of the origin."""
SECRET_FIELDS = ("password", "access_client_secret")
PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306}
PRIVATE_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1",
        "fc00::/7",
        "fe80::/10",
    )
]
REACHED_BY = {
    "host": {"host", "port"},
    "access_client_id": {"host", "access_client_id", "access_client_secret"},
    "service_id": {"service_id"},
}
"""Field that decides how the database is reached -> fields that say where; the last that is there decides."""

ORIGIN = {
    "scheme": Field(one_of(*PORTS), required=True),
    "database": Field(text(least=1), required=True),
    "user": Field(text(least=1), required=True),
    "password": Field(text(least=1), required=True),
    "host": Field(text(r"[A-Za-z0-9._:-]+")),
    "port": Field(number(1, 65_535)),
    "access_client_id": Field(text(least=1)),
    "access_client_secret": Field(text(least=1)),
    "service_id": Field(text(least=1)),
}
CACHING = {
    "disabled": Field(flag, default=False),
    "max_age": Field(number(0, 3600)),
    "stale_while_revalidate": Field(number(0, 3600)),
}
"""Seconds."""
FIELDS = {
    "name": Field(text(least=1, most=255), required=True),
    "origin": Field(shaped(**ORIGIN), required=True),
    "caching": Field(shaped(**CACHING), default={"disabled": False}),
    "mtls": Field(
        shaped(
            ca_certificate_id=Field(text()),
            mtls_certificate_id=Field(text()),
            sslmode=Field(one_of("require", "verify-ca", "verify-full")),
        )
    ),
    "origin_connection_limit": Field(number(5, 100), default=60),
}

NOT_FOUND = Failure(404, 2006, "Hyperdrive config not found")
INVALID = Failure(400, 2007, "Invalid Hyperdrive config: {reason}")
PRIVATE = Failure(
    400, 2009, "The host {host} is private: Hyperdrive reaches it through a tunnel or a VPC service only."
)
NAME_TAKEN = Failure(400, 2017, "A Hyperdrive config with the name {name!r} already exists.")

NOT_TRIED = 2100
"""Code of the message that the database was not connected to."""


def create(call: Call) -> Json:
    config = {"id": secrets.token_hex(16), "created_on": call.now}
    return _save(call, config, call.object(INVALID))


def list_(call: Call) -> list[Json]:
    return call.store.all(CONFIG, call.account)


def get(call: Call) -> Json:
    config = call.store.get(CONFIG, call.account, call.parameters["hyperdrive_id"])
    if config is None:
        raise NOT_FOUND.error()
    return config


def replace(call: Call) -> Json:
    """PUT: a whole, with its password."""
    return _save(call, get(call), call.object(INVALID))


def edit(call: Call) -> Json:
    """PATCH: what is not said stays; of the origin, too, and the password with it."""
    config, said = get(call), call.object(INVALID)
    present = {key: config[key] for key in FIELDS if key in config}
    if isinstance(said.get("origin"), dict):
        said["origin"] = {**config["origin"], **_credentials(call, config), **said["origin"]}
    else:
        present["origin"] = {**config["origin"], **_credentials(call, config)}
    return _save(call, config, present | said)


def delete(call: Call) -> None:
    identifier = get(call)["id"]
    call.store.delete(CONFIG, call.account, identifier)
    call.store.erase(CREDENTIALS, call.account, identifier)


def _save(call: Call, config: Json, body: Any) -> Json:
    said = fields.read(body, FIELDS, INVALID)
    same_name = call.store.named(CONFIG, call.account, said["name"])
    if same_name and same_name["id"] != config["id"]:
        raise NAME_TAKEN.error(name=said["name"])
    _check_certificates(said.get("mtls") or {})
    origin = _reachable(said["origin"])
    hidden = {key: origin.pop(key) for key in SECRET_FIELDS if key in origin}
    saved = {key: config[key] for key in ("id", "created_on")} | said | {"origin": origin, "modified_on": call.now}
    call.store.put(CONFIG, call.account, saved["id"], saved, name=saved["name"])
    call.store.write(CREDENTIALS, call.account, saved["id"], call.vault.seal(json.dumps(hidden).encode()))
    message = (
        "This account makes no connections: the database was not tried. Cloudflare refuses one that it cannot reach."
    )
    call.messages.append({"code": NOT_TRIED, "message": message})
    return saved


def _credentials(call: Call, config: Json) -> Json:
    content = call.store.read(CREDENTIALS, call.account, config["id"])
    assert content is not None  # written together with the configuration
    hidden: Json = json.loads(call.vault.open(content.data))
    return hidden


def _reachable(origin: Json) -> Json:
    """With its default port. Raises ApiError for an origin that says too little or too much about where it is."""
    deciding = [field for field in REACHED_BY if field in origin]
    if not deciding:
        raise INVALID.error(reason="origin: a host or a service_id is required")
    if deciding[-1] == "host":
        origin.setdefault("port", PORTS[origin["scheme"]])
        if _is_private(origin["host"]):
            raise PRIVATE.error(host=origin["host"])
    wanted, said = REACHED_BY[deciding[-1]], set().union(*REACHED_BY.values()) & set(origin)
    if said != wanted:
        raise INVALID.error(
            reason=f"origin: with {deciding[-1]} it has {', '.join(sorted(wanted))}, not {', '.join(sorted(said))}"
        )
    return origin


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
        return any(address in network for network in PRIVATE_NETWORKS)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _check_certificates(mtls: Json) -> None:
    for name in ("ca_certificate_id", "mtls_certificate_id"):
        if mtls.get(name):
            raise INVALID.error(reason=f"mtls.{name}: this account has no certificate {mtls[name]!r}")


_CONFIGS = "/accounts/{account_id}/hyperdrive/configs"
_CONFIG = f"{_CONFIGS}/{{hyperdrive_id}}"

ENDPOINTS = (
    Endpoint("GET", _CONFIGS, list_, Numbered(size=20)),
    Endpoint("POST", _CONFIGS, create),
    Endpoint("GET", _CONFIG, get),
    Endpoint("PUT", _CONFIG, replace),
    Endpoint("PATCH", _CONFIG, edit),
    Endpoint("DELETE", _CONFIG, delete),
)
