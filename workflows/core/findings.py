"""What the holder's people found, asked and advised, as a case keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.commands import AdviceType, ConsentFinding, PersonFinding


@dataclass(frozen=True, slots=True)
class ConsentCheck:
    """What the consent officer found."""

    finding: ConsentFinding
    covers_all: bool
    note: str
    by: str
    at: datetime
    people: tuple[PersonFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice, in the round in which it was given."""

    advice: AdviceType
    why: str
    conditions: tuple[str, ...]
    delegated_release: bool
    redirect: str
    by: str
    by_name: str
    position: str
    at: datetime
    round: int
    stood_in_for: str = ""
