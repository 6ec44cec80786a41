"""What other systems are told of, as webhooks: the kinds of event, and which organisation is told of which.

A message names a request by its reference, and its stage; never a person, and no word that anybody wrote. It goes to
the two organisations that take part in the request, about what both of them can see on its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, Side


class HookEvent(StrEnum):
    """A kind of message that an organisation can ask for."""

    SUBMITTED = "case.submitted"
    MOVED = "case.moved"
    QUESTION_ASKED = "case.question_asked"
    QUESTION_ANSWERED = "case.question_answered"
    DUE_CHANGED = "case.due_changed"
    OVERDUE = "case.overdue"
    ESCALATED = "case.escalated"
    DECIDED = "case.decided"
    RELEASED = "case.released"
    CLOSED = "case.closed"


TEST = "webhook.test"
"""The message that an administrator sends to try a receiver."""


@dataclass(frozen=True, slots=True)
class Call:
    """One message for one organisation: what happened, and the stage that the request is at now."""

    kind: HookEvent
    organisation: str
    stage: str


def calls(before: Case | None, happened: Sequence[e.Event], after: Case, definition: Definition) -> list[Call]:
    """Every message that these events call for, in order, each once."""
    if after.submitted_at is None or definition.silo:
        return []
    both = tuple(dict.fromkeys((after.holder_org, after.requester_org)))
    found: list[Call] = []
    for kind in _kinds(before, happened, after):
        places = both
        if kind is HookEvent.ESCALATED:
            asked = definition.stage(after.stage).side is Side.REQUESTER
            places = (after.requester_org if asked else after.holder_org,)
        found += [Call(kind, place, after.stage) for place in places]
    return list(dict.fromkeys(found))


def _kinds(before: Case | None, happened: Sequence[e.Event], after: Case) -> Iterator[HookEvent]:
    if before is None or before.submitted_at is None:
        yield HookEvent.SUBMITTED
    for event in happened:
        match event:
            case e.Asked():
                yield HookEvent.QUESTION_ASKED
            case e.Answered():
                yield HookEvent.QUESTION_ANSWERED
            case e.ClockExtended() | e.ClockRecounted(moved=True):
                yield HookEvent.DUE_CHANGED
            case e.BecameOverdue():
                yield HookEvent.OVERDUE
            case e.Escalated():
                yield HookEvent.ESCALATED
            case e.Decided():
                yield HookEvent.DECIDED
            case e.Released():
                yield HookEvent.RELEASED
    if after.closed:
        if before is None or not before.closed:
            yield HookEvent.CLOSED
    elif before is not None and before.submitted_at is not None and before.stage != after.stage:
        yield HookEvent.MOVED
