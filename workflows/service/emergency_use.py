"""How the emergency lane is used, for managers: by person and agency, in numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.service.unit_of_work import Engine, reading
from workflows.store import emergency_use

SHOWN_DAYS = 365
LATE_MINUTES = 60
"""A share counts as written down late from here on."""


@dataclass(frozen=True, slots=True)
class UseRow:
    """One person who shared in emergencies with one agency: how often, and how well it was kept."""

    person: str
    holder: str
    agency: str
    uses: int
    nothing_shared: int
    late: int
    unchecked: int
    waiting: int
    not_justified: int


@dataclass(frozen=True, slots=True)
class UsePage:
    """The use of the lane over the last ``days`` days, by person and agency."""

    days: int
    late_minutes: int
    rows: tuple[UseRow, ...]

    @property
    def uses(self) -> int:
        """How often the lane was used."""
        return sum(row.uses for row in self.rows)

    @property
    def agencies(self) -> tuple[tuple[str, int], ...]:
        """Each agency that received, with how often, the most frequent first."""
        counts: dict[str, int] = {}
        for row in self.rows:
            counts[row.agency] = counts.get(row.agency, 0) + row.uses
        return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def page(engine: Engine, person: Principal, organisation_id: str, *, now: datetime) -> UsePage:
    """The use of the lane by and for one organisation. Raises Refused (NOT_FOUND) for who does not manage there."""
    if organisation_id not in person.organisations_as(Role.MANAGER):
        raise not_found()
    since = now - timedelta(days=SHOWN_DAYS)
    with reading(engine) as connection:
        found = emergency_use.used(
            connection, org=organisation_id, since=since, earliest=since - timedelta(days=1), late=LATE_MINUTES
        )
    rows = tuple(UseRow(**{name: getattr(row, name) for name in UseRow.__slots__}) for row in found)
    return UsePage(SHOWN_DAYS, LATE_MINUTES, rows)
