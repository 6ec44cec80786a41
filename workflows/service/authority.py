"""Who held an authority on a day: the people with the role, when each was away, and who stood in for her.

Roles are read from the register, where giving and taking one is sealed; absences are never deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from workflows.core.absences import Absence, Someone, deputies_of, running
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.service.unit_of_work import Engine, reading
from workflows.store import absences as store
from workflows.store import role_history

READERS = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who may read this, of the organisations where they are it."""
LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Spell:
    """A part of the day: ``stand_ins`` are those who could act then, first choice first."""

    start: datetime
    end: datetime
    away: bool
    stand_ins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who held the role, through the day."""

    name: str
    spells: tuple[Spell, ...]


def readable(person: Principal) -> frozenset[str]:
    """The organisations of which she may read who held what."""
    return frozenset(each.organisation_id for each in person.memberships if each.role in READERS)


def held(engine: Engine, reader: Principal, organisation_id: str, role: Role, *, day: date) -> tuple[Holder, ...]:
    """Who held a role in an organisation on a day, and who stood in. Raises Refused (NOT_FOUND) for others."""
    if organisation_id not in readable(reader):
        raise not_found()
    start = datetime.combine(day, time(), LONDON)
    end = datetime.combine(day + timedelta(days=1), time(), LONDON)
    with reading(engine) as connection:
        people = role_history.holders(connection, organisation_id, role, at=end)
        absences = store.between(connection, organisation_id, start=start, end=end)
    return tuple(Holder(each.name, tuple(_spells(each, absences, role, start=start, end=end))) for each in people)


def _spells(
    person: Someone, absences: tuple[Absence, ...], role: Role, *, start: datetime, end: datetime
) -> Iterator[Spell]:
    moments = {start, *(at for each in absences for at in (each.start, each.over_at) if start < at < end)}
    edges = [*sorted(moments), end]
    open_: Spell | None = None
    for here, then in pairwise(edges):
        away = running(absences, at=here)
        hers = next((each for each in away if each.person.id == person.id and role in each.roles), None)
        names = tuple(each.name for each in deputies_of(hers, away)) if hers else ()
        if open_ is not None and (open_.away, open_.stand_ins) == (hers is not None, names):
            open_ = Spell(open_.start, then, open_.away, names)
            continue
        if open_ is not None:
            yield open_
        open_ = Spell(here, then, hers is not None, names)
    if open_ is not None:
        yield open_
