"""The register: events sealed into a chain, so that a changed byte is found and named.

Each entry's digest covers the digest before it. Personal parts are not in the sealed text: a keyed
commitment stands for each (HMAC-SHA-256 under the entry's own salt), because a plain hash of, say, an
NHS number could be reversed by trying all of them. Erasing a part destroys its salt with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What stands before the first entry of a chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sealed entry. ``at`` is RFC 3339 in UTC; ``commitments`` maps a personal field to its HMAC."""

    stream: str
    seq: int
    type: str
    at: str
    by: str
    command: str
    facts: Mapping[str, Any]
    commitments: Mapping[str, str]


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def commitment(salt: str, value: Any) -> str:
    """A keyed commitment to ``value``; ``salt`` is hexadecimal, at least 16 bytes."""
    return hmac.new(bytes.fromhex(salt), canonical(value), hashlib.sha256).hexdigest()


def seal(previous: str, entry: Entry) -> str:
    """The digest of ``entry`` on top of ``previous`` (both hexadecimal SHA-256)."""
    body = canonical(
        {
            "stream": entry.stream,
            "seq": entry.seq,
            "type": entry.type,
            "at": entry.at,
            "by": entry.by,
            "command": entry.command,
            "facts": entry.facts,
            "commitments": entry.commitments,
        }
    )
    return hashlib.sha256(b"\x00" + bytes.fromhex(previous) + body).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it was found: with its digest, and the personal parts that are still there.

    ``erased`` is True where an erasure was recorded; parts that are missing without it are a break.
    """

    entry: Entry
    digest: str
    salt: str | None
    texts: Mapping[str, Any] | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold, and why."""

    stream: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain should end: its number of entries and its last digest."""

    stream: str
    count: int
    digest: str


def first_break(entries: Iterable[StoredEntry], head: Head) -> Break | None:
    """Check one chain from its first entry to its head; None when it is whole.

    ``entries`` are in order of ``seq``. Deleting, inserting, reordering and changing are all found;
    cutting off the end is found because the head does not match.
    """
    previous, expected, erased = GENESIS, 1, 0
    for stored in entries:
        entry = stored.entry
        if entry.seq != expected:
            return Break(head.stream, expected, f"entry {expected} is missing; entry {entry.seq} comes instead")
        why = _fault(stored, previous)
        if why:
            return Break(head.stream, entry.seq, why)
        previous, expected = stored.digest, expected + 1
        erased = erased or (entry.seq if stored.erased and stored.texts is None else 0)
        erased = 0 if licenses_erasure(entry) else erased
    if erased:
        return Break(head.stream, erased, "the personal part was erased and no entry of the chain says why")
    if expected - 1 != head.count:
        return Break(head.stream, expected, f"the chain should have {head.count} entries and has {expected - 1}")
    if previous != head.digest:
        return Break(head.stream, max(expected - 1, 1), "the chain does not end in the digest kept with the case")
    return None


def licenses_erasure(entry: Entry) -> bool:
    """Whether an entry says that what went before it was erased: a redirected request, a discarded draft."""
    return entry.type == "Redirected" or (entry.type == "Withdrawn" and entry.facts.get("discarded") is True)


def _fault(stored: StoredEntry, previous: str) -> str:
    if seal(previous, stored.entry) != stored.digest:
        return "the sealed text has been changed"
    if not stored.entry.commitments:
        return ""
    if stored.texts is None or stored.salt is None:
        return "" if stored.erased else "the personal part is missing and no erasure is recorded"
    if set(stored.texts) != set(stored.entry.commitments):
        return "the personal part has other fields than were sealed"
    for name, promised in stored.entry.commitments.items():
        if not hmac.compare_digest(commitment(stored.salt, stored.texts[name]), promised):
            return f"the personal part “{name}” has been changed"
    return ""
