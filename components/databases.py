"""D1 databases and their schemas."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.bindings import MAIN, Bound
from components.cloudflare import D1Database
from components.d1_migrations import WRANGLERS_TABLE, D1Migrations
from components.protection import stateful
from components.residency import DEFAULT, stated
from components.schema_files import SchemaFile


class DatabaseArgs(TypedDict):
    binding: str
    """The Worker's name for the database; part of the logical name."""
    name: str
    """The physical name. Another name is another database: `components.physical_names` refuses the change."""
    worker: NotRequired[str]
    """Key of the companion that binds it; without it the main Worker does."""
    jurisdiction: NotRequired[str]
    """Where the rows stay; decided for ever when the database is made."""
    read_replication: str
    """`auto` or `disabled`. Always stated: unsaid, the update after a refresh sends null, and the API refuses it (7400)."""
    primary_location_hint: NotRequired[str]
    migrations_table: NotRequired[str]
    """Where the names of the applied files are kept, in the database itself; wrangler keeps them in `d1_migrations`."""
    migrations: NotRequired[Sequence[SchemaFile]]
    """In the order in which they are applied; only added to. Left out when the app makes its tables itself."""


class DatabasesArgs(TypedDict):
    account_id: str
    production: bool
    databases: Sequence[DatabaseArgs]


class Databases(Bound):
    """The D1 databases of an environment. It writes no rows: what is in the tables is the app's."""

    uuids: dict[str, pulumi.Output[str]]
    """Database ids by binding, known once the schema is what the files say."""

    def __init__(self, name: str, args: DatabasesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:Databases", name, _inputs(args), opts)
        self.uuids = {}
        self.bookmarks: dict[str, pulumi.Output[str]] = {}
        """By binding, where the database was before the last migrations: `wrangler d1 time-travel restore` goes back there."""
        for database in args["databases"]:
            binding = database["binding"]
            resource = self._database(f"{name}-{binding}", args, database)
            self.uuids[binding] = resource.uuid
            if "migrations" in database:
                migrations = self._migrations(f"{name}-{binding}-migrations", args["account_id"], database, resource)
                self.uuids[binding] = migrations.database  # so that the code which needs the tables comes after them
                self.bookmarks[binding] = migrations.bookmark
            # `id` is the older of the binding's two words for the database; provider and API of every version know it.
            self.bind({"type": "d1", "name": binding, "id": self.uuids[binding]}, database.get("worker", MAIN))
        self.register_outputs({"uuids": self.uuids, "bookmarks": self.bookmarks})

    def _database(self, name: str, args: DatabasesArgs, database: DatabaseArgs) -> D1Database:
        return D1Database(
            name,
            account_id=args["account_id"],
            name=database["name"],
            jurisdiction=stated(database.get("jurisdiction")),
            read_replication={"mode": database["read_replication"]},
            primary_location_hint=database.get("primary_location_hint"),
            # Names are unique in the account, and a new location hint replaces under the old name.
            opts=stateful(self, production=args["production"], delete_before_replace=True),
        )

    def _migrations(self, name: str, account_id: str, database: DatabaseArgs, resource: D1Database) -> D1Migrations:
        return D1Migrations(
            name,
            account_id=account_id,
            database=resource.uuid,
            table=database.get("migrations_table", WRANGLERS_TABLE),
            files=database["migrations"],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _inputs(args: DatabasesArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "databases": [_database_inputs(database) for database in args["databases"]],
    }


def _database_inputs(database: DatabaseArgs) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "binding": database["binding"],
        "name": database["name"],
        "jurisdiction": database.get("jurisdiction", DEFAULT),
        "readReplication": database["read_replication"],
    }
    if "migrations" in database:
        inputs["migrationsTable"] = database.get("migrations_table", WRANGLERS_TABLE)
        inputs["migrations"] = [{"name": file["name"], "sha256": file["sha256"]} for file in database["migrations"]]
    return inputs
