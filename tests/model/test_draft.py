"""Two sections become one specification, or problems: never anything else, whatever was written into them."""

from copy import deepcopy
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from headworks.model.draft import Draft, Section, draft
from headworks.model.problems import SpecificationError

ROOT = Path(__file__).parents[2]
SYSTEM = YAML(typ="safe").load(ROOT / "Pulumi.yaml")["config"]["headworks:system"]["value"]
ENVIRONMENT = YAML(typ="safe").load(ROOT / "Pulumi.staging.yaml")["config"]["headworks:environment"]


def section(title, content):
    return Section(title=title, file=f"{title}.yaml", document=None, prefix=(), content=content)


def drafted(system, environment):
    return draft(section("system", system), section("environment", environment))


def places(content, path=()):
    yield path
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def replaced(content, path, value):
    if not path:
        return value
    copy = deepcopy(content)
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return copy


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "tag", "from", "to", "host", "X", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(list(places(SYSTEM))), st.sampled_from(list(places(ENVIRONMENT))), anything, st.data())
def test_whatever_stands_anywhere_the_answer_is_a_specification_or_problems_that_can_be_read(below, above, value, data):
    wrong_system = data.draw(st.booleans())
    result = (
        drafted(replaced(SYSTEM, below, value), ENVIRONMENT)
        if wrong_system
        else drafted(SYSTEM, replaced(ENVIRONMENT, above, value))
    )
    if isinstance(result, Draft):
        return
    assert result
    for problem in result:
        assert problem.reason
        assert problem.fix
        assert problem.path.startswith(("system", "environment"))
    assert str(SpecificationError(tuple(result)))


def test_the_two_sections_as_they_are_make_a_specification():
    result = drafted(SYSTEM, ENVIRONMENT)
    assert isinstance(result, Draft)
    assert result.specification.name == "staging"


def test_what_is_wrong_is_told_where_it_was_written_not_where_it_was_merged():
    result = drafted(
        replaced(SYSTEM, ("buckets", "EXPORTS_BUCKET"), "Bad"),
        ENVIRONMENT | {"buckets": {"MEDIA_BUCKET": {"name": "Also Bad"}}},
    )
    assert isinstance(result, list)
    assert {problem.path for problem in result} == {
        "system.buckets.EXPORTS_BUCKET.name",
        "environment.buckets.MEDIA_BUCKET.name",
    }


def test_an_override_mends_what_is_wrong_with_names_of_the_system():
    result = drafted(
        replaced(SYSTEM, ("buckets", "EXPORTS_BUCKET"), "Bad"),
        ENVIRONMENT | {"buckets": {"EXPORTS_BUCKET": {"name": "good"}}},
    )
    assert isinstance(result, Draft)


def test_a_section_that_is_missing_is_the_only_problem():
    result = drafted(None, None)
    assert isinstance(result, list)
    assert [problem.path for problem in result] == ["system", "environment"]
