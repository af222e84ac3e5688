"""docs/drift.md lists what the command tells of, and the example that it shows is one."""

import re
from pathlib import Path

from headworks.drift.ignore import IGNORE_FILE, read_entries
from headworks.drift.kinds import WORDS
from headworks.drift.noise import NOISE

PAGE = (Path(__file__).parents[2] / "docs" / "drift.md").read_text()


def test_every_kind_is_listed():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"\| `([a-z-]+)` \|", " ".join(rows).replace("| |", "|"))) == WORDS


def test_the_example_of_the_ignore_file_is_one(tmp_path):
    (example,) = re.findall(r"```yaml\n(- stack.*?)```", PAGE, re.DOTALL)
    (tmp_path / IGNORE_FILE).write_text(example)
    (tmp_path / "Pulumi.production.yaml").write_text("config: {}\n")
    assert [entry.kind for entry in read_entries(tmp_path)] == ["route"]


def test_all_noise_has_a_reason():
    assert all(len(reason) > 10 for reason in NOISE.values())
