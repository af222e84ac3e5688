"""What looks like a mistake and is none: a gate that cries wolf is soon turned off."""

import pytest


def raw_route(world, pattern):
    world["route"].update(pattern=pattern)
    world["routes"].update(routes=[])
    world["api"].update(declaredNames={})


HARMLESS = {
    "a consumer that only notifies": lambda world: world.add("QueueConsumer", "raw", {"type": "notification"}),
    "a companion in order": lambda world: world["api"].update(
        companions=[{"key": "tail", "scriptName": "tail", "vars": {}, "workersDev": False, "previewUrls": False}]
    ),
    "a declared dead letter queue, whose consumer is the end of the line": lambda world: world.add(
        "headworks:index:WorkQueue",
        "dead-letters",
        {
            "queueName": "exports-dlq",
            "deadLettersOf": ["exports"],
            "consumer": {"scriptName": "rockhounding-api", "maxRetries": 3},
        },
    ),
    "a Hyperdrive configuration and a site that are declared and made": lambda world: (
        world["api"]["names"].update(hyperdrives=["main"], pagesProjects=["app"]),
        world["api"]["declaredNames"].update(hyperdrives=["main"], pagesProjects=["app"]),
        world.add("pulumi-python:dynamic/headworks:Hyperdrive", "main", {"name": "main"}),
        world.add("cloudflare:index/pagesProject:PagesProject", "app", {"name": "app"}),
    ),
    "dead letter queues in a row": lambda world: (
        world.add("Queue", "last", {"queueName": "exports-last"}, protect=True),
        world.add(
            "QueueConsumer",
            "raw",
            {"queueName": "exports-dlq", "deadLetterQueue": "exports-last", "settings": {"maxRetries": 1}},
        ),
    ),
    "switches that are off": lambda world: world["api"].update(
        vars={"SKIP_AUTH": "false", "DEBUG": "0", "DEBUG_SQL": "off", "LOG_LEVEL": "warn", "DEBUGGER_DOCS": "x"}
    ),
    "the same names in another account": lambda world: world["api"].update(
        siblings=[{"environment": "staging", "accountId": world.other_account, "names": world["api"]["names"]}]
    ),
    "KV values under different keys of a namespace not made yet": lambda world: [
        world.add("WorkersKv", key, {"namespaceId": world.unknown, "keyName": key, "value": ""}) for key in ("a", "b")
    ],
    "a wildcard record": lambda world: world["record"].update(name="*.rockhound.app"),
    "a record in capitals with a final dot": lambda world: world["record"].update(name="API.rockhound.app."),
    "a wildcard route over a wildcard record": lambda world: (
        raw_route(world, "*.rockhound.app/api/*"),
        world["record"].update(name="*.rockhound.app"),
    ),
    "a route with a scheme": lambda world: raw_route(world, "https://api.rockhound.app/*"),
    "a route that takes its paths out of another": lambda world: (
        world.add("WorkersRoute", "except", {"zoneId": "z", "pattern": "static.rockhound.app/*"}),
    ),
    "a custom domain, which makes its own record": lambda world: (
        world.remove("route", "record"),
        world["routes"].update(routes=[{"host": "api.rockhound.app", "customDomain": True}]),
        world.add("WorkersCustomDomain", "domain", {"hostname": "api.rockhound.app"}),
    ),
    "a script without Durable Objects": lambda world: world.script("tail"),
    "a script that calls the objects of another": lambda world: world.script(
        "caller", bindings=[{"type": "durable_object_namespace", "scriptName": "rockhounding-api"}]
    ),
    "a Worker that was never deployed": lambda world: world["objects"].update(liveTag="", liveChain=""),
    "a live Worker from before there was a ledger": lambda world: world["objects"].pop("liveChain"),
    "code and routes that wrangler deploys": lambda world: (
        world["api"].update(owner="wrangler"),
        world.remove("script", "subdomain", "route", "exports-consumer"),
    ),
    "a host under the top-level domain dev": lambda world: (
        [world["api"][kind].update(hosts=["api.rockhound.dev"]) for kind in ("names", "declaredNames")],
        world["record"].update(name="api.rockhound.dev"),
        world["route"].update(pattern="api.rockhound.dev/*"),
        world["routes"].update(routes=[]),
    ),
    "public ids beside secrets": lambda world: world["api"].update(
        vars={
            "ACCOUNT_ID": world.account,
            "TOKEN_TTL": "3600",
            "REQUIRE_API_KEY": "true",
            "AUTH_URL": "https://id.example",
        }
    ),
    "a secret that the account keeps": lambda world: world["script"]["bindings"].extend(
        [
            {"type": "secrets_store_secret", "name": "API_KEY"},
            {"type": "secret_text", "name": "API_TOKEN", "text": "x" * 20},
        ]
    ),
    "JSON that is nested deeper than any parser goes": lambda world: world.add(
        "WorkersKv", "deep", {"accountId": world.account, "namespaceId": "n", "keyName": "deep", "value": "[" * 100_000}
    ),
    "a resource without an account": lambda world: world.add("random:index:Id", "id", {"keepers": {}}),
    "properties of no known type": lambda world: world.script("odd", bindings="all", scriptName=7),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_production_still_passes_with(production, change):
    change(production)
    assert production.judged() == []


SETTINGS = {
    "another system may consume a queue": (
        {"queues-must-have-consumer": {"consumedElsewhere": ["exports"]}},
        lambda world: (world["exports"].pop("consumer"), world.remove("exports-consumer")),
    ),
    "a queue may be retried more often": (
        {"consumers-must-retry": {"most": 50}},
        lambda world: world["exports"]["consumer"].update(maxRetries=40),
    ),
    "the app may make its tables itself": (
        {"databases-must-have-migrations": {"migratedByApp": ["DB"]}},
        lambda world: world.add(
            "headworks:index:Databases", "databases", {"production": True, "databases": [{"binding": "DB"}]}
        ),
    ),
    "an app may keep what lives elsewhere": (
        {"live-objects-must-not-expire": {"livePrefixes": ["tables/"]}},
        lambda world: world["buckets"]["buckets"][0].update(lifecycle=[{"prefix": "data/", "expireDays": 9}]),
    ),
    "a lock may be shorter": (
        {"bundles-must-be-locked": {"days": 7}},
        lambda world: (world.platform(), world["bundles"]["buckets"][0]["lock"][0].update(retentionDays=7)),
    ),
    "the deletion of a class may be decided, and it may come back": (
        {"durable-object-classes-must-not-be-deleted": {"decided": ["A"]}},
        lambda world: world["objects"].update(
            migrations=world.chained(
                {"tag": "v1", "newSqliteClasses": ["A"]},
                {"tag": "v2", "deletedClasses": ["A"]},
                {"tag": "v3", "newSqliteClasses": ["A"]},
            ),
            bindings=[{"binding": "A", "className": "A"}],
            liveTag="v3",
            liveChain="",
        ),
    ),
    "a secret may be optional": (
        {"environments-must-need-the-same-secrets": {"optional": ["SENTRY_TOKEN"]}},
        lambda world: world["api"]["siblings"][0]["shape"][0]["secrets"].append("SENTRY_TOKEN"),
    ),
    "a variable may be optional": (
        {"environments-must-bind-alike": {"optional": ["SAMPLING"]}},
        lambda world: world["api"]["siblings"][0]["shape"][0]["bindings"].append("SAMPLING"),
    ),
    "code may know further log levels": (
        {"log-levels-must-be-known": {"levels": ["warning"]}},
        lambda world: world["api"]["vars"].update(LOG_LEVEL="warning"),
    ),
    "a date may be older": (
        {"compatibility-dates-must-be-recent": {"months": 1200}},
        lambda world: world["code"].update(compatibilityDate="2021-11-02"),
    ),
    "another stack may make what is bound": (
        {"bindings-must-lead-to-resources": {"elsewhere": ["shared"]}},
        lambda world: world["script"]["bindings"].append({"type": "r2_bucket", "name": "S", "bucketName": "shared"}),
    ),
    "the consumer of a dead letter queue may be the end of the line": (
        {"queues-must-have-dead-letter-queue": {"endOfTheLine": ["drain"]}},
        lambda world: world.add(
            "QueueConsumer",
            "drain",
            {"queueName": "exports-dlq", "scriptName": "drain", "settings": {"maxRetries": 3}},
        ),
    ),
    "a publishable key may be allowed by its name": (
        {"secrets-must-not-be-plain": {"allowed": ["MAPS_API_KEY"]}},
        lambda world: world["api"]["vars"].update(MAPS_API_KEY="public"),
    ),
    "a harmless variable may be allowed by its name": (
        {"debug-variables-must-stay-in-development": {"allowed": ["DEBUG_REPORT_URL"]}},
        lambda world: world["api"]["vars"].update(DEBUG_REPORT_URL="https://example.com"),
    ),
    "a class from before SQLite may stay": (
        {"durable-object-migrations-must-only-grow": {"keyValueClasses": ["Old"]}},
        lambda world: world["objects"].update(
            migrations=world.chained({"tag": "v1", "newClasses": ["Old"]}), bindings=[], liveTag="", liveChain=""
        ),
    ),
}


@pytest.mark.parametrize(("settings", "change"), SETTINGS.values(), ids=SETTINGS)
def test_by_configuration(production, policy_pack, settings, change):
    change(production)
    assert {finding.policy for finding in production.judged()} == set(settings)
    policy_pack.configure(settings)
    assert production.judged() == []


def test_the_configuration_may_name_the_only_accounts(production, policy_pack, complaints):
    policy_pack.configure(
        {
            "account-must-be-pinned": {"accounts": [production.other_account]},
            "resources-must-stay-in-their-account": {"accounts": []},
        }
    )
    findings = production.judged()
    assert complaints(findings) == {"account-must-be-pinned"}
    assert "none of those that this pack's configuration allows" in findings[0].message


def test_an_account_that_is_computed_is_not_pinned_even_if_it_will_be_right(production, complaints):
    production["api"].update(accountId=production.unknown)
    assert complaints(production.judged()) == {"account-must-be-pinned"}


def test_one_bucket_name_in_two_jurisdictions_is_two_buckets(production, complaints):
    for place in ("eu", "default"):
        production.add("R2Bucket", place, {"name": "archive", "jurisdiction": place}, protect=True)
    assert complaints(production.judged()) == {"data-must-stay-in-its-jurisdiction"}


def test_without_an_environment_the_resources_of_a_stack_must_agree_on_an_account(policy_pack, complaints):
    buckets = [
        policy_pack.Resource(
            "cloudflare:index/r2Bucket:R2Bucket", name, {"name": name, "accountId": account}, protect=True
        )
        for name, account in (("a", "0" * 32), ("b", "0" * 32), ("c", "1" * 32))
    ]
    findings = policy_pack.analyze_stack(buckets)
    assert complaints(findings) == {"resources-must-stay-in-their-account"}
    assert [finding.urn for finding in findings] == [buckets[2].urn]


@pytest.mark.parametrize(
    ("stack", "production", "strict"),
    [
        ("production", True, True),
        ("pr-12", False, False),
        ("development", False, False),
        ("development", True, True),
        ("anything", None, True),
        ("staging", None, False),
    ],
)
def test_a_component_is_judged_by_what_it_declares_and_only_without_that_by_the_name_of_its_stack(
    policy_pack, stack, production, strict
):
    stated = {} if production is None else {"production": production}
    inputs = {"queueName": "q", "consumer": {}} | stated
    findings = policy_pack.analyze(policy_pack.Resource("headworks:index:WorkQueue", "q", inputs, stack=stack))
    assert ("queues-must-have-dead-letter-queue" in {finding.policy for finding in findings}) == strict


@pytest.mark.parametrize(("stack", "level"), [("prod-eu", "mandatory"), ("staging", "advisory"), ("dev", None)])
def test_a_resource_without_component_is_judged_by_the_name_of_its_stack_and_strictly_if_that_says_nothing(
    policy_pack, stack, level
):
    consumer = policy_pack.Resource(
        "cloudflare:index/queueConsumer:QueueConsumer",
        "c",
        {"type": "worker", "settings": {"maxRetries": 3}},
        stack=stack,
    )
    assert [finding.level for finding in policy_pack.analyze(consumer)] == ([level] if level else [])


def test_the_graph_of_a_stack_is_as_strict_as_its_strictest_component(production, complaints):
    production.stack = "staging"
    production.resources["CACHE_KV"].protect = False
    assert complaints(production.judged()) == {"stateful-resources-must-be-protected"}
    production.become("staging")
    assert production.judged() == []


def test_the_name_of_an_environment_counts_where_a_document_of_outputs_took_its_place(production):
    production.become("development")
    production["api"].update(environment={"name": "development"}, workersDev=True)
    production["rockhound-media"].update(accountId=production.other_account)
    production["routes"].update(routes=[])
    production.stack = "somewhere"
    assert production.judged() == []
