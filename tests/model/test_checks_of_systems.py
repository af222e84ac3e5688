"""What must hold between several values of one environment, in the words that came with larger systems.

Each case is what the environment of staging says over the shop (see conftest): one slip, one finding.
"""

import pytest
from ruamel.yaml import YAML

STAGING_FILE = "Pulumi.staging.yaml"

COMPANION = "{name: shop-tail, code: {owner: pulumi, main: tail.js}, compatibility_date: '2026-02-25'%s}"
HYPERDRIVE = "{name: x, host: h, database: d, user: u, password_variable: P}"
SERVICE = "{main: a.ts, compatibility_date: '2026-02-25'}"
NEEDS = "{main: a.ts, compatibility_date: '2026-02-25', bindings: {OTHER: %s}}"
PLATFORM = "{namespace: shop, host: '%s', zone: '%s', services: {%s}}"
CONSUMER = "{consumer: {dead_letter_queue: %s}}"

SLIPS = [
    # what, the words of the environment, path, reason, fix
    (
        "a tail consumer that is not there",
        "worker: {tail_consumers: [tail]}",
        "worker.tail_consumers[0]",
        "no companion has this key; there is no companion at all",
        "under 'workers'",
    ),
    (
        "a service that is not there",
        "worker: {services: {MAIL: mail}}\nworkers: {tail: " + COMPANION % "" + "}",
        "worker.services.MAIL",
        "no companion has this key; there are tail",
        "under 'workers'",
    ),
    (
        "a bucket of a Worker that is not there",
        "buckets: {PICTURES: {worker: mail}}",
        "buckets.PICTURES.worker",
        "no companion has this key",
        "declare it there",
    ),
    (
        "a consumer that is not there",
        "queues: {orders: {consumer: {worker: mail}}}",
        "queues.orders.consumer.worker",
        "no companion has this key",
        "declare it there",
    ),
    (
        "a platform without the companion that deploys",
        "platform: {namespace: shop, deploy: deploy}",
        "platform.deploy",
        "no companion has this key",
        "under 'workers'",
    ),
    (
        "events of a bucket for a queue that is not there",
        "buckets: {PICTURES: {notifications: [{queue: pictures, event_types: [object-create]}]}}",
        "buckets.PICTURES.notifications[0].queue",
        "no queue has this key; there are orders",
        "under 'queues'",
    ),
    (
        "events of a bucket for a queue that is switched off",
        (
            "queues: {orders: {enabled: false}}\n"
            "buckets: {PICTURES: {notifications: [{queue: orders, event_types: [object-create]}]}}"
        ),
        "buckets.PICTURES.notifications[0].queue",
        "no queue has this key",
        "under 'queues'",
    ),
    (
        "dead letters for a queue that is not there",
        "queues: {orders: {consumer: {dead_letter_queue: {name: null, queue: dead}}}}",
        "queues.orders.consumer.dead_letter_queue.queue",
        "no queue has this key; there are orders",
        "under 'queues'",
    ),
    (
        "dead letters for a queue by name and by key",
        "queues: {orders: " + CONSUMER % "{queue: orders}" + "}",
        "queues.orders.consumer.dead_letter_queue",
        "a dead letter queue has a name of its own, or is a queue that is declared here",
        "write either 'name', or 'queue'",
    ),
    (
        "dead letters for the queue itself, by key",
        "queues: {orders: " + CONSUMER % "{name: null, queue: orders}" + "}",
        "queues.orders.consumer.dead_letter_queue",
        "the queue is its own dead letter queue",
        "such as 'orders-dlq'",
    ),
    (
        "dead letters that go round",
        "queues: {dead: {name: orders-dlq, consumer: {dead_letter_queue: orders-queue}}}",
        "queues.orders.consumer.dead_letter_queue",
        "dead letters go round for ever: orders → dead → orders",
        "without a consumer",
    ),
    (
        "a declared dead letter queue that is kept for two lengths of time",
        "queues: {dead: {name: orders-dlq}, orders: " + CONSUMER % "{message_retention_period: 60}" + "}",
        "queues.orders.consumer.dead_letter_queue.message_retention_period",
        "go to the declared queue 'dead', which says itself how long it keeps messages",
        "queues.dead.message_retention_period",
    ),
    (
        "a producer without a binding",
        "queues: {dead: {name: dead, worker: tail}}\nworkers: {tail: " + COMPANION % "" + "}",
        "queues.dead.worker",
        "has no producer binding that this Worker could have",
        "consumer.worker",
    ),
    (
        "a companion with the name of the main Worker",
        "workers: {tail: {name: shop, code: {owner: wrangler}, compatibility_date: '2026-02-25'}}",
        "workers.tail.name",
        "this Worker script is declared at worker.name already",
        "another name",
    ),
    (
        "a Workflow with a name that Cloudflare refuses",
        "workflows: {order: {name: an order, binding: ORDER, class_name: Order}}",
        "workflows.order.name",
        "as the name of this Workflow: it must have 1 to 64 characters",
        "change the name",
    ),
    (
        "a Pages project with a name that Cloudflare refuses",
        "pages: {site: {name: my_site, compatibility_date: '2026-02-25'}}",
        "pages.site.name",
        "as the name of this Pages project: it must have 1 to 58 characters of a-z, 0-9 and -",
        "change the name",
    ),
    (
        "a namespace with a name that Cloudflare refuses",
        "platform: {namespace: Shop}",
        "platform.namespace",
        "as the name of this dispatch namespace",
        "change the name",
    ),
    (
        "a Hyperdrive configuration with a name that Cloudflare refuses",
        "hyperdrive: {PG: " + HYPERDRIVE.replace("name: x", "name: x/y") + "}",
        "hyperdrive.PG.name",
        "as the name of this Hyperdrive configuration",
        "change the name",
    ),
    (
        "a Workflow bound like a bucket",
        "workflows: {order: {name: order, binding: PICTURES, class_name: Order}}",
        "workflows.order.binding",
        "'PICTURES' is taken by buckets.PICTURES",
        "rename",
    ),
    (
        "a rate limit bound like a variable",
        "worker: {ratelimits: {GREETING: {namespace_id: '1', limit: 1, period: 10}}}",
        "worker.ratelimits.GREETING",
        "'GREETING' is taken by worker.vars.GREETING",
        "rename",
    ),
    (
        "a Hyperdrive configuration bound like a KV namespace",
        "hyperdrive: {CACHE: " + HYPERDRIVE + "}",
        "hyperdrive.CACHE",
        "'CACHE' is taken by kv.CACHE",
        "rename",
    ),
    (
        "a variable where the list of services goes",
        "worker: {vars: {SERVICES: x}}\nplatform: {namespace: shop}",
        "platform.services_variable",
        "'SERVICES' is taken by worker.vars.SERVICES",
        "rename",
    ),
    (
        "a secret of a companion like one of its variables",
        "workers: {tail: " + COMPANION % ", vars: {KEY: x}, secrets: [KEY]" + "}",
        "workers.tail.secrets[0]",
        "'KEY' is taken by workers.tail.vars.KEY",
        "rename",
    ),
    (
        "one secret of a companion twice",
        "workers: {tail: " + COMPANION % ", secrets: [KEY, KEY]" + "}",
        "workers.tail.secrets[1]",
        "listed already",
        "take one of the two out",
    ),
    (
        "code of a companion that is nowhere",
        "workers: {tail: {name: shop-tail, code: {owner: pulumi}, compatibility_date: '2026-02-25'}}",
        "workers.tail.code",
        "'main' does not say where the built bundle is",
        "write main",
    ),
    (
        "a class of a companion that no step makes",
        "workers: {tail: " + COMPANION % ", durable_objects: {CART: CartDO}" + "}",
        "workers.tail.durable_objects.CART",
        "no migration leaves a class 'CartDO'",
        "at the end of workers.tail.migrations",
    ),
    (
        "a tail Worker that tails itself",
        "workers: {tail: " + COMPANION % ", tail_consumers: [tail]" + "}",
        "workers.tail.tail_consumers[0]",
        "a Worker that gets its own logs logs for ever",
        "another companion",
    ),
    (
        "a day of the week as a number",
        "worker: {crons: ['0 9 * * 1-5']}",
        "worker.crons[0]",
        "Cloudflare counts from 1 for Sunday, others from 0",
        "such as mon-fri",
    ),
    (
        "one schedule twice",
        "worker: {crons: ['0 9 * * mon', '0 9 * * mon']}",
        "worker.crons[1]",
        "this schedule is listed already",
        "take one of the two out",
    ),
    (
        "a route of a companion like one of the main Worker",
        "workers: {tail: " + COMPANION % ", routes: [{host: staging.shop.example, zone: shop.example}]" + "}",
        "workers.tail.routes[0].host",
        "an earlier route has the same host and path, routes[0]",
        "change its path",
    ),
    (
        "a route of ours for the host of a service",
        "routes: [{host: a.shop.example, zone: shop.example}]\n"
        "platform: " + PLATFORM % ("{service}.shop.example", "shop.example", f"a: {SERVICE}"),
        "routes[0].host",
        "an earlier route has the same host and path, platform.services.a",
        "change its path",
    ),
    (
        "one record for a route and for a site",
        (
            "routes: [{host: shop.example, zone: shop.example, custom_domain: true}]\n"
            "pages: {site: {name: shop, compatibility_date: '2026-02-25', domains: [shop.example], zone: shop.example}}"
        ),
        "pages.site.domains[0]",
        "routes[0] makes the DNS record of this host already",
        "leave the record",
    ),
    (
        "a site's domain outside of its zone",
        "pages: {site: {name: shop, compatibility_date: '2026-02-25', domains: [shop.test], zone: shop.example}}",
        "pages.site.domains[0]",
        "the host shop.test does not lie within the zone shop.example",
        "the zone that shop.test belongs to",
    ),
    (
        "a zone of which nothing is set",
        "zones: {shop.example: {}}",
        "zones.shop.example",
        "nothing is set for this zone",
        "always_use_https",
    ),
    (
        "a health check outside of its zone",
        "healthchecks: {api: {zone: other.example, host: api.shop.example}}",
        "healthchecks.api.zone",
        "the host api.shop.example does not lie within this zone",
        "such as shop.example",
    ),
    (
        "a health check that overtakes itself",
        "healthchecks: {api: {zone: shop.example, host: api.shop.example, interval: 5, timeout: 5}}",
        "healthchecks.api.timeout",
        "the next question is asked after 5 s",
        "shorter timeout",
    ),
    (
        "a hint beside a jurisdiction, for a bucket",
        "jurisdiction: eu\nbuckets: {PICTURES: {location: weur}}",
        "buckets.PICTURES.location",
        "the jurisdiction 'eu' decides where the data is",
        "take the hint out",
    ),
    (
        "a hint beside a jurisdiction, for a database",
        "jurisdiction: eu\nd1: {DB: {enabled: true, primary_location_hint: weur}}",
        "d1.DB.primary_location_hint",
        "the jurisdiction 'eu' decides where the data is",
        "take the hint out",
    ),
    (
        "a bucket elsewhere than the rest",
        "jurisdiction: eu\nbuckets: {PICTURES: {jurisdiction: fedramp}}",
        "buckets.PICTURES.jurisdiction",
        "the data of this environment stays in 'eu', all of it",
        "take it out here",
    ),
    (
        "a lifecycle rule that does nothing",
        "buckets: {PICTURES: {lifecycle: [{id: old}]}}",
        "buckets.PICTURES.lifecycle[0]",
        "the rule does nothing",
        "write expire_days",
    ),
    (
        "two lifecycle rules of one name",
        "buckets: {PICTURES: {lifecycle: [{id: a, expire_days: 1}, {id: a, prefix: b, expire_days: 2}]}}",
        "buckets.PICTURES.lifecycle[1].id",
        "an earlier rule of this bucket has this name",
        "a name of its own",
    ),
    (
        "objects that move after they were deleted",
        "buckets: {PICTURES: {lifecycle: [{id: a, expire_days: 30, ia_transition_days: 30}]}}",
        "buckets.PICTURES.lifecycle[0].ia_transition_days",
        "objects are deleted after 30 days, before they would move",
        "fewer days",
    ),
    (
        "a rule with the name of Cloudflare's own",
        "buckets: {PICTURES: {lifecycle: [{id: Default Multipart Abort Rule, expire_days: 30}]}}",
        "buckets.PICTURES.lifecycle[0].id",
        "this is the name of the rule that gives up unfinished uploads",
        "another name",
    ),
    (
        "objects that expire while they are locked",
        "buckets: {PICTURES: {lifecycle: [{id: a, prefix: b/c, expire_days: 30}], lock: [{id: l, prefix: b/}]}}",
        "buckets.PICTURES.lifecycle[0].expire_days",
        "the lock 'l' keeps the same objects for longer, and a lock wins",
        "after they are no longer locked",
    ),
    (
        "two locks of one name",
        "buckets: {PICTURES: {lock: [{id: l, prefix: a}, {id: l, prefix: b}]}}",
        "buckets.PICTURES.lock[1].id",
        "an earlier rule of this bucket has this name",
        "a name of its own",
    ),
    (
        "two notifications of the same events",
        (
            "buckets: {PICTURES: {notifications: [{queue: orders, event_types: [object-create], prefix: a},"
            " {queue: orders, event_types: [object-create, object-delete], prefix: ab, suffix: .png}]}}"
        ),
        "buckets.PICTURES.notifications[1]",
        "an earlier notification tells of the same events",
        "tell the two apart",
    ),
    (
        "services that wait for one another",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'b'}, b: {NEEDS % 'c'}, c: {NEEDS % 'a'}"),
        "platform.services.a.bindings",
        "services wait for one another: a → b → c → a; none of them can be deployed first",
        "take one of these bindings out",
    ),
    (
        "a service that waits for itself",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'a'}"),
        "platform.services.a.bindings",
        "services wait for one another: a → a",
        "take one of these bindings out",
    ),
    (
        "a service that binds one that is not in the catalogue",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'b'}"),
        "platform.services.a.bindings.OTHER",
        "no service has this key; there are a",
        "under 'platform.services'",
    ),
    (
        "services that nobody can reach",
        "platform: {namespace: shop, zone: a.io, services: {a: " + SERVICE + "}}",
        "platform.host",
        "without it no request reaches a service in the environment 'staging'",
        '"{service}.example.com"',
    ),
    (
        "services at one host",
        "platform: " + PLATFORM % ("www.a.io", "a.io", f"a: {SERVICE}, b: {SERVICE}"),
        "platform.host",
        "all 2 services would have this host",
        "{service}",
    ),
    (
        "a template that makes no host",
        "platform: " + PLATFORM % ("{service}_x.a.io", "a.io", f"a: {SERVICE}"),
        "platform.host",
        "for the service a this is 'a_x.a.io', which is no host name",
        "{service}.example.com",
    ),
    (
        "a template outside of its zone",
        "platform: " + PLATFORM % ("{service}.a.io", "b.io", f"a: {SERVICE}"),
        "platform.zone",
        "its host a.a.io does not lie within it",
        "the zone that the hosts belong to",
    ),
    (
        "an alert without a limit (T81)",
        "alerts: {many: {when: requests, severity: info}}",
        "alerts.many.above",
        "an alert for requests needs 'above': without it nobody would ever be told",
        "out of the ordinary",
    ),
    (
        "an alert without a limit (T82)",
        "alerts: {slow: {when: cpu_time, severity: info}}",
        "alerts.slow.above",
        "an alert for cpu_time needs 'above'",
        "out of the ordinary",
    ),
    (
        "an alert without the product",
        "alerts: {much: {when: usage, above: 1, severity: info}}",
        "alerts.much.product",
        "an alert for usage needs 'product'",
        "write it",
    ),
    (
        "a limit that says nothing",
        "alerts: {cache: {when: cache_hit_rate, above: 10, below: 60, severity: info}}",
        "alerts.cache.above",
        "says nothing for cache_hit_rate",
        "known for cache_hit_rate: below, for_minutes",
    ),
    (
        "a word for an alert that has none",
        "alerts: {incident: {when: incident, zone: shop.example, severity: info}}",
        "alerts.incident.zone",
        "says nothing for incident",
        "known for incident: nothing",
    ),
    (
        "a percentage above all",
        "alerts: {errors: {when: error_rate, above: 101, severity: info}}",
        "alerts.errors.above",
        "is a percentage, which never gets there",
        "up to 100",
    ),
    (
        "an alert that wakes nobody",
        "alerts: {errors: {when: error_rate, above: 1, severity: critical}}",
        "alerts.errors.notify",
        "nobody would be told, and the alert is critical",
        "keys of destinations",
    ),
    (
        "an alert for a destination that is not there",
        "alerts: {errors: {when: error_rate, above: 1, severity: info, notify: [pager]}}",
        "alerts.errors.notify[0]",
        "no destination has this key",
        "under 'destinations'",
    ),
    (
        "one destination twice",
        (
            "destinations: {a: {email: a@b.io}}\n"
            "alerts: {errors: {when: error_rate, above: 1, severity: info, notify: [a, a]}}"
        ),
        "alerts.errors.notify[1]",
        "listed already",
        "take one of the two out",
    ),
    (
        "an alert for a health check that is not there",
        "alerts: {down: {when: unreachable, healthcheck: api, severity: info}}",
        "alerts.down.healthcheck",
        "no health check has this key",
        "under 'healthchecks'",
    ),
    (
        "a destination that is nowhere",
        "destinations: {a: {}}",
        "destinations.a",
        "a destination is one of email, webhook_id, webhook_url, pagerduty_id; here are none",
        "write one of them",
    ),
    (
        "a destination at two places",
        "destinations: {a: {email: a@b.io, webhook_id: 0123456789abcdef0123456789abcdef}}",
        "destinations.a",
        "here are email, webhook_id",
        "write one of them",
    ),
    (
        "a profile that is not there",
        "profiles: [eu]",
        "profiles[0]",
        "there is no such profile; the system has no profiles",
        "correct the name",
    ),
]


