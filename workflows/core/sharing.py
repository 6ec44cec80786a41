"""What is handed over: the words of an item, and a share in an emergency as who shares it tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShareHow(StrEnum):
    """How something is shared in an emergency."""

    SPOKEN = "spoken"
    WRITTEN = "written"


class ReviewFinding(StrEnum):
    """What the review of an emergency share finds."""

    PROPORTIONATE = "proportionate"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True, slots=True)
class ItemContent:
    """The words released for one item."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Share:
    """A share in an emergency, as who shares it tells it.

    ``said_at`` None means now. ``note`` tells how the caller was checked, ``why_not`` why the rest was held back.
    """

    items: tuple[str, ...]
    how: ShareHow
    contents: tuple[ItemContent, ...] = ()
    told: str = ""
    said_at: datetime | None = None
    said_by: str = ""
    call_back_verified: bool | None = None
    note: str = ""
    why_not: str = ""
