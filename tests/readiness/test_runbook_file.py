"""A runbook that somebody wrote: what is wrong in it is told in words, all of it, before anything is asked."""

import pytest

from headworks.failure import Failure
from headworks.readiness.runbook import read_lines

LINE = "  - {{id: R1, kinds: [C], text: Something must be so., held_by: [{holder}]}}\n"


def written(tmp_path, *holders: str):
    file = tmp_path / "shop.yaml"
    file.write_text("system: shop\nlines:\n" + LINE.format(holder=", ".join(holders)))
    return file


def test_what_is_right_is_read(tmp_path):
    file = written(tmp_path, "{check: file-exists, with: {path: README.md}}", "{attestation: on-call}")
    (line,) = read_lines(file)
    assert [type(holder).__name__ for holder in line.held_by] == ["Check", "Attestation"]


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        ("{policy: queues-must-be-green}", "R1: the pack has no policy queues-must-be-green"),
        ("{attestation: on-holiday}", "R1: there is no attestation on-holiday"),
        ("{check: moon-is-full}", "R1: there is no check moon-is-full"),
        ("{check: file-exists, with: {pfad: README.md}}", "R1: check file-exists: with.pfad: not known here"),
        ("{check: file-exists}", "R1: check file-exists: with.path: missing"),
        ("{attested: on-call}", "lines.0.held_by.0"),
        ("}", "shop.yaml"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, holder, said):
    with pytest.raises(Failure) as raised:
        read_lines(written(tmp_path, holder))
    assert said in str(raised.value)
    assert raised.value.exit_code == 2


def test_everything_is_told_at_once(tmp_path):
    with pytest.raises(Failure) as raised:
        read_lines(written(tmp_path, "{check: moon-is-full}", "{attestation: on-holiday}"))
    assert "moon-is-full" in str(raised.value)
    assert "on-holiday" in str(raised.value)
