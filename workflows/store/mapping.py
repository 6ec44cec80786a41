"""Between the core's frozen data and JSON, both ways. Thin on purpose: it runs in every command."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from workflows.core.case import Case
from workflows.core.events import ERASED, EVENTS, Event, Saved, Started, erasing
from workflows.core.register import Entry, commitment, seal
from workflows.core.request import ANSWERS_FOR, Request, Task

_CASE: TypeAdapter[Case] = TypeAdapter(Case)
HEADER = frozenset({"at", "by"})
"""Fields of every event that have their own columns."""


def case_to_json(case: Case) -> str:
    """The case as JSON text."""
    return _CASE.dump_json(case).decode()


def case_from_json(text: str | bytes) -> Case:
    """The case from JSON text."""
    return _CASE.validate_json(text)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in EVENTS.items()}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One event ready to be stored: split into facts and personal texts, and sealed."""

    seq: int
    ordinal: int
    type: str
    at: datetime
    actor: str
    facts: dict[str, Any]
    commitments: dict[str, str]
    texts: dict[str, Any] | None
    salt: str | None
    digest: str


def instant_text(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: the spelling that is sealed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal_events(
    events: list[Event], *, stream: str, version: int, head: str, command_id: str, salt: str
) -> list[Sealed]:
    """Split and seal ``events`` on top of ``head``; ``version`` is the number of entries before them.

    ``salt`` is fresh random hexadecimal for this command; each event's own is derived by its number.
    """
    sealed: list[Sealed] = []
    for ordinal, event in enumerate(events):
        data = _ADAPTERS[type(event).__name__].dump_python(event, mode="json")
        facts, texts = split(event, data)
        own = f"{salt}{ordinal:04x}" if texts else None
        commitments = {name: commitment(own, value) for name, value in texts.items()} if own else {}
        seq = version + ordinal + 1
        entry = Entry(
            stream=stream, seq=seq, type=type(event).__name__, at=instant_text(event.at), by=event.by,
            command=command_id, facts=facts, commitments=commitments,
        )  # fmt: skip
        head = seal(head, entry)
        sealed.append(
            Sealed(seq, ordinal, entry.type, event.at, event.by, facts, commitments, texts or None, own, head)
        )
    return sealed


def split(event: Event, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An event's JSON in two: facts that stay for ever, and personal texts that can be erased."""
    left_out = HEADER | event.PERSONAL | (frozenset() if event.stood_in_for else {"stood_in_for"})
    facts = {k: v for k, v in data.items() if k not in left_out}
    texts = {k: v for k, v in data.items() if k in event.PERSONAL}
    return facts, texts


def event_from_row(
    type_name: str, *, at: datetime, by: str, facts: dict[str, Any], texts: dict[str, Any] | None
) -> Event:
    """The event back from its row; erased personal parts come back empty."""
    kind = EVENTS[type_name]
    data = {**facts, **(texts if texts is not None else _erased(kind, facts)), "at": at, "by": by}
    event: Event = _ADAPTERS[type_name].validate_python(data)
    return event


def _erased(kind: type[Event], facts: dict[str, Any]) -> dict[str, Any]:
    """Stand-ins for personal parts that are gone, or that the query left out on purpose."""
    if kind is Saved:
        return {"answers": to_jsonable_python(ANSWERS_FOR[Task(facts["task"])]())}
    if kind is Started:
        return {"answers": to_jsonable_python(Request())}
    # A field that came later has a default, which stands in for it.
    personal = [each for each in fields(kind) if each.name in kind.PERSONAL and each.default is MISSING]
    return {each.name: [] if str(each.type).startswith("tuple") else "" for each in personal}


def erases(events: list[Event]) -> dict[str, str]:
    """Which personal parts of earlier entries these events destroy: event type -> field."""
    return dict(ERASED) if any(erasing(event) for event in events) else {}
