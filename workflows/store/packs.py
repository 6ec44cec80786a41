"""Published packs, immutable rows; and which version was proposed, and brought into force, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from workflows.core.pack_versions import InForce
from workflows.core.packs import PackRef

_COLUMNS = "pack, version, number, digest, source, published_at"
_ALL = text(f"SELECT {_COLUMNS} FROM packs ORDER BY number")
_NAMED = text(f"SELECT {_COLUMNS} FROM packs WHERE pack = :pack AND version = :version")
_SOME = text(
    f"""SELECT {_COLUMNS} FROM packs
    WHERE (pack, version) IN (SELECT * FROM unnest(cast(:packs AS text[]), cast(:versions AS text[])))"""
)
_INSERT = text(
    """INSERT INTO packs (pack, version, number, digest, source, published_at, published_by)
    SELECT :pack, :version, coalesce(max(number), 0) + 1, :digest, :source, :at, :by FROM packs"""
)
_ACTIVATED = text(
    """SELECT pack, version, in_force_from FROM pack_activations WHERE in_force_from IS NOT NULL
    ORDER BY answered_at, number"""
)
_PROPOSALS = text(
    """SELECT a.id::text, a.pack, a.version, a.proposed_at, a.proposed_by, p.name AS proposer, a.note, a.starts_at,
              a.answered_at, a.answered_by, q.name AS answerer, a.why, a.in_force_from
    FROM pack_activations a
    LEFT JOIN people p ON p.id::text = a.proposed_by LEFT JOIN people q ON q.id::text = a.answered_by
    ORDER BY a.number"""
)
_PROPOSE = text(
    """INSERT INTO pack_activations (id, pack, version, proposed_at, proposed_by, note, starts_at)
    VALUES (cast(:id AS uuid), :pack, :version, :at, :by, :note, :starts_at)"""
)
_ANSWER = text(
    """UPDATE pack_activations SET answered_at = :at, answered_by = :by, why = :why, in_force_from = :in_force_from
    WHERE id = cast(:id AS uuid)"""
)


@dataclass(frozen=True, slots=True)
class StoredPack:
    """One published version. ``number`` counts from 1 in the order of publishing."""

    pack: str
    version: str
    number: int
    digest: str
    source: str
    published_at: datetime

    @property
    def ref(self) -> PackRef:
        """Its name."""
        return PackRef(self.pack, self.version)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that somebody proposed to bring into force, and the answer. Instants are UTC.

    ``proposed_by`` and ``answered_by`` are people's ids, empty for the command line; the names beside them are
    None where there is none. Answered without ``in_force_from``: turned down.
    """

    id: str
    pack: str
    version: str
    proposed_at: datetime
    proposed_by: str
    proposer: str | None
    note: str
    starts_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    answerer: str | None
    why: str | None
    in_force_from: datetime | None

    @property
    def ref(self) -> PackRef:
        """The version."""
        return PackRef(self.pack, self.version)

    @property
    def open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answered_at is None


def every(connection: Connection) -> list[StoredPack]:
    """All published versions in the order of publishing."""
    return [StoredPack(*row) for row in connection.execute(_ALL)]


def named(connection: Connection, ref: PackRef) -> StoredPack | None:
    """The version with this name."""
    row = connection.execute(_NAMED, {"pack": ref.pack, "version": ref.version}).one_or_none()
    return StoredPack(*row) if row else None


def some(connection: Connection, refs: Sequence[PackRef]) -> list[StoredPack]:
    """The versions with these names, as far as they are published, in any order."""
    values = {"packs": [ref.pack for ref in refs], "versions": [ref.version for ref in refs]}
    return [StoredPack(*row) for row in connection.execute(_SOME, values)]


def insert(connection: Connection, ref: PackRef, *, digest: str, source: str, at: datetime, by: str) -> None:
    """Store a new version under the next number. Hold the house's stream. Raises IntegrityError when it exists."""
    values = {"pack": ref.pack, "version": ref.version, "digest": digest, "source": source, "at": at, "by": by}
    connection.execute(_INSERT, values)


def activated(connection: Connection) -> list[InForce]:
    """Every activation in the order in which they were made."""
    return [InForce(PackRef(row.pack, row.version), row.in_force_from) for row in connection.execute(_ACTIVATED)]


def proposals(connection: Connection) -> list[Proposal]:
    """Every proposal, open and answered, in the order in which they were made."""
    return [Proposal(*row) for row in connection.execute(_PROPOSALS)]


def propose(
    connection: Connection,
    ref: PackRef,
    *,
    proposal_id: str,
    note: str,
    starts_at: datetime | None,
    at: datetime,
    by: str,
) -> None:
    """Note a proposal. Raises IntegrityError when one for the same pack is open."""
    values = {"id": proposal_id, "pack": ref.pack, "version": ref.version, "note": note, "starts_at": starts_at}
    connection.execute(_PROPOSE, {**values, "at": at, "by": by})


def answer(
    connection: Connection, proposal_id: str, *, in_force_from: datetime | None, why: str, at: datetime, by: str
) -> None:
    """Note the answer: from when it is in force; None, and why, for a proposal that is turned down."""
    values = {"id": proposal_id, "in_force_from": in_force_from, "why": why, "at": at, "by": by}
    connection.execute(_ANSWER, values)
