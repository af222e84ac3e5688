"""KV namespaces."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi

from components.cloudflare import Binding, WorkersKvNamespace
from components.component import Component
from components.protection import stateful


class KvNamespaceArgs(TypedDict):
    binding: str
    """The Worker's name for the namespace; part of the logical name."""
    title: str
    """The physical name, unique in the account. A new title renames in place: the id and the data stay."""


class KvNamespacesArgs(TypedDict):
    account_id: str
    production: bool
    namespaces: Sequence[KvNamespaceArgs]


class KvNamespaces(Component):
    """The KV namespaces of an environment. It writes no keys: KV is eventually consistent, and its values are the app's."""

    ids: dict[str, pulumi.Output[str]]
    """Namespace ids by binding."""

    def __init__(self, name: str, args: KvNamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:KvNamespaces", name, _inputs(args), opts)
        self.ids = {
            namespace["binding"]: WorkersKvNamespace(
                f"{name}-{namespace['binding']}",
                account_id=args["account_id"],
                title=namespace["title"],
                opts=stateful(self, production=args["production"]),
            ).id
            for namespace in args["namespaces"]
        }
        self.worker_bindings: list[Binding] = [
            {"type": "kv_namespace", "name": binding, "namespace_id": namespace_id}
            for binding, namespace_id in self.ids.items()
        ]
        self.register_outputs({"ids": self.ids})


def _inputs(args: KvNamespacesArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "namespaces": [{"binding": each["binding"], "title": each["title"]} for each in args["namespaces"]],
    }
