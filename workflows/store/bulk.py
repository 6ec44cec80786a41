"""Many cases at once, by COPY: for load and benches. The same rows as one command at a time would have written.

A history is prepared once; each case made from it gets ids, salts, commitments and a chain of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from uuid_utils import uuid7

from workflows.core.case import Case
from workflows.core.due import DueItem
from workflows.core.events import Event
from workflows.core.register import GENESIS, canonical
from workflows.core.timeliness import Spell
from workflows.store.cases import Listing, row
from workflows.store.engine import Connection, Engine
from workflows.store.mapping import erases, instant_text, split
from workflows.store.spells import COLUMNS as SPELL_COLUMNS

_EVENT_COLUMNS = (
    "stream", "seq", "type", "at", "actor", "command_id", "ordinal", "facts", "commitments", "texts", "salt",
    "erased_at", "digest",
)  # fmt: skip
_DUE_COLUMNS = ("case_id", "clock", "rung", "command", "due_at", "version")
_IDENTITY = frozenset({"id", "reference", "head", "state"})
_NULL = "\\N"
_ADAPTERS: dict[type[Event], TypeAdapter[Any]] = {}


@dataclass(frozen=True, slots=True)
class _Happened:
    """One event, ready but for what differs from case to case. ``before`` and ``after`` frame its sealed text."""

    command: int
    ordinal: int
    line: str
    facts: str
    sealed_facts: str
    before: str
    after: str
    texts: tuple[tuple[str, bytes], ...]
    texts_text: str
    erased: str


@dataclass(frozen=True, slots=True)
class History:
    """A case's whole past as a pattern. ``case_id`` and ``reference`` are what is replaced in each copy."""

    case_id: str
    reference: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    state: str
    happened: tuple[_Happened, ...]
    commands: int
    due: tuple[str, ...]
    spells: tuple[str, ...]


def prepare(
    case: Case,
    commands: Sequence[Sequence[Event]],
    listing: Listing,
    due: Iterable[DueItem],
    ended: Sequence[Spell] = (),
) -> History:
    """The pattern of a case: as it is now, the events of each command in order, its list columns, its due work.

    ``ended`` are the clocks that have stopped.
    """
    fixed = {
        "reference": case.reference, "workflow": case.definition.workflow,
        "definition_version": case.definition.version, "created_at": case.created_at,
        "requester": case.requester or None, "requester_org": case.requester_org, "holder_org": case.holder_org,
    }  # fmt: skip
    columns = {**row(case, listing, head=""), **fixed}
    everything = [event for events in commands for event in events]
    gone = dict.fromkeys(erases(everything), everything[-1].at)
    kept = {name: value for name, value in columns.items() if name not in _IDENTITY}
    return History(
        case_id=case.id, reference=case.reference, columns=tuple(kept), state=_escaped(columns["state"]),
        values=tuple(_field(value) for value in kept.values()), commands=len(commands),
        happened=tuple(
            _happened(event, number, ordinal, gone=gone)
            for number, events in enumerate(commands)
            for ordinal, event in enumerate(events)
        ),
        due=tuple(f"{item.clock}\t{item.rung}\t{item.command.value}\t{item.at.isoformat()}\t{item.version}"
            for item in due
        ),
        spells=tuple(_spell(each) for each in ended),
    )  # fmt: skip


def _spell(each: Spell) -> str:
    return "\t".join(_field(getattr(each, name)) for name in SPELL_COLUMNS if name != "case_id")


def _happened(event: Event, number: int, ordinal: int, *, gone: Mapping[str, datetime]) -> _Happened:
    """``gone``: the types of event whose personal part has been erased since, and when."""
    name, at = type(event).__name__, instant_text(event.at)
    facts, texts = split(event, _adapter(type(event)).dump_python(event, mode="json"))
    kept = texts and name not in gone
    return _Happened(
        command=number, ordinal=ordinal, line=f"{name}\t{at}\t{event.by}", facts=_escaped(_json(facts)),
        sealed_facts=canonical(facts).decode(), before=f'{{"at":"{at}","by":"{event.by}","command":"',
        after=f'","type":"{name}"}}', texts=tuple((key, canonical(texts[key])) for key in sorted(texts)),
        texts_text=_escaped(_json(texts)) if kept else _NULL,
        erased=gone[name].isoformat() if name in gone else _NULL,
    )  # fmt: skip


