"""The checks by their ids, as lines of a runbook name them."""

import pytest
from pydantic import ValidationError

from headworks.checks import repository
from headworks.checks.registry import CHECKS, by_id

HERE = {
    "work-tree-is-clean",
    "commit-is-on-main",
    "release-is-tagged",
    "changelog-has-an-entry",
    "file-exists",
    "document-is-current",
    "ci-passed",
    "pull-request-was-approved",
    "ci-has-secrets",
    "tools-are-installed",
    "environment-is-set",
    "bundle-is-built",
    "bundle-fits-the-plan",
    "bundle-parses",
}


def test_the_checks_of_this_machine_and_of_the_repository_are_found_by_their_ids():
    assert {id_ for id_, check in CHECKS.items() if check.id == id_} >= HERE


def test_two_checks_of_one_id_are_refused():
    with pytest.raises(ValueError, match="two checks are called work-tree-is-clean"):
        by_id((*repository.CHECKS, repository.CHECKS[0]))


@pytest.mark.parametrize(
    ("id_", "arguments"),
    [
        ("file-exists", {}),
        ("file-exists", {"file": "README.md"}),
        ("document-is-current", {"path": "README.md", "review_by": "next year"}),
        ("ci-passed", {"jobs": []}),
        ("ci-has-secrets", {"names": "TOKEN"}),
        ("tools-are-installed", {}),
        ("tools-are-installed", {"nodejs": "22"}),
        ("tools-are-installed", {"node": ">=22"}),
        ("tools-are-installed", {"node": 22}),
        ("environment-is-set", {"names": []}),
        ("bundle-fits-the-plan", {"plan": "enterprise"}),
        ("work-tree-is-clean", {"path": "README.md"}),
    ],
)
def test_arguments_that_a_check_does_not_know_are_refused(id_, arguments):
    with pytest.raises(ValidationError):
        CHECKS[id_].arguments.model_validate(arguments)
