"""KV namespaces."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.bindings import MAIN, Bound
from components.cloudflare import WorkersKvNamespace
from components.protection import stateful
from components.residency import stated


class KvNamespaceArgs(TypedDict):
    binding: str
    """The Worker's name for the namespace; part of the logical name."""
    title: str
    """The physical name, unique in the account. A new title renames in place: the id and the data stay."""
    worker: NotRequired[str]
    """Key of the companion that binds it; without it the main Worker does."""
    jurisdiction: NotRequired[str]
    """Where the keys stay; decided for ever when the namespace is made."""


class KvNamespacesArgs(TypedDict):
    account_id: str
    production: bool
    namespaces: Sequence[KvNamespaceArgs]


class KvNamespaces(Bound):
    """The KV namespaces of an environment. It writes no keys: KV is eventually consistent, and its values are the app's."""

    ids: dict[str, pulumi.Output[str]]
    """Namespace ids by binding."""

    def __init__(self, name: str, args: KvNamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:KvNamespaces", name, _inputs(args), opts)
        self.ids = {}
        for namespace in args["namespaces"]:
            binding = namespace["binding"]
            self.ids[binding] = WorkersKvNamespace(
                f"{name}-{binding}",
                account_id=args["account_id"],
                title=namespace["title"],
                jurisdiction=stated(namespace.get("jurisdiction")),
                opts=stateful(self, production=args["production"]),
            ).id
            self.bind(
                {"type": "kv_namespace", "name": binding, "namespace_id": self.ids[binding]},
                namespace.get("worker", MAIN),
            )
        self.register_outputs({"ids": self.ids})


def _inputs(args: KvNamespacesArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "namespaces": [dict(namespace) for namespace in args["namespaces"]],  # its words have no humps
    }
