"""The requester's rules: start, save, submit, answer, withdraw."""

from __future__ import annotations

from dataclasses import replace

from workflows.core import answering, emergency
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case, apply
from workflows.core.definition import Definition
from workflows.core.fields import people_in
from workflows.core.limits import answer_faults, needed
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import ANSWERS_FOR, parts
from workflows.core.routing import Events, check_needs, check_stage, refuse_all, with_move


def start(case: Case | None, command: c.Start, definition: Definition) -> Events:
    if case is not None:
        raise Refused(Refusal("exists", "This request has been started already."))
    if command.public is not definition.public:
        say = "This way of asking begins with an application from the public."
        other = "The public cannot apply for this. Ask as somebody who works in an organisation."
        raise Refused(
            Refusal("public_only" if definition.public else "not_public", say if definition.public else other)
        )
    if command.holder_org == command.requester_org and not command.public:
        say = "Choose another organisation: you do not need a request for what your own one holds."
        raise Refused(Refusal("own_organisation", say, "holder"))
    first = definition.stage(definition.first)
    application = answering.application_of(command, definition)
    answers = replace(command.answers, people=people_in(application)) if command.public else command.answers
    events: Events = [
        e.Started(
            at=command.at, by=command.actor.person_id, move=e.Move(first.name, first.kind),
            case_id=command.case_id, reference=command.reference, definition=definition.ref,
            packs=definition.packs, requester_org=command.requester_org, holder_org=command.holder_org,
            calendar=command.calendar, like=command.like, answers=answers,
            group=command.group, public=command.public, application=application,
        )
    ]  # fmt: skip
    return [*events, *_sent_at_once(apply(None, events[0]), command, definition)] if command.send else events


def _sent_at_once(case: Case, command: c.Start, definition: Definition) -> Events:
    """What follows when one page asks everything: the request is sent and, if it has been, the share recorded."""
    request = case.request
    for task, answers in parts(request).items():
        refuse_all(answer_faults(task, answers, request, definition))
    sending = c.Submit(id=command.id, actor=command.actor, at=command.at, case_id=command.case_id, packs=command.packs)
    check_needs(case, sending, definition)
    events = submit(case, sending, definition)
    if command.share is None:
        return events
    for event in events:
        case = apply(case, event)
    shared = c.ShareNow(
        id=command.id, actor=command.actor, at=command.at, case_id=command.case_id, share=command.share,
        by_manager=command.by_manager,
    )  # fmt: skip
    check_stage(case, shared.type, definition)
    return [*events, *emergency.share_now(case, shared, definition)]


def save(case: Case, command: c.Save, definition: Definition) -> Events:
    if not isinstance(command.answers, ANSWERS_FOR[command.task]):
        raise Refused(Refusal("wrong_answers", "These answers belong to another part of the request."))
    refuse_all(answer_faults(command.task, command.answers, case.request, definition))
    urgency = getattr(command.answers, "urgency", None)
    return [
        e.Saved(
            at=command.at,
            by=command.actor.person_id,
            task=command.task,
            answers=command.answers,
            urgency=urgency,
        )
    ]


def submit(case: Case, command: c.Submit, definition: Definition) -> Events:
    event = e.Submitted(at=command.at, by=command.actor.person_id, round=case.round, packs=command.packs)
    return with_move(case, command, definition, [event])


def withdraw(case: Case, command: c.Withdraw, definition: Definition) -> Events:
    refuse_all(needed(command.reason, field="reason", say="Say why you withdraw the request."))
    event = e.Withdrawn(
        at=command.at,
        by=command.actor.person_id,
        reason=command.reason,
        discarded=case.submitted_at is None,
    )
    return with_move(case, command, definition, [event])


def answer(case: Case, command: c.Answer, definition: Definition) -> Events:
    refuse_all(needed(command.answer, field="answer", say="Write your answer."))
    question = case.open_question
    if question is None:
        raise Refused(Refusal("no_question", "There is no question waiting for an answer."))
    event = e.Answered(at=command.at, by=command.actor.person_id, number=question.number, answer=command.answer)
    return with_move(case, command, definition, [event])
