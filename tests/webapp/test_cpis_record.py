"""CP-IS checks on the decision record: those that were there when it was decided, in a form that can be passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House
from tests.core.checks import check, plan
from tests.page import Page, words
from tests.webapp.canary import SAYS
from tests.webapp.holder import GUARDIAN, OFFICER, REQUESTER, Desk, choices, confirm
from webapp.views.cpis_record import NONE, OWN_TITLE, TITLE, cpis_then
from webapp.views.cpis_words import ON_RECORD, age_then
from webapp.views.showing import long_instant
from workflows.core.commands import RecordCpisCheck
from workflows.core.cpis import CpisPlan, CpisSetting, PlanType, bare, of_child
from workflows.core.request import Period, Person
from workflows.core.visibility import Identity

pytestmark = pytest.mark.feature("C28")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def rows(page: Page) -> dict[str, str]:
    """The rows of the record by their keys."""
    found = page.all("div", class_="govuk-summary-list__row")
    return {words(row[0]): words(row[1]) for row in found}


def decide(desk: Desk, case_id: str) -> None:
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case_id}/decide")
    client.submit(confirm(client.submit(choices())))


def test_the_record_holds_what_was_known_when_it_was_decided_and_not_what_came_later(desk: Desk) -> None:
    case_id, now = desk.case(), datetime.now(UTC)
    period = Period(date(2026, 3, 2))
    old = check(at=now, checked_at=now - timedelta(days=12, hours=2), evidence=SAYS, checked_by=SAYS)
    known = plan(at=now, plans=(CpisPlan(PlanType.LOOKED_AFTER, period),), setting=CpisSetting.EMERGENCY_DEPARTMENT)
    desk.house.give(RecordCpisCheck, REQUESTER, case_id, **old, at=now)
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **known, at=now)
    decide(desk, case_id)
    later = datetime.now(UTC)
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **plan(PlanType.UNBORN, at=later), at=later)
    page = desk.sit(GUARDIAN).open(f"/cases/{case_id}/record")
    said = rows(page)[TITLE]
    for each in (
        "Child P: no plan is recorded. Asked on", "General practice, by appointment (scheduled care)",
        "recorded by the requester. That was 12 days before the decision: circumstances may have changed in between.",
        f"a plan is recorded (Looked-after child, from 2 March 2026). Asked on {long_instant(known['checked_at'])}",
        "Emergency department (unscheduled care), recorded at the holder. That was 1 hour before the decision.",
        ON_RECORD,
    ):  # fmt: skip
        assert each in said, each
    assert "before birth" not in said
    for each in (SAYS, "P. Orrin", "9990054924", "Marlbridge County Council (M1)", "960001", "Dr Ode"):
        assert each not in page.html
    own = rows(desk.sit(REQUESTER).open(f"/cases/{case_id}/record"))
    assert "no plan is recorded" in own[OWN_TITLE]
    assert "a plan is recorded" not in own[OWN_TITLE]
    assert TITLE not in own


@pytest.mark.feature("C1")
def test_who_sees_labels_only_reads_ages_and_no_dates(desk: Desk) -> None:
    case_id, now = desk.case(), datetime.now(UTC)
    plans = (CpisPlan(PlanType.CHILD_PROTECTION, Period(date(2026, 3, 2))),)
    known = plan(at=now, checked_at=now - timedelta(hours=3, minutes=1), plans=plans)
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **known, at=now)
    decide(desk, case_id)
    seen = desk.house.casework.case(desk.house.person(GUARDIAN), case_id, now=datetime.now(UTC))
    labels, bared = replace(seen.look, identity=Identity.LABELS), tuple(bare(each) for each in seen.cpis)
    seen = replace(seen, look=labels, cpis=bared)
    assert seen.decision is not None
    ((said, *_),) = [each["value"] for each in cpis_then(seen, seen.decision)]
    assert said == (
        "Child P: a plan is recorded (Child protection plan). Asked: General practice, by appointment (scheduled care),"
        " recorded at the holder. That was 3 hours before the decision."
    )


def test_that_there_was_none_is_said_of_a_child_and_to_who_would_read_it(desk: Desk) -> None:
    case_id = desk.case()
    decide(desk, case_id)
    now = datetime.now(UTC)
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **plan(at=now), at=now)
    assert rows(desk.sit(GUARDIAN).open(f"/cases/{case_id}/record"))[TITLE] == NONE
    assert "CP-IS" not in desk.sit(REQUESTER).open(f"/cases/{case_id}/record").text
    seen = desk.house.casework.case(desk.house.person(GUARDIAN), case_id, now=datetime.now(UTC))
    assert seen.decision is not None
    assert seen.of_child == (True,)
    assert list(cpis_then(replace(seen, of_child=(False,)), seen.decision)) == []


@pytest.mark.parametrize(
    ("person", "child"),
    [
        (Person("Child A", born=date(2008, 11, 24)), True),
        (Person("Child A", born=date(2008, 11, 23)), False),
        (Person("Adult A", born=date(2010, 1, 1)), True),
        (Person("Unborn child B"), True),
        (Person("Person A"), False),
    ],
)
def test_whether_a_request_is_about_a_child(person: Person, *, child: bool) -> None:
    assert of_child((Person("Adult M"), person), on=NOW.date()) is child


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=59), "less than an hour before the decision"),
        (timedelta(hours=47), "47 hours before the decision"),
        (timedelta(days=2), "2 days before the decision: circumstances may have changed in between"),
    ],
)
def test_how_old_an_answer_was(age: timedelta, words: str) -> None:
    assert age_then(NOW - age, then=NOW) == words
