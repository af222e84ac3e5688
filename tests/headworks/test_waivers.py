from datetime import UTC, datetime

import pytest

from headworks.evidence.waivers import read_waivers, waivers_of_stack
from headworks.failure import Failure

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
    for stack in ("production", "staging"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    (tmp_path / "waivers.yaml").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_without_a_file_nothing_is_waived(tmp_path):
    assert read_waivers(tmp_path) == ()


def test_a_stack_has_its_own_waivers_with_days_as_moments(tmp_path):
    directory = written(tmp_path, WAIVER, WAIVER | {"stack": "staging", "granted": "2026-11-22T11:00:00+01:00"})
    (production,) = waivers_of_stack(directory, "production")
    assert (production.granted, production.expires) == (
        datetime(2026, 11, 20, tzinfo=UTC),
        datetime(2026, 12, 20, tzinfo=UTC),
    )
    (staging,) = waivers_of_stack(directory, "staging")
    assert staging.granted == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_waiver_for_a_stack_that_is_not_there_is_refused_since_nobody_would_look_at_it(tmp_path):
    directory = written(tmp_path, WAIVER, WAIVER | {"stack": "prod"})
    with pytest.raises(
        Failure, match=r"1.stack: it is for prod, which is no stack(.|\n)*Name one of production, staging"
    ) as raised:
        waivers_of_stack(directory, "production")
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("missing", ["rule", "resource", "stack", "owner", "reason", "granted", "expires"])
def test_what_a_waiver_lacks_is_named(tmp_path, missing):
    waiver = {key: value for key, value in WAIVER.items() if key != missing}
    with pytest.raises(Failure, match=f"0.{missing}") as raised:
        read_waivers(written(tmp_path, waiver))
    assert raised.value.exit_code == 2


def test_a_file_that_is_not_yaml_names_its_line(tmp_path):
    for stack in ("production", "staging"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    (tmp_path / "waivers.yaml").write_text("- rule: [\n")
    with pytest.raises(Failure, match="line 2"):
        read_waivers(tmp_path)
