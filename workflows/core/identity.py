"""Whose work needs names, who may ask to see one, and who may show it: never one person alone (C1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.core.definition import CommandType, Definition, Role, StageKind
from workflows.core.refusals import ADVISED, NOT_YOURS, OWN_CASE, Refusal
from workflows.core.reveal import open_asks
from workflows.core.standing_in import has_it, lent

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.permissions import Principal

GRANTERS = (Role.CALDICOTT_GUARDIAN, Role.DEPUTY_GUARDIAN, Role.ADJUDICATOR, Role.CONSENT_OFFICER)
"""Roles at the holder whose work needs names: they see them, and may show one to whoever advises.

Advice is given without identity (golden rule 3, 2018).
"""


def labels_only(case: Case, held: frozenset[Role]) -> bool:
    """Whether somebody with these roles at the holder sees labels in place of names, as the case stands."""
    # A question that goes back from advice does not lift what lies between: the advice is still to be given.
    kind = case.back_kind if case.kind is StageKind.INFORMATION_NEEDED else case.kind
    if kind is StageKind.RELEASE:
        return False
    return held.isdisjoint(GRANTERS) or (kind is StageKind.ADVICE and Role.IG_LEAD in held)


def identity_refusal(case: Case, person: Principal, definition: Definition, *, command: CommandType) -> Refusal | None:
    """Why this person may not ask to see an identity, or answer who asks; None when she may."""
    if definition.identity_shown_for is None:
        return Refusal("no_reveals", "This workflow does not show identities on request.")
    if person.id == case.requester or any(each.email.casefold() == person.email for each in case.request.recipients):
        return Refusal(OWN_CASE, "You asked for this information or would receive it, so others must do this.")
    held = lent(case, person).roles_in(case.holder_org)
    if command is CommandType.ASK_IDENTITY:
        return _ask_refusal(case, person, definition, held=held)
    return _answer_refusal(case, person, held=held)


def _ask_refusal(case: Case, person: Principal, definition: Definition, *, held: frozenset[Role]) -> Refusal | None:
    if held.isdisjoint(definition.stage(case.stage).roles):
        return Refusal(NOT_YOURS, "Only somebody who works on this request now can ask to see an identity.")
    if not labels_only(case, held):
        return Refusal("visible_already", "You can see who everybody is already.")
    if case.assignee and not has_it(case, person):
        return Refusal("assigned", "This has been given to somebody else. Ask your manager if that should change.")
    asked = {each.label for each in open_asks(case.reveals) if each.asked_by == person.id}
    if asked and asked >= {each.label for each in case.request.people}:
        return Refusal("asked_already", "You have asked to see who everybody is; the answers are still to come.")
    return None


def _answer_refusal(case: Case, person: Principal, *, held: frozenset[Role]) -> Refusal | None:
    if held.isdisjoint(GRANTERS):
        return Refusal(NOT_YOURS, "Only somebody at the holder whose work needs names can answer this.")
    if person.id in case.advisers or labels_only(case, held):
        return Refusal(ADVISED, "You give advice on this request, so another person must answer.")
    asks = open_asks(case.reveals)
    if not asks:
        return Refusal("nothing_asked", "Nobody waits for an answer whether an identity is shown.")
    if all(each.concerns(person.id) for each in asks):
        return Refusal("own_ask", "You asked to see this identity, so another person must answer.")
    return None
