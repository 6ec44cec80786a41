"""Asking to see who somebody is: with a reason, of another person, for a time, and on the record for ever (C1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition
from workflows.core.limits import text_fault
from workflows.core.masking import mask_of
from workflows.core.refusals import Refusal, Refused
from workflows.core.reveal import Reveal, RevealState, open_asks, visible_labels
from workflows.core.routing import Events, refuse_all

SHORTEST_REASON = 10
"""Characters that a reason has at least, white space at its ends not counted."""


def ask_identity(case: Case, command: c.AskIdentity, definition: Definition) -> Events:
    refuse_all(
        (
            *_label_faults(case, command),
            *_reason_faults(command.reason, field="reason", say="Say why you need to know who this is"),
        )
    )
    return [
        e.IdentityAsked(
            at=command.at, by=command.actor.person_id, number=len(case.reveals) + 1, label=command.label,
            reason=command.reason.strip(),
        )
    ]  # fmt: skip


def grant_identity(case: Case, command: c.GrantIdentity, definition: Definition) -> Events:
    _waiting(case, command.number, by=command.actor.person_id)
    refuse_all(fault for fault in (text_fault(command.answer, field="answer"),) if fault)
    length = definition.identity_shown_for
    if length is None:
        raise Refused(Refusal("no_reveals", "This workflow does not show identities on request."))
    return [
        e.IdentityGranted(
            at=command.at, by=command.actor.person_id, number=command.number, answer=command.answer.strip(),
            until=command.at + timedelta(hours=length.amount),
        )
    ]  # fmt: skip


def refuse_identity(case: Case, command: c.RefuseIdentity, definition: Definition) -> Events:
    _waiting(case, command.number, by=command.actor.person_id)
    refuse_all(_reason_faults(command.answer, field="answer", say="Say why the identity is not shown"))
    return [
        e.IdentityRefused(
            at=command.at, by=command.actor.person_id, number=command.number, answer=command.answer.strip()
        )
    ]


def _label_faults(case: Case, command: c.AskIdentity) -> Iterator[Refusal]:
    label, who = command.label, command.actor.person_id
    if label not in mask_of(case.request, on=command.at.date()).labels:
        yield Refusal("not_in_request", "Choose one of the people in this request.", "label")
    elif label in visible_labels(case.reveals, who, now=command.at):
        yield Refusal("visible_already", f"You can see who {label} is already.", "label")
    elif any(each.label == label and each.asked_by == who for each in open_asks(case.reveals)):
        say = f"You have asked to see who {label} is; the answer is still to come."
        yield Refusal("asked_already", say, "label")


def _waiting(case: Case, number: int, *, by: str) -> Reveal:
    found = next((each for each in case.reveals if each.number == number), None)
    if found is None:
        raise Refused(Refusal("nothing_asked", "Nobody has asked to see this identity."))
    if found.concerns(by):
        raise Refused(Refusal("own_ask", "You asked to see this identity, so another person must answer."))
    if found.state is not RevealState.ASKED:
        raise Refused(Refusal("answered_already", "This has been answered. What was answered stays on the record."))
    return found


def _reason_faults(text: str, *, field: str, say: str) -> Iterator[Refusal]:
    if len(text.strip()) < SHORTEST_REASON:
        yield Refusal("reason_short", f"{say}, in at least {SHORTEST_REASON} characters.", field)
    elif fault := text_fault(text, field=field):
        yield fault
