"""The way into the provider's package that does not run all of it."""

import subprocess
import sys

import pytest


def run(program: str) -> list[str]:
    """The lines that a program prints in a process of its own, where nothing has been imported yet."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


SAME = """
different = [name for name in ours.__all__ if getattr(pulumi_cloudflare, name, None) is not getattr(ours, name)]
print(sorted(set(different) - set(ours._INPUTS)))
print(pulumi_cloudflare.R2Bucket.pulumi_type, pulumi_cloudflare.get_zone.__module__, pulumi_cloudflare.Zone.__name__)
"""


@pytest.mark.parametrize(
    "imports",
    [
        "import components.cloudflare as ours\nimport pulumi_cloudflare",
        "import pulumi_cloudflare\nimport components.cloudflare as ours",
    ],
)
def test_the_classes_are_those_of_the_package_whoever_is_imported_first(imports):
    different, samples = run(imports + SAME)
    assert different == "[]"
    assert samples == "cloudflare:index/r2Bucket:R2Bucket pulumi_cloudflare.get_zone Zone"


def test_a_program_that_imports_the_components_does_not_run_the_packages_250_modules():
    (loaded,) = run(
        "import components.worker_environment, sys\n"
        "print(sum(name.startswith('pulumi_cloudflare.') for name in sys.modules))"
    )
    assert int(loaded) < 40


def test_a_name_that_the_package_does_not_have_is_an_attribute_error():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run("import components.cloudflare, pulumi_cloudflare\npulumi_cloudflare.Nonsense")
    assert "AttributeError: module 'pulumi_cloudflare' has no attribute 'Nonsense'" in failed.value.stderr
