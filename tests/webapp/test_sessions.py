"""The life of a session. Time is passed by ageing rows: nothing here waits."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.page import PASSWORD, PageClient
from tests.webapp.people import PRIYA, person
from webapp import create_app
from workflows.core.definition import Role
from workflows.service.office import Cost, Office
from workflows.service.unit_of_work import Engine, transaction
from workflows.settings import Settings

pytestmark = pytest.mark.feature("N13", "U06")


def cookie(client: PageClient, name: str = "sid") -> str:
    found = client.http.get_cookie(name)
    assert found is not None
    return found.value


def is_signed_in(client: PageClient) -> bool:
    return client.http.get("/account").status_code == 200


def age(engine: Engine, column: str, by: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(f"UPDATE sessions SET {column} = {column} - interval '{by}'"))


@pytest.fixture
def signed(client: PageClient, office: Office) -> PageClient:
    person(office)
    return client.sign_in(PRIYA)


def test_only_the_digest_of_the_cookie_is_stored(signed: PageClient, engine: Engine) -> None:
    with transaction(engine) as connection:
        stored = connection.execute(text("SELECT id_hash FROM sessions")).scalar_one()
    assert stored == hashlib.sha256(cookie(signed).encode()).hexdigest()
    assert len(cookie(signed)) == 45, "a prefix and 256 bits"


def test_looking_at_the_sign_in_page_writes_nothing(client: PageClient, engine: Engine) -> None:
    client.open("/sign-in")
    before = cookie(client)
    client.open("/sign-in")
    assert cookie(client) == before
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 0


def test_signing_in_gives_a_new_id_and_a_new_form_token(client: PageClient, office: Office) -> None:
    person(office)
    client.open("/sign-in")
    before, token = cookie(client), client.token()
    client.sign_in(PRIYA).open("/account")
    assert cookie(client) != before
    assert client.token() != token
    first = cookie(client)
    answer = client.http.post("/sign-in", data={"email": PRIYA, "password": PASSWORD, "csrf_token": client.token()})
    assert answer.status_code == 303
    assert cookie(client) != first
    client.http.set_cookie("sid", first)
    assert not is_signed_in(client), "signing in again ends the session before"


@pytest.mark.parametrize("planted", ["s-" + "A" * 43, "a-" + "A" * 43, "", "s-short", "x" * 3000, "s-" + "é" * 43])
def test_a_planted_id_is_never_signed_in(client: PageClient, office: Office, planted: str) -> None:
    person(office)
    client.http.set_cookie("sid", planted)
    client.sign_in(PRIYA)
    after = cookie(client)
    assert after != planted
    client.http.set_cookie("sid", planted)
    assert not is_signed_in(client)


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: PageClient, office: Office) -> None:
    person(office)
    client.open("/sign-in")
    sent = {"email": PRIYA, "password": PASSWORD, "csrf_token": client.token()}
    header = client.http.post("/sign-in", data=sent).headers["Set-Cookie"]
    assert {part.strip() for part in header.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.feature("U09")
def test_over_https_the_cookie_is_bound_to_this_host(
    engine: Engine, settings: Settings, cheap: Cost, office: Office
) -> None:
    from dataclasses import replace

    person(office)
    app = create_app(replace(settings, base_url="https://localhost"), engine=engine, cost=cheap)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    name, _, rest = page.headers["Set-Cookie"].partition("=")
    assert name == "__Host-sid"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == {part.strip() for part in rest.split(";")[1:]}
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(signed: PageClient, app: Flask) -> None:
    copy = cookie(signed)
    signed.open("/account")
    signed.http.post("/sign-out", data={"csrf_token": signed.token()})
    thief = PageClient(app)
    thief.http.set_cookie("sid", copy)
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    ("column", "by", "alive"),
    [
        ("seen_at", "14 minutes 55 seconds", True),
        ("seen_at", "15 minutes 1 second", False),
        ("created_at", "7 hours 59 minutes", True),
        ("created_at", "8 hours 1 second", False),
    ],
)
def test_a_session_ends_after_its_time(signed: PageClient, engine: Engine, column: str, by: str, alive: bool) -> None:
    age(engine, column, by)
    assert is_signed_in(signed) is alive


def test_moving_the_demo_clock_ends_no_session(signed: PageClient, office: Office) -> None:
    from datetime import timedelta

    office.move_clock(timedelta(days=30))
    assert is_signed_in(signed)


def test_use_keeps_a_session_alive_and_is_noted_once_a_minute(signed: PageClient, engine: Engine) -> None:
    written = []

    def watch(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "UPDATE sessions" in statement:
            written.append(statement)

    age(engine, "seen_at", "10 minutes")
    event.listen(engine, "before_cursor_execute", watch)
    try:
        assert is_signed_in(signed)
        assert is_signed_in(signed)
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    assert len(written) == 1
    age(engine, "seen_at", "14 minutes")
    assert is_signed_in(signed)


def test_a_request_learns_who_asks_in_one_statement(signed: PageClient, engine: Engine) -> None:
    statements: list[str] = []

    def watch(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", watch)
    try:
        signed.open("/account")
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    assert len(statements) == 1


def test_a_fourth_session_ends_the_first(app: Flask, office: Office) -> None:
    person(office)
    clients = [PageClient(app).sign_in(PRIYA) for _ in range(4)]
    assert [is_signed_in(client) for client in clients] == [False, True, True, True]


def test_a_slow_answer_does_not_bring_a_session_back(signed: PageClient, office: Office, engine: Engine) -> None:
    ended = cookie(signed)
    office.end_session(ended)
    assert office.save_session(ended, {"late": True}) is False
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 0


def test_ending_all_sessions_or_disabling_or_a_new_password_works_at_once(
    app: Flask, office: Office, engine: Engine
) -> None:
    person_id = person(office)
    clients = [PageClient(app).sign_in(PRIYA) for _ in range(2)]
    assert office.end_sessions(person_id) == 2
    assert not any(is_signed_in(client) for client in clients)
    client = PageClient(app).sign_in(PRIYA)
    office.set_password(person_id, "another long password")
    assert not is_signed_in(client)
    client.sign_in(PRIYA, "another long password")
    with transaction(engine) as connection:
        connection.execute(text("UPDATE people SET disabled_at = clock_timestamp()"))
    assert not is_signed_in(client)


def test_a_role_taken_away_is_gone_with_the_next_page(signed: PageClient, office: Office) -> None:
    assert "Requester" in signed.open("/account").text
    person(office, Role.AUDITOR)
    page = signed.open("/account")
    assert "Auditor" in page.text
    assert "Requester" not in page.text


def test_tidying_deletes_what_is_over_and_nothing_else(app: Flask, office: Office, engine: Engine) -> None:
    person(office)
    PageClient(app).sign_in(PRIYA)
    office.sign_in("x@marlbridge.example", "wrong", address="192.0.2.1")
    assert office.tidy() == 0
    age(engine, "seen_at", "16 minutes")
    with transaction(engine) as connection:
        connection.execute(text("UPDATE attempts SET at = at - interval '6 minutes'"))
    living = PageClient(app).sign_in(PRIYA)
    assert office.tidy() == 4
    assert is_signed_in(living)


@pytest.mark.parametrize("path", ["/static/no-such-file.css", "/health/live", "/no-such-page"])
def test_what_is_fetched_beside_a_page_leaves_the_session_alone(signed: PageClient, path: str) -> None:
    answer = signed.http.get(path)
    assert "Set-Cookie" not in answer.headers
    assert is_signed_in(signed)


def test_signing_out_of_a_session_that_is_over_is_no_error(signed: PageClient, office: Office) -> None:
    signed.open("/account")
    token = signed.token()
    office.end_session(cookie(signed))
    answer = signed.http.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
