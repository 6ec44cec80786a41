"""Applications from the public: what they ask, who takes them, and the one way in for whoever has no account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from workflows.core.commands import PUBLIC, Actor, Start
from workflows.core.definition import Definition, Side
from workflows.core.permissions import Principal, working_roles
from workflows.core.refusals import not_found
from workflows.service.execute import Done, execute
from workflows.service.library import Library
from workflows.service.references import new_reference
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.store import cases, definitions, pages, people
from workflows.store.people import Organisation

CASE_IDS = UUID("8f0b1f56-5d0b-4b3e-9f77-2f0d9e6c1a90")
"""Namespace of the ids of cases that the public begins: an application sent twice makes the same case."""


@dataclass(frozen=True, slots=True)
class Form:
    """What one workflow asks of whoever applies, and the organisations that take it."""

    definition: Definition
    places: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """An application that has been received: by what reference it is known."""

    done: Done
    reference: str


@dataclass(frozen=True, slots=True)
class Applications:
    """What the public can apply for. Safe to share between threads."""

    engine: Engine
    library: Library

    def open(self) -> tuple[Form, ...]:
        """Every workflow that the public can begin somewhere, in the order of their names."""
        with reading(self.engine) as connection:
            names = dict.fromkeys(each.workflow for each in definitions.every(connection))
            forms = [self._form(connection, name) for name in names]
        return tuple(form for form in forms if form is not None and form.places)

    def form(self, workflow: str) -> Form:
        """What one workflow asks. Raises Refused (NOT_FOUND) where the public cannot begin it anywhere."""
        found = next((form for form in self.open() if form.definition.ref.workflow == workflow), None)
        if found is None:
            raise not_found()
        return found

    def _form(self, connection: Connection, workflow: str) -> Form | None:
        definition = self.library.latest(connection, workflow)
        if not definition.public:
            return None
        ids = set(pages.holder_ids(connection, own=(), roles=_first_hands(definition)))
        return Form(definition, tuple(each for each in people.all_organisations(connection) if each.id in ids))

    def takes(self, person: Principal) -> tuple[tuple[Definition, str], ...]:
        """Which applications a person may take down for somebody who rings: workflow and organisation id."""
        return tuple(
            (form.definition, place.id)
            for form in self.open()
            for place in form.places
            if not working_roles(form.definition).isdisjoint(person.roles_in(place.id))
        )

    def apply(
        self,
        workflow: str,
        organisation_id: str,
        answers: Mapping[str, Sequence[str]],
        *,
        command_id: str,
        now: datetime,
    ) -> Received:
        """An application through the public entrance. Raises Refused with every fault, Busy, Unavailable."""
        return self._received(PUBLIC, workflow, organisation_id, answers, command_id=command_id, now=now)

    def take(
        self,
        person: Principal,
        workflow: str,
        organisation_id: str,
        answers: Mapping[str, Sequence[str]],
        *,
        command_id: str,
        now: datetime,
    ) -> Received:
        """An application that a colleague takes down; she is not its requester, and may work on it. Raises Refused."""
        actor = Actor(person.id, person.name)
        return self._received(actor, workflow, organisation_id, answers, command_id=command_id, now=now)

    def _received(
        self,
        actor: Actor,
        workflow: str,
        organisation_id: str,
        answers: Mapping[str, Sequence[str]],
        *,
        command_id: str,
        now: datetime,
    ) -> Received:
        form = self.form(workflow)
        place = next((each for each in form.places if each.id == organisation_id), None)
        if place is None:
            raise not_found()
        command = Start(
            id=command_id, actor=actor, at=now, case_id=str(uuid5(CASE_IDS, command_id)), reference=new_reference(),
            requester_org=place.id, holder_org=place.id, calendar=place.calendar, workflow=workflow, send=True,
            public=True, application=answers,
        )  # fmt: skip
        done = execute(self.engine, self.library, command, entrance=actor == PUBLIC)
        with reading(self.engine) as connection:
            case = cases.read(connection, done.case_id)
        assert case is not None
        return Received(done, case.reference)


def _first_hands(definition: Definition) -> tuple[str, ...]:
    """The roles that take an application first."""
    stage = next(each for each in definition.stages.values() if each.side is Side.HOLDER)
    return tuple(role.value for role in stage.roles)
