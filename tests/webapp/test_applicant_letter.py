"""The letter to an applicant: word for word the same whatever was found, and never by e-mail where she said so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.applying import APPLICATION, FORMS, Raw
from tests.builders import BEGAN, House
from tests.page import Page, words
from tests.webapp.holder import Desk
from workflows.core.commands import Complete
from workflows.core.refusals import Refused
from workflows.definitions.loader import read_builtin
from workflows.service.applicant_letters import ApplicantLetters
from workflows.service.applications import Applications
from workflows.service.publishing import publish
from workflows.store.engine import Engine

pytestmark = [pytest.mark.feature("C19"), pytest.mark.feature("C28")]
MONA, PIERS = "mona.clarke", "piers.holt"
ENDS: dict[str, tuple[str, Raw]] = {
    "nothing found": ("decision", {"decision": ("do_not_disclose",), "presumption": ("no",)}),
    "not in spite of the presumption": ("decision", {"decision": ("do_not_disclose",), "why_not": ("No risk left.",)}),
    "decided, and not made": ("disclosure", {"done": ("not_made",), "why_not_made": ("She moved away.",)}),
    "disclosed to another": ("disclosure", {}),
    "out of scope": ("initial_contact", {"scope": ("out_of_scope",), "contact": ()}),
    "not verified": ("face_to_face", {"verified": ("not_verified",)}),
}
"""Where each application ends, and by which answers."""


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    house = House.found(engine)
    publish(engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    return Desk(house, app)


def ended(house: House, end: str, **changed: str) -> str:
    """An application that ended so."""
    last, answers = ENDS[end]
    place, sent = house.organisation("westmoor").id, datetime.now(UTC) - timedelta(days=1)
    given = {**APPLICATION, **{name: (value,) for name, value in changed.items()}}
    door = Applications(house.engine, house.casework.library)
    case_id = door.apply("csods", place, given, command_id=house.new_id(), now=sent).done.case_id
    for number, (stage, form) in enumerate(FORMS.items(), 1):
        said = {**form, **(answers if stage == last else {})}
        who = PIERS if stage == "decision" else MONA
        house.give(Complete, who, case_id, answers=said, at=sent + timedelta(minutes=number))
        if stage == last:
            break
    assert house.case(case_id).closed
    return case_id


def letter(page: Page) -> list[str]:
    """The letter's paragraphs."""
    box = next(each for each in page.all("section", class_="gh-box") if each.get("aria-label") == "The letter")
    return [words(each) for each in box.iter("p")]


def test_the_letter_is_the_same_to_the_byte_whatever_was_found(desk: Desk) -> None:
    house = desk.house
    letters, now = ApplicantLetters(house.engine, house.casework.library), datetime.now(UTC)
    texts = {}
    for end in ENDS:
        case_id = ended(house, end)
        text = letters.letter(house.person(MONA), case_id, now=now)
        texts[end] = text.replace(house.case(case_id).reference, "REFERENCE").encode()
    assert len(set(texts.values())) == 1, {end: len(text) for end, text in texts.items()}
    assert b"Dear N. Garrow," in texts["nothing found"]
    assert b"Brisk" not in texts["nothing found"]


def test_the_letter_is_on_a_page_with_the_safe_contact_and_never_by_e_mail(desk: Desk) -> None:
    case_id = ended(desk.house, "nothing found")
    mona = desk.sit(MONA)
    page = mona.open(mona.open(f"/cases/{case_id}").links()["Write the letter to the applicant"])
    assert "Safe contact: By telephone, weekday mornings. Never by e-mail." in page.text
    assert "This letter must not go by e-mail." in page.text
    assert letter(page)[2] == "Dear N. Garrow,"
    refused = mona.open(f"/cases/{case_id}/letter/e-mail", status=409)
    assert "must not be written to by e-mail" in refused.text
    assert "Dear" not in refused.text


def test_who_allows_e_mail_may_be_written_to_in_the_same_words(desk: Desk) -> None:
    case_id = ended(desk.house, "nothing found", no_email="no", contact_by="email")
    mona = desk.sit(MONA)
    printed = mona.open(f"/cases/{case_id}/letter")
    mailed = mona.open(printed.links()["Send it by e-mail instead"])
    assert letter(mailed) == letter(printed)


def test_nobody_outside_the_silo_and_nothing_that_has_no_letter(desk: Desk) -> None:
    house = desk.house
    case_id = ended(house, "nothing found")
    for who in ("dan.roper", "carol.finch", "martin.shaw"):
        desk.sit(who).open(f"/cases/{case_id}/letter", status=404)
    desk.sit("anne.whitcombe").open(f"/cases/{desk.case(upto=None)}/letter", status=404)
    letters = ApplicantLetters(house.engine, house.casework.library)
    with pytest.raises(Refused):
        letters.letter(house.person(MONA), house.new_id(), now=datetime.now(UTC))


def test_the_safe_contact_stands_on_every_act_about_an_application(desk: Desk) -> None:
    house = desk.house
    place = house.organisation("westmoor").id
    door = Applications(house.engine, house.casework.library)
    sent = datetime.now(UTC) - timedelta(hours=1)
    case_id = door.apply("csods", place, APPLICATION, command_id=house.new_id(), now=sent).done.case_id
    mona = desk.sit(MONA)
    page = mona.open(f"/cases/{case_id}")
    acts = {href for href in page.links().values() if href.startswith(f"/cases/{case_id}/") and "dates" not in href}
    assert {f"/cases/{case_id}/form", f"/cases/{case_id}/withdrawn"} <= acts
    for href in acts:
        assert "Safe contact: By telephone, weekday mornings. Never by e-mail." in mona.open(href).text, href
