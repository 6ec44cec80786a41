"""Tokens on pages: made once, shown once, with what each may do; and the accounts of systems, which never decide."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House, build
from tests.webapp.api_client import Caller
from tests.webapp.holder import Desk
from workflows.core.definition import Role
from workflows.core.permissions import Membership
from workflows.core.refusals import Refused
from workflows.service.office import AddressTaken, Cost, Office, SignedIn
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C28")
_TOKEN = re.compile(r"gh[ps]_[A-Za-z0-9_-]{43}")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """The demo's people at their desks."""
    return Desk(house, app)


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's house."""
    return House.found(engine)


def made(html: str) -> str:
    """The token that a page shows."""
    return _TOKEN.findall(html)[0]


def test_a_token_is_made_shown_once_used_and_revoked(desk: Desk, engine: Engine) -> None:
    priya = desk.sit("priya.anand")
    page = priya.open("/account/tokens")
    assert "There is no token yet" in page.text
    page = priya.open("/account/tokens/new")
    assert "(request)" in page.text
    assert "(events)" not in page.text, "she administers nothing"
    page = priya.submit({"name": "Case system", "scopes": ["read", "request"], "days": "30"})
    token = made(page.html)
    listed = priya.open("/account/tokens")
    assert "Case system" in listed.text
    assert f"…{token[-4:]}" in listed.text
    assert token not in listed.html
    with reading(engine) as connection:
        kept = " ".join(str(row) for row in connection.execute(text("SELECT * FROM api_tokens")))
        sealed = " ".join(str(row) for row in connection.execute(text("SELECT facts, texts FROM events")))
    assert token not in kept + sealed
    assert "'read', 'request'" in sealed
    caller = Caller(desk.app.test_client(), token)
    caller.post("/cases", {"holder": desk.house.organisation("harrowmere").id}, status=201)
    assert "never" not in priya.open("/account/tokens").text.partition("Last used")[2]
    priya.submit({}, action=re.findall(r'action="(/account/tokens/[^"]*/revoke)"', listed.html)[0])
    assert caller.get("/cases/0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2", status=401)["code"] == "bad_token"
    assert "Revoked on" in priya.open("/account/tokens").text


def test_a_token_with_nothing_chosen_is_refused_with_all_that_is_missing(desk: Desk) -> None:
    priya = desk.sit("priya.anand")
    priya.open("/account/tokens/new")
    page = priya.submit({"name": " ", "days": "9"}, status=422)
    for say in ("Give it a name", "Choose at least one", "Choose after how many days"):
        assert say in page.text


def test_a_token_ends_by_its_day_and_with_its_owner(desk: Desk, engine: Engine, app: Flask) -> None:
    person = desk.house.person("priya.anand")
    caller = Caller.enter(app, engine, person)
    path = "/cases/0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2"
    caller.get(path, status=404)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE people SET disabled_at = now() WHERE id = :id"), {"id": person.id})
    caller.get(path, status=401)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE people SET disabled_at = NULL"))
        connection.execute(text("UPDATE api_tokens SET made_at = made_at - interval '1 year', expires_at = now()"))
    caller.get(path, status=401)


def test_a_token_acts_in_one_organisation_and_as_the_roles_are_now(desk: Desk, engine: Engine, app: Flask) -> None:
    """Lucy also works elsewhere: a token for the other place is no use for what waits for her here."""
    house = desk.house
    lucy, place, other = (
        house.person("lucy.brandt"), house.organisation("harrowmere").id, house.organisation("larkfield").id
    )  # fmt: skip
    house.holds("lucy.brandt", Role.IG_LEAD, "larkfield")
    case = build(house, "S2", upto="ig_advice")
    both = house.person("lucy.brandt")
    here, there = (Caller.enter(app, engine, both, place=each) for each in (place, other))
    there.get(f"/cases/{case}", status=404)
    version = here.get(f"/cases/{case}/standing")["version"]
    there.post(f"/cases/{case}/advise", {"advice": "supports", "why": "Needed."}, seen=version, status=404)
    with transaction(engine) as connection:
        connection.execute(
            text("DELETE FROM memberships WHERE person_id = :p AND organisation_id = :o"), {"p": lucy.id, "o": place}
        )
    here.get(f"/cases/{case}", status=404)


def test_what_she_asked_for_another_organisation_is_not_the_tokens(desk: Desk, engine: Engine, app: Flask) -> None:
    house = desk.house
    case = build(house, "S2", upto="submit")
    house.holds("priya.anand", Role.REQUESTER, "larkfield")
    elsewhere = Caller.enter(app, engine, house.person("priya.anand"), place=house.organisation("larkfield").id)
    elsewhere.get(f"/cases/{case}", status=404)
    elsewhere.post(f"/cases/{case}/withdraw", {"reason": "x"}, seen=1, status=404)


