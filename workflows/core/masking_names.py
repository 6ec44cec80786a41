"""The names of the people in a request, and every way of writing them that the mask looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workflows.core.masking_fold import fold
from workflows.core.masking_words import ABBREVIATIONS, ALIAS_WORDS, COMMON_NAMES, PARTICLES, TITLES

MOST_WORDS = 8
"""Words of one name that are looked at; nobody writes more, and a hostile name must not make the search slow."""
LONGEST_WORD = 60
"""Letters of one word of a name that are looked at."""
SHORT = 3
"""Names shorter than this many letters are taken as names only with a capital letter."""
JOINED = 5
"""From this many letters on a name is found in pieces ("Pen rose"); shorter ones only letter by letter."""
DISTINCT = 6
"""From this many letters on a name is found inside a longer word too ("MsPenrose")."""

_BREAK = re.compile(r"[()\[\]\"“”/;|+&:]|\b(?:" + "|".join(sorted(ALIAS_WORDS, key=len, reverse=True)) + r")\b")
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_PIECE = re.compile(r"[^\W_]+")
_GAP = r"[ '.\-_]{0,3}"
_SPACED = r"[ '.\-_]{1,3}"
_BETWEEN = r"[ '.,\-_]{0,6}"
_MIDDLE = r" [A-Z][^\W\d_]{0,30} "
"""A middle name that the request does not tell."""
LETTER_BEFORE = r"(?<![^\W\d_])"
LETTER_AFTER = r"(?![^\W\d_])"


@dataclass(frozen=True, slots=True, order=True)
class Form:
    """One way of writing somebody's name. ``words`` are folded; ``capital`` asks for capitals in the text."""

    words: tuple[str, ...]
    capital: bool = False

    @property
    def compact(self) -> str:
        """The letters without what stands between them: what two ways of writing one form have in common."""
        return "".join(self.words)

    def pattern(self) -> str:
        """A regular expression in which no text can be read in two ways, so that it cannot run away."""
        end = rf"(?:[eE]?[sS])?{LETTER_AFTER}" if self.words[-1][-1].isalpha() else r"(?!\d)"
        between = _BETWEEN
        if len(self.words) == 2 and all(len(word) > 1 for word in self.words):
            between = f"(?:{_BETWEEN}|{_MIDDLE})"
        return between.join(_word_pattern(word, capital=self.capital) for word in self.words) + end


def _word_pattern(word: str, *, capital: bool) -> str:
    letters = [either_case(letter) for letter in word]
    if capital:
        letters[0] = re.escape(word[0].upper())
    if len(word) >= JOINED:
        return _GAP.join(letters)
    if len(word) < SHORT:
        return "".join(letters)
    return f"(?:{''.join(letters)}|{_SPACED.join(letters)})"


def either_case(letter: str) -> str:
    """A pattern for a letter in lower or upper case. (A pattern that ignores case altogether is much slower.)"""
    upper = letter.upper()
    return f"[{letter}{upper}]" if upper != letter and len(upper) == 1 else re.escape(letter)


def words_of(name: str) -> tuple[tuple[str, ...], ...]:
    """Each name that the field holds ("Kit Penrose, also Kitty Moss"), as lower-case words without titles.

    A hyphen or an apostrophe stays inside its word: "o'brien", "smith-jones".
    """
    found = []
    for part in _BREAK.split(fold(name).low):
        words = [word[:LONGEST_WORD] for word in _WORD.findall(part)]
        while words and words[0] in TITLES and len(words) > 1:
            words = words[1:]
        if words:
            found.append(tuple(words[:MOST_WORDS]))
    return tuple(found)


def pieces(word: str) -> tuple[str, ...]:
    """The parts of a word at its hyphens and apostrophes."""
    return tuple(_PIECE.findall(word))


def weak(word: str) -> bool:
    """Whether a word is too short or too common to be taken as a name without a capital letter."""
    return len(word) < SHORT or word in COMMON_NAMES or word in TITLES or word.isdigit()


def forms(name: str) -> Iterator[Form]:
    """Every way of writing a name that stands for this person."""
    for words in words_of(name):
        whole = tuple(piece for word in words for piece in pieces(word))
        if len(whole) > 1:
            yield from _phrases([pieces(word) for word in words], whole)
        for word in words:
            yield from _single(word)


def _phrases(words: list[tuple[str, ...]], whole: tuple[str, ...]) -> Iterator[Form]:
    yield Form(whole, _slight(whole))
    if len(words) == 1:
        return
    *given, last = words
    first = given[0]
    yield Form((*last, *(piece for each in given for piece in each)), _slight(whole))
    if len(words) > 2:
        yield Form((*first, *last), _slight((*first, *last)))
        yield Form((*last, *first), _slight((*first, *last)))
    starts = tuple(each[0][0] for each in given)
    for start in {starts, starts[:1]}:
        # Small letters only when nothing stands between ("kpenrose"): "a Tamsin" is no "A. Tamsin".
        yield Form(("".join((*start, *last)),), all(weak(piece) for piece in last))
        yield Form((*start, *last), True)
        yield Form((*last, *start), True)
    if len("".join(first)) > 1:
        yield Form((*first, last[0][0]), True)


def _slight(words: tuple[str, ...]) -> bool:
    """Whether even all the words together might be something else."""
    return all(weak(word) for word in words) and len("".join(words)) < DISTINCT


def _single(word: str) -> Iterator[Form]:
    """The parts of a name that stand for the person by themselves: "o'brien-long" gives "obrien" and "brien" too."""
    between_hyphens = ("".join(pieces(part)) for part in word.split("-"))
    parts = pieces(word)
    for part in dict.fromkeys((*parts, *between_hyphens, "".join(parts))):
        if len(part) > 1 and part not in PARTICLES and part not in TITLES and not part.isdigit():
            yield Form((part,), weak(part))
    for part in word.split("-"):
        if len(pieces(part)) > 1:
            yield Form(pieces(part), _slight(pieces(part)))


def initials(name: str) -> Iterator[str]:
    """The capital letters that stand for a name of two or more words: "KP"."""
    for words in words_of(name):
        letters = "".join(word[0] for word in words)
        if len(letters) > 1 and letters.isalpha() and letters not in ABBREVIATIONS:
            yield letters.upper()


def initials_pattern(letters: str) -> str:
    """Initials in capitals, with or without points: "KP", "K.P.", "K. P."."""
    return r"[. ]{0,2}".join(re.escape(letter) for letter in letters)
