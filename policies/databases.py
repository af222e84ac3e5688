"""D1 databases: what the API insists on, their schema, and that there is one place for the truth."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import ADVICE_IN_PRODUCTION, EVERYWHERE, OUTSIDE_DEVELOPMENT, ResourceRule, Violation
from policies.tokens import D1_DATABASE, DATABASES, WORKER_ENVIRONMENT

RELATIONAL = frozenset({"postgres", "postgresql", "mysql", "mariadb", "sqlserver"})


def unstated_replication(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    database = resource.properties
    if database.is_unknown("readReplication"):
        database.table("readReplication")
    elif database.table("readReplication").is_missing("mode"):
        yield Violation(
            "read replication is not stated, so the first update after a refresh sends null and the API refuses it (7400).",
            "state `read_replication: disabled`, or `auto`.",
            property="readReplication.mode",
        )


def without_schema(resource: Resource, settings: Properties) -> Iterator[Violation]:
    for index, database in enumerate(resource.properties.tables("databases")):
        binding = database.text("binding") or ""
        if binding in settings.texts("migratedByApp") or not database.is_known("migrations"):
            database.tables("migrations")
        elif not database.tables("migrations"):
            yield Violation(
                f"nobody applies the schema of {binding}, so the code meets a database without its tables.",
                "name the folder of its SQL files (`migrations_dir`).",
                property=f"databases[{index}].migrations",
            )


def two_primaries(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    environment = resource.properties
    databases = environment.table("names").texts("databases")
    others = [each.text("key") or "" for each in environment.tables("external") if each.text("kind") in RELATIONAL]
    if databases and others:
        yield Violation(
            f"the environment has the D1 database {databases[0]} and the database {others[0]} outside, so two places may claim to have the truth.",
            "take one of the two out, or say in the system's documentation which of them is the primary and what the other is for.",
            property="names.databases",
        )


RULES = (
    ResourceRule(
        id="databases-must-state-replication",
        title="Read replication of databases is stated",
        description="A D1 database says whether its reads are replicated.",
        details="The real provider reads the setting back as null when nothing stated it, and sends that null with the next update.",
        requirements=("T48",),
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        remediation="Add `readReplication: {mode: disabled}`; our `Databases` always does.",
        types=frozenset({D1_DATABASE}),
        check=unstated_replication,
    ),
    ResourceRule(
        id="databases-must-have-migrations",
        title="Schemas of databases are applied by the stack",
        description="Every D1 database has the files of its schema in the graph, so that an `up` leaves none pending.",
        details="Judged is `Databases`, whose migrations are applied before the code that needs them is uploaded.",
        requirements=("T25", "T49", "T130"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Write the folder as `migrations_dir` of the database; files are applied in the order of their names, each once.",
        settings={
            "migratedByApp": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Bindings of databases whose tables the app makes by itself.",
            }
        },
        types=frozenset({DATABASES}),
        check=without_schema,
    ),
    ResourceRule(
        id="databases-must-have-one-primary",
        title="One database has the truth",
        description="An environment has a D1 database or a relational database outside, not both.",
        details="Judged are the names of D1 databases and the `external` dependencies of the `WorkerEnvironment`.",
        requirements=("R9",),
        severity=Severity.LOW,
        levels=ADVICE_IN_PRODUCTION,
        remediation="Decide which of them is the primary. A D1 database that only waits for its day is declared with `enabled: false`.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=two_primaries,
    ),
)
