"""After a newer version of a policy pack came into force: every open request that keeps another is to be checked again.

The sweep does it, through the door, a few at a time. Lost, doubled or late it does no harm: the rule itself asks once.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from workflows.core.commands import CLOCK, RaiseRecheck
from workflows.core.followups import NO_CLOCK
from workflows.core.pack_versions import InForce
from workflows.core.pack_versions import in_force as versions_in_force
from workflows.core.refusals import Refused
from workflows.service.execute import execute
from workflows.service.library import Library
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Engine, Unavailable, reading, transaction
from workflows.store import packs, rechecks, streams
from workflows.store.mapping import instant_text

LATE = timedelta(minutes=10)
"""A request that was being sent while a version came into force may be stored a little later than that."""
_COMMAND_IDS = UUID("a1a0c7a4-5f64-5d3e-9b0a-3c0d6f1e2b55")
log = logging.getLogger(__name__)


def recheck(engine: Engine, library: Library, *, now: datetime, most: int, until: float) -> tuple[int, int, int]:
    """Ask for a check of each open request that keeps an older version; how many were done, dropped, and failed.

    A version for which nothing is left to ask is noted on the house's record and not looked at again.
    """
    counts = [0, 0, 0]
    for version in _to_see_to(engine, now=now):
        found = _ask_all(engine, library, version, counts, now=now, most=most, until=until)
        if not found and now >= version.since + LATE:
            _note(engine, version, now=now)
    return counts[0], counts[1], counts[2]


def _to_see_to(engine: Engine, *, now: datetime) -> list[InForce]:
    with reading(engine) as connection:
        current = versions_in_force(packs.activated(connection), at=now)
        if not current:
            return []
        known = rechecks.seen_to(connection, stream=streams.stream_id(HOUSE), kind=HouseEvent.PACK_RECHECKED.value)
    return [each for each in current if (str(each.ref), instant_text(each.since)) not in known]


def _ask_all(
    engine: Engine, library: Library, version: InForce, counts: list[int], *, now: datetime, most: int, until: float
) -> bool:
    """Ask for every request that there is to ask; whether there was any, or time ran out."""
    name, after, any_found = str(version.ref), str(UUID(int=0)), False
    while time.monotonic() < until:
        with reading(engine) as connection:
            page = rechecks.stale(connection, pack=version.ref.pack, name=name, after=after, most=most)
        for case_id in (case_id for case_id, stale in page if stale):
            any_found = True
            command = RaiseRecheck(
                id=str(uuid5(_COMMAND_IDS, f"{case_id}/{name}")), actor=CLOCK, at=now, case_id=case_id, rung=name,
                clock=NO_CLOCK,
            )  # fmt: skip
            counts[_ask(engine, library, command)] += 1
        if len(page) < most:
            return any_found
        after = page[-1][0]
    return True


def _ask(engine: Engine, library: Library, command: RaiseRecheck) -> int:
    """Carry out one command: 0 when it was done, 1 when it was no longer due, 2 when it is to be tried again."""
    try:
        execute(engine, library, command)
    except Refused:
        return 1
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001  one case that cannot be served must not stop the others
        log.warning("a check could not be asked for: case %s: %s", command.case_id, type(fault).__name__)
        return 2
    return 0


def _note(engine: Engine, version: InForce, *, now: datetime) -> None:
    facts = {"name": str(version.ref), "since": instant_text(version.since)}
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        known = rechecks.seen_to(connection, stream=streams.stream_id(HOUSE), kind=HouseEvent.PACK_RECHECKED.value)
        if (facts["name"], facts["since"]) not in known:
            record_house(
                connection,
                kind=HouseEvent.PACK_RECHECKED,
                facts=facts,
                texts={},
                command_id=str(uuid4()),
                by="",
                at=now,
            )
