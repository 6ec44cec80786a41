"""The working calendars that Gatehouse begins with, from the `holidays` library, each with its version.

Years that have not been proclaimed yet follow the statutory pattern: that is why a calendar carries a
version, and why open deadlines are worked out again when a newer one is loaded.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.metadata import version

from holidays import country_holidays

from workflows.core.calendars import WORKING_WEEK, WorkingCalendar

LIBRARY = "holidays"
FIRST_YEAR = 2015
LAST_YEAR = 2032
NATIONS = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}
"""Calendar id -> the library's name for the part of the UK. Wales has England's bank holidays."""
FOI = "foi"
"""The calendar of freedom-of-information law: a bank holiday in any part of the UK is not a working day."""

_OBSERVED = " (observed)"
_FAMILIAR = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Summer Bank Holiday": "Summer bank holiday",
    "New Year Holiday": "2nd January",
    "Saint Patrick's Day": "St Patrick's Day",
    "Saint Andrew's Day": "St Andrew's Day",
}
"""The names that people know from the official list, where the library uses others."""


def seed_calendars() -> dict[str, WorkingCalendar]:
    """The calendars by id: three nations and ``foi``, 2015 to 2032. The dict is the caller's own."""
    return dict(_seed())


@cache
def _seed() -> dict[str, WorkingCalendar]:
    lists = {name: _bank_holidays(part) for name, part in NATIONS.items()}
    lists[FOI] = _union(lists)
    return {name: _calendar(name, days) for name, days in lists.items()}


def _bank_holidays(part: str) -> dict[date, str]:
    """Day -> name. Weekdays only: the official list, too, shows a weekend's holiday on its substitute day."""
    found = country_holidays("GB", subdiv=part, years=range(FIRST_YEAR, LAST_YEAR + 1), language="en_GB")
    return {day: _familiar(name) for day, name in found.items() if day.weekday() < WORKING_WEEK}


def _familiar(name: str) -> str:
    """The official name; two holidays that share a day are named together."""
    plain = [part.removesuffix(_OBSERVED) for part in name.split("; ")]
    words = " and ".join(_FAMILIAR.get(part, part) for part in plain)
    return words + (", substitute day" if _OBSERVED in name else "")


def _union(lists: dict[str, dict[date, str]]) -> dict[date, str]:
    """Every nation's days; a day that is not kept everywhere says where it is kept."""
    titles = {
        "england-and-wales": "England and Wales",
        "scotland": "Scotland",
        "northern-ireland": "Northern Ireland",
    }
    union: dict[date, str] = {}
    for day in sorted({day for days in lists.values() for day in days}):
        kept = [name for name in NATIONS if day in lists[name]]
        where = "" if len(kept) == len(NATIONS) else f", {' and '.join(titles[name] for name in kept)}"
        union[day] = lists[kept[0]][day] + where
    return union


def _calendar(name: str, days: dict[date, str]) -> WorkingCalendar:
    listed = tuple(sorted(days.items()))
    text = "\n".join(f"{day.isoformat()} {title}" for day, title in listed)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return WorkingCalendar(
        id=name,
        version=f"holidays-{version(LIBRARY)}+{digest}",
        holidays=listed,
        horizon=date(LAST_YEAR, 12, 31),
    )
