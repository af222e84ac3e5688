"""Broken variants of the four systems: each mistake is refused by the rule that is meant for it, and by no other.

`tests/mutants/*.yaml` says of each variant what is changed, and who refuses it:
`with` and `without` in the files of the system (a path below `headworks:system` or `headworks:environment`), `code` in a
bundle, `unset` a secret that the account lacks, `account` the one that the token reaches (null: none), and `beside` resources that
a program makes by itself. `refused_by` is a rule; `refused_by_model` a part of the message that stops the program at once.
"""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
from ruamel.yaml import YAML

from components.worker_environment import WorkerEnvironment
from headworks.facts import Fact, Facts
from headworks.model.environment import Environment
from headworks.model.files import load_environment
from headworks.model.problems import SpecificationError
from policies.pack import RULES
from tests.workspace import SYSTEMS

ROOT = Path(__file__).parents[2]
yaml = YAML(typ="safe", pure=True)
MUTANTS = [
    mutant | {"system": file.stem}
    for file in sorted((ROOT / "tests" / "mutants").glob("*.yaml"))
    for mutant in yaml.load(file)
]
KEYS = {
    "mistake",
    "stack",
    "with",
    "without",
    "code",
    "unset",
    "account",
    "beside",
    "refused_by",
    "refused_by_model",
    "system",
}
BY_POLICY = [mutant for mutant in MUTANTS if "refused_by" in mutant]
BY_MODEL = [mutant for mutant in MUTANTS if "refused_by_model" in mutant]


def named(mutants: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("mutant", mutants, ids=lambda mutant: f"{mutant['system']}: {mutant['mistake']}")


@pytest.fixture
def directory(mutant: dict[str, Any], tmp_path: Path) -> Path:
    """The system's files and all bundles, with the mistake in them."""
    for file in SYSTEMS[mutant["system"]].glob("Pulumi*.yaml"):
        document = yaml.load(file)
        config = document["config"]
        part = config["headworks:system"]["value"] if file.name == "Pulumi.yaml" else config["headworks:environment"]
        for path, value in mutant.get("with", {}).get(file.name, {}).items():
            holder, key = at(part, path)
            holder[key] = value
        for path in mutant.get("without", {}).get(file.name, ()):
            holder, key = at(part, path)
            del holder[key]
        yaml.dump(document, tmp_path / file.name)
    shutil.copytree(ROOT / "apps", tmp_path / "apps")
    for name, changes in mutant.get("code", {}).items():
        text = (tmp_path / name).read_text()
        for old, new in changes.items():
            assert old in text, f"{name} does not hold {old!r}"
            text = text.replace(old, new)
        (tmp_path / name).write_text(text)
    return tmp_path


def at(part: Any, path: str) -> tuple[Any, Any]:
    """What holds the value at the path, and its key there; mappings on the way are made."""
    *keys, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    for key in keys:
        part = part[key] if isinstance(key, int) else part.setdefault(key, {})
    return part, last


@pytest.fixture
def stack_name(mutant: dict[str, Any]) -> str:
    return str(mutant["stack"])


def facts_for(mutant: dict[str, Any], environment: Environment, facts: Facts) -> Facts:
    unset = {mutant.get("unset")}
    scripts = {
        name: replace(
            script, secrets=Fact(tuple(secret for secret in script.secrets.value or () if secret not in unset))
        )
        for name, script in facts.scripts.items()
    }
    account = mutant.get("account", environment.account_id)
    return replace(facts, scripts=scripts, account=Fact(account) if account else Fact(reason="no token"))


@named(BY_POLICY)
def test_a_mistake_is_refused_by_its_rule_and_no_other(
    mutant, directory, stack_name, build, environment_facts, policy_pack
):
    environment = load_environment(directory, stack_name)
    facts = facts_for(mutant, environment, environment_facts(environment))

    def program() -> None:
        WorkerEnvironment(environment.system, {"environment": environment, "facts": facts, "directory": directory})
        for number, each in enumerate(mutant.get("beside", ())):
            inputs = {"accountId": environment.account_id} | each["inputs"]
            options = pulumi.ResourceOptions(protect=each.get("protect"))
            pulumi.CustomResource(each["type"], f"beside-{number}", inputs, options)

    engine = build(program)
    findings = policy_pack.analyze_registrations(engine.requests.values(), engine.outputs, stack_name)
    refusals = {finding.policy: finding.message for finding in findings if finding.level == "mandatory"}
    assert refusals.keys() == {mutant["refused_by"]}, refusals


@named(BY_MODEL)
def test_a_mistake_stops_the_program_at_once(mutant, directory, stack_name):
    with pytest.raises(SpecificationError) as refused:
        load_environment(directory, stack_name)
    assert mutant["refused_by_model"] in str(refused.value)


def test_there_are_enough_mistakes_of_every_system_and_each_is_another_one():
    assert len(MUTANTS) >= 60
    assert min(Counter(mutant["system"] for mutant in MUTANTS).values()) >= 15
    assert len({(mutant["system"], mutant["mistake"]) for mutant in MUTANTS}) == len(MUTANTS)
    assert len(BY_POLICY) + len(BY_MODEL) == len(MUTANTS)
    for mutant in MUTANTS:
        assert mutant.keys() <= KEYS, mutant["mistake"]


def test_every_mistake_is_for_a_rule_that_the_pack_has():
    assert {mutant["refused_by"] for mutant in BY_POLICY} <= {rule.id for rule in RULES}
