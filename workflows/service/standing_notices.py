"""Whoever stands in is told when it begins and when it ends: by the sweep, once, however many sweeps there are.

What is to be told is marked as told in the transaction that writes the notices, under a lock on the absence. An
absence that was over before a sweep came by is not told of at all.
"""

from __future__ import annotations

from datetime import datetime

from workflows.core.calendars import CalendarHorizon
from workflows.core.hours import next_open
from workflows.core.notices import Audience, Notice, NoticeKind
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, transaction
from workflows.store import absences, notices

TITLE = "Standing in"


def tell_stand_ins(engine: Engine, library: Library, *, now: datetime, most: int) -> int:
    """Tell of up to ``most`` absences that have begun or ended; of how many was told, or need not be."""
    with transaction(engine) as connection:
        return tell_of(connection, library, now=now, most=most)


def tell_of(connection: Connection, library: Library, *, now: datetime, most: int) -> int:
    """The same inside a transaction."""
    found = absences.to_tell(connection, at=now, most=most)
    for each in found:
        if each.begins:
            tell(connection, library, NoticeKind.STANDS_IN, each.people, organisation_id=each.organisation_id, at=now)
        elif each.ends:
            tell(
                connection, library, NoticeKind.STANDS_IN_NO_MORE, each.people,
                organisation_id=each.organisation_id, at=now,
            )  # fmt: skip
    return len(found)


def tell(
    connection: Connection, library: Library, kind: NoticeKind, people: tuple[str, ...], *, organisation_id: str,
    at: datetime,
) -> None:  # fmt: skip
    """Tell some people; by mail once their organisation is open."""
    if not people:
        return
    days = library.counts_by(
        connection, absences.calendar_of(connection, organisation_id), organisation=organisation_id, at=at
    )
    try:
        opens = next_open(at, library.calendar(days))
    except CalendarHorizon:
        opens = at
    notice = Notice(kind, Audience(people=people), TITLE)
    notices.insert(connection, [notice], case_id=None, due_at=None, at=at, hold_until=opens if opens > at else None)
