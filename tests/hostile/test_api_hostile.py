"""What is sent to the API to do harm: fields nobody offers, keys used twice, odd verbs and paths, broken JSON."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House, build
from tests.webapp.api_client import Caller
from webapp.api.operations import OPERATIONS
from workflows.service.once import Once
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C28")
FORGED: dict[str, Any] = {
    "state": "closed", "stage": "release", "org_id": "x", "owner": "x", "decided_by": "x", "version": 99,
    "created_at": "2020-01-01T00:00:00Z", "role": "administrator", "is_admin": True, "approved_items": ["gp"],
    "due_at": "2030-01-01T00:00:00Z", "actor": {"person_id": "x"}, "at": "2020-01-01T00:00:00Z", "id": "x",
    "case_id": "x", "seen_version": 1, "packs": ["x"], "bodies": {}, "to_eligible": True, "by_manager": True,
    "again": ["x"], "group": "x", "public": True, "workflow_version": 9, "__proto__": {"admin": True},
    "items.0.outcome": "share", "request[state]": "closed",
}  # fmt: skip
"""Names that a form never offers: of columns, of the command's own parts, nested and dotted."""


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's house."""
    return House.found(engine)


def enter(app: Flask, house: House, who: str) -> Caller:
    return Caller.enter(app, house.engine, house.person(who))


def row(engine: Engine, case_id: str) -> str:
    """The stored case, whole."""
    with reading(engine) as connection:
        return str(connection.execute(text("SELECT c::text FROM cases c WHERE id = :id"), {"id": case_id}).scalar_one())


@pytest.mark.feature("N03")
def test_no_field_that_is_not_offered_is_taken_by_any_operation(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    before, version = row(engine, case), house.case(case).version
    tried = 0
    for one in OPERATIONS.values():
        if one.takes is None:
            continue
        path = one.path.replace("<uuid:case_id>", case)
        with transaction(engine) as connection:
            connection.execute(text("DELETE FROM api_uses"))  # a quick machine would come too often in a minute
        for name, value in FORGED.items():
            if name in (one.takes_example or {}):
                continue
            answer = lucy.send(path, {**(one.takes_example or {}), name: value}, seen=version)
            if answer.status_code == 403:
                break  # the token's owner may not do this at all
            assert answer.status_code == 422, f"{one.name} {name}: {answer.status_code}"
            places = {each["path"] for each in answer.get_json()["faults"]}
            assert any(place.endswith("/" + name[:60]) for place in places), (one.name, name, places)
            tried += 1
    assert tried > 500
    assert row(engine, case) == before


@pytest.mark.feature("N03")
def test_a_field_in_the_query_beside_the_body_is_refused(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    before, version = row(engine, case), house.case(case).version
    for query in ("?stage=release", "?advice=supports", "?_method=DELETE", "?version=1&version=2"):
        body = {"advice": "supports", "why": "Needed."}
        assert lucy.post(f"/cases/{case}/advise{query}", body, seen=version, status=400)["code"] == "bad_query"
    assert row(engine, case) == before


@pytest.mark.feature("N06")
def test_twenty_at_once_with_one_key_have_one_effect_and_one_answer(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    version = house.case(case).version

    def ask(_: int) -> tuple[int, str]:
        caller = Caller(app.test_client(), lucy.token)
        for _again in range(100):
            answer = caller.send(f"/cases/{case}/ask", {"question": "Which school?"}, key="one", seen=version)
            if answer.status_code != 409:
                break
            assert answer.get_json()["code"] == "in_flight"
            time.sleep(0.02)
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(ask, range(20)))
    assert {status for status, _ in answers} == {200}
    assert len(answers) == 1, "every answer is the same"
    assert len(house.case(case).questions) == 1


@pytest.mark.feature("N06")
def test_keys_that_cannot_be_keys_are_refused_and_nothing_is_done(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    before, version = row(engine, case), house.case(case).version
    for wrong in (" ", "a" * 201, "a" * 10_240, "a b", "ä", "a\x7f"):
        answer = lucy.send(
            f"/cases/{case}/ask", {"question": "Which?"}, seen=version, headers={"Idempotency-Key": wrong}
        )
        assert answer.status_code == 400, wrong[:10]
        assert answer.get_json()["code"] in ("bad_key", "no_key")
    headers = {**lucy.headers(), "If-Match": f'"v{version}"'}
    without = lucy.http.post(f"/api/v1/cases/{case}/ask", json={"question": "Which?"}, headers=headers)
    assert lucy.looked_at(without, 400)["code"] == "no_key"
    assert row(engine, case) == before


@pytest.mark.feature("N06")
def test_an_answer_is_given_again_after_23_hours_and_forgotten_after_two_days(
    house: House, app: Flask, engine: Engine
) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    version = house.case(case).version
    first = lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version)

    def age(by: timedelta) -> int:
        with transaction(engine) as connection:
            connection.execute(text("UPDATE api_answers SET begun_at = begun_at - :by"), {"by": by})
        return Once(engine).tidy()

    assert age(timedelta(hours=23)) == 0
    assert lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version) == first
    assert age(timedelta(hours=26)) == 1
    assert lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version)["version"] == first["version"]
    assert len(house.case(case).questions) == 1, "the door knows the command for ever"


