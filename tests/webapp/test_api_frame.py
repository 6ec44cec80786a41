"""The frame of the API: who comes, once and only once, for the version that was seen, and what is answered if not."""

from __future__ import annotations

from io import BytesIO
from typing import NoReturn

import pytest
from flask import Flask

from tests.builders import House, build
from tests.webapp.api_client import Caller
from workflows.core.scopes import Scope
from workflows.service.library import DamagedWorkflow, Library

pytestmark = pytest.mark.feature("C28")


@pytest.fixture
def house(engine) -> House:  # type: ignore[no-untyped-def]
    """The demo's house."""
    return House.found(engine)


def caller(app: Flask, house: House, who: str, **more: object) -> Caller:
    return Caller.enter(app, house.engine, house.person(who), **more)  # type: ignore[arg-type]


def test_a_request_is_begun_read_and_sent_back_by_its_version(app: Flask, house: House) -> None:
    priya = caller(app, house, "priya.anand")
    made = priya.post("/cases", {"holder": house.organisation("harrowmere").id}, status=201)
    assert made["stage"] == "draft"
    assert {each["command"] for each in made["actions"] if each["allowed"]} == {
        "save", "submit", "withdraw", "choose_holders"
    }  # fmt: skip
    found = priya.get(f"/cases/{made['id']}")
    assert found["standing"] == made
    missing = priya.post(f"/cases/{made['id']}/submit", {}, seen=made["version"], status=422)
    assert {each["path"].split("/")[1] for each in missing["faults"]} >= {"people", "purpose", "items"}
    gone = priya.post(f"/cases/{made['id']}/withdraw", {"reason": "Not needed."}, seen=made["version"])
    assert gone["closed_at"]
    assert gone["version"] > made["version"]


