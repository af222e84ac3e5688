"""One Hyperdrive configuration: a dynamic resource, because the provider keeps the password of the database in the state.

The password is read from an environment variable of whoever deploys, when the configuration is made and when its version is
counted up, and goes to the API and nowhere else. That the API never answers it is why a version says when it changed.
"""

import os
from typing import Any, TypedDict

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from headworks.taking_over import NotThereError, takes_over
from headworks.v4 import Api, ApiError

_SILENCE = 60.0
"""Seconds; Cloudflare connects to the database before it answers."""

_NOT_FOUND = 404

_MOST = 100
"""Entries of a list."""

_KEYS = ("name", "origin", "caching", "passwordVariable", "passwordVersion")


class Origin(TypedDict):
    """Where the database is, and as whom it is used."""

    scheme: str
    host: str
    port: int
    database: str
    user: str


class PasswordError(Exception):
    """The password is not where it was said to be."""


class HyperdriveProvider(ResourceProvider):
    """Makes, changes and deletes one configuration."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("accountId",) if olds[key] != news[key]]
        return DiffResult(changes=bool(replaces) or any(olds[key] != news[key] for key in _KEYS), replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        if takes_over():
            return CreateResult(_found(props), _state(props))
        body = _body(props, password=_password(props))
        with Api.from_environment(timeout=_SILENCE) as api:
            made = api.post(_configurations(props), json=body)
        return CreateResult(made["id"], _state(props))

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        sent_again = olds["passwordVersion"] != news["passwordVersion"]
        body = _body(news, password=_password(news) if sent_again else None)
        with Api.from_environment(timeout=_SILENCE) as api:
            api.patch(f"{_configurations(news)}/{id_}", json=body)
        return UpdateResult(_state(news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with Api.from_environment(timeout=_SILENCE) as api:
            try:
                live = api.get(f"{_configurations(props)}/{id_}")
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise
                return ReadResult("", {})
        found = {
            "name": live["name"],
            "origin": {key: live["origin"].get(key) for key in Origin.__annotations__},
            "caching": not live.get("caching", {}).get("disabled", False),
        }
        return ReadResult(id_, _state(props) | found)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        with Api.from_environment(timeout=_SILENCE) as api:
            try:
                api.delete(f"{_configurations(props)}/{id_}")
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise


def _configurations(props: dict[str, Any]) -> str:
    return f"/accounts/{props['accountId']}/hyperdrive/configs"


def _found(props: dict[str, Any]) -> str:
    """Id of the configuration of that name, which the account has once. Raises NotThereError without one."""
    with Api.from_environment(timeout=_SILENCE) as api:
        listed = api.get(_configurations(props), params={"per_page": _MOST})
    for each in listed:
        if each["name"] == props["name"]:
            return str(each["id"])
    raise NotThereError(f"the account has no Hyperdrive configuration {props['name']}.")


def _password(props: dict[str, Any]) -> str:
    variable = props["passwordVariable"]
    password = os.environ.get(variable)
    if not password:
        raise PasswordError(
            f"{variable} is not set, so the Hyperdrive {props['name']} could not log in to {props['origin']['host']}. "
            f"Put the password of {props['origin']['user']} into that variable of the process that deploys, and bring the stack up again."
        )
    return password


def _body(props: dict[str, Any], password: str | None) -> dict[str, Any]:
    origin = dict(props["origin"]) | ({} if password is None else {"password": password})
    return {"name": props["name"], "origin": origin, "caching": {"disabled": not props["caching"]}}


def _state(props: dict[str, Any]) -> dict[str, Any]:
    return {key: props[key] for key in ("accountId", *_KEYS)}


class Hyperdrive(Resource, module="headworks", name="Hyperdrive"):
    """A pool of connections to one database. Its id is Cloudflare's."""

    def __init__(
        self,
        name: str,
        *,
        account_id: str,
        physical_name: str,
        origin: Origin,
        caching: bool,
        password_variable: str,
        password_version: int,
        opts: pulumi.ResourceOptions,
    ) -> None:
        inputs = {
            "accountId": account_id,
            "name": physical_name,
            "origin": dict(origin),
            "caching": caching,
            "passwordVariable": password_variable,
            "passwordVersion": password_version,
        }
        super().__init__(HyperdriveProvider(), name, inputs, opts)
