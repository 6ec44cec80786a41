"""Right to ask: an application page by page without an account, and nothing of it anywhere but in the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.applying import APPLICATION
from tests.builders import BEGAN, House
from tests.page import Page, PageClient, words
from tests.webapp.trying import boxes
from webapp.views.ask import AWAY
from workflows.core.definition import Role
from workflows.definitions.loader import read_builtin
from workflows.service.public_door import PER_ADDRESS
from workflows.service.publishing import publish
from workflows.service.unit_of_work import Engine, reading

pytestmark = [pytest.mark.feature("C19"), pytest.mark.feature("C26")]
ASK = "/ask/csods"
PAGES = (
    ("applicant",),
    ("contact_",),
    ("subject",),
    ("child",),
    ("best_placed",),
    ("worry", "parents"),
    ("declaration",),
)


@pytest.fixture
def house(engine: Engine) -> House:
    found = House.found(engine)
    publish(engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    return found


def typed(*starts: str, **changed: str) -> dict[str, Any]:
    """What S10's applicant types into the boxes that begin so."""
    given = {name: value for name, value in boxes(APPLICATION).items() if name.startswith((*starts, "no_email"))}
    given = {name: value for name, value in given.items() if name.startswith(starts) or "contact_" in starts}
    return {**{name: value[0] if isinstance(value, list) else value for name, value in given.items()}, **changed}


def go(client: PageClient, data: dict[str, Any], button: str = "next", *, status: int = 200) -> Page:
    """Fill in the page shown last and press one of its buttons."""
    return client.submit({**data, "go": button}, action=ASK, status=status)


def filled(client: PageClient, *, upto: int = 99) -> Page:
    """Fill in the application as far as a page, or to where it is checked."""
    client.open(ASK)
    page = go(client, {})
    for number, starts in enumerate(PAGES, 1):
        if number == upto:
            return page
        page = go(client, typed(*starts))
    return page


def test_a_whole_application_is_checked_sent_and_gets_a_reference(app: Flask, house: House) -> None:
    client = PageClient(app)
    assert client.open("/ask").links()["Child sex offender disclosure scheme"] == ASK
    page = filled(client)
    assert page.h1 == "Check your answers"
    for said in ("N. Garrow", "By telephone", "weekday mornings", "T. Brisk", "L. Garrow", "4 April 2019", "M. Garrow"):
        assert said in page.text, said
    sent = go(client, {}, "send")
    assert sent.h1 == "We have your application"
    reference = words(next(sent.root.iter("strong")))
    assert re.fullmatch(r"GH-\w{4}-\w{4}", reference)
    assert "Ring 999" in sent.text
    assert "Initial contact: 24 hours from your application" in sent.text
    for secret in ("Garrow", "Brisk", "weekday", "grandmother"):
        assert secret not in sent.html
    with reading(house.engine) as connection:
        case_id = connection.execute(text("SELECT id FROM cases")).scalar_one()
    case = house.case(str(case_id))
    assert (case.reference, case.stage, case.requester) == (reference, "initial_contact", "")
    signed = next(each.signed for each in case.completions[0].answers if each.signed)
    assert (signed.name, signed.how) == ("N. Garrow", "typed_name")


def test_the_same_application_sent_twice_is_one(app: Flask, house: House) -> None:
    client = PageClient(app)
    check = filled(client)
    first = go(client, {}, "send")
    client.page = check
    again = go(client, {}, "send")
    assert words(next(first.root.iter("strong"))) == words(next(again.root.iter("strong")))


def test_safe_contact_and_the_declaration_cannot_be_left_out(app: Flask, house: House) -> None:
    client = PageClient(app)
    filled(client, upto=2)
    wrong = go(client, {"contact_when": "evenings"}, status=422)
    assert set(wrong.errors()) == {"contact_by", "no_email"}
    assert wrong.title.startswith("Error: ")
    assert 'value="evenings"' in wrong.html, "what was typed is kept"
    assert "evenings" not in wrong.title
    for starts in PAGES[1:6]:
        go(client, typed(*starts))
    unsigned = go(client, {}, status=422)
    assert set(unsigned.errors()) == {"declaration"}
    nameless = go(client, {"declaration": "yes"}, status=422)
    assert set(nameless.errors()) == {"declaration-name"}


