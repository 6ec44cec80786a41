"""Published workflow versions: immutable rows, read once per process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_SOURCE = text("SELECT source FROM definitions WHERE workflow = :workflow AND version = :version")
_ONE = text(
    "SELECT workflow, version, digest, source FROM definitions WHERE workflow = :workflow AND version = :version"
)
_LATEST = text(
    "SELECT workflow, version, digest, source FROM definitions WHERE workflow = :workflow ORDER BY version DESC LIMIT 1"
)
# How many cases there are is not told where only their own roles may know of them.
_ALL = text(
    """SELECT d.workflow, d.version, d.digest, d.published_at, d.published_by,
    (SELECT count(*) FROM cases c WHERE c.workflow = d.workflow AND c.definition_version = d.version
     AND c.closed_at IS NULL AND c.silo = '{}') AS open_cases, p.name AS publisher
    FROM definitions d LEFT JOIN people p ON p.id::text = d.published_by ORDER BY d.workflow, d.version"""
)
_INSERT = text(
    """INSERT INTO definitions (workflow, version, digest, source, published_at, published_by)
    VALUES (:workflow, :version, :digest, :source, :at, :by)"""
)


@dataclass(frozen=True, slots=True)
class Published:
    """One published version."""

    workflow: str
    version: int
    digest: str
    source: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line in the list of published versions. ``publisher`` is a name, None for the command line."""

    workflow: str
    version: int
    digest: str
    published_at: datetime
    published_by: str
    open_cases: int
    publisher: str | None = None


def source(connection: Connection, workflow: str, version: int) -> str | None:
    """The text of one version."""
    found: str | None = connection.execute(_SOURCE, {"workflow": workflow, "version": version}).scalar_one_or_none()
    return found


def one(connection: Connection, workflow: str, version: int) -> Published | None:
    """One version with the digest under which it was published."""
    row = connection.execute(_ONE, {"workflow": workflow, "version": version}).one_or_none()
    return Published(*row) if row else None


def latest(connection: Connection, workflow: str) -> Published | None:
    """The newest version of a workflow."""
    row = connection.execute(_LATEST, {"workflow": workflow}).one_or_none()
    return Published(*row) if row else None


def every(connection: Connection) -> list[Listed]:
    """All versions, with how many open cases each still carries."""
    return [Listed(*row) for row in connection.execute(_ALL)]


def insert(connection: Connection, published: Published, *, at: datetime, by: str) -> None:
    """Store a new version. Raises IntegrityError when it exists."""
    connection.execute(
        _INSERT,
        {
            "workflow": published.workflow, "version": published.version, "digest": published.digest,
            "source": published.source, "at": at, "by": by,
        },
    )  # fmt: skip
