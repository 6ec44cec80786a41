"""What other systems may read of what has happened: who reads it for an organisation, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

from workflows.core.definition import Role
from workflows.core.permissions import Principal

KEPT = timedelta(days=90)
"""How long an event can be read, where no other time is set."""
MOST = 500
"""Events on one page."""


def may_read(person: Principal, organisation_id: str) -> bool:
    """Whether somebody reads what has happened to an organisation's requests.

    Its administrators, who could have all of it sent to them; and the accounts of its own other systems. Nobody stands
    in for that.
    """
    roles = person.roles_in(organisation_id)
    return bool(roles) if person.service else Role.ADMINISTRATOR in roles
