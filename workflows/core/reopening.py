"""The rules that begin a round: reopen, challenge, send back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition
from workflows.core.limits import answer_faults, blank, needed, text_fault
from workflows.core.refusals import Refusal
from workflows.core.request import Item, Items, Recipient, Recipients, Task
from workflows.core.rounds import changed_keys
from workflows.core.routing import Events, refuse_all, with_move


def reopen(case: Case, command: c.Reopen, definition: Definition) -> Events:
    """New information, and the items as they are asked for now: some may be new or changed, none may be gone."""
    recipients = command.recipients or _for_all(case, command.items)
    refuse_all(_faults(case, command, recipients, definition))
    event = e.Reopened(
        at=command.at, by=command.actor.person_id, round=case.round + 1, new_information=command.new_information,
        items=command.items, recipients=recipients, changed=changed_keys(case.request.items, command.items),
        by_name=command.actor.name,
    )  # fmt: skip
    return with_move(case, command, definition, [event])


def _for_all(case: Case, items: tuple[Item, ...]) -> tuple[Recipient, ...]:
    """Where nothing else is said, whoever was to receive something receives what is new."""
    known = {item.key for item in case.request.items}
    new = tuple(item.key for item in items if item.key not in known)
    return tuple(replace(each, items=(*each.items, *new)) for each in case.request.recipients)


def _faults(
    case: Case, command: c.Reopen, recipients: tuple[Recipient, ...], definition: Definition
) -> Iterator[Refusal]:
    say = "Say what is new since the decision: without new information the same question would be asked again."
    yield from needed(command.new_information, field="new_information", say=say)
    now = replace(case.request, items=command.items)
    yield from answer_faults(Task.ITEMS, Items(command.items), now, definition)
    yield from answer_faults(Task.RECIPIENTS, Recipients(recipients), now, definition)
    keys = [item.key for item in command.items]
    if gone := [item for item in case.request.items if item.key not in keys]:
        say = f"{len(gone)} of the items asked for before would be gone. What was decided stays; leave them in."
        yield Refusal("item_gone", say, "items")
    if {each.email.casefold() for each in recipients} != {each.email.casefold() for each in case.request.recipients}:
        yield Refusal("other_recipients", "Somebody new needs a request of its own.", "recipients")
    for index, item in enumerate(command.items):
        if blank(item.describe):
            yield Refusal("item_not_described", "Describe every item.", f"{index}-describe")
        if blank(item.justify):
            yield Refusal("item_not_justified", "Say for every item why you need it.", f"{index}-justify")
        if case.request.recipients and not any(item.key in each.items for each in recipients):
            yield Refusal("item_without_recipient", "Say for every item who would receive it.", "recipients")


def challenge(case: Case, command: c.Challenge, definition: Definition) -> Events:
    say = "Say what is wrong with the decision, and what you ask for instead."
    faults = list(needed(command.grounds, field="grounds", say=say))
    if command.actor.person_id != case.requester:
        faults += needed(command.on_behalf, field="on_behalf", say="Say for whom you record this, and how they asked.")
    elif fault := text_fault(command.on_behalf, field="on_behalf"):
        faults.append(fault)
    refuse_all(faults)
    event = e.Challenged(
        at=command.at, by=command.actor.person_id, round=case.round + 1, grounds=command.grounds,
        on_behalf=command.on_behalf, by_name=command.actor.name,
    )  # fmt: skip
    return with_move(case, command, definition, [event])


def send_back(case: Case, command: c.SendBack, definition: Definition) -> Events:
    refuse_all(needed(command.why, field="why", say="Say what you need advice about."))
    event = e.SentBack(
        at=command.at, by=command.actor.person_id, round=case.round + 1, why=command.why, by_name=command.actor.name
    )
    return with_move(case, command, definition, [event])
