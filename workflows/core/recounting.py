"""When the days of a calendar change, open requests count by the new ones; what has ended never moves.

A request is pinned to one version of a calendar. Putting another in force gives each open request one command of the
clock, so that the record says by which days it counted before and since, and what that did to its due date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.core.commands import RecountClock
from workflows.core.definition import Definition
from workflows.core.happening import Event
from workflows.core.refusals import NO_LONGER_DUE, Refusal, Refused

if TYPE_CHECKING:
    from workflows.core.case import Case

VERSION_MARK = "@"
"""What stands between the name of a calendar and its version: "scotland@2". Without one: the days of the product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRecounted(Event):
    """The request counts by another version of its calendar from now on; instants are aware UTC."""

    calendar: str
    before: str
    due_before: datetime | None
    due_after: datetime | None

    @property
    def moved(self) -> bool:
        """Whether the due date is another one now."""
        return self.due_before != self.due_after


def base_of(calendar: str) -> str:
    """The name of a calendar without its version."""
    return calendar.partition(VERSION_MARK)[0]


def recount(case: Case, command: RecountClock, definition: Definition) -> list[Event]:
    """Once for each version, never on a request that has ended, never from one nation's days to another's."""
    if case.closed or case.calendar == command.rung or base_of(case.calendar) != base_of(command.rung):
        raise Refused(Refusal(NO_LONGER_DUE, "There is nothing to count again."))
    return [
        ClockRecounted(
            at=command.at, by=command.actor.person_id, calendar=command.rung, before=case.calendar,
            due_before=command.due_before, due_after=command.due_after,
        )
    ]  # fmt: skip


def recounted(case: Case, event: ClockRecounted) -> Case:
    """The open clocks count by the new days; those that have stopped keep theirs. Rungs that were climbed stay so."""
    clock, held = (replace(each, calendar=event.calendar) if each else None for each in (case.clock, case.held))
    return replace(case, calendar=event.calendar, clock=clock, held=held)
