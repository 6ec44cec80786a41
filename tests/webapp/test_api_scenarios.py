"""Whole requests through the API alone: the same as through the door, command by command (S1, S2 and the others)."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import httpx
import pytest
from flask import Flask

from examples import shared_with_consent
from examples.gatehouse_client import Gatehouse, Gone, Problem
from tests.builders import House, build
from tests.webapp.api_client import Caller
from webapp.api.operations import of_command
from webapp.intake.samples import consented
from webapp.intake.whole import RequestModel
from workflows.core import commands as c
from workflows.core.definition import Role
from workflows.core.events import Started
from workflows.core.request import Request, with_answers
from workflows.service.scenario import scenarios, script
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import Engine, reading
from workflows.store import events

pytestmark = pytest.mark.feature("C28")
STAMP = {each.name for each in fields(c.Command)}
BY_THE_DOOR = {"packs", "bodies", "to_eligible", "again", "by_manager"}
"""What the door fills in, and nobody sends."""


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's house."""
    return House.found(engine)


def plain(value: Any) -> Any:
    """Frozen data as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return value


def body_of(command: c.Command) -> dict[str, Any]:
    """The body that stands for a command."""
    if isinstance(command, c.Save):
        request = replace(with_answers(Request(), command.answers), saved=(command.task,))
        return RequestModel.from_core(request).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    found: dict[str, Any] = {}
    for each in fields(command):
        if each.name in STAMP | BY_THE_DOOR:
            continue
        value = getattr(command, each.name)
        found[each.name] = plain(
            asdict(value) if is_dataclass(value) and not isinstance(value, type) else _several(value)
        )
    for override in found.get("overrides", ()):
        override.pop("say")
    return found


def _several(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(each) if is_dataclass(each) and not isinstance(each, type) else each for each in value]
    return value


@pytest.mark.parametrize("story", ["S1", "S2"])
def test_a_whole_request_runs_through_the_api_alone(house: House, app: Flask, story: str) -> None:
    sent = datetime.now(UTC) - timedelta(days=1)
    beats = script(scenarios()[story], house.cast, tag="api", submitted=sent)
    callers: dict[str, Caller] = {}

    def of(person_id: str) -> Caller:
        person = next(each for each in house.cast.people.values() if each.id == person_id)
        return callers.setdefault(person_id, Caller.enter(app, house.engine, person))

    start, *others = beats
    assert isinstance(start.command, c.Start)
    found = of(start.command.actor.person_id).post("/cases", {"holder": start.command.holder_org}, status=201)
    for beat in others:
        command = beat.command
        caller = of(command.actor.person_id)
        now = caller.get(f"/cases/{found['id']}/standing")
        assert {each["command"]: each["allowed"] for each in now["actions"]}[command.type.value]
        path = of_command(command.type).path.replace("<uuid:case_id>", found["id"])  # type: ignore[union-attr]
        found = caller.post(path, body_of(command), seen=now["version"])
    door = house.case(build(house, story, upto=None))
    api = house.case(found["id"])
    assert (api.outcome, api.stage, api.request) == (door.outcome, door.stage, door.request)
    assert [each.items for each in api.decisions] == [each.items for each in door.decisions]
    assert [each.advice for each in api.advice] == [each.advice for each in door.advice]
    owner = of(api.requester)
    shown = owner.get(f"/cases/{api.id}")
    assert shown["standing"]["outcome"] == api.how_it_ended
    assert [each["key"] for each in shown["request"]["items"]] == [each.key for each in api.request.items]
    words = owner.get(f"/cases/{api.id}/contents")["contents"]
    assert {each["key"] for each in words} == set(api.released)


def client(app: Flask, engine: Engine, house: House, who: str) -> Gatehouse:
    token = Caller.enter(app, engine, house.person(who)).token
    return Gatehouse("http://localhost", token, transport=httpx.WSGITransport(app=app), sleep=lambda _: None)


def test_the_example_client_takes_a_request_from_its_start_to_what_is_shared(
    house: House, app: Flask, engine: Engine
) -> None:
    jess, beth = (client(app, engine, house, who) for who in ("jess.holloway", "beth.carver"))
    read = shared_with_consent.run(
        jess, beth, holder=house.organisation("larkfield").id, email="jess.holloway@brightwater.example"
    )
    assert read == {"medication": "Metformin 500 mg, twice a day.", "gp": "Dr Ames, High Street Surgery."}
    draft = jess.start(house.organisation("larkfield").id)
    with pytest.raises(Problem) as refused:
        jess.act(draft, "submit")
    assert refused.value.status == 422
    assert {place.split("/")[1] for place, _, _ in refused.value.faults} >= {"people", "items"}
    with pytest.raises(Problem) as stale:
        jess.act(replace(draft, version=0), "withdraw", {"reason": "x"})
    assert stale.value.code == "stale"
    jess.close()


def test_the_example_client_sends_again_under_the_same_key_when_no_answer_came(
    house: House, app: Flask, engine: Engine
) -> None:
    """The answer to the first try is lost on its way: the request is there once."""
    inner, lost = httpx.WSGITransport(app=app), []

    class Losing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = inner.handle_request(request)
            if request.method == "POST" and not lost:
                lost.append(answer.read())
                raise httpx.ReadTimeout("lost")
            return answer

    token = Caller.enter(app, engine, house.person("jess.holloway")).token
    jess = Gatehouse("http://localhost", token, transport=Losing(), sleep=lambda _: None)
    made = jess.start(house.organisation("larkfield").id)
    assert json.loads(lost[0])["id"] == made.id


@pytest.mark.parametrize("waits", ["", "Wed, 21 Oct 2026 07:28:00 GMT", "1"])
def test_the_example_client_outlasts_what_stands_between(house: House, app: Flask, engine: Engine, waits: str) -> None:
    inner, left = httpx.WSGITransport(app=app), [502, 503, 504, 502]

    class Between(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if left:
                page, said = {"Content-Type": "text/html", "Retry-After": waits}, "<p>Bad gateway</p>"
                return httpx.Response(left.pop(), headers=page, text=said)
            return inner.handle_request(request)

    token, slept = Caller.enter(app, engine, house.person("jess.holloway")).token, list[float]()
    jess = Gatehouse("http://localhost", token, transport=Between(), sleep=slept.append)
    with pytest.raises(Problem) as broken:
        jess.start(house.organisation("larkfield").id)
    assert (broken.value.status, broken.value.code, broken.value.faults) == (502, "not_gatehouse", ())
    assert len(slept) == 3
    assert jess.start(house.organisation("larkfield").id).stage == "draft"


def test_the_example_client_catches_up_and_is_told_what_is_gone(house: House, app: Flask, engine: Engine) -> None:
    case_id = build(house, "S2", upto="adjudication")
    house.holds("lucy.brandt", Role.ADMINISTRATOR, "harrowmere")
    lucy, anne = (client(app, engine, house, who) for who in ("lucy.brandt", "anne.whitcombe"))
    first, place = lucy.events()
    assert case_id in {each["case_id"] for each in first}
    assert lucy.events(place) == ([], place)
    with pytest.raises(Gone):
        anne.act(anne.standing(case_id), "declare_conflict", {"reason": "A cousin."})


def test_a_whole_document_is_taken_once_and_every_fault_has_its_place(house: House, app: Flask) -> None:
    jess = Caller.enter(app, house.engine, house.person("jess.holloway"))
    document = consented()
    first = jess.post("/intake", document, status=201)
    again = jess.post("/intake", document, status=201)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["case"]["id"] == again["case"]["id"]
    wrong = {**document, "source": {"system": "S", "reference": "2"}, "holder": "nowhere", "colour": "red"}
    faults = jess.post("/intake", wrong, status=422)["faults"]
    assert {each["path"] for each in faults} >= {"/colour"}
    faults = jess.post("/intake", {each: said for each, said in wrong.items() if each != "colour"}, status=422)[
        "faults"
    ]
    assert {each["path"] for each in faults} == {"/holder"}
    priya = Caller.enter(app, house.engine, house.person("priya.anand"))
    assert priya.post("/intake", document, status=403)["faults"][0]["path"] == "/requester"


def test_the_account_of_a_system_sends_requests_for_people_of_its_organisation(house: House, app: Flask) -> None:
    place, tokens = house.organisation("brightwater").id, Tokens(house.engine)
    house.holds("jess.holloway", Role.ADMINISTRATOR, "brightwater")
    admin, now = house.person("jess.holloway"), house.casework.now()
    account = tokens.add_account(
        admin, place, name="Housing system", email="housing@brightwater.example", roles=["requester"],
        command_id=house.new_id(), now=now,
    )  # fmt: skip
    made = tokens.add_account_token(
        admin, place, account, name="Its token", scopes=["read", "request"], days=30, command_id=house.new_id(), now=now
    )
    system = Caller(app.test_client(), made.token)
    taken = system.post("/intake", consented(), status=201)
    case = house.case(taken["case"]["id"])
    assert case.requester == admin.id, "the request is hers"
    elsewhere = {**consented(), "requester_organisation": "marlbridge", "source": {"system": "S", "reference": "2"}}
    assert system.post("/intake", elsewhere, status=422)["faults"][0]["path"] == "/requester_organisation"
    with reading(house.engine) as connection:
        begun = events.of_stream(connection, case.id)[0].event
    assert isinstance(begun, Started)
    assert (begun.by, begun.account, begun.by_operator) == (admin.id, account, False)
    seen = house.casework.case(admin, case.id, now=now).timeline[-1]
    assert seen.title.endswith("by the account “Housing system”, in the requester’s name")
