import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from ruamel.yaml import YAML

from headworks.model.environment import Environment
from headworks.model.files import load_environment
from headworks.model.problems import Problem, SpecificationError

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

FILES = {
    "Pulumi.yaml": """\
name: shop
runtime: python
config:
  headworks:system:
    value:
      worker:
        name: shop
        code: {owner: pulumi, main: worker.js}
        compatibility_date: "2026-02-25"
        vars:
          GREETING: hello
        durable_objects:
          CART: CartDO
        migrations:
          - {tag: v1, new_sqlite_classes: [CartDO]}
      buckets:
        PICTURES: shop-pictures
      kv:
        CACHE: CACHE
      d1:
        DB: {name: shop, enabled: false}
      queues:
        orders:
          name: orders-queue
          binding: ORDERS
          consumer:
            max_retries: 3
            dead_letter_queue: orders-dlq
      secrets:
        - PAYMENT_KEY
        - MAIL_KEY
""",
    "Pulumi.production.yaml": """\
config:
  headworks:environment:
    name: production
    production: true
    account_id: "00000000000000000000000000000001"
    routes:
      - host: api.shop.example
        zone: shop.example
""",
    "Pulumi.staging.yaml": """\
config:
  headworks:environment:
    name: staging
    production: false
    account_id: "00000000000000000000000000000001"
    suffix: -staging
    kv_suffix: _STAGING
    routes:
      - host: staging.shop.example
        zone: shop.example
""",
}


@dataclass(frozen=True)
class SystemDirectory:
    """The Pulumi files of a small shop in a folder of its own."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.folder / file).write_text(text.replace(old, new))

    def append(self, file: str, text: str) -> None:
        with (self.folder / file).open("a") as stream:
            stream.write(text)

    def say(self, words: str) -> None:
        """The environment of staging says this too; words of its own are replaced."""
        yaml = YAML(typ="safe")
        file = self.folder / "Pulumi.staging.yaml"
        document = yaml.load(file)
        own = document["config"]["headworks:environment"]
        said = {key: line for line in words.splitlines() for key in yaml.load(line)}
        kept = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in own.items() if key not in said)
        file.write_text(
            "config:\n  headworks:environment:\n" + kept + "".join(f"    {line}\n" for line in said.values())
        )

    def expect(self, path: str, reason: str, fix: str) -> None:
        """One problem, at this path of the system or the environment."""
        problem = self.problem()
        section, _, place = problem.path.partition(".")
        assert section in {"headworks:environment", "headworks:system"}
        assert place == path
        assert reason in problem.reason
        assert fix in problem.fix

    def load(self, stack: str, **configuration: object) -> Environment:
        return load_environment(self.folder, stack, configuration=configuration or None)

    def error(self, stack: str = "staging", **configuration: object) -> SpecificationError:
        with pytest.raises(SpecificationError) as raised:
            self.load(stack, **configuration)
        return raised.value

    def problem(self, stack: str = "staging") -> Problem:
        problems = self.error(stack).problems
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]

    def line(self, file: str, text: str) -> int:
        lines = (self.folder / file).read_text().splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SystemDirectory:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return SystemDirectory(tmp_path)
