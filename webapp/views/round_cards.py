"""Rounds and reviews in rows: how each round began, how the one before had ended, what came of a challenge."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.views.case_words import OUTCOMES
from webapp.views.showing import long_date, long_instant
from workflows.core.case import Decision
from workflows.core.rounds import Finding, Why
from workflows.core.uses import UseOutcome
from workflows.service.views import CasePage

BEGAN = {
    Why.REOPENED: "Reopened with new information",
    Why.CHALLENGED: "The decision was challenged",
    Why.SENT_BACK: "Sent back for more advice",
}
FINDINGS = {
    Finding.UPHELD: "Upheld: every item is decided as before",
    Finding.VARIED: "Varied: some items are decided otherwise",
    Finding.OVERTURNED: "Overturned: every item is decided otherwise",
}
USES = {UseOutcome.CONTINUE: "It goes on", UseOutcome.CHANGE: "It is changed", UseOutcome.END: "It ends"}


def round_rows(page: CasePage) -> Iterator[dict[str, object]]:
    """One row for each round after the first."""
    for each in page.rounds:
        lines = [BEGAN[each.why], each.said, f"For: {each.on_behalf}" if each.on_behalf else ""]
        if each.ended_at is not None:
            lines.append(f"Before: {OUTCOMES.get(each.ended, each.ended)} on {long_instant(each.ended_at)}")
        lines.append(f"{each.by_name}, {long_instant(each.at)}")
        yield {"key": f"Round {each.number}", "value": [line for line in lines if line]}


def challenge_words(decision: Decision) -> str:
    """What came of a challenge, with the decision that it is about; nothing for another decision."""
    if not decision.challenge:
        return ""
    return f"{FINDINGS[Finding(decision.challenge)]} in the decision of round {decision.of_round}."


def use_rows(page: CasePage) -> Iterator[dict[str, object]]:
    """One row for each review of a use that continues."""
    for each in page.use_reviews:
        lines = [USES[each.outcome], each.change, each.why]
        if each.review_by:
            lines.append(f"Looked at again by {long_date(each.review_by)}")
        lines.append(f"{each.by_name}, {each.position}")
        yield {"key": long_instant(each.at), "value": [line for line in lines if line]}
