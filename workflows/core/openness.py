"""Have they been told? Who was told what, by whom and when; why not, and when to look again (C14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from workflows.core.consenting import ConsentRecord, Standing
from workflows.core.refusals import Refusal


class OpennessState(StrEnum):
    """Whether somebody has been told."""

    TOLD = "told"
    TOLD_LATER = "told_later"
    NOT_TOLD = "not_told"


class WhyNot(StrEnum):
    """Why somebody has not been told."""

    UNSAFE = "unsafe"
    IMPRACTICABLE = "impracticable"
    CAPACITY = "capacity"
    WOULD_PREJUDICE = "would_prejudice"


class About(StrEnum):
    """What a task asks to look at again."""

    SAY_WHETHER_TOLD = "say_whether_told"
    TELL = "tell"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """One entry of the ledger for one person (a label). Later entries stand beside earlier ones.

    ``said_by`` (person id) told her at ``said_at`` (aware UTC). ``views_sought`` None: not said.
    """

    person: str
    state: OpennessState
    noted_at: datetime
    said_by: str = ""
    said_at: datetime | None = None
    said: str = ""
    why_not: WhyNot | None = None
    note: str = ""
    revisit_on: date | None = None
    views_sought: bool | None = None
    views: str = ""


@dataclass(frozen=True, slots=True, order=True)
class RevisitTask:
    """Something to look at again on or before ``due``. ``items`` are keys, for consent."""

    due: date
    person: str
    about: About
    items: tuple[str, ...] = ()
    late: bool = False

    @property
    def say(self) -> str:
        """What is to be done, without identity."""
        match self.about:
            case About.SAY_WHETHER_TOLD:
                return f"Record whether {self.person} has been told."
            case About.TELL:
                return f"Look again at whether {self.person} can be told."
            case _:
                return f"Look again at the consent of {self.person}."


def openness_faults(entry: Openness, *, on: date) -> tuple[Refusal, ...]:
    """What is missing in an entry that is made on the day ``on``."""
    check = _told if entry.state is OpennessState.TOLD else _not_told
    return (*check(entry, on=on), *_views(entry))


def revisit_tasks(
    records: Iterable[ConsentRecord], told: Iterable[Openness], *, people: Collection[str], on: date
) -> tuple[RevisitTask, ...]:
    """What is to be looked at again and by which day, earliest first, for the ``people`` (labels) of the request.

    Only the latest entry for a person counts. Somebody of whom nothing is said yet makes a task for the day ``on``.
    """
    latest: dict[str, Openness] = {}
    for entry in sorted(told, key=lambda each: each.noted_at):
        latest[entry.person] = entry
    tasks = [RevisitTask(on, person, About.SAY_WHETHER_TOLD) for person in people if person not in latest]
    for person, entry in latest.items():
        if person in people and entry.state is not OpennessState.TOLD:
            due = entry.revisit_on or on
            tasks.append(RevisitTask(due, person, About.TELL, late=due < on))
    for record in records:
        if record.person in people and Standing.GIVEN in record.standings and record.review_on is not None:
            late = record.review_on < on
            tasks.append(RevisitTask(record.review_on, record.person, About.CONSENT, record.items, late))
    return tuple(sorted(set(tasks)))


def _told(entry: Openness, *, on: date) -> Iterator[Refusal]:
    if not entry.said_by:
        yield Refusal("said_by_missing", "Say who told the person.", "said_by")
    if entry.said_at is None:
        yield Refusal("said_at_missing", "Say when the person was told.", "said_at")
    elif entry.said_at.astimezone(UTC).date() > on:
        yield Refusal("said_later", "The person cannot have been told after today.", "said_at")
    if not entry.said.strip():
        yield Refusal("said_missing", "Say what the person was told.", "said")


def _not_told(entry: Openness, *, on: date) -> Iterator[Refusal]:
    if entry.why_not is None:
        yield Refusal("why_not_missing", "Say why the person has not been told.", "why_not")
    if not entry.note.strip():
        yield Refusal("note_missing", "Say in your own words why telling is not possible now.", "note")
    if entry.revisit_on is None:
        yield Refusal("revisit_missing", "Say on which day this will be looked at again.", "revisit_on")
    elif entry.revisit_on <= on:
        yield Refusal("revisit_past", "The day on which this is looked at again must be still to come.", "revisit_on")


def _views(entry: Openness) -> Iterator[Refusal]:
    if entry.views_sought is None:
        yield Refusal("views_open", "Say whether the person was asked for her views.", "views_sought")
    elif entry.views_sought and not entry.views.strip():
        yield Refusal("views_missing", "Record the person's views.", "views")