def test_back_and_change_keep_everything_that_was_typed(app: Flask, house: House) -> None:
    client = PageClient(app)
    filled(client, upto=4)
    half = go(client, {"child-name": "L. Gar"}, "back")
    assert half.h1 == "The person you are worried about"
    assert 'value="T. Brisk"' in half.html
    assert 'value="L. Gar"' in go(client, {}).html
    for starts in PAGES[3:]:
        page = go(client, typed(*starts))
    changed = go(client, {}, "to-3")
    assert changed.h1 == "The person you are worried about"
    page = go(client, {"subject-name": "T. Brisk or Briske"})
    assert page.h1 == "Check your answers"
    assert "T. Brisk or Briske" in page.text
    forged = {**page.form(ASK).fields, "worry": "", "go": "send"}
    assert set(client.send(ASK, forged, status=422).errors()) == {"worry"}


def test_nothing_is_in_an_address_a_title_a_cookie_or_the_database(app: Flask, house: House) -> None:
    client = PageClient(app)
    page = filled(client)
    assert page.path == ASK
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.title == "Check your answers - Gatehouse"
    assert all(form.get("autocomplete") == "off" for form in page.all("form", class_="gh-form"))
    cookie = client.http.get_cookie("sid")
    assert cookie is None or "Garrow" not in cookie.value
    with reading(house.engine) as connection:
        for table in ("sessions", "cases", "due_items", "outbox", "attempts"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    leaving = next(link for link in page.all("a", class_="gh-exit__link"))
    assert leaving.get("href") == AWAY
    assert words(leaving) == "Exit this page"


def test_too_many_applications_from_one_place_wait_and_lose_nothing(app: Flask, house: House) -> None:
    client = PageClient(app)
    for _ in range(PER_ADDRESS):
        filled(client)
        go(client, {}, "send")
    filled(client)
    page = go(client, {}, "send", status=429)
    assert "Too many applications were sent from here" in page.text
    assert "T. Brisk" in page.text
    assert int(page.headers["Retry-After"]) > 0
    with reading(house.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == PER_ADDRESS


def test_hostile_forms_get_a_page_and_change_nothing(app: Flask, house: House) -> None:
    client = PageClient(app)
    client.open("/ask/standard", status=404)
    client.open("/ask/nothing", status=404)
    start = client.open(ASK)
    place = start.form(ASK).fields["place"]
    assert "Choose who should look" in client.send(ASK, {"go": "next", "page": "0"}, status=422).text
    for page in ("", "-1", "x", "99999999999"):
        client.open(ASK)
        client.send(ASK, {"go": "next", "page": page, "place": place}, status=400)
        client.open(ASK)
    wild = {"applicant-name": "<script>alert(1)</script>", "applicant-born-day": "31", "applicant-born-month": "2",
            "applicant-born-year": "2000"}  # fmt: skip
    shown = client.send(ASK, {"go": "next", "page": "1", "place": place, **wild}, status=422)
    assert set(shown.errors()) == {"applicant-born"}
    assert "<script>alert" not in shown.html
    assert client.http.post(ASK, data={"go": "send"}).status_code == 403, "it has no token of ours"
    with reading(house.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


def test_with_several_organisations_one_is_chosen(app: Flask, house: House) -> None:
    house.holds("sue.tranter", Role.ENQUIRY_OFFICER, "larkfield")
    client = PageClient(app)
    client.open(ASK)
    assert set(go(client, {}, status=422).errors()) == {"place"}
    assert go(client, {"place": house.organisation("larkfield").id}).h1 == "You"


def test_where_nobody_takes_applications_the_page_says_what_to_do(engine: Engine, app: Flask) -> None:
    House.found(engine)
    assert "Ring the police on 101" in PageClient(app).open("/ask").text
