"""The Guardian's page: nothing is decided for her, a question goes back, and terms reach who must keep them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House
from tests.page import Page
from tests.webapp.holder import DEPUTY, GUARDIAN, LEAD, REQUESTER, Desk, choices, confirm, rated
from workflows.core.commands import CLOCK, Reduction, Remind
from workflows.core.definition import StageKind
from workflows.core.weighing import Likelihood, Severity

ITEMS = ("risk", "crisis", "record")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def fields(page: Page) -> dict[str, str]:
    return {name: str(value) for name, value in page.form().fields.items()}


@pytest.mark.feature("C2")
def test_nothing_is_decided_beforehand_and_nothing_shares_everything(desk: Desk) -> None:
    page = desk.sit(GUARDIAN).open(f"/cases/{desk.case()}/decide")
    form = page.form()
    assert not {
        name for name, value in form.fields.items() if name.startswith(("outcome-", "likelihood", "sever")) and value
    }
    # The items of this request are sensitive: none takes the reason that the others share.
    assert all(not form.fields[f"reason-{key}-share"] for key in ITEMS)
    assert form.buttons == [("", "")] or [name for name, _ in form.buttons if name] == []
    assert "hare all" not in page.text


@pytest.mark.feature("C5")
def test_both_sides_ask_the_same_and_begin_with_what_the_requester_wrote(desk: Desk) -> None:
    case = desk.case()
    page = desk.sit(GUARDIAN).open(f"/cases/{case}/decide")
    given = fields(page)
    purpose = desk.house.case(case).request.purpose
    assert given["harm_of_sharing"] == purpose.risk_of_sharing
    assert given["harm_of_not_sharing"] == purpose.risk_of_not_sharing
    assert page.text.count("The requester wrote this.") == 2
    assert given["affected_of_sharing"] == "Adult A"
    parts = ("harm", "likelihood", "severity", "affected", "evidence")
    assert all(f'name="{part}_of_{side}"' in page.html for part in parts for side in ("sharing", "not_sharing"))
    sides = page.all("div", class_="gh-scales__side")
    assert len(sides) == 2


@pytest.mark.feature("C5")
def test_a_refusal_with_an_empty_other_side_is_refused(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    refuse = {f"outcome-{key}": "refuse" for key in ITEMS}
    refuse |= {f"reason-{key}-refuse": "not_necessary" for key in ITEMS}
    refuse |= {f"text-{key}-refuse": "Not needed." for key in ITEMS}
    refuse |= {"would_change_it": "A new injury.", "harm_of_not_sharing": "", "affected_of_not_sharing": ""}
    page = client.submit(refuse, status=422)
    parts = ("harm", "likelihood", "severity", "affected")
    assert set(page.errors()) == {f"{part}_of_not_sharing" for part in parts}
    assert desk.house.case(case).decision is None


@pytest.mark.feature("C2", "C5")
def test_a_reduced_item_says_how_and_the_record_has_both_sides_whole(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    part = {
        "outcome-crisis": "share_reduced", "how-crisis": "shorter_period", "reduction-crisis": "From May on",
        "reason-crisis-share_reduced": "part_enough", "text-crisis-share_reduced": "Older plans are void.",
        "evidence_of_not_sharing": "The advice of 3 November", "likelihood_of_not_sharing": "likely",
    }  # fmt: skip
    page = client.submit(choices(**part, retention="Six months", onward="Nobody"))
    assert "is shared reduced: a shorter period: From May on." in page.text
    assert "How long it may be kept: Six months." in page.text
    client.submit(confirm(page))
    decision = desk.house.case(case).decision
    assert decision is not None
    assert decision.items[1].how is Reduction.SHORTER_PERIOD
    risk = decision.risk_of_not_sharing
    assert (risk.likelihood, risk.severity) == (Likelihood.LIKELY, Severity.SERIOUS)
    record = client.open(f"/cases/{case}/record").text
    for words in (
        "Likely, serious.",
        "Possible, serious.",
        "Affected: Adult A.",
        "Rests on: The advice of 3 November.",
    ):
        assert words in record
    assert "Reduced: a shorter period: From May on." in record
    assert "Six months" in record
    card = client.open(f"/cases/{case}").text
    assert "Six months" in card
    assert "A shorter period" in desk.sit(LEAD).open(f"/cases/{case}/release").text


@pytest.mark.feature("C2", "C5")
def test_asking_about_one_item_sends_the_case_back_and_decides_nothing(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    ask = {"outcome-crisis": "ask", "question-crisis": "", "harm_of_not_sharing": ""}
    page = client.submit(choices(**ask), status=422)
    assert set(page.errors()) == {"question-crisis", "harm_of_not_sharing"}
    page = client.submit(choices(**{**ask, "question-crisis": "Which plan?", "harm_of_not_sharing": "A child waits."}))
    assert page.h1 == "Is this what you want to ask?"
    assert "Which plan?" in page.text
    assert "Nothing is decided yet" in page.text
    assert "What you chose for the other items is not kept" in page.text
    again = confirm(page)
    page = client.submit(again)
    assert "Nothing is decided yet" in page.text
    found = desk.house.case(case)
    assert (found.kind, found.decision) == (StageKind.INFORMATION_NEEDED, None)
    question = found.open_question
    assert question is not None
    assert (question.question, question.items) == ("Which plan?", ("crisis",))
    assert question.harm_of_waiting == "A child waits."
    # A second click finds what the first one did, and the requester sees what the question is about.
    assert client.send(f"/cases/{case}/decide", again).path == f"/cases/{case}"
    assert len(desk.house.case(case).questions) == 1
    assert "Current crisis plan" in desk.sit(REQUESTER).open(f"/requests/{case}/answer").text


@pytest.mark.feature("C2")
def test_a_decision_on_a_case_that_went_on_is_not_stored(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(DEPUTY)
    client.open(f"/cases/{case}/decide")
    page = client.submit(choices())
    stale = confirm(page)
    first = desk.sit(GUARDIAN)
    first.open(f"/cases/{case}/decide")
    first.submit(confirm(first.submit(choices())))
    version = desk.house.case(case).version
    client.send(f"/cases/{case}/decide", stale, status=409)
    assert desk.house.case(case).version == version


@pytest.mark.feature("C2", "C20")
def test_a_reminder_that_comes_while_the_form_is_open_stops_nobody(desk: Desk) -> None:
    """Found in a browser: the clock did something while she wrote, and she was told that somebody was faster."""
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    clock = desk.house.case(case).clock
    assert clock is not None
    later = datetime.now(UTC) + timedelta(days=9)
    remind = Remind(id=desk.house.new_id(), actor=CLOCK, at=later, case_id=case, rung="half", clock=clock.number)
    desk.house.casework.execute(remind)
    page = client.submit(choices())
    assert "Is this your decision?" in page.text
    client.submit(confirm(page))
    assert desk.house.case(case).decision is not None


@pytest.mark.feature("C2", "C13")
def test_what_goes_on_has_terms_and_the_recipient_reads_them(desk: Desk) -> None:
    case = desk.case("S7")
    who, keys = "moira.keane", ("attendance", "incidents")
    client = desk.sit(who)
    page = client.open(f"/cases/{case}/decide")
    share = {**{f"outcome-{key}": "share" for key in keys}, **rated()}
    page = client.submit(share, status=422)
    assert set(page.errors()) == {"conditions", "retention", "onward", "review_by"}
    day = datetime.now(UTC).date() + timedelta(days=180)
    terms = {
        "conditions": "Only what was asked", "retention": "Until the plan ends", "onward": "Nobody else",
        "review_by-day": str(day.day), "review_by-month": str(day.month), "review_by-year": str(day.year),
    }  # fmt: skip
    past = {**terms, "review_by-year": "2020"}
    assert set(client.submit({**share, **past}, status=422).errors()) == {"review_by"}
    page = client.submit({**share, **terms})
    for words in ("Only what was asked", "Until the plan ends", "Nobody else"):
        assert words in page.text
    client.submit(confirm(page))
    # One reason stands for everything that is shared, and is kept with each item.
    decision = desk.house.case(case).decision
    assert decision is not None
    assert [each.reason for each in decision.items] == ["necessary", "necessary"]
    sender = desk.sit("ali.rashid")
    sender.open(f"/cases/{case}/release")
    sender.submit(confirm(sender.submit({f"content-{key}": "Words." for key in keys})))
    read = desk.sit("amy.castell").open(f"/shared/{case}").text
    for words in ("Only what was asked", "Until the plan ends", "Nobody else"):
        assert words in read
