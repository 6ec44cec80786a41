"""More time for a stage, before it is given: what the workflow allows, and what the due date would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.beyond import known_due, too_far
from workflows.core.calendars import CalendarHorizon
from workflows.core.case import Case
from workflows.core.clocks import Clock, Extension, due_at, length_words, unit_words
from workflows.core.commands import Extend
from workflows.core.definition import Definition
from workflows.core.extending import NO_EXTENSION, faults, rule_of, used, with_more
from workflows.core.permissions import Principal, may_know
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.service.library import Library
from workflows.service.unit_of_work import Engine, reading
from workflows.store import cases


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What the form for more time says: the unit, what is allowed in all, what is left of that, and the due date."""

    unit: str
    allowed: str
    left: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The due date as it is and as it would be. ``late`` is True where that has passed as well."""

    before: datetime
    after: datetime
    late: bool


class Extensions:
    """Questions about extending the time of a stage. The command itself goes through the door, as all do."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library

    def allowed(self, person: Principal, case_id: str) -> MoreTime:
        """What may be given. Raises Refused where the clock is not there or its time is never extended."""
        case, definition, clock = self._clock(person, case_id)
        rule = rule_of(case, definition)
        if rule is None:
            raise Refused(Refusal(NO_EXTENSION, "The workflow does not let anybody extend the time here."))
        due = known_due(clock, self.library.calendar(case.calendar))
        return MoreTime(unit_words(rule.most.unit), length_words(rule.most), rule.most.amount - used(case), due)

    def faults(self, person: Principal, command: Extend) -> tuple[Refusal, ...]:
        """What the rules will say against this extension: told before it is read back."""
        case, definition, _ = self._clock(person, command.case_id)
        return tuple(faults(case, command, definition))

    def moved(self, person: Principal, command: Extend) -> Moved:
        """How the due date would move. Raises Refused."""
        case, _, clock = self._clock(person, command.case_id)
        calendar = self.library.calendar(case.calendar)
        try:
            before = due_at(clock, calendar)
            after = due_at(with_more(clock, Extension(command.at, person.id, command.amount, "")), calendar)
        except CalendarHorizon as far:
            raise too_far(far) from None
        if before is None or after is None:
            raise Refused(Refusal("no_clock", "The clock stands still, so its time is not extended now."))
        return Moved(before, after, late=after <= command.at)

    def _clock(self, person: Principal, case_id: str) -> tuple[Case, Definition, Clock]:
        with reading(self.engine) as connection:
            case = cases.read(connection, case_id)
            if case is None:
                raise not_found()
            definition = self.library.definition(connection, case.definition)
        if not may_know(case, person, definition):
            raise not_found()
        if case.clock is None:
            raise Refused(Refusal("no_clock", "No clock is running here, so there is no time to extend."))
        return case, definition, case.clock
