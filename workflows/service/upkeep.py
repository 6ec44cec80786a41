"""The house's own state: is everything there and does the work get done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflows.service.unit_of_work import Busy, Engine, Unavailable, reading
from workflows.store import upkeep
from workflows.store.migrate import UnknownRevision, at_head, upgrade

__all__ = ["Readiness", "UnknownRevision", "readiness", "upgrade"]

LONGEST_UNDONE = 120.0
"""Seconds that work may be overdue before the house is not ready."""

LONGEST_SILENCE = 120.0
"""Seconds that the beat may be silent."""

LONGEST_UNSENT = 900.0
"""Seconds that a message may be on its way out before somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found; ages in seconds."""

    database: bool
    migrations: bool = False
    due_work: float = 0.0
    mail: float = 0.0
    beat: float | None = None
    unsent: float = 0.0
    undeliverable: int = 0

    @property
    def degraded(self) -> bool:
        """Whether messages do not arrive. The house works on: what they tell of stands in it as well."""
        return self.undeliverable > 0 or self.unsent > LONGEST_UNSENT

    @property
    def parts(self) -> dict[str, bool]:
        """Each part and whether it is good."""
        return {
            "database": self.database,
            "migrations": self.migrations,
            "due_work": self.migrations and max(self.due_work, self.mail) <= LONGEST_UNDONE,
            "beat": self.beat is not None and self.beat <= LONGEST_SILENCE,
        }

    @property
    def ready(self) -> bool:
        """Whether every part is good."""
        return all(self.parts.values())

    def report(self) -> dict[str, Any]:
        """The findings for a machine to read."""
        return {
            "ready": self.ready,
            "degraded": self.degraded,
            "parts": {name: "good" if good else "bad" for name, good in self.parts.items()},
            "oldest_due_work_seconds": round(max(self.due_work, self.mail), 1),
            "undeliverable_messages": self.undeliverable,
            "oldest_unsent_message_seconds": round(self.unsent, 1),
            "beat_age_seconds": None if self.beat is None else round(self.beat, 1),
        }


def readiness(engine: Engine) -> Readiness:
    """Look at every part. Never raises for one that is bad."""
    try:
        with reading(engine) as connection:
            if not at_head(connection):
                return Readiness(database=True)
            ages = upkeep.ages(connection)
    except (Unavailable, Busy):
        return Readiness(database=False)
    return Readiness(
        True, True, due_work=ages.due_work, mail=ages.mail, beat=ages.beat, unsent=ages.unsent,
        undeliverable=ages.undeliverable,
    )  # fmt: skip
