"""Coming in and going out."""

from __future__ import annotations

from tests.page import PASSWORD, PageClient
from workflows.core.definition import Role
from workflows.core.permissions import Membership
from workflows.service.office import Office, Organisation


def make_organisation(office: Office, key: str = "marlbridge", name: str = "Marlbridge County Council") -> Organisation:
    return office.add_organisation(
        key=key, name=name, kind="local_authority", nation="England", calendar="england-and-wales",
        public_authority=True,
    )  # fmt: skip


def make_person(
    office: Office, *roles: Role, email: str = "priya@marlbridge.example", organisation: Organisation
) -> str:
    held = [Membership(organisation.id, role) for role in roles]
    return office.add_person(name="Priya Anand", email=email, password=PASSWORD, memberships=held)


def test_a_person_signs_in_sees_her_account_and_signs_out(client: PageClient, office: Office) -> None:
    make_person(office, Role.REQUESTER, organisation=make_organisation(office))
    page = client.open("/account")
    assert page.h1 == "Sign in"
    page = client.submit({"email": "Priya@Marlbridge.example ", "password": PASSWORD})
    assert page.h1 == "Your account"
    assert "Requester" in page.text
    page = client.send("/sign-out", {})
    assert "You have signed out." in page.text
    assert client.open("/account").h1 == "Sign in"
