"""D1 databases."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.cloudflare import Binding, D1Database
from components.component import Component
from components.protection import stateful


class DatabaseArgs(TypedDict):
    binding: str
    """The Worker's name for the database; part of the logical name."""
    name: str
    """The physical name. Another name is another database: `components.physical_names` refuses the change."""
    read_replication: str
    """`auto` or `disabled`. Always stated: unsaid, the update after a refresh sends null, and the API refuses it (7400)."""
    primary_location_hint: NotRequired[str]


class DatabasesArgs(TypedDict):
    account_id: str
    production: bool
    databases: Sequence[DatabaseArgs]


class Databases(Component):
    """The D1 databases of an environment. It neither creates tables nor migrates schemas: the provider cannot."""

    uuids: dict[str, pulumi.Output[str]]
    """Database ids by binding."""

    def __init__(self, name: str, args: DatabasesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:Databases", name, _inputs(args), opts)
        self.uuids = {
            database["binding"]: D1Database(
                f"{name}-{database['binding']}",
                account_id=args["account_id"],
                name=database["name"],
                read_replication={"mode": database["read_replication"]},
                primary_location_hint=database.get("primary_location_hint"),
                # Names are unique in the account, and a new location hint replaces under the old name.
                opts=stateful(self, production=args["production"], delete_before_replace=True),
            ).uuid
            for database in args["databases"]
        }
        # `id` is the older of the binding's two words for the database; provider and API of every version know it.
        self.worker_bindings: list[Binding] = [
            {"type": "d1", "name": binding, "id": uuid} for binding, uuid in self.uuids.items()
        ]
        self.register_outputs({"uuids": self.uuids})


def _inputs(args: DatabasesArgs) -> dict[str, Any]:
    databases = [
        {"binding": database["binding"], "name": database["name"], "readReplication": database["read_replication"]}
        for database in args["databases"]
    ]
    return {"accountId": args["account_id"], "production": args["production"], "databases": databases}
