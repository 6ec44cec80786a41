"""The holder's acts by form: what they do, what they refuse, and what happens when somebody is faster."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tests.builders import House
from tests.page import PageClient
from tests.webapp.holder import DEPUTY, GUARDIAN, LEAD, OFFICER, REQUESTER, Desk, choices, confirm
from tests.weighed import RISKS
from workflows.core.case import Outcome
from workflows.core.commands import AdviceType, Ask, ConsentFinding, Decide, ItemDecision, ItemOutcome, Reduction
from workflows.store.engine import Engine


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_the_consent_check_is_recorded(desk: Desk) -> None:
    case = desk.case(upto="consent_check")
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case}/consent")
    page = client.submit({"finding": "not_a_bar", "note": "Refused; not a bar.", "covers_all": "yes"})
    assert page.path == f"/cases/{case}"
    assert "The consent check was recorded." in page.text
    check = desk.house.case(case).consent_check
    assert check is not None
    assert check.finding is ConsentFinding.NOT_A_BAR
    # The tick belongs to valid consent only.
    assert not check.covers_all
    assert "The consent check was recorded." not in client.open(f"/cases/{case}").text


def test_a_consent_check_without_a_finding_is_named_and_kept(desk: Desk) -> None:
    case = desk.case(upto="consent_check")
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case}/consent")
    page = client.submit({"note": "Typed already"}, status=422)
    assert page.errors() == {"finding": "Choose what you found."}
    assert "Typed already" in page.html
    page = client.submit({"finding": "forged", "note": ""}, status=422)
    assert set(page.errors()) == {"finding", "note"}
    page = client.submit({"finding": "valid", "note": "x" * 4001}, status=422)
    assert set(page.errors()) == {"finding", "note"}  # the request says that it was refused
    assert desk.house.case(case).consent_check is None


def test_a_question_stops_the_clock(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/ask")
    assert client.submit({"question": ""}, status=422).errors() == {"question": "Write the question you want answered."}
    page = client.submit({"question": "Which school?"})
    assert "The clock stands still" in page.text
    question = desk.house.case(case).open_question
    assert question is not None
    assert question.question == "Which school?"


def test_advice_with_conditions_keeps_each_line(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    client = desk.sit(LEAD)
    client.open(f"/cases/{case}/advise")
    page = client.submit({"advice": "supports_with_conditions"}, status=422)
    assert set(page.errors()) == {"conditions"}
    client.submit({"advice": "supports_with_conditions", "conditions": "A summary only\n\n  Not the record "})
    advice = desk.house.case(case).latest_advice
    assert advice is not None
    assert advice.conditions == ("A summary only", "Not the record")


def test_delegated_release_is_offered_only_where_it_is_allowed(desk: Desk) -> None:
    closed = desk.sit(LEAD).open(f"/cases/{desk.case(upto='ig_advice')}/advise")
    assert not closed.all("input", name="delegated_release")
    assert "Release cannot be delegated here." in closed.text
    case = desk.case("S1", upto="ig_advice")
    client = desk.sit("beth.carver")
    assert client.open(f"/cases/{case}/advise").all("input", name="delegated_release")
    page = client.submit({"advice": "supports", "delegated_release": "yes"})
    assert "Release" in page.title
    decision = desk.house.case(case).decision
    assert decision is not None
    assert decision.delegated


def test_a_forged_delegation_is_refused(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    client = desk.sit(LEAD)
    client.open(f"/cases/{case}/advise")
    page = client.submit({"advice": "supports", "delegated_release": "yes"}, status=422)
    assert "Release can be delegated only where" in page.text
    assert desk.house.case(case).latest_advice is None


def test_what_does_not_belong_here_is_redirected(desk: Desk) -> None:
    case = desk.case("S11", upto="ig_advice")
    client = desk.sit("ian.webb")
    client.open(f"/cases/{case}/advise")
    assert set(client.submit({"advice": "out_of_scope"}, status=422).errors()) == {"redirect"}
    page = client.submit({"advice": "out_of_scope", "redirect": "Ask the family directly."})
    assert "cannot be brought back" in page.text
    assert not desk.house.case(case).advice
    page = client.submit({"confirmed": "change"})
    assert "Ask the family directly." in page.html
    page = client.submit({"advice": "out_of_scope", "redirect": "Ask the family directly."})
    page = client.submit(confirm(page))
    assert "Ask the family directly." in page.text
    assert desk.house.case(case).advice[-1].advice is AdviceType.OUT_OF_SCOPE


def decide(client: PageClient, case: str) -> None:
    """The Guardian's page, her choices, and the page that reads them back."""
    client.open(f"/cases/{case}/decide")
    client.submit(choices())


