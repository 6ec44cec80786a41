"""Rules about when the steps of a ladder fall, and whom they tell: in order, within the clock, nobody told twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from workflows.core.calendars import Length, Unit
from workflows.core.clocks import length_words
from workflows.core.definition import Role, RungAction, Urgency, When
from workflows.definitions.faults import Fault
from workflows.definitions.models import RungModel
from workflows.definitions.rules_stages import REQUESTER_KINDS
from workflows.definitions.subject import Subject

HOURS_IN: dict[Unit, int] = {
    Unit.HOURS: 1,
    Unit.WORKING_HOURS: 1,
    Unit.WORKING_DAYS: 24,
    Unit.CALENDAR_DAYS: 24,
    Unit.CALENDAR_MONTHS: 28 * 24,
}
"""The fewest hours of each unit: enough to tell which of two rungs is meant to be the later one."""
WORKED = {**HOURS_IN, Unit.WORKING_HOURS: 3}
"""The same for what is counted back from the due instant: eight working hours are a working day."""
UNUSED = 10_000
"""Hours of the clock by which a ladder is looked at that no stage uses yet."""
TO_WHO_HAS_IT = frozenset({RungAction.REMIND, RungAction.OVERDUE})
"""What is said to whoever has the case."""


def order(subject: Subject) -> Iterator[Fault]:
    """A ladder is written in the order in which its rungs fall, for every urgency."""
    for name, ladder in subject.model.ladders.items():
        for urgency in Urgency:
            for clock in [_worked(each) for each in _clocks(subject, name, urgency).values()] or [UNUSED]:
                before: float | None = None
                for index, rung in enumerate(ladder):
                    if urgency not in rung.when:
                        continue
                    this = _place(rung.when[urgency], clock)
                    if before is not None and this < before:
                        say = f"For {urgency}, “{rung.key}” falls before one above it. Change time or order."
                        yield subject.fault("rung-out-of-order", say, "ladders", name, index, "when", urgency.value)
                    before = this if before is None else max(before, this)


def _place(when: When, clock: int) -> float:
    """Where a rung falls from the due instant, in hours and roughly; ``clock`` is how many hours that has."""
    if when.fraction is not None:
        return (when.fraction - 1) * clock
    if when.before_due is not None:
        return -_worked(when.before_due)
    assert when.after_due is not None
    return when.after_due.amount * HOURS_IN[when.after_due.unit]


def _worked(length: Length) -> int:
    return length.amount * WORKED[length.unit]


def _clocks(subject: Subject, ladder: str, urgency: Urgency) -> dict[str, Length]:
    """The stages that use a ladder, each with the length of its clock for an urgency."""
    return {
        name: stage.clock[urgency].length
        for name, stage in subject.stages()
        if stage.ladder == ladder and urgency in stage.clock
    }


def within(subject: Subject) -> Iterator[Fault]:
    """What falls so long before the time is out falls within the clock of every stage that uses the ladder."""
    for name, ladder in subject.model.ladders.items():
        for index, rung in enumerate(ladder):
            for urgency, when in rung.when.items():
                if when.before_due is None:
                    continue
                for stage, clock in _clocks(subject, name, urgency).items():
                    if _worked(when.before_due) >= _worked(clock):
                        say = (
                            f"“{rung.key}” would fall {length_words(when.before_due)} before the time is out, but "
                            f"“{stage}” has only {length_words(clock)} for {urgency}. "
                            "Shorten it, or write a part such as 50%."
                        )
                        yield subject.fault("rung-before-start", say, "ladders", name, index, "when", urgency.value)


def twice(subject: Subject) -> Iterator[Fault]:
    """No two rungs say something to the same people at the same moment."""
    for name, ladder in subject.model.ladders.items():
        for (_, first), (index, rung) in combinations(enumerate(ladder), 2):
            if not _same_people(first, rung):
                continue
            for urgency, when in rung.when.items():
                if first.when.get(urgency) == when:
                    say = (
                        f"For {urgency}, “{first.key}” and “{rung.key}” tell the same people at the same moment. "
                        "Change the time of one, or make one rung of them."
                    )
                    yield subject.fault("rung-told-twice", say, "ladders", name, index, "when", urgency.value)


def _same_people(one: RungModel, other: RungModel) -> bool:
    if one.action is RungAction.ESCALATE and other.action is RungAction.ESCALATE:
        return not set(one.tell).isdisjoint(other.tell)
    return one.action in TO_WHO_HAS_IT and other.action in TO_WHO_HAS_IT


def unheld(subject: Subject, held: Collection[Role]) -> Iterator[Fault]:
    """Each stage and each step reaches somebody: one of its roles is held somewhere."""
    for name, stage in subject.open_stages():
        if stage.roles and set(stage.roles).isdisjoint(held) and stage.kind not in REQUESTER_KINDS:
            roles = " or ".join(f"“{role}”" for role in stage.roles)
            say = (
                f"Nobody could work on “{name}”: no organisation has anybody as {roles}. Give somebody the role first."
            )
            yield subject.fault("stage-reaches-nobody", say, "stages", name, "roles")
    for name, ladder in subject.model.ladders.items():
        for index, rung in enumerate(ladder):
            if rung.tell and set(rung.tell).isdisjoint(held):
                roles = " or ".join(f"“{role}”" for role in rung.tell)
                say = (
                    f"“{rung.key}” would reach nobody: no organisation has anybody as {roles}. "
                    "Give somebody the role first, or tell others."
                )
                yield subject.fault("rung-reaches-nobody", say, "ladders", name, index, "tell")


RULES = (order, within, twice)
