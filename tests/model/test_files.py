import pytest

from headworks.model.environment import Names
from headworks.model.stack_files import stacks_of

SYSTEM_FILE, STAGING_FILE, PRODUCTION_FILE = "Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"


def test_an_environment_is_the_system_with_its_own_names(shop):
    environment = shop.load("staging")
    assert (environment.system, environment.name, environment.stack) == ("shop", "staging", "staging")
    assert environment.names == Names(
        scripts=("shop-staging",),
        buckets=("shop-pictures-staging",),
        kv_namespaces=("CACHE_STAGING",),
        databases=(),
        queues=("orders-queue-staging", "orders-dlq-staging"),
        hosts=("staging.shop.example",),
    )
    assert environment.worker.vars == {"GREETING": "hello"}


@pytest.mark.parametrize(
    ("suffix", "kind", "name"),
    [
        ("script_suffix", "scripts", "shop-x"),
        ("bucket_suffix", "buckets", "shop-pictures-x"),
        ("kv_suffix", "kv_namespaces", "CACHE-x"),
        ("d1_suffix", "databases", "shop-x"),
        ("queue_suffix", "queues", "orders-queue-x"),
    ],
)
def test_each_kind_of_resource_can_have_a_suffix_of_its_own(shop, suffix, kind, name):
    shop.edit(SYSTEM_FILE, "enabled: false", "enabled: true")
    shop.edit(STAGING_FILE, "    kv_suffix: _STAGING\n", "")
    shop.append(STAGING_FILE, f"    {suffix}: -x\n")
    names = shop.load("staging").names
    assert getattr(names, kind)[0] == name
    others = set(Names.model_fields) - {kind, "hosts"}
    assert all(each.endswith("-staging") for other in others for each in getattr(names, other))


def test_an_environment_overrides_deeply_and_leaves_the_rest(shop):
    shop.append(
        STAGING_FILE,
        "    queues: {orders: {consumer: {max_retries: 5, dead_letter_queue: {message_retention_period: 60}}}}\n"
        "    buckets: {PICTURES: {location: weur}}\n"
        "    worker: {vars: {EXTRA: x}}\n"
        "    secrets: [MAIL_KEY]\n",
    )
    environment = shop.load("staging")
    (queue,) = environment.queues
    assert queue.consumer is not None
    assert queue.consumer.max_retries == 5
    assert queue.dead_letter_queue is not None
    assert (queue.dead_letter_queue.name, queue.dead_letter_queue.message_retention_period) == (
        "orders-dlq-staging",
        60,
    )
    assert (environment.buckets[0].name, environment.buckets[0].location) == ("shop-pictures-staging", "weur")
    assert environment.worker.vars == {"GREETING": "hello", "EXTRA": "x"}
    assert environment.secrets == ("MAIL_KEY",)


@pytest.mark.parametrize(
    ("override", "kind", "gone"),
    [
        ("queues: {orders: {consumer: {dead_letter_queue: null}}}", "queues", "orders-dlq-staging"),
        ("queues: {orders: {enabled: false}}", "queues", "orders-queue-staging"),
        ("buckets: {PICTURES: null}", "buckets", "shop-pictures-staging"),
        ("kv: {CACHE: {enabled: false}}", "kv_namespaces", "CACHE_STAGING"),
    ],
)
def test_what_an_environment_takes_away_is_still_known_to_be_declared(shop, override, kind, gone):
    """Otherwise nobody could tell an environment that is complete from one that was made smaller."""
    shop.append(STAGING_FILE, f"    {override}\n")
    environment = shop.load("staging")
    assert gone not in getattr(environment.names, kind)
    assert gone in getattr(environment.declared_names, kind)


def test_what_the_system_itself_switches_off_is_not_declared_until_an_environment_wants_it(shop):
    assert shop.load("staging").declared_names.databases == ()
    shop.append(STAGING_FILE, "    d1: {DB: {enabled: true}}\n")
    assert shop.load("staging").declared_names.databases == ("shop-staging",)


def test_siblings_are_the_other_environments_with_their_names(shop):
    (sibling,) = shop.load("staging").siblings
    production = shop.load("production")
    assert (sibling.name, sibling.account_id) == ("production", production.account_id)
    assert sibling.names == production.names


