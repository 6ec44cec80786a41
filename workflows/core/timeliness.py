"""Timeliness: what is measured of every clock that stops and of every request that closes, and in which words.

The rules are here to be read; the words of the definitions stand on the page. A figure is made when a clock stops,
of the due instant as it was then, which the sealed event keeps: whatever is redefined later, it does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Case, Outcome, apply
from workflows.core.clocks import DEFAULT_DUE_TIME, Clock, due_at
from workflows.core.definition import Definition, DefinitionRef, Side, StageKind, Urgency
from workflows.core.events import Event, Withdrawn
from workflows.core.happening import ClockEnd
from workflows.core.rounds import Why
from workflows.core.spans import ONE_DAY, Span, days_with, local_day, merged
from workflows.core.unheard import WhyUnheard

WHOLE = 0
"""The number under which a whole request stands among its clocks."""


class Result(StrEnum):
    """What a finished clock counts as."""

    IN_TIME = "in_time"
    LATE = "late"
    NOT_COUNTED = "not_counted"


class Cause(StrEnum):
    """What a clock that ended late had waited for. Exactly one: the first of these that fits."""

    REQUESTER = "requester"
    NOT_TOLD = "not_told"
    AWAY = "away"
    SECOND = "second"
    ANSWER = "answer"
    EXTENDED = "extended"
    PERSON = "person"
    NOBODY = "nobody"


CAUSES: Mapping[Cause, str] = {
    Cause.REQUESTER: "Whoever asked had to answer a question, and answered late",
    Cause.NOT_TOLD: "Nobody could be told of it: nobody had the role",
    Cause.AWAY: "Whoever had it was away, and not covered: nobody who could do it stood in",
    Cause.SECOND: "One adjudicator had voted; the second was waited for",
    Cause.ANSWER: "A question was asked on the way; the time left after the answer was not enough",
    Cause.EXTENDED: "More time had been given, and was not enough or came too late",
    Cause.PERSON: "It had been given to one person by name",
    Cause.NOBODY: "It had been given to nobody by name: it waited for the role",
}
"""What a cause means. The order is that in which they are tried."""

CAUSE_TITLES: Mapping[Cause, str] = {
    Cause.REQUESTER: "Whoever asked",
    Cause.NOT_TOLD: "Nobody could be told",
    Cause.AWAY: "Away and not covered",
    Cause.SECOND: "Second adjudicator",
    Cause.ANSWER: "Question on the way",
    Cause.EXTENDED: "More time was not enough",
    Cause.PERSON: "One person",
    Cause.NOBODY: "Nobody by name",
}

DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "Stage",
        (
            "One clock of one request: it starts when the request comes to the stage and ends when it leaves it. A "
            "stage that is come to twice counts twice."
        ),
    ),
    (
        "Request",
        (
            "From being sent to being closed. One that is reopened or challenged counts once more, from then to when "
            "it closes again, and what was counted before stays."
        ),
    ),
    ("In time", "It ended at its due instant or before. A request is in time when each stage at the holder was."),
    (
        "Late",
        (
            "It ended after its due instant. A request is late when one of its stages at the holder was. "
            "That whoever asked was late does not make it so."
        ),
    ),
    (
        "Not counted",
        "It was taken back by whoever asked before it was due: nobody was late, and nobody answered in time.",
    ),
    ("In-time rate", "Those in time, of those that were in time or late."),
    (
        "Due",
        (
            "The instant that the clock showed when it stopped, with its pauses, and the holidays as they were known "
            "then. It is sealed into the record. A clock, a workflow or a calendar that is changed later does not "
            "change a figure."
        ),
    ),
    (
        "More time",
        (
            "Where a clock was extended, the later due instant counts if the time was not out yet when it was given. "
            "Given later, it does not undo that it was late."
        ),
    ),
    ("Paused", "The time in which a question was with whoever asked. It is not counted."),
    (
        "How long it took",
        (
            "From start to end without the pauses, nights and weekends included, in days of 24 hours. Working days are "
            "in the tables: those after the day of the start, up to and with the day of the end."
        ),
    ),
    ("Median", "Half took this long or less. Between two values it lies half way (linear interpolation)."),
    (
        "90th percentile",
        "Nine of ten took this long or less, one of ten took longer. It is found by linear interpolation too.",
    ),
    (
        "Period",
        (
            "A request or a stage counts in the month in which it ended, London time. What is open is not in these "
            "figures until it ends; what is open and late now is said beside them, so that no answer is no success."
        ),
    ),
    ("Not shared by default", "The time ran out before anything was shared: that is on record as a decision."),
)
"""What the words on the page of figures mean."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One finished clock of one case, or (``clock`` WHOLE) the whole way of a request until it closed.

    ``turn`` counts the times that the request has gone its way: a reopened or challenged one goes it again.
    ``ran`` and ``paused`` are whole seconds; ``extended`` is how many times more time was given. The whole has no
    due instant: whether it was late is known from its stages.
    """

    case_id: str
    turn: int
    clock: int
    stage: str
    title: str
    kind: StageKind
    side: Side
    roles: tuple[str, ...]
    urgency: Urgency
    holder_org: str
    requester_org: str
    started: datetime
    stopped: datetime
    due: datetime | None
    ran: int
    paused: int
    working_days: int
    result: Result | None = None
    late_by: int = 0
    cause: Cause | None = None
    silent: bool = False
    extended: int = 0
    outcome: Outcome | None = None


def turn_of(case: Case) -> int:
    """How many times the request has set out: once, and again each time it was reopened or challenged."""
    return 1 + sum(each.why is not Why.SENT_BACK for each in case.rounds)


def set_out(case: Case) -> datetime | None:
    """When the present turn began; None for what was never sent."""
    again = [each.at for each in case.rounds if each.why is not Why.SENT_BACK]
    return again[-1] if again else case.submitted_at


def stamped(
    before: Case | None, events: Sequence[Event], definition: Definition, calendar: WorkingCalendar
) -> list[Event]:
    """The same events, each move with the clocks that it ends as they stood then."""
    done: list[Event] = []
    case = before
    for event in events:
        after = apply(case, event)
        if event.move is not None and (ended := tuple(_ends(case, after, definition, calendar))):
            event = replace(event, move=replace(event.move, ended=ended))
        done.append(event)
        case = after
    return done


def spells(
    before: Case | None,
    events: Sequence[Event],
    definition: Definition,
    calendar: WorkingCalendar,
    *,
    earlier: Callable[[DefinitionRef], Definition] | None = None,
) -> list[Spell]:
    """Every clock that these events stop, and the request where they close it.

    An event from before ends were written down is measured by the calendar as it is now. A silo is in no figures.
    ``earlier`` gives the version that the request ran on before it came to ``definition``: for its whole history.
    """
    found: list[Spell] = []
    if definition.silo:
        return found
    case = before
    for event in events:
        after = apply(case, event)
        if case is not None and event.move is not None:
            own = earlier(case.definition) if earlier and case.definition != definition.ref else definition
            ends = {end.clock: end for end in event.move.ended or _ends(case, after, own, calendar)}
            for clock in after.past_clocks[len(case.past_clocks) :]:
                found.append(_stage(case, event, clock, ends[clock.number], own))
            if WHOLE in ends:
                found.append(_whole(case, after, event, ends[WHOLE], own))
        case = after
    return found


def _ends(case: Case | None, after: Case, definition: Definition, calendar: WorkingCalendar) -> Iterator[ClockEnd]:
    if case is None:
        return
    for clock in after.past_clocks[len(case.past_clocks) :]:
        assert clock.stopped_at is not None
        days = working_days(clock.started_at, clock.stopped_at, _pauses(clock), calendar, at=clock.due_time)
        yield ClockEnd(clock.number, due_that_counts(clock, calendar), days, case.urgency)
    start = set_out(after)
    if after.closed and not case.closed and start is not None:
        assert after.closed_at is not None
        days = working_days(start, after.closed_at, _questions(after, definition, start=start), calendar)
        yield ClockEnd(WHOLE, None, days, case.urgency)


def due_that_counts(clock: Clock, calendar: WorkingCalendar) -> datetime | None:
    """The due instant of a stopped clock, without what was given when the time was out already."""
    # By these days, also where the clock counted by earlier ones: a request is measured as it counted when it ended.
    counting = replace(clock, extensions=(), calendar=calendar.id)
    for more in clock.extensions:
        due = due_at(counting, calendar)
        if due is not None and more.at > due:
            break
        counting = replace(counting, extensions=(*counting.extensions, more))
    return due_at(counting, calendar)


def _pauses(clock: Clock) -> tuple[Span, ...]:
    """The pauses as they count: those that touch made one, open ones ended where the clock stopped."""
    assert clock.stopped_at is not None
    stop = clock.stopped_at
    return merged(((p.start, min(p.end or stop, stop)) for p in clock.pauses if p.start < stop), since=clock.started_at)


def _questions(case: Case, definition: Definition, *, start: datetime) -> tuple[Span, ...]:
    """When the requester had the move, since the request set out."""
    asked = [
        (clock.started_at, clock.stopped_at)
        for clock in case.past_clocks
        if clock.stopped_at and definition.stage(clock.stage).side is Side.REQUESTER
    ]
    return merged((span for span in asked if span[0] >= start), since=start)


def working_days(
    start: datetime, stop: datetime, pauses: Sequence[Span], calendar: WorkingCalendar, *, at: time = DEFAULT_DUE_TIME
) -> int:
    """Working days after the day of the start, up to and with the day of the end, without those of the pauses.

    Days that bank holidays are not known for are not counted: that nobody has loaded them must not keep work open.
    The pauses lie between the two instants. A day is paused when its time ``at`` lies in a pause, as for the clocks.
    """
    known = calendar.horizon
    first, last = min(local_day(start), known), min(local_day(stop), known)
    away = days_with(pauses, at=at, after=first)
    paused = sum(
        calendar.working_days_between(min(each.first - ONE_DAY, known), min(each.last, known)) for each in away
    )
    return calendar.working_days_between(first, last) - paused


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((span.end - span.start for span in spans), timedelta())


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _stage(case: Case, event: Event, clock: Clock, end: ClockEnd, definition: Definition) -> Spell:
    assert clock.stopped_at is not None
    assert end.due is not None
    stage, paused = definition.stage(clock.stage), _length(_pauses(clock))
    start, stop = clock.started_at.astimezone(UTC), clock.stopped_at.astimezone(UTC)
    late = stop > end.due
    result = Result.LATE if late else Result.NOT_COUNTED if isinstance(event, Withdrawn) else Result.IN_TIME
    silent = any(each.stage == clock.stage and clock.started_at <= each.at <= stop for each in case.silences)
    return Spell(
        case_id=case.id, turn=turn_of(case), clock=clock.number, stage=stage.name, title=stage.title, kind=stage.kind,
        side=stage.side, roles=tuple(role.value for role in stage.roles), urgency=end.urgency,
        holder_org=case.holder_org, requester_org=case.requester_org, started=start, stopped=stop,
        due=end.due, ran=_seconds(stop - start - paused), paused=_seconds(paused),
        working_days=end.working_days, result=result, late_by=_seconds(stop - end.due) if late else 0,
        cause=cause(case, clock, stage.side, due=end.due) if late else None, silent=silent,
        extended=len(clock.extensions),
    )  # fmt: skip


def cause(case: Case, clock: Clock, side: Side, *, due: datetime) -> Cause:
    """What a clock that ended late had waited for, as the case stood just before it ended."""
    if side is Side.REQUESTER:
        return Cause.REQUESTER
    missed = [each for each in case.unheard if each.work and each.clock == clock.number]
    if missed:
        return Cause.AWAY if any(each.why is WhyUnheard.AWAY for each in missed) else Cause.NOT_TOLD
    if any(clock.started_at <= vote.at <= due for vote in case.votes):
        return Cause.SECOND
    if clock.pauses:
        return Cause.ANSWER
    if clock.extensions:
        return Cause.EXTENDED
    return Cause.PERSON if case.assignee else Cause.NOBODY


def _whole(case: Case, after: Case, event: Event, end: ClockEnd, definition: Definition) -> Spell:
    start, stage = set_out(after), definition.stage(after.stage)
    assert start is not None
    start, stop = start.astimezone(UTC), event.at.astimezone(UTC)
    paused = _length(_questions(after, definition, start=start))
    return Spell(
        case_id=case.id, turn=turn_of(after), clock=WHOLE, stage=stage.name, title=stage.title, kind=stage.kind,
        side=stage.side, roles=(), urgency=end.urgency, holder_org=case.holder_org,
        requester_org=case.requester_org, started=start, stopped=stop, due=None,
        ran=_seconds(stop - start - paused), paused=_seconds(paused), working_days=end.working_days,
        outcome=after.outcome,
    )  # fmt: skip
