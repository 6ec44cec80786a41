"""Files of days: what can be read, and what is refused with its row named."""

from __future__ import annotations

import json
from datetime import date

import pytest

from workflows.definitions.day_files import MOST_BYTES, BadDays, read_days

pytestmark = pytest.mark.feature("C9")
NATION = "scotland"
TOO_MANY = "\n".join(f"{date.fromordinal(730_000 + number)},x" for number in range(3_000))


def official(*events: object) -> str:
    return json.dumps({NATION: {"division": NATION, "events": list(events)}})


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadDays) as caught:
        read_days(text, division=NATION)
    return caught.value.faults


def test_the_official_form_is_read() -> None:
    text = official(
        {"title": "New Year's Day", "date": "2027-01-01", "notes": "", "bunting": True},
        {"title": "Christmas Day", "date": "2027-12-27", "notes": "Substitute day", "bunting": True},
    )
    assert read_days(text, division=NATION) == (
        (date(2027, 1, 1), "New Year's Day"),
        (date(2027, 12, 27), "Christmas Day, substitute day"),
    )


def test_a_list_of_our_own_is_read_in_order_and_weekends_only_when_wanted() -> None:
    text = "\ufeffdate,title\n2027-12-24,Staff day\n\n2027-05-08,A Saturday\n2027-05-07,Training\n"
    assert read_days(text) == ((date(2027, 5, 7), "Training"), (date(2027, 12, 24), "Staff day"))
    assert len(read_days(text, weekends=True)) == 3


def test_every_bad_row_is_named_and_nothing_is_kept() -> None:
    text = (
        "2027-12-24,Staff day\n24/12/2027,Staff day\n2027-02-30,No day\n2027-12-24,Again\n2027-12-31\n2027-12-30,"
        + "x" * 101
    )
    found = faults(text)
    assert [fault.split(":")[0] for fault in found] == ["Row 2", "Row 3", "Row 4", "Row 5", "Row 6"]
    assert "Write it like 2027-12-27" in found[0]
    assert "twice" in found[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no day"),
        ("{", "not whole JSON"),
        ("[]", "no list of events"),
        ('{"scotland": {"events": 3}}', "no list of events"),
        ('{"england-and-wales": {"events": []}}', "no list of events"),
        (official(), "There is no day"),
        (official(7, {"date": 5, "title": "x"}, {"date": "2027-01-01"}), "Row 1"),
        ('2027-01-01,"open', "quotation mark"),
        ("x" * (MOST_BYTES + 1), "larger than 1 MB"),
        (TOO_MANY, "more than 2,000"),
        ("[" * 100_000, "not whole JSON"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_days_is_refused(text: str, said: str) -> None:
    assert said in faults(text)[0]


def calendar(*events: str) -> str:
    inside = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@x\r\n{each}\r\nEND:VEVENT\r\n" for number, each in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n"


def test_a_calendar_file_is_read_and_an_event_with_an_hour_is_named() -> None:
    good = calendar(
        "DTSTART;VALUE=DATE:20270101\r\nSUMMARY:New Year’s Day", "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Xmas"
    )
    assert read_days(good) == ((date(2026, 12, 25), "Xmas"), (date(2027, 1, 1), "New Year’s Day"))
    assert faults(calendar("DTSTART:20270101T090000Z\r\nSUMMARY:Meeting")) == (
        "Row 1: “2027-01-01T09:00:00+” is not a date. Write it like 2027-12-27.",
    )
    assert faults(calendar("SUMMARY:Nothing"))[0].startswith("Row 1: “None” is not a date.")
    assert faults("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")


def test_a_comma_in_a_title_stays() -> None:
    assert read_days("2027-12-27,Christmas Day, substitute day\n") == (
        (date(2027, 12, 27), "Christmas Day, substitute day"),
    )
