"""Uses that continue: looked at again by the day that the decision named, and paused when nobody did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from workflows.core.happening import Event

if TYPE_CHECKING:
    from workflows.core.case import Case


class UseOutcome(StrEnum):
    """What a review of a continuing use can end with."""

    CONTINUE = "continue"
    CHANGE = "change"
    END = "end"


class UseState(StrEnum):
    """How a continuing use stands. RUNNING too where nothing continues."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class UseReview:
    """One look at a continuing use."""

    outcome: UseOutcome
    why: str
    change: str
    review_by: date | None
    by: str
    by_name: str
    position: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReviewed(Event):
    """A continuing use was looked at again. ``change`` says what is different from now on."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "change", "by_name"})
    outcome: UseOutcome
    why: str
    change: str
    review_by: date | None
    by_name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReviewMissed(Event):
    """The day of the review has passed and nobody has looked: nothing can be read until somebody does."""

    rung: str
    number: int


def reviewed(case: Case, event: UseReviewed) -> Case:
    """The fold of a review."""
    review = UseReview(
        event.outcome, event.why, event.change, event.review_by, event.by, event.by_name, event.position, event.at
    )
    state = UseState.ENDED if event.outcome is UseOutcome.END else UseState.RUNNING
    return replace(case, use=state, use_reviews=(*case.use_reviews, review))


def missed(case: Case, event: UseReviewMissed) -> Case:
    """The fold of a review that was missed."""
    return replace(case, use=UseState.PAUSED if case.use is UseState.RUNNING else case.use)


STOPPED = {
    UseState.PAUSED: (
        "use_paused",
        "The day on which this sharing was to be looked at again has passed, so it is paused until that is done.",
    ),
    UseState.ENDED: ("use_ended", "This sharing was looked at again and ended, so it can no longer be read here."),
}
"""Why released words cannot be read: code and sentence."""
