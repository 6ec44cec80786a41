"""What every event is made of. Events of a topic may live in a module of their own, built on this one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from workflows.core.calendars import Length
from workflows.core.definition import StageKind


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A clock to start with a stage. ``due_time`` is HH:MM, Europe/London."""

    length: Length
    due_time: str


@dataclass(frozen=True, slots=True)
class Move:
    """A change of stage. ``resume`` puts the clock that was paused back to work."""

    stage: str
    kind: StageKind
    clock: ClockStart | None = None
    pause: bool = False
    resume: bool = False
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: when (aware UTC), who (person id, empty for the clock), and any move."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    at: datetime
    by: str
    move: Move | None = None
