"""Hyperdrive configurations: pools of connections to databases outside of Cloudflare."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic.alias_generators import to_camel

from components.bindings import MAIN, Bound
from components.hyperdrive import Hyperdrive


class HyperdriveArgs(TypedDict):
    binding: str
    """The Worker's name for it; part of the logical name."""
    name: str
    worker: NotRequired[str]
    """Key of the companion that binds it; without it the main Worker does."""
    scheme: str
    """`postgres` or `mysql`."""
    host: str
    port: int
    database: str
    user: str
    password_variable: str
    """Name of the environment variable that has the password when it is sent."""
    password_version: int
    """Another number sends the password again."""
    caching: bool


class HyperdrivesArgs(TypedDict):
    account_id: str
    production: bool
    hyperdrives: Sequence[HyperdriveArgs]


class Hyperdrives(Bound):
    """The Hyperdrive configurations of an environment. It makes no database, and holds no password."""

    ids: dict[str, pulumi.Output[str]]
    """Ids of the configurations by binding."""

    def __init__(self, name: str, args: HyperdrivesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:Hyperdrives", name, _inputs(args), opts)
        self.ids = {}
        for hyperdrive in args["hyperdrives"]:
            binding = hyperdrive["binding"]
            self.ids[binding] = Hyperdrive(
                f"{name}-{binding}",
                account_id=args["account_id"],
                physical_name=hyperdrive["name"],
                origin={
                    "scheme": hyperdrive["scheme"],
                    "host": hyperdrive["host"],
                    "port": hyperdrive["port"],
                    "database": hyperdrive["database"],
                    "user": hyperdrive["user"],
                },
                caching=hyperdrive["caching"],
                password_variable=hyperdrive["password_variable"],
                password_version=hyperdrive["password_version"],
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            self.bind({"type": "hyperdrive", "name": binding, "id": self.ids[binding]}, hyperdrive.get("worker", MAIN))
        self.register_outputs({"ids": self.ids})


def _inputs(args: HyperdrivesArgs) -> dict[str, Any]:
    hyperdrives = [{to_camel(key): value for key, value in hyperdrive.items()} for hyperdrive in args["hyperdrives"]]
    return {"accountId": args["account_id"], "production": args["production"], "hyperdrives": hyperdrives}
