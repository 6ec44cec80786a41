"""Files of days: the official bank holidays (JSON or ICS), or a list of our own (CSV: a date and a title on each row).

Every fault is named with its row, and a file with a fault gives nothing. A date is YYYY-MM-DD, a civil day.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from icalendar import Calendar

from workflows.core.calendars import WORKING_WEEK

MOST_BYTES = 1_000_000
MOST_DAYS = 2_000
LONGEST_TITLE = 100
ICS = "BEGIN:VCALENDAR"
Rows = tuple[tuple[date, str], ...]


class BadDays(ValueError):
    """The file cannot be used. ``faults`` are sentences for people, each naming its row; never empty."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


def read_days(text: str, *, division: str = "", weekends: bool = False) -> Rows:
    """The days of a file, in order. JSON needs the ``division`` (a nation's name in the official file) to read.

    Unless ``weekends``, days at a weekend are left out: the official list shows their substitute days as well.
    Raises BadDays.
    """
    if len(text.encode()) > MOST_BYTES:
        raise BadDays(["The file is larger than 1 MB. Give one that holds days only."])
    begins = text.lstrip("\ufeff \t\r\n")
    if begins[:1] in ("{", "["):
        rows = _of_json(begins, division)
    else:
        rows = _of_ics(begins) if begins[: len(ICS)].upper() == ICS else _of_csv(text)
    found, faults = _checked(rows)
    if faults:
        raise BadDays(faults)
    kept = tuple(each for each in found if weekends or each[0].weekday() < WORKING_WEEK)
    if not kept:
        raise BadDays(["There is no day in the file. Check that it is the right one."])
    if len(kept) > MOST_DAYS:
        raise BadDays([f"There are more than {MOST_DAYS:,} days in the file. Give those that are needed."])
    return kept


def _of_json(text: str, division: str) -> Iterator[tuple[int, Any, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise BadDays(["The file is not whole JSON. Fetch it again."]) from None
    part = whole.get(division) if isinstance(whole, dict) else None
    events = part.get("events") if isinstance(part, dict) else None
    if not isinstance(events, list):
        raise BadDays([f"The file has no list of events for “{division}”. Check that it is the official one."])
    for number, event in enumerate(events, 1):
        known = event if isinstance(event, dict) else {}
        title, notes = known.get("title"), known.get("notes")
        if isinstance(title, str) and isinstance(notes, str) and notes:
            title = f"{title}, {notes[:1].lower()}{notes[1:]}"
        yield number, known.get("date"), title


def _of_ics(text: str) -> Iterator[tuple[int, Any, Any]]:
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except (ValueError, LookupError):
        raise BadDays(["The file is not a whole ICS calendar. Fetch it again."]) from None
    for number, event in enumerate(events, 1):
        starts, title = event.get("DTSTART"), event.get("SUMMARY")
        when = getattr(starts, "dt", None)
        # A whole day is a date; an event with an hour is no bank holiday, and its row is named as a bad one.
        yield number, when.isoformat() if isinstance(when, date) else when, str(title or "")


def _of_csv(text: str) -> Iterator[tuple[int, Any, Any]]:
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error:
        raise BadDays(["The file is not whole CSV: a quotation mark may be missing."]) from None
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].casefold() == "date"):
            continue
        yield number, cells[0], ", ".join(cell for cell in cells[1:] if cell)


def _checked(rows: Iterable[tuple[int, Any, Any]]) -> tuple[Rows, list[str]]:
    days: dict[date, str] = {}
    faults: list[str] = []
    for number, when, title in rows:
        day = _day(when)
        if day is None:
            faults.append(f"Row {number}: “{str(when)[:20]}” is not a date. Write it like 2027-12-27.")
        elif not isinstance(title, str) or not title.strip():
            faults.append(f"Row {number}: give {day.isoformat()} a title.")
        elif len(title) > LONGEST_TITLE or not title.isprintable():
            faults.append(f"Row {number}: use a title of at most {LONGEST_TITLE} plain characters.")
        elif day in days:
            faults.append(f"Row {number}: {day.isoformat()} stands in the file twice. Take one away.")
        else:
            days[day] = title.strip()
    return tuple(sorted(days.items())), faults


def _day(value: Any) -> date | None:
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if isinstance(value, str) and value == found.isoformat() else None