def says(shop, words):
    for line in words.splitlines():
        key = line.split(":")[0]
        text = (shop.folder / STAGING_FILE).read_text()
        assert f"\n    {key}:" not in text or key == "routes", f"{key} stands there already"
    if words.startswith("routes:"):
        start = text.index("    routes:")
        (shop.folder / STAGING_FILE).write_text(text[:start])
    shop.append(STAGING_FILE, "".join(f"    {line}\n" for line in words.splitlines()))


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_words_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, slip):
    _, words, path, reason, fix = slip
    says(shop, words)
    problem = shop.problem()
    section, _, place = problem.path.partition(".")
    assert section in {"headworks:environment", "headworks:system"}
    assert place == path
    assert reason in problem.reason
    assert fix in problem.fix


def test_an_address_that_is_itself_a_secret_is_refused_and_not_repeated(shop):
    says(shop, "destinations: {chat: {webhook_url: 'https://hooks.slack.com/services/T0/B0/hunter2'}}")
    problem = shop.problem()
    assert problem.path == "headworks:environment.destinations.chat.webhook_url"
    assert "is itself a secret" in problem.reason
    assert "webhook_id" in problem.fix
    assert "hunter2" not in str(shop.error())


def test_an_address_of_the_wrong_form_is_not_repeated_either(shop):
    says(shop, "destinations: {chat: {webhook_url: 'http://user:hunter2@alerts.example'}}")
    assert "begins with https://" in shop.problem().reason
    assert "hunter2" not in str(shop.error())


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("cors: some", "'none'"),
        ("cors: 5", "must be none or a list of rules, not a number"),
        ("lifecycle: 5", "must be a list of rules, or {waived: reason}, not a number"),
        ("lifecycle: {}", "'waived' is missing"),
        ("lifecycle: [{id: a, expire_days: 0}]", "must be at least 1"),
        ("lifecycle: [{id: a, expire_day: 1}]", "did you mean 'expire_days'?"),
        ("cors: [{origins: ['*'], methods: [STEAL]}]", "must be 'GET'"),
        ("notifications: [{queue: orders, event_types: []}]", "is an empty list"),
    ],
)
def test_a_decision_about_a_bucket_in_the_wrong_form_is_told_in_words(shop, setting, wanted):
    says(shop, f"buckets: {{PICTURES: {{{setting}}}}}")
    problem = shop.problem()
    assert wanted in problem.reason
    assert problem.line == shop.line(STAGING_FILE, "PICTURES")
    assert "[" not in problem.path.replace("[0]", "")