def test_a_stack_without_an_environment_of_ours_is_not_a_sibling(shop):
    (shop.folder / "Pulumi.scratch.yaml").write_text("encryptionsalt: v1:abc\n")
    (shop.folder / "Pulumi.empty.yaml").write_text("")
    assert [sibling.name for sibling in shop.load("staging").siblings] == ["production"]
    assert list(stacks_of(shop.folder)) == ["empty", "production", "scratch", "staging"]


# ---- what the engine hands to the program


def test_what_the_engine_hands_over_takes_the_place_of_the_files(shop):
    environment = shop.load(
        "staging",
        system={
            "worker": {"name": "other", "code": {"owner": "wrangler"}, "compatibility_date": "2026-01-01"},
            "kv": {"CACHE": "C"},
        },
        environment={"name": "staging", "account_id": "f" * 32, "production": False, "suffix": "-s"},
    )
    assert environment.names == Names(
        scripts=("other-s",), buckets=(), kv_namespaces=("C-s",), databases=(), queues=(), hosts=()
    )
    assert environment.siblings[0].names.scripts == ("shop",)


def test_a_stack_that_the_engine_knows_needs_no_file(shop):
    (shop.folder / STAGING_FILE).unlink()
    environment = shop.load("staging", environment={"name": "staging", "account_id": "f" * 32, "production": False})
    assert environment.account_id == "f" * 32
    assert [sibling.name for sibling in environment.siblings] == ["production"]


def test_a_problem_of_what_the_engine_hands_over_has_the_line_of_the_file(shop):
    given = {"name": "staging", "account_id": "none", "production": False}
    (problem,) = shop.error("staging", environment=given).problems
    assert (problem.file, problem.line) == (STAGING_FILE, shop.line(STAGING_FILE, "account_id"))


def test_a_problem_of_what_the_engine_hands_over_without_a_file_names_the_file_that_it_would_be(shop):
    (shop.folder / STAGING_FILE).unlink()
    (problem,) = shop.error("staging", environment={"name": "staging", "production": False}).problems
    assert (problem.file, problem.line) == (STAGING_FILE, None)
    assert problem.reason == "'account_id' is missing"


# ---- files that are not there, or not as Pulumi wants them


def test_an_unknown_stack_is_told_with_those_that_there_are(shop):
    problem = shop.problem("stagin")
    assert problem.file == "Pulumi.stagin.yaml"
    assert problem.reason == "there is no stack 'stagin'"
    assert problem.fix == "choose one of production, staging, or write this file"


def test_a_folder_without_stacks_says_that_there_is_none_yet(shop):
    (shop.folder / STAGING_FILE).unlink()
    (shop.folder / PRODUCTION_FILE).unlink()
    assert shop.problem("staging").fix == "there is no stack yet, or write this file"


def test_a_folder_without_a_system_is_told(shop):
    (shop.folder / SYSTEM_FILE).unlink()
    problem = shop.problem()
    assert (problem.file, problem.line) == (SYSTEM_FILE, None)
    assert "no such file" in problem.reason


def test_slips_in_the_yaml_of_two_files_are_told_at_once(shop):
    shop.edit(SYSTEM_FILE, "runtime: python", "runtime: 'python")
    shop.edit(PRODUCTION_FILE, "name: production", "name: [production")
    problems = shop.error("staging").problems
    assert [problem.file for problem in problems] == [SYSTEM_FILE, PRODUCTION_FILE]
    assert all(problem.line and "this is not YAML" in problem.reason for problem in problems)


def test_a_project_without_a_name_is_told(shop):
    shop.edit(SYSTEM_FILE, "name: shop\nruntime", "runtime")
    problem = shop.problem()
    assert (problem.path, problem.reason) == ("name", "the project has no name; it names the system")


def test_a_system_that_is_not_below_value_is_told_once(shop):
    shop.edit(SYSTEM_FILE, "    value:\n", "    valeu:\n")
    problem = shop.problem()
    assert (problem.file, problem.path) == (SYSTEM_FILE, "headworks:system")
    assert problem.line == shop.line(SYSTEM_FILE, "headworks:system")
    assert "has no 'value'" in problem.reason


