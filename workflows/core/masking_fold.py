"""A text in the shape in which it is searched: accents, widths, look-alikes and invisible characters set aside.

Each kept character knows where it stood, so that what is found is cut out of the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_SINGLE = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ł": "l", "Ł": "L", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ı": "i", "ħ": "h", "Ħ": "H",
    "‘": "'", "’": "'", "ʼ": "'", "‛": "'", "´": "'", "`": "'", "′": "'", "＇": "'", "ʹ": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "ј": "j",
    "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T", "Х": "X",
    "І": "I", "Ѕ": "S", "Ј": "J",
}  # fmt: skip
"""Letters that do not come apart by themselves, quotes and dashes, and Cyrillic letters that look like Latin ones."""

_DROPPED = frozenset({"Mn", "Me", "Cf"})
"""Marks on other characters, and characters that take no room."""

_PLAIN = re.compile(r"(?:[!-_a-~]|[ \n](?!\s))*")
"""ASCII without a backtick and without runs of white space: nothing has to be moved."""


@dataclass(frozen=True, slots=True)
class Folded:
    """``plain`` is searched; ``at[i]`` is where its i-th character stood, ``at[-1]`` the end of the text.

    ``low`` is ``plain`` in lower case, character by character: the one letter that would become two (a dotted
    capital I) has been taken apart before.
    """

    text: str
    plain: str
    low: str
    at: Sequence[int]

    def original(self, start: int, end: int) -> str:
        """The words as they were written."""
        return self.text[self.at[start] : self.at[end]]


@lru_cache(maxsize=4096)
def _shape(character: str) -> str:
    if character in _SINGLE:
        return _SINGLE[character]
    apart = unicodedata.normalize("NFKD", character)
    kept = (each for each in apart if unicodedata.category(each) not in _DROPPED)
    return "".join(_plain(each) for each in kept)


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    digit = unicodedata.decimal(character, None)
    return _SINGLE.get(character, character) if digit is None else str(digit)


def fold(text: str) -> Folded:
    """The text to search. Takes time in proportion to its length, whatever it holds."""
    if _PLAIN.fullmatch(text):
        plain = text.replace("\n", " ")
        return Folded(text, plain, plain.lower(), range(len(text) + 1))
    kept: list[str] = []
    at: list[int] = []
    space = False
    for index, character in enumerate(text):
        for each in _shape(character):
            if each == " " and space:
                continue
            space = each == " "
            kept.append(each)
            at.append(index)
    at.append(len(text))
    plain = "".join(kept)
    return Folded(text, plain, plain.lower(), at)
