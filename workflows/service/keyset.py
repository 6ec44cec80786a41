"""Lists of cases and of notices, page by page after a cursor: for systems that read them to the end.

The same lists as on the pages, in the same order. What comes or goes between two pages makes no other row come twice,
or never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.core.aside import names_of
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.service import cursors, desks
from workflows.service.library import Library
from workflows.service.listing import asking, work_row
from workflows.service.unit_of_work import Engine, reading
from workflows.service.views import NoticeRow, WorkRow
from workflows.store import keyset, notices
from workflows.store.keyset import NAMES as NAMES
from workflows.store.keyset import OVERDUE as OVERDUE
from workflows.store.keyset import Place

MOST = 200
"""Rows on one page."""
NOTICES = "notifications"


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some rows of a list, and the cursor after which it goes on; empty at its end."""

    rows: tuple[WorkRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some of a person's notices, and the cursor after which they go on; empty at their end."""

    rows: tuple[NoticeRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists after a cursor. Safe to share between threads."""

    engine: Engine
    library: Library

    def page(self, person: Principal, name: str, *, after: str = "", limit: int, now: datetime) -> ListPage:
        """Up to ``limit`` (1 to 200) rows of a list after a cursor.

        "overdue" is what she may see overdue as a manager, held or asked for. Raises Refused: NOT_FOUND for a list that
        there is not, bad_limit, bad_cursor.
        """
        if name not in NAMES:
            raise not_found()
        _check(limit)
        place = cursors.place(name, after)
        with reading(self.engine) as connection:
            found = keyset.after(connection, name, place, size=limit, parameters=_asked(person, name, now=now))
            shown = found[:limit]
            rows = tuple(work_row(connection, self.library, row, person, now=now) for row in shown)
        more = len(found) > limit
        return ListPage(rows, cursors.cursor(name, keyset.place_of(name, shown[-1])) if more else "")

    def notices(self, person: Principal, *, after: str = "", limit: int) -> NoticePage:
        """Up to ``limit`` (1 to 200) of the person's notices after a cursor, newest first.

        Raises Refused: bad_limit, bad_cursor.
        """
        _check(limit)
        place = cursors.place(NOTICES, after)
        since = (place.at, place.id) if place and place.at else None
        with reading(self.engine) as connection:
            found = notices.after(connection, person.id, since, most=limit + 1, only=person.only)
        rows = tuple(found[:limit])
        last = cursors.cursor(NOTICES, Place(rows[-1].created_at, rows[-1].id)) if len(found) > limit else ""
        return NoticePage(rows, last)


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise Refused(Refusal("bad_limit", f"Ask for 1 to {MOST} rows at once.", "limit"))


def _asked(person: Principal, name: str, *, now: datetime) -> dict[str, Any]:
    """All that the statements of lists can ask; each takes what it names."""
    if name == OVERDUE:
        managed = sorted(person.organisations_as(Role.MANAGER))
        return {"me": person.id, "names": list(names_of(person)), "orgs": managed, "now": now}
    hers = desks.to_do(person) if name == "mine" else desks.every(person)
    return {**asking(person, hers), "email": person.email}
