"""Buckets, KV namespaces and databases."""

from pathlib import Path

import pytest

from headworks.checks.check import State

ROOT = Path(__file__).parents[3]
TRIGGERS = ROOT / "systems" / "triggers-api"


class TestBuckets:
    def test_each_that_lacks_is_named(self, account, rockhounding):
        account.make("/r2/buckets", name="rockhound-exports-staging")
        found = account.look("buckets-exist", rockhounding)
        assert found.state is State.MISSING
        assert "rockhound-state-packs-staging" in found.says
        assert "rockhound-media-staging" in found.says
        assert "rockhound-exports-staging" not in found.says

    def test_all_of_them_are_held(self, account, rockhounding):
        for bucket in rockhounding.buckets:
            account.make("/r2/buckets", name=bucket.name)
        assert account.look("buckets-exist", rockhounding).state is State.HELD

    def test_one_in_another_jurisdiction_is_another_bucket(self, account, dotdo):
        headers = {"cf-r2-jurisdiction": "eu"}
        account.ok(
            "POST", f"/accounts/{account.id}/r2/buckets", json={"name": "dotdo-bundles-staging"}, headers=headers
        )
        found = account.look("buckets-exist", dotdo)
        assert found.state is State.MISSING
        assert "dotdo-bundles-staging (jurisdiction default; there is one in eu)" in found.says
        (bucket,) = dotdo.buckets
        in_europe = dotdo.model_copy(update={"buckets": (bucket.model_copy(update={"jurisdiction": "eu"}),)})
        assert account.look("buckets-exist", in_europe).state is State.HELD

    def test_a_stack_without_one_holds_no_line_about_buckets(self, account, triggers):
        assert account.look("buckets-exist", triggers).state is State.MISSING


class TestKvNamespaces:
    def test_the_titles_count_and_not_the_bindings(self, account, rockhounding):
        account.make("/storage/kv/namespaces", title="CACHE_KV")
        account.make("/storage/kv/namespaces", title="SESSION_KV_STAGING")
        found = account.look("kv-namespaces-exist", rockhounding)
        assert (found.state, "the KV namespace CACHE_KV_STAGING." in found.says) == (State.MISSING, True)
        account.make("/storage/kv/namespaces", title="CACHE_KV_STAGING")
        assert account.look("kv-namespaces-exist", rockhounding).state is State.HELD


@pytest.fixture
def database(account):
    """The database of TriggersAPI's staging, empty; runs SQL in it."""
    identifier = account.make("/d1/database", name="triggers-api-staging")["uuid"]

    def run(sql):
        account.make(f"/d1/database/{identifier}/query", sql=sql)

    return run


def applied(*names):
    values = ", ".join(f"('{name}')" for name in names)
    return (
        "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE); "
        f"INSERT INTO d1_migrations (name) VALUES {values}"
    )


class TestDatabases:
    def test_one_that_lacks_is_named(self, account, triggers):
        found = account.look("databases-exist", triggers)
        assert (found.state, "triggers-api-staging" in found.says) == (State.MISSING, True)

    def test_one_that_is_there_is_held(self, account, triggers, database):
        assert account.look("databases-exist", triggers).state is State.HELD


class TestMigrations:
    def look(self, account, environment, root=ROOT):
        return account.look("d1-migrations-are-applied", environment, TRIGGERS, root=root)

    def test_all_are_applied(self, account, triggers, database):
        database(applied("0001_events.sql", "0002_events_indexes.sql"))
        assert self.look(account, triggers).state is State.HELD

    def test_without_wrangler_s_table_none_is_applied(self, account, triggers, database):
        found = self.look(account, triggers)
        assert found.state is State.MISSING
        assert "0001_events.sql (triggers-api-staging has not applied it)" in found.says
        assert "0002_events_indexes.sql" in found.says

    def test_the_pending_one_is_named(self, account, triggers, database):
        database(applied("0001_events.sql"))
        found = self.look(account, triggers)
        assert (found.state, "0001" in found.says, "0002" in found.says) == (State.MISSING, False, True)

    def test_one_that_only_the_database_knows_is_named(self, account, triggers, database):
        database(applied("0001_events.sql", "0002_events_indexes.sql", "0003_gone.sql"))
        found = self.look(account, triggers)
        assert (found.state, "0003_gone.sql (triggers-api-staging has applied it" in found.says) == (
            State.MISSING,
            True,
        )

    def test_the_database_names_the_table(self, account, triggers, database):
        database(applied("0001_events.sql", "0002_events_indexes.sql").replace("d1_migrations", '"history of it"'))
        (declared,) = triggers.databases
        renamed = declared.model_copy(update={"migrations_table": "history of it"})
        assert self.look(account, triggers).state is State.MISSING
        assert self.look(account, triggers.model_copy(update={"databases": (renamed,)})).state is State.HELD

    def test_a_database_that_lacks_has_applied_nothing(self, account, triggers):
        found = self.look(account, triggers)
        assert (found.state, "not in the account" in found.says) == (State.MISSING, True)

    def test_a_folder_without_files_is_no_schema(self, account, triggers, database, tmp_path):
        found = self.look(account, triggers, root=tmp_path)
        assert (found.state, "has no .sql files" in found.says) == (State.MISSING, True)

    def test_files_that_the_app_keeps_are_not_verified(self, account, rockhounding):
        found = account.look("d1-migrations-are-applied", rockhounding)
        assert (found.state, "migrations_dir" in found.says) == (State.NOT_VERIFIED, True)


class TestSchema:
    @pytest.mark.parametrize(
        ("check", "key", "there"), [("d1-tables-exist", "tables", "events"), ("d1-indexes-exist", "indexes", "by_time")]
    )
    def test_what_lacks_is_named(self, account, triggers, database, check, key, there):
        database("CREATE TABLE events (time INTEGER); CREATE INDEX by_time ON events (time)")
        assert account.look(check, triggers, database="DB", **{key: [there]}).state is State.HELD
        found = account.look(check, triggers, database="DB", **{key: [there, "other"]})
        assert found.state is State.MISSING
        assert "other. " in found.says
        assert there not in found.says

    def test_a_table_is_no_index(self, account, triggers, database):
        database("CREATE TABLE events (time INTEGER)")
        assert account.look("d1-indexes-exist", triggers, database="DB", indexes=["events"]).state is State.MISSING

    def test_a_binding_that_is_not_declared_is_named(self, account, triggers, database):
        found = account.look("d1-tables-exist", triggers, database="OTHER", tables=["events"])
        assert (found.state, "under OTHER" in found.says) == (State.MISSING, True)

    def test_a_database_that_lacks_has_no_table(self, account, triggers):
        found = account.look("d1-tables-exist", triggers, database="DB", tables=["events"])
        assert (found.state, "lacks the D1 database triggers-api-staging" in found.says) == (State.MISSING, True)
