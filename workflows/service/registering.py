"""The register as a whole: is every chain unbroken, and is every case what its events add up to?

And the record of the house itself, people and workflows, sealed in a chain of its own.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from workflows.core.case import Case, apply
from workflows.core.due import known_due_items
from workflows.core.register import Break, Entry, commitment, first_break, seal
from workflows.core.timeliness import spells
from workflows.service.execute import listed
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.store import cases, events, streams
from workflows.store.mapping import Sealed, case_from_json, instant_text
from workflows.store.spells import sorted_as_stored

__all__ = ["Break", "HouseEvent", "Misfit", "Whole", "check_folds", "name_of", "record_house", "verify"]

HOUSE = "house"
"""The stream that holds what happens to the house."""


class HouseEvent(StrEnum):
    """What can happen to the house."""

    ORGANISATION_SAVED = "OrganisationSaved"
    PERSON_ADDED = "PersonAdded"
    ROLES_CHANGED = "RolesChanged"
    PERSON_DISABLED = "PersonDisabled"
    WORKFLOW_PROPOSED = "WorkflowProposed"
    WORKFLOW_PUBLISHED = "WorkflowPublished"
    WORKFLOW_TURNED_DOWN = "WorkflowTurnedDown"
    VARIANT_CHOSEN = "VariantChosen"
    VERSION_MOVE_BEGUN = "VersionMoveBegun"
    VERSION_MOVE_ENDED = "VersionMoveEnded"
    CLOCK_MOVED = "ClockMoved"
    PACK_PUBLISHED = "PackPublished"
    PACK_PROPOSED = "PackProposed"
    PACK_ACTIVATED = "PackActivated"
    PACK_TURNED_DOWN = "PackTurnedDown"
    PACK_RECHECKED = "PackRechecked"
    ABSENCE_RECORDED = "AbsenceRecorded"
    ABSENCE_CHANGED = "AbsenceChanged"
    ABSENCE_ENDED = "AbsenceEnded"
    FIGURES_EXPORTED = "FiguresExported"
    CALENDAR_LOADED = "CalendarLoaded"
    CALENDAR_IN_FORCE = "CalendarInForce"
    CALENDAR_TURNED_DOWN = "CalendarTurnedDown"
    CALENDAR_COUNTED = "CalendarCounted"
    HOLIDAYS_STALE = "HolidaysStale"
    HOLIDAYS_FRESH = "HolidaysFresh"
    MAIL_CHOSEN = "MailChosen"
    MAIL_TRIED_AGAIN = "MailTriedAgain"
    MAIL_SEEN_TO = "MailSeenTo"
    FEED_MADE = "FeedMade"
    FEED_ENDED = "FeedEnded"
    WEBHOOK_ADDED = "WebhookAdded"
    WEBHOOK_ROTATED = "WebhookRotated"
    WEBHOOK_OFF = "WebhookOff"
    WEBHOOK_ON = "WebhookOn"
    WEBHOOK_TRIED_AGAIN = "WebhookTriedAgain"
    WEBHOOK_LET_GO = "WebhookLetGo"
    SIMULATION_EXPORTED = "SimulationExported"
    TOKEN_MADE = "TokenMade"  # noqa: S105 - a kind of event
    TOKEN_REVOKED = "TokenRevoked"  # noqa: S105 - a kind of event
    ACCOUNT_MADE = "AccountMade"
    ACCOUNT_ENDED = "AccountEnded"


@dataclass(frozen=True, slots=True)
class Whole:
    """The register is whole: how many entries were checked, in how many streams."""

    entries: int
    streams: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """A case row that differs from the fold of its events, or an index that differs from its case."""

    case_id: str
    what: str


def verify(engine: Engine) -> Whole | Break:
    """Check every entry of every stream, as of one moment, holding one stream in mind at a time.

    Returns the first break found. Work may go on meanwhile. Raises Unavailable, Busy.
    """
    with reading(engine) as connection:
        streams.one_moment(connection)
        heads = {head.stream: head for head in events.heads(connection)}
        whole = Whole(sum(head.count for head in heads.values()), len(heads))
        with closing(events.chains(connection)) as entries:
            for stream, chain in groupby(entries, key=lambda stored: stored.entry.stream):
                head = heads.pop(stream, None)
                if head is None:
                    return Break(stream, next(chain).entry.seq, "there is no case or stream that this entry belongs to")
                broken = first_break(chain, head)
                if broken is not None:
                    return broken
    missing = next((head for head in heads.values() if head.count), None)
    return Break(missing.stream, 1, f"all {missing.count} entries are missing") if missing else whole


def name_of(engine: Engine, stream: str) -> str:
    """What people call a stream: a case's reference, or "house"; empty for a stream that belongs nowhere."""
    with reading(engine) as connection:
        return streams.name_of(connection, stream)


