"""After sending: answering, withdrawing, starting another like it, and reading what was released."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.builders import PASSWORD, House, build, play
from tests.page import PageClient
from tests.webapp.requester import PRIYA, Requester
from workflows.core.case import Outcome
from workflows.core.commands import AdviceType, Advise, ConsentFinding, RecordConsent
from workflows.core.definition import StageKind
from workflows.service.unit_of_work import Engine, reading


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.mark.feature("C2")
def test_a_question_is_answered_and_the_case_goes_back_to_who_asked(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="information_needed")
    path = f"/requests/{case_id}/answer"
    client.sign_in(PRIYA, PASSWORD)
    page = client.open(path)
    assert "Which months do you need?" in page.text
    page = client.submit({"answer": "  "}, action=path, status=422)
    assert page.errors() == {"answer": "Write your answer."}
    client.submit({"answer": "The last six."}, action=path)
    case = house.case(case_id)
    assert case.stage == "ig_advice"
    assert case.questions[-1].answer == "The last six."
    again = client.open(path)
    assert again.h1 == "Answer the question"
    assert again.all("textarea") == []


@pytest.mark.feature("C2")
def test_withdrawing_asks_for_a_reason_and_ends_the_case(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="ig_advice")
    path = f"/requests/{case_id}/withdraw"
    client.sign_in(PRIYA, PASSWORD)
    assert client.open(path).h1 == "Withdraw this request?"
    page = client.submit({"reason": ""}, action=path, status=422)
    assert "reason" in page.errors()
    client.submit({"reason": "The family has been reached."}, action=path)
    case = house.case(case_id)
    assert (case.outcome, case.withdrawn_because) == (Outcome.WITHDRAWN, "The family has been reached.")


def test_withdrawing_from_an_overtaken_page_tells_what_happened(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="consent_check")
    path = f"/requests/{case_id}/withdraw"
    client.sign_in(PRIYA, PASSWORD)
    old = client.open(path).form(path).fields
    house.give(
        RecordConsent, "samir.haddad", case_id, finding=ConsentFinding.NOT_A_BAR, covers_all=False, note="Checked."
    )
    page = client.send(path, {**old, "reason": "No longer needed"}, status=409)
    assert "What happened meanwhile" in page.text
    assert "Samir Haddad" in page.text
    assert page.form(path).fields["reason"] == "No longer needed"
    assert house.case(case_id).stage == "ig_advice"


def test_a_draft_is_deleted_on_a_page_of_its_own(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    path = f"{requester.draft}/withdraw"
    assert client.open(path).h1 == "Delete this draft?"
    client.submit({"reason": "Begun by mistake"}, action=path)
    assert house.case(requester.case_id).outcome is Outcome.WITHDRAWN
    assert "Requests that you have begun" in client.open("/requests?tab=drafts").text


@pytest.mark.feature("C2")
def test_a_request_like_this_copies_what_is_still_true(client: PageClient, house: House) -> None:
    case_id = play(house, "S2")
    client.sign_in(PRIYA, PASSWORD)
    page = client.open("/requests?tab=ended")
    link = next(url for url in page.links().values() if url.endswith(f"{case_id}/copy"))
    client.open(link)
    page = client.submit(action=link)
    assert page.h1 == "Ask Harrowmere NHS Foundation Trust for information"
    copied, earlier = house.case(page.path.rsplit("/", 1)[1]), house.case(case_id)
    assert copied.kind is StageKind.DRAFT
    assert copied.like == case_id
    assert (copied.request.people, copied.request.items) == (earlier.request.people, earlier.request.items)
    assert copied.request.purpose.purpose == ""
    assert copied.request.consent.state is None


def test_a_redirected_request_is_not_offered_again(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="ig_advice")
    away = {"advice": AdviceType.OUT_OF_SCOPE, "why": "Not ours.", "redirect": "The front desk."}
    house.give(Advise, "lucy.brandt", case_id, **away)
    client.sign_in(PRIYA, PASSWORD)
    assert house.case(case_id).reference in client.open("/requests?tab=ended").text
    assert "Use again" not in client.open("/requests?tab=ended").text
    client.open("/requests/start")
    page = client.send(f"/requests/{case_id}/copy", {"command_id": house.new_id()}, status=409)
    assert "nothing is left to use again" in page.text
    client.open(f"/requests/{case_id}/copy", status=409)


def test_what_was_sent_long_ago_leads_to_its_case(client: PageClient, house: House) -> None:
    first, later = build(house, "S2", upto="consent_check"), build(house, "S2", upto="ig_advice")
    client.sign_in(PRIYA, PASSWORD)
    assert client.http.get(f"/requests/{first}/sent").status_code == 200
    answer = client.http.get(f"/requests/{later}/sent")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{later}")


def test_who_makes_no_requests_finds_what_was_shared_in_the_menu(client: PageClient, house: House) -> None:
    client.sign_in(house.person("lucy.brandt").email, PASSWORD)
    menu = client.open("/work").links()
    assert "Requests" not in menu
    assert menu["Shared with you"] == "/shared"
    client.open("/shared")


def test_the_open_tab_shows_who_has_it_and_the_time_left(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="information_needed")
    client.sign_in(PRIYA, PASSWORD)
    page = client.open("/requests")
    assert "For you: answer a question" in page.text
    assert page.links()[house.case(case_id).reference] == f"/cases/{case_id}"


@pytest.mark.feature("C6")
def test_recipients_read_what_was_released_and_each_view_is_recorded(client: PageClient, house: House) -> None:
    case_id = play(house, "S2")
    client.sign_in(PRIYA, PASSWORD)
    page = client.open("/shared")
    assert page.links()[house.case(case_id).reference] == f"/shared/{case_id}"
    page = client.open(f"/shared/{case_id}")
    assert "History of risk to others" in page.text
    assert "Whole mental-health record" not in page.text
    assert "this has been recorded" in page.text
    with reading(house.engine) as connection:
        views = connection.execute(text("SELECT items FROM reads WHERE what = 'contents'")).all()
    assert [sorted(row.items) for row in views] == [["crisis", "risk"]]


@pytest.mark.feature("C6")
def test_nobody_else_reads_what_was_released(client: PageClient, house: House) -> None:
    case_id = play(house, "S2")
    client.sign_in("lucy.brandt@harrowmere.example", PASSWORD)
    assert (
        client.open(f"/shared/{case_id}", status=404).h1 == client.open("/shared/" + "0" * 8 + "-0" * 0, status=404).h1
    )
    assert "Nothing has been yet" in client.open("/shared").text
