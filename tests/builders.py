"""A house full of people, and cases played to a stage through the door: how tests reach a state.

    house = House.found(engine)                            # the demo's organisations, people and workflow
    case_id = build(house, "S2", upto="adjudication")      # S2 as far as the Guardian's desk
    house.give(Chase, "martin.shaw", case_id)              # one more command, through execute()
    house.person("anne.whitcombe")                         # Principal, by e-mail address or what is before the @

``upto`` is the act before which playing stops: "submit" leaves a draft, "consent_check", "ig_advice",
"adjudication" and "release" leave the case at that stage, None plays to the end; "information_needed" puts a
question to the requester from the advice stage. Requests of the data: S1 S2 S3 S4 S7 S9 S11 S12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import insert
from uuid_utils import uuid7

from workflows.core.case import Case
from workflows.core.commands import Actor, Ask, Command
from workflows.core.definition import Role
from workflows.core.permissions import Membership, Principal
from workflows.definitions.loader import read_builtin
from workflows.service import demo
from workflows.service.casework import Casework
from workflows.service.execute import Done
from workflows.service.office import Cost, Organisation
from workflows.service.passwords import Passwords
from workflows.service.publishing import publish, published
from workflows.service.scenario import Cast, perform, scenarios, script
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import cases, tables

PASSWORD = "correct horse battery staple"
"""Everybody's password in tests."""
BEGAN = datetime.fromisoformat("2026-10-01T09:00:00+00:00")
"""When the house of the tests published its first workflow."""


@cache
def password_hash() -> str:
    """A hash of PASSWORD that costs nothing."""
    return Passwords(Cost(memory=8, passes=1, lanes=1)).hash(PASSWORD)


@dataclass
class House:
    """The organisations and people of the demo in a database, with the casework over it."""

    engine: Engine
    casework: Casework
    cast: Cast

    @classmethod
    def found(cls, engine: Engine, *, workflow: str | None = None) -> House:
        """Fill an empty database. ``workflow`` is the text to publish instead of the shipped standard one."""
        organisations = [Organisation(id=str(uuid7()), **org.columns()) for org in demo.organisations()]
        people: list[dict[str, str]] = []
        roles: list[dict[str, str]] = []
        ids = {org.key: org.id for org in organisations}
        cast: dict[str, Principal] = {}
        for person in demo.people():
            memberships = frozenset(Membership(ids[key], role) for key, role in person.roles)
            cast[person.email] = Principal(str(uuid7()), person.name, person.email, memberships)
        for each in cast.values():
            people.append({"id": each.id, "name": each.name, "email": each.email, "password_hash": password_hash()})
            roles.extend(
                {"person_id": each.id, "organisation_id": m.organisation_id, "role": m.role.value}
                for m in each.memberships
            )
        rows = [{name: getattr(org, name) for name in Organisation.__slots__} for org in organisations]
        with transaction(engine) as connection:
            connection.execute(insert(tables.organisations), rows)
            connection.execute(insert(tables.people), people)
            connection.execute(insert(tables.memberships), roles)
        publish(engine, workflow or read_builtin("standard"), source="standard.yaml", by="", at=BEGAN)
        return cls(engine, Casework(engine), Cast(cast, {org.key: org for org in organisations}))

    def person(self, who: str) -> Principal:
        """A person by e-mail address, or by what is before the @. Raises KeyError."""
        if who in self.cast.people:
            return self.cast.people[who]
        found = [each for email, each in self.cast.people.items() if email.partition("@")[0] == who]
        if len(found) != 1:
            raise KeyError(f"{len(found)} people are called {who}")
        return found[0]

    def organisation(self, key: str) -> Organisation:
        """An organisation by its key. Raises KeyError."""
        return self.cast.organisations[key]

    def actor(self, who: str) -> Actor:
        """The actor for a command."""
        person = self.person(who)
        return Actor(person.id, person.name)

    def new_id(self) -> str:
        """A command id that no other command of this house has."""
        return str(uuid7())

    def command(
        self, kind: type[Command], who: str, case_id: str, *, at: datetime | None = None, **fields: Any
    ) -> Command:
        """A command that nobody has given yet; ``at`` is an hour after the case's last change by default."""
        fields.setdefault("id", self.new_id())
        return kind(actor=self.actor(who), at=at or self.later(case_id), case_id=case_id, **fields)

    def give(self, kind: type[Command], who: str, case_id: str, *, at: datetime | None = None, **fields: Any) -> Done:
        """Give one command through the door. Raises what execute() raises."""
        return self.casework.execute(self.command(kind, who, case_id, at=at, **fields))

    def case(self, case_id: str) -> Case:
        """The case as its row has it. Raises AssertionError when there is none."""
        with reading(self.engine) as connection:
            found = cases.read(connection, case_id)
        assert found is not None, case_id
        return found

    def later(self, case_id: str) -> datetime:
        """An hour after the case came to its stage."""
        return self.case(case_id).stage_since + timedelta(hours=1)

    def holds(self, who: str, role: Role, org: str) -> None:
        """Give a person one more role."""
        person, organisation = self.person(who), self.organisation(org)
        row = {"person_id": person.id, "organisation_id": organisation.id, "role": role.value}
        with transaction(self.engine) as connection:
            connection.execute(insert(tables.memberships), row)
        more = person.memberships | {Membership(organisation.id, role)}
        people = dict(self.cast.people)
        people[person.email] = Principal(person.id, person.name, person.email, more)
        self.cast = Cast(people, self.cast.organisations)


def build(
    house: House,
    scenario: str = "S2",
    *,
    upto: str | None = "adjudication",
    submitted: datetime | None = None,
    times: list[datetime] | None = None,
) -> str:
    """Play a request of the demo data up to an act; the case's id. Each call makes a case of its own.

    ``submitted`` (default: as in the data) is when it is sent; ``times`` are the instants of the steps after
    that, two hours apart by default.
    """
    story = scenarios()[scenario]
    if story.workflow not in {each.workflow for each in published(house.engine)}:
        publish(house.engine, read_builtin(story.workflow), source=f"{story.workflow}.yaml", by="", at=BEGAN)
    beats = script(story, house.cast, tag=house.new_id(), submitted=submitted, times=times)
    asking = upto == "information_needed"
    done = perform(beats, house.casework.execute, upto="ig_advice" if asking else upto)
    if asking:
        adviser = next(step.actor for step in story.steps if step.stage == "ig_advice")
        house.give(Ask, adviser, done.case_id, question="Which months do you need?")
    return done.case_id


def play(house: House, scenario: str, *, submitted: datetime | None = None, times: list[datetime] | None = None) -> str:
    """Play a whole request of the demo data; the case's id."""
    return build(house, scenario, upto=None, submitted=submitted, times=times)
