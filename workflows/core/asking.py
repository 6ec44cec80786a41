"""Asking: a question to the requester, about the whole request or about single items."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, StageKind
from workflows.core.limits import needed, text_fault
from workflows.core.refusals import Refusal
from workflows.core.routing import Events, refuse_all, with_move


def ask(case: Case, command: c.Ask, definition: Definition) -> Events:
    """The case goes back with a question and the clock stands still."""
    refuse_all(question_faults(case, command))
    event = e.Asked(
        at=command.at, by=command.actor.person_id, number=len(case.questions) + 1, question=command.question,
        items=command.items, harm_of_waiting=command.harm_of_waiting,
    )  # fmt: skip
    return with_move(case, command, definition, [event])


def question_faults(case: Case, command: c.Ask) -> Iterator[Refusal]:
    """A question in words, about items of this request, each once; and what waiting could cost, where one decides."""
    yield from needed(command.question, field="question", say="Write the question you want answered.")
    known = {item.key for item in case.request.items}
    for key in sorted(set(command.items) - known):
        yield Refusal("foreign_item", "You ask about an item that is not part of the request.", key)
    for key in sorted({key for key in command.items if command.items.count(key) > 1}):
        yield Refusal("item_asked_twice", "You ask about an item twice.", key)
    yield from waiting_faults(case.kind, command.harm_of_waiting)


def waiting_faults(kind: StageKind, harm: str) -> Iterator[Refusal]:
    """Who could decide and asks instead delays: as with a refusal, she says what not sharing meanwhile could do."""
    if kind is StageKind.ADJUDICATION:
        say = "You put the decision off: write what harm could follow while nothing is shared, and to whom."
        yield from needed(harm, field="harm_of_waiting", say=say)
    elif fault := text_fault(harm, field="harm_of_waiting"):
        yield fault
