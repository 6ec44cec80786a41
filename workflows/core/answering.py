"""The rules of forms: completing a stage, and the application that begins a case."""

from __future__ import annotations

from workflows.core import commands as c
from workflows.core.case import Case
from workflows.core.completing import Complete, StageCompleted
from workflows.core.definition import Definition
from workflows.core.facts import facts
from workflows.core.fields import Answer, Asked, answered
from workflows.core.refusals import Refused
from workflows.core.routing import Events, with_move


def application_of(command: c.Start, definition: Definition) -> tuple[Answer, ...]:
    """The answers of an application from the public; none for other cases. Raises Refused with every fault."""
    if not command.public:
        return ()
    first = definition.stage(definition.first)
    asked = Asked(first.name, {}, command.at, documents=definition.documents)
    found, faults = answered(first.fields, command.application, asked)
    if faults:
        raise Refused(faults)
    return found


def asked_at(case: Case, command: c.Command, definition: Definition) -> Asked:
    """What the answers to the form of the stage are judged by."""
    labels = tuple(person.label for person in case.request.people)
    return Asked(case.stage, facts(case, command, definition), command.at, labels, definition.documents)


def complete(case: Case, command: Complete, definition: Definition) -> Events:
    """The rule of Complete. Raises Refused with every fault."""
    asked = asked_at(case, command, definition)
    found, faults = answered(definition.stage(case.stage).fields, command.answers, asked)
    if faults:
        raise Refused(faults)
    event = StageCompleted(
        at=command.at, by=command.actor.person_id, stage=case.stage, kind=case.kind, round=case.round, answers=found,
        by_name=command.actor.name, position=command.actor.position,
    )  # fmt: skip
    return with_move(case, command, definition, [event])
