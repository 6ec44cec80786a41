"""Whether a notice is still worth sending; and that a pause moves the whole ladder. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from workflows.core.calendars import Length, Unit
from workflows.core.case import Case
from workflows.core.clocks import Clock, Pause, due_at
from workflows.core.definition import Definition, Role, StageKind
from workflows.core.due import due
from workflows.core.notices import Audience, NoticeKind
from workflows.core.permissions import Membership, Principal
from workflows.core.telling import CALLS_TO_ACT, LADDER, among, says_more, still_true
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import load, read_builtin

MONDAY = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
CALENDAR = "england-and-wales"


@pytest.fixture(scope="module")
def standard() -> Definition:
    return load(read_builtin("standard"))


def at_stage(definition: Definition, stage: str) -> Case:
    clock = Clock(
        number=1, stage=stage, started_at=MONDAY, length=Length(2, Unit.WORKING_DAYS), calendar=CALENDAR,
        due_time=time(17, 0),
    )  # fmt: skip
    return Case(
        id="c", reference="SR-1", definition=definition.ref, packs=(), version=9, stage=stage,
        kind=definition.stage(stage).kind, requester="rita", requester_org="asker", holder_org="holder",
        calendar=CALENDAR, created_at=MONDAY, stage_since=MONDAY, submitted_at=MONDAY,
        clock=None if definition.stage(stage).kind is StageKind.CLOSED else clock,
    )  # fmt: skip


def person(name: str, organisation: str, *roles: Role) -> Principal:
    return Principal(name, name, f"{name}@x.example", frozenset(Membership(organisation, role) for role in roles))


COLIN = person("colin", "holder", Role.CONSENT_OFFICER)
GUY = person("guy", "holder", Role.CALDICOTT_GUARDIAN)
MAX = person("max", "holder", Role.MANAGER)
RITA = person("rita", "asker", Role.REQUESTER)
ADA = person("ada", "asker", Role.MANAGER)


@pytest.mark.feature("C20")
@pytest.mark.parametrize("kind", sorted(CALLS_TO_ACT))
def test_a_call_to_act_holds_while_it_is_this_persons_move(kind: NoticeKind, standard: Definition) -> None:
    case = at_stage(standard, "consent_check")

    def holds(who: Principal, where: Case = case, title: str = "Consent check") -> bool:
        return still_true(kind, where, standard, person=who, stage_title=title)

    assert holds(COLIN)
    assert not holds(MAX)
    assert not holds(COLIN, title="Adjudication")
    assert not holds(COLIN, at_stage(standard, "ig_advice"))
    assert not holds(COLIN, at_stage(standard, "withdrawn"), "Withdrawn")
    assert not holds(COLIN, replace(case, assignee="guy"))
    assert holds(GUY, replace(case, assignee="guy"))


@pytest.mark.feature("C20")
def test_an_escalation_holds_while_the_case_stands_there_and_the_person_has_the_role(standard: Definition) -> None:
    case = at_stage(standard, "consent_check")

    def holds(who: Principal, where: Case = case, title: str = "Consent check") -> bool:
        return still_true(NoticeKind.ESCALATION, where, standard, person=who, stage_title=title)

    assert holds(MAX)
    assert not holds(ADA)
    assert not holds(COLIN)
    assert not holds(MAX, title="Draft")
    assert not holds(MAX, at_stage(standard, "declined"), "Declined")
    asked = at_stage(standard, "information_needed")
    assert holds(ADA, asked, "Information needed")
    assert not holds(MAX, asked, "Information needed")


@pytest.mark.parametrize(
    "kind",
    sorted(set(NoticeKind) - CALLS_TO_ACT - {NoticeKind.ESCALATION, NoticeKind.FOLLOW_UP, NoticeKind.IDENTITY_ASKED}),
)
def test_what_has_happened_stays_true(kind: NoticeKind, standard: Definition) -> None:
    case = at_stage(standard, "declined")
    assert still_true(kind, case, standard, person=RITA, stage_title="Adjudication")


def test_who_an_audience_means() -> None:
    assert among(Audience(people=("rita",)), RITA)
    assert among(Audience(emails=("rita@x.example",)), RITA)
    assert not among(Audience(people=("rita",), excluding=("rita",)), RITA)
    assert among(Audience(organisation="holder", roles=(Role.MANAGER,)), MAX)
    assert not among(Audience(organisation="asker", roles=(Role.MANAGER,)), MAX)
    assert not among(Audience(), MAX)


@pytest.mark.feature("C20")
def test_a_pause_moves_every_rung_of_the_ladder(standard: Definition) -> None:
    calendar = seed_calendars()[CALENDAR]
    case = at_stage(standard, "consent_check")
    before = {item.rung: item.at for item in due(case, standard, calendar)}
    assert case.clock is not None
    away = Pause(MONDAY + timedelta(hours=1), MONDAY + timedelta(days=28), "waiting for the requester")
    clock = replace(case.clock, pauses=(away,))
    after = {item.rung: item.at for item in due(replace(case, clock=clock), standard, calendar)}
    assert set(after) == set(before)
    assert after["overdue"] == due_at(clock, calendar)
    for rung, at in after.items():
        assert at > before[rung]
        assert rung == "half" or at > MONDAY + timedelta(days=28)


@pytest.mark.feature("C20", "C24")
def test_of_what_a_ladder_says_the_higher_step_says_more_and_of_two_the_later() -> None:
    for low, kind in enumerate(LADDER):
        for high, other in enumerate(LADDER):
            for later in (True, False):
                assert says_more(other, kind, later=later) is (high > low or (high == low and later))
    assert not says_more(NoticeKind.ESCALATION, NoticeKind.QUESTION, later=True)
    assert not says_more(NoticeKind.QUESTION, NoticeKind.REMINDER, later=True)
