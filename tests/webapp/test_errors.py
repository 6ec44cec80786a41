"""When something does not work: a page in plain words, the right status, and never any data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, abort

from tests.page import PageClient, check_headers, read_page
from tests.webapp.people import PRIYA, person
from webapp import create_app, guards
from webapp.logs import LOGGER, AllowList, note
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.service.library import DamagedWorkflow
from workflows.service.office import Cost, Office
from workflows.service.unit_of_work import Busy, Engine, Unavailable, make_engine
from workflows.settings import Settings

SECRET_WORDS = "Ava Whitlock 943 476 5919"


@pytest.fixture
def planted(engine: Engine, settings: Settings, cheap: Cost) -> Callable[[Callable[[], str]], PageClient]:
    """Makes an application with one more page, which does as it is told."""

    def make(view: Callable[[], str]) -> PageClient:
        app = create_app(settings, engine=engine, cost=cheap)
        app.add_url_rule("/planted/<word>", "planted", guards.public(lambda word: view()))
        return PageClient(app)

    return make


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The lines logged meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowList())
    LOGGER.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    LOGGER.removeHandler(handler)


def fails(fault: Exception) -> Callable[[], str]:
    def view() -> str:
        name = SECRET_WORDS  # stands in the frame, as a case's data would
        raise fault if name else AssertionError

    return view


REFUSED = [
    (not_found(), 404, ""),
    (Refused(Refusal("stale", "Somebody has changed this request.")), 409, "Somebody has changed this request."),
    (Refused(Refusal("wrong_stage", "Too late for that.")), 409, "Too late for that."),
    (Refused(Refusal("own_case", "You made this request.")), 403, "You made this request."),
    (Refused(Refusal("missing", "Say why.")), 422, "Say why."),
    (Busy("55P03"), 503, "Somebody else is working on the same thing."),
    (Unavailable("08006"), 503, "It should be back shortly."),
    (DamagedWorkflow("standard version 2"), 503, "Tell whoever runs this service."),
]


@pytest.mark.parametrize(("fault", "status", "says"), REFUSED)
def test_each_refusal_has_its_status_and_its_words(
    planted: Callable[[Callable[[], str]], PageClient], fault: Exception, status: int, says: str
) -> None:
    page = planted(fails(fault)).open("/planted/x", status=status)
    assert says in page.text
    assert ("Retry-After" in page.headers) is (status == 503 and not isinstance(fault, DamagedWorkflow))
    if isinstance(fault, DamagedWorkflow):
        assert "back shortly" not in page.text, "waiting does not mend it"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 501, 503])
def test_each_status_has_a_page(planted: Callable[[Callable[[], str]], PageClient], status: int) -> None:
    def view() -> str:
        fault = HTTPException()
        fault.code = status
        raise fault

    page = planted(view).open("/planted/x", status=status)
    assert f"quote {page.headers['X-Request-Id']}" in page.text


@pytest.mark.feature("D05")
@pytest.mark.parametrize("fault", [ValueError(SECRET_WORDS), KeyError(SECRET_WORDS), RuntimeError("x")])
def test_a_fault_of_ours_tells_no_data_to_anybody(
    planted: Callable[[Callable[[], str]], PageClient],
    log: Callable[[], list[dict[str, object]]],
    fault: Exception,
) -> None:
    page = planted(fails(fault)).open(f"/planted/{SECRET_WORDS}?name={SECRET_WORDS}", status=500)
    assert not any(word in page.html for word in ("Whitlock", "943", "Traceback", "Error:"))
    lines = log()
    assert not any(word in json.dumps(lines) for word in ("Whitlock", "943"))
    found = next(line for line in lines if line["event"] == "fault")
    assert found["fault"] == type(fault).__name__
    assert str(found["at"]).endswith(f"test_errors.py:{fails.__code__.co_firstlineno + 3}")
    assert found["request_id"] == page.headers["X-Request-Id"]


@pytest.mark.feature("D05")
def test_a_request_is_logged_by_its_rule_and_never_by_its_address(
    client: PageClient, office: Office, log: Callable[[], list[dict[str, object]]]
) -> None:
    person(office)
    client.sign_in(PRIYA).open("/account?name=Whitlock")
    client.http.get("/no-such-page/Whitlock")
    client.http.open("/account", method="WHITLOCK")
    lines = log()
    assert "Whitlock" not in json.dumps(lines)
    assert "marlbridge" not in json.dumps(lines)
    account = next(line for line in lines if line.get("rule") == "/account")
    assert {"time", "level", "event", "method", "rule", "status", "ms", "request_id"} == set(account)
    assert "other" in {line.get("method") for line in lines}


def test_what_is_not_on_the_list_is_dropped(app: Flask, log: Callable[[], list[dict[str, object]]]) -> None:
    note("planted", person="Ava Whitlock", reason="stated")
    assert [set(line) for line in log()] == [{"time", "level", "event", "reason"}]


def test_without_a_database_pages_say_so_and_nobody_is_signed_out(
    client: PageClient, office: Office, settings: Settings, cheap: Cost
) -> None:
    person(office)
    kept = client.sign_in(PRIYA).http.get_cookie("sid")
    assert kept is not None
    nowhere = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    app = create_app(replace(settings, demo=True), engine=nowhere, cost=cheap)
    without = PageClient(app)
    without.http.set_cookie("sid", kept.value)
    answer = without.http.get("/account")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Set-Cookie" not in answer.headers
    read_page(answer, "/account")
    without.http.delete_cookie("sid")
    without.open("/sign-in")
    without.submit({"email": PRIYA, "password": "anything"}, action="/sign-in", status=503)
    assert client.open("/account").h1 == "Your account"


def test_a_session_that_cannot_be_saved_does_not_spoil_the_page(
    client: PageClient, office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(office, places=2)
    client.sign_in(PRIYA).open("/organisation")
    chosen = client.page.form("/organisation").fields["organisation"] if client.page else ""

    def fail(*_: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(type(office), "save_session", fail)
    answer = client.http.post("/organisation", data={"organisation": chosen, "csrf_token": client.token()})
    assert answer.status_code == 303
    check_headers(answer)


def test_when_even_the_page_cannot_be_made_an_answer_goes_out(
    planted: Callable[[Callable[[], str]], PageClient],
) -> None:
    client = planted(lambda: abort(409))
    client.app.jinja_env.globals["asset"] = None
    page = client.open("/planted/x", status=409)
    assert page.h1 == "Something went wrong"
    assert "call 999" in page.text
