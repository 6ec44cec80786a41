"""An emergency as it is recorded: the share and its review, as events and as what a case keeps of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from workflows.core.commands import ReviewFinding, ShareHow
from workflows.core.happening import Event, both

if TYPE_CHECKING:
    from workflows.core.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedNow(Event):
    """Something was shared in an emergency, or the sharing was refused. ``recorded_after`` counts whole minutes
    between the share and its record."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"told", "said_by", "note", "why_not", "by_name"})
    keys: tuple[str, ...]
    held_back: tuple[str, ...]
    how: ShareHow
    said_at: datetime
    recorded_after: int
    call_back_verified: bool | None
    told: str
    said_by: str
    note: str
    why_not: str
    by_name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReviewed(Event):
    """An emergency share was reviewed. Whatever was found, what was shared stays on record."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "learning", "by_name"})
    finding: ReviewFinding
    why: str
    learning: str
    by_name: str
    position: str


@dataclass(frozen=True, slots=True)
class EmergencyShare:
    """What was shared before any review: the disclosure entry. Nothing ever takes it away.

    ``said_at`` is when it was shared, ``at`` when that was recorded, ``recorded_after`` the whole minutes between.
    ``said_by`` is empty when the person who recorded it said it.
    """

    keys: tuple[str, ...]
    held_back: tuple[str, ...]
    how: ShareHow
    said_at: datetime
    recorded_after: int
    call_back_verified: bool | None
    told: str
    said_by: str
    note: str
    why_not: str
    by: str
    by_name: str
    position: str
    at: datetime
    stood_in_for: str = ""

    @property
    def both(self) -> frozenset[str]:
        """Who shared, and in whose name."""
        return both((self,))


@dataclass(frozen=True, slots=True)
class ShareReview:
    """What the review found."""

    finding: ReviewFinding
    why: str
    learning: str
    by: str
    by_name: str
    position: str
    at: datetime


def shared_now(case: Case, event: SharedNow) -> Case:
    """The fold of a share."""
    share = EmergencyShare(
        keys=event.keys, held_back=event.held_back, how=event.how, said_at=event.said_at,
        recorded_after=event.recorded_after, call_back_verified=event.call_back_verified, told=event.told,
        said_by=event.said_by, note=event.note, why_not=event.why_not, by=event.by, by_name=event.by_name,
        position=event.position, at=event.at, stood_in_for=event.stood_in_for,
    )  # fmt: skip
    return replace(case, shared_now=share)


def share_reviewed(case: Case, event: ShareReviewed) -> Case:
    """The fold of its review."""
    review = ShareReview(event.finding, event.why, event.learning, event.by, event.by_name, event.position, event.at)
    return replace(case, share_review=review)
