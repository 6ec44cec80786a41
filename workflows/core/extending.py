"""Extending: more time for a stage, given by a person whom the workflow lets do so, up to its cap and with a reason.

The ledger of the clock keeps each extension; the due date is worked out from them and never edited. An extension
puts the clock into a further version: rungs that have not fallen yet move with the due instant. Reminders that
were sent stay sent. What was said of a lateness that is over now is said again should it come once more, or the
second lateness would be one that nobody knows of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from workflows.core.calendars import Length
from workflows.core.clocks import Clock, Extension, length_words
from workflows.core.commanding import Command
from workflows.core.definition import CommandType, Definition, ExtensionRule
from workflows.core.happening import Event
from workflows.core.limits import needed
from workflows.core.refusals import Refusal, Refused

if TYPE_CHECKING:
    from workflows.core.case import Case

NO_EXTENSION, EXTENSION_USED = "no_extension", "extension_used"
"""Codes of the refusals that say why a clock is not extended, by anybody."""
OVERDUE_MARK = "overdue"
"""The key of the rung that marks a clock overdue; every ladder has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Command):
    """Give the stage more time: ``amount`` in the unit of its clock.

    ``again`` are the rungs that fall once more, which the door fills in: it knows the calendar.
    """

    type: ClassVar[CommandType] = CommandType.EXTEND
    amount: int
    reason: str
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExtended(Event):
    """A stage was given ``more`` time, in the unit of its clock, by a person of the holder."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason", "by_name"})
    clock: int
    more: Length
    reason: str
    by_name: str = ""
    again: tuple[str, ...] = ()


def rule_of(case: Case, definition: Definition) -> ExtensionRule | None:
    """What the workflow says about extending the time of the stage that the case is in; None: never."""
    clock = definition.stage(case.stage).clocks.get(case.urgency)
    return clock.extension if clock else None


def used(case: Case) -> int:
    """By how much the running clock has been extended so far, in its unit."""
    return sum(each.amount for each in case.clock.extensions) if case.clock else 0


def closed(case: Case, definition: Definition) -> Refusal | None:
    """Why nobody can extend the time of this stage now; None when somebody can."""
    rule, title = rule_of(case, definition), definition.stage(case.stage).title
    if rule is None:
        say = f"The time for “{title}” cannot be extended where a request is {case.urgency}: the workflow allows none."
        return Refusal(NO_EXTENSION, say)
    if used(case) >= rule.most.amount:
        say = f"The time for “{title}” has been extended by all of the {length_words(rule.most)} that are allowed."
        return Refusal(EXTENSION_USED, say)
    return None


def faults(case: Case, command: Extend, definition: Definition) -> Iterator[Refusal]:
    """What is wrong with an extension: no reason, no amount, or more than the workflow allows in all."""
    if (refusal := closed(case, definition)) is not None:
        yield refusal
        return
    rule = rule_of(case, definition)
    assert rule is not None
    left = replace(rule.most, amount=rule.most.amount - used(case))
    if command.amount < 1:
        yield Refusal("amount_missing", f"Write a whole number from 1 to {left.amount}.", "amount")
    elif command.amount > left.amount:
        say = f"The time here can be extended by {length_words(rule.most)} in all"
        spent = f", and {_used_words(replace(rule.most, amount=used(case)))} used" if used(case) else ""
        yield Refusal("over_cap", f"{say}{spent}. Write {left.amount} or less.", "amount")
    yield from needed(command.reason, field="reason", say="Say why more time is needed. The requester reads it.")


def _used_words(length: Length) -> str:
    return f"{length_words(length)} {'is' if length.amount == 1 else 'are'}"


def extend(case: Case, command: Extend, definition: Definition) -> list[Event]:
    """The rule of Extend."""
    if found := tuple(faults(case, command, definition)):
        raise Refused(found)
    if case.clock is None:
        raise Refused(Refusal("no_clock", "No clock is running here, so there is no time to extend."))
    return [
        ClockExtended(
            at=command.at, by=command.actor.person_id, clock=case.clock.number,
            more=replace(case.clock.length, amount=command.amount), reason=command.reason,
            by_name=command.actor.name, again=command.again,
        )
    ]  # fmt: skip


def with_more(clock: Clock, more: Extension) -> Clock:
    """The clock with one more extension."""
    fired = tuple(key for key in clock.fired if key not in more.again)
    return replace(clock, extensions=(*clock.extensions, more), fired=fired)


def extended(case: Case, event: ClockExtended) -> Case:
    """The fold of an extension."""
    if case.clock is None or case.clock.number != event.clock:
        return case
    more = Extension(event.at, event.by, event.more.amount, event.reason, event.by_name, event.again)
    clock = with_more(case.clock, more)
    return replace(case, clock=clock, overdue=OVERDUE_MARK in clock.fired)


def forgotten(case: Case) -> Case:
    """The case without what was written about extensions: its details are erased."""

    def bare(clock: Clock) -> Clock:
        return replace(clock, extensions=tuple(replace(each, reason="", by_name="") for each in clock.extensions))

    return replace(
        case,
        clock=bare(case.clock) if case.clock else None,
        held=bare(case.held) if case.held else None,
        past_clocks=tuple(bare(clock) for clock in case.past_clocks),
    )
