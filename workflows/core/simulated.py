"""What a replay of one request under other rules found: in which ways it would have gone otherwise.

Codes, titles of stages and instants only. Nothing that anybody wrote about a request stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Case
from workflows.core.definition import Definition, DefinitionRef, Reason, Role, Urgency
from workflows.core.permissions import Principal
from workflows.core.spans import MIDNIGHT, ONE_DAY, instant
from workflows.core.timeliness import Result

ASKS = frozenset({Role.ADMINISTRATOR})
"""Whose business it is to try a version on the past."""
READS = ASKS | {Role.MANAGER, Role.AUDITOR}
"""Who may read what came of it."""
READS_REFERENCES = ASKS | {Role.AUDITOR}
"""Who is shown the reference of each request, also of those that she may not open."""


def holds_one(person: Principal, roles: frozenset[Role]) -> bool:
    """Whether she holds one of these roles anywhere."""
    return any(each.role in roles for each in person.memberships)


class Kind(StrEnum):
    """In which way a request would have gone otherwise. The order is that of the report."""

    RESULT = "result"
    DUE = "due"
    ROUTE = "route"
    DECIDER = "decider"
    REFUSED = "refused"
    DEAD_END = "dead_end"


KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.RESULT: (
        "Another timeliness result",
        "It would count as late where it was in time, or the other way round.",
    ),
    Kind.DUE: ("Another due date", "A stage would have fallen due at another time."),
    Kind.ROUTE: ("Another route", "It would have gone to another stage. What would have been done there is not known."),
    Kind.DECIDER: ("Other people could act", "Other roles could have done what was done at a stage."),
    Kind.REFUSED: ("Would ask for more first", "A step would have been refused until more was said."),
    Kind.DEAD_END: ("Dead end", "The version allows no such step there, or gives it no next stage."),
}
"""Each kind with its title and what it means."""


class Partial(StrEnum):
    """Why a request could not be compared in every way."""

    ERASED = "erased"
    CALENDAR = "calendar"
    UNKNOWN = "unknown"


PARTIAL: Mapping[Partial, str] = {
    Partial.ERASED: "What was asked for has been erased, so conditions of routes could not be tried on it",
    Partial.CALENDAR: "A date lies beyond the days that bank holidays are known for",
    Partial.UNKNOWN: "It was moved by something that no rule of a workflow decides, and was followed there",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``before`` is what the record says, ``after`` what the version would give, both in words.

    ``at`` is when it happened. ``weight`` are the seconds by which a date moves or a result is missed; ``more`` is at
    how many further stages the same request differs in the same way.
    """

    kind: Kind
    stage: str
    before: str
    after: str
    at: datetime
    due_before: datetime | None = None
    due_after: datetime | None = None
    weight: int = 0
    more: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One request under the version. ``before`` and ``after`` are its results; after None: it cannot be known.

    ``reached`` are the stages of the version that it came to.
    """

    case_id: str
    reference: str
    holder: str
    sent_at: datetime | None
    open: bool
    differences: tuple[Difference, ...] = ()
    before: Result = Result.IN_TIME
    after: Result | None = None
    reached: tuple[str, ...] = ()
    partial: frozenset[Partial] = frozenset()

    def of_kind(self, kind: Kind) -> Difference | None:
        """The difference of a kind: there is one at most."""
        return next((each for each in self.differences if each.kind is kind), None)


MOST = 20_000
"""So many requests one run looks at, at most: what is bounded ends."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which requests of a workflow are looked at: those sent in a period, those sent last first.

    ``state`` is open, closed, or empty for both; ``organisation`` the id of the holder; empty words leave nothing out.
    ``pack`` is the version of a policy pack that is tried in the place of theirs, as pack/version; empty: none.
    """

    since: date | None = None
    until: date | None = None
    state: str = ""
    urgency: Urgency | None = None
    organisation: str = ""
    most: int = MOST
    pack: str = ""

    @property
    def sent_from(self) -> datetime | None:
        """The first instant of the period; None: since ever."""
        return instant(self.since, MIDNIGHT) if self.since else None

    @property
    def sent_before(self) -> datetime | None:
        """The instant after the period, whose last day counts; None: until now."""
        return instant(self.until + ONE_DAY, MIDNIGHT) if self.until else None


Crew = Mapping[tuple[str, Role], frozenset[str]]
"""Who holds which role today: organisation and role -> ids of people."""


def hands(crew: Crew, organisation: str, roles: tuple[Role, ...]) -> frozenset[str]:
    """Everybody who holds one of these roles there today."""
    return frozenset().union(*(crew.get((organisation, role), frozenset()) for role in roles))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a replay asks: the version to try, the versions that requests ran on, days, and who holds roles today.

    ``calendar_of`` gives the full name of the calendar by which the version would count a request; empty where it
    counts by the days of the record.
    """

    candidate: Definition
    rules_of: Callable[[DefinitionRef], Definition]
    days_of: Callable[[str], WorkingCalendar]
    now: datetime
    crew: Crew = field(default_factory=dict)
    calendar_of: Callable[[Case], str] = lambda case: ""
    reasons_of: Callable[[Case], tuple[Reason, ...] | None] = lambda case: None
    """The reasons for decisions that the packs which are tried give a request; None: it keeps its own."""
    variants: Mapping[str, Definition] = field(default_factory=dict)
    """The version with the times of each of its variants, by their keys."""

    def under(self, variant: str) -> Definition:
        """The version as it counts for a request that is pinned to a variant; without it where it has no such."""
        return self.variants.get(variant, self.candidate)
