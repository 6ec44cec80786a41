"""Questions about the house's own state."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from workflows.store.clock import NOW_SQL
from workflows.store.engine import Connection

BEAT = "beat"


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in seconds. ``due_work`` and ``mail`` are 0 when nothing is undone; ``beat`` None when never seen."""

    due_work: float
    mail: float
    beat: float | None


# Due items run by the product's clock; mails wait, and the beat strikes, by the real one.
_AGES = text(
    f"""
    SELECT coalesce(extract(epoch FROM {NOW_SQL}
                    - (SELECT min(due_at) FROM due_items)), 0)::float AS due_work,
           coalesce(extract(epoch FROM clock_timestamp()
                    - (SELECT min(next_at) FROM outbox WHERE state = 'waiting')), 0)::float AS mail,
           extract(epoch FROM clock_timestamp() - (SELECT at FROM heartbeats WHERE name = :beat))::float AS beat
    """
)


def ages(connection: Connection) -> Ages:
    """How long the oldest undone work has been due, and when the beat was last heard."""
    row = connection.execute(_AGES, {"beat": BEAT}).one()
    return Ages(max(0.0, row.due_work), max(0.0, row.mail), row.beat)
