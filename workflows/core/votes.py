"""Votes of adjudicators who decide the same request apart from each other: what is kept, and who may read which.

Two votes make a sitting. A vote counts only while the case stays at the stage at which it was cast: after a
question and its answer both begin anew, because the one who voted had not read the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.core.aside import conflicted
from workflows.core.events import AdjudicatorVoted, Decided, SecondAdjudicatorDemanded
from workflows.core.happening import both

if TYPE_CHECKING:
    from workflows.core.case import Case

TOGETHER = 2
"""How many adjudicators make a sitting."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One adjudicator's whole decision. ``number`` and ``sitting`` count from 1 on the case."""

    number: int
    sitting: int
    round: int
    by: str
    at: datetime
    decided: tuple[Decided, ...]
    stood_in_for: str = ""


@dataclass(frozen=True, slots=True)
class SecondDemanded:
    """Somebody who could have decided alone wants a second adjudicator."""

    by: str
    reason: str
    at: datetime
    round: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where the adjudicators stand now: ``open`` is the vote that waits for its second, ``differ`` two that differ."""

    number: int
    open: tuple[Vote, ...] = ()
    differ: tuple[Vote, ...] = ()


def voted(case: Case, event: AdjudicatorVoted) -> Case:
    """The fold of a vote: whoever had the case alone has done her part."""
    vote = Vote(event.number, event.sitting, case.round, event.by, event.at, event.vote, event.stood_in_for)
    left = "" if case.assignee in both((event,)) else case.assignee
    return replace(case, votes=(*case.votes, vote), assignee=left)


def second_demanded(case: Case, event: SecondAdjudicatorDemanded) -> Case:
    """The fold of a demand for a second adjudicator; it holds for the round."""
    demand = SecondDemanded(event.by, event.reason, event.at, case.round)
    return replace(case, seconds=(*case.seconds, demand))


def sitting(case: Case) -> Sitting:
    """What the votes of the present stay at the stage come to; those of who stood aside do not count."""
    out = conflicted(case)
    waiting: tuple[Vote, ...] = ()
    differ: tuple[Vote, ...] = ()
    for number in sorted({vote.sitting for vote in case.votes}):
        votes = _of(case, number)
        stands = all(v.round == case.round and v.at >= case.stage_since and out.isdisjoint(both((v,))) for v in votes)
        if stands and len(votes) >= TOGETHER:
            differ = votes
        waiting = votes if stands and len(votes) < TOGETHER else ()
    number = waiting[0].sitting if waiting else max((vote.sitting for vote in case.votes), default=0) + 1
    return Sitting(number, waiting, differ)


def waiting_for_second(case: Case) -> frozenset[str]:
    """Who has voted in the sitting that is not complete, or had it done in her name: she cannot be her own second."""
    return both(sitting(case).open)


def may_read(case: Case, vote: Vote, reader: str, *, inside: bool) -> bool:
    """Whether a person may read a vote: her own always; others inside the holder once the sitting is complete.

    A decision on the round ends the secrecy too: a vote that stayed alone can then influence nobody.
    """
    if vote.by == reader:
        return True
    complete = len(_of(case, vote.sitting)) >= TOGETHER
    over = any(decision.round == vote.round and decision.at >= vote.at for decision in case.decisions)
    return inside and (complete or over)


def _of(case: Case, number: int) -> tuple[Vote, ...]:
    return tuple(vote for vote in case.votes if vote.sitting == number)
