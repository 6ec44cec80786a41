"""Trying a pretend case on a published version: read the version, walk the way, store nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.core.definition import Definition
from workflows.core.permissions import Principal
from workflows.core.pretend import Walk, walk
from workflows.core.pretend_samples import Setting
from workflows.service.library import CALENDARS, Library
from workflows.service.shown_workflows import shown
from workflows.service.unit_of_work import Engine

COUNTED_IN = "England"
"""By whose bank holidays a pretend case is counted, where its workflow has no calendar of its own."""


@dataclass(frozen=True, slots=True)
class Pretence:
    """The version, and where the way through it has led."""

    definition: Definition
    walk: Walk


class Pretending:
    """Pretend cases."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self._engine, self._library = engine, library

    def published(self, person: Principal, workflow: str, version: int) -> Definition:
        """One published version. Raises Refused (NOT_FOUND)."""
        return shown(self._engine, self._library, person, workflow, version)

    def walked(self, definition: Definition, setting: Setting, steps: Sequence[str], *, at: datetime) -> Pretence:
        """Where these steps lead in a version, published or not. Raises Refused where no case can begin."""
        calendar = self._library.calendar(definition.calendar or CALENDARS[COUNTED_IN])
        return Pretence(definition, walk(definition, setting, steps, at=at, calendar=calendar))
