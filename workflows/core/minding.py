"""The manager's and the clock's rules: chase, reassign, stand aside, and the rungs of the ladder."""

from __future__ import annotations

from typing import Any

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import CommandType, Definition, Rung, StageKind
from workflows.core.limits import needed
from workflows.core.permissions import role_words
from workflows.core.refusals import NO_LONGER_DUE, WRONG_STAGE, Refusal, Refused
from workflows.core.routing import Events, refuse_all
from workflows.core.silence import fallen_silent


def chase(case: Case, command: c.Chase, definition: Definition) -> Events:
    return [e.Chased(at=command.at, by=command.actor.person_id)]


def reassign(case: Case, command: c.Reassign, definition: Definition) -> Events:
    refuse_all(needed(command.reason, field="reason", say="Say why you reassign it."))
    if case.kind is StageKind.INFORMATION_NEEDED:
        raise Refused(Refusal(WRONG_STAGE, "The requester has the next move; there is nobody to reassign it to."))
    if not command.to_eligible:
        say = "That person cannot do this: the role is missing, or they took part in this case already."
        raise Refused(Refusal("not_eligible", say, "to_person"))
    return [e.Reassigned(at=command.at, by=command.actor.person_id, to_person=command.to_person, reason=command.reason)]


def declare_conflict(case: Case, command: c.DeclareConflict, definition: Definition) -> Events:
    refuse_all(needed(command.reason, field="reason", say="Say in a sentence why you cannot work on this request."))
    return [e.ConflictDeclared(at=command.at, by=command.actor.person_id, reason=command.reason)]


def mark_overdue(case: Case, command: c.Rung, definition: Definition) -> Events:
    """The time is out. Where a holder should have answered, that counts as a decision not to share."""
    stage = definition.stage(case.stage)
    marked = command if isinstance(command, c.MarkOverdue) else None
    who = (marked.who if marked else "") or role_words(stage.roles)
    away = marked.away if marked else ()
    return [
        e.BecameOverdue(
            at=command.at, by=command.actor.person_id, rung=command.rung, clock=command.clock, version=command.version
        ),
        *fallen_silent(case, stage, clock=command.clock, who=who, at=command.at, away=away),
    ]


def rung(case: Case, command: c.Rung, definition: Definition) -> Events:
    """A rung of the ladder: only on the clock it was meant for, only while it runs, only once."""
    step, said = _step(case, command, definition)
    match command.type:
        case CommandType.REMIND:
            return [e.Reminded(**said)]
        case CommandType.MARK_OVERDUE:
            return mark_overdue(case, command, definition)
        case _:
            return [e.Escalated(**said, told=step.tell_title)]


def give_back(case: Case, command: c.GiveBack, definition: Definition) -> Events:
    """No answer came: the stage that asked has the request again, its clock runs on, and it knows what it knew."""
    _, said = _step(case, command, definition)
    question = case.open_question
    if question is None or case.back_kind is None:
        raise Refused(Refusal(NO_LONGER_DUE, "No question waits for an answer."))
    back = e.Move(case.back_to, case.back_kind, resume=True)
    return [e.QuestionGivenBack(**said, number=question.number, move=back)]


def _step(case: Case, command: c.Rung, definition: Definition) -> tuple[Rung, dict[str, Any]]:
    """The rung that a command of the clock is about, and what every event of a rung says."""
    clock = case.clock
    wanted = (command.clock, command.version)
    if clock is None or (clock.number, clock.version) != wanted or command.rung in clock.fired:
        raise Refused(Refusal(NO_LONGER_DUE, "This is no longer due."))
    step = next((each for each in definition.stage(case.stage).ladder if each.key == command.rung), None)
    if step is None:
        raise Refused(Refusal(NO_LONGER_DUE, "The ladder has no such rung."))
    return step, {
        "at": command.at, "by": command.actor.person_id,
        "rung": command.rung, "clock": command.clock, "version": command.version,
    }  # fmt: skip
