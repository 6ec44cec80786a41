"""Follow-ups as people see them: on the case page, in its history, and on the lists of whoever they are for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workflows.core import events as e
from workflows.core.aside import names_of
from workflows.core.case import Case
from workflows.core.definition import Role, Side
from workflows.core.followups import TITLES, FollowUp, FollowUpKind
from workflows.core.permissions import ROLE_TITLES, Principal, Relation, is_for, role_words
from workflows.core.visibility import Look
from workflows.service import desks
from workflows.service.unit_of_work import Connection
from workflows.store import lists
from workflows.store.pages import Line

LONDON = ZoneInfo("Europe/London")
AT_HOLDER = frozenset({Relation.WORKER, Relation.HOLDER_MANAGER})
AT_REQUESTER = frozenset({Relation.OWNER, Relation.REQUESTER_MANAGER})


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One follow-up for one viewer. ``mine``: she may finish it. Words only where she may read them."""

    number: int
    kind: FollowUpKind
    title: str
    note: str
    due: date | None
    late: bool
    who: str
    mine: bool
    done_at: datetime | None
    done_by: str
    done_note: str


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One line of what a person has to follow up."""

    case_id: str
    reference: str
    number: int
    title: str
    due: date | None
    late: bool


def views(
    case: Case,
    person: Principal,
    seen: Look,
    lines: list[Line],
    *,
    read: tuple[FollowUp, ...],
    now: datetime,
) -> tuple[FollowUpView, ...]:
    """The follow-ups that this person may see: those of her own side, and those that are hers. Open ones first.

    ``read`` is the case's follow-ups as she may read them.
    """
    shown = [
        _view(each, case, person, seen, lines, now=now)
        for each in read
        if _at_side(each.side, seen) or is_for(case, person, each)
    ]
    return tuple(sorted(shown, key=lambda view: (view.done_at is not None, view.due or date.min, view.number)))


def _view(
    task: FollowUp, case: Case, person: Principal, seen: Look, lines: list[Line], *, now: datetime
) -> FollowUpView:
    by = next((line.by for line in lines if task.done_by and line.event.by == task.done_by), "")
    return FollowUpView(
        number=task.number, kind=task.kind, title=TITLES[task.kind], note=task.note if seen.request else "",
        due=task.due, late=task.is_open and is_late(task.due, now=now), who=_who(task),
        mine=task.is_open and is_for(case, person, task), done_at=task.done_at, done_by=by,
        done_note=task.done_note if seen.request else "",
    )  # fmt: skip


def _who(task: FollowUp) -> str:
    if task.side is Side.REQUESTER and Role.REQUESTER in task.roles:
        return "the requester"
    return role_words(tuple(role for role in task.roles if role in ROLE_TITLES))


def is_late(due: date | None, *, now: datetime) -> bool:
    """Whether the day has passed, in London."""
    return due is not None and due < now.astimezone(LONDON).date()


def _at_side(side: Side, seen: Look) -> bool:
    return bool(seen.relations & (AT_REQUESTER if side is Side.REQUESTER else AT_HOLDER))


def said(event: e.Event, seen: Look, tasks: dict[int, e.FollowUpOpened]) -> tuple[str, str] | None:
    """A line of the history, for who is at the side that it is for."""
    if not isinstance(event, e.FollowUpOpened | e.FollowUpReminded | e.FollowUpDone):
        return None
    task = tasks.get(event.number)
    if task is None or not _at_side(task.side, seen):
        return None
    title = TITLES[task.kind]
    match event:
        case e.FollowUpOpened():
            day = f" by {event.due.day} {event.due:%B %Y}" if event.due else ""
            return f"To follow up{day}: {_small(title)}", ""
        case e.FollowUpReminded():
            return f"Reminder to follow up: {_small(title)}", ""
        case _:
            return f"Followed up: {_small(title)}", event.note if seen.request else ""


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def tasks_of(lines: list[Line]) -> dict[int, e.FollowUpOpened]:
    """What each number stands for, from the history."""
    return {line.event.number: line.event for line in lines if isinstance(line.event, e.FollowUpOpened)}


def to_follow_up(connection: Connection, person: Principal, *, now: datetime) -> tuple[FollowUpRow, ...]:
    """What this person has to follow up, the earliest day first: one statement."""
    hers = lists.desks(desks.to_do(person))
    rows = lists.follow_ups(connection, desks=hers, viewer=lists.Viewer(person.id, names_of(person)))
    return tuple(
        FollowUpRow(
            row.id, row.reference, row.number, TITLES[FollowUpKind(row.kind)],
            date.fromisoformat(row.due) if row.due else None,
            is_late(date.fromisoformat(row.due) if row.due else None, now=now),
        )
        for row in rows
    )  # fmt: skip
