"""What holds data: buckets, databases and queues.

Each case is what the environment of staging says over the shop (see conftest): one slip, one finding.
"""

import pytest

STAGING_FILE = "Pulumi.staging.yaml"
COMPANION = "{name: shop-tail, code: {owner: pulumi, main: tail.js}, compatibility_date: '2026-02-25'%s}"
HYPERDRIVE = "{name: x, host: h, database: d, user: u, password_variable: P}"
CONSUMER = "{consumer: {dead_letter_queue: %s}}"

SLIPS = [
    # what, the words of the environment, path, reason, fix
    (
        "a bucket of a Worker that is not there",
        "buckets: {PICTURES: {worker: mail}}",
        "buckets.PICTURES.worker",
        "no companion has this key",
        "declare it there",
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
        "queues.dead.consumer.dead_letter_queue",
        "dead letters go round for ever: dead → orders → dead",
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
        "a Hyperdrive configuration bound like a KV namespace",
        "hyperdrive: {CACHE: " + HYPERDRIVE + "}",
        "hyperdrive.CACHE",
        "'CACHE' is taken by kv.CACHE",
        "rename",
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
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_words_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, slip):
    _, words, path, reason, fix = slip
    shop.say(words)
    shop.expect(path, reason, fix)


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
    shop.say(f"buckets: {{PICTURES: {{{setting}}}}}")
    problem = shop.problem()
    assert wanted in problem.reason
    assert problem.line == shop.line(STAGING_FILE, "PICTURES")
    assert "[" not in problem.path.replace("[0]", "")


def test_a_dead_letter_queue_that_is_declared_by_its_name_is_that_one_queue(shop):
    shop.say("queues: {dead: {name: orders-dlq, message_retention_period: 60}}")
    orders, dead = shop.load("staging").queues
    assert orders.dead_letter_queue.model_dump() == {
        "name": "orders-dlq-staging",
        "message_retention_period": 60,
        "queue": "dead",
    }
    assert dead.name == "orders-dlq-staging"
    assert shop.load("staging").names.queues == ("orders-queue-staging", "orders-dlq-staging")


def test_two_queues_may_send_their_dead_letters_to_one_declared_queue(shop):
    shop.say(
        "queues: {dead: {name: orders-dlq}, mails: {name: mails, consumer: {dead_letter_queue: {queue: dead}}}}",
    )
    queues = {queue.key: queue for queue in shop.load("staging").queues}
    assert queues["orders"].dead_letter_queue == queues["mails"].dead_letter_queue


def test_a_jurisdiction_reaches_everything_that_holds_data(shop):
    shop.say("jurisdiction: eu\nd1: {DB: {enabled: true}}")
    environment = shop.load("staging")
    held = [*environment.buckets, *environment.kv_namespaces, *environment.databases, *environment.queues]
    assert len(held) == 4
    assert {each.jurisdiction for each in held} == {"eu"}


def test_a_lifecycle_of_ours_says_again_what_cloudflare_gives_every_bucket(shop):
    shop.say("buckets: {PICTURES: {lifecycle: [{id: old, prefix: tmp/, expire_days: 1}]}}")
    (bucket,) = shop.load("staging").buckets
    assert [(rule.id, rule.prefix, rule.abort_multipart_days) for rule in bucket.lifecycle] == [
        ("old", "tmp/", None),
        ("Default Multipart Abort Rule", "", 7),
    ]


def test_a_lifecycle_that_aborts_uploads_itself_stands_as_it_is(shop):
    shop.say("buckets: {PICTURES: {lifecycle: [{id: quick, abort_multipart_days: 1}]}}")
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
    shop.say(f"buckets: {{PICTURES: {written}}}")
    (bucket,) = shop.load("staging").buckets
    rules = None if bucket.lifecycle is None else tuple(rule.id for rule in bucket.lifecycle)
    assert (bucket.cors, rules, bucket.lifecycle_waived) == (cors, lifecycle, waived)