@pytest.mark.feature("N06")
def test_what_a_dead_process_left_can_be_taken_up_with_the_same_key(house: House, app: Flask, engine: Engine) -> None:
    """The command was carried out, and the process died before it could answer."""
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    version = house.case(case).version
    first = lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE api_answers SET status = NULL, body = NULL"))
    early = lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version, status=409)
    assert early["code"] == "in_flight"
    with transaction(engine) as connection:
        connection.execute(text("UPDATE api_answers SET lease_until = clock_timestamp() - interval '1 second'"))
    again = lucy.post(f"/cases/{case}/ask", {"question": "Which?"}, key="k", seen=version)
    assert again["version"] == first["version"]
    assert len(house.case(case).questions) == 1


@pytest.mark.feature("N07")
def test_odd_verbs_and_paths_carry_nothing_out(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    before, version = row(engine, case), house.case(case).version
    headers = {**lucy.headers(), "Idempotency-Key": "k", "If-Match": f'"v{version}"'}
    body = {"advice": "supports", "why": "Needed."}
    path = f"/api/v1/cases/{case}/advise"
    for verb in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO", "post "):
        answer = lucy.http.open(path, method=verb, json=body, headers={**headers, "X-HTTP-Method-Override": "POST"})
        assert answer.status_code == 405, verb
        assert answer.headers["Allow"] == "POST"
    for odd in (
        path.upper(), f"/{path}", path.replace("/cases", "//cases"), f"{path}/", f"{path}.", f"{path};jsessionid=1",
        path.replace("/advise", "/%2e%2e/advise"), path.replace("/advise", "/../advise"), f"{path}%00", f"{path}%20",
        path.replace(case, "{" + case + "}"), path.replace("v1", "v2"),
    ):  # fmt: skip
        answer = lucy.http.post(odd, json=body, headers=headers)
        assert answer.status_code in (400, 404), odd
    shown = f"/api/v1/cases/{case}/standing"
    for override in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}):
        assert lucy.http.get(shown, headers={**lucy.headers(), **override}).status_code == 200
    assert row(engine, case) == before


GOOD = '{"advice": "supports", "why": "Needed."}'
BROKEN: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {400}),
    "a key twice": (b'{"advice": "supports", "advice": "supports"}', {400}),
    "NaN": (b'{"advice": NaN}', {400}),
    "Infinity": (b'{"why": -Infinity}', {400}),
    "a great exponent": (b'{"why": 1e400}', {400}),
    "more than 64 bits": (b'{"why": 9223372036854775809}', {400}),
    "half of a character": (b'{"advice": "supports", "why": "\\ud800"}', {400}),
    "the character 0": (b'{"advice": "supports", "why": "\\u0000"}', {400}),
    "a raw control character": (b'{"advice": "supports", "why": "\x01"}', {400}),
    "not UTF-8": (b'{"advice": "supports", "why": "\xff\xfe"}', {400}),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), {400}),
    "UTF-16": (GOOD.encode("utf-16"), {400}),
    "10,000 deep": (b"[" * 10_000 + b"]" * 10_000, {400}),
    "as deep as it goes": (b'{"a":' * 150_000 + b"1" + b"}" * 150_000, {400, 413}),
    "a long number": (b'{"why": ' + b"9" * 900_000 + b"}", {400}),
    "a list": (b"[]", {422}),
    "a text": (b'"advice"', {422}),
    "null": (b"null", {422}),
    "lists for texts": (b'{"advice": ["supports"], "why": ["x"]}', {422}),
    "truth for a text": (b'{"advice": true, "why": false}', {422}),
    "an object for a list": (b'{"advice": "supports", "why": "x", "conditions": {"0": "x"}}', {422}),
    "a number for truth": (b'{"advice": "supports", "why": "x", "delegated_release": 1}', {422}),
    "a prototype": (b'{"advice": "supports", "why": "x", "__proto__": {"admin": true}}', {422}),
    "two documents": (GOOD.encode() * 2, {400}),
    "a comment": (b'{"advice": "supports" /* x */}', {400}),
    "single quotes": (b"{'advice': 'supports'}", {400}),
    "a long text": (json.dumps({"advice": "supports", "why": "x" * 500_000}).encode(), {422}),
    "many conditions": (json.dumps({"advice": "supports", "why": "x", "conditions": ["x"] * 50_000}).encode(), {422}),
    "many keys": (json.dumps({f"k{number}": 1 for number in range(50_000)}).encode(), {422}),
    "50 MB": (b'"' + b"x" * 50_000_000 + b'"', {413}),
}


