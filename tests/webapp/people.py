"""People for tests of the doors themselves, without cases."""

from __future__ import annotations

from tests.page import PASSWORD
from workflows.core.definition import Role
from workflows.core.permissions import Membership
from workflows.service.office import Office, Organisation

PRIYA = "priya.anand@marlbridge.example"


def organisation(office: Office, *, key: str = "marlbridge", name: str = "Marlbridge County Council") -> Organisation:
    """An organisation."""
    return office.add_organisation(
        key=key,
        name=name,
        kind="local_authority",
        nation="England",
        calendar="england-and-wales",
        public_authority=True,
    )


def person(office: Office, *roles: Role, email: str = PRIYA, name: str = "Priya Anand", places: int = 1) -> str:
    """A person with these roles (requester, if none) in one or more organisations; her id."""
    found = [organisation(office)]
    if places > 1:
        found.append(organisation(office, key="harrowmere", name="Harrowmere NHS Foundation Trust"))
    held = [Membership(place.id, role) for place in found for role in roles or (Role.REQUESTER,)]
    return office.add_person(name=name, email=email, password=PASSWORD, memberships=held)
