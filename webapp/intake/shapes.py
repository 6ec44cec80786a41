"""The shapes that a request is made of: texts with their limits, days, codes, answers that may be open.

Every model refuses keys that it does not know and never turns one type into another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from workflows.core.limits import LINE, TEXT

SHOWN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Texts hold nothing that cannot be shown."""
KEY = r"^[a-z0-9_-]{1,40}$"
"""What keys of items look like."""
_LEAP = "(?:18(?:8[048]|9[26])|19(?:0[48]|[2468][048]|[13579][26])|20(?:0[048]|[2468][048]|[13579][26]))"
DAY = (
    "^(?:(?:18[89][0-9]|19[0-9][0-9]|20[0-9][0-9]|2100)-"
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29)$"
)
"""Every real day from 1880 to 2100, and nothing else: a schema can say it without knowing the calendar."""
EARLIEST, LATEST = 1880, 2100


class Part(BaseModel):
    """A part of a request, as JSON."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, validate_by_alias=True, validate_by_name=False,
        serialize_by_alias=True, hide_input_in_errors=True,
    )  # fmt: skip


class Codes:
    """Marks a text as one of these codes; ``empty`` also lets it be left empty."""

    def __init__(self, codes: Iterable[str], *, empty: bool = False) -> None:
        self.codes = (*([""] if empty else []), *codes)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.codes))


def _day(value: object) -> object:
    """A day as JSON has it, or a date that is one already."""
    if not isinstance(value, str):
        return value
    try:
        found = date.fromisoformat(value) if len(value) == len("2026-11-02") and value[4] == "-" else None
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise PydanticCustomError("day", "not a day")
    return found


def _moment(value: object) -> object:
    """A moment as JSON has it: a day, a time and its zone; neither a number of seconds nor a time of nowhere."""
    if isinstance(value, datetime) or value is None:
        return value
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and value[10:11] == "T" else None
        found = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise PydanticCustomError("moment", "not a moment")
    return found


Line = Annotated[str, Field(max_length=LINE, pattern=SHOWN)]
"""A text of one line."""
Text = Annotated[str, Field(max_length=TEXT, pattern=SHOWN)]
"""A text of any number of lines."""
ItemKey = Annotated[str, Field(pattern=KEY)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "pattern": DAY})]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment with its zone, kept in UTC."""
Open = bool | None
"""Yes, no, or null: nobody has said."""


def line(text: str) -> str:
    """One line without white space around it, as the forms take it."""
    return " ".join(normalize("NFC", text).split())


def text(value: str) -> str:
    """A longer text with line ends made alike, as the forms take it."""
    return normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()
