"""What follows from consent and openness later: telling people who were not told, and consent taken back."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core import withdrawing
from workflows.core.case import Case, Outcome
from workflows.core.consent_people import entries
from workflows.core.definition import Definition, Role, Side
from workflows.core.following import deciding_roles
from workflows.core.followups import FollowUpKind, opened, waiting
from workflows.core.grounds import day_of
from workflows.core.refusals import WRONG_STAGE, Refusal, Refused
from workflows.core.routing import Events, refuse_all

SHARED = frozenset({Outcome.SHARED, Outcome.PARTLY_SHARED})


def to_tell(case: Case, command: c.RecordConsent) -> Events:
    """A dated task for each person who has not been told: by the officer's day, else by the requester's.

    Where the requester says that somebody has not been told and gives no day, it is to be looked at today.
    """
    found: Events = []
    known = entries(case.request)
    said = command.people or (None,) * len(known)
    for entry, finding in zip(known, said, strict=False):
        if finding is not None and finding.told is not None:
            due = finding.revisit_on if finding.told is False else None
        else:
            due = (entry.told.tell_by or day_of(command.at)) if entry.told.told is False else None
        if due is not None:
            note = f"{entry.person} has not been told of the sharing. Look again at whether that can be done now."
            found.append(
                opened(
                    case,
                    kind=FollowUpKind.TELL_PERSON,
                    side=Side.HOLDER,
                    roles=(Role.CONSENT_OFFICER,),
                    due=due,
                    note=note,
                    at=command.at,
                    by=command.actor.person_id,
                    before=len(found),
                )
            )
    return found


def rests_no_more(case: Case) -> Iterator[Refusal]:
    """Nothing is released while what rested on consent waits for another basis."""
    if waiting(case, FollowUpKind.REPLACE_BASIS):
        yield withdrawing.WAITS


def take_back(case: Case, command: c.WithdrawConsent, definition: Definition) -> Events:
    if case.closed and case.outcome not in SHARED:
        raise Refused(Refusal(WRONG_STAGE, "Nothing is shared under this request, so no consent carries it."))
    refuse_all(
        withdrawing.faults(
            case.request,
            person=command.person,
            items=command.items,
            how=command.how,
            given_by=command.given_by,
            note=command.note,
        )
    )
    keys = withdrawing.affected(case.request, command.person, command.items)
    delegated = case.decision is not None and case.decision.delegated
    rested = withdrawing.rested_on_it(case.request, delegated=delegated)
    event = e.ConsentTakenBack(
        at=command.at, by=command.actor.person_id, person=command.person, keys=keys, how=command.how,
        given_by=command.given_by, note=command.note, rested=rested,
        released=tuple(key for key in case.released if key in keys),
    )  # fmt: skip
    if not rested or waiting(case, FollowUpKind.REPLACE_BASIS):
        return [event]
    note = "Consent was taken back. Nothing that rested on it is shared until another basis is written here."
    task = opened(
        case, kind=FollowUpKind.REPLACE_BASIS, side=Side.HOLDER, roles=deciding_roles(definition), due=None,
        note=note, at=command.at, by=command.actor.person_id,
    )  # fmt: skip
    return [event, task]
