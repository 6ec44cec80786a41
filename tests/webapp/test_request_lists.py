"""People, items and recipients: added, changed and removed, each on its own page."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import House
from tests.page import PageClient
from tests.webapp.requester import S2_ITEMS, Requester
from webapp.parsing.rows import free_key, proposed_label
from workflows.core.request import Continuing, Period
from workflows.service.unit_of_work import Engine

TODAY = date(2026, 11, 2)


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.mark.feature("C2")
def test_labels_are_proposed_by_age_with_a_letter_nobody_else_has() -> None:
    assert proposed_label(date(2021, 5, 19), [], today=TODAY) == "Child A"
    assert proposed_label(date(2008, 11, 2), ["Child A"], today=TODAY) == "Adult B"
    assert proposed_label(date(2008, 11, 3), ["Child A"], today=TODAY) == "Child B"
    assert proposed_label(None, ["Adult A", "Child B", "the grandmother C"], today=TODAY) == "Person C"
    forty = [f"Adult {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert proposed_label(None, forty, today=TODAY) == "Person AA"


def test_keys_of_items_are_never_used_twice() -> None:
    assert free_key("school", set()) == "school-1"
    assert free_key("school", {"school-1", "school-2"}) == "school-3"


@pytest.mark.feature("C2")
def test_rows_are_added_changed_and_removed(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    page = requester.fill("people/add", {"name": "P. Orrin", "born-day": "19", "born-month": "5", "born-year": "2021"})
    assert page.h1 == "The people in this request"
    assert "Child A" in page.text
    page = requester.fill("people/add", {"name": "D. Orrin", "roles": ["data_subject"], "capacity": "assumed"})
    assert "Person B" in page.text
    page = requester.fill("people/2", {"label": "Adult B", "relation": "father of Child A"})
    people = house.case(requester.case_id).request.people
    assert [person.label for person in people] == ["Child A", "Adult B"]
    assert (people[1].relation, people[1].capacity) == ("father of Child A", "assumed")
    page = client.open(f"{requester.draft}/people/1/remove")
    assert page.h1 == "Remove Child A?"
    page = client.submit(action=f"{requester.draft}/people/1/remove")
    assert "Removed." in page.text
    assert [person.label for person in house.case(requester.case_id).request.people] == ["Adult B"]


def test_an_item_keeps_its_period_its_flow_and_its_marks(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill(
        "items/add",
        {
            "category": "school", "describe": "Monthly attendance", "justify": "Care plan",
            "period-start-day": "1", "period-start-month": "sep", "period-start-year": "2026",
            "repeated": "again", "every": "month",
            "until-day": "3", "until-month": "11", "until-year": "2027", "protected_location": "yes",
        },
    )  # fmt: skip
    [item] = house.case(requester.case_id).request.items
    assert item.period == Period(date(2026, 9, 1), None)
    assert item.continuing == Continuing("month", date(2027, 11, 3))
    assert item.protected_location
    assert not item.whole_record
    requester.fill("items/1", {"describe": "Attendance, month by month"})
    [changed] = house.case(requester.case_id).request.items
    assert (changed.period, changed.continuing, changed.key) == (item.period, item.continuing, item.key)
    requester.fill("items/1", {"repeated": "once"})
    assert house.case(requester.case_id).request.items[0].continuing is None


@pytest.mark.feature("C2")
def test_a_removed_item_is_taken_from_its_recipients_too(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    for item in S2_ITEMS[:2]:
        requester.fill("items/add", dict(item))
    keys = [item.key for item in house.case(requester.case_id).request.items]
    requester.fill("recipients/add", {"items": keys})
    client.open(f"{requester.draft}/items/1/remove")
    client.submit(action=f"{requester.draft}/items/1/remove")
    request = house.case(requester.case_id).request
    assert [item.key for item in request.items] == keys[1:]
    assert request.recipients[0].items == (keys[1],)
    page = requester.fill("recipients/1", {"role": "Social worker"})
    assert page.h1 == "Named recipients"


def test_the_first_recipient_is_proposed_to_be_the_person_who_asks(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    page = client.open(f"{requester.draft}/recipients/add")
    form = page.form(f"{requester.draft}/recipients/add")
    assert (form.fields["name"], form.fields["email"]) == ("Priya Anand", "priya.anand@marlbridge.example")
    client.submit(action=f"{requester.draft}/recipients/add")
    page = client.open(f"{requester.draft}/recipients/add")
    assert page.form(f"{requester.draft}/recipients/add").fields["name"] == ""


WRONG = (
    ("people/add", {"nhs_number": "9990041190"}, "nhs_number", "not an NHS number"),
    ("people/add", {"born-day": "31", "born-month": "2", "born-year": "2020"}, "born", "real date"),
    ("people/add", {"born-day": "1"}, "born", "must include a month and a year"),
    ("people/add", {"born-day": "1", "born-month": "1", "born-year": "2090"}, "born", "in the past"),
    ("people/add", {"name": "x" * 201}, "name", "at most 200 characters; it has 201"),
    ("people/add", {"contact": "\x07bell"}, "contact", "characters that cannot be shown"),
    ("people/add", {"roles": "culprit"}, "roles", "Choose among those listed"),
    ("items/add", {"describe": "Something"}, "category", "Choose a kind of information"),
    ("items/add", {"category": "gossip"}, "category", "Choose a kind of information"),
    ("items/add", {"category": "school", "justify": "x" * 4001}, "justify", "at most 4,000 characters"),
    ("items/add", {"category": "school", "repeated": "again"}, "every", "how often"),
    (
        "items/add",
        {
            "category": "school",
            "period-start-day": "2", "period-start-month": "2", "period-start-year": "2026",
            "period-end-day": "1", "period-end-month": "2", "period-end-year": "2026",
        },
        "period-end", "must not end before it begins",
    ),
    ("recipients/add", {"email": "not an address"}, "email", "work e-mail address"),
    ("recipients/add", {"name": ""}, "name", "recipient's name"),
)  # fmt: skip


@pytest.mark.parametrize(("page", "typed", "field", "say"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: PageClient, house: House, page: str, typed: dict[str, str], field: str, say: str
) -> None:
    requester = Requester(client, house)
    version = house.case(requester.case_id).version
    shown = requester.fill(page, typed, status=422)
    assert say in shown.errors()[field]
    assert any(element.get("id") == field for element in shown.root.iter())
    assert house.case(requester.case_id).version == version
    form = shown.form(f"{requester.draft}/{page}")
    for name, value in typed.items():
        if value.isprintable() and name not in ("category", "roles"):
            assert form.fields[name] == value


def test_a_second_person_with_the_same_label_is_refused(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("people/add", {"label": "Child A"})
    page = requester.fill("people/add", {"label": "Child A"}, status=422)
    assert page.errors() == {"label": "Two people are called Child A."}


def test_an_item_of_another_request_is_refused(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("items/add", dict(S2_ITEMS[0]))
    page = requester.fill("recipients/add", {"items": ["of-another-request"]}, status=422)
    assert "no longer asks" in page.errors()["items"]
    assert house.case(requester.case_id).request.recipients == ()


def test_everything_that_is_wrong_is_said_at_once(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    typed = {"born-day": "31", "nhs_number": "123", "name": "x" * 201, "label": "Child A"}
    page = requester.fill("people/add", typed, status=422)
    assert set(page.errors()) == {"born", "nhs_number", "name"}
