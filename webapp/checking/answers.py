"""An answer of CP-IS as it was read, before a person records it, and why one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.core.cpis import Authority, CpisPlan, CpisResult, CpisSetting, CpisVia
from workflows.core.limits import nhs_number_valid

MOST_BYTES = 1_000_000
"""A file or an answer of CP-IS is a few kilobytes."""
MOST_FAULTS = 10
TEST_NUMBERS = "999"
"""How the NHS numbers begin that are reserved for tests: no others belong into a demonstration."""
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){7,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What CP-IS answered about one person. What is None or empty is asked of whoever records it."""

    via: CpisVia
    result: CpisResult
    plans: tuple[CpisPlan, ...] = ()
    authority: Authority = Authority()  # noqa: RUF009
    reason: str = ""
    checked_at: datetime | None = None
    checked_by: str = ""
    setting: CpisSetting | None = None
    setting_words: str = ""
    remarks: tuple[str, ...] = ()
    """What whoever records it should know: what was left out, and what does not fit together."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be read: where (a path or a row), and what is wrong. Never what stands there."""

    where: str
    say: str

    def __str__(self) -> str:
        return f"{self.where}: {self.say}" if self.where else self.say


class Unreadable(Exception):
    """Raised with every fault at once (at most ``MOST_FAULTS``); nothing of the answer is used."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)[:MOST_FAULTS]
        super().__init__("; ".join(each.where for each in self.faults))


def digits_of(number: str) -> str:
    """An NHS number without the spaces and hyphens with which people write it."""
    return number.replace(" ", "").replace("-", "")


def number_fault(number: str, *, demo: bool) -> str:
    """What is wrong with an NHS number; nothing when it can be used."""
    if not nhs_number_valid(digits_of(number)):
        return "This is not an NHS number: it must have 10 digits and pass the check."
    if demo and not digits_of(number).startswith(TEST_NUMBERS):
        return f"This is a demonstration: only NHS numbers for tests are taken, which begin with {TEST_NUMBERS}."
    return ""


def without_numbers(text: str, *, most: int = 200) -> str:
    """Words from elsewhere in one line, without anything that may be an NHS number, and not too long."""
    return _LONG_NUMBER.sub("(number)", " ".join(text.split()))[:most]
