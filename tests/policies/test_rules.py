"""Each rule through the real pack process: Rockhounding's production passes, and one spoiled thing is one clear refusal."""

import pytest

from policies.pack import RULES
from policies.rule import ADVICE, ResourceRule
from tests.policies import cases_of_code, cases_of_data, cases_of_environments
from tests.policies.rule_cases import Spoiled, Unknown

BY_ID = {rule.id: rule for rule in RULES}
RAW_CONSUMER = {"type": "worker", "scriptName": "other", "settings": {"maxRetries": 3}}


def script_binding(world, **binding):
    world["script"]["bindings"].append(binding)


def outside_environment(world, name):
    """The same resource, made by somebody who does without our components."""
    world.resources[name].parent = "stack"


def migrations(world, *steps, bound=("ExportCoordinatorDO",), live="", chain=""):
    """Another history of Durable Objects, with a correct chain and an agreeing live Worker."""
    world["objects"].update(
        migrations=world.chained(*steps),
        bindings=[{"binding": name.upper(), "className": name} for name in bound],
        liveTag=live,
        liveChain=chain,
    )


COMPANION = {"key": "tail", "scriptName": "tail", "vars": {}, "workersDev": False, "previewUrls": False}

CREATED = {"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]}

SPOILED = [
    Spoiled(
        "queues-must-have-dead-letter-queue",
        "a production queue without a dead letter queue",
        lambda world: (
            world["exports"]["consumer"].pop("deadLetterQueue"),
            world["exports-consumer"].pop("deadLetterQueue"),
        ),
        "exports.consumer.deadLetterQueue: the consumer has no dead letter queue",
        "`dead_letter_queue`",
    ),
    Spoiled(
        "queues-must-have-dead-letter-queue",
        "a consumer that somebody declared beside the component",
        lambda world: world.add("QueueConsumer", "raw", RAW_CONSUMER),
        "raw.deadLetterQueue",
        "`dead_letter_queue`",
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a dead letter queue that nobody makes",
        lambda world: world.remove("exports-dead-letter-queue"),
        "the stack has no queue exports-dlq",
        "make the queue in this stack",
        also={"production-names-must-be-complete"},
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a queue that is its own dead letter queue",
        lambda world: world["exports"]["consumer"].update(deadLetterQueue="exports-queue"),
        "its own dead letter queue",
        "another queue",
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a circle through two queues",
        lambda world: world.add(
            "QueueConsumer",
            "drain",
            RAW_CONSUMER | {"deadLetterQueue": "exports-queue", "queueId": world.unknown},
            comes_from={"queueId": "exports-dead-letter-queue"},
        ),
        "in a circle (exports-dlq → exports-queue → exports-dlq)",
        "end the line",
    ),
    Spoiled(
        "declared-secrets-must-be-set",
        "a declared secret that is not set",
        lambda world: world["secrets"]["present"].remove("MAPBOX_API_KEY"),
        "the secret MAPBOX_API_KEY is not set",
        "headworks secrets put production MAPBOX_API_KEY",
    ),
    Spoiled(
        "declared-secrets-must-be-set",
        "secrets that nobody could look at",
        lambda world: (
            world["secrets"].update(status="not verified", reason="no token"),
            world["secrets"].pop("present"),
        ),
        "nobody could look which secrets are set (no token)",
        "Workers Scripts Read",
    ),
    Spoiled(
        "secrets-must-not-be-plain",
        "a variable that has the name of a secret",
        lambda world: world["api"]["vars"].update(STRIPE_API_KEY="planted-4711"),
        "the variable STRIPE_API_KEY has the name of a secret",
        "`headworks secrets put`",
    ),
    Spoiled(
        "secrets-must-not-be-plain",
        "a token in a plain binding",
        lambda world: script_binding(world, type="plain_text", name="UPSTREAM", text="ghp_planted0123456789abcdefghij"),
        "the binding UPSTREAM has the shape of a secret (GitHub token)",
        "inherit",
    ),
    Spoiled(
        "secrets-must-not-be-plain",
        "a password within a JSON binding",
        lambda world: script_binding(world, type="json", name="DB", json='{"main": {"dbPassword": "planted-4711"}}'),
        "the binding DB has the name of a secret",
        "inherit",
    ),
    Spoiled(
        "secrets-must-not-be-plain",
        "a bearer token as the key of a KV value",
        lambda world: world.add(
            "WorkersKv", "token", {"namespaceId": "n", "keyName": f"auth:sk-live-{'0f' * 32}", "value": "valid"}
        ),
        "token.keyName: the key has the shape of a secret (API key)",
        "a hash",
    ),
    Spoiled(
        "environments-must-not-share-names",
        "the runbook's own mistake: staging consumes production's exports-queue",
        lambda world: world["api"]["siblings"][0]["names"]["queues"].append(world["api"]["names"]["queues"][0]),
        "the queue exports-queue belongs to staging of the same account, too",
        "exports-queue-staging",
    ),
    Spoiled(
        "resources-must-not-share-identity",
        "two resources that upload the same Worker",
        lambda world: world.script("copy", accountId=world.account, scriptName="rockhounding-api"),
        "the same physical thing",
        "different names",
    ),
    Spoiled(
        "resources-must-not-share-identity",
        "two KV values under one key",
        lambda world: [
            world.add(
                "WorkersKv", name, {"accountId": world.account, "namespaceId": "n", "keyName": "motd", "value": name}
            )
            for name in ("a", "b")
        ],
        "b.keyName: a is the same physical thing",
        "keep one of the two",
    ),
    Spoiled(
        "resources-must-not-share-identity",
        "a bucket that is declared again without saying its jurisdiction",
        lambda world: world.add(
            "R2Bucket", "again", {"accountId": world.account, "name": "rockhound-media"}, protect=True
        ),
        "rockhound-media.name: again is the same physical thing",
        "keep one of the two",
    ),
    Spoiled(
        "stateful-resources-must-be-protected",
        "a bucket that a destroy would delete",
        lambda world: setattr(world.resources["rockhound-media"], "protect", False),
        "rockhound-media: the resource is not protected, so a destroy or a replacement deletes the bucket's objects",
        "protect=True",
    ),
    Spoiled(
        "stateful-resources-must-be-protected",
        "a script that owns Durable Objects",
        lambda world: setattr(world.resources["script"], "protect", False),
        "the storage of the script's Durable Objects",
        "protect=True",
    ),
    *(
        Spoiled(
            "stateful-resources-must-be-protected",
            f"an unprotected {type_}",
            lambda world, type_=type_: world.add(
                type_,
                "bare",
                {"name": "bare", "title": "bare", "queueName": "bare", "readReplication": {"mode": "disabled"}},
            ),
            "bare: the resource is not protected",
            "retain_on_delete=True",
        )
        for type_ in ("WorkersKvNamespace", "D1Database", "Queue", "WorkersForPlatformsDispatchNamespace")
    ),
    Spoiled(
        "account-must-be-pinned",
        "an account by its name",
        lambda world: [
            world[name].update(accountId="rockhound") for name in world.resources if "accountId" in world[name]
        ],
        "api.accountId: the account is not a literal id",
        "`account_id`",
    ),
    Spoiled(
        "account-must-be-pinned",
        "a token of another account",
        lambda world: world["api"]["facts"]["account"].update(id=world.other_account),
        "credentials at hand are for another account",
        "token of the pinned account",
    ),
    Spoiled(
        "resources-must-stay-in-their-account",
        "a bucket in another account",
        lambda world: world["rockhound-media"].update(accountId=world.other_account),
        "rockhound-media.accountId: the resource is in another account than its environment",
        "pass the environment's `account_id`",
    ),
    Spoiled(
        "debug-variables-must-stay-in-development",
        "skipped authentication",
        lambda world: (
            world["api"]["vars"].update(SKIP_AUTH="true"),
            script_binding(world, type="plain_text", name="SKIP_AUTH", text="true"),
        ),
        "the variable SKIP_AUTH lets requests in without authentication",
        "remove it",
    ),
    Spoiled(
        "debug-variables-must-stay-in-development",
        "debugging switched on",
        lambda world: world["api"]["vars"].update(DEBUG_API="1"),
        "the variable DEBUG_API turns debugging on",
        "remove it",
    ),
    Spoiled(
        "debug-variables-must-stay-in-development",
        "a log level that tells all",
        lambda world: world["api"]["vars"].update(LOG_LEVEL="Debug"),
        "the variable LOG_LEVEL sets a log level",
        "development stack only",
    ),
    Spoiled(
        "debug-variables-must-stay-in-development",
        "a script beside the component, with the switch inside of JSON",
        lambda world: world.script(
            "raw", bindings=[{"type": "json", "name": "FLAGS", "json": '{"a": [{"DEBUG_SQL": true}]}'}]
        ),
        "raw.bindings: the variable FLAGS turns debugging on",
        "remove it",
    ),
    Spoiled(
        "production-must-not-use-workers-dev",
        "workers.dev switched on",
        lambda world: (world["api"].update(workersDev=True), world["subdomain"].update(enabled=True)),
        "api.workersDev: the Worker answers on workers.dev (switched on)",
        "`workers_dev: false`",
    ),
    Spoiled(
        "production-must-not-use-workers-dev",
        "preview URLs beside the component",
        lambda world: (
            world["subdomain"].update(previewsEnabled=True),
            outside_environment(world, "subdomain"),
        ),
        "subdomain.previewsEnabled: the Worker answers on preview URLs (switched on)",
        "`preview_urls: false`",
    ),
    Spoiled(
        "production-must-not-use-workers-dev",
        "preview URLs left to Cloudflare",
        lambda world: (world["subdomain"].pop("previewsEnabled"), outside_environment(world, "subdomain")),
        "not stated, so Cloudflare decides",
        "`preview_urls: false`",
    ),
    Spoiled(
        "debug-variables-must-stay-in-development",
        "a companion that skips authentication",
        lambda world: world["api"].update(companions=[COMPANION | {"vars": {"SKIP_AUTH": "true"}}]),
        "api.companions[0].vars: the variable SKIP_AUTH lets requests in",
        "remove it",
    ),
    Spoiled(
        "secrets-must-not-be-plain",
        "a secret among the variables of a companion",
        lambda world: world["api"].update(companions=[COMPANION | {"vars": {"API_TOKEN": "planted-0123456789abcdef"}}]),
        "api.companions[0].vars: the variable API_TOKEN has the name of a secret",
        "under `secrets`",
    ),
    Spoiled(
        "production-must-not-use-workers-dev",
        "a companion on workers.dev",
        lambda world: world["api"].update(companions=[COMPANION | {"workersDev": True}]),
        "api.companions[0].workersDev: the Worker tail answers on workers.dev (switched on)",
        "`workers_dev: false`",
    ),
    Spoiled(
        "production-names-must-be-complete",
        "a declared Pages project that no resource makes",
        lambda world: (
            world["api"]["names"].update(pagesProjects=["app"]),
            world["api"]["declaredNames"].update(pagesProjects=["app"]),
        ),
        "the Pages project app is declared, but no resource of the stack makes it",
        "component of its kind",
    ),
    Spoiled(
        "routes-must-have-proxied-host",
        "a host without a record",
        lambda world: world.remove("record"),
        "api.rockhound.app does not lead to Cloudflare (the stack has no DNS record for it)",
        "proxied record",
    ),
    Spoiled(
        "routes-must-have-proxied-host",
        "a record that is not proxied",
        lambda world: world["record"].update(proxied=False),
        "its DNS record is not proxied",
        "proxied record",
    ),
    Spoiled(
        "routes-must-have-proxied-host",
        "a route that wrangler makes, on a host without a record",
        lambda world: (world["api"].update(owner="wrangler"), world.remove("route", "record")),
        "routes.routes: api.rockhound.app does not lead to Cloudflare",
        "custom domain",
    ),
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
    Spoiled(
        "production-names-must-be-complete",
        "a declared bucket that production switched off",
        lambda world: (
            world["api"]["names"]["buckets"].pop(),
            world["script"]["bindings"].pop(0),
            world.remove("rockhound-media"),
        ),
        "the system declares the R2 bucket rockhound-media",
        "switches it off",
    ),
    Spoiled(
        "production-names-must-be-complete",
        "a declared KV namespace that no resource makes",
        lambda world: world.remove("SESSION_KV"),
        "the KV namespace SESSION_KV is declared, but no resource of the stack makes it",
        "component of its kind",
    ),
    Spoiled(
        "production-names-must-be-complete",
        "a staging bucket in production",
        lambda world: world["api"]["names"]["buckets"].append("rockhound-media-dev"),
        "the R2 bucket rockhound-media-dev is by its name of another environment",
        "production name",
    ),
    Spoiled(
        "live-state-must-be-verified",
        "an account that nobody reached",
        lambda world: world["api"]["facts"].update(account={"status": "not verified", "reason": "no token"}),
        "the live fact `account` was not read from the account (no token)",
        "token",
    ),
    Spoiled(
        "live-state-must-be-verified",
        "a migration tag that nobody read",
        lambda world: world["objects"].update(status="not verified", reason="403"),
        "objects.status: the migration tag of the live Worker was not read from the account (403)",
        "token",
    ),
    Spoiled(
        "live-state-must-be-verified",
        "facts that are missing altogether",
        lambda world: world["api"].pop("facts"),
        "the live fact `account` was not read",
        "token",
    ),
]


for cases in (cases_of_data, cases_of_environments, cases_of_code):
    SPOILED.extend(cases.SPOILED)


@pytest.mark.parametrize("rule", BY_ID)
def test_production_of_the_rockhounding_api_passes(production, rule):
    assert not [finding for finding in production.judged() if finding.policy == rule]


@pytest.mark.parametrize("case", SPOILED, ids=lambda case: f"{case.rule}: {case.how}")
def test_an_environment_is_refused_for(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    findings = production.judged()
    assert complaints(findings) == {case.rule, *case.also}
    (finding,) = [finding for finding in findings if finding.policy == case.rule]
    assert finding.level == getattr(BY_ID[case.rule].levels, case.stack).value
    assert finding.urn
    description, message = finding.message.split("\n")
    assert description == BY_ID[case.rule].description
    assert case.says in message
    consequence, fix = message.split(" Fix: ")
    assert consequence
    assert case.fix in fix
    assert message.endswith(f"({', '.join(BY_ID[case.rule].requirements)})")
    assert "planted" not in message


def test_every_rule_has_a_failing_test():
    assert {case.rule for case in SPOILED} == set(BY_ID)


UNKNOWN = [
    Unknown(
        "queues-must-have-dead-letter-queue",
        lambda world: world["exports"]["consumer"].update(deadLetterQueue=world.unknown),
    ),
    Unknown("queues-must-have-dead-letter-queue", lambda world: world["exports"].update(consumer=world.unknown)),
    Unknown(
        "dead-letter-queues-must-resolve",
        lambda world: world["exports-dead-letter-queue"].update(queueName=world.unknown),
        lambda world: world["exports"]["consumer"].update(deadLetterQueue="exports-queue"),
    ),
    Unknown("declared-secrets-must-be-set", lambda world: world["secrets"].update(present=world.unknown)),
    Unknown("declared-secrets-must-be-set", lambda world: world["secrets"].update(status=world.unknown)),
    Unknown(
        "declared-secrets-must-be-set", lambda world: world["secrets"].update(present=[world.unknown, "ADMIN_API_KEY"])
    ),
    Unknown(
        "secrets-must-not-be-plain",
        lambda world: script_binding(world, type="plain_text", name="REGION", text=world.unknown),
        lambda world: script_binding(world, type="plain_text", name="ADMIN_TOKEN", text="planted"),
    ),
    Unknown(
        "environments-must-not-share-names",
        lambda world: world["api"]["names"]["queues"].append(world.unknown),
        lambda world: world["api"]["siblings"][0]["names"]["buckets"].append("rockhound-media"),
    ),
    Unknown(
        "resources-must-not-share-identity",
        lambda world: [world.add("WorkersKv", name, {"namespaceId": world.unknown, "keyName": "k"}) for name in "ab"],
        lambda world: world.add("WorkersRoute", "copy", world["route"]),
    ),
    Unknown(
        "stateful-resources-must-be-protected",
        lambda world: world.script("raw", bindings=world.unknown),
        lambda world: setattr(world.resources["CACHE_KV"], "protect", False),
    ),
    Unknown(
        "account-must-be-pinned",
        lambda world: world["api"]["facts"]["account"].update(id=world.unknown),
        lambda world: world["api"].update(accountId="rockhound"),
    ),
    Unknown(
        "resources-must-stay-in-their-account",
        lambda world: world["CACHE_KV"].update(accountId=world.unknown),
        lambda world: world["rockhound-media"].update(accountId=world.other_account),
    ),
    Unknown(
        "debug-variables-must-stay-in-development",
        lambda world: world["api"]["vars"].update(LOG_LEVEL=world.unknown),
        lambda world: world["api"]["vars"].update(SKIP_AUTH="yes"),
    ),
    Unknown(
        "production-must-not-use-workers-dev",
        lambda world: world["api"].update(workersDev=world.unknown),
        lambda world: world["api"].update(previewUrls=True),
    ),
    Unknown("routes-must-have-proxied-host", lambda world: world["record"].update(proxied=world.unknown)),
    Unknown("routes-must-have-proxied-host", lambda world: world["record"].update(name=world.unknown)),
    Unknown(
        "durable-object-migrations-must-only-grow",
        lambda world: world["objects"]["migrations"][1].update(newClasses=[world.unknown]),
        lambda world: world["objects"]["migrations"][0].update(newClasses=["Legacy"]),
    ),
    Unknown(
        "production-names-must-be-complete",
        lambda world: world["SESSION_KV"].update(title=world.unknown),
        lambda world: world["api"]["names"]["buckets"].append("rockhound-media-dev"),
    ),
    Unknown(
        "live-state-must-be-verified",
        lambda world: world["objects"].update(status=world.unknown),
        lambda world: world["api"].pop("facts"),
    ),
]


for cases in (cases_of_data, cases_of_environments, cases_of_code):
    UNKNOWN.extend(cases.UNKNOWN)


@pytest.mark.parametrize("case", UNKNOWN, ids=lambda case: case.rule)
def test_what_a_preview_does_not_know_is_told_and_not_passed_in_silence(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    findings = production.judged()
    assert complaints(findings) == set()
    notes = [finding for finding in findings if finding.policy == case.rule]
    assert notes
    for note in notes:
        assert note.level == "advisory"
        assert note.message.startswith(f"can't run policy '{case.rule}' from policy pack 'headworks@v")


@pytest.mark.parametrize("case", [case for case in UNKNOWN if case.and_certainly], ids=lambda case: case.rule)
def test_an_unknown_value_does_not_hide_a_violation_beside_it(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    case.and_certainly(production)
    assert case.rule in complaints(production.judged())


def test_every_rule_has_an_unknown_at_preview_test():
    assert {case.rule for case in UNKNOWN} == set(BY_ID)


@pytest.mark.parametrize("environment", ["staging", "development"])
@pytest.mark.parametrize(
    "case", [case for case in SPOILED if case.stack == "production"], ids=lambda case: f"{case.rule}: {case.how}"
)
def test_elsewhere_the_same_mistake_has_the_level_that_the_rule_s_table_says(production, case, environment):
    production.become(environment)
    case.spoil(production)
    levels = {finding.level for finding in production.judged() if finding.policy.removesuffix(ADVICE) == case.rule}
    expected = getattr(BY_ID[case.rule].levels, environment).value
    assert levels == ({expected} if expected != "disabled" else set())


def test_a_rule_about_one_resource_stops_the_change_before_the_provider_is_called(production):
    """At `up`, only what Analyze says of a registration comes early enough; the graph is judged when all is made."""
    stopping = {rule.id for rule in RULES if isinstance(rule, ResourceRule)}
    assert {
        "queues-must-have-dead-letter-queue",
        "declared-secrets-must-be-set",
        "environments-must-not-share-names",
    } <= stopping
    production["exports"]["consumer"].pop("deadLetterQueue")
    assert [finding.policy for finding in production.judged("exports")] == ["queues-must-have-dead-letter-queue"]
