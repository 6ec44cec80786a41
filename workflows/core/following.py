"""The rules of follow-ups: who may finish one, what finishing and reminding do, and which acts open one."""

from __future__ import annotations

from datetime import date, datetime

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.followups import FollowUpKind, find, opened, waiting
from workflows.core.limits import needed
from workflows.core.refusals import NO_LONGER_DUE, Refusal, Refused
from workflows.core.rounds import Finding
from workflows.core.routing import Events, refuse_all
from workflows.core.uses import UseState

DONE_ALREADY = Refusal("follow_up_done", "This has been done already, or there is no such thing to do.")


def finish(case: Case, command: c.FinishFollowUp, definition: Definition) -> Events:
    task = find(case, command.number)
    if task is None or not task.is_open:
        raise Refused(DONE_ALREADY)
    if task.kind is FollowUpKind.REVIEW_USE and case.use is not UseState.ENDED:
        raise Refused(Refusal("review_instead", "Review the use itself: continue it, change it or end it."))
    refuse_all(needed(command.note, field="note", say="Write what was done, in a sentence."))
    return [e.FollowUpDone(at=command.at, by=command.actor.person_id, number=command.number, note=command.note)]


def remind(case: Case, command: c.RemindFollowUp, definition: Definition) -> Events:
    """Once only: a task that is done, or was reminded of before, is left alone."""
    if (missed := missed_review(case, command)) is not None:
        return [missed]
    task = next((each for each in case.followups if each.rung == command.rung), None)
    if task is None or not task.is_open or task.reminded_at is not None:
        raise Refused(Refusal(NO_LONGER_DUE, "This is no longer due."))
    return [e.FollowUpReminded(at=command.at, by=command.actor.person_id, rung=command.rung, number=task.number)]


def missed_review(case: Case, command: c.RemindFollowUp) -> e.UseReviewMissed | None:
    """The pause of a use whose review nobody has done by the end of its day."""
    for task in waiting(case, FollowUpKind.REVIEW_USE):
        if task.missed_rung == command.rung and case.use is UseState.RUNNING:
            return e.UseReviewMissed(
                at=command.at, by=command.actor.person_id, rung=command.rung, number=task.number
            )  # fmt: skip
    return None


def deciding_roles(definition: Definition) -> tuple[Role, ...]:
    """Who decides in this workflow: the roles of its adjudication."""
    stages = definition.stages.values()
    return next((stage.roles for stage in stages if stage.kind is StageKind.ADJUDICATION), ())


def to_review(case: Case, definition: Definition, *, due: date | None, at: datetime, by: str) -> Events:
    """What goes on until a review is looked at again on its day by those who decide."""
    if due is None:
        return []
    note = "Does this sharing still do what it was decided for? Continue it, change it or end it."
    roles = deciding_roles(definition)
    kind = FollowUpKind.REVIEW_USE
    return [opened(case, kind=kind, side=Side.HOLDER, roles=roles, due=due, note=note, at=at, by=by)]


def to_learn(case: Case, event: e.Event, definition: Definition) -> Events:
    """When a challenge changed a decision, those who decide write down what was learned from it."""
    if not isinstance(event, e.Decided) or event.challenge not in (Finding.VARIED, Finding.OVERTURNED):
        return []
    roles, note = (
        deciding_roles(definition),
        "A challenge changed the decision. What should be done otherwise next time?",
    )
    kind, at, by = FollowUpKind.LEARNING, event.at, event.by
    return [opened(case, kind=kind, side=Side.HOLDER, roles=roles, due=None, note=note, at=at, by=by)]
