"""The tracks of one request to several holders: made in the transaction that sends it, shown as one request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from workflows.core.case import Case, apply
from workflows.core.commands import Start, Submit
from workflows.core.definition import Definition, Side, Stage
from workflows.core.events import Event
from workflows.core.permissions import Principal, role_words
from workflows.core.refusals import Refusal, Refused
from workflows.core.rulebook import handle
from workflows.service.calendar_versions import current_name
from workflows.service.library import Library
from workflows.service.references import new_reference
from workflows.service.unit_of_work import Connection
from workflows.store import pages, people

TRACK_IDS = UUID("b6a6b2a4-3c55-4a57-9a3e-0f6c2d1f4e77")
"""Namespace of the ids of tracks and their commands: sending twice makes the same tracks."""


@dataclass(frozen=True, slots=True)
class TrackView:
    """One holder's answer to a request that went to several. ``mine`` is the one that is looked at."""

    id: str
    reference: str
    holder_name: str
    stage_title: str
    with_whom: str
    due_at: datetime | None
    outcome: str
    closed_at: datetime | None
    mine: bool

    @property
    def open(self) -> bool:
        """True while this holder has still to answer."""
        return self.closed_at is None


def made(
    connection: Connection, command: Submit, draft: Case, definition: Definition
) -> Iterator[tuple[Start, list[Event]]]:
    """For each other holder the command and the events that begin and send its track.

    Raises Refused when a holder is not there any more, or the request is not complete.
    """
    known = {each.id: each for each in people.all_organisations(connection)} if draft.others else {}
    for org in draft.others:
        holder = known.get(org)
        if holder is None:
            say = "One of the other organisations cannot be asked any more. Choose the others again."
            raise Refused(Refusal("holder_missing", say, "others"))
        key = str(uuid5(TRACK_IDS, f"{command.id}/{org}"))
        case_id = str(uuid5(TRACK_IDS, f"{draft.id}/{org}"))
        days = _days(connection, definition.calendar or holder.calendar, org, at=command.at)
        start = Start(
            id=key, actor=command.actor, at=command.at, case_id=case_id, reference=new_reference(),
            requester_org=draft.requester_org, holder_org=org, like=draft.like,
            calendar=days, answers=draft.request, group=draft.group,
        )  # fmt: skip
        begun = handle(None, start, definition)
        track: Case | None = None
        for event in begun:
            track = apply(track, event)
        send = Submit(id=key, actor=command.actor, at=command.at, case_id=case_id, packs=command.packs)
        yield start, [*begun, *handle(track, send, definition)]


def _days(connection: Connection, base: str, organisation: str, *, at: datetime) -> str:
    return current_name(connection, base, organisation=organisation, at=at)


def views(connection: Connection, library: Library, case: Case, person: Principal) -> tuple[TrackView, ...]:
    """Every track of the person's own request, by the holder's name; empty where only one holder was asked."""
    if not case.group or case.requester != person.id or case.submitted_at is None:
        return ()
    rows = pages.tracks(connection, case.group, requester=person.id)
    stages = [library.version(connection, row.workflow, row.definition_version).stage(row.stage) for row in rows]
    return tuple(
        TrackView(
            row.id, row.reference, row.holder_name, stage.title, _with_whom(stage), row.due_at,
            row.outcome or "", row.closed_at, row.id == case.id,
        )
        for row, stage in zip(rows, stages, strict=True)
    )  # fmt: skip


def _with_whom(stage: Stage) -> str:
    match stage.side:
        case Side.REQUESTER:
            return "you"
        case Side.HOLDER:
            return role_words(stage.roles)
        case _:
            return ""


def asked_besides(connection: Connection, case: Case, person: Principal) -> int:
    """How many other organisations got the same request: for people of the holder, who are not told which."""
    if not case.group or case.requester == person.id or not person.roles_in(case.holder_org):
        return 0
    return max(pages.sent_tracks(connection, case.group) - 1, 0)
