"""What every command is made of. Commands of a topic may live in a module of their own, built on this one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from workflows.core.definition import CommandType


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``person_id`` is empty for the clock. ``position`` is the role acted in, in words.

    ``stands_in_for`` is the id of whoever is away and in whose name she acts; ``name`` then names both.
    """

    person_id: str
    name: str
    position: str = ""
    organisation_id: str = ""
    stands_in_for: str = ""


CLOCK = Actor(person_id="", name="Gatehouse (clock)")
"""The system actor: gives commands when something falls due."""


PUBLIC = Actor(person_id="", name="A member of the public")
"""Whoever applies without an account: only the door's public entrance acts for her, and only to begin a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries. ``at`` is aware UTC; ``seen_version`` None means "whatever it is now"."""

    type: ClassVar[CommandType]
    id: str
    actor: Actor
    at: datetime
    case_id: str
    seen_version: int | None = None