def test_the_account_of_a_system_asks_and_never_decides(desk: Desk, engine: Engine, app: Flask) -> None:
    house = desk.house
    peter = desk.sit("peter.quayle")
    peter.open("/organisation/systems/new")
    assert "Choose at least one of the roles" in peter.submit({"name": "X", "email": "nobody"}, status=422).text
    peter.open("/organisation/systems/new")
    page = peter.submit({"name": "Records", "email": "records@harrowmere.example", "roles": ["requester", "manager"]})
    assert "Records" in page.text
    account = re.findall(r"/organisation/systems/([0-9a-f-]{36})/tokens/new", page.html)[0]
    page = peter.open(f"/organisation/systems/{account}/tokens/new")
    assert "Check consent" not in page.text
    assert "Chase what is overdue (manage)" in page.text
    assert "Read what has happened to requests of the organisation (events)" in page.text
    page = peter.submit({"name": "Its token", "scopes": ["read", "request", "manage"], "days": "365"})
    system = Caller(app.test_client(), made(page.html))
    # It asks.
    case = system.post("/cases", {"holder": house.organisation("larkfield").id}, status=201)
    assert system.get(f"/cases/{case['id']}")["requester"] == "Records"
    # Whatever roles it may come to hold, it decides nothing.
    with transaction(engine) as connection:
        for role in Role:
            connection.execute(
                text("INSERT INTO memberships VALUES (:p, :o, :r) ON CONFLICT DO NOTHING"),
                {"p": account, "o": house.organisation("harrowmere").id, "r": role.value},
            )
    for stage in ("consent_check", "ig_advice", "adjudication", "release"):
        waits = build(house, "S2", upto=stage)
        found = system.get(f"/cases/{waits}/standing")
        assert {each["command"] for each in found["actions"] if each["allowed"]} == {"chase"}
        codes = {
            each["reason"]["code"] for each in found["actions"] if each["command"] in ("advise", "decide", "release")
        }
        assert codes == {"service_account"}
    listed = house.casework.board(
        house.person("martin.shaw"), house.organisation("harrowmere").id, filters=_all(), page=1,
        now=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    assert account not in {person for person, _ in listed.eligible}, "nothing is given to a system"
    # It is ended, and its tokens with it.
    peter.open(f"/organisation/systems/{account}")
    peter.submit({}, action=f"/organisation/systems/{account}/end")
    system.get(f"/cases/{case['id']}", status=401)
    page = peter.open(f"/organisation/systems/{account}")
    assert "No more: the account was ended" in page.text
    assert "Revoke" not in page.text


def _all():  # type: ignore[no-untyped-def]
    from workflows.service.views import BoardFilters

    return BoardFilters()


def test_a_person_never_becomes_the_account_of_a_system_by_its_address(desk: Desk, engine: Engine) -> None:
    house, now = desk.house, datetime.now(UTC)
    peter, place = house.person("peter.quayle"), house.organisation("harrowmere").id
    account = Tokens(engine).add_account(
        peter, place, name="Records", email="Records@harrowmere.example", roles=["requester"],
        command_id=house.new_id(), now=now,
    )  # fmt: skip
    office = Office(engine, secret="x" * 32, cost=Cost(memory=8, passes=1, lanes=1))
    roles = [Membership(place, Role.CALDICOTT_GUARDIAN)]
    with pytest.raises(AddressTaken):
        office.add_person(name="A", email="records@harrowmere.example", password="p" * 20, memberships=roles)
    assert [each.roles for each in Tokens(engine).accounts(peter, place)] == [("requester",)]
    assert office.find("records@harrowmere.example") is None
    assert not isinstance(office.sign_in("records@harrowmere.example", "", address="127.0.0.1"), SignedIn)
    with pytest.raises(Refused, match="email"):
        Tokens(engine).add_account(
            peter, place, name="Records", email="priya.anand@marlbridge.example", roles=["requester"],
            command_id=house.new_id(), now=now,
        )  # fmt: skip
    assert account


def test_who_does_not_administer_learns_nothing_of_systems(desk: Desk, engine: Engine) -> None:
    priya = desk.sit("priya.anand")
    for path in ("/organisation/systems", "/organisation/systems/new"):
        assert priya.http.get(path).status_code == 404
    assert Tokens(engine).mine(desk.house.person("priya.anand")) == ()
