"""What has happened to an organisation's requests, for another system that catches up: page by page, without a gap.

The same events as those of webhooks, whether or not anybody receives them. A reader keeps the id of the last event that
it has read, and continues after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from workflows.core.announcing import KEPT, MOST
from workflows.core.refusals import Refusal, Refused
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import announcements as store
from workflows.store.announcements import Told as Told

CURSOR_UNKNOWN, CURSOR_EXPIRED = "cursor_unknown", "cursor_expired"
START_AGAIN = "Read again from the beginning, without a cursor, and look at your open requests for what is missing."
BATCH = 2_000
"""Events that get their place in one transaction."""
ID_VERSION = 7


@dataclass(frozen=True, slots=True)
class Page:
    """Events in their order. ``next_cursor`` is where to continue, also when there is nothing more by now."""

    events: tuple[Told, ...]
    next_cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Announcements:
    """What has happened. ``keep`` is how long it can be read. Safe to share between threads."""

    engine: Engine
    keep: timedelta = KEPT

    def after(self, organisation_id: str, cursor: str = "", most: int = 100) -> Page:
        """What comes after a cursor, the id of an event; empty: from the first that is kept. At most ``MOST`` of it.

        Whether somebody may read it, ``core.announcing.may_read`` says. Raises Refused: cursor_expired when events
        after it are no longer kept, cursor_unknown for what is not an event of this organisation.
        """
        most = min(max(most, 1), MOST)
        event_id = _checked(cursor)
        place(self.engine)
        with reading(self.engine) as connection:
            found = store.after(connection, organisation_id, event_id, most=most + 1)
            if found is None:
                raise _expired() if store.is_older(connection, organisation_id, event_id) else _unknown()
        events = found[:most]
        return Page(events, events[-1].id if events else event_id, len(found) > most)

    def tidy(self) -> int:
        """Forget what is older than it is kept; how many events."""
        place(self.engine)
        with transaction(self.engine) as connection:
            return store.tidy(connection, keep=self.keep)


def place(engine: Engine) -> None:
    """Give everything that has happened its place in the order. Whatever commits later comes after it."""
    with reading(engine) as connection:
        waits = store.unplaced(connection)
    while waits:
        with transaction(engine) as connection:
            waits = store.place(connection, most=BATCH) == BATCH


def _checked(cursor: str) -> str:
    """The id that a cursor is. Raises Refused for what can be none."""
    if not cursor:
        return ""
    try:
        known = UUID(cursor)
    except ValueError:
        raise _unknown() from None
    if known.version != ID_VERSION:
        raise _unknown()
    return str(known)


def _unknown() -> Refused:
    say = f"This is no event of this organisation, or a backup without it was restored. {START_AGAIN}"
    return Refused(Refusal(CURSOR_UNKNOWN, say, "after"))


def _expired() -> Refused:
    return Refused(Refusal(CURSOR_EXPIRED, f"What came after this event is no longer kept. {START_AGAIN}", "after"))
