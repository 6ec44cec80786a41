"""Pages that look again by themselves: only what changes, only when it has changed, and nobody's act."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.builders import House
from tests.counting import statements
from tests.page import PageClient
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from workflows.core.commands import Chase
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C22")
AGAIN = {"X-Look-Again": "1"}


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def again(client: PageClient, path: str, tag: str = "") -> TestResponse:
    """Ask as the page's script does."""
    return client.http.get(path, headers={**AGAIN, **({"If-None-Match": tag} if tag else {})})


@pytest.mark.parametrize(("who", "path"), [(MANAGER, "/board?group=holder"), (GUARDIAN, "/work?tab=mine")])
def test_only_the_parts_that_change_are_sent_and_only_when_they_have(desk: Desk, who: str, path: str) -> None:
    first = desk.case()
    client = desk.sit(who)
    page = client.open(path)
    (status,) = [each for each in page.all("div") if each.get("data-live") is not None]
    tag = f'"{status.get("data-live-tag")}"'
    assert again(client, path, tag).status_code == 304
    answer = again(client, path)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == tag
    assert f"/cases/{first}" in body
    assert "<h1" not in body
    assert "csrf_token" not in body
    second = desk.case()
    answer = again(client, path, tag)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag
    assert f"/cases/{second}" in answer.get_data(as_text=True)
    assert len(answer.headers["X-Shown-At"]) == 5
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_was_done_about_the_waiting_is_a_change(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    tag = again(client, "/board").headers["ETag"]
    desk.house.give(Chase, MANAGER, case)
    assert "Chased once" in again(client, "/board", tag).get_data(as_text=True)


def test_the_page_works_without_scripts(desk: Desk) -> None:
    desk.case()
    for who, path in ((MANAGER, "/board?urgency=priority&state=risk"), (GUARDIAN, "/work?tab=team&page=1")):
        page = desk.sit(who).open(path)
        assert set(page.links()["Check again"].partition("?")[2].split("&")) == set(path.partition("?")[2].split("&"))
        (script,) = [each for each in page.all("script") if "live" in each.get("src", "")]
        assert script.get("type") == "module"


def test_looking_again_does_not_keep_a_session_alive_and_is_no_reading(desk: Desk, engine: Engine) -> None:
    desk.case()
    client = desk.sit(MANAGER)
    client.open("/board")

    def seen() -> object:
        with engine.connect() as connection:
            count = "SELECT (SELECT count(*) FROM reads), (SELECT min(seen_at) FROM sessions)"
            return connection.execute(text(count)).one()

    with engine.begin() as connection:
        connection.execute(text("UPDATE sessions SET seen_at = seen_at - interval '10 minutes'"))
    before = seen()
    with statements(engine) as sent:
        assert again(client, "/board").status_code == 200
    assert not [each for each in sent if "UPDATE" in each]
    assert seen() == before
    client.open("/board")
    assert seen() != before
    with engine.begin() as connection:
        connection.execute(text("UPDATE sessions SET seen_at = seen_at - interval '16 minutes'"))
    answer = again(client, "/board")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_what_was_to_be_said_once_is_still_said_to_the_person(desk: Desk) -> None:
    desk.case()
    client = desk.sit(MANAGER)
    page = client.open("/board")
    client.http.post("/board/choose", data={**page.form("/board/choose").fields, "act": "chase"})
    again(client, "/board")
    assert "Tick at least one request first" in client.open("/board").text
