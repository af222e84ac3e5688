"""What runs in staging, on the way to production."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headworks.checks.check import State

ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "apps" / "rockhounding-api" / "worker.js"
STAGING = "rockhounding-api-staging"
MIGRATION = {"new_tag": "v1", "new_sqlite_classes": ["ExportCoordinatorDO", "StatePackRegistryDO"]}


@pytest.fixture
def production(environment):
    return environment("rockhounding-api", "production")


@pytest.fixture
def deployed(account):
    """Uploads code to staging; the clock of the check then stands so many hours later."""

    def run(code, hours):
        account.upload(STAGING, code, migrations=MIGRATION)
        path = f"/accounts/{account.id}/workers/scripts/{STAGING}/deployments"
        created = datetime.fromisoformat(account.ok("GET", path)["deployments"][0]["created_on"])
        account.now = created.astimezone(UTC) + timedelta(hours=hours)

    return run


def look(account, environment, **given):
    return account.look("staging-runs-the-same-code", environment, **given)


def test_the_same_code_for_a_day_is_held(account, production, deployed):
    deployed(BUNDLE.read_text(), hours=24)
    found = look(account, production)
    assert (found.state, STAGING in found.says) == (State.HELD, True)


def test_the_same_code_for_less_is_missing(account, production, deployed):
    deployed(BUNDLE.read_text(), hours=23.9)
    found = look(account, production, hours=24)
    assert (found.state, f"{STAGING} was deployed 23.9 hours ago" in found.says) == (State.MISSING, True)
    assert look(account, production, hours=23).state is State.HELD


def test_the_newest_deployment_is_what_counts(account, production, answering):
    """Somebody brought staging back to this code two hours ago; it ran here before, too."""
    version = [{"version_id": "1", "percentage": 100}]
    deployments = [
        {"created_on": (account.now - timedelta(hours=hours)).isoformat(), "versions": version} for hours in (2, 200)
    ]
    path = f"/accounts/{account.id}/workers/scripts/{STAGING}"
    module = f'--b\r\nContent-Disposition: form-data; name="worker.js"\r\n\r\n{BUNDLE.read_text()}\r\n--b--\r\n'
    answers = {
        f"{path}/deployments": (200, {"success": True, "result": {"deployments": deployments}}),
        f"{path}/content/v2": (200, module),
    }
    reader = account.reader_at(answering(answers))
    found = look(account, production, reader=reader, hours=24)
    assert (found.state, "2.0 hours ago" in found.says) == (State.MISSING, True)
    assert look(account, production, reader=reader, hours=2).state is State.HELD


def test_other_code_is_missing_however_old_it_is(account, production, deployed):
    deployed(BUNDLE.read_text() + "\n", hours=1000)
    found = look(account, production)
    assert found.state is State.MISSING
    assert f"the code of {STAGING} is not that of apps/rockhounding-api/worker.js" in found.says


def test_no_staging_is_missing(account, production):
    found = look(account, production)
    assert (found.state, f"{STAGING} is not deployed" in found.says) == (State.MISSING, True)


def test_a_bundle_that_is_not_built_is_missing(account, production, deployed, tmp_path):
    deployed(BUNDLE.read_text(), hours=24)
    found = look(account, production, root=tmp_path)
    assert (found.state, "worker.js is not built" in found.says) == (State.MISSING, True)


def test_code_that_wrangler_owns_is_not_here_to_compare(account, environment):
    system = ROOT / "systems" / "triggers-api"
    found = look(account, environment("triggers-api", "production"), system=system)
    assert (found.state, "wrangler owns the code of triggers-api" in found.says) == (State.NOT_VERIFIED, True)


def written(folder, account_id):
    """The system's files, with staging in another account; or without staging."""
    for file in ("Pulumi.yaml", "Pulumi.production.yaml", *(["Pulumi.staging.yaml"] if account_id else [])):
        (folder / file).write_text((ROOT / file).read_text())
    if account_id:
        staging = folder / "Pulumi.staging.yaml"
        staging.write_text(staging.read_text().replace("0123456789abcdef0123456789abcdef", account_id))
    return folder


def test_staging_is_looked_for_in_its_own_account(account, production, deployed, tmp_path):
    """There is a Worker of that name in production's account, too."""
    deployed(BUNDLE.read_text(), hours=24)
    system = written(tmp_path, account.other_id)
    found = look(account, production, system=system, root=ROOT)
    assert (found.state, f"{STAGING} is not deployed" in found.says) == (State.MISSING, True)


def test_a_staging_that_the_token_does_not_reach_is_not_verified(account, production, tmp_path):
    found = look(account, production, system=written(tmp_path, "9" * 32), root=ROOT)
    assert (found.state, "403 Authentication error" in found.says) == (State.NOT_VERIFIED, True)


def test_a_system_without_staging_has_no_code_there(account, production, tmp_path):
    found = look(account, production, system=written(tmp_path, None), root=ROOT)
    assert (found.state, "no staging" in found.says) == (State.MISSING, True)
