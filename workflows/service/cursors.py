"""Where a list goes on: a row's place as a text that is opaque to whoever gets it.

It gives no right to anything, for the list's own conditions always hold; it names nobody. A sum over it tells one that
came to harm on its way from one that was given out.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from hashlib import blake2s
from uuid import UUID

from workflows.core.refusals import Refusal, Refused
from workflows.store.keyset import Place

BAD_CURSOR = "bad_cursor"
LONGEST = 300
FORMAT = 1
_SUM = 6


def cursor(name: str, place: Place) -> str:
    """The text for a place in the list of this name."""
    at = place.at.astimezone(UTC).isoformat() if place.at else None
    said = json.dumps([FORMAT, name, at, place.id, place.rank], separators=(",", ":")).encode()
    return urlsafe_b64encode(_sum(said) + said).rstrip(b"=").decode()


def place(name: str, text: str) -> Place | None:
    """The place that a text stands for; None for no text: the beginning.

    Raises Refused (bad_cursor) for what is no cursor of this list.
    """
    if not text:
        return None
    try:
        return _read(name, text)
    except (ValueError, TypeError, NotBase64):
        say = "This does not say where this list goes on. Send next_cursor as it was, or begin without it."
        raise Refused(Refusal(BAD_CURSOR, say, "after")) from None


def _read(name: str, text: str) -> Place:
    if len(text) > LONGEST or not text.isascii():
        raise ValueError
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    said = raw[_SUM:]
    if raw[:_SUM] != _sum(said):
        raise ValueError
    form, of, at, row, rank = json.loads(said)
    if form != FORMAT or of != name or type(rank) is not int:
        raise ValueError
    instant = None if at is None else datetime.fromisoformat(at)
    if instant is not None and instant.tzinfo is None:
        raise ValueError
    return Place(instant, str(UUID(row)), rank)


def _sum(said: bytes) -> bytes:
    return blake2s(said, digest_size=_SUM, person=b"gh-place").digest()
