"""Each planted change is found, under its name and nothing else; a clean account has none; and nothing is ever changed."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headworks.account import find_access
from headworks.deploy import Engine
from headworks.deploy.stacks import resources_of
from headworks.drift.comparison import LOOKS, compare
from headworks.drift.deployed import Deployed
from headworks.drift.report import as_text
from headworks.failure import Failure
from headworks.workspace import Workspace
from tests.drift.conftest import ROOT, SYSTEMS
from tests.drift.plants import PLANTS


def found(comparison):
    assert not comparison.not_verified
    return {(each.how.value, each.kind, each.name): each.says for each in comparison.differences}


@pytest.fixture(scope="module")
def clean(deployed):
    """What is found before anything was planted, and which requests that took."""
    before = len(deployed.asked())
    comparisons = {system: deployed.compare(system) for system in SYSTEMS}
    return comparisons, deployed.asked()[before:]


@pytest.fixture(scope="module")
def planted(deployed, clean):
    """What is found with everything planted at once."""
    for plant in PLANTS:
        plant.plant(deployed)
    return {system: deployed.compare(system) for system in SYSTEMS}


@pytest.fixture(scope="module")
def undone(deployed, planted):
    for plant in PLANTS:
        if plant.undo:
            plant.undo(deployed)
    return {system: deployed.compare(system) for system in SYSTEMS}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_clean_account_has_no_difference(clean, system):
    assert found(clean[0][system]) == {}
    assert clean[0][system].exit_code == 0


def test_looking_changes_nothing(clean):
    reads = {("POST", path.split("/query")[0]) for method, path in clean[1] if method == "POST"}
    assert {method for method, path in clean[1] if not path.endswith("/query")} == {"GET"}
    assert all("/d1/database/" in path for _, path in reads)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.says)
def test_a_planted_change_is_found(planted, plant):
    says = found(planted[plant.system])
    assert plant.found in says
    assert plant.tells in says[plant.found]


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_else_is_found(planted, system):
    assert set(found(planted[system])) == {plant.found for plant in PLANTS if plant.system == system}
    assert planted[system].exit_code == 8


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_undone_is_found_no_longer(undone, system):
    left = {plant.found for plant in PLANTS if plant.system == system and not plant.undo}
    assert set(found(undone[system])) == left


def test_no_value_of_a_secret_or_variable_is_told(planted):
    told = repr(list(planted.values()))
    assert "planted" not in told
    assert "ENVIRONMENT" in told


def test_the_command_tells_programs_and_has_an_exit_code_of_its_own(deployed, undone):
    printed = deployed.command("drift", "production", "--json", exit_code=8)
    expected = [vars(each) for each in undone["rockhounding-api"].differences]
    assert json.loads(printed) == {"stack": "production", "differences": expected, "notVerified": [], "ignored": []}


def test_what_somebody_answers_for_does_not_count_until_it_ends(deployed, undone, tmp_path):
    system = copy_of_the_system(tmp_path)
    for_now = "owner: Ada, reason: the incident of today, until: 2099-01-01"
    ended = "owner: Bob, reason: the incident of old, until: 2020-01-01"
    (tmp_path / "drift-ignore.yaml").write_text(f"""
        - {{stack: production, kind: route, name: "api.rockhound.app/*", {for_now}}}
        - {{stack: production, kind: migrations, name: "rockhounding-*", {ended}}}
        - {{stack: production, kind: bucket, name: "*", {for_now}}}
        - {{stack: staging, kind: bucket, name: "*", {ended}}}
    """)
    comparison = deployed.compare("rockhounding-api", workspace=system)
    assert [(each.kind, entry.owner) for each, entry in comparison.ignored.items()] == [("route", "Ada")]
    left = set(found(undone["rockhounding-api"])) - {("missing", "route", "api.rockhound.app/*")}
    assert ("changed", "migrations", "rockhounding-api") in left
    assert set(found(comparison)) == left | {
        ("outdated", "ignored-entry", "migrations rockhounding-*"),
        ("outdated", "ignored-entry", "bucket *"),
    }
    assert "ended on 2020-01-01" in found(comparison)["outdated", "ignored-entry", "migrations rockhounding-*"]
    text = as_text(comparison)
    assert "ignored  missing route api.rockhound.app/*: the incident of today (Ada, until 2099-01-01)" in text
    assert text.endswith(f"production: {len(left) + 2} differences from the account, 1 ignored.")


def copy_of_the_system(folder: Path) -> Workspace:
    for file in ("Pulumi.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"):
        shutil.copy(ROOT / file, folder)
    return Workspace(system=folder, project="rockhounding-api", root=ROOT)


def test_what_cannot_be_read_is_never_a_pass(deployed):
    system = deployed.workspace("rockhounding-api")
    access = replace(find_access(system), token="not-a-token-of-this-account")
    comparison = compare(system, "production", access, Engine.EMBEDDED, datetime.now(UTC))
    assert comparison.exit_code == 1
    assert comparison.differences == []
    unread = {each.what: each.reason for each in comparison.not_verified}
    state = Deployed.of_state("production", resources_of(system, "production", Engine.EMBEDDED))
    read = [each for each in state.resources if each.is_of_the_account and each.type != "PhysicalNames"]
    assert len(read) > 20
    assert {" ".join(state.named(each)) for each in read} <= unread.keys()
    assert {look.at for look in LOOKS} - unread.keys() == {"Workers of the dispatch namespace"}
    assert any("Authentication error" in reason for reason in unread.values())
    assert "not-a-token" not in as_text(comparison)
    assert "not verified: there may be more" in as_text(comparison)


def test_a_state_without_an_environment_is_compared_with_nothing(deployed):
    system = deployed.workspace("rockhounding-api")
    with pytest.raises(Failure, match="holds no environment") as refused:
        compare(system, "development", find_access(system), Engine.EMBEDDED, datetime.now(UTC))
    assert refused.value.exit_code == 1
