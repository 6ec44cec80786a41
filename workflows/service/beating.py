"""Signs of life of the processes behind the pages, kept where the health page reads them."""

from __future__ import annotations

from workflows.service.unit_of_work import Engine, transaction
from workflows.store import heartbeats

BEAT = "beat"
"""Beat has nudged and a worker has heard it: the whole way through the queue works."""


def note_beat(engine: Engine) -> None:
    """Note that a nudge has arrived. Raises Unavailable."""
    with transaction(engine) as connection:
        heartbeats.beat(connection, BEAT)