# ---- what two environments both claim


def test_two_environments_do_not_count_under_one_number(shop):
    for file in (STAGING_FILE, "Pulumi.production.yaml"):
        shop.append(file, "    worker: {ratelimits: {LIMIT: {namespace_id: '7', limit: 1, period: 10}}}\n")
    problem = shop.problem()
    assert problem.path == "headworks:environment.worker.ratelimits.LIMIT.namespace_id"
    assert "Pulumi.staging.yaml counts under this number too" in problem.reason


def test_two_environments_do_not_set_one_zone(shop):
    for file in (STAGING_FILE, "Pulumi.production.yaml"):
        shop.append(file, "    zones: {shop.example: {always_use_https: true}}\n")
    problem = shop.problem()
    assert problem.path == "headworks:environment.zones.shop.example"
    assert "Pulumi.staging.yaml sets this zone too" in problem.reason


def test_environments_on_two_accounts_may_both_set_a_zone_and_count_under_one_number(shop):
    shop.edit("Pulumi.production.yaml", "00000000000000000000000000000001", "00000000000000000000000000000002")
    for file in (STAGING_FILE, "Pulumi.production.yaml"):
        shop.append(file, "    zones: {shop.example: {always_use_https: true}}\n")
        shop.append(file, "    worker: {ratelimits: {LIMIT: {namespace_id: '7', limit: 1, period: 10}}}\n")
    assert len(shop.load("staging").zones) == 1


