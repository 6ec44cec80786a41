"""The cases of the demo: requests of the data, each played to a place at times that make its clock worth a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.core.clocks import Clock, TimeLeft, TimeState, time_left
from workflows.core.commands import CLOCK, RUNG_COMMANDS, Ask
from workflows.core.definition import ClockRule
from workflows.core.due import due
from workflows.core.refusals import NO_LONGER_DUE, Refused
from workflows.core.request import Purpose
from workflows.service.demo_checks import check_after
from workflows.service.execute import execute
from workflows.service.library import Library
from workflows.service.scenario import GAP, Beat, Cast, Scenario, command_id, moved, perform, scenarios, script
from workflows.service.sweeping import command_id as rung_id
from workflows.service.unit_of_work import Engine, reading
from workflows.store import cases, events
from workflows.store.due_items import Claimed

LONDON = ZoneInfo("Europe/London")
OFFICE_HOURS = range(9, 17)
LATE_ENOUGH = 5.0
"""Hours after its due instant at which an overdue case of the demo has been passed up already."""
HOUR = timedelta(hours=1)
LOOK_BACK = 24 * 21


@dataclass(frozen=True, slots=True)
class Placed:
    """A case of the demo: which request of the data, played up to which act (None: to the end).

    ``state`` is what its clock should show; ``copy`` tells several playings of one request apart; ``ago`` is
    how many working days ago a case that has ended did so; ``saves`` stops a draft after so many tasks.
    ``checked``: the act after which somebody writes down what CP-IS answered.
    """

    key: str
    upto: str | None = None
    state: TimeState = TimeState.ON_TIME
    copy: int = 1
    ago: int = 0
    question: str = ""
    saves: int = 0
    checked: str = ""


PLACED = (
    Placed("S1", ago=6),
    Placed("S4", ago=3, checked="reopen"),
    Placed("S12", ago=1),
    Placed("S2", "adjudication", checked="consent_check"),
    Placed("S7", "release"),
    Placed("S9", "ig_advice", TimeState.DUE_SOON),
    Placed("S11", "ig_advice"),
    Placed("S4", "adjudication", TimeState.OVERDUE, copy=2),
    Placed("S2", "consent_check", TimeState.DUE_SOON, copy=2),
    Placed("S7", "ig_advice", copy=2, question="Which school has she attended since September?"),
    Placed("S2", "submit", copy=3, saves=3),
    Placed("S3", "retrospective_review"),
    Placed("S3", ago=4, copy=2),
)
"""What the demo begins with. The board then shows time in hand, time running out and time overrun."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo's cases are played. ``now`` is the product's time."""

    engine: Engine
    library: Library
    cast: Cast
    now: datetime

    def put(self, placed: Placed) -> bool:
        """Play one case to its place; False when that has been done before. Raises Refused, Busy, Unavailable."""
        beats = self._beats(placed)
        with reading(self.engine) as connection:
            if events.result_of(connection, beats[-1].command.id) is not None:
                return False
        perform(beats, lambda command: execute(self.engine, self.library, command))
        self._let_time_pass(beats[0].command.case_id)
        return True

    def _beats(self, placed: Placed) -> list[Beat]:
        weeks = (self.now - scenarios()[placed.key].submitted) // timedelta(weeks=1)
        story, tag = moved(placed.key, days=7 * weeks), f"demo/{placed.copy}"
        acts = [beat.act for beat in script(story, self.cast, tag=tag)]
        last = acts.index(placed.upto) if placed.upto else len(acts)
        arrived = self._arrived(placed, story)
        after_sending = max(last - acts.index("submit") - 1, 0)
        beats = list(script(story, self.cast, tag=tag, submitted=arrived - GAP * after_sending)[:last])
        if placed.saves:
            del beats[placed.saves + 1 :]
        if placed.checked:
            place = acts.index(placed.checked)
            beats.insert(place + 1, check_after(beats[place], placed.key, self.cast, tag=tag))
        if placed.question:
            asker = next(step.actor for step in story.steps if step.stage == placed.upto)
            ask = Ask(
                id=command_id(tag, placed.key, len(acts)), actor=self.cast.actor(asker), at=arrived + HOUR,
                case_id=beats[0].command.case_id, question=placed.question,
            )  # fmt: skip
            beats.append(Beat("ask", ask))
        return beats

    def _arrived(self, placed: Placed, story: Scenario) -> datetime:
        """The instant at which the case comes to its place."""
        calendar = self.library.calendar(self.cast.organisations[story.holder].calendar)
        if placed.upto is None:
            day = calendar.add_working_days(self.now.astimezone(LONDON).date(), -placed.ago)
            return datetime.combine(day, time(16, 45), LONDON)
        rule = self._rule(placed.upto, story)
        if rule is None:
            return self.now - HOUR
        times: list[tuple[datetime, TimeLeft]] = []
        for at in self._office_times(story):
            clock = Clock(1, placed.upto, at, rule.length, calendar.id, rule.due_time)
            times.append((at, time_left(clock, calendar, now=self.now)))
        fit = [(at, left) for at, left in times if _fits(left, placed.state)]
        # Some evenings no start makes a clock due soon: then the case is simply a fresh one.
        return (fit or times)[0][0]

    def _rule(self, stage: str, story: Scenario) -> ClockRule | None:
        with reading(self.engine) as connection:
            definition = self.library.latest(connection, story.workflow)
        known = definition.stages.get(stage)
        return known.clocks.get(story.part(Purpose).urgency) if known else None

    def _office_times(self, story: Scenario) -> Iterator[datetime]:
        """Instants of office hours on working days, an hour apart, the latest first; not the last two hours."""
        calendar = self.library.calendar(self.cast.organisations[story.holder].calendar)
        for back in range(2, LOOK_BACK):
            at = (self.now - back * HOUR).astimezone(LONDON).replace(second=0, microsecond=0)
            if at.hour in OFFICE_HOURS and calendar.is_working_day(at.date()):
                yield at

    def _let_time_pass(self, case_id: str) -> None:
        """Reach every rung of the ladder that time has come to, each at its own instant, as the sweep would have."""
        with reading(self.engine) as connection:
            case = cases.read(connection, case_id)
            assert case is not None
            definition = self.library.definition(connection, case.definition)
        for item in due(case, definition, self.library.calendar(case.calendar)):
            if item.at > self.now:
                return
            claimed = Claimed(case_id, item.clock, item.rung, item.command, item.at)
            command = RUNG_COMMANDS[item.command](
                id=rung_id(claimed), actor=CLOCK, at=item.at, case_id=case_id, rung=item.rung, clock=item.clock
            )
            try:
                execute(self.engine, self.library, command)
            except Refused as refused:
                # A worker that is up already has swept it: it happened, if a little later than in the story.
                if refused.code != NO_LONGER_DUE:
                    raise


def _fits(left: TimeLeft, wanted: TimeState) -> bool:
    return left.state is wanted and (wanted is not TimeState.OVERDUE or left.hours < -LATE_ENOUGH)
