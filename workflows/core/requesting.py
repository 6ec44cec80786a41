"""The requester's rules: start, save, submit, answer, withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflows.core import answering, emergency, tracks
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case, apply
from workflows.core.definition import Definition, StageKind, Urgency
from workflows.core.fields import people_in
from workflows.core.imported import origin_faults
from workflows.core.limits import answer_faults, needed
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import ANSWERS_FOR, Task, parts
from workflows.core.routing import Events, check_stage, refuse_all, unmet, with_move


def start(case: Case | None, command: c.Start, definition: Definition) -> Events:
    if case is not None:
        raise Refused(Refusal("exists", "This request has been started already."))
    refuse_all(start_faults(command, definition))
    events = begun(command, definition)
    if not command.send and command.origin is None:
        return events
    draft = drafted(events)
    refuse_all(whole_faults(draft, command, definition))
    return [*events, *_sent_at_once(draft, command, definition)] if command.send else events


def start_faults(command: c.Start, definition: Definition) -> Iterator[Refusal]:
    """Everything that stands against beginning such a request at all."""
    if command.public is not definition.public:
        say = "This way of asking begins with an application from the public."
        other = "The public cannot apply for this. Ask as somebody who works in an organisation."
        yield Refusal("public_only", say, "workflow") if definition.public else Refusal("not_public", other)
    if command.holder_org == command.requester_org and not command.public:
        say = "Choose another organisation: you do not need a request for what your own one holds."
        yield Refusal("own_organisation", say, "holder")
    if command.origin is None:
        return
    yield from origin_faults(command.origin)
    if definition.of_kind(StageKind.EMERGENCY) is None:
        return
    # What one page asks for has no draft, and is as urgent as can be: its page sees to both.
    if not command.send:
        yield Refusal("send_now", "A request in an emergency is sent at once: set send to true.", "send")
    if command.answers.purpose.urgency is not Urgency.EMERGENCY:
        say = "A request in an emergency is urgent: write emergency, or use another workflow."
        yield Refusal("urgency_emergency", say, "urgency", Task.PURPOSE.value)


def begun(command: c.Start, definition: Definition) -> Events:
    """What happens first: the draft is there, and whom else it goes to is said. Raises Refused."""
    first = definition.stage(definition.first)
    application = answering.application_of(command, definition)
    answers = replace(command.answers, people=people_in(application)) if command.public else command.answers
    origin = command.origin
    events: Events = [
        e.Started(
            at=command.at, by=command.actor.person_id, move=e.Move(first.name, first.kind),
            case_id=command.case_id, reference=command.reference, definition=definition.ref,
            packs=definition.packs, requester_org=command.requester_org, holder_org=command.holder_org,
            calendar=command.calendar, like=command.like, answers=answers,
            group=command.group, public=command.public, application=application,
            system=origin.system if origin else "", system_reference=origin.reference if origin else "",
            by_operator=origin is not None and origin.by_operator,
            account=origin.account if origin else "", account_name=origin.account_name if origin else "",
        )
    ]  # fmt: skip
    if not command.others:
        return events
    choosing = c.ChooseHolders(
        id=command.id, actor=command.actor, at=command.at, case_id=command.case_id, others=command.others
    )
    return [*events, *tracks.choose_holders(drafted(events), choosing, definition)]


def drafted(events: Events) -> Case:
    """The draft that these events begin."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
    assert case is not None
    return case


def whole_faults(draft: Case, command: c.Start, definition: Definition) -> Iterator[Refusal]:
    """Everything that is wrong with a request that comes whole, and, when it is to be sent, that it lacks."""
    for task, answers in parts(draft.request).items():
        yield from answer_faults(task, answers, draft.request, definition)
    if command.send:
        yield from unmet(draft, sending(command), definition)


def sending(command: c.Start) -> c.Submit:
    """The command that sends what this one begins."""
    return c.Submit(id=command.id, actor=command.actor, at=command.at, case_id=command.case_id, packs=command.packs)


def _sent_at_once(case: Case, command: c.Start, definition: Definition) -> Events:
    """What follows when everything is asked at once: the request is sent and, if it has been, the share recorded."""
    events = submit(case, sending(command), definition)
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
