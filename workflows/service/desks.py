"""Whose desks a person minds: her own, without what others do for her while she is away, and those of who is away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from workflows.core.aside import names_of
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.store.lists import Desk

ELSEWHERE = frozenset({Role.REQUESTER.value, Role.ADMINISTRATOR.value, Role.AUDITOR.value})
"""Roles that ask, or see to the house and its records: by themselves they give nobody a desk at which requests lie."""


def every(person: Principal) -> tuple[Desk, ...]:
    """The desks at which her colleagues' work lies too: her own, and those that she minds."""
    return tuple(desk for desk in (*_own(person), *_minded(person)) if desk.roles - ELSEWHERE)


def to_do(person: Principal) -> tuple[Desk, ...]:
    """Her own desks without the roles in which somebody else acts while she is away, and those that she minds."""
    return (*_own(person, lent=_lent(person)), *_minded(person))


def _lent(person: Principal) -> frozenset[tuple[str, Role]]:
    mine = [each for each in person.away if each.person.id == person.id]
    return frozenset((each.organisation_id, role) for each in mine for role in each.roles)


def _own(person: Principal, *, lent: frozenset[tuple[str, Role]] = frozenset()) -> Iterator[Desk]:
    roles: dict[str, set[str]] = defaultdict(set)
    for each in person.memberships:
        if (each.organisation_id, each.role) not in lent:
            roles[each.organisation_id].add(each.role.value)
    for organisation_id, held in sorted(roles.items()):
        yield Desk(organisation_id, frozenset(held))


def _minded(person: Principal) -> Iterator[Desk]:
    for each in person.standing:
        yield Desk(
            each.organisation_id, frozenset(role.value for role in each.roles), each.absent.id, names_of(each.absent),
            tuple((one.id, names_of(one)) for one in each.before),
        )  # fmt: skip
