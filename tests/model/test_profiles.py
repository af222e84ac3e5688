"""Parts of an environment under a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.model.draft import Section, draft

SYSTEM_FILE, STAGING_FILE = "Pulumi.yaml", "Pulumi.staging.yaml"

words = st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.sampled_from(["1", "2", "3"]), max_size=4)
profiles = st.dictionaries(st.sampled_from(["one", "two", "three"]), words, max_size=3)


def section(content):
    return Section(title="headworks:system", file="Pulumi.yaml", document=None, prefix=(), content=content)


def variables(system, named, own):
    """The variables of an environment that names these profiles."""
    worker = {"name": "w", "code": {"owner": "wrangler"}, "compatibility_date": "2026-02-25"}
    written = {
        "worker": worker | {"vars": system},
        "profiles": {name: {"worker": {"vars": words}} for name, words in named.items()},
    }
    environment = {
        "name": "staging",
        "account_id": 32 * "0",
        "production": False,
        "profiles": list(named),
        "worker": {"vars": own},
    }
    return draft(section(written), section(environment)).specification.worker.vars


@given(words, profiles, words)
def test_each_word_is_that_of_whoever_said_it_last(system, named, own):
    expected = dict(system)
    for each in (*named.values(), own):
        expected |= each
    assert variables(system, named, own) == expected


@given(words, words, words)
def test_profiles_that_say_different_words_may_come_in_any_order(system, one, other):
    other = {f"{key}2": value for key, value in other.items()}
    assert variables(system, {"one": one, "two": other}, {}) == variables(system, {"two": other, "one": one}, {})


@given(words, profiles)
def test_a_profile_that_nobody_names_changes_nothing(system, named):
    written = {
        "worker": {"name": "w", "code": {"owner": "wrangler"}, "compatibility_date": "2026-02-25", "vars": system}
    }
    environment = {"name": "staging", "account_id": 32 * "0", "production": False}
    alone = draft(section(written), section(environment))
    beside = draft(
        section(written | {"profiles": {name: {"worker": {"vars": each}} for name, each in named.items()}}),
        section(environment),
    )
    assert beside.specification == alone.specification


PROFILES = """\
      profiles:
        calm: {worker: {vars: {GREETING: psst, TONE: low}}, queues: {orders: {consumer: {max_retries: 9}}}}
        loud: {worker: {vars: {GREETING: HEY}}, jurisdiction: eu, suffix: -loud}
"""


@pytest.fixture
def profiled(shop):
    shop.edit(SYSTEM_FILE, "      secrets:\n", PROFILES + "      secrets:\n")
    return shop


def test_profiles_are_merged_in_order_and_the_environment_has_the_last_word(profiled):
    profiled.append(STAGING_FILE, "    profiles: [calm, loud]\n    worker: {vars: {TONE: mine}}\n")
    staging = profiled.load("staging")
    assert staging.worker.vars == {"GREETING": "HEY", "TONE": "mine"}
    assert staging.queues[0].consumer.max_retries == 9
    assert staging.profiles == ("calm", "loud")
    assert staging.jurisdiction == "eu"
    assert staging.worker.name == "shop-staging", "the environment's own suffix stands over that of a profile"
    production = profiled.load("production")
    assert (production.worker.vars, production.jurisdiction) == ({"GREETING": "hello"}, "default")


def test_what_a_profile_names_is_declared(profiled):
    """It is the system that says it, so nothing was switched off or slipped in."""
    profiled.edit(SYSTEM_FILE, "-loud}", "-loud, buckets: {SOUNDS: sounds}}")
    profiled.append(STAGING_FILE, "    profiles: [loud]\n")
    staging = profiled.load("staging")
    assert "sounds-staging" in staging.declared_names.buckets
    assert staging.declared_names == staging.names


SLIPS = [
    # what, the profile `loud`, path, reason, line of this text
    ("an unknown key", "{queus: {}}", "profiles.loud.queus", "did you mean 'queues'?"),
    (
        "a value of the wrong kind",
        "{queues: {orders: {consumer: {max_retries: many}}}}",
        "profiles.loud.queues.orders.consumer.max_retries",
        "must be a whole number",
    ),
    ("what belongs to one environment", "{account_id: x}", "profiles.loud.account_id", "not to a profile"),
    ("profiles of its own", "{profiles: [calm]}", "profiles.loud.profiles", "not to a profile"),
    ("something that is no mapping", "[calm]", "profiles.loud", "must be a mapping, not a list"),
    ("a null that takes nothing away", "{d1: {OTHER: null}}", "profiles.loud.d1.OTHER", "does not have"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_in_a_profile_is_told_at_its_line_whether_or_not_an_environment_names_it(profiled, slip):
    _, content, path, reason = slip
    profiled.edit(SYSTEM_FILE, "{worker: {vars: {GREETING: HEY}}, jurisdiction: eu, suffix: -loud}", content)
    problem = profiled.problem()
    assert problem.path == f"headworks:system.{path}"
    assert reason in problem.reason
    assert problem.line == profiled.line(SYSTEM_FILE, "loud:")


def test_what_goes_wrong_between_a_profile_and_the_rest_is_told_at_the_profile(profiled):
    profiled.edit(SYSTEM_FILE, "TONE: low", "PAYMENT_KEY: low")
    profiled.append(STAGING_FILE, "    profiles: [calm]\n")
    profiled.edit(SYSTEM_FILE, "psst, PAYMENT_KEY: low", "psst, PICTURES: low")
    problem = profiled.problem()
    assert problem.path == "headworks:system.buckets.PICTURES"
    assert "taken by worker.vars.PICTURES" in problem.reason


@pytest.mark.parametrize(
    ("named", "index", "reason"),
    [
        ("[clam]", 0, "there is no such profile; the system has calm, loud"),
        ("[calm, calm]", 1, "this profile is merged in already"),
    ],
)
def test_an_environment_names_profiles_that_exist_and_each_once(profiled, named, index, reason):
    profiled.append(STAGING_FILE, f"    profiles: {named}\n")
    problem = profiled.problem()
    assert (problem.path, problem.reason) == (f"headworks:environment.profiles[{index}]", reason)


@pytest.mark.parametrize("written", ["calm", "5", "[5]", "{calm: {}}"])
def test_profiles_of_an_environment_are_a_list_of_names(profiled, written):
    profiled.append(STAGING_FILE, f"    profiles: {written}\n")
    assert profiled.problem().path.startswith("headworks:environment.profiles")