# ---- what is fine


def test_a_dead_letter_queue_that_is_declared_by_its_name_is_that_one_queue(shop):
    says(shop, "queues: {dead: {name: orders-dlq, message_retention_period: 60}}")
    orders, dead = shop.load("staging").queues
    assert orders.dead_letter_queue.model_dump() == {
        "name": "orders-dlq-staging",
        "message_retention_period": 60,
        "queue": "dead",
    }
    assert dead.name == "orders-dlq-staging"
    assert shop.load("staging").names.queues == ("orders-queue-staging", "orders-dlq-staging")


def test_two_queues_may_send_their_dead_letters_to_one_declared_queue(shop):
    says(
        shop,
        "queues: {dead: {name: orders-dlq}, mails: {name: mails, consumer: {dead_letter_queue: {queue: dead}}}}",
    )
    queues = {queue.key: queue for queue in shop.load("staging").queues}
    assert queues["orders"].dead_letter_queue == queues["mails"].dead_letter_queue


def test_one_name_may_be_bound_in_two_workers(shop):
    says(
        shop,
        "workers: {tail: " + COMPANION % ", vars: {GREETING: hi}" + "}\nkv: {LETTERS: {title: LETTERS, worker: tail}}",
    )
    environment = shop.load("staging")
    assert environment.worker.vars["GREETING"] == "hello"
    assert environment.companions[0].worker.vars["GREETING"] == "hi"
    assert [(each.binding, each.worker) for each in environment.kv_namespaces] == [("CACHE", None), ("LETTERS", "tail")]