def _adapter(kind: type[Event]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


@dataclass(slots=True)
class Batch:
    """Lines for the tables, gathered until they are copied in."""

    cases: list[str]
    events: list[str]
    due: list[str]
    spells: list[str]
    columns: tuple[str, ...] = ()

    @classmethod
    def empty(cls) -> Batch:
        """A batch with nothing in it."""
        return cls([], [], [], [])

    def add(self, history: History, *, reference: str, past: bool = True) -> str:
        """One more case with this history, under a new id and ``reference``; the id. No ``past``: no events."""
        case_id = str(uuid7())
        head = self._seal(history, case_id, reference) if past else GENESIS
        state = _renamed(history.state, history, case_id, reference)
        self.columns = ("id", "reference", "head", "state", *(c for c in history.columns if c != "reference"))
        values = (v for name, v in zip(history.columns, history.values, strict=True) if name != "reference")
        self.cases.append("\t".join((case_id, reference, head, state, *values)))
        self.due.extend(f"{case_id}\t{item}" for item in history.due)
        self.spells.extend(f"{case_id}\t{each}" for each in history.spells if past)
        return case_id

    def _seal(self, history: History, case_id: str, reference: str) -> str:
        """Chain the events under their new ids; the last digest.

        The sealed text is put together from parts that stay, spelled as ``register.seal`` spells it: that is
        what makes a hundred thousand chains affordable, and tests verify the chains.
        """
        ids = [str(uuid7()) for _ in range(history.commands)]
        salts = [secrets.token_hex(16) for _ in range(history.commands)]
        head = GENESIS
        for seq, each in enumerate(history.happened, start=1):
            facts, sealed, command = each.facts, each.sealed_facts, ids[each.command]
            if seq == 1:
                facts = _renamed(facts, history, case_id, reference)
                sealed = _renamed(sealed, history, case_id, reference)
            salt = f"{salts[each.command]}{each.ordinal:04x}" if each.texts else _NULL
            commitments = "{" + ",".join(_commitments(each, salt)) + "}"
            body = (
                f'{each.before}{command}","commitments":{commitments},"facts":{sealed},"seq":{seq},'
                f'"stream":"{case_id}{each.after}'
            )
            head = hashlib.sha256(b"\x00" + bytes.fromhex(head) + body.encode()).hexdigest()
            kept = salt if each.erased is _NULL else _NULL
            self.events.append(
                f"{case_id}\t{seq}\t{each.line}\t{command}\t{each.ordinal}\t{facts}\t{commitments}\t"
                f"{each.texts_text}\t{kept}\t{each.erased}\t{head}"
            )
        return head


def _commitments(each: _Happened, salt: str) -> Iterator[str]:
    key = bytes.fromhex(salt) if each.texts else b""
    return (f'"{name}":"{hmac.digest(key, words, "sha256").hex()}"' for name, words in each.texts)


def _renamed(words: str, history: History, case_id: str, reference: str) -> str:
    return words.replace(history.case_id, case_id).replace(history.reference, reference)


def copy(connection: Connection, batch: Batch) -> None:
    """Write a batch in the transaction of ``connection``. Raises IntegrityError as inserts would."""
    if not connection.in_transaction():
        # COPY goes past SQLAlchemy: without this it would not know that there is something to commit.
        connection.begin()
    _copy(connection, "cases", batch.columns, batch.cases)
    _copy(connection, "events", _EVENT_COLUMNS, batch.events)
    _copy(connection, "due_items", _DUE_COLUMNS, batch.due)
    _copy(connection, "spells", SPELL_COLUMNS, batch.spells)


def _copy(connection: Connection, table: str, columns: Sequence[str], lines: list[str]) -> None:
    if not lines:
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        stream.write("\n".join(lines) + "\n")


def multiply(connection: Connection, more: int) -> None:
    """``more`` copies of the cases that there are, made inside the database, without a past: for load in millions.

    Each has an id, a reference and due work of its own; its chain begins anew and holds nothing, and it has not kept
    what was asked: lists and clocks do not read that, and it would be most of the bytes. Raises
    IntegrityError when a reference is there already.
    """
    # The copies are made in one transaction, which may take minutes.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(
        text(
            """CREATE TEMPORARY TABLE copied ON COMMIT DROP AS
            SELECT c.id AS old, gen_random_uuid() AS id, c.reference || '-' || there * n AS reference
            FROM (SELECT count(*) AS there FROM cases) k, generate_series(1, 1 + :more / greatest(there, 1)) n, cases c
            ORDER BY n LIMIT :more"""
        ),
        {"more": more},
    )
    everything = connection.execute(text("SELECT * FROM cases LIMIT 0")).keys()
    columns = [name for name in everything if name not in _IDENTITY]
    listed = ", ".join(columns)
    connection.execute(
        text(
            f"""INSERT INTO cases (id, reference, head, state, {listed})
            SELECT n.id, n.reference, :head,
                (c.state - 'request') || jsonb_build_object('id', n.id::text, 'reference', n.reference),
                {", ".join(f"c.{name}" for name in columns)}
            FROM copied n JOIN cases c ON c.id = n.old"""
        ),
        {"head": GENESIS},
    )
    work = ", ".join(name for name in _DUE_COLUMNS if name != "case_id")
    connection.execute(
        text(
            f"""INSERT INTO due_items (case_id, {work})
            SELECT n.id, {work} FROM copied n JOIN due_items d ON d.case_id = n.old"""
        )
    )


def refresh_statistics(engine: Engine) -> None:
    """Let the planner know that tables have grown, and pages be read without looking up who may see them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in ("cases", "events", "due_items", "spells"):
            connection.execute(text(f"VACUUM (ANALYZE) {table}"))
        connection.execute(text("RESET statement_timeout"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _escaped(words: str) -> str:
    """A text for COPY: backslashes doubled; JSON itself holds no raw tab or line end."""
    return words.replace("\\", "\\\\")


def _field(value: Any) -> str:
    match value:
        case None:
            return _NULL
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return "{" + ",".join(f'"{each}"' for each in value) + "}"
        case _:
            return _escaped(str(value))
