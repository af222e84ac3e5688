"""What must hold between several values of one environment."""

import pytest

SYSTEM_FILE, STAGING_FILE = "Pulumi.yaml", "Pulumi.staging.yaml"
VARS = "GREETING: hello"
STEP = "- {tag: v1, new_sqlite_classes: [CartDO]}"
RECORD = "{type: CNAME, content: shop.example}"
SECOND_ROUTE = "{host: staging.shop.example, zone: shop.example, path: /b, dns: *record}"


def then(*steps):
    return "\n          ".join((STEP, *steps))


SLIPS = [
    # what, file, text, what it becomes, text at the line, path, reason, fix
    (
        "a bucket name that R2 refuses",
        (SYSTEM_FILE, "shop-pictures", "Shop_Pictures"),
        (
            "PICTURES",
            "headworks:system.buckets.PICTURES.name",
            "Cloudflare refuses 'Shop_Pictures-staging' as the name of this R2 bucket: it must have 3 to 63 characters",
            "change the name, or the suffix of the environment",
        ),
    ),
    (
        "a queue name that is too long with its suffix",
        (SYSTEM_FILE, "orders-queue", "q" * 60),
        ("qqq", "headworks:system.queues.orders.name", "1 to 63 characters of a-z, 0-9 and -", "the suffix"),
    ),
    (
        "a script name that Workers refuse",
        (SYSTEM_FILE, "worker:\n        name: shop", "worker:\n        name: my shop"),
        ("name: my shop", "headworks:system.worker.name", "as the name of this Worker script", "change the name"),
    ),
    (
        "a variable named like a bucket",
        (SYSTEM_FILE, VARS, "PICTURES: hello"),
        (
            "PICTURES: shop-pictures",
            "headworks:system.buckets.PICTURES",
            "the binding 'PICTURES' is taken by worker.vars.PICTURES",
            "rename one of the two",
        ),
    ),
    (
        "a variable named like a secret",
        (SYSTEM_FILE, VARS, "MAIL_KEY: hello"),
        ("- MAIL_KEY", "headworks:system.secrets[1]", "'MAIL_KEY' is taken by worker.vars.MAIL_KEY", "rename"),
    ),
    (
        "a KV namespace bound like a Durable Object",
        (SYSTEM_FILE, "CACHE: CACHE", "CART: CACHE"),
        ("CART: CACHE", "headworks:system.kv.CART", "taken by worker.durable_objects.CART", "rename"),
    ),
    (
        "a queue bound like a bucket",
        (SYSTEM_FILE, "binding: ORDERS", "binding: PICTURES"),
        ("binding", "headworks:system.queues.orders.binding", "taken by buckets.PICTURES", "rename"),
    ),
    (
        "a database that an environment switches on, bound like a variable of its own",
        (
            STAGING_FILE,
            "suffix: -staging\n",
            "suffix: -staging\n    d1: {DB: {enabled: true}}\n    worker: {vars: {DB: x}}\n",
        ),
        ("d1: {DB", "headworks:environment.d1.DB", "taken by worker.vars.DB", "rename"),
    ),
    (
        "one secret twice",
        (SYSTEM_FILE, "- MAIL_KEY", "- PAYMENT_KEY # again"),
        ("# again", "headworks:system.secrets[1]", "listed already", "take one of the two out"),
    ),
    (
        "one bucket under two bindings",
        (SYSTEM_FILE, "PICTURES: shop-pictures", "PICTURES: shop-pictures\n        PHOTOS: shop-pictures"),
        ("PHOTOS", "headworks:system.buckets.PHOTOS.name", "declared at buckets.PICTURES.name already", "another name"),
    ),
    (
        "a queue that is its own dead letter queue",
        (SYSTEM_FILE, "dead_letter_queue: orders-dlq", "dead_letter_queue: orders-queue"),
        (
            "dead_letter_queue",
            "headworks:system.queues.orders.consumer.dead_letter_queue",
            "is its own dead letter queue: a message that fails would go round for ever",
            "name another queue, such as 'orders-dlq'",
        ),
    ),
    (
        "a dead letter queue that another queue has",
        (
            SYSTEM_FILE,
            "      secrets:\n",
            "        mails:\n          name: mails\n          consumer: {dead_letter_queue: orders-dlq}\n      secrets:\n",
        ),
        (
            "consumer: {dead_letter_queue: orders-dlq}",
            "headworks:system.queues.mails.consumer.dead_letter_queue.name",
            "declared at queues.orders.consumer.dead_letter_queue.name already: it would be made twice",
            "another name",
        ),
    ),
    (
        "code of the stack that is nowhere",
        (SYSTEM_FILE, "code: {owner: pulumi, main: worker.js}", "code: {owner: pulumi}"),
        ("code", "headworks:system.worker.code", "'main' does not say where the built bundle is", "write main"),
    ),
    (
        "one tag twice",
        (SYSTEM_FILE, STEP, then("- {tag: v1, new_sqlite_classes: [OrderDO]}")),
        ("OrderDO", "headworks:system.worker.migrations[1].tag", "an earlier step has this tag", "a tag of its own"),
    ),
    (
        "one class made twice",
        (SYSTEM_FILE, STEP, then("- {tag: v2, new_classes: [CartDO]}")),
        (
            "tag: v2",
            "headworks:system.worker.migrations[1].new_classes[0]",
            "step 'v1' makes this class already: Cloudflare refuses a second one (10074)",
            "take it out of one of the two",
        ),
    ),
    (
        "a class renamed that is not there",
        (SYSTEM_FILE, STEP, then("- {tag: v2, renamed_classes: [{from: BasketDO, to: BagDO}]}")),
        (
            "tag: v2",
            "headworks:system.worker.migrations[1].renamed_classes[0].from",
            "no earlier step leaves a class of this name; live at this step: CartDO",
            "the name of a live class",
        ),
    ),
    (
        "a class renamed to one that is there",
        (
            SYSTEM_FILE,
            STEP,
            then(
                "- {tag: v2, new_sqlite_classes: [BagDO]}", "- {tag: v3, renamed_classes: [{from: BagDO, to: CartDO}]}"
            ),
        ),
        ("tag: v3", "migrations[2].renamed_classes[0].to", "step 'v1' makes this class already", "another name"),
    ),
    (
        "a class deleted that is not there",
        (SYSTEM_FILE, STEP, then("- {tag: v2, deleted_classes: [BagDO]}")),
        ("tag: v2", "migrations[1].deleted_classes[0]", "no earlier step leaves a class of this name", "live class"),
    ),
    (
        "a binding to a class that was deleted",
        (SYSTEM_FILE, STEP, then("- {tag: v2, deleted_classes: [CartDO]}")),
        (
            "CART",
            "headworks:system.worker.durable_objects.CART",
            "no migration leaves a class 'CartDO': Cloudflare refuses the binding (10061)",
            "add a step with new_sqlite_classes: [CartDO]",
        ),
    ),
    (
        "one host and path twice",
        (
            STAGING_FILE,
            "zone: shop.example",
            "zone: shop.example\n      - {host: staging.shop.example, zone: shop.example}",
        ),
        (
            "- {host",
            "headworks:environment.routes[1].host",
            "an earlier route has the same host and path, routes[0]: Cloudflare refuses it (10020)",
            "change its path",
        ),
    ),
    (
        "a host outside of its zone",
        (STAGING_FILE, "zone: shop.example", "zone: other.example"),
        (
            "zone",
            "headworks:environment.routes[0].zone",
            "the host staging.shop.example does not lie within this zone",
            "such as shop.example",
        ),
    ),
    (
        "a custom domain with a path",
        (STAGING_FILE, "zone: shop.example", "zone: shop.example\n        custom_domain: true\n        path: /api/*"),
        ("path", "headworks:environment.routes[0].path", "covers every path of its host", "take 'path' out"),
    ),
    (
        "a custom domain with a wildcard",
        (STAGING_FILE, "host: staging.shop.example", "custom_domain: true\n        host: '*.shop.example'"),
        ("host", "headworks:environment.routes[0].host", "one host, without a wildcard", "in full"),
    ),
    (
        "a custom domain with a record of ours",
        (
            STAGING_FILE,
            "zone: shop.example",
            "zone: shop.example\n        custom_domain: true\n        dns: {type: CNAME, content: shop.example}",
        ),
        ("dns", "headworks:environment.routes[0].dns", "refuses one of ours (100117)", "take 'dns' out"),
    ),
    (
        "one record made by two routes",
        (
            STAGING_FILE,
            "zone: shop.example",
            f"zone: shop.example\n        dns: &record {RECORD}\n      - {SECOND_ROUTE}",
        ),
        ("path: /b", "headworks:environment.routes[1]", "routes[0] makes the DNS record of this host already", "leave"),
    ),
]


