"""How cases end, and what is kept of one whose details are not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a case ends. Shared, partly shared and declined are computed from the items."""

    SHARED = "shared"
    PARTLY_SHARED = "partly_shared"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    OWN = "own"
    """As the workflow itself calls it: see ``Case.ending``."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is kept of a request whose names are not: how many of each there were."""

    people: int
    items: int
    recipients: int
