import pytest

from headworks.model.problems import Problem, SpecificationError, dotted


def problem(**changes):
    given = {"file": "Pulumi.staging.yaml", "line": 7, "path": "headworks:environment.suffix", "value": "-x"}
    return Problem(**{**given, "reason": "is too short", "fix": "write more", **changes})


def test_a_problem_says_where_what_why_and_what_to_do():
    assert str(problem()) == (
        'Pulumi.staging.yaml:7  headworks:environment.suffix = "-x"\n    is too short.\n    Fix: write more.'
    )


def test_without_a_line_a_value_or_a_path_the_rest_still_reads_well():
    assert str(problem(line=None, value=None)).startswith("Pulumi.staging.yaml  headworks:environment.suffix\n")
    assert str(problem(line=None, value=None, path="")).startswith("Pulumi.staging.yaml\n")


def test_a_long_value_is_shortened():
    assert len(str(problem(value="x" * 1000)).splitlines()[0]) < 120


def test_one_problem_is_not_called_problems():
    assert str(SpecificationError((problem(),))).startswith("1 problem in the configuration; nothing was contacted.\n")


def test_more_problems_than_fit_on_a_screen_are_counted():
    rendered = str(SpecificationError(tuple(problem(line=line) for line in range(1, 31))))
    assert rendered.startswith("30 problems in the configuration; nothing was contacted.")
    assert rendered.endswith("… and 20 more.")
    assert len(rendered.splitlines()) <= 32


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", "b"), "a.b"), (("routes", 0, "host"), "routes[0].host"), ((0,), "[0]")],
)
def test_a_path_is_written_as_people_write_it(path, text):
    assert dotted(path) == text
