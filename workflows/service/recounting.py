"""After other days came into force: every open request on that calendar is counted again, through the door, once.

The sweep does it, a few at a time. Lost, doubled or late it does no harm: the rule itself does it once for each
version, and what is noted at the end only saves looking again.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from workflows.core.commands import CLOCK, RecountClock
from workflows.core.followups import NO_CLOCK
from workflows.core.recounting import base_of
from workflows.core.refusals import Refused
from workflows.definitions.calendars import FOI, NATIONS
from workflows.service.calendar_versions import full_name
from workflows.service.execute import execute
from workflows.service.library import Library
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Engine, Unavailable, reading, transaction
from workflows.store import calendars, rechecks, streams
from workflows.store.calendars import Current
from workflows.store.mapping import instant_text

LATE = timedelta(minutes=10)
"""A request that was being started while a set came into force may be stored a little later than that."""
_COMMAND_IDS = UUID("b7de9a2e-6c0f-5a33-8f61-4f3f5a0c9d17")
log = logging.getLogger(__name__)


def recount(engine: Engine, library: Library, *, now: datetime, most: int, until: float) -> tuple[int, int, int]:
    """Count open requests by the days that are in force; how many were done, dropped, and failed.

    A set for which nothing is left to count is noted on the house's record and not looked at again.
    """
    counts = [0, 0, 0]
    with reading(engine) as connection:
        current = calendars.in_force(connection, at=now)
        if not current:
            return 0, 0, 0
        known = rechecks.seen_to(connection, stream=streams.stream_id(HOUSE), kind=HouseEvent.CALENDAR_COUNTED.value)
    for each in current:
        if (str(each.number), instant_text(each.since)) in known:
            continue
        found = _count_all(engine, library, each, current, counts, now=now, most=most, until=until)
        if not found and now >= each.since + LATE:
            _note(engine, each, now=now)
    return counts[0], counts[1], counts[2]


def bases_of(calendar: str) -> tuple[str, ...]:
    """The calendars that a set of a nation ("": closures of an organisation) has a part in."""
    return (calendar, FOI) if calendar else tuple(NATIONS)


def _count_all(
    engine: Engine, library: Library, version: Current, current: list[Current], counts: list[int], *,
    now: datetime, most: int, until: float,
) -> bool:  # fmt: skip
    """Count every request that there is to count; whether there was any, or time ran out."""
    after, any_found = str(UUID(int=0)), False
    while time.monotonic() < until:
        with reading(engine) as connection:
            page = calendars.open_cases(
                connection, bases=bases_of(version.calendar), organisation=version.organisation_id, after=after,
                most=most,
            )  # fmt: skip
        for case_id, calendar, holder in page:
            wanted = full_name(current, base_of(calendar), organisation=holder)
            if wanted == calendar:
                continue
            any_found = True
            key = str(uuid5(_COMMAND_IDS, f"{case_id}/{calendar}/{wanted}"))
            command = RecountClock(id=key, actor=CLOCK, at=now, case_id=case_id, rung=wanted, clock=NO_CLOCK)
            counts[_count(engine, library, command)] += 1
        if len(page) < most:
            return any_found
        after = page[-1][0]
    return True


def _count(engine: Engine, library: Library, command: RecountClock) -> int:
    """Carry out one command: 0 when it was done, 1 when it was no longer due, 2 when it is to be tried again."""
    try:
        execute(engine, library, command)
    except Refused:
        return 1
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001  one case that cannot be served must not stop the others
        log.warning("a clock could not be counted again: case %s: %s", command.case_id, type(fault).__name__)
        return 2
    return 0


def _note(engine: Engine, version: Current, *, now: datetime) -> None:
    facts = {"name": str(version.number), "since": instant_text(version.since)}
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        known = rechecks.seen_to(connection, stream=streams.stream_id(HOUSE), kind=HouseEvent.CALENDAR_COUNTED.value)
        if (facts["name"], facts["since"]) not in known:
            record_house(
                connection, kind=HouseEvent.CALENDAR_COUNTED, facts=facts, texts={}, command_id=str(uuid4()), by="",
                at=now,
            )  # fmt: skip
