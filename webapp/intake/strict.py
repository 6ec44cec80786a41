"""JSON that can be read in one way only. What two readers could understand differently is refused, and quickly.

Nothing that was written is ever repeated in a sentence: it may be about somebody.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from webapp.intake.pointers import pointer

DEEPEST = 32
"""How deep lists and objects may stand in one another: a request needs five."""
MOST_DIGITS = 20
"""Digits of a number before it is looked at: more cannot fit into 64 bits."""
SMALLEST, GREATEST = -(2**63), 2**63 - 1
MOST_NUMBER = 64
"""Characters of a number with a fraction or an exponent."""

_BOM = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class BadJson(Exception):
    """Why a text is not taken: a stable ``code``, a sentence for people, and where (a JSON pointer) if that is known.

    Codes: too_large, byte_order_mark, not_utf8, too_deep, not_json, key_twice, not_a_number, number_too_large,
    half_a_character, zero_character.
    """

    def __init__(self, code: str, say: str, path: str = "") -> None:
        super().__init__(code)
        self.code, self.say, self.path = code, say, path


class _Wrong:
    """Stands where something was that cannot be taken, until its place is known."""

    def __init__(self, code: str, say: str) -> None:
        self.code, self.say = code, say


def loads(raw: bytes, *, most: int, deepest: int) -> object:
    """What a JSON text says. ``most`` bytes, ``deepest`` lists and objects inside one another. Raises BadJson."""
    if len(raw) > most:
        raise BadJson("too_large", f"This is larger than {most:,} bytes. Send less at a time.")
    if raw.startswith(_BOM):
        raise BadJson("byte_order_mark", "The text begins with a byte order mark. Save it as UTF-8 without one.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        say = f"This is not UTF-8: the byte at place {fault.start + 1:,} belongs to no character. Save it as UTF-8."
        raise BadJson("not_utf8", say) from None
    if _depth(raw) > deepest:
        raise BadJson("too_deep", f"Lists and objects stand more than {deepest} deep in one another.")
    wrong: list[_Wrong] = []
    found = _parsed(text, wrong)
    if wrong or "\\u" in text:
        _look(found, ())
    return found


def _depth(raw: bytes) -> int:
    """How deep brackets stand in one another, strings left out. Needs no stack, however deep it is."""
    brackets = _STRING.sub(b"", raw).translate(None, _NO_BRACKET)
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _parsed(text: str, wrong: list[_Wrong]) -> object:
    def noted(code: str, say: str) -> _Wrong:
        wrong.append(_Wrong(code, say))
        return wrong[-1]

    def pairs(found: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) == len(found):
            return made
        seen: set[str] = set()
        for key, _ in found:
            if key in seen:
                made[key] = noted("key_twice", "This key stands twice in one object. Leave one of them out.")
            seen.add(key)
        return made

    def whole(digits: str) -> object:
        if len(digits) <= MOST_DIGITS and SMALLEST <= (number := int(digits)) <= GREATEST:
            return number
        return noted("number_too_large", "This number does not fit into 64 bits. Write a smaller one.")

    def fraction(digits: str) -> object:
        number = float(digits) if len(digits) <= MOST_NUMBER else math.inf
        if math.isfinite(number):
            return number
        return noted("number_too_large", "This number is too large or too long. Write a smaller one.")

    def constant(_name: str) -> object:
        return noted("not_a_number", "NaN and Infinity are no numbers in JSON. Write a number, or null.")

    try:
        return json.loads(
            text, object_pairs_hook=pairs, parse_int=whole, parse_float=fraction, parse_constant=constant
        )  # fmt: skip
    except json.JSONDecodeError as fault:
        say = f"This is not JSON: look at line {fault.lineno:,}, column {fault.colno:,}."
        raise BadJson("not_json", say if text.strip() else "There is nothing here. Send a JSON text.") from None
    except RecursionError:
        raise BadJson("too_deep", "Lists and objects stand too deep in one another.") from None


def _look(found: object, path: tuple[str | int, ...]) -> None:
    """Raise BadJson for the first thing that cannot be taken, with its place."""
    for here, value in _all(found, path):
        if isinstance(value, _Wrong):
            raise BadJson(value.code, value.say, pointer(here))
        if not isinstance(value, str):
            continue
        if "\x00" in value:
            say = "This text holds the character with the number 0, which cannot be stored. Leave it out."
            raise BadJson("zero_character", say, pointer(here))
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            say = "This text holds half of a character (a lone surrogate). Write it again."
            raise BadJson("half_a_character", say, pointer(here)) from None


def _all(found: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Everything inside, keys too: a key stands at the place of its object."""
    yield path, found
    if isinstance(found, dict):
        for key, value in found.items():
            yield path, key
            yield from _all(value, (*path, key))
    elif isinstance(found, list):
        for index, value in enumerate(found):
            yield from _all(value, (*path, index))
