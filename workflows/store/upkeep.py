"""Questions about the house's own state."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from workflows.store.clock import NOW_SQL
from workflows.store.engine import Connection

BEAT = "beat"


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in seconds. ``due_work`` and ``mail`` are 0 when nothing is undone; ``beat`` None when never seen.

    ``unsent`` is how long the oldest message has been waiting to be taken by somebody, ``undeliverable`` how many were
    given up: mails and webhooks alike.
    """

    due_work: float
    mail: float
    beat: float | None
    unsent: float
    undeliverable: int


# Due items, and what waits until a service opens, run by the product's clock; mails wait, and the beat strikes, by the
# real one. What waits for a digest or for the morning is nobody's fault; a receiver of webhooks that fails is not ours.
_GOING = f"""outbox WHERE state = 'waiting' AND (channel = 'mail' OR digest_id IS NOT NULL)
    AND (hold_until IS NULL OR hold_until <= {NOW_SQL})"""
_AGES = text(
    f"""
    SELECT coalesce(extract(epoch FROM {NOW_SQL}
                    - (SELECT min(due_at) FROM due_items)), 0)::float AS due_work,
           coalesce(extract(epoch FROM clock_timestamp() - least(
                    (SELECT min(next_at) FROM {_GOING} AND digest_id IS NULL),
                    (SELECT min(next_at) FROM digests WHERE state = 'waiting'))), 0)::float AS mail,
           extract(epoch FROM clock_timestamp() - (SELECT at FROM heartbeats WHERE name = :beat))::float AS beat,
           coalesce(extract(epoch FROM clock_timestamp() - least(
                    (SELECT min(greatest(created_at, hold_until - ({NOW_SQL} - clock_timestamp()))) FROM {_GOING}),
                    (SELECT min(d.created_at) FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
                     WHERE d.state = 'waiting' AND w.off_at IS NULL))), 0)::float AS unsent,
           (SELECT count(*) FROM outbox WHERE state = 'dead')
             + (SELECT count(*) FROM webhook_deliveries WHERE state = 'dead') AS undeliverable
    """
)


def ages(connection: Connection) -> Ages:
    """How long the oldest undone work has been due, and when the beat was last heard."""
    row = connection.execute(_AGES, {"beat": BEAT}).one()
    return Ages(max(0.0, row.due_work), max(0.0, row.mail), row.beat, max(0.0, row.unsent), row.undeliverable)
