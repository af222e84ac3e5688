"""The pack as a whole: what it tells of itself, and that its process behaves as Pulumi's engine needs it."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from policies import tokens
from policies.pack import RULES
from policies.rule import ADVICE

REPOSITORY = Path(__file__).parent.parent.parent
DOCUMENTATION = (REPOSITORY / "docs" / "policies.md").read_text()
REQUIREMENT = re.compile(
    r"R([1-9]|[1-8]\d|9[0-5])|T([1-9]|[1-9]\d|1[0-3]\d|14[0-2])|P([1-9]|[1-7]\d|8[01])|D([1-9]|[1-3]\d|4[0-5])"
)


def test_nothing_but_the_port_is_printed_because_the_engine_would_take_it_for_the_port(policy_pack, tmp_path):
    pack = type(policy_pack)(REPOSITORY / "policies", tmp_path / "stderr")
    pack.configure()
    pack.analyze(pack.Resource("headworks:index:WorkQueue", "exports", {"consumer": {}}))
    assert pack.stop() == ""
    assert re.fullmatch(r"\d+\n", pack.first_line)
    assert (tmp_path / "stderr").read_text() == ""


def test_no_module_hides_one_of_the_standard_library_from_the_process():
    modules = {path.stem for path in (REPOSITORY / "policies").glob("*.py")} - {"__init__", "__main__"}
    assert not modules & sys.stdlib_module_names


def test_every_policy_says_what_it_is_why_and_what_to_do(policy_pack):
    info = policy_pack.info()
    assert info.name == "headworks"
    for policy in info.policies:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", policy.name)
        assert policy.displayName
        assert policy.description
        assert policy.remediation_steps
        assert policy.severity
        assert policy.policy_type
        assert policy.url == f"docs/policies.md#{policy.name.removesuffix(ADVICE)}"
        assert policy.framework.specification.split() == list(policy.tags)


def test_every_rule_names_lines_of_the_runbooks():
    for rule in RULES:
        assert rule.requirements
        for requirement in rule.requirements:
            assert REQUIREMENT.fullmatch(requirement), f"{rule.id}: {requirement}"


def test_the_documentation_has_exactly_the_policies_of_the_pack(policy_pack):
    documented = set(re.findall(r"^### ([a-z-]+)$", DOCUMENTATION, re.MULTILINE))
    assert documented == {rule.id for rule in RULES}
    advised = set(re.findall(rf"`([a-z-]+{ADVICE})`", DOCUMENTATION))
    assert documented | advised == {policy.name for policy in policy_pack.info().policies}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_documentation_of_a_rule_agrees_with_it(rule):
    section = DOCUMENTATION.split(f"### {rule.id}\n")[1].split("\n### ")[0].split("\n## ")[0]
    assert ", ".join(rule.requirements) in section
    assert f"severity {rule.severity.value}" in section
    levels = {"mandatory": "mandatory", "advisory": "advice", "disabled": "off"}
    for environment in ("production", "staging", "development"):
        assert f"{environment}: {levels[getattr(rule.levels, environment).value]}" in section
    for setting in rule.settings:
        assert f"`{setting}`" in section


def test_each_policy_has_the_level_that_its_name_promises(policy_pack):
    for policy in policy_pack.info().policies:
        assert policy.enforcementLevel == (0 if policy.name.endswith(ADVICE) else 1)


def test_a_policy_can_be_turned_off_by_the_configuration(policy_pack, production, complaints):
    production.remove("exports-dead-letter-queue")
    policy_pack.configure(
        {"dead-letter-queues-must-resolve": "disabled", "production-names-must-be-complete": "advisory"}
    )
    assert {(found.policy, found.level) for found in production.judged()} == {
        ("production-names-must-be-complete", "advisory")
    }


def test_type_tokens_are_the_provider_s_own():
    """The pack does not import the provider, so its constants are compared with the provider's files."""
    folder = Path(importlib.util.find_spec("pulumi_cloudflare").submodule_search_locations[0])
    for token in (
        value for value in vars(tokens).values() if isinstance(value, str) and value.startswith("cloudflare:")
    ):
        module = re.sub(r"(?<!^)(?=[A-Z])", "_", token.split("/")[1].split(":")[0]).lower()
        candidates = [path for path in folder.glob("*.py") if path.stem.replace("_", "") == module.replace("_", "")]
        assert any(f'"{token}"' in path.read_text() or f"'{token}'" in path.read_text() for path in candidates), token


def test_the_policies_documentation_shows_a_configuration_that_the_pack_understands(policy_pack):
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENTATION, re.DOTALL)
    policy_pack.configure(json.loads(example))
