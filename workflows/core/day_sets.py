"""Sets of days in versions: what a file makes of the days in force, what stands against it, who looks after which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum

from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal

Days = tuple[tuple[date, str], ...]
"""Days in order, each once, with the name shown to people."""
MOST_NOTE = 600
"""The longest note or source, in characters."""
WARN_DAYS = 90
"""From so many days before the last date that a set covers, people are warned."""
PAST_LOOKED_AT = timedelta(days=731)
"""A file must hold the days of this long before today: what was a bank holiday stays one."""


class Taking(StrEnum):
    """How a file's days are taken beside those in force."""

    YEARS = "years"
    MORE = "more"
    WHOLE = "whole"


def taken(file: Days, known: Days, how: Taking) -> Days:
    """The days of a new set: those of the file, with what it leaves of the days in force."""
    if how is Taking.WHOLE or not file:
        return file
    kept = dict(known)
    if how is Taking.YEARS:
        first, last = file[0][0].year, file[-1][0].year
        kept = {day: title for day, title in known if not first <= day.year <= last}
    return tuple(sorted({**kept, **dict(file)}.items()))


def shrunken(file: Days, known: Days, before: Iterable[date], *, today: date) -> str:
    """Why a published list cannot be whole, in words, or nothing. ``before``: the last good one, if there was one."""
    to_come = [day for day, _ in file if day > today]
    if not to_come:
        return "it has no day to come"
    good = [day for day in before if day > today]
    span = range(file[0][0].year, file[-1][0].year + 1)
    fewest = len(good) or sum(day > today and day.year in span for day, _ in known)
    if len(to_come) < fewest or (good and to_come[-1] < max(good)):
        return "it has fewer days to come than before"
    listed = {day for day, _ in file}
    if any(file[0][0] <= day < today and day not in listed for day, _ in known):
        return "days that have been are missing from it"
    return ""


def differing(before: Days, after: Days) -> tuple[Days, Days]:
    """The days that come, and those that go. What a day is called is no difference."""
    old, new = dict(before), dict(after)
    return tuple(each for each in after if each[0] not in old), tuple(each for each in before if each[0] not in new)


def is_near(horizon: date, *, today: date) -> bool:
    """Whether people should be warned that days are known for so short a time only."""
    return horizon - today < timedelta(days=WARN_DAYS)


def administers(person: Principal) -> bool:
    """Whether somebody looks after bank holidays: they hold for the whole house, so in any organisation."""
    return bool(person.organisations_as(Role.ADMINISTRATOR))


def looks_after(person: Principal, organisation: str) -> bool:
    """Whether somebody looks after these days: closures of an organisation, or ("") a nation's bank holidays."""
    if not organisation:
        return administers(person)
    return bool({Role.MANAGER, Role.ADMINISTRATOR} & person.roles_in(organisation))


def may_see(person: Principal, organisation: str) -> bool:
    """Whether somebody may look at these days: a nation's everybody, an organisation's whoever works there."""
    return not organisation or bool(person.roles_in(organisation))


def words_faults(note: str, *, source: str) -> Iterator[Refusal]:
    """What stands against the words that come with a set."""
    if not note.strip() or len(note) > MOST_NOTE:
        yield Refusal("words_missing", f"Say why, in at most {MOST_NOTE} characters.", "note")
    if not source.strip() or len(source) > MOST_NOTE:
        yield Refusal("source_missing", f"Say where the days come from, in at most {MOST_NOTE} characters.", "source")


def set_faults(days: Days, horizon: date | None, known: Days, last: date, *, today: date) -> Iterator[Refusal]:
    """What stands against a nation's days: none, none to come, fewer years than before, or a past that is missing.

    ``known`` are the days in force, which reach to ``last``.
    """
    if not days:
        yield Refusal("no_days", "There is no day in the file.", "days")
        return
    yield from _horizon_faults(days, horizon, last, today=today)
    listed = {day for day, _ in days}
    gone = [day for day, _ in known if days[0][0] <= day < today and day not in listed]
    early = [day for day, _ in known if day < days[0][0] and day >= today - PAST_LOOKED_AT]
    if gone or early:
        say = f"{_said(min([*gone, *early]))} is a bank holiday that has been and is not in the file. "
        yield Refusal("past_missing", say + "The past does not change.", "days")


def _horizon_faults(days: Days, horizon: date | None, last: date, *, today: date) -> Iterator[Refusal]:
    if horizon is None:
        yield Refusal("horizon_missing", "Give the last day that the file covers.", "horizon")
        return
    if horizon < days[-1][0]:
        yield Refusal("horizon_early", "The last day covered is before the last day in the file.", "horizon")
    if horizon <= today:
        yield Refusal("horizon_past", "The last day covered has passed already. Load newer days.", "horizon")
    elif horizon < last:
        say = f"The days in force reach to {_said(last)}. Load a file that reaches as far, or keep the years after it."
        yield Refusal("horizon_nearer", say, "horizon")


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
