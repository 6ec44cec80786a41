"""Absences: who is away, who stands in for her, and until when. Computed from dates; no job begins or ends one.

Whoever stands in acts with the absent person's roles in that one organisation and in her name. Which requests she
may act on is another question: ``standing_in`` answers it, for it depends on both persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from workflows.core.definition import Role
from workflows.core.limits import text_fault
from workflows.core.refusals import Refusal

DEPTH = 3
"""How far a chain of absent deputies is followed: a deputy, her deputy, and hers.

Further down nobody whom the absent person chose, or would expect, decides in her name: then managers are told.
"""
MOST_DEPUTIES = 5
LONGEST_DAYS = 366
"""An absence of more than a year is a change of roles."""
LONGEST_REASON = 100

NEVER_LENT = frozenset({Role.REQUESTER, Role.ADMINISTRATOR, Role.AUDITOR})
"""A request belongs to who made it; those who run and who inspect the house are named one by one."""
NEVER_STAND_IN = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Whoever runs the house, or inspects it, must not come to decide through somebody's absence."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as far as these rules need her."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A person is away from one organisation, from ``start`` up to but not including ``until`` (aware UTC).

    ``roles`` are those of hers that are lent meanwhile. ``ended_at``: she came back early, or the absence was
    taken back before it began.
    """

    id: str
    organisation_id: str
    person: Someone
    start: datetime
    until: datetime
    deputies: tuple[Someone, ...]
    roles: frozenset[Role]
    ended_at: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """When it ends, or ended."""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)

    def runs(self, at: datetime) -> bool:
        """Whether she is away at this instant."""
        return self.start <= at < self.over_at

    def meets(self, start: datetime, until: datetime) -> bool:
        """Whether the two spans of time share an instant."""
        return self.start < until and start < self.over_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One person may act for another, where nobody of ``before`` can: they come first in the order of deputies."""

    absent: Someone
    organisation_id: str
    roles: frozenset[Role]
    before: tuple[Someone, ...]
    until: datetime


def lendable(held: Iterable[Role]) -> frozenset[Role]:
    """Those of some roles that somebody else may act in while their holder is away."""
    return frozenset(held) - NEVER_LENT


def running(absences: Iterable[Absence], *, at: datetime) -> tuple[Absence, ...]:
    """The absences that run at an instant, in a stable order."""
    return tuple(sorted((each for each in absences if each.runs(at)), key=lambda each: (each.start, each.id)))


def deputies_of(absence: Absence, away: Iterable[Absence]) -> tuple[Someone, ...]:
    """Everybody present who may stand in, first choice first. ``away`` are the absences that run then.

    In place of a deputy who is away herself come her own deputies, down to DEPTH; nobody is looked at twice, so a
    chain that comes back to where it began simply ends.
    """
    absent = {each.person.id: each for each in away if each.organisation_id == absence.organisation_id}
    seen = {absence.person.id}
    return tuple(_present(absence.deputies, absent, seen, depth=1))


def _present(
    deputies: tuple[Someone, ...], absent: dict[str, Absence], seen: set[str], *, depth: int
) -> Iterator[Someone]:
    for deputy in deputies:
        if deputy.id in seen:
            continue
        seen.add(deputy.id)
        if deputy.id not in absent:
            yield deputy
        elif depth < DEPTH:
            yield from _present(absent[deputy.id].deputies, absent, seen, depth=depth + 1)


def stands_in(person_id: str, away: Iterable[Absence]) -> tuple[StandIn, ...]:
    """For whom a person may stand in, by the absences that run at the moment."""
    away = tuple(away)
    found = []
    for absence in away:
        order = deputies_of(absence, away)
        place = next((number for number, each in enumerate(order) if each.id == person_id), None)
        if place is not None and absence.roles:
            found.append(
                StandIn(
                    absent=absence.person, organisation_id=absence.organisation_id, roles=absence.roles,
                    before=order[:place], until=absence.over_at,
                )
            )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the organisation, as a choice of deputies is checked: with her roles there."""

    person: Someone
    roles: frozenset[Role]
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An absence as somebody asks for it. ``roles`` None: all that can be lent."""

    organisation_id: str
    person_id: str
    start: datetime
    until: datetime
    deputies: tuple[str, ...]
    roles: frozenset[Role] | None = None
    reason: str = ""


def faults(
    wanted: Wanted, *, members: dict[str, Member], known: tuple[Absence, ...], at: datetime
) -> Iterator[Refusal]:
    """Everything that is wrong with it. ``known`` are the organisation's absences that are not over."""
    who = members.get(wanted.person_id)
    if who is None or who.disabled:
        yield Refusal("not_member", "Choose somebody who works in this organisation.", "person")
        return
    yield from _date_faults(wanted, who, known, at=at)
    yield from _role_faults(wanted, who)
    yield from _deputy_faults(wanted, members)
    if len(wanted.reason.strip()) > LONGEST_REASON:
        say = f"The reason must be {LONGEST_REASON} characters or fewer. A few words are enough, such as annual leave."
        yield Refusal("too_long", say, "reason")
    elif fault := text_fault(wanted.reason, field="reason"):
        yield fault
    yield from _loop_faults(wanted, members, known)