@pytest.mark.parametrize(("edit", "told"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_values_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, edit, told):
    file, old, new = edit
    at, path, reason, fix = told
    shop.edit(file, old, new)
    problem = shop.problem()
    assert (problem.file, problem.line) == (file, shop.line(file, at))
    assert path in problem.path
    rendered = str(shop.error())
    assert reason in problem.reason
    assert fix in problem.fix
    assert problem.reason in rendered
    assert problem.fix in rendered


def test_a_history_may_rename_delete_and_use_a_name_again(shop):
    shop.edit(
        SYSTEM_FILE,
        STEP,
        then(
            "- {tag: v2, renamed_classes: [{from: CartDO, to: BagDO}]}",
            "- {tag: v3, new_sqlite_classes: [CartDO], deleted_classes: [BagDO]}",
        ),
    )
    assert [step.tag for step in shop.load("staging").worker.migrations] == ["v1", "v2", "v3"]


def test_the_same_host_with_other_paths_and_one_record_is_fine(shop):
    shop.edit(
        STAGING_FILE,
        "zone: shop.example",
        "zone: shop.example\n        dns: {type: CNAME, content: shop.example}\n"
        "      - {host: staging.shop.example, zone: shop.example, path: /b/*}",
    )
    assert [route.path for route in shop.load("staging").routes] == ["/*", "/b/*"]


def test_what_is_switched_off_takes_neither_a_name_nor_a_binding(shop):
    shop.edit(SYSTEM_FILE, VARS, "DB: hello")
    shop.edit(SYSTEM_FILE, "{name: shop, enabled: false}", "{name: Not A Name, enabled: false}")
    assert shop.load("staging").databases == ()
