"""Rounds: a request that is reopened, challenged or sent back goes round again, and nothing of before is cleared.

Each round keeps how the one before it ended: its outcome, its items and when, so that it is reported as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from workflows.core.happening import Event, both
from workflows.core.request import Item, Recipient

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.commands import ItemDecision


class Why(StrEnum):
    """Why a round was begun."""

    REOPENED = "reopened"
    CHALLENGED = "challenged"
    SENT_BACK = "sent_back"


class Finding(StrEnum):
    """What came of a challenge: worked out from the items, never typed."""

    UPHELD = "upheld"
    VARIED = "varied"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Round:
    """The beginning of a round after the first. ``items`` and what follows tell how the one before had ended."""

    number: int
    why: Why
    by: str
    by_name: str
    at: datetime
    said: str
    on_behalf: str = ""
    changed: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    ended: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """The requester came back with new information. ``items`` and ``recipients`` are all there are now."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"new_information", "items", "recipients", "by_name"})
    round: int
    new_information: str
    items: tuple[Item, ...]
    recipients: tuple[Recipient, ...]
    changed: tuple[str, ...]
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged(Event):
    """A decision was challenged; ``on_behalf`` names for whom when a colleague recorded it."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"grounds", "on_behalf", "by_name"})
    round: int
    grounds: str
    on_behalf: str
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack(Event):
    """Whoever decides asked for more advice."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "by_name"})
    round: int
    why: str
    by_name: str


def begun(case: Case, event: Event) -> Case:
    """The fold of the three: one more round, with how the one before had ended."""
    match event:
        case Reopened():
            new = _round(case, event, event.round, Why.REOPENED, event.new_information, event.by_name)
            request = replace(case.request, items=event.items, recipients=event.recipients)
            new = replace(new, changed=event.changed)
        case Challenged():
            new = _round(case, event, event.round, Why.CHALLENGED, event.grounds, event.by_name)
            request, new = case.request, replace(new, on_behalf=event.on_behalf)
        case SentBack():
            new = _round(case, event, event.round, Why.SENT_BACK, event.why, event.by_name)
            request = case.request
        case _:
            return case
    return replace(
        case, round=new.number, rounds=(*case.rounds, new), request=request, closed_at=None, outcome=None, ending=""
    )  # fmt: skip


def _round(case: Case, event: Event, number: int, why: Why, said: str, by_name: str) -> Round:
    return Round(
        number, why, event.by, by_name, event.at, said, items=case.request.items,
        ended=case.how_it_ended, ended_at=case.closed_at,
    )  # fmt: skip


def forgotten(rounds: tuple[Round, ...]) -> tuple[Round, ...]:
    """The rounds of a request whose details are erased: that they were, and no words."""
    return tuple(replace(each, said="", by_name="", on_behalf="", items=()) for each in rounds)


def challenged(case: Case) -> bool:
    """Whether the present round is about a challenge."""
    begun = [each for each in case.rounds if each.why is not Why.SENT_BACK]
    return bool(begun) and begun[-1].why is Why.CHALLENGED


def barred(case: Case) -> frozenset[str]:
    """Who may not decide now: whoever advised and, when a decision is challenged, whoever has decided before."""
    if not challenged(case):
        return case.advisers
    votes = both(vote for vote in case.votes if vote.round != case.round)
    return case.advisers | votes | both(case.decisions)


def changed_keys(before: Iterable[Item], after: Iterable[Item]) -> tuple[str, ...]:
    """Keys of the items that are new or are not what they were."""
    known = {item.key: item for item in before}
    return tuple(item.key for item in after if known.get(item.key) != item)


def to_release(case: Case) -> tuple[str, ...]:
    """Approved items whose words are still to be entered: not those released before and unchanged since."""
    if case.decision is None:
        return ()
    changed = {key for each in case.rounds for key in each.changed}
    done = {key for key in case.released if key not in changed}
    return tuple(key for key in case.decision.approved() if key not in done)


def finding_of(case: Case, items: Iterable[ItemDecision]) -> str:
    """What came of a challenge: the same on every item, on none, or on some."""
    if not challenged(case) or case.decision is None:
        return ""
    before = {each.key: each.outcome for each in case.decision.items}
    same = [before.get(each.key) is each.outcome for each in items]
    if all(same):
        return Finding.UPHELD
    return Finding.VARIED if any(same) else Finding.OVERTURNED
