import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.failure import Failure
from headworks.secrets import read_values

VALUE = "planted-7c1f9a40b2"


@pytest.fixture
def account(headworks):
    headworks("sandbox", "start")
    return headworks


def names_in_the_account(headworks, script):
    variables = json.loads(headworks("sandbox", "env", "--json").stdout)
    headers = {"Authorization": f"Bearer {variables['CLOUDFLARE_API_TOKEN']}"}
    with httpx.Client(base_url=variables["CLOUDFLARE_BASE_URL"], headers=headers, trust_env=False) as client:
        account = client.get("/accounts").json()["result"][0]["id"]
        return {
            secret["name"]
            for secret in client.get(f"/accounts/{account}/workers/scripts/{script}/secrets").json()["result"] or []
        }


def test_a_secret_of_a_worker_that_does_not_exist_yet_is_kept_by_a_draft(account):
    answer = account("secrets", "put", "staging", "ADMIN_API_KEY", stdin=VALUE + "\n")
    assert answer.returncode == 0, answer.stderr
    assert names_in_the_account(account, "rockhounding-api-staging") == {"ADMIN_API_KEY"}


def test_list_says_what_is_missing_and_fails_until_all_are_set(account, tmp_path):
    account("secrets", "put", "staging", "ADMIN_API_KEY", stdin=VALUE)
    listed = account("secrets", "list", "staging", "--json")
    assert listed.returncode == 1
    assert {entry["name"] for entry in json.loads(listed.stdout) if not entry["set"]} == {
        "MAPBOX_API_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
    }
    file = tmp_path / "dev.vars"
    file.write_text(f'# local\n\nMAPBOX_API_KEY={VALUE}\nSUPABASE_SERVICE_ROLE_KEY="{VALUE}"\n')
    assert account("secrets", "put", "staging", "--from-file", str(file)).returncode == 0
    assert account("secrets", "list", "staging").returncode == 0


def test_a_name_that_no_binding_uses_is_refused_before_it_is_sent(account):
    answer = account("secrets", "put", "development", "MAPBOX_API_KEY", stdin=VALUE)
    assert answer.returncode == 2
    assert "MAPBOX_API_KEY" in answer.stderr
    assert "ADMIN_API_KEY" in answer.stderr  # what is declared (R31)
    assert names_in_the_account(account, "rockhounding-api-dev") == set()


def test_made_up_values_are_set_for_each_that_is_declared_and_shown_nowhere(account):
    answer = account("secrets", "put", "staging", "--made-up")
    assert answer.returncode == 0, answer.stderr
    assert names_in_the_account(account, "rockhounding-api-staging") == {
        "ADMIN_API_KEY",
        "MAPBOX_API_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
    }
    assert (
        answer.stdout == "Set for rockhounding-api-staging: ADMIN_API_KEY, MAPBOX_API_KEY, SUPABASE_SERVICE_ROLE_KEY\n"
    )


def test_a_real_account_gets_no_made_up_values(headworks):
    """Before anything is asked of it: nobody answers at this address."""
    answer = headworks("secrets", "put", "staging", "--made-up",
                       CLOUDFLARE_BASE_URL="https://cloudflare.invalid/client/v4", CLOUDFLARE_API_TOKEN="x" * 40)  # fmt: skip
    assert answer.returncode == 2
    assert "cloudflare.invalid/client/v4 is a real account" in answer.stderr


def test_where_values_come_from_is_said_once(headworks, tmp_path):
    for words in (
        (),
        ("ADMIN_API_KEY", "--made-up"),
        ("--from-file", "x", "--made-up"),
        ("ADMIN_API_KEY", "--from-file", "x"),
    ):
        assert headworks("secrets", "put", "staging", *words).returncode == 2


def test_an_empty_standard_input_is_no_value(account):
    answer = account("secrets", "put", "staging", "ADMIN_API_KEY", stdin="")
    assert answer.returncode == 2
    assert names_in_the_account(account, "rockhounding-api-staging") == set()


def test_a_value_shows_nowhere(account, tmp_path):
    shown = account("secrets", "put", "staging", "ADMIN_API_KEY", stdin=VALUE)
    listed = account("secrets", "list", "staging")
    assert VALUE not in shown.stdout + shown.stderr + listed.stdout + listed.stderr
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file() and path.name != "account.sqlite"]
    assert kept
    assert all(VALUE.encode() not in path.read_bytes() for path in kept if "sqlite" not in path.name)


def test_a_refusal_of_the_account_is_told_without_the_value(account):
    answer = account("secrets", "put", "staging", "ADMIN_API_KEY", stdin=VALUE, CLOUDFLARE_API_TOKEN="wrong" * 8,
                     CLOUDFLARE_BASE_URL=json.loads(account("sandbox", "env", "--json").stdout)["CLOUDFLARE_BASE_URL"])  # fmt: skip
    assert answer.returncode == 1
    assert "CLOUDFLARE_API_TOKEN" in answer.stderr
    assert VALUE not in answer.stdout + answer.stderr


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True),
        st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True),
    )
)
def test_what_is_written_quoted_is_read_back(tmp_path_factory, values):
    path: Path = tmp_path_factory.mktemp("vars") / "file"
    path.write_text("".join(f'{name}="{value}"\n' for name, value in values.items()))
    assert read_values(path) == values


def test_a_line_that_is_no_assignment_is_named(tmp_path):
    (tmp_path / "vars").write_text("ADMIN_API_KEY=1\nMAPBOX\n")
    with pytest.raises(Failure, match="vars:2"):
        read_values(tmp_path / "vars")
