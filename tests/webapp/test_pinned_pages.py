"""A case's pages say by which versions of the policy packs it is decided, and offer the choices of those versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House, build
from tests.page import PageClient
from tests.service.test_pinned import change
from tests.webapp.holder import GUARDIAN, Desk
from workflows.service import packing
from workflows.store.engine import Engine

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
