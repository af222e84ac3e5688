"""Cases of the rules about what environments are told, and how they are alike."""

from datetime import UTC, datetime, timedelta

from tests.policies.rule_cases import Spoiled, Unknown

CACHING = {"CACHE_DATA_TTL": "60", "CACHE_METADATA_TTL": "300", "CACHE_BLOOM_TTL": "600"}


def variables(world, **texts):
    world["api"]["vars"].update(texts)


def waive(world, rule):
    today = datetime.now(UTC)
    when = {"granted": (today - timedelta(days=1)).isoformat(), "expires": (today + timedelta(days=1)).isoformat()}
    world["api"].update(waivers=[when | {"rule": rule, "resource": "api", "owner": "ada", "reason": "for now"}])


def shape(world):
    return world["api"]["shape"][0]


def of_sibling(world):
    return world["api"]["siblings"][0]["shape"][0]


SPOILED = [
    Spoiled(
        "environments-must-be-explicit",
        "production that says it is none",
        lambda world: world["api"].update(environment="production", production=False),
        "api.production: the environment is called production and says that it is not production",
        "`production: true`",
    ),
    Spoiled(
        "environments-must-be-explicit",
        "a pull request that deploys to staging",
        lambda world: world["api"].update(stack="pr-12"),
        "api.environment: the stack pr-12 makes the environment production",
        "`name: pr-12`",
    ),
    Spoiled(
        "names-must-say-their-environment",
        "a bucket of staging that passes for production's",
        lambda world: world["api"]["names"]["buckets"].append("rockhound-scratch"),
        "the R2 bucket rockhound-scratch does not say by its name that it is of staging",
        "suffix",
        stack="staging",
    ),
    Spoiled(
        "environments-must-need-the-same-secrets",
        "a secret that only staging needs",
        lambda world: of_sibling(world)["secrets"].append("STRIPE_API_KEY"),
        "api.shape.secrets: the Worker needs the secret STRIPE_API_KEY in staging but not here",
        "`secrets`",
    ),
    Spoiled(
        "environments-must-bind-alike",
        "a variable that only staging has",
        lambda world: of_sibling(world)["bindings"].append("FEATURES"),
        "api.shape.bindings: the Worker has FEATURES in staging but not here",
        "declare the variable or binding here",
    ),
    Spoiled(
        "environments-must-run-alike",
        "another compatibility date than staging",
        lambda world: of_sibling(world).update(compatibilityDate="2026-06-01"),
        "runs with the compatibility date 2026-02-25, and in staging with 2026-06-01",
        "system's file",
    ),
    Spoiled(
        "environments-must-run-alike",
        "a flag that staging has",
        lambda world: of_sibling(world)["compatibilityFlags"].append("nodejs_als"),
        "the Worker runs without the flag nodejs_als of staging",
        "system's file",
    ),
    Spoiled(
        "environments-must-not-share-databases",
        "staging on production's database",
        lambda world: of_sibling(world).update(databases=shape(world)["databases"]),
        "api.shape.databases: staging works on the database db.example.com:5432/app1001, too",
        "a database of its own",
    ),
    Spoiled(
        "rate-limits-must-not-be-shared",
        "a limit that staging uses up",
        lambda world: of_sibling(world).update(rateLimits=["1001"]),
        "api.shape.rateLimits: the rate limit 1001 counts the requests of staging, too",
        "`namespace_id`",
    ),
    Spoiled(
        "environment-variable-must-agree",
        "code that believes to be elsewhere",
        lambda world: variables(world, ENVIRONMENT="elsewhere"),
        "api.vars.ENVIRONMENT: the code is told that it runs in another environment than production",
        "set ENVIRONMENT to production",
    ),
    Spoiled(
        "log-levels-must-be-known",
        "a level that the code does not know",
        lambda world: variables(world, LOG_LEVEL="warning"),
        "api.vars.LOG_LEVEL: the log level is none that the code knows",
        "debug, info, warn, error",
    ),
    Spoiled(
        "variables-must-come-from-the-stack",
        "variables of the dashboard that outlive every upload",
        lambda world: world["script"]["keepBindings"].append("plain_text"),
        "script.keepBindings: variables that somebody sets in the dashboard",
        "`secret_text`",
    ),
    Spoiled(
        "cache-lifetimes-must-be-ordered",
        "metadata that is forgotten before the data",
        lambda world: variables(world, **CACHING | {"CACHE_METADATA_TTL": "30"}),
        "CACHE_METADATA_TTL is shorter than CACHE_DATA_TTL",
        "60 or more",
    ),
    Spoiled(
        "cache-lifetimes-must-be-ordered",
        "a lifetime in words",
        lambda world: variables(world, **CACHING | {"CACHE_BLOOM_TTL": "10m"}),
        "CACHE_BLOOM_TTL is no whole number of seconds",
        "in quotes",
    ),
    Spoiled(
        "cache-lifetimes-must-be-ordered",
        "a switch that is neither on nor off",
        lambda world: variables(world, CACHE_STALE_WHILE_REVALIDATE="yes"),
        "CACHE_STALE_WHILE_REVALIDATE is neither true nor false",
        "in quotes",
    ),
    Spoiled(
        "production-must-cache",
        "the profile that caches nothing",
        lambda world: variables(world, **dict.fromkeys(CACHING, "0")),
        "nothing is cached",
        "profiles",
    ),
    Spoiled(
        "waivers-must-hold",
        "a waiver that nothing needs",
        lambda world: waive(world, rule="log-levels-must-be-known"),
        "api.waivers[0]: the waiver of log-levels-must-be-known for api does not count: nothing that it is for",
        "waivers.yaml",
    ),
    Spoiled(
        "waivers-must-end",
        "a violation that somebody answers for",
        lambda world: (variables(world, LOG_LEVEL="warning"), waive(world, rule="log-levels-must-be-known")),
        "api.vars.LOG_LEVEL: log-levels-must-be-known is waived until",
        "write one of debug",
    ),
]

