"""The steps of a case's ladder: which have fallen, when, and which are still to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, Rung, RungAction
from workflows.core.due import known_due_items
from workflows.service.library import Library
from workflows.store.pages import Line


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens, when, and whether it has happened."""

    words: str
    at: datetime
    done: bool = False


def steps(case: Case, definition: Definition, library: Library, lines: Iterable[Line]) -> tuple[Step, ...]:
    """The steps of the clock that runs, in order. None where nobody is waited for."""
    clock = case.clock
    if clock is None or case.closed:
        return ()
    known = list(lines)
    rungs = {rung.key: rung for rung in definition.stage(case.stage).ladder}
    fallen = [
        Step(_fallen(line.event, unheard=_unheard(after)), line.event.at, done=True)
        for line, after in zip_longest(known, known[1:])
        if isinstance(line.event, e.Reminded | e.BecameOverdue | e.Escalated) and line.event.clock == clock.number
    ]
    to_come = [
        Step(_to_come(rungs[item.rung]), item.at)
        for item in known_due_items(case, definition, library.calendar(clock.calendar))
        if item.clock == clock.number and item.rung in rungs
    ]
    return (*fallen, *to_come)


def _unheard(after: Line | None) -> bool:
    """Whether what follows an event on record is that nobody could be told of it."""
    return after is not None and isinstance(after.event, e.NobodyTold)


def _fallen(event: e.Reminded | e.BecameOverdue | e.Escalated, *, unheard: bool) -> str:
    match event:
        case e.Escalated() if unheard:
            return f"nobody could be told, where {event.told} should have been"
        case e.Reminded() if unheard:
            return "nobody could be reminded"
        case e.Reminded():
            return "whoever has it was reminded"
        case e.BecameOverdue():
            return "the time was out"
        case e.Escalated():
            return f"{event.told} was told"


def _to_come(rung: Rung) -> str:
    match rung.action:
        case RungAction.REMIND:
            return "whoever has it is reminded"
        case RungAction.OVERDUE:
            return "the time is out"
        case RungAction.GIVE_BACK:
            return "the question goes back unanswered"
        case RungAction.ESCALATE:
            return f"{rung.tell_title} is told"
