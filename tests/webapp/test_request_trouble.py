"""Two windows, double clicks, forged ids: nothing is lost, nothing is done twice, nothing is given away."""

from __future__ import annotations

import uuid

import pytest

from tests.builders import PASSWORD, House, build
from tests.page import PageClient
from tests.webapp.requester import PRIYA, Requester
from workflows.service.unit_of_work import Engine

PAGES = (
    "",
    "/check",
    "/purpose",
    "/people",
    "/people/add",
    "/people/1",
    "/people/1/remove",
    "/withdraw",
    "/copy",
    "/sent",
)


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.mark.feature("C2")
def test_an_overtaken_page_says_so_and_keeps_what_was_typed(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    path = f"{requester.draft}/purpose"
    old = client.open(path).form(path).fields
    requester.fill("purpose", {"purpose": "Saved in the other window"})
    page = client.send(path, {**old, "purpose": "Typed in this window"}, status=409)
    assert "changed in another window" in page.text
    assert "Saved in the other window" in page.text
    assert page.form(path).fields["purpose"] == "Typed in this window"
    assert house.case(requester.case_id).request.purpose.purpose == "Saved in the other window"
    client.submit(action=path)
    assert house.case(requester.case_id).request.purpose.purpose == "Typed in this window"


@pytest.mark.feature("C2")
def test_an_overtaken_row_is_found_again_where_it_has_moved(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    for label in ("Child A", "Adult B"):
        requester.fill("people/add", {"label": label})
    path = f"{requester.draft}/people/2"
    old = client.open(path).form(path).fields
    client.open(f"{requester.draft}/people/1/remove")
    client.submit(action=f"{requester.draft}/people/1/remove")
    page = client.send(path, {**old, "relation": "uncle"}, status=409)
    moved = f"{requester.draft}/people/1"
    assert page.form(moved).fields["relation"] == "uncle"
    client.submit(action=moved)
    [person] = house.case(requester.case_id).request.people
    assert (person.label, person.relation) == ("Adult B", "uncle")


def test_a_row_that_is_gone_can_be_added_again_from_what_was_typed(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("people/add", {"label": "Child A"})
    path = f"{requester.draft}/people/1"
    old = client.open(path).form(path).fields
    client.open(f"{path}/remove")
    client.submit(action=f"{path}/remove")
    page = client.send(path, {**old, "relation": "niece"}, status=409)
    assert "no longer there as you saw it" in page.text
    client.submit(action=f"{requester.draft}/people/add")
    [person] = house.case(requester.case_id).request.people
    assert (person.label, person.relation) == ("Child A", "niece")


@pytest.mark.feature("C2")
def test_a_double_click_adds_one_row_and_sends_one_request(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    path = f"{requester.draft}/people/add"
    sent = {**client.open(path).form(path).fields, "label": "Child A"}
    for _ in range(2):
        assert client.send(path, sent).h1 == "The people in this request"
        client.open(path)
    assert len(house.case(requester.case_id).request.people) == 1
    remove = f"{requester.draft}/people/1/remove"
    twice = client.open(remove).form(remove).fields
    for _ in range(2):
        assert client.send(remove, twice).h1 == "The people in this request"
        client.open(path)
    assert house.case(requester.case_id).request.people == ()


def test_starting_twice_by_a_double_click_makes_one_draft(client: PageClient, house: House) -> None:
    client.sign_in(PRIYA, PASSWORD)
    fields = client.open("/requests/start").form("/requests/start").fields
    sent = {**fields, "holder": house.organisation("harrowmere").id}
    first = client.send("/requests/start", sent)
    client.open("/requests/start")
    assert client.send("/requests/start", sent).path == first.path
    assert client.open("/requests?tab=drafts").text.count("GH-") == 2  # in its link and in "Delete draft ..."


@pytest.mark.feature("C2")
def test_drafts_of_others_and_unknown_ones_are_not_found_alike(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("people/add", {"label": "Child A"})
    client.send("/sign-out", {})
    client.sign_in("samir.haddad@harrowmere.example", PASSWORD)
    for end in PAGES:
        other = client.open(f"{requester.draft}{end}", status=404)
        unknown = client.open(f"/requests/{uuid.uuid4()}{end}", status=404)
        assert other.h1 == unknown.h1
        assert "GH-" not in other.text
    client.open("/requests/start")
    forged = {"command_id": str(uuid.uuid4()), "version": "2", "purpose": "Forged"}
    client.send(f"{requester.draft}/purpose", forged, status=404)
    assert house.case(requester.case_id).request.purpose.purpose == ""


def test_a_holder_cannot_use_the_owners_acts(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="information_needed")
    client.sign_in("lucy.brandt@harrowmere.example", PASSWORD)
    for end in ("answer", "withdraw", "copy", "sent"):
        client.open(f"/requests/{case_id}/{end}", status=404)


@pytest.mark.parametrize(
    "broken", [{"command_id": ""}, {"command_id": "'; drop"}, {"version": "x"}, {"version": "-1"}, {"version": ""}]
)
def test_a_mangled_form_is_refused_and_changes_nothing(
    client: PageClient, house: House, broken: dict[str, str]
) -> None:
    requester = Requester(client, house)
    requester.fill("purpose", {"purpose": "Plan support."} | broken, status=400)
    assert house.case(requester.case_id).request.purpose.purpose == ""


def test_a_form_without_its_token_is_refused(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    client.send(f"{requester.draft}/purpose", {"purpose": "Forged"}, token=False, status=403)
    assert house.case(requester.case_id).request.purpose.purpose == ""


def test_an_organisation_that_cannot_be_asked_is_refused(client: PageClient, house: House) -> None:
    client.sign_in(PRIYA, PASSWORD)
    for holder in ("", "x", str(uuid.uuid4()), house.organisation("marlbridge").id):
        client.open("/requests/start")
        page = client.submit({"holder": holder}, action="/requests/start", status=422)
        assert page.errors() == {"holder": "Choose the organisation that holds the information."}


def test_a_request_that_was_sent_leads_from_its_draft_to_its_page(client: PageClient, house: House) -> None:
    case_id = build(house, "S2", upto="adjudication")
    client.sign_in(PRIYA, PASSWORD)
    page = client.open(f"/requests/{case_id}/purpose")
    assert page.path == f"/cases/{case_id}"


def test_submitting_an_overtaken_draft_is_told_and_sends_nothing(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.type_s2()
    path = f"{requester.draft}/submit"
    old = client.open(f"{requester.draft}/check").form(path).fields
    requester.fill("purpose", {"purpose": "Another purpose"})
    page = client.send(path, old, status=409)
    assert "changed in another window" in page.text
    assert house.case(requester.case_id).stage == "draft"
    client.submit(action=path)
    assert house.case(requester.case_id).stage == "consent_check"


@pytest.mark.parametrize("address", ["/requests?page=0", "/requests?page=x", "/shared?page=-1"])
def test_a_page_number_that_is_none_is_not_found(client: PageClient, house: House, address: str) -> None:
    client.sign_in(PRIYA, PASSWORD)
    client.open(address, status=404)


def test_a_command_id_of_another_request_is_refused_and_changes_nothing(client: PageClient, house: House) -> None:
    first = Requester(client, house)
    path = f"{first.draft}/purpose"
    used = client.open(path).form(path).fields
    client.send(path, {**used, "purpose": "First"})
    second = Requester(client, house)
    path = f"{second.draft}/purpose"
    fields = client.open(path).form(path).fields
    client.send(path, {**fields, "command_id": used["command_id"], "purpose": "Second"}, status=422)
    assert house.case(second.case_id).request.purpose.purpose == ""
