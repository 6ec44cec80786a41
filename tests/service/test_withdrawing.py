"""Consent taken back, and people who were not told: what follows, and what is refused until it has been seen to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.builders import House, build
from tests.webapp.holder import Desk
from workflows.core.commands import (
    AdviceType,
    Advise,
    ConsentFinding,
    FinishFollowUp,
    ItemContent,
    PersonFinding,
    RecordConsent,
    Release,
    WithdrawConsent,
)
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.refusals import Refused
from workflows.core.request import ConsentState
from workflows.service.unit_of_work import Engine

pytestmark = pytest.mark.feature("C14")
BACK = {"person": "Adult A", "how": "verbal", "given_by": "data_subject"}
REQUESTER, OFFICER = "jess.holloway", "beth.carver"


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def tasks(house: House, case_id: str, kind: FollowUpKind) -> list[tuple[date | None, str]]:
    return [(task.due, task.note) for task in waiting(house.case(case_id), kind)]


def take_back(house: House, case_id: str, who: str = REQUESTER, **more: Any) -> None:
    house.give(WithdrawConsent, who, case_id, **{**BACK, **more})


def refused(house: House, case_id: str, who: str = REQUESTER, **more: Any) -> set[str]:
    before = house.case(case_id)
    with pytest.raises(Refused) as caught:
        take_back(house, case_id, who, **more)
    assert house.case(case_id) == before
    return {each.code for each in caught.value.refusals}


def release(house: House, case_id: str) -> None:
    decision = house.case(case_id).decision
    assert decision is not None
    contents = tuple(ItemContent(key, "Words.") for key in decision.approved())
    house.give(Release, OFFICER, case_id, contents=contents)


def test_not_told_makes_a_task_for_its_day(house: House) -> None:
    case_id = build(house, "S2", upto="consent_check")
    finding = PersonFinding(
        "Adult A", ConsentFinding.NOT_A_BAR, "It may put the child at risk.", told=False, told_why="Unsafe now.",
        revisit_on=date(2026, 11, 20),
    )  # fmt: skip
    fields = {"finding": ConsentFinding.NOT_A_BAR, "covers_all": False, "note": "Not a bar.", "people": (finding,)}
    house.give(RecordConsent, "samir.haddad", case_id, **fields)
    ((due, note),) = tasks(house, case_id, FollowUpKind.TELL_PERSON)
    assert due == date(2026, 11, 20)
    assert "Adult A" in note
    assert "Orrin" not in note


def test_what_the_requester_says_of_telling_counts_where_the_officer_says_nothing(house: House) -> None:
    case_id = build(house, "S2", upto="consent_check")
    fields = {"finding": ConsentFinding.NOT_A_BAR, "covers_all": False, "note": "Not a bar."}
    house.give(RecordConsent, "samir.haddad", case_id, **fields)
    assert [due for due, _ in tasks(house, case_id, FollowUpKind.TELL_PERSON)] == [date(2026, 11, 16)]
    told = build(house, "S1", upto="ig_advice")
    assert tasks(house, told, FollowUpKind.TELL_PERSON) == []


def test_consent_taken_back_stops_what_rested_on_it_until_there_is_another_basis(house: House) -> None:
    case_id = build(house, "S1", upto="release")
    take_back(house, case_id)
    case = house.case(case_id)
    assert case.request.consent.state is ConsentState.WITHDRAWN
    assert case.request.consent.how == "written"  # how it was given stays on record
    assert [(each.person, each.rested) for each in case.taken_back] == [("Adult A", True)]
    with pytest.raises(Refused) as caught:
        release(house, case_id)
    assert caught.value.code == "basis_to_replace"
    assert house.case(case_id).released == ()
    (task,) = waiting(case, FollowUpKind.REPLACE_BASIS)
    house.give(FinishFollowUp, "owen.price", case_id, number=task.number, note="Public task, Care Act 2014 s.9.")
    release(house, case_id)
    assert len(house.case(case_id).released) == 3


def test_consent_for_some_items_is_taken_back_and_the_rest_stands(house: House) -> None:
    case_id = build(house, "S1", upto="ig_advice")
    take_back(house, case_id, OFFICER, items=("falls",), note="He changed his mind about one item.")
    request = house.case(case_id).request
    assert request.consent.state is ConsentState.GIVEN
    assert [(each.items, each.consent.state) for each in request.differs] == [(("falls",), ConsentState.WITHDRAWN)]
    with pytest.raises(Refused) as caught:  # consent no longer covers everything
        house.give(Advise, OFFICER, case_id, advice=AdviceType.SUPPORTS, delegated_release=True)
    assert caught.value.code == "delegation_not_allowed"
    assert refused(house, case_id, items=("falls",)) == {"nothing_to_withdraw"}


def test_it_can_be_taken_back_after_it_was_shared_and_the_recipients_are_told(house: House) -> None:
    case_id = build(house, "S1", upto=None)
    take_back(house, case_id)
    assert len(waiting(house.case(case_id), FollowUpKind.REPLACE_BASIS)) == 1
    rows, _more = house.casework.notices(house.person(REQUESTER), page=1)
    assert "consent_withdrawn" in {row.kind for row in rows}


def test_what_cannot_be_taken_back_is_refused_by_name(house: House) -> None:
    case_id = build(house, "S1", upto="ig_advice")
    assert refused(house, case_id, person="Adult Z", how="", given_by="") == {
        "foreign_person", "how_missing", "by_missing",
    }  # fmt: skip
    assert refused(house, case_id, items=("other",)) == {"foreign_item"}
    assert refused(house, case_id, "owen.price") == {"not_yours"}
    assert refused(house, build(house, "S1", upto="submit")) == {"wrong_stage"}
    assert refused(house, build(house, "S12", upto=None), "kate.dunmore") == {"wrong_stage"}
    assert refused(house, build(house, "S2", upto="ig_advice"), "priya.anand") == {"nothing_to_withdraw"}


def test_the_page_takes_consent_back(engine: Engine, app: Flask) -> None:
    desk = Desk(House.found(engine), app)
    case, client = desk.case("S1", upto="release"), desk.sit(REQUESTER)
    page = client.open(f"/cases/{case}")
    assert "Record that consent was taken back" in page.text
    client.open(f"/cases/{case}/consent/withdraw")
    assert set(client.submit({}, status=422).errors()) == {"how", "given_by"}
    page = client.submit({"how": "verbal", "given_by": "data_subject", "note": "By phone."})
    assert "It was recorded that consent was taken back." in page.text
    assert "Given, then withdrawn" in page.text
    assert "Record that consent was taken back" not in client.open(f"/cases/{case}").text
    officer = desk.sit(OFFICER)
    officer.open(f"/cases/{case}/release")
    names = {f"content-{key}": "Words." for key in ("medication", "gp", "falls")}
    page = officer.submit({**names, "confirmed": "yes"}, status=422)
    assert "waits for another basis" in page.text
