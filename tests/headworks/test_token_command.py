"""`headworks token`, run as a person runs it; where an account is asked, with tokens made from what it prints."""

import json
from functools import partial

import httpx
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def headworks(tmp_path_factory, run_headworks):
    """Runs `headworks WORDS…`, all of this file on one local account, which nothing here changes but for its tokens."""
    home = tmp_path_factory.mktemp("token") / "home"
    yield partial(run_headworks, home)
    run_headworks(home, "sandbox", "stop")


@pytest.fixture(scope="module")
def account(headworks):
    """The running account over HTTP, by its own token."""
    headworks("sandbox", "start")
    variables = json.loads(headworks("sandbox", "env", "--json").stdout)
    with httpx.Client(
        base_url=variables["CLOUDFLARE_BASE_URL"],
        headers={"authorization": f"Bearer {variables['CLOUDFLARE_API_TOKEN']}"},
        trust_env=False,
        verify=False,
    ) as client:
        yield client


@pytest.fixture(scope="module")
def bodies(headworks, account):
    """What `--json` prints of two stacks."""
    words = {"production": [], "preview": ["--for", "preview"]}
    printed = {name: headworks("token", "production", "--json", *more) for name, more in words.items()}
    assert all("local account's" in each.stderr for each in printed.values())
    return {name: json.loads(each.stdout) for name, each in printed.items()}


def made(account, body):
    """Makes a token, and says what a command has to know to use it."""
    answer = account.post(f"/accounts/{ACCOUNT}/tokens", json=body).raise_for_status().json()
    return {"CLOUDFLARE_BASE_URL": str(account.base_url), "CLOUDFLARE_API_TOKEN": answer["result"]["value"]}


def test_the_table_needs_no_account(headworks):
    shown = headworks("token", "production", COLUMNS="140")
    assert shown.returncode == 0, shown.stderr
    (scripts,) = (line.split() for line in shown.stdout.splitlines() if line.startswith("Workers Scripts"))
    assert scripts[:6] == ["Workers", "Scripts", "account", ACCOUNT, "Read", "Write"]


def test_another_system_needs_something_else(headworks):
    shown = headworks("token", "production", "--system", "systems/dotdo", COLUMNS="140")
    assert "Hyperdrive" in shown.stdout
    assert "Workers KV Storage" not in shown.stdout


def test_without_an_account_the_body_says_which_ids_it_lacks(headworks, tmp_path):
    printed = headworks("token", "development", "--json", HEADWORKS_HOME=str(tmp_path))
    assert printed.returncode == 3
    groups = json.loads(printed.stdout)["policies"][0]["permission_groups"]
    assert {"name": "Workers Scripts Write"} in groups
    assert "Workers Scripts Write" in printed.stderr
    assert "no account to talk to" in printed.stderr


def test_the_body_makes_a_token_that_is_enough_and_no_more(headworks, account, bodies):
    compared = headworks("token", "production", "--diff", **made(account, bodies["production"]))
    assert (compared.returncode, compared.stdout) == (0, "The token permits all that up of production needs.\n")


def test_a_token_that_only_reads_lacks_what_up_needs(headworks, account, bodies):
    variables = made(account, bodies["preview"])
    assert headworks("token", "production", "--for", "preview", "--diff", **variables).returncode == 0
    compared = headworks("token", "production", "--diff", "--json", **variables)
    assert compared.returncode == 1
    found = json.loads(compared.stdout)
    assert f"Workers R2 Storage Write on account {ACCOUNT}" in found["missing"]
    assert "DNS Write on zone rockhound.app" in found["missing"]
    assert f"Workers R2 Storage Read on account {ACCOUNT}" in found["superfluous"]


def test_what_is_missing_and_what_is_superfluous_is_said_line_by_line(headworks, account, bodies):
    of_account, of_zone = bodies["production"]["policies"]
    listed = account.get(f"/accounts/{ACCOUNT}/tokens/permission_groups").json()["result"]
    (d1,) = ({"id": each["id"]} for each in listed if each["name"] == "D1 Write")
    changed = without(of_account, "Workers KV Storage Write")
    changed["permission_groups"].append(d1)
    body = {"name": "t", "policies": [changed, of_zone]}
    compared = headworks("token", "production", "--diff", **made(account, body))
    assert compared.returncode == 1
    assert compared.stdout.splitlines() == [
        f"missing: Workers KV Storage Write on account {ACCOUNT}",
        f"superfluous: D1 Write on account {ACCOUNT}",
    ]


def test_a_token_that_may_not_read_tokens_is_not_verified(headworks, account, bodies):
    of_account, of_zone = bodies["production"]["policies"]
    body = {"name": "t", "policies": [without(of_account, "Account API Tokens Read"), of_zone]}
    variables = made(account, body)
    compared = headworks("token", "production", "--diff", **variables)
    assert compared.returncode == 3
    assert "Not verified" in compared.stderr
    assert "403" in compared.stderr
    assert variables["CLOUDFLARE_API_TOKEN"] not in compared.stdout + compared.stderr


def without(policy, name):
    return policy | {"permission_groups": [each for each in policy["permission_groups"] if each["name"] != name]}


def test_a_stack_that_is_not_there_is_a_mistake(headworks):
    assert headworks("token", "nowhere").returncode == 2
