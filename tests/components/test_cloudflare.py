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


NESTED_TYPES = """
import components.cloudflare as ours
from pulumi_cloudflare import _inputs, outputs
prefixes = (*ours._MODULES, "GetZone")
for module in (_inputs, outputs):
    for name, type_ in sorted(vars(module).items()):
        if isinstance(type_, type) and type_.__module__ == module.__name__ and name.startswith(prefixes):
            hints = {key: str(value) for key, value in getattr(type_, "__annotations__", {}).items()}
            properties = sorted(key for key, value in vars(type_).items() if isinstance(value, property))
            print(name, [base.__name__ for base in type_.__mro__], hints, properties)
"""


def test_the_nested_types_of_our_resources_are_those_of_the_package():
    ours, theirs = run(NESTED_TYPES), run("import pulumi_cloudflare" + NESTED_TYPES)
    assert any(line.startswith("WorkersScriptBindingArgs ") and "'namespace_id'" in line for line in ours)
    assert ours == theirs


def test_who_wants_another_resource_gets_the_whole_package_with_its_nested_types():
    other = "pulumi_cloudflare.AccessApplicationCorsHeadersArgs(max_age=1).max_age"
    before, after = run(
        "import components.cloudflare as ours, sys\n"
        "print(hasattr(sys.modules['pulumi_cloudflare._inputs'].AccessApplicationCorsHeadersArgs, 'max_age'))\n"
        f"import pulumi_cloudflare\nprint({other})"
    )
    assert (before, after) == ("False", "1")


def test_our_resources_can_read_their_outputs_after_somebody_wanted_the_whole_package():
    """Pulumi looks up what a type of an output means in the module of that name."""
    (hints,) = run(
        "import components.cloudflare as ours, pulumi_cloudflare\n"
        "from pulumi._types import output_type_types\n"
        "pulumi_cloudflare.AccessApplicationCorsHeadersArgs\n"
        "print(sorted(output_type_types(pulumi_cloudflare.outputs.R2BucketCorsRule)))\n"
    )
    assert "allowed" in hints


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
