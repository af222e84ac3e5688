from datetime import UTC, datetime

import pytest

from headworks.evidence.waivers import read_waivers, refusals
from headworks.failure import Failure

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAIVER = {
    "rule": "queue-must-have-a-dead-letter-queue",
    "resource": "shop-*",
    "stack": "production",
    "owner": "ada@example.com",
    "reason": "The new queue comes next week",
    "granted": "2026-11-20",
    "expires": "2026-12-20",
}


def written(tmp_path, *waivers):
    lines = [
        ("- " if number == 0 else "  ") + f"{key}: {value!r}".replace("'", "" if key in {"granted", "expires"} else "'")
        for waiver in waivers
        for number, (key, value) in enumerate(waiver.items())
    ]
    (tmp_path / "waivers.yaml").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_without_a_file_nothing_is_waived(tmp_path):
    assert read_waivers(tmp_path) == ()


def test_a_waiver_covers_its_rule_on_resources_of_its_pattern(tmp_path):
    (waiver,) = read_waivers(written(tmp_path, WAIVER))
    assert waiver.matches("queue-must-have-a-dead-letter-queue", "shop-orders")
    assert not waiver.matches("queue-must-have-a-dead-letter-queue", "store-orders")
    assert not waiver.matches("another-rule", "shop-orders")
    assert list(refusals((waiver,), now=NOW)) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires": "2026-11-22"}, "it ended at 2026-11-22 00:00 UTC"),
        ({"granted": "2026-11-23"}, "it is granted only from 2026-11-23 00:00 UTC"),
        ({"granted": "2026-09-20", "expires": "2026-12-20"}, "it ends later than 90 days after it was granted"),
        ({"incident": "INC-7"}, "break-glass ends after 4 hours"),
    ],
)
def test_a_waiver_that_does_not_count_says_why(tmp_path, changes, reason):
    waivers = read_waivers(written(tmp_path, WAIVER | changes))
    assert [why for _, why in refusals(waivers, now=NOW)] == [reason]


def test_break_glass_holds_for_four_hours(tmp_path):
    incident = {"incident": "INC-7", "granted": "2026-11-22T11:00:00Z", "expires": "2026-11-22T15:00:00Z"}
    assert list(refusals(read_waivers(written(tmp_path, WAIVER | incident)), now=NOW)) == []


@pytest.mark.parametrize("missing", ["rule", "resource", "stack", "owner", "reason", "granted", "expires"])
def test_what_a_waiver_lacks_is_named(tmp_path, missing):
    waiver = {key: value for key, value in WAIVER.items() if key != missing}
    with pytest.raises(Failure, match=f"0.{missing}") as raised:
        read_waivers(written(tmp_path, waiver))
    assert raised.value.exit_code == 2


def test_a_file_that_is_not_yaml_names_its_line(tmp_path):
    (tmp_path / "waivers.yaml").write_text("- rule: [\n")
    with pytest.raises(Failure, match="line 2"):
        read_waivers(tmp_path)
