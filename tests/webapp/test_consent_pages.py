"""Consent on the pages: the requester's differences, the officer's findings person by person, and the basis."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, OFFICER, REQUESTER, Desk
from workflows.core.commands import ConsentFinding
from workflows.core.request import ConsentState
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C14")
ADD = {"person": "Adult A", "items": "crisis", "state": "given", "kinds": "common_law", "why": "He signed for it."}


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_where_consent_differs_is_added_changed_and_taken_out(desk: Desk) -> None:
    case, client = desk.case(upto="submit"), desk.sit(REQUESTER)
    client.open(f"/requests/{case}/others")
    client.open(f"/requests/{case}/others/1")
    assert set(client.submit({"state": "given"}, status=422).errors()) == {"person"}
    page = client.submit(ADD)
    assert "Otherwise for Adult A" in page.text
    assert "To share what was told in confidence: Given" in page.text
    client.open(f"/requests/{case}/others/1")
    client.submit({**ADD, "state": "refused", "told": "yes", "said": "Told on Monday."})
    each = desk.house.case(case).request.differs[0]
    assert (each.consent.state, each.told.said, each.consent.kinds) == (ConsentState.REFUSED, "Told on Monday.", ())
    assert "Where consent differs" in client.open(f"/requests/{case}/check").text
    client.open(f"/requests/{case}/others")
    client.submit({}, action=f"/requests/{case}/others/1/remove")
    assert desk.house.case(case).request.differs == ()
    client.open(f"/requests/{case}/others/3", status=404)


def test_before_asking_comes_whether_one_would_share_anyway(desk: Desk) -> None:
    case, client = desk.case("S1", upto="submit"), desk.sit("jess.holloway")
    page = client.open(f"/requests/{case}/consent")
    assert page.text.index("would you share even if the answer were no") < page.text.index("Where does it stand")
    assert "About: Adult A" in page.text
    client.submit({"would_share_anyway": "yes", "state": "given"})
    assert "Asking somebody whose no would be overruled misleads" in client.open(f"/requests/{case}/check").text


def test_the_words_competence_and_authority_of_an_answer_are_kept_and_shown(desk: Desk) -> None:
    case, client = desk.case("S1", upto="submit"), desk.sit("jess.holloway")
    client.open(f"/requests/{case}/details")
    client.submit(
        {
            "quality": "freely_given", "given_by": "attorney", "authority": "Power of attorney seen.",
            "capacity": "assessed_lacks_capacity", "assessed_by": "Dr Price", "assessed_for": "Sharing this list",
            "wording": "May we ask your surgery?", "wording_version": "3", "given_on-day": "1", "given_on-month": "10",
            "given_on-year": "2026",
        }
    )  # fmt: skip
    consent = desk.house.case(case).request.consent
    assert (consent.freely_given, consent.specific, consent.wording_version) == (True, None, "3")
    text = client.open(f"/requests/{case}/check").text
    for words in ("Power of attorney seen.", "May we ask your surgery?", "Version 3", "Dr Price", "1 October 2026"):
        assert words in text


def test_the_officer_sees_each_person_and_what_is_open_and_records_told_or_not(desk: Desk) -> None:
    case, client = desk.case("S1", upto="consent_check"), desk.sit("beth.carver")
    page = client.open(f"/cases/{case}/consent")
    assert "What the requester says of Adult A" in page.text
    assert "Record the words that the person was shown or told" in page.text
    sent = {"finding": "valid", "covers_all": "yes", "note": "It covers everything.", "told-1": "no"}
    assert set(client.submit(sent, status=422).errors()) == {"told_why-1", "revisit_on-1"}
    when = {"revisit_on-1-day": "1", "revisit_on-1-month": "5", "revisit_on-1-year": "2030"}
    client.submit({**sent, "told_why-1": "He is in hospital.", **when})
    check = desk.house.case(case).consent_check
    assert check is not None
    assert (check.finding, check.covers_all) == (ConsentFinding.VALID, True)
    assert check.people[0].told_why == "He is in hospital."
    text = desk.sit("owen.price").open(f"/cases/{case}").text
    assert "Not told: He is in hospital. To be looked at again on 1 May 2030." in text


def test_the_tests_of_the_law_are_asked_where_they_come_in_and_shown(desk: Desk) -> None:
    case, client = desk.case(upto="submit"), desk.sit(REQUESTER)
    client.open(f"/requests/{case}/special")
    page = client.submit({"article_9": "9(2)(g)", "schedule_1": "para 18"})
    assert page.path == f"/requests/{case}/tests"
    page = client.submit(
        {"necessary_for": "protect", "duty_relevant": "yes", "public_interest": "A child may be hurt."}
    )
    assert page.path == f"/requests/{case}/confidence"
    assert "A child may be hurt." in client.open(f"/requests/{case}/check").text
    basis = desk.house.case(case).request.basis
    assert (basis.necessary_for, basis.duty_relevant, basis.duty_helps) == ("protect", True, None)


def test_a_refusal_without_a_reason_for_each_person_is_named(desk: Desk) -> None:
    case, client = desk.case(upto="consent_check"), desk.sit(OFFICER)
    client.open(f"/cases/{case}/consent")
    page = client.submit({"finding": "not_a_bar", "note": ""}, status=422)
    assert page.errors()["note"].endswith("Write why it is not a bar.")
    assert desk.house.case(case).consent_check is None


def test_the_record_shows_the_refusal_and_the_ground_on_which_it_went_on(desk: Desk) -> None:
    case = desk.case(upto=None)
    text = desk.sit(GUARDIAN).open(f"/cases/{case}/record").text
    assert "Adult A: consent refused. Asking would put somebody's protection at risk." in text
    assert "Found for Adult A: There is no consent, and that is not a bar" in text
    assert "Substantial public interest" in text
    assert "The question: Is there more detriment to the child in sharing than in not sharing?" in text


def test_who_decides_sees_what_speaks_against_the_basis_and_must_write_why(desk: Desk) -> None:
    case, client = desk.case("S4"), desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case}")
    assert "What speaks against it" in page.text
    page = client.open(f"/cases/{case}/decide")
    assert "You may share all the same. Then write why" in page.text
    sent = {
        "outcome-notes": "share", "harm_of_sharing": "She may stop talking.",
        "harm_of_not_sharing": "She may be hurt.",
    }  # fmt: skip
    assert "override-refused_without_reason" in client.submit(sent, status=422).errors()
