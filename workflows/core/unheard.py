"""That nobody could be told: it stands on the case until a person acts, and says what lateness came of.

Managers are told at once as well, where there are any. This is what a page, the board and the figures know of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from workflows.core.happening import Event

if TYPE_CHECKING:
    from workflows.core.case import Case


class WhyUnheard(StrEnum):
    """Why nobody could be told."""

    NOBODY = "nobody"
    """Nobody who may be told has any of the roles."""
    AWAY = "away"
    """Whoever would be told is away, and nobody who can stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyTold(Event):
    """A notice reached nobody. ``work``: it was for whoever has the case; else a step that passes a late case up.

    ``clock`` is the number of the clock that ran; 0 where none did.
    """

    stage: str
    clock: int
    why: WhyUnheard
    work: bool


@dataclass(frozen=True, slots=True)
class Unheard:
    """What is kept of it; ``version`` is the case's after it."""

    at: datetime
    stage: str
    clock: int
    why: WhyUnheard
    work: bool
    version: int


def unheard_by(case: Case, event: NobodyTold) -> Case:
    """The fold: once more nobody could be told."""
    more = Unheard(event.at, event.stage, event.clock, event.why, event.work, case.version + 1)
    return replace(case, unheard=(*case.unheard, more))


def still_unheard(unheard: Iterable[Unheard], *, stage: str, settled: int) -> tuple[Unheard, ...]:
    """What still stands at a stage: nobody has acted since. ``settled`` is the version of a person's last act."""
    return tuple(each for each in unheard if each.stage == stage and each.version > settled)
