"""The rules of follow-ups: who may finish one, what finishing and reminding do, and which acts open one."""

from __future__ import annotations

from datetime import datetime

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.followups import FollowUpKind, find, opened
from workflows.core.limits import needed
from workflows.core.refusals import Refusal, Refused
from workflows.core.routing import Events, refuse_all

DONE_ALREADY = Refusal("follow_up_done", "This has been done already, or there is no such thing to do.")


def finish(case: Case, command: c.FinishFollowUp, definition: Definition) -> Events:
    task = find(case, command.number)
    if task is None or not task.is_open:
        raise Refused(DONE_ALREADY)
    refuse_all(needed(command.note, field="note", say="Write what was done, in a sentence."))
    return [e.FollowUpDone(at=command.at, by=command.actor.person_id, number=command.number, note=command.note)]


def remind(case: Case, command: c.RemindFollowUp, definition: Definition) -> Events:
    """Once only: a task that is done, or was reminded of before, is left alone."""
    task = next((each for each in case.followups if each.rung == command.rung), None)
    if task is None or not task.is_open or task.reminded_at is not None:
        raise Refused(Refusal("no_longer_due", "This is no longer due."))
    return [e.FollowUpReminded(at=command.at, by=command.actor.person_id, rung=command.rung, number=task.number)]


def deciding_roles(definition: Definition) -> tuple[Role, ...]:
    """Who decides in this workflow: the roles of its adjudication."""
    stages = definition.stages.values()
    return next((stage.roles for stage in stages if stage.kind is StageKind.ADJUDICATION), ())


def to_review(case: Case, definition: Definition, *, at: datetime, by: str) -> Events:
    """What is released until a review is looked at again on that day by those who decide."""
    review_by = case.decision.review_by if case.decision else None
    if review_by is None:
        return []
    note = "Does this sharing still do what it was decided for? Continue it, change it or end it."
    roles = deciding_roles(definition)
    return [
        opened(
            case, kind=FollowUpKind.REVIEW_USE, side=Side.HOLDER, roles=roles, due=review_by, note=note, at=at, by=by
        )
    ]
