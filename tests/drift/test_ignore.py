"""The ignore file: what is wrong in it is said, all at once, and stops the command."""

import pytest

from headworks.drift.difference import Difference, How
from headworks.drift.ignore import Entry, read_entries
from headworks.failure import Failure

ENTRY = """
- stack: production
  kind: route
  name: "{name}"
  owner: Ada Lovelace
  reason: the incident of today
  until: 2026-04-01
"""


@pytest.fixture
def system(tmp_path):
    (tmp_path / "Pulumi.production.yaml").write_text("config: {}\n")
    return tmp_path


def write(system, text):
    (system / "drift-ignore.yaml").write_text(text)


def refusal(system):
    with pytest.raises(Failure) as refused:
        read_entries(system)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_without_a_file_nothing_is_ignored(system):
    assert read_entries(system) == ()


def test_an_entry_ends_at_midnight_in_utc(system):
    write(system, ENTRY.format(name="*"))
    (entry,) = read_entries(system)
    assert entry.until.isoformat() == "2026-04-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("former", "latter", "says"),
    [
        ("kind: route", "kind: rout", "there is no kind 'rout'"),
        ("reason: the incident of today", "reason: because", "at least 10 characters"),
        ("owner: Ada Lovelace", "owner: ''", "0.owner"),
        ("until: 2026-04-01", "until: soon", "0.until"),
        ("  until: 2026-04-01", "", "0.until: missing"),
        ("until: 2026-04-01", "until: 2026-04-01\n  who: Ada", "0.who: not known here"),
        ("stack: production", "stack: prodution", "0.stack: it is for prodution, which is no stack"),
        ('name: "*"', "name: [", "is not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(system, former, latter, says):
    write(system, ENTRY.format(name="*").replace(former, latter))
    told = refusal(system)
    assert says in told
    assert "drift-ignore.yaml" in told


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("api.rockhound.app/*", "api.rockhound.app/admin/*", True),
        ("*", "anything", True),
        ("api?", "apis", False),
        ("a[bc]", "ab", False),
        ("a[bc]", "a[bc]", True),
        ("Exports", "exports", False),
    ],
)
def test_only_the_star_stands_for_others(pattern, name, fits):
    entry = Entry.model_validate(
        {
            "stack": "production",
            "kind": "route",
            "name": pattern,
            "owner": "Ada",
            "reason": "because it is so",
            "until": "2026-04-01T00:00:00Z",
        }
    )
    assert entry.fits(Difference(How.UNOWNED, "route", name, "")) is fits
    assert not entry.fits(Difference(How.UNOWNED, "bucket", name, ""))
