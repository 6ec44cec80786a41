"""Decisions counted by the versions of the policy packs that they were made under. Figures only, never a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

# A decision outlives the round that made it, so each one of a request counts, not only the latest.
_BY_PACK = text(
    """SELECT p.name, d.decision ->> 'outcome' AS outcome, count(*) AS count
    FROM cases c
    CROSS JOIN LATERAL jsonb_array_elements(c.state -> 'decisions') AS d(decision)
    CROSS JOIN LATERAL jsonb_array_elements_text(c.state -> 'packs') AS p(name)
    WHERE c.submitted_at IS NOT NULL AND c.silo = '{}'
      AND (cast(:orgs AS uuid[]) IS NULL OR c.holder_org = ANY (cast(:orgs AS uuid[])))
    GROUP BY 1, 2 ORDER BY 1, 2"""
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one outcome was decided by one version, written pack/version."""

    name: str
    outcome: str
    count: int


def by_pack(connection: Connection, organisations: Sequence[str] | None) -> list[Counted]:
    """Decisions of the holders with these ids (None: of all) by version and outcome."""
    found = connection.execute(_BY_PACK, {"orgs": list(organisations) if organisations is not None else None})
    return [Counted(*row) for row in found]
