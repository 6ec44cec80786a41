"""Places in a JSON document, written as JSON pointers (RFC 6901): /people/0/born."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_STEP = 60
"""Characters of one step: a key that somebody else chose may be of any length, and hold anything."""


def pointer(steps: Iterable[str | int]) -> str:
    """The pointer to a place; empty for the whole document. What cannot be printed becomes a question mark."""
    return "".join(f"/{_step(str(each))}" for each in steps)


def _step(text: str) -> str:
    short = text if len(text) <= LONGEST_STEP else f"{text[:LONGEST_STEP]}…"
    shown = "".join(letter if letter.isprintable() else "?" for letter in short)
    return shown.replace("~", "~0").replace("/", "~1")
