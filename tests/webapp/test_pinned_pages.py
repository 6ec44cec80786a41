"""A case's pages say by which versions of the policy packs it is decided, and offer the choices of those versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House, build
from tests.page import PageClient, words
from tests.service.test_pinned import change
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, REQUESTER, Desk, choices, confirm
from tests.webapp.test_cli import run
from workflows.core.definition import Role
from workflows.service import packing
from workflows.store.engine import Engine

__all__ = ["run"]

pytestmark = pytest.mark.feature("C4")
NOW = datetime.now(UTC)


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    """People at their pages, with what comes with the product in force for a month."""
    house = House.found(engine)
    packing.found(engine, at=NOW, since=NOW - timedelta(days=30))
    return Desk(house, app)


def reasons(client: PageClient, case_id: str) -> str:
    return client.open(f"/cases/{case_id}/decide").text


def test_the_case_page_names_the_versions_and_whether_they_are_reviewed(desk: Desk) -> None:
    case_id = desk.case(days_ago=2)
    card = desk.sit(GUARDIAN).open(f"/cases/{case_id}").text
    assert "Policy packs of this request" in card
    assert "version 2020-12. Awaiting review by the Caldicott Guardian." in card
    assert "Reasons for decisions Reasons for decisions about items, version 2026-11." in card


def test_an_open_request_offers_its_own_reasons_and_a_new_one_the_next(desk: Desk) -> None:
    old = desk.case(days_ago=2)
    change(desk.house, at=NOW - timedelta(days=1))
    sent = NOW - timedelta(hours=3)
    new = build(desk.house, "S2", submitted=sent, times=[sent + timedelta(minutes=5 * n) for n in range(1, 12)])
    guardian = desk.sit(GUARDIAN)
    assert "version 2026-11" in guardian.open(f"/cases/{old}").text
    assert "Reasons for decisions about items, version 2026-12" in guardian.open(f"/cases/{new}").text
    assert "Necessary for the purpose" in reasons(guardian, old)
    assert "Needed to protect" not in reasons(guardian, old)
    assert "Needed to protect" in reasons(guardian, new)
    assert "Necessary for the purpose" not in reasons(guardian, new)


def test_the_decision_record_says_by_which_versions_it_was_decided(desk: Desk) -> None:
    case_id = desk.case(days_ago=2, upto="release")
    change(desk.house, at=NOW - timedelta(hours=2))
    page = desk.sit(GUARDIAN).open(f"/cases/{case_id}/record")
    assert "Versions of the policy packs" in page.text
    assert "Reasons for decisions about items, version 2026-11. Awaiting review by the Caldicott Guardian." in page.text
    assert "2026-12" not in page.text


# --- Decisions by pack


def decided_under_both(desk: Desk) -> None:
    """One request decided under the first reasons, two under the next."""
    desk.case(days_ago=2, upto="release")
    change(desk.house, at=NOW - timedelta(hours=30))
    for _ in range(2):
        desk.case(days_ago=1, upto="release")


@pytest.mark.parametrize("who", [MANAGER, LEAD])
def test_managers_and_leads_see_the_decisions_under_each_version_without_names(desk: Desk, who: str) -> None:
    decided_under_both(desk)
    client = desk.sit(who)
    assert "/packs/decisions" in client.open("/packs").html
    page = client.open("/packs/decisions")
    rows = [words(row) for row in page.all("tr")]
    assert "2026-11 Awaiting review 0 1 0 1" in rows
    assert "2026-12 Awaiting review 0 2 0 2" in rows
    assert "2020-12 Awaiting review 0 3 0 3" in rows
    assert "Orrin" not in page.html
    assert "GH-" not in page.text


def test_the_figures_are_those_of_the_organisation_and_not_for_everybody(desk: Desk) -> None:
    decided_under_both(desk)
    desk.sit(GUARDIAN).open("/packs/decisions", status=404)
    client = desk.sit(REQUESTER)
    client.open("/packs/decisions", status=404)
    assert "/packs/decisions" not in client.open("/packs").html
    elsewhere = next(
        each.email
        for each in desk.house.cast.people.values()
        if desk.house.organisation("harrowmere").id not in each.organisations()
        and any(m.role is Role.MANAGER for m in each.memberships)
    )
    assert "Figures appear here" in PageClient(desk.app).sign_in(elsewhere).open("/packs/decisions").text


def test_the_report_is_there_in_a_shell_too(desk: Desk, run: Callable[..., tuple[int, str, str]]) -> None:
    assert "Nothing has been decided yet." in run("pack", "decisions")[1]
    decided_under_both(desk)
    holder = desk.house.case(desk.case(days_ago=1)).holder_org
    key = next(org.key for org in desk.house.cast.organisations.values() if org.id == holder)
    for options in ((), ("--organisation", key)):
        lines = run("pack", "decisions", *options)[1].splitlines()
        assert lines[0].split() == ["version", "shared", "partly", "shared", "declined", "decisions"]
        assert ["reason-codes/2026-12", "0", "2", "0", "2"] in [line.split() for line in lines]
    code, _, told = run("pack", "decisions", "--organisation", "nowhere")
    assert code != 0
    assert "no organisation with this key" in told


# --- Beside the choice


def decide_fields(**more: str) -> dict[str, str]:
    """S2 decided as in the data, but the record refused for want of consent."""
    return choices(**{"reason-record-refuse": "no_consent", **more})


def test_refusing_for_want_of_consent_meets_the_belief_and_needs_the_reason_behind_it(desk: Desk) -> None:
    case_id = desk.case(days_ago=2)
    client = desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case_id}/decide")
    assert "Beliefs that refusals often rest on" in page.text
    assert "“Data protection law stands in the way”" in page.text
    refused = client.submit(decide_fields(), status=422)
    assert "“There is no consent” is never enough by itself. Choose the reason behind it too." in refused.text
    assert "“Without consent it cannot be shared” Consent is one basis among several." in refused.text
    back = client.submit(decide_fields(**{"also-record-refuse": "not_necessary"}))
    assert back.h1 == "Is this your decision?"
    assert "“Without consent it cannot be shared”" in back.text
    client.submit(confirm(back))
    decided = desk.house.case(case_id).decision
    assert decided is not None
    assert [(each.reason, each.also) for each in decided.items if each.key == "record"] == [
        ("no_consent", "not_necessary")
    ]
    assert "There is no consent. Not necessary for the purpose." in client.open(f"/cases/{case_id}").text


def test_the_belief_about_consent_stands_where_it_is_checked(desk: Desk) -> None:
    case_id = desk.case(days_ago=2, upto="consent_check")
    page = desk.sit("samir.haddad").open(f"/cases/{case_id}/consent")
    assert "A belief often held about consent" in page.text
    assert "If the answer were no, would you share anyway?" in page.text


def test_the_belief_about_consent_stands_beside_the_requesters_choice_too(desk: Desk) -> None:
    draft = desk.case(days_ago=2, upto="submit")
    client = desk.sit(REQUESTER)
    for page in ("consent", "check"):
        shown = client.open(f"/requests/{draft}/{page}")
        assert "A belief often held about consent" in shown.text
        assert "“Without consent it cannot be shared” Consent is one basis among several." in shown.text


def test_principles_are_questions_answered_with_evidence_and_nothing_is_ticked(desk: Desk) -> None:
    case_id = desk.case(days_ago=2)
    client = desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case_id}/decide")
    assert "Hold it against the principles (optional)" in page.text
    assert "Why is this item needed, and would less of it do?" in page.text
    assert not page.all("input", type="checkbox")
    back = client.submit(choices(**{"principle-3": "The summary is enough; the whole record is refused."}))
    assert "Principle 3: The minimum necessary The summary is enough" in back.text
    client.submit(confirm(back))
    decided = desk.house.case(case_id).decision
    assert decided is not None
    assert [(each.code, each.text[:11]) for each in decided.evidence] == [("3", "The summary")]
    record = client.open(f"/cases/{case_id}/record").text
    assert "Held against the principles" in record
    assert "Principle 3: The minimum necessary The summary is enough; the whole record is refused." in record
    assert "Principle 1:" not in record
