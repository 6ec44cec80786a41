"""Asking CP-IS from the pages: only where access is set, never recorded by itself, and written down before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.checking.answers import CHILD, SECRET, team
from tests.checking.cpis_server import TOKEN, CpisServer, cpis_server
from tests.page import words
from tests.webapp.holder import LEAD, OFFICER, Desk
from webapp.checking.fhir_source import FhirSource
from webapp.house import House as Rooms
from workflows.core.cpis import CpisResult, CpisVia
from workflows.service.unit_of_work import Engine, reading
from workflows.settings import SettingError, Settings

pytestmark = pytest.mark.feature("C28")
HERE = {"person": "Child P", "setting": "emergency_department"}


@pytest.fixture
def cpis(app: Flask) -> Iterator[CpisServer]:
    """A server, which the application asks."""
    rooms: Rooms = app.extensions["gatehouse"]
    with cpis_server() as server:
        app.extensions["gatehouse"] = replace(rooms, cpis=FhirSource(server.url, TOKEN, demo=True, seconds=0.5))
        yield server
        app.extensions["gatehouse"] = rooms


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def test_without_access_it_is_not_there_at_all(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    assert "Ask CP-IS now" not in client.open(f"/cases/{case_id}/cpis").text
    assert client.http.get(f"/cases/{case_id}/cpis/ask").status_code == 404
    assert client.send(f"/cases/{case_id}/cpis/ask", HERE, status=404)


def test_it_is_asked_shown_and_recorded(desk: Desk, cpis: CpisServer, engine: Engine) -> None:
    cpis.records[CHILD] = [team()]
    case_id = desk.case()
    client = desk.sit(OFFICER)
    page = client.open(f"/cases/{case_id}/cpis")
    client.open(page.links()["Ask CP-IS now"])
    page = client.submit(HERE)
    assert "Child protection plan, from 2 March 2026" in page.text
    assert CHILD not in page.html
    assert desk.house.case(case_id).cpis == ()
    assert [(each["kind"], each["unscheduled"]) for each in cpis.asked] == [("CareTeam", "true")]
    with reading(engine) as connection:
        found = connection.execute(text("SELECT items FROM reads WHERE what = 'cpis'")).scalars().all()
    assert found == [["Child P"]]
    client.submit({})
    (check,) = desk.house.case(case_id).cpis
    assert (check.via, check.result, check.notified) == (CpisVia.FHIR_API, CpisResult.PLAN, True)


def test_when_it_was_asked_before_is_shown_once_if_she_wants_it_and_never_kept(
    desk: Desk, cpis: CpisServer, engine: Engine
) -> None:
    cpis.records[CHILD] = [team(), team("LAC")]
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis/ask")
    page = client.submit({**HERE, "looks": "yes"})
    assert "When CP-IS was asked before" in page.text
    (table,) = page.all("table")
    assert "1 January 2026 2" in words(table)
    assert SECRET not in page.html
    assert [each["kind"] for each in cpis.asked] == ["CareTeam", "AuditEvent"]
    with reading(engine) as connection:
        asked = "SELECT what, items FROM reads WHERE what LIKE 'cpis%' ORDER BY id"
        assert connection.execute(text(asked)).all() == [("cpis", ["Child P"]), ("cpis_looks", ["Child P"])]
    page = client.submit({"checked_by": ""}, status=422)
    assert "asked before" not in page.text
    client.submit({"checked_by": "Sam"})
    assert "2026-01-01" not in repr(desk.house.case(case_id).cpis)
    cpis.mode = "503"
    client.open(f"/cases/{case_id}/cpis/ask")
    assert "When CP-IS was asked before could not be told." in client.submit({**HERE, "looks": "yes"}).text
    assert [each["kind"] for each in cpis.asked] == ["CareTeam", "AuditEvent"]


def test_what_goes_wrong_can_be_recorded_or_asked_again(
    desk: Desk, cpis: CpisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cpis.mode = "503"
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis/ask")
    page = client.submit(HERE)
    assert "CP-IS is out of order (503)." in page.text
    assert "ask again before you record this" in page.text
    client.submit({})
    (check,) = desk.house.case(case_id).cpis
    assert (check.result, check.notified) == (CpisResult.COULD_NOT_CHECK, False)
    assert not [each for each in caplog.records if CHILD in f"{each.getMessage()} {each.__dict__}"]


def test_about_whom_and_from_where_must_be_said(desk: Desk, cpis: CpisServer) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis/ask")
    page = client.submit({"person": "Child Z"}, status=422)
    assert list(page.errors()) == ["person", "setting"]
    page = client.submit({"person": "Child P", "setting": "other_scheduled"}, status=422)
    assert list(page.errors()) == ["setting_words"]
    assert cpis.asked == []


@pytest.mark.feature("C1")
def test_who_sees_labels_only_cannot_ask(desk: Desk, cpis: CpisServer) -> None:
    case_id = desk.case(upto="ig_advice")
    client = desk.sit(LEAD)
    assert "Ask CP-IS now" not in client.open(f"/cases/{case_id}/cpis").text
    assert client.send(f"/cases/{case_id}/cpis/ask", HERE, status=403)
    assert cpis.asked == []


NEEDED = {
    "GATEHOUSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "GATEHOUSE_REDIS_URL": "redis://127.0.0.1:1/0",
    "GATEHOUSE_SECRET_KEY": "0" * 32,
}


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://cpis.example", ""), ("", "token"), ("http://cpis.example", "token"), ("https://x.example?a=1", "t"),
        ("https://x.example", "two words"), ("ftp://x.example", "token"), ("https://me@x.example", "token"),
    ],
)  # fmt: skip
def test_half_a_setting_is_refused_without_repeating_it(url: str, token: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({**NEEDED, "GATEHOUSE_CPIS_URL": url, "GATEHOUSE_CPIS_TOKEN": token})
    assert "CPIS" in str(caught.value)
    assert not token or token not in str(caught.value).split()


def test_it_is_off_unless_it_is_set() -> None:
    assert Settings.from_env(NEEDED).cpis is None
    for url in ("https://cpis.example/FHIR/R4/", "http://127.0.0.1:8080/FHIR/R4"):
        found = Settings.from_env({**NEEDED, "GATEHOUSE_CPIS_URL": url, "GATEHOUSE_CPIS_TOKEN": "token"}).cpis
        assert found is not None
        assert found.url == url.rstrip("/")
        assert "token" not in repr(found).replace("CPIS", "")
