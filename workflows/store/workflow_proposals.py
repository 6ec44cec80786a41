"""Proposed versions of workflows: proposed once, answered once, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_COLUMNS = """p.id::text, p.number, p.workflow, p.version, p.digest, p.source, p.note, p.proposed_at, p.proposed_by,
    a.name AS proposer, p.answered_at, p.answered_by, b.name AS answerer, p.why, p.published"""
_FROM = """FROM workflow_proposals p LEFT JOIN people a ON a.id::text = p.proposed_by
    LEFT JOIN people b ON b.id::text = p.answered_by"""
_ALL = text(f"SELECT {_COLUMNS} {_FROM} ORDER BY p.number DESC LIMIT :most")
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE p.number = :number")
_OPEN = text(f"SELECT {_COLUMNS} {_FROM} WHERE p.workflow = :workflow AND p.answered_at IS NULL")
_PROPOSE = text(
    """INSERT INTO workflow_proposals (id, workflow, version, digest, source, note, proposed_at, proposed_by)
    VALUES (cast(:id AS uuid), :workflow, :version, :digest, :source, :note, :at, :by) RETURNING number"""
)
_ANSWER = text(
    """UPDATE workflow_proposals SET answered_at = :at, answered_by = :by, why = :why, published = :published
    WHERE number = :number"""
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that somebody proposed, and the answer. Instants are UTC.

    ``proposed_by`` and ``answered_by`` are people's ids; the names beside them are None for who is no longer known.
    """

    id: str
    number: int
    workflow: str
    version: int
    digest: str
    source: str
    note: str
    proposed_at: datetime
    proposed_by: str
    proposer: str | None
    answered_at: datetime | None
    answered_by: str | None
    answerer: str | None
    why: str | None
    published: bool

    @property
    def open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answered_at is None


def every(connection: Connection, *, most: int) -> list[Proposal]:
    """The newest proposals, open and answered."""
    return [Proposal(*row) for row in connection.execute(_ALL, {"most": most})]


def one(connection: Connection, number: int) -> Proposal | None:
    """The proposal with this number."""
    row = connection.execute(_ONE, {"number": number}).one_or_none()
    return Proposal(*row) if row else None


def open_for(connection: Connection, workflow: str) -> Proposal | None:
    """The proposal for a workflow that nobody has answered."""
    row = connection.execute(_OPEN, {"workflow": workflow}).one_or_none()
    return Proposal(*row) if row else None


def propose(
    connection: Connection, *, proposal_id: str, workflow: str, version: int, digest: str, source: str, note: str,
    at: datetime, by: str,
) -> int:  # fmt: skip
    """Note a proposal; its number. Raises IntegrityError when one for the same workflow is open."""
    values = {"id": proposal_id, "workflow": workflow, "version": version, "digest": digest, "source": source}
    number: int = connection.execute(_PROPOSE, {**values, "note": note, "at": at, "by": by}).scalar_one()
    return number


def answer(connection: Connection, number: int, *, published: bool, why: str, at: datetime, by: str) -> None:
    """Note the answer: published, or turned down and why."""
    connection.execute(_ANSWER, {"number": number, "published": published, "why": why, "at": at, "by": by})