def test_without_a_token_that_counts_nothing_is_told(app: Flask, house: House) -> None:
    priya = caller(app, house, "priya.anand")
    case = build(house, "S2", upto="ig_advice")
    for token in ("", "x", "ghp_" + "a" * 43, priya.token[:-1], priya.token + "a"):
        answer = app.test_client().get(f"/api/v1/cases/{case}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.mimetype == "application/problem+json"


def test_a_token_does_only_what_it_was_made_for(app: Flask, house: House) -> None:
    lucy = caller(app, house, "lucy.brandt", scopes=(Scope.READ.value,))
    case = build(house, "S2", upto="ig_advice")
    found = lucy.get(f"/cases/{case}")
    advise = next(each for each in found["standing"]["actions"] if each["command"] == "advise")
    assert (advise["allowed"], advise["reason"]["code"]) == (False, "out_of_scope")
    refused = lucy.post(f"/cases/{case}/advise", {"advice": "supports"}, seen=1, status=403)
    assert refused["code"] == "out_of_scope"


def test_a_change_needs_the_version_that_was_seen(app: Flask, house: House) -> None:
    lucy = caller(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    body = {"advice": "supports", "why": "It is needed."}
    assert lucy.post(f"/cases/{case}/advise", body, status=428)["code"] == "no_version"
    for wrong in ("*", '"3"', 'W/"v3"', '"v3", "v4"', '"v99999999999"'):
        assert lucy.post(f"/cases/{case}/advise", body, seen=wrong, status=400)["code"] == "bad_version"
    assert lucy.post(f"/cases/{case}/advise", body, seen=1, status=412)["code"] == "stale"
    version = lucy.get(f"/cases/{case}/standing")["version"]
    assert lucy.post(f"/cases/{case}/advise", body, seen=version)["stage"] == "adjudication"


def test_the_same_request_with_the_same_key_is_done_once_and_answered_alike(app: Flask, house: House) -> None:
    lucy, martin = caller(app, house, "lucy.brandt"), caller(app, house, "martin.shaw")
    case = build(house, "S2", upto="ig_advice")
    version = lucy.get(f"/cases/{case}/standing")["version"]
    body = {"question": "Which school?"}
    first = lucy.send(f"/cases/{case}/ask", body, key="mine", seen=version)
    again = lucy.send(f"/cases/{case}/ask", body, key="mine", seen=version)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_data() == again.get_data()
    assert first.headers["ETag"] == again.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = lucy.post(f"/cases/{case}/ask", {"question": "Another?"}, key="mine", seen=version, status=422)
    assert other["code"] == "key_reused"
    # The key of somebody else is another key.
    martin.post(f"/cases/{case}/chase", {}, key="mine", seen=martin.get(f"/cases/{case}/standing")["version"])


def test_what_was_refused_can_be_mended_and_sent_with_the_same_key(app: Flask, house: House) -> None:
    lucy = caller(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    version = lucy.get(f"/cases/{case}/standing")["version"]
    wrong = lucy.post(f"/cases/{case}/ask", {"question": " "}, key="k", seen=version, status=422)
    assert wrong["faults"][0]["path"] == "/question"
    assert lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version)["paused"]


def test_a_request_by_a_damaged_workflow_is_not_ruled_and_says_so(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    priya = caller(app, house, "priya.anand")
    holder = house.organisation("harrowmere").id

    def damaged(*_: object, **__: object) -> NoReturn:
        raise DamagedWorkflow("standard version 1 is not what was published: its text has changed")

    with monkeypatch.context() as patch:
        patch.setattr(Library, "version", damaged)
        said = priya.post("/cases", {"holder": holder}, status=503, key="0123456789abcdef")
        assert said["code"] == "damaged_workflow"
        assert "Tell whoever runs this service" in said["detail"]
    priya.post("/cases", {"holder": holder}, status=201, key="0123456789abcdef")


def test_a_token_is_limited_by_the_minute(app: Flask, house: House) -> None:
    priya = caller(app, house, "priya.anand")
    limit = app.extensions["gatehouse"].settings.api_per_minute
    from sqlalchemy import text

    priya.get("/cases/0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2", status=404)
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE api_uses SET uses = :most, minute = date_trunc('minute', clock_timestamp())"),
                           {"most": limit})  # fmt: skip
    answer = priya.http.get("/api/v1/cases/0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2", headers=priya.headers())
    if answer.status_code == 404:  # the minute was over just then
        pytest.skip("a new minute began")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_who_may_not_know_of_a_request_is_told_what_a_stranger_is_told(app: Flask, house: House) -> None:
    amy = caller(app, house, "amy.castell")
    case = build(house, "S2", upto="ig_advice")
    other = "0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2"
    here, nowhere = (amy.get(f"/cases/{each}", status=404) for each in (case, other))
    assert {**here, "request_id": ""} == {**nowhere, "request_id": ""}
    sent, lost = (
        amy.post(f"/cases/{each}/advise", {"advice": "supports"}, seen=1, status=404) for each in (case, other)
    )
    assert {**sent, "request_id": ""} == {**lost, "request_id": ""}
    holder = house.organisation("harrowmere").id
    alike, none = (amy.post("/cases", {"holder": holder, "like": each}, status=404) for each in (case, other))
    assert {**alike, "request_id": ""} == {**none, "request_id": ""}


def test_a_choice_that_is_not_there_is_told_in_the_words_that_are_sent(app: Flask, house: House) -> None:
    priya = caller(app, house, "priya.anand")
    made = priya.post("/cases", {"holder": house.organisation("harrowmere").id}, status=201)
    wrong = priya.post(f"/cases/{made['id']}/save", {"purpose": {"urgency": "now"}}, seen=made["version"], status=422)
    (fault,) = [each for each in wrong["faults"] if each["path"] == "/purpose/urgency"]
    assert fault["say"].startswith("Choose one of: 'routine', 'priority'")
    assert "Urgency" not in fault["say"]


def test_a_body_whose_length_nobody_tells_is_too_large_all_the_same(app: Flask, house: House) -> None:
    priya = caller(app, house, "priya.anand")
    body = b'{"holder": "' + b"a" * 2_600_000 + b'"}'
    answer = app.test_client().post(
        "/api/v1/cases", input_stream=BytesIO(body), headers={**priya.headers(), "Idempotency-Key": "x"},
        content_type="application/json", environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )  # fmt: skip
    assert answer.status_code == 413, answer.get_data(as_text=True)