def test_a_jurisdiction_reaches_everything_that_holds_data(shop):
    says(shop, "jurisdiction: eu\nd1: {DB: {enabled: true}}")
    environment = shop.load("staging")
    held = [*environment.buckets, *environment.kv_namespaces, *environment.databases, *environment.queues]
    assert len(held) == 4
    assert {each.jurisdiction for each in held} == {"eu"}


def test_a_lifecycle_of_ours_says_again_what_cloudflare_gives_every_bucket(shop):
    says(shop, "buckets: {PICTURES: {lifecycle: [{id: old, prefix: tmp/, expire_days: 1}]}}")
    (bucket,) = shop.load("staging").buckets
    assert [(rule.id, rule.prefix, rule.abort_multipart_days) for rule in bucket.lifecycle] == [
        ("old", "tmp/", None),
        ("Default Multipart Abort Rule", "", 7),
    ]


def test_a_lifecycle_that_aborts_uploads_itself_stands_as_it_is(shop):
    says(shop, "buckets: {PICTURES: {lifecycle: [{id: quick, abort_multipart_days: 1}]}}")
    (bucket,) = shop.load("staging").buckets
    assert [rule.id for rule in bucket.lifecycle] == ["quick"]


@pytest.mark.parametrize(
    ("written", "cors", "lifecycle", "waived"),
    [
        ("{}", None, None, None),
        ("{cors: none, lifecycle: {waived: why}}", (), None, "why"),
        ("{cors: [], lifecycle: []}", (), ("Default Multipart Abort Rule",), None),
    ],
)
def test_what_is_not_decided_differs_from_what_is_decided_to_be_nothing(shop, written, cors, lifecycle, waived):
    says(shop, f"buckets: {{PICTURES: {written}}}")
    (bucket,) = shop.load("staging").buckets
    rules = None if bucket.lifecycle is None else tuple(rule.id for rule in bucket.lifecycle)
    assert (bucket.cors, rules, bucket.lifecycle_waived) == (cors, lifecycle, waived)


def test_the_cases_above_are_yaml_of_one_slip_each():
    assert len({slip[0] for slip in SLIPS}) == len(SLIPS)
    for _, words, *_ in SLIPS:
        assert isinstance(YAML(typ="safe").load(words), dict)
