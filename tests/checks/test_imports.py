"""Who pays for Cloudflare's SDK: the checks, and nobody else."""

import subprocess
import sys

import pytest


def loaded(module, *looked_for):
    """Those of the modules that importing the first one loads, in a process of its own."""
    program = f"import {module}, sys; print(*(name for name in {looked_for!r} if name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


@pytest.mark.parametrize(
    "module", ["headworks.cli", "headworks.commands.deployments", "headworks.facts", "components.worker_environment"]
)
def test_what_runs_at_each_preview_does_without_it(module):
    assert loaded(module, "cloudflare", "headworks.checks", "headworks.facts.account") == set()


def test_the_checks_do_without_pulumi_and_its_provider():
    assert loaded("headworks.checks.alerts, headworks.checks.databases, headworks.checks.names", "pulumi", "cloudflare") == {"cloudflare"}  # fmt: skip
