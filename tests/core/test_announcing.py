"""Who may read what has happened to the requests of an organisation."""

from __future__ import annotations

import pytest

from workflows.core.announcing import may_read
from workflows.core.definition import Role
from workflows.core.permissions import Membership, Principal

pytestmark = pytest.mark.feature("C24", "C28")


def somebody(*roles: tuple[str, Role], service: bool = False) -> Principal:
    held = frozenset(Membership(place, role) for place, role in roles)
    return Principal("p", "P", "p@x.example", held, service=service)


def test_an_administrator_reads_the_events_of_her_organisation_only() -> None:
    admin = somebody(("here", Role.ADMINISTRATOR))
    assert may_read(admin, "here")
    assert not may_read(admin, "there")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_does(role: Role) -> None:
    assert not may_read(somebody(("here", role)), "here")


def test_the_account_of_a_system_does_where_it_belongs() -> None:
    system = somebody(("here", Role.REQUESTER), service=True)
    assert may_read(system, "here")
    assert not may_read(system, "there")
    assert not may_read(somebody(service=True), "here")
