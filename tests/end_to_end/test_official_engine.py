"""The same program and the same pack, unchanged, under the official `pulumi` with the real provider, on the local account."""

import os
import shutil
import subprocess

import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"


def missing() -> str:
    """What this machine lacks for it; empty when it has both."""
    if shutil.which("pulumi") is None:
        return "there is no `pulumi` on PATH (`headworks doctor` says how to get it)"
    plugins = subprocess.run(["pulumi", "plugin", "ls"], capture_output=True, text=True, check=False).stdout
    if "cloudflare" not in plugins and shutil.which("pulumi-resource-cloudflare") is None:
        return "`pulumi` has no cloudflare provider here (`headworks doctor` says how to get it)"
    return ""


pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not verified under the official engine: {missing()}")


@pytest.fixture(scope="module")
def staging(make_checkout):
    checkout = make_checkout(os.environ["PATH"])
    checkout.put_secrets("staging")
    checkout.run("up", "staging", "--yes", "--engine", "pulumi")
    return checkout


def test_everything_is_there(staging):
    assert len(staging.client.r2.buckets.list(account_id=ACCOUNT).buckets) == 3
    assert len(list(staging.client.kv.namespaces.list(account_id=ACCOUNT))) == 2
    assert len(staging.settings("rockhounding-api-staging")["bindings"]) == 12


def test_nothing_is_endless(staging):
    staging.run("up", "staging", "--yes", "--engine", "pulumi", "--expect-no-changes")
    staging.run("refresh", "staging", "--yes", "--engine", "pulumi", "--expect-no-changes")
    staging.run("preview", "staging", "--engine", "pulumi", "--expect-no-changes")


def test_the_app_gets_its_configuration_from_the_official_state(staging, tmp_path):
    staging.run("render", "staging", "--to", str(tmp_path), "--engine", "pulumi")
    staging.run("render", "staging", "--to", str(tmp_path), "--engine", "pulumi", "--check")


def test_the_gate_refuses_production_without_its_secrets(staging):
    refused = staging.run("preview", "production", "--engine", "pulumi", exit_code=1)
    assert "R29" in refused


def test_it_goes_away_again(staging):
    staging.run("destroy", "staging", "--yes", "--engine", "pulumi")
    assert staging.client.r2.buckets.list(account_id=ACCOUNT).buckets == []