@pytest.mark.feature("C2")
def test_a_decision_is_read_back_and_then_made(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    decide(client, case)
    page = client.page
    assert page is not None
    assert "2 of 3 items will be shared with Priya Anand of Marlbridge County Council." in page.text
    assert "“Whole mental-health record” is refused: not necessary for the purpose." in page.text
    assert "Share 2 items and refuse 1" in page.text
    assert desk.house.case(case).decision is None
    done = client.send(f"/cases/{case}/decide", confirm(page))
    assert done.path == f"/cases/{case}"
    decision = desk.house.case(case).decision
    assert decision is not None
    assert decision.outcome is Outcome.PARTLY_SHARED
    assert [each.outcome.value for each in decision.items] == ["share", "share", "refuse"]
    assert [each.reason for each in decision.items] == ["necessary", "necessary", "not_necessary"]


def test_a_decision_can_be_changed_before_it_is_made(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    decide(client, case)
    assert client.page is not None
    page = client.send(f"/cases/{case}/decide", {**confirm(client.page), "action": "change"})
    assert page.h1 == "Decide what to share"
    assert page.form().fields["outcome-record"] == "refuse"
    assert page.form().fields["text-record-refuse"] == "The summary is enough."
    assert desk.house.case(case).decision is None


@pytest.mark.feature("C2", "C5")
def test_an_incomplete_decision_names_every_gap_and_keeps_what_was_typed(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    sent = {"outcome-risk": "share", "outcome-record": "refuse", "harm_of_sharing": "He may leave."}
    sent |= {"harm_of_not_sharing": "", "affected_of_sharing": "", "severity_of_not_sharing": "utter"}
    page = client.submit(sent, status=422)
    assert set(page.errors()) == {
        "outcome-crisis", "reason-risk-share", "reason-record-refuse", "text-record-refuse",
        "likelihood_of_sharing", "severity_of_sharing", "affected_of_sharing",
        "harm_of_not_sharing", "likelihood_of_not_sharing", "severity_of_not_sharing",
    }  # fmt: skip
    assert page.errors()["reason-record-refuse"].startswith("Item 3: Choose a reason")
    assert page.form().fields["harm_of_sharing"] == "He may leave."
    assert page.form().fields["outcome-risk"] == "share"


@pytest.mark.feature("C2", "C5")
def test_reducing_needs_to_say_how_and_refusing_all_what_would_change_it(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case}/decide")
    page = client.submit(choices(**{"outcome-risk": "share_reduced"}), status=422)
    assert set(page.errors()) == {"how-risk", "reason-risk-share_reduced", "text-risk-share_reduced", "reduction-risk"}
    refuse = {
        f"{name}-{key}{'' if name == 'outcome' else '-refuse'}": value
        for key in ("risk", "crisis", "record")
        for name, value in (("outcome", "refuse"), ("reason", "not_necessary"), ("text", "Not needed."))
    }
    page = client.submit(choices(**refuse), status=422)
    assert set(page.errors()) == {"would_change_it"}
    page = client.submit(choices(**refuse, would_change_it="A new injury."))
    assert "None of the 3 items is shared." in page.text
    assert "Refuse 3 items" in page.text


@pytest.mark.parametrize(
    ("day", "month", "year", "say"),
    [
        ("31", "2", "2030", "This must be a real date."),
        ("1", "", "2030", "real date"),
        ("1", "1", "2020", "must be in the future"),
    ],
)
def test_a_review_date_must_be_a_day_to_come(desk: Desk, day: str, month: str, year: str, say: str) -> None:
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{desk.case()}/decide")
    dates = {"review_by-day": day, "review_by-month": month, "review_by-year": year}
    page = client.submit(choices(**dates), status=422)
    assert say in page.errors()["review_by"]
    assert page.form().fields["review_by-year"] == year


def test_a_forged_outcome_counts_as_none(desk: Desk) -> None:
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{desk.case()}/decide")
    page = client.submit(choices(**{"outcome-risk": "share_everything"}), status=422)
    assert set(page.errors()) == {"outcome-risk"}


def test_two_guardians_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    case = desk.case()
    first, second = desk.sit(GUARDIAN), desk.sit(DEPUTY)
    decide(first, case)
    decide(second, case)
    assert first.page is not None
    assert second.page is not None
    first.send(f"/cases/{case}/decide", confirm(first.page))
    page = second.send(f"/cases/{case}/decide", confirm(second.page), status=409)
    assert page.h1 == "Somebody was faster: this is what happened"
    assert "Dr Anne Whitcombe" in page.text
    assert "Advice" not in page.text
    # What the second one typed is not lost.
    assert "He may leave treatment." in page.text
    decisions = desk.house.case(case).decisions
    assert [each.by_name for each in decisions] == ["Dr Anne Whitcombe"]


def test_the_one_who_is_late_learns_it_when_reading_back_too(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(DEPUTY)
    client.open(f"/cases/{case}/decide")
    desk.house.give(Ask, GUARDIAN, case, question="Which months?", harm_of_waiting="The child waits.")
    page = client.submit(choices(), status=409)
    assert "Question asked" in page.text
    assert "The child may stay with a danger nobody sees." in page.text


def test_a_double_click_decides_once(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    decide(client, case)
    assert client.page is not None
    fields = confirm(client.page)
    first = client.send(f"/cases/{case}/decide", fields)
    again = client.send(f"/cases/{case}/decide", fields)
    assert first.path == again.path == f"/cases/{case}"
    assert len(desk.house.case(case).decisions) == 1


@pytest.mark.feature("C19")
def test_the_adviser_may_know_but_not_decide(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(LEAD)
    page = client.open(f"/cases/{case}/decide", status=403)
    assert "Caldicott Guardian" in page.text
    page = desk.sit(REQUESTER).open(f"/cases/{case}/decide", status=409)
    assert "Adjudication" in page.text


def test_an_act_of_another_stage_says_where_the_request_is(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    page = desk.sit(GUARDIAN).open(f"/cases/{case}/decide", status=409)
    assert "Information governance advice" in page.text


def test_release_needs_words_for_each_approved_item(desk: Desk) -> None:
    case = desk.case(upto="release")
    client = desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case}/release")
    assert not page.all("textarea", name="content-record")
    found = desk.house.casework.case(desk.house.person(GUARDIAN), case, now=desk.house.later(case))
    assert found.people
    assert all(each.label in page.text and each.name in page.text for each in found.people)
    page = client.submit({"content-risk": "One incident in May."}, status=422)
    say = "Item 2: Enter the information for this item, or write that nothing is held."
    assert page.errors() == {"content-crisis": say}
    assert "One incident in May." in page.html
    page = client.submit({"content-risk": "One incident in May.", "content-crisis": "Call the team."})
    assert page.h1 == "Is this what you want to share?"
    assert desk.house.case(case).released == ()
    fields = confirm(page)
    page = client.submit(fields)
    assert "shared with its recipients" in page.text
    assert "One incident in May." not in page.text
    assert desk.house.case(case).released == ("risk", "crisis")
    # A second click finds what the first one did.
    assert client.send(f"/cases/{case}/release", fields).path == f"/cases/{case}"


def test_the_decision_page_and_the_record_say_whose_data_goes_to_whom(desk: Desk) -> None:
    case = desk.case()
    found = desk.house.casework.case(desk.house.person(GUARDIAN), case, now=desk.house.later(case))
    assert found.people
    assert found.request is not None
    reader = found.request.recipients[0].name
    client = desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case}/decide")
    assert all(each.label in page.text for each in found.people)
    assert f"Would be received by: {reader}" in page.text
    client.submit(choices())
    assert client.page is not None
    client.submit(confirm(client.page))
    record = client.open(f"/cases/{case}/record").text
    assert all(each.label in record and each.relation in record for each in found.people)
    assert "nobody, because it is not shared" in record
    assert f"1. {found.items[0].describe.rstrip('.')}: {reader}" in record


@pytest.mark.parametrize("act", ["consent", "ask", "advise", "decide", "release"])
def test_a_form_without_a_proper_id_or_version_is_refused(desk: Desk, act: str) -> None:
    stage = {"consent": "consent_check", "advise": "ig_advice", "release": "release"}.get(act, "adjudication")
    who = {"consent": OFFICER, "advise": LEAD}.get(act, GUARDIAN)
    case = desk.case(upto=stage)
    client = desk.sit(who)
    client.open(f"/cases/{case}/{act}")
    version = desk.house.case(case).version
    for wrong in (
        {"command_id": "x"},
        {"version": "-1"},
        {"version": ""},
        {"command_id": "{" + str(uuid.uuid4()) + "}"},
    ):
        client.open(f"/cases/{case}/{act}")
        client.submit(wrong, status=400)
    assert desk.house.case(case).version == version


def test_who_was_given_nothing_sees_who_has_it(desk: Desk) -> None:
    case = desk.case()
    desk.house.give(
        Decide, GUARDIAN, case,
        items=tuple(ItemDecision(key, ItemOutcome.SHARE, "necessary") for key in ("risk", "crisis", "record")),
        harm_of_sharing="He may leave.", **RISKS,
    )  # fmt: skip
    page = desk.sit(LEAD).open(f"/cases/{case}")
    assert "Enter what is shared" in page.text


def test_each_recipient_is_told_of_only_with_what_she_gets(desk: Desk) -> None:
    """The sentence that is read back names nobody for an item that is not hers."""
    from dataclasses import replace

    from webapp.views.deciding import button_words, sentences
    from workflows.core.request import Recipient

    case = desk.case()
    anne = desk.house.person(GUARDIAN)
    found = desk.house.casework.case(anne, case, now=desk.house.later(case))
    assert found.request is not None
    people = (
        Recipient("Priya Anand", "priya.anand@marlbridge.example", items=("risk", "crisis")),
        Recipient("Tom Ellery", "tom.ellery@marlbridge.example", role="Team manager", items=("crisis", "record")),
    )
    found = replace(found, request=replace(found.request, recipients=people))
    decided = [
        ItemDecision("risk", ItemOutcome.SHARE, "necessary"),
        ItemDecision("crisis", ItemOutcome.SHARE_REDUCED, "part_enough", "", "Ten lines.", Reduction.SUMMARY),
        ItemDecision("record", ItemOutcome.REFUSE, "not_necessary", "Enough."),
    ]
    command = desk.house.command(Decide, GUARDIAN, case, items=tuple(decided), conditions=("Keep it safe.", "Destroy"))
    assert isinstance(command, Decide)
    assert sentences(found, command) == (
        "2 of 3 items will be shared with Priya Anand of Marlbridge County Council and Tom Ellery (Team manager).",
        "Priya Anand gets “History of risk to others” and “Current crisis plan”.",
        "Tom Ellery gets “Current crisis plan”.",
        "“Current crisis plan” is shared reduced: a summary: Ten lines.",
        "“Whole mental-health record” is refused: not necessary for the purpose.",
        "Under 2 conditions: Keep it safe; Destroy.",
    )
    assert button_words(command) == "Share 2 items and refuse 1"
