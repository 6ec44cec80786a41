"""The sweep: what has fallen due becomes ordinary commands of the clock, through the same door as people's.

The rows of due items are an index of the cases, nothing more: a sweep that is lost, doubled or days late
does no harm, because the door works out again, under the case's lock, whether a rung is due and unreached.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from workflows.core.beyond import CALENDAR_HORIZON
from workflows.core.commands import CLOCK, RUNG_COMMANDS, Rung
from workflows.core.due import known_due_items
from workflows.core.refusals import Refused
from workflows.service.execute import execute
from workflows.service.library import Library
from workflows.service.moving import move_on
from workflows.service.rechecking import recheck
from workflows.service.recounting import recount
from workflows.service.standing_notices import tell_stand_ins
from workflows.service.unit_of_work import Busy, Engine, Unavailable, Way, held, transaction
from workflows.store import cases, clock, due_items
from workflows.store.due_items import Claimed

LEASE = timedelta(seconds=30)
"""How long a claimed item is left alone: after a killed worker it is taken up again this much later."""

BUDGET = 20.0
"""Seconds after which a sweep claims nothing more; the next one goes on from there."""

_COMMAND_IDS = UUID("6f1b3c1e-5a0b-5f58-9a0e-0c5c2f1d7a11")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: rungs carried out, rows that were no longer due, rungs to be tried again."""

    done: int = 0
    dropped: int = 0
    failed: int = 0


def sweep(engine: Engine, library: Library, *, most: int = 100, seconds: float = BUDGET) -> Swept:
    """Carry out everything that is due now, oldest first, ``most`` items claimed at a time.

    Stops when nothing is left or after ``seconds``. Sweeps may run side by side, twice, or days late.
    Raises Unavailable when the database cannot be reached; what was done until then stays done.
    """
    library.bind(engine)
    until = time.monotonic() + seconds
    done = dropped = failed = 0
    while time.monotonic() < until:
        with held(engine) as line:
            with transaction(line) as connection:
                now = clock.now(connection)
                claimed = due_items.claim(connection, now=now, most=most, lease=LEASE)
            for item in claimed:
                try:
                    if _carry_out(line, library, item, now=now):
                        done += 1
                    else:
                        dropped += 1
                except Unavailable:
                    raise
                except Exception as fault:  # noqa: BLE001  one case that cannot be served must not stop the others
                    failed += 1
                    _note(line, item, fault)
        if len(claimed) < most:
            tell_stand_ins(engine, library, now=now, most=most)
            for also in (recheck, recount, move_on):
                more = also(engine, library, now=now, most=most, until=until)
                done, dropped, failed = done + more[0], dropped + more[1], failed + more[2]
            return Swept(done, dropped, failed)
    return Swept(done, dropped, failed)


def command_id(item: Claimed) -> str:
    """The id of the command for this rung of this clock version: always the same, so that it cannot happen twice."""
    version = f"/{item.version}" if item.version else ""
    return str(uuid5(_COMMAND_IDS, f"{item.case_id}/{item.clock}/{item.rung}{version}"))


def command_of(item: Claimed, *, now: datetime) -> Rung:
    """The ordinary command of the clock that a due item stands for."""
    return RUNG_COMMANDS[item.command](
        id=command_id(item), actor=CLOCK, at=now, case_id=item.case_id, rung=item.rung, clock=item.clock,
        version=item.version,
    )  # fmt: skip


def _carry_out(engine: Way, library: Library, item: Claimed, *, now: datetime) -> bool:
    try:
        execute(engine, library, command_of(item, now=now))
    except Refused as refused:
        if refused.code == CALENDAR_HORIZON:
            # It is due: it is tried again until the days that it needs are known.
            raise
        _index_again(engine, library, item)
        return False
    return True


def _index_again(engine: Way, library: Library, item: Claimed) -> None:
    """Write the case's due rows anew from the case itself.

    Never simply delete the refused row: while it was claimed the case may have been paused and resumed,
    and the same rung may stand there again for a later day.
    """
    with transaction(engine) as connection:
        locked = cases.lock(connection, item.case_id, person_id="")
        if locked is None:
            due_items.drop(connection, item)
            return
        case = locked.case
        definition = library.definition(connection, case.definition)
        due_items.replace(connection, case.id, known_due_items(case, definition, library.calendar(case.calendar)))


def _note(engine: Way, item: Claimed, fault: Exception) -> None:
    """Leave on the row why it failed: the kind of fault only, for its words could name people."""
    reason = "busy" if isinstance(fault, Busy) else type(fault).__name__
    log.warning("due work failed and will be tried again: case %s, rung %s: %s", item.case_id, item.rung, reason)
    with transaction(engine) as connection:
        due_items.failed(connection, item, reason)
