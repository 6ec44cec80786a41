"""The rule of a continuing use that is looked at again."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case, apply
from workflows.core.definition import Definition
from workflows.core.following import to_review
from workflows.core.followups import FollowUpKind, done, waiting
from workflows.core.limits import needed, text_fault
from workflows.core.refusals import Refusal, Refused
from workflows.core.routing import Events, refuse_all
from workflows.core.uses import UseOutcome

MOST_YEARS = 5
"""How far ahead, in years, the next review may be."""


def review_use(case: Case, command: c.ReviewUse, definition: Definition) -> Events:
    """Ends the task that asked for it and, unless the use ends, opens the next."""
    tasks = waiting(case, FollowUpKind.REVIEW_USE)
    if not tasks:
        raise Refused(Refusal("no_review", "No continuing use of this request waits for a review."))
    refuse_all(_faults(command))
    ends = command.outcome is UseOutcome.END
    at, by = command.at, command.actor.person_id
    happened: Events = [
        e.UseReviewed(
            at=at, by=by, outcome=command.outcome, why=command.why,
            change=command.change if command.outcome is UseOutcome.CHANGE else "",
            review_by=None if ends else command.review_by, by_name=command.actor.name, position=command.actor.position,
        ),
        *(done(task.number, note=command.why, at=at, by=by) for task in tasks),
    ]  # fmt: skip
    after = case
    for event in happened:
        after = apply(after, event)
    return [*happened, *to_review(after, definition, due=None if ends else command.review_by, at=at, by=by)]


def _faults(command: c.ReviewUse) -> Iterator[Refusal]:
    yield from needed(command.why, field="why", say="Say why, in a sentence.")
    if command.outcome is UseOutcome.CHANGE:
        yield from needed(command.change, field="change", say="Say what is different from now on.")
    elif fault := text_fault(command.change, field="change"):
        yield fault
    if command.outcome is UseOutcome.END:
        return
    day = command.review_by
    if day is None:
        yield Refusal("review_missing", "This sharing continues: give the date of its next review.", "review_by")
    elif day <= command.at.date():
        yield Refusal("review_past", "The review date must be in the future.", "review_by")
    elif day.year - command.at.year > MOST_YEARS:
        yield Refusal("review_far", f"The review date must be within {MOST_YEARS} years.", "review_by")
