"""Notifications inside the product, and the pages that there are in the demo only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.page import PageClient
from tests.webapp.holder import GUARDIAN, Desk
from webapp.views.notifications import WORDS
from workflows.core.notices import NoticeKind
from workflows.service.office import Cost, Office
from workflows.settings import Settings
from workflows.store.engine import Engine

LETTER = (
    "From: gatehouse@localhost\r\nTo: anne.whitcombe@harrowmere.example\r\nSubject: You have work in Gatehouse\r\n"
    "Date: Tue, 03 Nov 2026 09:12:00 +0000\r\nMessage-ID: <1@gatehouse>\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n\r\nGH-7K3M-Q2XT is at Adjudication.\r\n'
)
NAME = "20261103T091200000000Z-0a1b2c3d.eml"


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


@pytest.fixture
def demo(engine: Engine, settings: Settings, cheap: Cost, tmp_path: Path) -> Desk:
    """The demo, with one mail in its folder."""
    from webapp import create_app

    (tmp_path / NAME).write_bytes(LETTER.encode())
    (tmp_path / "half.part").write_bytes(b"not yet")
    app = create_app(replace(settings, demo=True, mail_dir=tmp_path), engine=engine, cost=cheap)
    app.testing = True
    return Desk(House.found(engine), app)


def test_unread_notices_are_counted_and_marked(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(GUARDIAN)
    page = client.open("/notifications")
    assert "(1 unread)" in page.h1
    assert "You have something to do" in page.text
    assert f"/cases/{case}" in page.html
    assert "Orrin" not in page.html
    page = client.submit()
    assert "All notifications are marked as read." in page.text
    assert page.h1 == "Notifications"
    assert "You have something to do" in page.text


def test_looking_at_notices_reads_none(desk: Desk) -> None:
    desk.case()
    client = desk.sit(GUARDIAN)
    client.open("/notifications")
    assert "(1 unread)" in client.open("/notifications").h1


@pytest.mark.feature("C24")
def test_what_was_opened_has_been_seen(desk: Desk) -> None:
    case, other = desk.case(), desk.case()
    client = desk.sit(GUARDIAN)
    assert "(2 unread)" in client.open("/notifications").h1
    client.open(f"/cases/{case}")
    page = client.open("/notifications")
    assert "(1 unread)" in page.h1
    assert page.text.count("Unread") == 1
    assert "Notifications: 1 unread" in page.text
    # Nobody else's are touched by it.
    desk.sit("samir.haddad").open(f"/cases/{other}")
    assert "(1 unread)" in client.open("/notifications").h1


@pytest.mark.feature("C24", "C4")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases SET aside = ARRAY[cast(:who AS uuid)]",
        "UPDATE cases SET kin = ARRAY[lower('Whitcombe')] WHERE cast(:who AS uuid) IS NOT NULL",
        "UPDATE cases SET kin = ARRAY['anne.whitcombe@harrowmere.example'] WHERE cast(:who AS uuid) IS NOT NULL",
        "DELETE FROM memberships WHERE person_id = cast(:who AS uuid)",
    ],
)
def test_what_one_may_no_longer_know_of_is_neither_listed_nor_counted(desk: Desk, engine: Engine, change: str) -> None:
    desk.case()
    client = desk.sit(GUARDIAN)
    assert "Notifications: 1 unread" in client.open("/notifications").text
    with engine.begin() as connection:
        connection.execute(text(change), {"who": desk.house.person(GUARDIAN).id})
    page = client.open("/notifications")
    assert "Notifications: none unread" in page.text
    assert "You have something to do" not in page.text


def test_who_was_told_nothing_reads_what_would_come(desk: Desk) -> None:
    page = desk.sit("martin.shaw").open("/notifications")
    assert "What you are told about requests appears here" in page.text


def test_outside_the_demo_its_pages_do_not_exist(desk: Desk) -> None:
    client = desk.sit(GUARDIAN)
    client.open("/account")
    for path in ("/demo/clock", "/demo/mail", f"/demo/mail/{NAME}"):
        client.open(path, status=404)
    client.open("/account")
    client.send("/demo/advance", {"hours": "24"}, status=404)


def test_mail_is_listed_and_read(demo: Desk) -> None:
    client = demo.sit(GUARDIAN)
    page = client.open("/demo/mail")
    assert "(1)" in page.h1
    page = client.open(page.links()["You have work in Gatehouse"])
    assert "GH-7K3M-Q2XT is at Adjudication." in page.text
    assert "<1@gatehouse>" in page.text


@pytest.mark.parametrize("name", ["other.eml", "half.part", "..%2f..%2fetc%2fpasswd", "%2e%2e.eml", ".eml"])
def test_no_other_file_can_be_read(demo: Desk, name: str) -> None:
    demo.sit(GUARDIAN).open(f"/demo/mail/{name}", status=404)


def test_the_clock_is_moved_on_and_the_page_says_so(demo: Desk, engine: Engine) -> None:
    office = Office(engine, secret="x" * 40)
    client = demo.sit(GUARDIAN)
    before = office.now()
    client.open("/demo/clock")
    page = client.submit({"hours": "24"})
    assert "moved on by 1 day" in page.text
    assert 86_390 < (office.now() - before).total_seconds() < 86_460
    client.open("/demo/clock")
    page = client.submit({"hours": "5000"}, status=422)
    assert "Choose one of the steps on this page." in page.text


def test_time_that_has_passed_shows_on_the_worklist(demo: Desk) -> None:
    demo.case(days_ago=0.1)
    client = demo.sit(GUARDIAN)
    assert "Overdue" not in client.open("/work").text
    for _ in range(3):
        client.open("/demo/clock")
        client.submit({"hours": "72"})
    assert "Overdue by" in client.open("/work").text


def test_a_visitor_is_sent_to_sign_in_first(demo: Desk) -> None:
    assert PageClient(demo.app).open("/demo/mail").h1 == "Sign in"


def test_every_kind_of_notice_has_words_on_the_page() -> None:
    assert set(WORDS) == set(NoticeKind)
