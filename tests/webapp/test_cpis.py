"""CP-IS checks at the pages: written down by hand, shown as context, and to whom."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.builders import House
from tests.core.checks import check, plan
from tests.page import Page
from tests.webapp.canary import SAYS, canary, tells
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, OFFICER, REQUESTER, Desk
from webapp.views.cpis_words import CAUTION, age_words
from workflows.core.commands import RecordCpisCheck
from workflows.core.cpis import Authority, CpisPlan, CpisResult, CpisSetting, PlanType

pytestmark = pytest.mark.feature("C28")
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def boxes(name: str, at: datetime) -> dict[str, str]:
    local = at.astimezone(LONDON)
    day = {f"{name}-{part}": str(getattr(local, part)) for part in ("day", "month", "year")}
    return {**day, f"{name}-time": f"{local:%H:%M}"}


def answers(at: datetime | None = None, **more: Any) -> dict[str, Any]:
    at = at or datetime.now(UTC) - timedelta(hours=3, minutes=5)
    return {
        "person": "Child P", **boxes("checked_at", at), "checked_by": "Dr Ode, GP, Marl Surgery",
        "setting": "general_practice", "number_used": "yes", "result": "no_plan_recorded", **more,
    }  # fmt: skip


PLAN = {
    "result": "plan", "plan_type-1": "child_protection_plan", "plan_start-1-day": "2", "plan_start-1-month": "3",
    "plan_start-1-year": "2026", "authority_name": "Marlbridge County Council", "authority_code": "M1",
    "authority_phone_office": "01632 960001", "authority_phone_out_of_hours": "01632 960002", "evidence": "NCRS 77",
}  # fmt: skip


def day(name: str, number: int, month: int) -> dict[str, str]:
    return {f"{name}-day": str(number), f"{name}-month": str(month), f"{name}-year": "2026"}


def cards(page: Page) -> str:
    return " ".join(page.text.split())


def test_it_is_written_down_by_hand_and_shown_to_whoever_decides(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    page = client.open(f"/cases/{case_id}")
    assert page.links()["Record a CP-IS check"] == f"/cases/{case_id}/cpis"
    page = client.open(f"/cases/{case_id}/cpis")
    assert CAUTION in page.text
    page = client.submit(answers(**PLAN))
    assert "The CP-IS check was recorded." in page.text
    for where in (f"/cases/{case_id}", f"/cases/{case_id}/decide"):
        said = cards(desk.sit(GUARDIAN).open(where))
        for words in (
            "A plan is recorded", "Child protection plan, from 2 March 2026", "Checked 3 hours ago",
            "by Dr Ode, GP, Marl Surgery", "The local authority was not told of it", CAUTION, "scheduled care",
            "Responsible: Marlbridge County Council (M1)", "01632 960001 (office hours), 01632 960002 (out of hours)",
            "Evidence: NCRS 77", "Recorded by Samir Haddad, Consent officer, written down by hand",
        ):  # fmt: skip
            assert words in said, (where, words)
    history = desk.sit(GUARDIAN).open(f"/cases/{case_id}").text
    assert "CP-IS check recorded" in history
    assert "Child P: a plan is recorded." in history


def test_every_fault_stands_at_its_box_and_nothing_is_stored(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis")
    assert client.page is not None
    page = client.submit({"checked_by": "", "person": ""}, status=422)
    assert list(page.errors()) == ["person", "checked_at", "checked_by", "setting", "result"]
    client.open(f"/cases/{case_id}/cpis")
    wrong = {**answers(), "checked_at-month": "13", "checked_at-time": "noon", "result": "plan"}
    page = client.submit(
        {**wrong, "plan_start-1-day": "31", "plan_start-1-month": "2", "plan_start-1-year": "2026"}, status=422
    )
    assert {"checked_at", "plan_start-1"} <= set(page.errors())
    page = client.submit({**answers(), "checked_at-time": "noon"}, status=422)
    assert list(page.errors()) == ["checked_at-time"]
    page = client.submit(
        {**answers(**PLAN), "plan_end-1-day": "1", "plan_end-1-month": "3", "plan_end-1-year": "2026"}, status=422
    )
    assert list(page.errors()) == ["plan_end-1"]
    page = client.submit({**answers(datetime.now(UTC) + timedelta(hours=2))}, status=422)
    assert page.errors()["checked_at"] == "The time of the check must not be in the future."
    for name in page.errors():
        assert page.all("input", id=name), f"the summary leads to no box: {name}"
    page = client.submit(answers(notified="otherwise"), status=422)
    assert list(page.errors()) == ["notified_why"]
    assert desk.house.case(case_id).cpis == ()


def test_what_was_not_chosen_in_the_end_is_not_kept(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis")
    client.submit({**answers(**PLAN), "result": "no_plan_recorded", "reason": "Down", "setting_words": "A clinic"})
    (details,) = desk.house.case(case_id).cpis[0].details
    assert (details.plans, details.reason, details.setting_words) == ((), "", "")


@pytest.mark.feature("C1")
def test_whoever_advises_reads_label_result_and_age_and_nothing_that_finds_anybody(desk: Desk) -> None:
    case_id = desk.case(upto="ig_advice")
    at = datetime.now(UTC) - timedelta(minutes=90)
    made = plan(at=at, evidence="NCRS 77")
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **made, at=datetime.now(UTC))
    client = desk.sit(LEAD)
    for where in (f"/cases/{case_id}", f"/cases/{case_id}/cpis"):
        said = cards(client.open(where))
        assert "CP-IS, Child P" in said
        assert "A plan is recorded" in said
        assert "Checked 2 hours ago" in said
        for words in ("Marlbridge County Council (M1)", "960001", "NCRS 77", "Dr Ode"):
            assert words not in said
    client.open(f"/cases/{case_id}/cpis")
    assert client.page is not None
    assert "D. Orrin" not in client.page.text
    client.submit(answers())
    assert len(desk.house.case(case_id).cpis) == 2


def test_the_requester_reads_her_own_and_nobody_else_reads_any(desk: Desk) -> None:
    case_id = desk.case()
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **plan(at=datetime.now(UTC)), at=datetime.now(UTC))
    client = desk.sit(REQUESTER)
    page = client.open(f"/cases/{case_id}")
    assert "plan is recorded" not in page.text
    assert "CP-IS check recorded" not in page.text
    client.open(f"/cases/{case_id}/cpis")
    page = client.submit(answers())
    assert "No plan is recorded" in page.text
    assert "Child protection plan" not in page.text
    managed = desk.sit(MANAGER).open(f"/cases/{case_id}").text
    assert not re.search(r"CP-IS|plan is recorded", managed)
    assert "No plan is recorded" in desk.sit(GUARDIAN).open(f"/cases/{case_id}/decide").text


@pytest.mark.feature("C1")
def test_the_canary_sings_in_no_check(desk: Desk) -> None:
    case_id = canary(desk.house, upto="ig_advice")
    born = {"plans": (CpisPlan(PlanType.UNBORN),), "setting": CpisSetting.OTHER_UNSCHEDULED, "setting_words": SAYS}
    texts = {"person": "Child K", "evidence": SAYS, "checked_by": SAYS, "notified": False, "notified_why": SAYS}
    at = datetime.now(UTC)
    fields = plan(at=at, **born, **texts, authority=Authority(SAYS, SAYS, SAYS, SAYS))
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **fields, at=at)
    tried = check(at=at, person="Child K", result=CpisResult.COULD_NOT_CHECK, reason=SAYS)
    desk.house.give(RecordCpisCheck, OFFICER, case_id, **tried, at=at)
    for where in ("", "/cpis", "/advise"):
        page = desk.sit(LEAD).open(f"/cases/{case_id}{where}")
        assert tells(page.html) == []
    assert tells(desk.sit(OFFICER).open(f"/cases/{case_id}/cpis").html)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=59), "less than an hour ago"),
        (timedelta(hours=1, minutes=5), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=12), "12 days ago: circumstances may have changed since"),
    ],
)
def test_how_old_an_answer_is(age: timedelta, words: str) -> None:
    assert age_words(NOW - age, now=NOW) == words