def test_a_stack_without_its_environment_is_told(shop):
    (shop.folder / STAGING_FILE).write_text("config: {}\n")
    problem = shop.problem()
    assert (problem.file, problem.path) == (STAGING_FILE, "headworks:environment")
    assert "is missing" in problem.reason


@pytest.mark.parametrize(
    ("file", "known"), [(SYSTEM_FILE, "headworks:system"), (STAGING_FILE, "headworks:environment")]
)
def test_another_key_of_ours_is_unknown_and_keys_of_others_are_not_our_business(shop, file, known):
    shop.edit(file, "config:\n", "config:\n  headworks:enviroment: {}\n  cloudflare:baseUrl: http://127.0.0.1\n")
    problem = shop.problem()
    assert (problem.file, problem.path) == (file, "headworks:enviroment")
    assert known in problem.fix


def test_a_date_without_quotes_is_told_because_engines_hand_it_over_in_another_form(shop):
    shop.edit(SYSTEM_FILE, '"2026-02-25"', "2026-02-25")
    problem = shop.problem()
    assert (problem.path, problem.line) == (
        "headworks:system.worker.compatibility_date",
        shop.line(SYSTEM_FILE, "compatibility_date"),
    )
    assert problem.fix == "put the date in quotes"


def test_an_encrypted_value_is_refused_with_the_way_for_secrets(shop):
    shop.edit(SYSTEM_FILE, "GREETING: hello", "GREETING: {secure: v1:abc}")
    problem = shop.problem()
    assert problem.path == "headworks:system.worker.vars.GREETING"
    assert "encrypted" in problem.reason
    assert "headworks secrets put" in problem.fix


# ---- several problems, several environments


def test_all_problems_of_all_environments_are_told_at_once_in_the_order_of_the_files(shop):
    shop.edit(SYSTEM_FILE, "max_retries: 3", "max_retries: 300")
    shop.edit(STAGING_FILE, "suffix: -staging\n", "sufix: -staging\n")
    shop.edit(STAGING_FILE, "production: false", "production: nope")
    shop.edit(PRODUCTION_FILE, "zone: shop.example", "zonee: shop.example")
    problems = shop.error("staging").problems
    assert [(problem.file, problem.path) for problem in problems] == [
        (SYSTEM_FILE, "headworks:system.queues.orders.consumer.max_retries"),
        (STAGING_FILE, "headworks:environment.production"),
        (STAGING_FILE, "headworks:environment.sufix"),
        (PRODUCTION_FILE, "headworks:environment.routes[0].zone"),
        (PRODUCTION_FILE, "headworks:environment.routes[0].zonee"),
    ]
    rendered = str(shop.error("staging"))
    assert rendered.startswith("5 problems in the configuration; nothing was contacted.")
    assert len(rendered.splitlines()) == 16


def test_problems_of_the_system_are_told_once_and_not_for_each_environment(shop):
    shop.edit(SYSTEM_FILE, "shop-pictures", "Shop-Pictures")
    assert shop.problem().path == "headworks:system.buckets.PICTURES.name"


def test_an_override_is_to_blame_for_what_it_makes_wrong(shop):
    shop.append(STAGING_FILE, "    queues: {orders: {consumer: {dead_letter_queue: orders-queue}}}\n")
    problem = shop.problem()
    assert (problem.file, problem.line) == (STAGING_FILE, shop.line(STAGING_FILE, "queues:"))
    assert "its own dead letter queue" in problem.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("queues: {order: null}", "null takes something away that the system does not have"),
        ("bucket: null", "unknown key 'bucket' (did you mean 'buckets'?)"),
    ],
)
def test_a_null_that_takes_nothing_away_is_told(shop, text, reason):
    shop.append(STAGING_FILE, f"    {text}\n")
    assert shop.problem().reason == reason


def test_two_stacks_cannot_be_the_same_environment(shop):
    shop.edit(STAGING_FILE, "name: staging", "name: production")
    problem = shop.problem()
    assert problem.path == "headworks:environment.name"
    assert problem.reason.endswith("describes an environment of this name too")
    assert problem.fix == "give each environment a name of its own"
