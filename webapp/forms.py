"""Reading forms: whatever was sent, a view gets clean text of bounded length, or a refusal in words."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import date

from werkzeug.exceptions import BadRequest

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")
"""Characters that no person types: control, text direction overrides, halves of characters."""


class TooLong(ValueError):
    """A text is longer than its field allows; ``most`` is in characters."""

    def __init__(self, most: int) -> None:
        super().__init__(f"Use at most {most:,} characters.")
        self.most = most


def clean(text: str) -> str:
    """One spelling of what was typed: NFC, lines ended by a line feed, no control characters, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def words(form: Mapping[str, str], name: str, *, most: int = 4000) -> str:
    """The text of a field, cleaned. Raises TooLong."""
    text = clean(form.get(name, ""))
    if len(text) > most:
        raise TooLong(most)
    return text


def one_line(text: str, *, most: int = 200) -> str:
    """A short text without line ends; what is beyond ``most`` is cut off."""
    return " ".join(clean(text).split())[:most]


def command_id(form: Mapping[str, str]) -> str:
    """The id that the page gave to this act, so that a double click is one act. Raises BadRequest."""
    return _uuid(form.get("command_id", ""))


def seen_version(form: Mapping[str, str]) -> int:
    """The version of the case that the person saw. Raises BadRequest."""
    value = form.get("version", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise BadRequest
    return int(value)


def date_parts(form: Mapping[str, str], name: str) -> dict[str, str]:
    """What was typed into the three boxes of a date field."""
    return {part: one_line(form.get(f"{name}-{part}", ""), most=10) for part in ("day", "month", "year")}


def real_date(parts: Mapping[str, str]) -> date | None:
    """The date that three boxes name; None when all are empty. Raises ValueError when there is no such day."""
    if not any(parts.values()):
        return None
    numbers = [parts[part] for part in ("year", "month", "day")]
    if not all(number.isascii() and number.isdigit() for number in numbers) or len(parts["year"]) != 4:
        raise ValueError("This must be a real date, with a year of four figures.")
    year, month, day = (int(number) for number in numbers)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("This must be a real date.") from None


def _uuid(value: str) -> str:
    try:
        parsed = str(uuid.UUID(value))
    except ValueError:
        raise BadRequest from None
    # Braces, capitals and other spellings of an id are not what our pages send.
    if parsed != value:
        raise BadRequest
    return parsed
