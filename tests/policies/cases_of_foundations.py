"""Cases of the rules about names, secrets, accounts, protection, and where requests come in."""

from tests.policies.rule_cases import Spoiled, Unknown

COMPANION = {"key": "tail", "scriptName": "tail", "vars": {}, "workersDev": False, "previewUrls": False}


def script_binding(world, **binding):
    world["script"]["bindings"].append(binding)


def outside_environment(world, name):
    """The same resource, made by somebody who does without our components."""
    world.resources[name].parent = "stack"


SPOILED = [
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

UNKNOWN = [
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
