"""What may wait for a digest, and when digests go. What is urgent never waits, whatever somebody has chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from workflows.core.notices import NoticeKind
from workflows.core.refusals import Refusal, Refused

LONDON = ZoneInfo("Europe/London")
EARLIEST, LATEST = 6, 13
"""The first digest of a day goes at one of these hours: none of them is ever left out or repeated by a clock change."""
APART = 6
"""Hours between the two digests of a day."""


class Rhythm(StrEnum):
    """How often a digest goes."""

    DAILY = "daily"
    TWICE = "twice"


class Grouping(StrEnum):
    """Kinds of notice that somebody may choose to get in a digest."""

    WORK = "work"
    PROGRESS = "progress"


GROUPS: dict[NoticeKind, Grouping] = {
    NoticeKind.YOUR_TURN: Grouping.WORK,
    NoticeKind.QUESTION: Grouping.WORK,
    NoticeKind.ANSWERED: Grouping.WORK,
    NoticeKind.REMINDER: Grouping.WORK,
    NoticeKind.REASSIGNED: Grouping.WORK,
    NoticeKind.FOLLOW_UP: Grouping.WORK,
    NoticeKind.PROGRESS: Grouping.PROGRESS,
    NoticeKind.DECIDED: Grouping.PROGRESS,
    NoticeKind.ENDED: Grouping.PROGRESS,
    NoticeKind.EXTENDED: Grouping.PROGRESS,
    NoticeKind.RECOUNTED: Grouping.PROGRESS,
    NoticeKind.STOOD_ASIDE: Grouping.PROGRESS,
    NoticeKind.IDENTITY_ANSWERED: Grouping.PROGRESS,
    NoticeKind.BROUGHT_IN: Grouping.PROGRESS,
}
"""Kinds that may wait. Every other kind is told at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody gets in a digest, how often, and at which hour of the day in London the first of a day goes."""

    groups: frozenset[Grouping] = frozenset()
    rhythm: Rhythm = Rhythm.DAILY
    hour: int = 8

    @property
    def kinds(self) -> frozenset[NoticeKind]:
        """The kinds of notice that wait for her digest."""
        return frozenset(kind for kind, group in GROUPS.items() if group in self.groups)


def choice_of(groups: frozenset[str], rhythm: str, hour: str) -> Choice:
    """The choice that a form means. Raises Refused with what is wrong with it."""
    faults = []
    if not groups <= set(Grouping):
        faults.append(Refusal("unknown_group", "Choose what to get in a digest from the list.", "groups"))
    if rhythm not in set(Rhythm):
        faults.append(Refusal("unknown_rhythm", "Choose once a day or twice a day.", "rhythm"))
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and EARLIEST <= int(hour) <= LATEST):
        faults.append(Refusal("unknown_hour", f"Choose an hour from {EARLIEST}am to {LATEST - 12}pm.", "hour"))
    if faults:
        raise Refused(faults)
    return Choice(frozenset(Grouping(each) for each in groups), Rhythm(rhythm), int(hour))


def last_period(choice: Choice, now: datetime) -> datetime:
    """When (aware UTC) the latest digest was to go by ``now``: after an outage there is one, not several."""
    hours = (choice.hour,) if choice.rhythm is Rhythm.DAILY else (choice.hour + APART, choice.hour)
    today = now.astimezone(LONDON).date()
    ends = [
        datetime.combine(day, time(hour), LONDON).astimezone(UTC)
        for day in (today, today - timedelta(days=1))
        for hour in hours
    ]
    return next(end for end in ends if end <= now)
