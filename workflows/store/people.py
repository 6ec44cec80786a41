"""Organisations, people and the roles that people hold in organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from workflows.core.absences import stands_in
from workflows.core.definition import Role
from workflows.core.paragraph18 import BodyFacts
from workflows.core.permissions import Membership, Principal
from workflows.store.absences import absences_from, running_sql
from workflows.store.clock import NOW_SQL
from workflows.store.engine import Connection
from workflows.store.tables import memberships, organisations, people


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body that asks for information or holds it.

    ``calendar`` names the working calendar its clocks run by; ``adjudicator_title`` is what it calls
    the person who decides, where that is not a Caldicott Guardian. ``covered``: whether it is one of the bodies
    that have the duty to share about children; None while nobody has said. ``policy_document`` is where its
    appropriate policy document is, to be looked at again on ``policy_review_on``.
    """

    id: str
    key: str
    name: str
    kind: str
    nation: str
    calendar: str
    public_authority: bool
    law_enforcement: bool = False
    adjudicator_title: str = ""
    covered: bool | None = None
    policy_document: str = ""
    policy_review_on: date | None = None

    def facts(self) -> BodyFacts:
        """What the rules about legal bases need to know of it."""
        return BodyFacts(
            nation=self.nation, public_authority=self.public_authority, law_enforcement=self.law_enforcement,
            covered=self.covered, policy_document=self.policy_document, policy_review_on=self.policy_review_on,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person in one organisation, with the roles held there, in a stable order."""

    id: str
    name: str
    email: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in is checked against."""

    person_id: str
    password_hash: str
    disabled: bool


_ROLES = frozenset(role.value for role in Role)

_ORGANISATIONS = select(
    organisations.c.id,
    organisations.c.key,
    organisations.c.name,
    organisations.c.kind,
    organisations.c.nation,
    organisations.c.calendar,
    organisations.c.public_authority,
    organisations.c.law_enforcement,
    organisations.c.adjudicator_title,
    organisations.c.covered,
    organisations.c.policy_document,
    organisations.c.policy_review_on,
)

_HERS = "SELECT w1.organisation_id FROM memberships w1 WHERE w1.person_id = people.id"
_PERSON = (
    select(
        people.c.id,
        people.c.name,
        people.c.email,
        people.c.service,
        memberships.c.organisation_id,
        memberships.c.role,
        literal_column(running_sql(_HERS, NOW_SQL)).label("away"),
    )
    .outerjoin_from(people, memberships, memberships.c.person_id == people.c.id)
    .where(people.c.id == bindparam("person_id", type_=people.c.id.type), people.c.disabled_at.is_(None))
)

_CREDENTIALS = select(people.c.id, people.c.password_hash, people.c.disabled_at).where(
    people.c.email == bindparam("email"), ~people.c.service
)


def roles_held(connection: Connection) -> frozenset[Role]:
    """The roles that anybody who can sign in holds anywhere."""
    there = select(memberships.c.role).distinct().join(people, people.c.id == memberships.c.person_id)
    return frozenset(Role(role) for role in connection.execute(there.where(people.c.disabled_at.is_(None))).scalars())


def known_roles(pairs: Iterable[tuple[str, str]]) -> frozenset[Membership]:
    """Memberships from (organisation id, role) pairs; a role this version does not know gives nothing."""
    return frozenset(Membership(organisation_id, Role(role)) for organisation_id, role in pairs if role in _ROLES)


def all_organisations(connection: Connection) -> tuple[Organisation, ...]:
    """Every organisation, by name."""
    rows = connection.execute(_ORGANISATIONS.order_by(organisations.c.name, organisations.c.id))
    return tuple(_organisation(row) for row in rows)


def organisation_by_key(connection: Connection, key: str) -> Organisation | None:
    """The organisation with this key, or None."""
    row = connection.execute(_ORGANISATIONS.where(organisations.c.key == key)).one_or_none()
    return _organisation(row) if row else None


def save_organisation(connection: Connection, organisation: Organisation) -> Organisation:
    """Add it, or bring the one with the same key up to date (its id stays); what is stored."""
    values = {name: getattr(organisation, name) for name in Organisation.__slots__}
    statement = upsert(organisations).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in ("id", "key")}
    statement = statement.on_conflict_do_update(index_elements=["key"], set_=changed)
    connection.execute(statement)
    stored = organisation_by_key(connection, organisation.key)
    assert stored is not None
    return stored


def principal(connection: Connection, person_id: str) -> Principal | None:
    """The person as the rules see her; None when unknown or disabled."""
    rows = connection.execute(_PERSON, {"person_id": person_id}).all()
    if not rows:
        return None
    pairs = [(row.organisation_id, row.role) for row in rows if row.role is not None]
    person_id, away = rows[0].id, absences_from(rows[0].away)
    return Principal(
        person_id, rows[0].name, rows[0].email, known_roles(pairs), stands_in(person_id, away), away, rows[0].service
    )


def credentials(connection: Connection, email: str) -> Credentials | None:
    """What signing in with this lower-case address is checked against, or None."""
    row = connection.execute(_CREDENTIALS, {"email": email}).one_or_none()
    return Credentials(row.id, row.password_hash, row.disabled_at is not None) if row else None


def add_person(connection: Connection, *, person_id: str, name: str, email: str, password_hash: str) -> str:
    """Add a person unless the address is known; the id of whoever has it, empty where it is the account of a system."""
    connection.execute(
        upsert(people)
        .values(id=person_id, name=name, email=email, password_hash=password_hash)
        .on_conflict_do_nothing(index_elements=["email"])
    )
    hers = select(people.c.id).where(people.c.email == email, ~people.c.service)
    return str(connection.execute(hers).scalar_one_or_none() or "")


def set_password(connection: Connection, person_id: str, password_hash: str) -> None:
    """Replace the stored hash."""
    connection.execute(update(people).where(people.c.id == person_id).values(password_hash=password_hash))


def set_memberships(connection: Connection, person_id: str, wanted: Iterable[Membership]) -> None:
    """Make the person's roles exactly these."""
    connection.execute(delete(memberships).where(memberships.c.person_id == person_id))
    rows = [
        {"person_id": person_id, "organisation_id": member.organisation_id, "role": member.role.value}
        for member in sorted(set(wanted), key=lambda member: (member.organisation_id, member.role))
    ]
    if rows:
        connection.execute(insert(memberships), rows)


def colleagues(connection: Connection, organisation_id: str, *, roles: Sequence[Role] = ()) -> tuple[Colleague, ...]:
    """People of an organisation by name, with their roles there; only those with one of ``roles``, if given.

    Accounts of other systems are not among them: nothing is given to one, and none stands in for anybody.
    """
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.email, memberships.c.role)
        .join_from(memberships, people, people.c.id == memberships.c.person_id)
        .where(memberships.c.organisation_id == organisation_id, people.c.disabled_at.is_(None), ~people.c.service)
        .order_by(people.c.name, people.c.id, memberships.c.role)
    ).all()
    found: dict[str, Colleague] = {}
    for row in rows:
        if row.role in _ROLES:
            before = found.get(row.id, Colleague(row.id, row.name, row.email, ()))
            found[row.id] = Colleague(row.id, row.name, row.email, (*before.roles, Role(row.role)))
    return tuple(one for one in found.values() if not roles or set(one.roles) & set(roles))


def _organisation(row: Row[*tuple[Any, ...]]) -> Organisation:
    return Organisation(**row._mapping)
