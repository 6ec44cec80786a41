"""Absences: a person, or her manager, says when she is away and who stands in; each is sealed on the house's record.

Nothing begins or ends an absence but its dates. What can be done at once is done at once: when a request would be
with nobody while she is away, managers are told as soon as the absence is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.absences import Member, Wanted, faults, running
from workflows.core.definition import Role
from workflows.core.notices import NoticeKind
from workflows.core.passing_on import nobody_for
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.core.routing import refuse_all
from workflows.service.covering import uncovered
from workflows.service.library import Library
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.standing_notices import tell, tell_of
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import absences as store
from workflows.store import cases, notices, streams
from workflows.store.absences import Row as Row

MOST = 100
"""Absences that are told of at once."""


@dataclass(frozen=True, slots=True)
class Absences:
    """Writes absences down, ends them, and tells who stands in. Safe to share between threads."""

    engine: Engine
    library: Library

    def of(self, person: Principal) -> tuple[Row, ...]:
        """Her own absences, the latest first."""
        with reading(self.engine) as connection:
            return store.of_person(connection, person.id)

    def ahead(self, manager: Principal, organisation_id: str, *, now: datetime) -> tuple[Row, ...]:
        """Who is or will be away. Raises Refused (NOT_FOUND) for who does not manage there."""
        _check_manager(manager, organisation_id)
        with reading(self.engine) as connection:
            return store.of_organisation(connection, organisation_id, at=now)

    def members(self, person: Principal, organisation_id: str) -> dict[str, Member]:
        """Who works there, by id, in order of names. Raises Refused (NOT_FOUND) for who does not work there."""
        if not person.roles_in(organisation_id):
            raise not_found()
        with reading(self.engine) as connection:
            return store.members(connection, organisation_id)

    def check(self, by: Principal, wanted: Wanted, *, now: datetime) -> None:
        """Raises Refused with everything that is wrong with an absence; stores nothing."""
        _check_may_set(by, wanted.organisation_id, wanted.person_id)
        with reading(self.engine) as connection:
            _refuse(connection, wanted, now=now)

    def record(self, by: Principal, wanted: Wanted, *, absence_id: str, now: datetime) -> None:
        """Write an absence down; the same ``absence_id`` again changes nothing.

        Raises Refused: NOT_FOUND for who may not say so, else everything that is wrong with it.
        """
        _check_may_set(by, wanted.organisation_id, wanted.person_id)
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            if store.one(connection, absence_id) is not None:
                return
            _refuse(connection, wanted, now=now)
            _write_down(connection, self.library, by, wanted, absence_id=absence_id, now=now)

    def check_change(self, by: Principal, absence_id: str, wanted: Wanted, *, now: datetime) -> None:
        """Raises Refused with everything that is wrong with other dates or deputies; stores nothing."""
        with reading(self.engine) as connection:
            _changeable(connection, by, absence_id, wanted, now=now)

    def change(self, by: Principal, absence_id: str, wanted: Wanted, *, new_id: str, now: datetime) -> None:
        """Give an absence that runs or is to come other dates, deputies or roles; the same ``new_id`` changes nothing.

        What was stays on record: the absence as it was ends now, and another takes its place from now on or later.
        Raises Refused: NOT_FOUND for who may not know of it, absence_over, else everything that is wrong with it.
        """
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            if store.one(connection, new_id) is not None:
                return
            _changeable(connection, by, absence_id, wanted, now=now)
            tell_of(connection, self.library, now=now, most=MOST)
            store.end(connection, absence_id, by=by.id, at=now)
            _write_down(connection, self.library, by, wanted, absence_id=new_id, now=now, instead_of=absence_id)
            gone = store.replaced(connection, absence_id, by=new_id, at=now)
            place = wanted.organisation_id
            tell(connection, self.library, NoticeKind.STANDS_IN_NO_MORE, gone, organisation_id=place, at=now)

    def end(self, by: Principal, absence_id: str, *, command_id: str, now: datetime) -> None:
        """She is back, or will not be away after all. Ending it twice changes nothing more.

        Raises Refused: NOT_FOUND for who may not know of it, absence_over when its time is over.
        """
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            row = store.one(connection, absence_id)
            if row is None:
                raise not_found()
            _check_may_set(by, row.organisation_id, row.person_id)
            if row.ended_at is not None:
                return
            if not store.end(connection, absence_id, by=by.id, at=now):
                raise Refused(Refusal("absence_over", "This absence is over already."))
            record_house(
                connection, kind=HouseEvent.ABSENCE_ENDED, facts={"absence": absence_id, "person": row.person_id},
                texts={}, command_id=command_id, by=by.id, at=now,
            )  # fmt: skip

    def one(self, by: Principal, absence_id: str) -> Row:
        """One absence, for whoever it is of and her managers. Raises Refused (NOT_FOUND)."""
        with reading(self.engine) as connection:
            row = store.one(connection, absence_id)
        if row is None:
            raise not_found()
        _check_may_set(by, row.organisation_id, row.person_id)
        return row


def managed(person: Principal) -> frozenset[str]:
    """The organisations in which she is a manager herself: standing in for one does not lend this."""
    return frozenset(each.organisation_id for each in person.memberships if each.role is Role.MANAGER)


def _check_manager(manager: Principal, organisation_id: str) -> None:
    if organisation_id not in managed(manager):
        raise not_found()


def _check_may_set(by: Principal, organisation_id: str, person_id: str) -> None:
    if by.id == person_id and by.roles_in(organisation_id):
        return
    _check_manager(by, organisation_id)


def _refuse(connection: Connection, wanted: Wanted, *, now: datetime, besides: str = "") -> None:
    members = store.members(connection, wanted.organisation_id)
    known = tuple(each for each in store.to_come(connection, wanted.organisation_id, at=now) if each.id != besides)
    refuse_all(faults(wanted, members=members, known=known, at=now))


def _changeable(connection: Connection, by: Principal, absence_id: str, wanted: Wanted, *, now: datetime) -> None:
    """Raises Refused where she may not change it, it is over, or something is wrong with what is to be."""
    row = store.one(connection, absence_id)
    if row is None:
        raise not_found()
    _check_may_set(by, row.organisation_id, row.person_id)
    if row.ended_at is not None or row.until <= now:
        raise Refused(Refusal("absence_over", "This absence is over already. Write down another one."))
    if (wanted.person_id, wanted.organisation_id) != (row.person_id, row.organisation_id):
        raise Refused(Refusal("not_member", "An absence stays that of the same person. Write down another one."))
    _refuse(connection, wanted, now=now, besides=absence_id)


def _write_down(
    connection: Connection,
    library: Library,
    by: Principal,
    wanted: Wanted,
    *,
    absence_id: str,
    now: datetime,
    instead_of: str = "",
) -> None:
    """Store an absence, in place of another where there was one, seal it, and tell of what would be with nobody."""
    store.insert(connection, absence_id, wanted, by=by.id, at=now, replaces=instead_of)
    facts = {
        "absence": absence_id, "person": wanted.person_id, "organisation": wanted.organisation_id,
        "from": wanted.start.isoformat(), "until": wanted.until.isoformat(),
        "deputies": list(wanted.deputies), "set_by": by.id,
        "roles": None if wanted.roles is None else sorted(role.value for role in wanted.roles),
    }  # fmt: skip
    if instead_of:
        facts["instead_of"] = instead_of
    record_house(
        connection, kind=HouseEvent.ABSENCE_CHANGED if instead_of else HouseEvent.ABSENCE_RECORDED, facts=facts,
        texts={"reason": wanted.reason.strip()}, command_id=absence_id, by=by.id, at=now,
    )  # fmt: skip
    _tell_of_uncovered(connection, library, wanted.organisation_id, when=max(now, wanted.start), at=now)


def _tell_of_uncovered(
    connection: Connection, library: Library, organisation_id: str, *, when: datetime, at: datetime
) -> None:
    """Tell managers of every request that would be with nobody when the absence begins."""
    away = running(store.to_come(connection, organisation_id, at=at), at=when)
    for case_id in uncovered(connection, organisation_id, away):
        case = cases.read(connection, case_id)
        assert case is not None
        definition = library.definition(connection, case.definition)
        told = nobody_for(case, definition)
        notices.insert(connection, told, case_id=case.id, due_at=None, at=at)
