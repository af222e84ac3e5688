"""Several Workers of one system: companions, what they bind, when and where they are called.

Each case is what the environment of staging says over the shop (see conftest): one slip, one finding.
"""

import pytest

STAGING_FILE = "Pulumi.staging.yaml"
COMPANION = "{name: shop-tail, code: {owner: pulumi, main: tail.js}, compatibility_date: '2026-02-25'%s}"

SLIPS = [
    # what, the words of the environment, path, reason, fix
    (
        "a site's domain with a wildcard",
        "pages: {site: {name: shop, compatibility_date: '2026-02-25', domains: ['*.shop.example']}}",
        "pages.site.domains[0]",
        "a site's domain is one host, without a wildcard",
        "write it in full",
    ),
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
        "a consumer that is not there",
        "queues: {orders: {consumer: {worker: mail}}}",
        "queues.orders.consumer.worker",
        "no companion has this key",
        "declare it there",
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
        "a rollback of code that wrangler owns",
        "worker: {code: {owner: wrangler, main: null}, rollback_to: 0b5e8d1c}",
        "worker.rollback_to",
        "the stack deploys no version, and this would do nothing",
        "`wrangler rollback`",
    ),
    (
        "a rate limit bound like a variable",
        "worker: {ratelimits: {GREETING: {namespace_id: '1', limit: 1, period: 10}}}",
        "worker.ratelimits.GREETING",
        "'GREETING' is taken by worker.vars.GREETING",
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
        "a profile that is not there",
        "profiles: [eu]",
        "profiles[0]",
        "there is no such profile; the system has no profiles",
        "correct the name",
    ),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_words_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, slip):
    _, words, path, reason, fix = slip
    shop.say(words)
    shop.expect(path, reason, fix)


def test_one_name_may_be_bound_in_two_workers(shop):
    shop.say(
        "workers: {tail: " + COMPANION % ", vars: {GREETING: hi}" + "}\nkv: {LETTERS: {title: LETTERS, worker: tail}}",
    )
    environment = shop.load("staging")
    assert environment.worker.vars["GREETING"] == "hello"
    assert environment.companions[0].worker.vars["GREETING"] == "hi"
    assert [(each.binding, each.worker) for each in environment.kv_namespaces] == [("CACHE", None), ("LETTERS", "tail")]


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
