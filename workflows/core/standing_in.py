"""On which request somebody may act for a person who is away: separation of duties is kept on both.

Neither may have asked for the information, be named to receive it or have an interest in it; nor, for the work of
the present stage, have had a part that bars her from it. What one did in the other's name binds both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workflows.core.absences import Absence, Someone, StandIn, deputies_of
from workflows.core.aside import conflicted, stands_aside
from workflows.core.definition import Role, StageKind
from workflows.core.rounds import barred
from workflows.core.votes import waiting_for_second

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.permissions import Principal


def kept_out(case: Case) -> frozenset[str]:
    """Who may not do the work of the present stage, because of a part that she has in the case already."""
    out = {case.requester} | conflicted(case)
    if case.kind is StageKind.ADJUDICATION:
        out |= barred(case) | waiting_for_second(case)
    if case.kind in (StageKind.REVIEW, StageKind.RULING):
        out |= case.advisers
    if case.shared_now is not None:
        out |= case.shared_now.both
    return frozenset(out - {""})


def apart(case: Case, person: Someone | Principal) -> bool:
    """Whether the person has nothing to do with the request itself: she did not make it, and it is not about hers."""
    return person.id != case.requester and not stands_aside(case, person)


def able(case: Case, person: Someone | Principal) -> bool:
    """Whether she could do the work of the present stage, as far as the case is concerned."""
    return apart(case, person) and person.id not in kept_out(case)


def standing(case: Case, person: Principal, *, to_work: bool = False) -> tuple[StandIn, ...]:
    """For whom this person stands in on this case. Only the first deputy who can do the work does.

    ``to_work``: for the work of the present stage itself, which neither of the two may be barred from.
    """
    if not person.standing or not apart(case, person) or case.submitted_at is None:
        return ()
    if to_work and not able(case, person):
        return ()
    return tuple(
        each
        for each in person.standing
        if (able if to_work else apart)(case, each.absent) and not any(able(case, one) for one in each.before)
    )


def lent(case: Case, person: Principal, *, to_work: bool = False) -> Principal:
    """The person with the roles, besides her own, in which she may act on this case for somebody who is away."""
    found = standing(case, person, to_work=to_work)
    return person.acting_in((each.organisation_id, role) for each in found for role in each.roles) if found else person


def has_it(case: Case, person: Principal) -> bool:
    """Whether a case that was given to one person was given to her, or to somebody for whom she stands in."""
    return case.assignee == person.id or case.assignee in {each.absent.id for each in standing(case, person)}


def acts_for(
    case: Case, person: Principal, *, performers: tuple[Role, ...], organisation_id: str
) -> tuple[Role, StandIn | None] | None:
    """In which role a person does a stage's work, and for whom; None when in no role.

    A case that was given to somebody who is away is worked in her name. Otherwise the first role of the stage that
    she may act in counts, and where she holds it herself she acts for nobody.
    """
    own = person.roles_in(organisation_id)
    there = [each for each in standing(case, person, to_work=True) if each.organisation_id == organisation_id]
    for role in performers:
        given = next((each for each in there if role in each.roles and each.absent.id == case.assignee), None)
        if given is not None:
            return role, given
    for role in performers:
        if role in own:
            return role, None
        if (found := next((each for each in there if role in each.roles), None)) is not None:
            return role, found
    return None


@dataclass(frozen=True, slots=True)
class Swap:
    """Whatever is meant for one person goes to another; ``to`` is empty where nobody can take it."""

    absent: str
    organisation_id: str
    roles: frozenset[Role]
    to: str


def swaps(case: Case, away: Iterable[Absence]) -> tuple[Swap, ...]:
    """Who is told instead of each person who is away, on this case."""
    away = tuple(away)
    found = []
    for absence in away:
        able_ = [one for one in deputies_of(absence, away) if able(case, one)]
        to = able_[0].id if able_ and able(case, absence.person) else ""
        found.append(Swap(absence.person.id, absence.organisation_id, absence.roles, to))
    return tuple(found)


def whereabouts(name: str, person_id: str, away: Iterable[Absence], case: Case | None = None) -> str:
    """A person's name, with who stands in while she is away; on one case whoever does there."""
    away = tuple(away)
    absence = next((each for each in away if each.person.id == person_id and each.roles), None)
    if absence is None:
        return name
    order = deputies_of(absence, away)
    able_ = [each for each in order if able(case, each)] if case is not None else list(order)
    if case is not None and not able(case, absence.person):
        able_ = []
    return f"{name} (away, {able_[0].name} stands in)" if able_ else f"{name} (away, nobody stands in)"


def alone(person: Principal) -> Principal:
    """The person in her own roles only."""
    return replace(person, standing=()) if person.standing else person
