"""The report "decisions by pack": how often each outcome was decided under each version. No names, no requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.core.case import Outcome
from workflows.core.definition import Role
from workflows.core.packs import Pack
from workflows.core.permissions import Principal
from workflows.service.pinning import pinned
from workflows.service.unit_of_work import Engine, reading
from workflows.store import decided

READERS = frozenset({Role.MANAGER, Role.IG_LEAD})
"""Who may read the figures of an organisation."""


@dataclass(frozen=True, slots=True)
class PackFigures:
    """The decisions under one version. ``pack`` is None where nothing was published under that name."""

    name: str
    pack: Pack | None
    shared: int
    partly_shared: int
    declined: int

    @property
    def total(self) -> int:
        """All decisions under this version."""
        return self.shared + self.partly_shared + self.declined


def may_read(person: Principal, organisation_id: str) -> bool:
    """Whether this person may read the figures of this organisation."""
    return bool(person.roles_in(organisation_id) & READERS)


def decisions_by_pack(engine: Engine, organisations: Sequence[str] | None = None) -> tuple[PackFigures, ...]:
    """The decisions of these holders (None: of every one) under each version, by pack and version."""
    with reading(engine) as connection:
        counted = decided.by_pack(connection, organisations)
        names = tuple(dict.fromkeys(each.name for each in counted))
        known = {str(pack.ref): pack for pack in pinned(connection, names)} if names else {}
    figures = {(each.name, each.outcome): each.count for each in counted}
    return tuple(
        PackFigures(
            name, known.get(name),
            *(figures.get((name, each.value), 0) for each in (Outcome.SHARED, Outcome.PARTLY_SHARED, Outcome.DECLINED)),
        )
        for name in names
    )  # fmt: skip