UNKNOWN = [
    Unknown("waivers-must-hold", lambda world: world["api"].update(waivers=[world.unknown])),
    Unknown("waivers-must-end", lambda world: world["api"].update(waivers=[world.unknown])),
    Unknown("environments-must-be-explicit", lambda world: world["api"].update(stack=world.unknown)),
    Unknown(
        "names-must-say-their-environment",
        lambda world: world["api"]["names"]["queues"].append(world.unknown),
        lambda world: world["api"]["names"]["buckets"].append("rockhound-scratch"),
        stack="staging",
    ),
    Unknown(
        "environments-must-need-the-same-secrets",
        lambda world: shape(world).update(secrets=[world.unknown]),
    ),
    Unknown("environments-must-bind-alike", lambda world: shape(world).update(bindings=world.unknown)),
    Unknown(
        "environments-must-run-alike",
        lambda world: shape(world).update(compatibilityDate=world.unknown),
        lambda world: of_sibling(world)["compatibilityFlags"].append("nodejs_als"),
    ),
    Unknown("environments-must-not-share-databases", lambda world: shape(world).update(databases=world.unknown)),
    Unknown("rate-limits-must-not-be-shared", lambda world: shape(world).update(rateLimits=[world.unknown])),
    Unknown("environment-variable-must-agree", lambda world: variables(world, ENVIRONMENT=world.unknown)),
    Unknown("log-levels-must-be-known", lambda world: variables(world, LOG_LEVEL=world.unknown)),
    Unknown(
        "variables-must-come-from-the-stack",
        lambda world: world["script"].update(keepBindings=[world.unknown]),
        lambda world: world["script"].update(keepBindings=[world.unknown, "json"]),
    ),
    Unknown(
        "cache-lifetimes-must-be-ordered",
        lambda world: variables(world, CACHE_DATA_TTL=world.unknown),
        lambda world: variables(world, CACHE_METADATA_TTL="9", CACHE_BLOOM_TTL="8"),
    ),
    Unknown("production-must-cache", lambda world: variables(world, CACHE_DATA_TTL=world.unknown)),
]
