"""Where CP-IS can be asked: what the pages need of it, whoever answers."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from webapp.checking.answers import Answer


class CpisSource(Protocol):
    """Something that asks CP-IS. It never raises for what a service or a network does: that is an answer too."""

    def plans(self, number: str, *, unscheduled: bool, trace: str) -> Answer:
        """Whether a plan is recorded. ``trace`` is a fresh id by which the question can be found at the service."""
        ...

    def earlier_looks(self, number: str, *, unscheduled: bool, trace: str) -> tuple[date, ...] | None:
        """On which days somebody had looked, the newest first; None when that cannot be told. Who they were is read
        by nobody."""
        ...
