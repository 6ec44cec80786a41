"""What is wrong with a definition, said so that whoever wrote it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault. ``rule`` is its stable name, ``line`` counts from 1, ``say`` tells how to mend it."""

    line: int
    rule: str
    say: str
    source: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: [{self.rule}] {self.say}"


class BadDefinition(ValueError):
    """The text is not a workflow that can be used. ``faults`` is never empty, and in the order of lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