def check_folds(engine: Engine, library: Library) -> Iterator[Misfit]:
    """Every case whose row, or whose due rows, are not what its events add up to, as of one moment."""
    library.bind(engine)
    with reading(engine) as connection:
        streams.one_moment(connection)
        for batch in streams.case_rows(connection):
            for row in batch:
                what = _misfit(connection, library, row)
                if what:
                    yield Misfit(row.columns["id"], what)


def record_house(
    connection: Connection,
    *,
    kind: HouseEvent,
    facts: Mapping[str, Any],
    texts: Mapping[str, Any],
    command_id: str,
    by: str,
    at: datetime,
) -> None:
    """Seal one event of the house, in the transaction of the change that it records.

    ``facts`` stay for ever: ids and codes. ``texts`` are about people and can one day be erased. Both must
    be plain JSON. ``by`` is a person's id, or empty for the command line. Holds the house's stream until the
    transaction ends. Raises Taken when the command id has been carried out before.
    """
    version, head = streams.lock(connection, HOUSE)
    salt = secrets.token_hex(16) if texts else None
    stream = streams.stream_id(HOUSE)
    commitments = {name: commitment(salt, value) for name, value in texts.items()} if salt else {}
    entry = Entry(
        stream=stream, seq=version + 1, type=kind.value, at=instant_text(at), by=by, command=command_id,
        facts=_plain(facts), commitments=commitments,
    )  # fmt: skip
    digest = seal(head, entry)
    sealed = Sealed(
        seq=entry.seq, ordinal=0, type=entry.type, at=at, actor=by, facts=dict(entry.facts),
        commitments=dict(entry.commitments), texts=_plain(texts) or None, salt=salt, digest=digest,
    )  # fmt: skip
    events.append(connection, [sealed], stream=stream, command_id=command_id)
    streams.move(connection, HOUSE, version=entry.seq, head=digest)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy as JSON gives it back. Raises TypeError for what JSON cannot hold."""
    copied: dict[str, Any] = json.loads(json.dumps(dict(values)))
    return copied


_AS_JSON = frozenset({"state", "follow_ups"})
"""Columns that go in as text and come out as data."""


def _misfit(connection: Connection, library: Library, row: streams.CaseRow) -> str:
    folded: Case | None = None
    record = [past.event for past in events.of_stream(connection, row.columns["id"])]
    for event in record:
        folded = apply(folded, event)
    if folded is None:
        return "it has no events"
    kept = case_from_json(json.dumps(row.columns["state"]))
    if folded != kept:
        return "its state is not the fold of its events"
    definition = library.definition(connection, folded.definition)
    calendar = library.calendar(folded.calendar)
    wanted = cases.row(folded, listed(folded, definition, calendar), head=row.columns["head"])
    passed = _AS_JSON if row.columns["known_to"] is not None else _AS_JSON | {"known_to"}
    wrong = sorted(name for name, value in wanted.items() if name not in passed and row.columns[name] != value)
    if json.loads(wanted["follow_ups"]) != row.columns["follow_ups"]:
        wrong.append("follow_ups")
    if wrong:
        return f"its columns {', '.join(wrong)} differ from its state"
    items = [
        (item.clock, item.rung, item.command.value, item.at) for item in known_due_items(folded, definition, calendar)
    ]
    if items != row.due:
        return "its due work is not what its clock says"
    found = spells(None, record, definition, calendar, earlier=lambda ref: library.definition(connection, ref))
    if sorted_as_stored(found) != row.spells:
        return "what is kept of its times is not what its events say; make it anew with: gatehouse timeliness rebuild"
    return ""
