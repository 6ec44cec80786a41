"""How sets of bank holidays, closure days and service hours are said on pages and in the shell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from markupsafe import Markup

from webapp.context import clock_text
from webapp.views.showing import joined, long_date, long_instant, tag_markup
from webapp.views.time_words import CALENDAR_TITLES
from workflows.core.day_sets import Days
from workflows.core.hours import OFFICE_HOURS, WEEKDAYS, Hours
from workflows.core.recounting import base_of
from workflows.definitions.calendars import FOI
from workflows.service.calendar_versions import CalendarSet
from workflows.service.calendaring import SetLine

NOT_KNOWN = "Not known"


def name_of(found: CalendarSet) -> str:
    """Whose days a set has: "Bank holidays of Scotland" or "Closure days of Harrowmere"."""
    if found.calendar:
        return holidays_of(found.calendar)
    return f"Closure days of {found.organisation}"


def holidays_of(calendar: str) -> str:
    """The bank holidays of a nation, or those that freedom-of-information law leaves out."""
    if calendar == FOI:
        return "Bank holidays of every part of the United Kingdom (freedom of information)"
    return f"Bank holidays of {CALENDAR_TITLES.get(calendar, calendar)}"


def title_of(found: CalendarSet) -> str:
    """The same with the version."""
    return f"{name_of(found)}, version {found.number}"


def sourced(found: CalendarSet) -> str:
    """The same with where a nation's days come from."""
    return f"{title_of(found)} ({found.source})" if found.calendar else title_of(found)


def calendar_words(calendar: str, sets: Sequence[CalendarSet]) -> str:
    """A calendar in one sentence's words, whatever its name: by which days something is counted."""
    base = [sourced(each) for each in sets if each.calendar]
    if not base:
        base = [f"{holidays_of(base_of(calendar))}, as they came with the product"]
    closures = [title_of(each) for each in sets if not each.calendar]
    return ", with the ".join([joined(base), *(each[:1].lower() + each[1:] for each in closures)])


def state_tag(line: SetLine) -> Markup:
    """Whether a set is in force, waits, was turned down, or is an earlier one, as a tag."""
    found = line.found
    if line.since is not None:
        return tag_markup("completed", "In force")
    if found.open:
        return tag_markup("due_soon", "Waits for a second person" if found.proposed_by else "Waits for a person")
    if found.in_force_from is not None:
        return tag_markup("stopped", "Earlier")
    return tag_markup("declined", "Turned down")


def since_words(line: SetLine) -> str:
    """From when on a set has been in force, where it is. A set laid out with the product began before any request."""
    if line.since is None:
        return ""
    return f"since {clock_text(line.since)}" if line.found.answered_by else "since the beginning"


def fetched(found: CalendarSet) -> bool:
    """Whether a set came by itself from the published list, and not from a person or with the product."""
    return not found.proposed_by and bool(found.open or found.answered_by or found.in_force_from is None)


def by_whom(found: CalendarSet) -> str:
    """Who loaded a set and when."""
    who = found.proposer or ("Fetched by the service" if fetched(found) else "Came with the product")
    return f"{who}, {long_instant(found.proposed_at)}"


def told(found: CalendarSet) -> list[dict[str, str]]:
    """What became of a set, the newest first, for the timeline's macro."""
    entries = []
    if found.answered_at is not None and (found.answered_by or not found.in_force_from):
        entries.append(
            {
                "title": "Put in force" if found.in_force_from else "Turned down",
                "who": found.answerer or "The service",
                "when_text": long_instant(found.answered_at),
                "when_iso": found.answered_at.isoformat(),
                "text": found.why,
            }
        )
    entries.append(
        {
            "title": "Loaded",
            "who": found.proposer or "The service",
            "when_text": long_instant(found.proposed_at),
            "when_iso": found.proposed_at.isoformat(),
            "text": found.note,
        }
    )
    return entries


def day_rows(days: Days) -> list[tuple[str, str, str]]:
    """Days for a table: the date, its weekday, its name."""
    return [(long_date(day), f"{day:%A}", title[:1].upper() + title[1:]) for day, title in days]


def by_year(days: Days, *, today: date) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Days for tables: this year and those to come each in one, and all the years before together."""
    years = sorted({day.year for day, _ in days if day.year >= today.year})
    tables = [(str(year), day_rows(tuple(each for each in days if each[0].year == year))) for year in years]
    before = tuple(each for each in reversed(days) if each[0].year < today.year)
    return [*tables, *([(f"Before {today.year}", day_rows(before))] if before else [])]


def day_line(days: Iterable[tuple[date, str]]) -> list[str]:
    """Days for a list: Tuesday 24 November 2026: A day proclaimed late."""
    return [f"{day:%A} {long_date(day)}: {title}" for day, title in days]


def hours_rows(hours: tuple[Hours, ...] | None) -> list[dict[str, str]]:
    """The service hours of a week as rows of a summary list."""
    week = OFFICE_HOURS.week if hours is None else hours
    return [{"key": name, "value": hours_words(day) or "Closed"} for name, day in zip(WEEKDAYS, week, strict=True)]


def hours_words(day: Hours) -> str:
    """The hours of one day as they are typed: 09:00-12:00, 13:00-17:00."""
    return ", ".join(f"{start:%H:%M}-{'24:00' if end == time() else f'{end:%H:%M}'}" for start, end in day)
