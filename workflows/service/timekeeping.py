"""The index of times, and who may know of a case: made anew from the record, case by case, while work goes on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from workflows.core.case import Case, apply
from workflows.core.permissions import known_to
from workflows.core.timeliness import spells
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, transaction
from workflows.store import cases, events
from workflows.store import spells as store

BATCH = 100


def rebuild(engine: Engine, library: Library, *, told: Callable[[int], None] = lambda done: None) -> int:
    """Work out every finished clock from the events, as the door did; how many spells there are.

    ``told`` hears how many cases are done. What was sealed into the events when a clock stopped is kept; only a
    clock that stopped before ends were written down is measured by the calendar as it is now. Raises Busy, Unavailable.
    """
    library.bind(engine)
    after, done, written = str(UUID(int=0)), 0, 0
    while True:
        with transaction(engine) as connection:
            batch = store.hold_cases(connection, after=after, most=BATCH)
            written += sum(_rebuilt(connection, library, case_id) for case_id in batch)
        if not batch:
            return written
        after, done = batch[-1], done + len(batch)
        told(done)


def _rebuilt(connection: Connection, library: Library, case_id: str) -> int:
    record = [past.event for past in events.of_stream(connection, case_id)]
    case: Case | None = None
    for event in record:
        case = apply(case, event)
    assert case is not None, "a case has events"
    definition = library.definition(connection, case.definition)
    found = spells(
        None, record, definition, library.calendar(case.calendar),
        earlier=lambda ref: library.definition(connection, ref),
    )  # fmt: skip
    store.replace(connection, case_id, found)
    cases.keep_known_to(connection, case_id, sorted(role.value for role in known_to(case, definition)))
    return len(found)
