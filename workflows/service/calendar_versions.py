"""Which days count: the full name of a calendar tells its versions, and from those the calendar is made.

"scotland" are the days that came with the product; "scotland@4" those of set 4; "scotland@4+7" those of set 4 and the
closure days and service hours of set 7. "foi@4.5.6" is the union of three nations' sets: there, closure days of an
organisation never count. A set that is 0 stands for the days that came with the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from workflows.core.calendars import WorkingCalendar
from workflows.core.hours import OFFICE_HOURS, ServiceHours
from workflows.core.recounting import VERSION_MARK, base_of
from workflows.definitions.calendars import FOI, NATIONS, seed_calendars
from workflows.store import calendars
from workflows.store.calendars import CalendarSet as CalendarSet
from workflows.store.calendars import Current
from workflows.store.engine import Connection

CLOSURE_MARK = "+"


def current_name(connection: Connection, base: str, *, organisation: str, at: datetime) -> str:
    """The full name of the calendar called ``base`` as it is in force for an organisation at an instant."""
    return full_name(calendars.in_force(connection, at=at), base, organisation=organisation)


def full_name(current: Iterable[Current], base: str, *, organisation: str) -> str:
    """The full name that these sets give. Closure days change no calendar of freedom-of-information law."""
    sets = {(each.calendar, each.organisation_id): each.number for each in current}
    numbers = [sets.get((nation, ""), 0) for nation in _nations(base)]
    closures = 0 if base == FOI else sets.get(("", organisation), 0)
    if not any(numbers) and not closures:
        return base
    name = f"{base}{VERSION_MARK}{'.'.join(str(number) for number in numbers)}"
    return f"{name}{CLOSURE_MARK}{closures}" if closures else name


def made_calendar(connection: Connection, name: str) -> WorkingCalendar:
    """The calendar with this full name. Raises KeyError when there is no such nation or set."""
    numbers, closures = _numbers(name)
    sets = {each.number: each for each in calendars.some(connection, [*numbers, closures])}
    return build(name, sets)


def sets_of(connection: Connection, names: Iterable[str]) -> dict[str, list[CalendarSet]]:
    """For each full name the sets that it is made of, a nation's before an organisation's."""
    wanted = {name: [number for number in _all_numbers(name) if number] for name in names}
    found = {
        each.number: each for each in calendars.some(connection, sorted({n for ns in wanted.values() for n in ns}))
    }
    return {name: [found[number] for number in each if number in found] for name, each in wanted.items()}


def build(name: str, sets: dict[int, CalendarSet]) -> WorkingCalendar:
    """The calendar with this full name, from its sets by their number. Raises KeyError as above."""
    numbers, closures = _numbers(name)
    parts = [
        _part(nation, sets.get(number), number) for nation, number in zip(_nations(base_of(name)), numbers, strict=True)
    ]
    days: dict[date, str] = {}
    for part in parts:
        for day, title in part.holidays:
            days.setdefault(day, title)
    hours = OFFICE_HOURS
    if closures:
        closed = sets[closures]
        for day, title in closed.days:
            days.setdefault(day, f"closed: {title}")
        hours = ServiceHours(closed.hours) if closed.hours is not None else OFFICE_HOURS
    return WorkingCalendar(
        id=name,
        version=" and ".join(dict.fromkeys(part.version for part in parts)),
        holidays=tuple(sorted(days.items())),
        horizon=min(part.horizon for part in parts),
        hours=hours,
    )


def _part(nation: str, found: CalendarSet | None, number: int) -> WorkingCalendar:
    if not number:
        return seed_calendars()[nation]
    if found is None or found.horizon is None or found.calendar != nation:
        raise KeyError(f"{nation}{VERSION_MARK}{number}")
    return WorkingCalendar(nation, f"set {number}: {found.source}", found.days, found.horizon)


def _nations(base: str) -> tuple[str, ...]:
    if base != FOI and base not in NATIONS:
        raise KeyError(base)
    return tuple(NATIONS) if base == FOI else (base,)


def _all_numbers(name: str) -> list[int]:
    numbers, closures = _numbers(name)
    return [*numbers, closures]


def _numbers(name: str) -> tuple[list[int], int]:
    sets, _, closures = name.partition(VERSION_MARK)[2].partition(CLOSURE_MARK)
    numbers = [int(number) for number in sets.split(".")] if sets else [0] * len(_nations(base_of(name)))
    return numbers, int(closures or 0)
