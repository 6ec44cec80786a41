"""Reading a posted form field by field: trims, notes what cannot be read, and keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from unicodedata import normalize

from werkzeug.datastructures import MultiDict

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PARTS = ("day", "month", "year")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
EARLIEST, LATEST = 1880, 2100


class Posted:
    """One posted form. ``errors`` maps a field to its sentence; ``bad`` a date to its wrong parts."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        self._form = form
        self.errors: dict[str, str] = {}
        self.bad: dict[str, tuple[str, ...]] = {}

    def line(self, name: str) -> str:
        """A single-line answer, without white space around it."""
        return " ".join(normalize("NFC", self._form.get(name, "")).split())

    def text(self, name: str) -> str:
        """A longer answer, with line ends made alike."""
        return normalize("NFC", self._form.get(name, "")).replace("\r\n", "\n").replace("\r", "\n").strip()

    def flag(self, name: str) -> bool:
        """Whether a single checkbox was ticked."""
        return self._form.get(name, "") == "yes"

    def choice(self, name: str, known: Collection[str], *, say: str = "Choose one of those listed.") -> str:
        """One of ``known``, or nothing. Anything else is an error: the page never offered it."""
        value = self._form.get(name, "")
        if value and value not in known:
            self.errors[name] = say
            return ""
        return value

    def many(self, name: str, known: Collection[str], *, say: str = "Choose among those listed.") -> tuple[str, ...]:
        """Every ticked value, in the order of ``known``."""
        values = self._form.getlist(name)
        if any(value not in known for value in values):
            self.errors[name] = say
        return tuple(value for value in known if value in values)

    def tristate(self, name: str) -> bool | None:
        """Yes, no, or no answer."""
        return {"yes": True, "no": False}.get(self.choice(name, ("yes", "no")))

    def date(self, name: str, *, what: str) -> date | None:
        """A date from its three parts; ``what`` names it in the sentence that says what is wrong."""
        parts = {part: self._form.get(f"{name}-{part}", "").strip() for part in PARTS}
        if not any(parts.values()):
            return None
        absent = tuple(part for part in PARTS if not parts[part])
        if absent:
            self.bad[name] = absent
            self.errors[name] = f"{what} must include a {' and a '.join(absent)}."
            return None
        try:
            found = date(_year(parts["year"]), _month(parts["month"]), _number(parts["day"]))
        except ValueError:
            self.bad[name] = PARTS
            self.errors[name] = f"{what} must be a real date, such as 19 5 2021."
            return None
        return found

    def typed(self) -> dict[str, Any]:
        """What was typed, by field, for showing the page again: texts, lists of ticks, and dates in parts."""
        # What no page can show is left out here; the rulebook has refused it, and the sentence says so.
        values: dict[str, Any] = {name: _CONTROL.sub("", self._form.get(name, "")) for name in self._form}
        for name in list(values):
            stem, _, part = name.rpartition("-")
            if stem and part in PARTS:
                values.setdefault(stem, {each: values.get(f"{stem}-{each}", "") for each in PARTS})
        return values

    def ticked(self, name: str) -> tuple[str, ...]:
        """Every posted value of one field, known or not."""
        return tuple(self._form.getlist(name))


def date_parts(value: date | None) -> Mapping[str, str] | None:
    """A date as the three texts of a form."""
    return {"day": str(value.day), "month": str(value.month), "year": str(value.year)} if value else None


def yes_no(value: bool | None) -> str:
    """A yes, a no, or no answer, as the value of a radio button."""
    return "" if value is None else "yes" if value else "no"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValueError(text)
    return int(text)


def _month(text: str) -> int:
    short = text[:3].casefold()
    return MONTHS.index(short) + 1 if short in MONTHS else _number(text)


def _year(text: str) -> int:
    year = _number(text)
    if not EARLIEST <= year <= LATEST:
        raise ValueError(text)
    return year
