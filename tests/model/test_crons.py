import pytest

from headworks.model import crons, naming

FINE = [
    "*/5 * * * *",
    "0 0 * * *",
    "0,30 8-18/2 * * mon-fri",
    "0 9 1,15 JAN,jul SUN",
    "0 0 L * *",
    "0 0 LW * *",
    "0 0 15W * *",
    "0 0 * * friL",
    "0 0 * * MON#2",
    "59 23 31 12 sat",
    "05 07 * * *",
]


@pytest.mark.parametrize("cron", FINE)
def test_a_schedule_that_everyone_reads_in_one_way_is_accepted(cron):
    assert naming.CRON.accepts(cron)
    assert crons.refusal(cron) is None


WRONG = [
    ("0 9 * * 1", "Cloudflare counts from 1 for Sunday, others from 0"),
    ("0 9 * * 1-5", "so a number is a day off"),
    ("0 9 * * mon,5", "'5' as the day of week"),
    ("60 * * * *", "'60' says nothing for the minute, which goes from 0 to 59"),
    ("* 24 * * *", "the hour, which goes from 0 to 23"),
    ("* * 0 * *", "the day of month, which goes from 1 to 31"),
    ("* * * 13 *", "the month, which goes from 1 to 12"),
    ("* * * foo *", "'foo' says nothing for the month"),
    ("* * * * foo", "'foo' says nothing for the day of week"),
    ("*/0 * * * *", "has a step that the minute does not have"),
    ("*/60 * * * *", "has a step that the minute does not have"),
    ("5-1 * * * *", "'5-1' ends before it begins, for the minute"),
    ("*-5 * * * *", "says nothing for the minute"),
    ("L * * * *", "'L' says nothing for the minute"),
    ("1, * * * *", "'' says nothing for the minute"),
    ("? * * * *", "'?' says nothing for the minute"),
]


@pytest.mark.parametrize(("cron", "reason"), WRONG)
def test_any_other_is_refused_with_the_part_that_is_wrong(cron, reason):
    assert reason in (crons.refusal(cron) or "")


@pytest.mark.parametrize("cron", ["* * * *", "* * * * * *", "@daily", "*  * * * *", ""])
def test_a_schedule_has_five_fields(cron):
    assert not naming.CRON.accepts(cron)
