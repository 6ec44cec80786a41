"""Who sees what of a case: the one filter that every page, list, record and mail goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.core.case import Case
from workflows.core.completing import ON_A_FORM
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.flows import keys_for
from workflows.core.identity import labels_only
from workflows.core.permissions import Principal, Relation, asked_elsewhere, relations
from workflows.core.standing_in import lent
from workflows.core.uses import UseState
from workflows.core.votes import may_read


class Identity(StrEnum):
    """How much of the people's identity is shown."""

    FULL = "full"
    LABELS = "labels"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Look:
    """What one person may see of one case."""

    relations: frozenset[Relation]
    identity: Identity
    request: bool
    advice: bool
    consent_note: bool
    questions: bool
    decision: bool
    contents: tuple[str, ...]
    """Keys of released items whose words this person may read."""
    only: tuple[str, ...] | None = None
    """Keys of the items of which this person may know; None is all of them. Recipients know of their own."""
    checks: tuple[Side, ...] = ()
    """Whose CP-IS checks this person may read. The holder's tell what it has not decided to share yet."""
    votes: tuple[int, ...] = ()
    """Numbers of the adjudicators' votes that this person may read: before both are in, nobody but the voter."""

    @property
    def nothing(self) -> bool:
        """True when the person may not even know that the case exists."""
        return not self.relations


def look(case: Case, person: Principal, definition: Definition) -> Look:
    """What this person may see of this case now."""
    known = relations(case, person, definition)
    owner = Relation.OWNER in known
    worker = Relation.WORKER in known
    recipient = Relation.RECIPIENT in known
    return Look(
        relations=known,
        identity=_identity(case, person, known, definition),
        request=owner or worker or recipient,
        advice=worker,
        consent_note=worker,
        questions=owner or worker,
        decision=owner or worker or recipient,
        contents=() if asked_elsewhere(case, person) else contents(case, person),
        only=keys_for(case, person.email) if recipient and not owner and not worker else None,
        checks=(Side.HOLDER, Side.REQUESTER) if worker else (Side.REQUESTER,) if owner else (),
        votes=tuple(v.number for v in case.votes if known and may_read(case, v, person.id, inside=worker)),
    )


def _identity(case: Case, person: Principal, known: frozenset[Relation], definition: Definition) -> Identity:
    if Relation.OWNER in known or Relation.RECIPIENT in known:
        return Identity.FULL
    if Relation.WORKER not in known:
        return Identity.NONE
    roles = lent(case, person).roles_in(case.holder_org)
    if sharing(case, definition, person=person, roles=roles) or on_forms(case, definition, roles):
        return Identity.FULL
    return Identity.LABELS if labels_only(case, roles) else Identity.FULL


def sharing(case: Case, definition: Definition, *, person: Principal, roles: frozenset[Role]) -> bool:
    """Whether this person is to share in an emergency, or has: she must know of whom she speaks."""
    if case.kind is StageKind.EMERGENCY and roles & frozenset(definition.stage(case.stage).roles):
        return True
    return case.shared_now is not None and case.shared_now.by == person.id


def on_forms(case: Case, definition: Definition, roles: frozenset[Role]) -> bool:
    """Whether the work of somebody with these roles is a form, which asks who people are; advice never does."""
    if case.kind is StageKind.ADVICE:
        return False
    forms = (stage.roles for stage in definition.stages.values() if stage.kind in ON_A_FORM)
    return any(not roles.isdisjoint(each) for each in forms)


def contents(case: Case, person: Principal) -> tuple[str, ...]:
    """Released items meant for this person: those that the request names her for, and no others."""
    if case.released_at is None or case.use is not UseState.RUNNING:
        return ()
    mine = {
        key
        for recipient in case.request.recipients
        if recipient.email.casefold() == person.email
        for key in recipient.items
    }
    return tuple(key for key in case.released if key in mine)
