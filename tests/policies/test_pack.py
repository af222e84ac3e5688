"""The pack as a whole: what it tells of itself, and that its process behaves as Pulumi's engine needs it."""

import importlib.util
import json
import re
import sys
from pathlib import Path

from policies import tokens
from policies.documentation import FOLDER, pages
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
        assert policy.url == f"docs/policies/{policy.name.removesuffix(ADVICE)}.md"
        assert (REPOSITORY / policy.url).is_file()
        assert policy.framework.specification.split() == list(policy.tags)


def test_every_rule_names_lines_of_the_runbooks():
    for rule in RULES:
        assert rule.requirements
        for requirement in rule.requirements:
            assert REQUIREMENT.fullmatch(requirement), f"{rule.id}: {requirement}"


def test_the_pages_of_the_rules_are_what_the_rules_say():
    """`python -m policies.documentation` writes them."""
    written = {file.name: file.read_text() for file in FOLDER.iterdir()}
    assert written == pages()


def test_the_pages_show_every_policy_with_its_levels_and_settings(policy_pack):
    for policy in policy_pack.info().policies:
        rule = policy.name.removesuffix(ADVICE)
        page = pages()[f"{rule}.md"]
        assert policy.name in page
        assert policy.framework.specification.replace(" ", ", ") in page
        assert all(f"`{setting}`" in page for setting in policy.configSchema.properties)
        assert f"[{rule}]({rule}.md)" in pages()["README.md"]


def test_each_policy_has_the_level_that_its_name_promises(policy_pack):
    rules = {rule.id: rule for rule in RULES}
    for policy in policy_pack.info().policies:
        stops = rules[policy.name.removesuffix(ADVICE)].levels.in_use[0].value == "mandatory"
        assert policy.enforcementLevel == (1 if stops and not policy.name.endswith(ADVICE) else 0)


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
