"""The events table: append, read back, find what a command id did, erase personal parts."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.events import Event
from workflows.core.register import Entry, Head, StoredEntry
from workflows.core.webhooks import Call
from workflows.store import announcements, webhooks
from workflows.store.mapping import Sealed, event_from_row, instant_text

_INSERT = text(
    """INSERT INTO events (stream, seq, ordinal, type, at, actor, command_id, facts, commitments, texts, salt, digest)
    SELECT cast(:stream AS uuid), e.seq, e.ordinal, e.type, e.at, e.actor, cast(:command AS uuid),
           e.facts, e.commitments, nullif(e.texts, 'null'::jsonb), e.salt, e.digest
    FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS e(seq int, ordinal int, type text, at timestamptz, actor text,
         facts jsonb, commitments jsonb, texts jsonb, salt text, digest text)"""
)
_INSERT_AND_CALL = text(f"WITH {webhooks.CALLED} {_INSERT.text}")
_RESULT = text(
    "SELECT stream::text, max(seq) AS version FROM events WHERE command_id = cast(:id AS uuid) GROUP BY stream"
)
_OF_STREAM = text(
    "SELECT seq, type, at, actor, facts, texts FROM events WHERE stream = cast(:stream AS uuid) ORDER BY seq"
)
_ERASE = text(
    """UPDATE events SET texts = NULL, salt = NULL, erased_at = :at
    WHERE stream = cast(:stream AS uuid) AND type = ANY(:types) AND texts IS NOT NULL"""
)
_CHAIN = text(
    """SELECT stream::text, seq, type, at, actor, command_id::text AS command_id, facts, commitments, texts, salt,
              erased_at, digest FROM events ORDER BY stream, seq"""
)
_HEADS = text(
    """SELECT id::text, version, head FROM cases UNION ALL SELECT id::text, version, head FROM streams ORDER BY 1"""
)


@dataclass(frozen=True, slots=True)
class Past:
    """One event with its place in the stream."""

    seq: int
    event: Event


def append(
    connection: Connection, sealed: list[Sealed], *, stream: str, command_id: str, calls: Sequence[Call] = ()
) -> None:
    """Append sealed events, and in the same statement what other systems are told of them.

    Raises IntegrityError when the command id has been carried out already.
    """
    rows = [
        {
            "seq": each.seq, "ordinal": each.ordinal, "type": each.type, "at": instant_text(each.at),
            "actor": each.actor, "facts": each.facts, "commitments": each.commitments, "texts": each.texts,
            "salt": each.salt, "digest": each.digest,
        }
        for each in sealed
    ]  # fmt: skip
    values = {"stream": stream, "command": command_id, "rows": json.dumps(rows, ensure_ascii=False)}
    if calls:
        more = {"calls": announcements.as_json(calls), "happened": sealed[-1].at}
        connection.execute(_INSERT_AND_CALL, {**values, **more})
    else:
        connection.execute(_INSERT, values)


def result_of(connection: Connection, command_id: str) -> tuple[str, int] | None:
    """What a command id did: the stream and the version after it; None when it is new."""
    row = connection.execute(_RESULT, {"id": command_id}).one_or_none()
    return (row.stream, row.version) if row else None


def of_stream(connection: Connection, stream: str) -> list[Past]:
    """Every event of a stream in order."""
    return [
        Past(row.seq, event_from_row(row.type, at=row.at, by=row.actor, facts=row.facts, texts=row.texts))
        for row in connection.execute(_OF_STREAM, {"stream": stream})
    ]


def erase(connection: Connection, *, stream: str, types: list[str], at: datetime) -> None:
    """Destroy the personal parts, and the salts, of all entries of these types."""
    connection.execute(_ERASE, {"stream": stream, "types": types, "at": at})


def heads(connection: Connection) -> list[Head]:
    """Where every chain should end, in order of stream."""
    return [Head(row.id, row.version, row.head) for row in connection.execute(_HEADS)]


def chains(connection: Connection, *, batch: int = 2_000) -> Generator[StoredEntry, None, None]:
    """Every entry of every stream, in order, a batch at a time. Close it when you stop early."""
    with connection.execution_options(yield_per=batch).execute(_CHAIN) as rows:
        for row in rows:
            yield StoredEntry(_entry(row), row.digest, row.salt, row.texts, row.erased_at is not None)


def _entry(row: Any) -> Entry:
    return Entry(
        stream=row.stream, seq=row.seq, type=row.type, at=instant_text(row.at), by=row.actor,
        command=row.command_id, facts=row.facts, commitments=row.commitments,
    )  # fmt: skip