def _date_faults(wanted: Wanted, who: Member, known: tuple[Absence, ...], *, at: datetime) -> Iterator[Refusal]:
    if wanted.until <= wanted.start:
        yield Refusal("dates_reversed", "The last day away must be the same as or after the first day away.", "last")
        return
    if wanted.until <= at:
        yield Refusal("dates_past", "The last day away must be today or later.", "last")
    if (wanted.until - wanted.start).days > LONGEST_DAYS:
        say = "An absence can last up to a year. For longer, ask an administrator to change the roles."
        yield Refusal("too_far", say, "last")
    for each in known:
        if each.person.id == wanted.person_id and each.meets(wanted.start, wanted.until):
            say = f"{who.person.name} is away then already. End that absence first, or choose other dates."
            yield Refusal("overlap", say, "first")
            return


def _role_faults(wanted: Wanted, who: Member) -> Iterator[Refusal]:
    can = lendable(who.roles)
    if not can:
        say = f"{who.person.name} has no role here that somebody else could act in."
        yield Refusal("nothing_to_lend", say, "roles")
    elif wanted.roles is not None and (not wanted.roles or not wanted.roles <= can):
        yield Refusal("roles_unknown", f"Choose from the roles that {who.person.name} holds here.", "roles")


def _deputy_faults(wanted: Wanted, members: dict[str, Member]) -> Iterator[Refusal]:
    if not wanted.deputies:
        yield Refusal("no_deputies", "Choose at least one person who stands in.", "deputies")
    if len(wanted.deputies) > MOST_DEPUTIES:
        yield Refusal("too_many", f"Choose up to {MOST_DEPUTIES} people who stand in.", "deputies")
    if len(set(wanted.deputies)) < len(wanted.deputies):
        yield Refusal("twice", "Choose each person who stands in only once.", "deputies")
    for deputy in dict.fromkeys(wanted.deputies):
        member = members.get(deputy)
        if deputy == wanted.person_id:
            yield Refusal("herself", "Nobody can stand in for herself. Choose somebody else.", "deputies")
        elif member is None or member.disabled:
            say = "Somebody you chose does not work in this organisation, or cannot sign in. Choose somebody else."
            yield Refusal("not_eligible", say, "deputies")
        elif member.roles & NEVER_STAND_IN:
            say = f"{member.person.name} is an administrator or an auditor here, so cannot stand in."
            yield Refusal("not_eligible", say, "deputies")


def _loop_faults(wanted: Wanted, members: dict[str, Member], known: tuple[Absence, ...]) -> Iterator[Refusal]:
    """A chain that leads back, on some day that the absences share, would leave the work with nobody."""
    meanwhile = [
        each
        for each in known
        if each.organisation_id == wanted.organisation_id and each.meets(wanted.start, wanted.until)
    ]
    for deputy in dict.fromkeys(wanted.deputies):
        if deputy in members and deputy != wanted.person_id and _leads_to(wanted.person_id, deputy, meanwhile):
            name, back = members[deputy].person.name, members[wanted.person_id].person.name
            say = f"{name} is away then as well, and {back} is to stand in for her. Choose somebody who is there."
            yield Refusal("loop", say, "deputies")


def _leads_to(target: str, start: str, absences: list[Absence]) -> bool:
    open_, seen = [start], set()
    while open_:
        here = open_.pop()
        if here == target:
            return True
        if here not in seen:
            seen.add(here)
            open_ += [deputy.id for each in absences if each.person.id == here for deputy in each.deputies]
    return False
