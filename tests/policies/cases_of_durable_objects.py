"""Cases of the rule about the history of Durable Objects."""

from tests.policies.rule_cases import Spoiled, Unknown

CREATED = {"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]}


def migrations(world, *steps, bound=("ExportCoordinatorDO",), live="", chain=""):
    """Another history of Durable Objects, with a correct chain and an agreeing live Worker."""
    world["objects"].update(
        migrations=world.chained(*steps),
        bindings=[{"binding": name.upper(), "className": name} for name in bound],
        liveTag=live,
        liveChain=chain,
    )


SPOILED = [
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "one tag for two migrations",
        lambda world: migrations(world, CREATED, {"tag": "v1", "newSqliteClasses": ["Second"]}),
        "the tag v1 names 2 migrations",
        "tag of its own",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a migration without a tag",
        lambda world: migrations(world, CREATED, {"newSqliteClasses": ["Second"]} | {"tag": ""}),
        "has no tag",
        "tag of its own",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a class that is created twice",
        lambda world: migrations(world, CREATED, CREATED | {"tag": "v2"}),
        "migration v2 creates the class ExportCoordinatorDO, which exists already",
        "remove it",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "the deletion of a class that is not there",
        lambda world: migrations(world, CREATED, {"tag": "v2", "deletedClasses": ["Ghost"]}),
        "migration v2 deletes the class Ghost",
        "remove it",
        also={"durable-object-classes-must-not-be-deleted"},
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "the renaming of a class that is not there",
        lambda world: migrations(world, CREATED, {"tag": "v2", "renamedClasses": [{"from": "Ghost", "to": "Host"}]}),
        "migration v2 renames the class Ghost",
        "correct the old name",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a class renamed onto another",
        lambda world: migrations(
            world,
            {"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO", "Old"]},
            {"tag": "v2", "renamedClasses": [{"from": "Old", "to": "ExportCoordinatorDO"}]},
        ),
        "renames a class to ExportCoordinatorDO, which exists already",
        "another name",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a bound class that no migration creates",
        lambda world: world["objects"]["bindings"].append({"binding": "NEW", "className": "Unborn"}),
        "the bound class Unborn is not created by any migration",
        "new_sqlite_classes: [Unborn]",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "key-value storage for a new class",
        lambda world: migrations(world, CREATED, {"tag": "v2", "newClasses": ["Legacy"]}),
        "the class Legacy is created with key-value storage",
        "`new_sqlite_classes`",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a chain that was edited by hand",
        lambda world: world["objects"]["migrations"][1].update(chain="0" * 64),
        "the hash of migration v2 does not follow",
        "let the component compute the chain",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a step of the past that was changed",
        lambda world: migrations(world, CREATED, live="v1", chain="000000000000"),
        "the steps up to v1 are not those that were applied",
        "restore the applied steps",
    ),
    Spoiled(
        "durable-object-migrations-must-only-grow",
        "a live Worker that somebody else migrated",
        lambda world: world["objects"].update(liveTag="v9"),
        "the live Worker is at migration v9, which the history does not have",
        "put the missing steps back",
    ),
]

UNKNOWN = [
    Unknown(
        "durable-object-migrations-must-only-grow",
        lambda world: world["objects"]["migrations"][1].update(newClasses=[world.unknown]),
        lambda world: world["objects"]["migrations"][0].update(newClasses=["Legacy"]),
    ),
]
