"""Is there anybody for the work while some are away? Asked when an absence is written down."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.core.absences import Absence, Member, StandIn, stands_in
from workflows.service.unit_of_work import Connection
from workflows.store import absences
from workflows.store import uncovered as store
from workflows.store.uncovered import Hand


def uncovered(connection: Connection, organisation_id: str, away: Sequence[Absence]) -> Sequence[str]:
    """The open requests of an organisation that are with nobody while these are away."""
    away = [each for each in away if each.organisation_id == organisation_id]
    if not away:
        return ()
    hands = _hands(absences.members(connection, organisation_id), away)
    gone = [each.person.id for each in away]
    return store.cases_of(connection, organisation_id, away=gone, hands=hands)


def _hands(members: dict[str, Member], away: Sequence[Absence]) -> tuple[Hand, ...]:
    """Everybody who could take work while these are away: in a role of her own, or standing in."""
    gone = {(each.person.id, role) for each in away for role in each.roles}
    found = []
    for member in members.values():
        if member.disabled:
            continue
        own = frozenset(role for role in member.roles if (member.person.id, role) not in gone)
        if own:
            found.append(Hand(member.person, own, None))
        lent: tuple[StandIn, ...] = stands_in(member.person.id, away)
        found += [Hand(member.person, each.roles, each.absent) for each in lent]
    return tuple(found)
