"""Organisations, people and passwords."""

from __future__ import annotations

import threading

import pytest

from tests.page import PASSWORD
from tests.webapp.people import PRIYA, organisation, person
from workflows.core.definition import Role
from workflows.core.permissions import Membership
from workflows.service.office import Cost, Office, UnfitPassword
from workflows.service.passwords import Passwords, TooBusy
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import events, streams

CHEAP = Cost(memory=8, passes=1, lanes=1)


def test_an_organisation_is_added_once_and_brought_up_to_date(office: Office) -> None:
    first = organisation(office)
    again = organisation(office, name="Marlbridge Council")
    assert again.id == first.id
    assert office.organisations() == (again,)
    assert office.organisation("marlbridge") == again
    assert office.organisation("nowhere") is None


def test_a_person_is_added_once_by_address_whatever_its_capitals(office: Office) -> None:
    first = person(office, email="Priya.Anand@MARLBRIDGE.example")
    assert person(office, Role.MANAGER) == first
    found = office.principal(first)
    assert found == office.find(" PRIYA.anand@marlbridge.example")
    assert found is not None
    assert found.email == PRIYA
    assert {held.role for held in found.memberships} == {Role.MANAGER}


def test_unknown_people_are_nobody(office: Office) -> None:
    assert office.principal("01a204ce-bdf0-743e-9075-f9efef3b960b") is None
    assert office.find("nobody@marlbridge.example") is None


def test_colleagues_are_listed_by_name_with_their_roles_there(office: Office) -> None:
    place = organisation(office)
    person(office, Role.REQUESTER, Role.MANAGER, email="zoe@marlbridge.example", name="Zoe")
    person(office, Role.IG_LEAD, email="amy@marlbridge.example", name="Amy", places=2)
    assert [(one.name, one.roles) for one in office.colleagues(place.id)] == [
        ("Amy", (Role.IG_LEAD,)),
        ("Zoe", (Role.MANAGER, Role.REQUESTER)),
    ]
    assert [one.name for one in office.colleagues(place.id, roles=[Role.MANAGER, Role.AUDITOR])] == ["Zoe"]


def test_a_role_that_this_version_does_not_know_gives_nothing(office: Office, engine: Engine) -> None:
    from sqlalchemy import text

    person_id = person(office)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE memberships SET role = 'archbishop'"))
    found = office.principal(person_id)
    assert found is not None
    assert found.memberships == frozenset()
    assert office.colleagues(organisation(office).id) == ()


@pytest.mark.feature("U01")
@pytest.mark.parametrize(("password", "fits"), [("x" * 14, False), ("x" * 15, True), ("é" * 513, False)])
def test_a_password_has_a_shortest_and_a_longest_length(office: Office, password: str, fits: bool) -> None:
    place = organisation(office)

    def add() -> str:
        held = [Membership(place.id, Role.REQUESTER)]
        return office.add_person(name="P", email=PRIYA, password=password, memberships=held)

    if fits:
        assert add()
    else:
        with pytest.raises(UnfitPassword):
            add()
        assert office.find(PRIYA) is None


@pytest.mark.feature("U02")
def test_a_cheap_hash_is_made_anew_when_its_owner_signs_in(engine: Engine) -> None:
    from sqlalchemy import text

    def stored() -> str:
        with transaction(engine) as connection:
            return str(connection.execute(text("SELECT password_hash FROM people")).scalar_one())

    person(Office(engine, secret="s", cost=CHEAP))
    before = stored()
    dearer = Office(engine, secret="s", cost=Cost(memory=16, passes=2, lanes=1))
    assert dearer.sign_in(PRIYA, "wrong password", address="192.0.2.1").wait == 0
    assert stored() == before
    assert dearer.sign_in(PRIYA, PASSWORD, address="192.0.2.1").person_id
    after = stored()
    assert "m=16,t=2" in after
    assert dearer.sign_in(PRIYA, PASSWORD, address="192.0.2.1").person_id
    assert stored() == after


def test_the_usual_hash_is_argon2id_with_46_mebibytes() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_accents_match_however_they_are_typed() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.matches("cafe\u0301 au lait, s'il", passwords.hash("caf\u00e9 au lait, s'il"))


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_without_a_good_hash_no_password_matches(stored: str | None) -> None:
    assert Passwords(CHEAP).matches("nobody has this password", stored) is False


def test_only_so_many_hashes_are_made_at_a_time() -> None:
    passwords = Passwords(CHEAP, at_once=1, patience=0.01)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with passwords._turn():
            inside.set()
            leave.wait(timeout=30)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(timeout=30)
    with pytest.raises(TooBusy):
        passwords.hash(PASSWORD)
    leave.set()
    holder.join()
    assert passwords.hash(PASSWORD)


def test_fifty_at_once_are_never_more_than_ten(office: Office) -> None:
    from concurrent.futures import ThreadPoolExecutor

    person(office)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda number: office.sign_in(PRIYA, f"wrong {number}", address=f"192.0.2.{number}"), range(50))
        )
    assert sum(1 for answer in answers if answer.wait == 0) == 10


def test_people_and_roles_are_sealed_on_the_record_of_the_house(engine: Engine, office: Office) -> None:
    office.add_person(name="Una Vale", email="Una.Vale@x.example", password=PASSWORD, memberships=())
    office.add_person(name="Una Vale", email="una.vale@x.example", password=PASSWORD, memberships=())
    with reading(engine) as connection:
        house = streams.stream_id("house")
        last = [each for each in events.chains(connection) if each.entry.stream == house][-2:]
    assert [each.entry.type for each in last] == ["PersonAdded", "RolesChanged"]
    assert last[0].texts == {"name": "Una Vale", "email": "una.vale@x.example"}
    assert isinstance(verify(engine), Whole)
