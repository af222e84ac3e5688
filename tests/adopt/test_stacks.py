"""How names are told apart by suffixes, and how what environments say becomes a system and what differs."""

from hypothesis import given
from hypothesis import strategies as st

from headworks.adopt.findings import consequence
from headworks.adopt.stacks import system_and_environments
from headworks.adopt.suffixes import suffixes
from headworks.adopt.translated import Translated, key_of
from headworks.adopt.translation import TAKEN
from headworks.model import naming
from headworks.model.merge import merge
from headworks.wrangler.configuration import EnvironmentOptions

WORDS = st.text("abc", min_size=1, max_size=4)
ENVIRONMENTS = ("production", "staging", "development")


@given(
    bases=st.lists(WORDS, min_size=1, max_size=3, unique=True),
    ends=st.lists(WORDS | st.just(""), min_size=3, max_size=3, unique=True),
    separator=st.sampled_from("-_"),
)
def test_suffixes_are_found_whatever_the_names(bases, ends, separator):
    said = [separator + end if end else "" for end in ends]
    names = {base: {each: base + end for each, end in zip(ENVIRONMENTS, said, strict=True)} for base in bases}
    assert suffixes(names) == dict(zip(ENVIRONMENTS, said, strict=True))


@given(
    st.dictionaries(
        WORDS, st.dictionaries(st.sampled_from(ENVIRONMENTS), st.text("ab-_", min_size=1), min_size=1), max_size=4
    )
)
def test_suffixes_never_make_another_name(names):
    found = suffixes(names)
    for by_environment in names.values():
        stems = {name.removesuffix(found.get(each, "")) for each, name in by_environment.items()}
        assert "" not in stems
        assert all(name.endswith(found.get(each, "")) for each, name in by_environment.items())
        assert not found or len(stems) == 1


def test_where_names_have_nothing_in_common_they_are_written_out():
    assert suffixes({"A": {"production": "one", "staging": "two"}, "B": {"production": "x", "staging": "x-two"}}) == {}
    assert suffixes({"A": {"production": "events-prod", "staging": "events-preview"}}) == {
        "production": "-prod",
        "staging": "-preview",
    }


TREES = st.recursive(
    st.booleans() | st.integers() | WORDS | st.lists(WORDS, max_size=2),
    lambda below: st.dictionaries(st.sampled_from(["name", "title", "vars", "a", "b"]), below, min_size=1, max_size=3),
    max_leaves=8,
)
SAYS = st.dictionaries(st.sampled_from(["worker", "limits", "jurisdiction", "routes"]), TREES, max_size=3)


def stacks(*said):
    """The system, and what each environment says beside its name, its account and whether it is production."""
    translated = [
        Translated(name=name, production=False, account_id="0" * 32, script_suffix="", says=says)
        for name, says in zip(ENVIRONMENTS, said, strict=False)
    ]
    system, environments = system_and_environments(translated)
    for environment in environments.values():
        for key in ("name", "production", "account_id"):
            del environment[key]
    return system, list(environments.values())


@given(st.lists(SAYS, min_size=1, max_size=3))
def test_each_environment_over_the_system_is_what_it_said(said):
    said = [{key: value for key, value in each.items() if key != "routes" or value} for each in said]
    system, environments = stacks(*said)
    assert [merge(system, each) for each in environments] == said


def test_what_most_environments_have_is_switched_off_in_the_others():
    bucket = {"name": "exports", "cors": "none"}
    system, environments = stacks({"buckets": {"A": bucket}}, {"buckets": {"A": bucket}}, {})
    assert system == {"buckets": {"A": bucket}}
    assert environments == [{}, {}, {"buckets": {"A": {"enabled": False}}}]


def test_what_few_have_is_their_own():
    bucket = {"name": "exports"}
    assert stacks({"buckets": {"A": bucket}}, {}, {}) == ({}, [{"buckets": {"A": bucket}}, {}, {}])


def test_what_nothing_can_be_without_stands_in_the_system():
    system, environments = stacks(
        {"worker": {"name": "a", "vars": {"A": "1"}}}, {"worker": {"name": "b", "vars": {"A": "2"}}}
    )
    assert system == {"worker": {"name": "a"}}
    assert environments == [{"worker": {"vars": {"A": "1"}}}, {"worker": {"name": "b", "vars": {"A": "2"}}}]


@given(st.text(min_size=1, max_size=80))
def test_every_name_has_a_key(name):
    assert naming.KEY.accepts(key_of(name))


def test_keys_are_what_people_would_choose():
    keys = {each: key_of(each) for each in ("EVENT_QUEUE", "exports-queue", "secrets-queue", "QUEUE", "123")}
    assert keys == {
        "EVENT_QUEUE": "event",
        "exports-queue": "exports",
        "secrets-queue": "secrets-queue",
        "QUEUE": "queue",
        "123": "q-123",
    }


def test_every_option_is_taken_or_has_a_consequence():
    for option in EnvironmentOptions.model_fields:
        assert option in TAKEN or "keep it in the app's own wrangler configuration" in consequence(option), option
    assert EnvironmentOptions.model_fields.keys() >= TAKEN
