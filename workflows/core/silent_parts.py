"""Who was away when a time ran out: a part of the command, of the event and of what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AwayThen:
    """Somebody whose work it was, and who was away when its time ran out: from when until when, and her deputies."""

    name: str
    start: datetime
    until: datetime
    deputies: tuple[str, ...]
