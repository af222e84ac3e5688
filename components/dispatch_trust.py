"""Trusted mode of a dispatch namespace: a dynamic resource, because the provider's namespace cannot set it.

In trusted mode the Workers of a namespace see `request.cf` and share the zone's cache, with each other too: right for
Workers of one owner, and a leak between customers (D2, D3). A Worker that is in the namespace already takes the mode on
with its next upload, as Cloudflare's documentation says.
"""

import sys
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from headworks.taking_over import NotThereError, takes_over
from headworks.v4 import Api, ApiError

_SILENCE = 30.0
"""Seconds."""

_NO_SUCH_NAMESPACE = 404


class TrustError(Exception):
    """The namespace does not say what it was told."""


class DispatchTrustProvider(ResourceProvider):
    """Create and update tell the namespace and read it back; delete does nothing, since there is no state without a mode."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("accountId", "namespace") if olds[key] != news[key]]
        return DiffResult(changes=bool(replaces) or olds["trusted"] != news["trusted"], replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["namespace"], _found(props) if takes_over() else _told(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        state = _told(news)
        print(
            f"Upload the Workers of {news['namespace']} again: until then they run in the mode before.", file=sys.stderr
        )
        return UpdateResult(state)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with Api.from_environment(timeout=_SILENCE) as api:
            try:
                trusted = _is_trusted(api, props)
            except ApiError as error:
                if error.status != _NO_SUCH_NAMESPACE:
                    raise
                return ReadResult("", {})  # the namespace is gone, and its mode with it
        return ReadResult(id_, _state(props, trusted=trusted))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        mode = "trusted" if props["trusted"] else "untrusted"
        print(f"The dispatch namespace {props['namespace']} stays {mode}, for as long as it exists.", file=sys.stderr)


def _told(props: dict[str, Any]) -> dict[str, Any]:
    """Set the mode, and return the resource's state.

    Raises TrustError if the namespace says otherwise afterwards, ApiError, or NotConfiguredError without a token.
    """
    with Api.from_environment(timeout=_SILENCE) as api:
        api.patch(_path(props), json={"trusted_workers": props["trusted"]})
        trusted = _is_trusted(api, props)
    if trusted is not props["trusted"]:
        raise TrustError(
            f"the dispatch namespace {props['namespace']} was told trusted_workers={props['trusted']} and still says {trusted}. "
            "Its Workers run in the other mode: see whether the account may set it, and bring the stack up again."
        )
    return _state(props, trusted=trusted)


def _found(props: dict[str, Any]) -> dict[str, Any]:
    """The resource's state if the namespace has the mode already; raises NotThereError if it has the other one."""
    with Api.from_environment(timeout=_SILENCE) as api:
        if _is_trusted(api, props) is not props["trusted"]:
            raise NotThereError(f"the dispatch namespace {props['namespace']} has another mode than the stack says.")
    return _state(props, trusted=props["trusted"])


def _is_trusted(api: Api, props: dict[str, Any]) -> bool:
    return bool(api.get(_path(props)).get("trusted_workers", False))


def _path(props: dict[str, Any]) -> str:
    return f"/accounts/{props['accountId']}/workers/dispatch/namespaces/{props['namespace']}"


def _state(props: dict[str, Any], *, trusted: bool) -> dict[str, Any]:
    return {"accountId": props["accountId"], "namespace": props["namespace"], "trusted": trusted}


class DispatchTrust(Resource, module="headworks", name="DispatchNamespaceTrust"):
    """Whether a dispatch namespace is trusted."""

    trusted: pulumi.Output[bool]
    """As the namespace said it, after it was set or at the last refresh."""

    def __init__(
        self,
        name: str,
        *,
        account_id: str,
        namespace: pulumi.Input[str],
        trusted: bool,
        opts: pulumi.ResourceOptions,
    ) -> None:
        inputs = {"accountId": account_id, "namespace": namespace, "trusted": trusted}
        super().__init__(DispatchTrustProvider(), name, inputs, opts)
