"""Absences through the door: who may act, what she finds on her desk, who is told, and what the record says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders import House, build
from tests.counting import statements
from tests.service.test_execute_statements import DECIDE, decision
from workflows.core import commands as c
from workflows.core.absences import Wanted
from workflows.core.definition import CommandType, Role
from workflows.core.notices import NoticeKind
from workflows.core.permissions import Membership, Principal
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.service.absences import Absences
from workflows.service.authority import held
from workflows.service.office import Office
from workflows.service.posting import Fate, Letter, Sending, drain
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import reading, transaction
from workflows.store import cases, clock

pytestmark = pytest.mark.feature("C11")

ANNE, FEMI, LUCY, SAMIR, MARTIN, ROSA = (
    "anne.whitcombe", "femi.adeyemi", "lucy.brandt", "samir.haddad", "martin.shaw", "rosa.lind"
)  # fmt: skip
WEEK = timedelta(days=7)


def absences(house: House) -> Absences:
    return Absences(house.engine, house.casework.library)


def wanted(house: House, who: str, *deputies: str, start: datetime, until: datetime, **more: Any) -> Wanted:
    return Wanted(
        organisation_id=house.organisation("harrowmere").id, person_id=house.person(who).id, start=start, until=until,
        deputies=tuple(house.person(each).id for each in deputies), **more,
    )  # fmt: skip


def away(house: House, who: str, *deputies: str, start: datetime, until: datetime | None = None, by: str = "") -> str:
    asked = wanted(house, who, *deputies, start=start, until=until or start + WEEK)
    absence_id = house.new_id()
    absences(house).record(house.person(by or who), asked, absence_id=absence_id, now=start)
    return absence_id


def as_of(house: House, who: str, at: datetime) -> Principal:
    with reading(house.engine) as connection:
        found = cases.principal(connection, house.person(who).id, at=at)
    assert found is not None
    return found


def mine(house: House, who: str, at: datetime) -> list[str]:
    page = house.casework.worklist(as_of(house, who, at), tab="mine", page=1, now=at)
    return [row.id for row in page.rows]


def told(house: House, case_id: str, kind: NoticeKind) -> set[str]:
    with reading(house.engine) as connection:
        found = connection.execute(
            text(
                "SELECT p.email FROM notices n JOIN people p ON p.id = n.person_id "
                "WHERE n.case_id = cast(:case AS uuid) AND n.kind = :kind"
            ),
            {"case": case_id, "kind": kind.value},
        )
        return {row.email.partition("@")[0] for row in found}


def decide(house: House, who: str, case_id: str, at: datetime) -> None:
    given = decision(house, case_id)
    house.casework.execute(replace(given, actor=house.actor(who), at=at, id=house.new_id()))


def test_the_deputys_deputy_gets_the_tasks_of_both_and_it_ends_on_time(house: House) -> None:
    """A is away and B stands in; B is away too and C stands in: C has the work of both, until the day it ends."""
    case_id = build(house, "S2")
    at = house.later(case_id)
    assert mine(house, ANNE, at) == [case_id]
    assert mine(house, SAMIR, at) == []
    away(house, LUCY, SAMIR, start=at)
    away(house, ANNE, LUCY, start=at)
    advice = build(house, "S4", upto="ig_advice")
    assert set(mine(house, SAMIR, at)) >= {case_id, advice}
    assert mine(house, ANNE, at) == mine(house, LUCY, at) == []
    later = at + WEEK
    assert mine(house, SAMIR, later) == []
    assert mine(house, ANNE, later) == [case_id]
    with pytest.raises(Refused):
        decide(house, SAMIR, case_id, later)


def test_what_the_deputy_decides_is_recorded_for_the_absent_person(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, ANNE, SAMIR, start=at)
    decide(house, SAMIR, case_id, at + timedelta(minutes=1))
    made = house.case(case_id).decision
    assert made is not None
    assert (made.by, made.stood_in_for) == (house.person(SAMIR).id, house.person(ANNE).id)
    assert made.by_name == "Samir Haddad for Dr Anne Whitcombe"
    assert made.position == "Caldicott Guardian"
    page = house.casework.case(house.person("priya.anand"), case_id, now=at + timedelta(minutes=2))
    assert {line.by for line in page.timeline if "ecided" in line.title} == {made.by_name}
    assert isinstance(verify(house.engine), Whole)
    with reading(house.engine) as connection:
        facts = connection.execute(
            text("SELECT facts FROM events WHERE stream = cast(:id AS uuid) AND type = 'Decided'"), {"id": case_id}
        ).scalar_one()
    assert facts["stood_in_for"] == house.person(ANNE).id


def test_a_deputy_guardian_who_stands_in_acts_for_the_guardian(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, ANNE, FEMI, start=at)
    decide(house, FEMI, case_id, at + timedelta(minutes=1))
    made = house.case(case_id).decision
    assert made is not None
    assert made.by_name == "Dr Femi Adeyemi for Dr Anne Whitcombe"


def test_a_deputy_who_made_the_request_or_advised_is_passed_over(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, ANNE, LUCY, SAMIR, start=at)
    assert house.case(case_id).advisers == {house.person(LUCY).id}
    assert case_id not in mine(house, LUCY, at)
    assert mine(house, SAMIR, at) == [case_id]
    with pytest.raises(Refused) as refused:
        decide(house, LUCY, case_id, at + timedelta(minutes=1))
    assert refused.value.code == "advised"
    decide(house, SAMIR, case_id, at + timedelta(minutes=1))


def test_letters_go_to_the_deputy_and_not_to_the_absent_person(house: House) -> None:
    case_id = build(house, "S2", upto="ig_advice")
    at = house.later(case_id)
    away(house, ANNE, SAMIR, start=at - timedelta(days=1))
    house.give(c.Advise, LUCY, case_id, at=at, advice=c.AdviceType.SUPPORTS)
    people = told(house, case_id, NoticeKind.YOUR_TURN)
    assert {SAMIR, FEMI} <= people
    assert ANNE not in people
    house.give(c.Reassign, MARTIN, case_id, at=at, to_person=house.person(ANNE).id, to_eligible=False, reason="Hers.")
    assert told(house, case_id, NoticeKind.REASSIGNED) == {SAMIR}
    assert mine(house, SAMIR, at) == [case_id]
    assert mine(house, ANNE, at) == []
    assert mine(house, ANNE, at + WEEK) == [case_id]


def test_a_mail_that_waits_when_she_goes_is_passed_on_once(house: House) -> None:
    """It was written to her and has not gone: whoever stands in gets it, and nobody gets it twice."""
    case_id = build(house, "S2")
    with transaction(house.engine) as connection:
        connection.execute(text("UPDATE outbox SET state = 'sent' WHERE state = 'waiting'"))
    at = house.casework.now()
    house.give(c.Reassign, MARTIN, case_id, at=at, to_person=house.person(ANNE).id, to_eligible=False, reason="Hers.")
    away(house, ANNE, SAMIR, start=at)
    sent: list[str] = []

    def send(letter: Letter) -> Sending:
        sent.append(f"{letter.kind.value} {letter.address.partition('@')[0]}")
        return Sending(Fate.SENT)

    for _ in range(3):
        drain(house.engine, house.casework.library, send)
    assert sent == [f"reassigned {SAMIR}"]
    assert told(house, case_id, NoticeKind.REASSIGNED) == {ANNE, SAMIR}


def test_work_with_nobody_is_told_of_at_once(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    house.give(c.Reassign, MARTIN, case_id, at=at, to_person=house.person(ANNE).id, to_eligible=False, reason="Hers.")
    away(house, ANNE, LUCY, start=at)
    assert told(house, case_id, NoticeKind.NOBODY_STANDS_IN) == {MARTIN}
    house.give(c.Chase, MARTIN, case_id, at=at + timedelta(minutes=1))
    assert told(house, case_id, NoticeKind.CHASE) == set()


def test_work_that_others_can_take_alarms_nobody(house: House) -> None:
    case_id = build(house, "S2")
    away(house, ANNE, LUCY, start=house.later(case_id))
    assert told(house, case_id, NoticeKind.NOBODY_STANDS_IN) == set(), "the deputy Guardian can decide"
    away(house, FEMI, LUCY, start=house.later(case_id))
    assert told(house, case_id, NoticeKind.NOBODY_STANDS_IN) == {MARTIN}


def test_new_work_that_comes_to_nobody_is_told_of_when_it_comes(house: House) -> None:
    case_id = build(house, "S2", upto="ig_advice")
    at = house.later(case_id)
    for who in (ANNE, FEMI):
        away(house, who, LUCY, start=at)
    assert told(house, case_id, NoticeKind.NOBODY_STANDS_IN) == set()
    house.give(c.Advise, LUCY, case_id, at=at, advice=c.AdviceType.SUPPORTS)
    assert told(house, case_id, NoticeKind.NOBODY_TOLD) >= {MARTIN}
    assert told(house, case_id, NoticeKind.YOUR_TURN) & {ANNE, FEMI} == set()


def test_nothing_can_be_given_to_somebody_because_she_stands_in(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, ANNE, SAMIR, start=at)
    with pytest.raises(Refused) as refused:
        house.give(c.Reassign, MARTIN, case_id, at=at, to_person=house.person(SAMIR).id, to_eligible=False, reason="X.")
    assert refused.value.code == "not_eligible"


def test_a_decision_for_another_costs_no_statement_more(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, ANNE, SAMIR, start=at)
    given = replace(decision(house, case_id), actor=house.actor(SAMIR), at=at, id=house.new_id())
    house.casework.library.calendar("england-and-wales")
    with statements(house.engine) as sent:
        house.casework.execute(given)
    assert len(sent) == DECIDE, sent


def test_coming_back_early_gives_the_work_back(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    absence_id = away(house, ANNE, SAMIR, start=at)
    back = at + timedelta(hours=1)
    absences(house).end(house.person(ANNE), absence_id, command_id=house.new_id(), now=back)
    absences(house).end(house.person(ANNE), absence_id, command_id=house.new_id(), now=back)
    assert mine(house, SAMIR, back) == []
    assert mine(house, ANNE, back) == [case_id]
    assert mine(house, SAMIR, at) == [case_id], "what was, stays so"
    (row,) = absences(house).of(house.person(ANNE))
    assert row.ended_at == back
    assert row.ended_by == "Dr Anne Whitcombe"
    assert house_record(house) == ["AbsenceRecorded", "AbsenceEnded"]
    assert isinstance(verify(house.engine), Whole)
    other = away(house, ANNE, SAMIR, start=back)
    with pytest.raises(Refused) as refused:
        absences(house).end(house.person(ANNE), other, command_id=house.new_id(), now=back + WEEK)
    assert refused.value.code == "absence_over"


def house_record(house: House) -> list[str]:
    with reading(house.engine) as connection:
        return list(
            connection.execute(text("SELECT type FROM events WHERE type LIKE 'Absence%' ORDER BY seq")).scalars()
        )


def test_bad_input_is_refused_and_nothing_is_stored(house: House) -> None:
    at = house.casework.now()
    away(house, SAMIR, ANNE, start=at)
    service = absences(house)
    bad = [
        ("loop", wanted(house, ANNE, SAMIR, start=at, until=at + WEEK)),
        ("overlap", wanted(house, SAMIR, ANNE, start=at + timedelta(days=1), until=at + WEEK)),
        ("not_eligible", wanted(house, ANNE, "priya.anand", start=at, until=at + WEEK)),
        ("herself", wanted(house, ANNE, ANNE, start=at, until=at + WEEK)),
        ("no_deputies", wanted(house, ANNE, start=at, until=at + WEEK)),
        ("dates_reversed", wanted(house, ANNE, FEMI, start=at, until=at - WEEK)),
    ]
    for code, asked in bad:
        by = house.person(MARTIN)
        with pytest.raises(Refused) as refused:
            service.record(by, asked, absence_id=house.new_id(), now=at)
        assert code in {each.code for each in refused.value.refusals}
        with pytest.raises(Refused):
            service.check(by, asked, now=at)
    with transaction(house.engine) as connection:
        connection.execute(
            text("UPDATE people SET disabled_at = now() WHERE id = cast(:id AS uuid)"), {"id": house.person(FEMI).id}
        )
    with pytest.raises(Refused) as refused:
        service.record(
            house.person(ANNE), wanted(house, ANNE, FEMI, start=at, until=at + WEEK), absence_id=house.new_id(), now=at
        )
    assert refused.value.code == "not_eligible"
    with reading(house.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM absences")).scalar_one() == 1
    assert house_record(house) == ["AbsenceRecorded"]


def test_only_herself_and_her_manager_may_say_so(house: House) -> None:
    at = house.casework.now()
    asked = wanted(house, ANNE, FEMI, start=at, until=at + WEEK)
    for who in (LUCY, FEMI, "joan.pike", "priya.anand"):
        with pytest.raises(Refused) as refused:
            absences(house).record(house.person(who), asked, absence_id=house.new_id(), now=at)
        assert refused.value.code == NOT_FOUND
    absence_id = house.new_id()
    absences(house).record(house.person(MARTIN), asked, absence_id=absence_id, now=at)
    absences(house).record(house.person(MARTIN), asked, absence_id=absence_id, now=at)
    assert len(absences(house).of(house.person(ANNE))) == 1
    for who in (LUCY, "joan.pike"):
        with pytest.raises(Refused):
            absences(house).one(house.person(who), absence_id)
        with pytest.raises(Refused):
            absences(house).end(house.person(who), absence_id, command_id=house.new_id(), now=at)
    with pytest.raises(Refused):
        absences(house).end(house.person(ANNE), house.new_id(), command_id=house.new_id(), now=at)


def test_who_held_the_authority_on_a_day_can_be_told_afterwards(house: House) -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    org = house.organisation("harrowmere").id
    absence_id = away(house, ANNE, SAMIR, LUCY, start=at)
    away(house, SAMIR, LUCY, start=at)
    absences(house).end(house.person(MARTIN), absence_id, command_id=house.new_id(), now=at + timedelta(days=2))
    manager = house.person(MARTIN)

    def on(day: int) -> list[tuple[int, int, bool, tuple[str, ...]]]:
        (one,) = held(house.engine, manager, org, Role.CALDICOTT_GUARDIAN, day=date(2026, 11, day))
        assert one.name == "Dr Anne Whitcombe"
        return [(each.start.hour, each.end.hour, each.away, each.stand_ins) for each in one.spells]

    assert on(22) == [(0, 0, False, ())]
    assert on(23) == [(0, 9, False, ()), (9, 0, True, ("Lucy Brandt",))]
    assert on(24) == [(0, 0, True, ("Lucy Brandt",))]
    assert on(25) == [(0, 9, True, ("Lucy Brandt",)), (9, 0, False, ())]
    with pytest.raises(Refused):
        held(house.engine, house.person(LUCY), org, Role.CALDICOTT_GUARDIAN, day=at.date())
    assert {row.person for row in absences(house).ahead(manager, org, now=at)} == {"Dr Anne Whitcombe", "Samir Haddad"}
    with pytest.raises(Refused):
        absences(house).ahead(house.person(LUCY), org, now=at)


def test_a_role_that_was_given_later_was_not_held_before(house: House) -> None:
    org = house.organisation("harrowmere").id
    with reading(house.engine) as connection:
        today = clock.now(connection).date()
    person = house.person(LUCY)
    Office(house.engine, secret="s" * 32).add_person(
        name=person.name, email=person.email, password="x", memberships=[Membership(org, Role.CALDICOTT_GUARDIAN)]
    )
    manager, role = house.person(MARTIN), Role.CALDICOTT_GUARDIAN
    before = held(house.engine, manager, org, role, day=today - timedelta(days=3))
    after = held(house.engine, manager, org, role, day=today)
    assert [each.name for each in before] == ["Dr Anne Whitcombe"]
    assert [each.name for each in after] == ["Dr Anne Whitcombe", "Lucy Brandt"]


def test_whoever_stands_in_for_a_manager_minds_the_board_and_sets_no_absence(house: House) -> None:
    case_id = build(house, "S2")
    at = house.later(case_id)
    away(house, MARTIN, SAMIR, start=at)
    samir = as_of(house, SAMIR, at)
    assert samir.organisations_as(Role.MANAGER) == {house.organisation("harrowmere").id}
    house.give(c.Chase, SAMIR, case_id, at=at)
    page = house.casework.case(samir, case_id, now=at)
    assert page.timeline[0].by == "Samir Haddad for Martin Shaw"
    assert CommandType.CHASE in {offer.command for offer in page.offers}
    with pytest.raises(Refused):
        absences(house).record(
            samir, wanted(house, ANNE, FEMI, start=at, until=at + WEEK), absence_id=house.new_id(), now=at
        )
