"""The demo: fictional organisations and people, and cases at different stages, played through the real door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES, Membership
from workflows.definitions import demo
from workflows.service import packing
from workflows.service.demo_cases import PLACED, Stage
from workflows.service.library import CALENDARS, Library
from workflows.service.office import Cost, Office, Organisation
from workflows.service.passwords import Passwords
from workflows.service.publishing import publish_shipped
from workflows.service.scenario import Cast
from workflows.service.unit_of_work import Engine, reading
from workflows.store import people as persons

COST = Cost(memory=1024, passes=1)
"""Cheap hashes, for the demo's password is shown on the screen; the first sign-in makes a dear one of each."""


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """One organisation of the demo."""

    key: str
    name: str
    kind: str
    nation: str
    public_authority: bool
    law_enforcement: bool = False
    adjudicator_title: str = ""
    covered: bool | None = None
    policy_document: str = ""
    policy_review_on: date | None = None

    def columns(self) -> dict[str, Any]:
        """What an organisation is stored with, except its id."""
        return {
            "key": self.key, "name": self.name, "kind": self.kind, "nation": self.nation,
            "calendar": CALENDARS[self.nation], "public_authority": self.public_authority,
            "law_enforcement": self.law_enforcement, "adjudicator_title": self.adjudicator_title,
            "covered": self.covered, "policy_document": self.policy_document,
            "policy_review_on": self.policy_review_on,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demo with her roles as (organisation key, role)."""

    name: str
    email: str
    roles: tuple[tuple[str, Role], ...]


@cache
def organisations() -> tuple[DemoOrganisation, ...]:
    """Every organisation of the demo."""
    facts = demo.read("additions")["facts"]
    return tuple(
        DemoOrganisation(**{name: value for name, value in org.items() if name != "officers"}, **facts[org["key"]])
        for org in demo.read("organisations")["organisations"]
    )


@cache
def people() -> tuple[DemoPerson, ...]:
    """Everybody of the demo, the added roles included, in the order of the files."""
    found: dict[str, DemoPerson] = {}
    for name in ("organisations", "additions"):
        for org in demo.read(name)["organisations"]:
            for officer in org["officers"]:
                known = found.get(officer["email"], DemoPerson(officer["name"], officer["email"], ()))
                more = tuple((org["key"], Role(role)) for role in officer["roles"])
                found[known.email] = DemoPerson(known.name, known.email, (*known.roles, *more))
    return tuple(found.values())


PAST = timedelta(days=60)
"""How long the demo's policy packs have been in force: its requests were sent in the weeks before."""
FIRST = (
    "priya.anand", "samir.haddad", "lucy.brandt", "anne.whitcombe", "femi.adeyemi", "carol.finch", "martin.shaw",
    "elaine.foster", "nadia.roy", "peter.quayle", "amina.yusuf",
)  # fmt: skip
"""Who stands first for each role in the table of people: together they can play one request from end to end."""


def people_lines() -> list[dict[str, str]]:
    """One line per role of each person: role, name, email, organisation; the best known first."""
    names = {org.key: org.name for org in organisations()}
    place = {name: number for number, name in enumerate(FIRST)}
    known = sorted(people(), key=lambda person: place.get(person.email.partition("@")[0], len(FIRST)))
    return [
        {"role": ROLE_TITLES[role], "name": person.name, "email": person.email, "organisation": names[key]}
        for person in known
        for key, role in person.roles
    ]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding did: how many were new, of organisations, people and cases."""

    organisations: int
    people: int
    cases: int


def seed(engine: Engine, office: Office, *, password: str) -> Seeded:
    """Lay out the demo: organisations, people, the shipped workflows, cases. Doing it again changes nothing.

    Give it an office with hashes of COST. ``password`` becomes everybody's, also when the demo had another
    before. An interrupted seeding goes on where it stopped. Raises UnfitPassword, Busy, Unavailable.
    """
    known = {org.key for org in office.organisations()}
    orgs, new_people = seed_people(engine, office, password=password)
    now = office.now()
    publish_shipped(engine, by="", at=now)
    packing.found(engine, at=now, since=now - PAST)
    everybody = {person.email: office.find(person.email) for person in people()}
    cast = Cast({email: found for email, found in everybody.items() if found is not None}, orgs)
    stage = Stage(engine, Library(), cast, now)
    new_cases = sum(stage.put(placed) for placed in PLACED)
    return Seeded(len(set(orgs) - known), new_people, new_cases)


def seed_people(engine: Engine, office: Office, *, password: str) -> tuple[dict[str, Organisation], int]:
    """Add the organisations, and who is missing; see that the password is everybody's.

    The organisations by key, and how many people were added. Raises as ``seed`` does.
    """
    orgs = {org.key: office.add_organisation(**org.columns()) for org in organisations()}
    with reading(engine) as connection:
        known = {person.email: persons.credentials(connection, person.email) for person in people()}
    missing = [person for person in people() if known[person.email] is None]
    there = [found for found in known.values() if found is not None]
    changed = bool(there) and not Passwords().matches(password, there[0].password_hash)

    for person in missing:
        memberships = [Membership(orgs[key].id, role) for key, role in person.roles]
        office.add_person(name=person.name, email=person.email, password=password, memberships=memberships)
    for found in there if changed else ():
        office.set_password(found.person_id, password)
    return orgs, len(missing)
