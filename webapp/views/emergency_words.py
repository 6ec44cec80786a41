"""An emergency share and its review in words."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.views.showing import joined, long_instant
from workflows.core.commands import ReviewFinding, ShareHow
from workflows.service.timeline import minutes_words
from workflows.service.views import CasePage

Row = dict[str, object]

FOUND = {
    ReviewFinding.PROPORTIONATE: "It was proportionate",
    ReviewFinding.NOT_JUSTIFIED: "It was not justified. What was shared stays on record, and is to be learnt from.",
}
HOW = {ShareHow.SPOKEN: "By word of mouth", ShareHow.WRITTEN: "In writing, through Gatehouse"}


def share_rows(page: CasePage) -> Iterator[Row]:
    """The share: what, how, with whom, when, and how much later it was written down."""
    share = page.shared_now
    if share is None:
        return
    titles = {item.key: item.describe or page.definition.categories.get(item.category, "") for item in page.items}
    yield _row("Shared", joined([titles.get(key, "An item") for key in share.keys]) or "Nothing")
    if share.held_back:
        yield _row("Held back", [joined([titles.get(key, "An item") for key in share.held_back]), share.why_not])
    if share.keys:
        yield _row("How", HOW[share.how])
        yield _row("When", long_instant(share.said_at))
    if share.told:
        yield _row("Who was told", share.told)
    if share.said_by:
        yield _row("Said by", share.said_by)
    if share.how is ShareHow.SPOKEN and share.keys:
        rang = "Yes, on a number that was known" if share.call_back_verified else "No"
        yield _row("Rang back", [line for line in (rang, share.note) if line])
    late = "At once"
    if share.recorded_after >= 1:
        late = f"{minutes_words(share.recorded_after)} after it was shared"
    yield _row("Written down", [late, f"{share.by_name}, {share.position}", long_instant(share.at)])
    yield _row("Approved beforehand", "No: in an emergency nobody needs to approve it. It is reviewed afterwards.")


def review_rows(page: CasePage) -> Iterator[Row]:
    """What the review found."""
    review = page.share_review
    if review is None:
        return
    yield _row("Review", [line for line in (FOUND[review.finding], review.why) if line])
    if review.learning:
        yield _row("To be learnt", review.learning)
    yield _row("Reviewed by", [f"{review.by_name}, {review.position}", long_instant(review.at)])


def _row(key: str, value: object) -> Row:
    return {"key": key, "value": value}
