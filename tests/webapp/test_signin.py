"""Coming in, going out, and not being let in."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from tests.page import PASSWORD, PageClient
from tests.webapp.people import PRIYA, organisation, person
from workflows.core.definition import Role
from workflows.service.office import PER_ADDRESS, Office
from workflows.service.unit_of_work import Engine, transaction

WRONG = "The e-mail address and the password do not belong together. Check both and try again."


def attempt(client: PageClient, email: str, password: str, *, status: int) -> str:
    client.open("/sign-in")
    page = client.submit({"email": email, "password": password}, action="/sign-in", status=status)
    return page.errors().get("email", "")


def test_a_person_signs_in_sees_her_account_and_signs_out(client: PageClient, office: Office) -> None:
    person(office, Role.REQUESTER)
    assert client.open("/account").h1 == "Sign in"
    page = client.submit({"email": " Priya.Anand@Marlbridge.example ", "password": PASSWORD}, action="/sign-in")
    assert page.h1 == "Your account"
    assert "Requester" in page.text
    assert "Priya Anand" in page.text
    page = client.send("/sign-out", {})
    assert "You have signed out." in page.text
    assert client.open("/account").h1 == "Sign in"


def test_signing_out_has_the_browser_forget_everything(client: PageClient, office: Office) -> None:
    person(office)
    client.sign_in(PRIYA).open("/account")
    answer = client.http.post("/sign-out", data={"csrf_token": client.token()})
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert any(header.startswith("sid=;") for header in answer.headers.getlist("Set-Cookie"))


def test_what_is_missing_is_named_and_linked(client: PageClient) -> None:
    client.open("/sign-in")
    page = client.submit({"email": " ", "password": ""}, action="/sign-in", status=422)
    assert page.errors() == {"email": "Enter your e-mail address.", "password": "Enter your password."}
    assert page.title.startswith("Error:")


@pytest.mark.feature("N08")
def test_known_and_unknown_people_get_the_same_answer(client: PageClient, office: Office) -> None:
    person(office)
    bodies = []
    for email in (PRIYA, "nobody.known@marlbridge.example"):
        assert attempt(client, email, "not the password", status=422) == WRONG
        assert client.page is not None
        body = client.page.html.replace(email, "E")
        bodies.append(re.sub(r'(nonce|value|quote)[= ]"?[\w.-]{12,}"?', "", body))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("email", ["a\x00b@marlbridge.example", "\ud800@x.example", "x" * 5000, "' OR 1=1 --"])
def test_a_nonsense_name_is_a_wrong_name(client: PageClient, office: Office, email: str) -> None:
    person(office)
    client.open("/sign-in")
    sent = {"email": email.encode(errors="surrogatepass"), "password": "p" * 3000, "csrf_token": client.token()}
    assert client.http.post("/sign-in", data=sent).status_code == 422


@pytest.mark.feature("U04")
def test_the_eleventh_attempt_must_wait_and_then_may_come_again(
    client: PageClient, office: Office, engine: Engine
) -> None:
    person(office)
    for _ in range(10):
        assert attempt(client, PRIYA, "wrong", status=422) == WRONG
    assert "Wait 5 minutes" in attempt(client, PRIYA, PASSWORD, status=429)
    answer = client.http.post("/sign-in", data={"email": PRIYA, "password": PASSWORD, "csrf_token": client.token()})
    assert 280 <= int(answer.headers["Retry-After"]) <= 300
    with transaction(engine) as connection:
        made = connection.execute(text("SELECT count(*) FROM attempts")).scalar()
        connection.execute(text("UPDATE attempts SET at = at - interval '5 minutes 1 second'"))
    assert made == 30, "a refused attempt is not counted: the wait must come to an end"
    client.sign_in(PRIYA)


@pytest.mark.feature("U04")
def test_the_limit_is_per_account_and_per_address(app: Flask, office: Office) -> None:
    person(office)
    for number in range(10):
        office.sign_in("somebody.else@marlbridge.example", "wrong", address=f"198.51.100.{number}")
    for number in range(PER_ADDRESS):
        assert office.sign_in(f"person{number}@marlbridge.example", "wrong", address="203.0.113.9").wait == 0
    assert office.sign_in("somebody.else@marlbridge.example", "wrong", address="192.0.2.1").wait > 0
    assert office.sign_in(PRIYA, PASSWORD, address="203.0.113.9").wait > 0
    assert office.sign_in(PRIYA, PASSWORD, address="192.0.2.1").person_id


def test_an_ipv6_household_is_one_address(office: Office) -> None:
    for number in range(PER_ADDRESS):
        office.sign_in(f"p{number}@marlbridge.example", "wrong", address=f"2001:db8:1:2::{number + 1:x}")
    assert office.sign_in("p@marlbridge.example", "wrong", address="2001:db8:1:2:ffff::1").wait > 0
    assert office.sign_in("p@marlbridge.example", "wrong", address="2001:db8:1:3::1").wait == 0


def test_signing_in_does_not_count_so_a_whole_office_may_come_in_the_morning(office: Office) -> None:
    person(office)
    for _ in range(25):
        assert office.sign_in(PRIYA, PASSWORD, address="203.0.113.9").person_id


def test_nobody_can_read_from_the_attempts_who_tried(client: PageClient, office: Office, engine: Engine) -> None:
    attempt(client, PRIYA, "wrong", status=422)
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT bucket FROM attempts")).scalars().all()
    assert sorted(len(row) for row in rows) == [3, 64, 64]
    assert not any("marlbridge" in row or "127." in row for row in rows)


def test_a_disabled_person_is_refused_like_a_stranger(client: PageClient, office: Office, engine: Engine) -> None:
    person(office)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE people SET disabled_at = clock_timestamp()"))
    assert attempt(client, PRIYA, PASSWORD, status=422) == WRONG


SAFE = {"/account": "/account", "/account?tab=2": "/account?tab=2", "/organisation": "/organisation"}
UNSAFE = [
    "//evil.example", "/\\evil.example", "https:evil", "https://evil.example/account", "/\tevil.example",
    "/%09/evil.example", "//user@evil.example/", "/account\r\nX: y", "javascript:alert(1)", "account",
    "/no-such-page", "/sign-out", "/sign-in", "/static/dist/gatehouse.css", "/account" + "?a=" + "x" * 600,
]  # fmt: skip


@pytest.mark.feature("N17")
@pytest.mark.parametrize("target", [*SAFE, *UNSAFE])
def test_after_signing_in_one_is_led_to_a_page_of_ours_only(client: PageClient, office: Office, target: str) -> None:
    person(office)
    client.open("/sign-in")
    sent = {"email": PRIYA, "password": PASSWORD, "csrf_token": client.token(), "next": target}
    answer = client.http.post("/sign-in", data=sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == SAFE.get(target, "/")


def test_somebody_who_is_signed_in_is_not_asked_again(client: PageClient, office: Office) -> None:
    person(office)
    client.sign_in(PRIYA)
    assert client.http.get("/sign-in").headers["Location"] == "/"
    assert client.http.get("/").headers["Location"] == "/work"


@pytest.mark.feature("C22")
def test_who_is_a_manager_and_nothing_else_begins_at_the_board(client: PageClient, office: Office) -> None:
    person(office, Role.MANAGER)
    client.sign_in(PRIYA)
    assert client.http.get("/").headers["Location"] == "/board"


def test_a_person_with_two_organisations_chooses_for_which_she_works(client: PageClient, office: Office) -> None:
    person(office, Role.REQUESTER, places=2)
    client.sign_in(PRIYA)
    page = client.open("/organisation")
    assert page.form("/organisation").fields["organisation"], "the one she works for now is chosen"
    other = next(e.get("value", "") for e in page.all("input", type="radio") if e.get("checked") is None)
    answer = client.http.post("/organisation", data={"organisation": other, "csrf_token": client.token()})
    assert answer.status_code == 303
    assert client.open("/organisation").form("/organisation").fields["organisation"] == other


def test_nobody_can_choose_an_organisation_that_is_not_hers(client: PageClient, office: Office) -> None:
    person(office)
    foreign = organisation(office, key="westmoor", name="Westmoor Constabulary")
    client.sign_in(PRIYA).open("/organisation")
    page = client.submit({"organisation": foreign.id}, action="/organisation", status=422)
    assert page.errors() == {"organisation": "Choose one of your organisations."}
    assert "Westmoor" not in page.text