@pytest.mark.feature("N20")
@pytest.mark.parametrize("what", BROKEN)
def test_broken_json_is_refused_and_the_next_request_is_served(
    house: House, app: Flask, engine: Engine, what: str
) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    before, version = row(engine, case), house.case(case).version
    sent, wanted = BROKEN[what]
    answer = lucy.send(f"/cases/{case}/advise", sent, seen=version)
    assert answer.status_code in wanted, answer.get_data(as_text=True)[:300]
    lucy.looked_at(answer, answer.status_code)
    assert len(answer.get_data()) < 60_000, "an answer does not grow with what was sent"
    assert row(engine, case) == before
    assert lucy.send(f"/cases/{case}/advise", GOOD, seen=version).status_code == 200


@pytest.mark.feature("N20")
def test_bodies_that_are_not_plain_json_are_refused(house: House, app: Flask) -> None:
    lucy = enter(app, house, "lucy.brandt")
    case = build(house, "S2", upto="ig_advice")
    version = house.case(case).version
    kinds: list[dict[str, str]] = [
        {"Content-Type": kind}
        for kind in (
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
            "application/json; charset=utf-16", "application/json; charset=latin-1", "",
        )
    ]  # fmt: skip
    for headers in [*kinds, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}]:
        sent = gzip.compress(b"x" * 5_000_000) if "Content-Encoding" in headers else GOOD
        answer = lucy.send(f"/cases/{case}/advise", sent, seen=version, headers=headers)
        assert answer.status_code == 415, headers
        lucy.looked_at(answer, 415)


@pytest.mark.feature("N20")
def test_what_is_no_id_comes_near_no_column_of_ids(house: House, app: Flask) -> None:
    priya, martin = enter(app, house, "priya.anand"), enter(app, house, "martin.shaw")
    known = house.organisation("harrowmere").id
    case = build(house, "S2", upto="ig_advice")
    draft = priya.post("/cases", {"holder": known}, status=201)
    for wrong in (
        "x",
        "",
        "\ud83d\ude00",
        "1; DROP TABLE cases",
        known.upper(),
        "{" + known + "}",
        known + " ",
        "0" * 36,
    ):
        priya.post("/cases", {"holder": wrong}, status=422)
        if wrong:
            priya.post("/cases", {"holder": known, "like": wrong}, status=422)
        priya.post(f"/cases/{draft['id']}/choose-holders", {"others": [wrong]}, seen=draft["version"], status=422)
        body = {"to_person": wrong, "reason": "Hers."}
        martin.post(f"/cases/{case}/reassign", body, seen=house.case(case).version, status=422)


@pytest.mark.feature("N20")
def test_signs_of_other_languages_are_only_text(house: House, app: Flask, engine: Engine) -> None:
    lucy = enter(app, house, "lucy.brandt")
    signs = (
        "' OR 1=1 --",
        "'; DROP TABLE cases; --",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "<script>x</script>",
        "%s%n",
        "\\x",
    )
    for each in signs:
        case = build(house, "S2", upto="ig_advice")
        version = house.case(case).version
        lucy.post(f"/cases/{case}/advise", {"advice": "supports", "why": each}, seen=version)
        assert lucy.get(f"/cases/{case}")["findings"]["advice"][0]["why"] == each
    amy = enter(app, house, "amy.castell")
    for each in signs:
        amy.send(f"/cases/{case}/ask", {"question": each, "items": [each]}, seen=1)
