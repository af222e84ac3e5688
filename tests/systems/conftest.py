from pathlib import Path

import pytest
from ruamel.yaml import YAML

from headworks.model.files import load_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def load():
    """An environment of a system under `systems/`, as its files have it."""
    cache = {}

    def environment(system, stack):
        if (system, stack) not in cache:
            cache[system, stack] = load_environment(ROOT / "systems" / system, stack)
        return cache[system, stack]

    return environment


@pytest.fixture(scope="session")
def load_with():
    """An environment of a system with words of its stack file replaced."""

    def environment(system, stack, **words):
        files = {
            name: YAML(typ="safe").load(ROOT / "systems" / system / name)
            for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml")
        }
        configuration = {
            "system": files["Pulumi.yaml"]["config"]["headworks:system"]["value"],
            "environment": files[f"Pulumi.{stack}.yaml"]["config"]["headworks:environment"] | words,
        }
        return load_environment(ROOT / "systems" / system, stack, configuration=configuration)

    return environment
