"""What looks like a name and is nobody's: the warning before a request is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workflows.core.masking_fold import Folded
from workflows.core.masking_patterns import Span
from workflows.core.masking_words import ABBREVIATIONS, HONORIFICS, ORDINARY

_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_OPENING = frozenset(".!?:;\n•*")
_INITIAL = re.compile(r"\b[A-Z]\.")
_NEAR = re.compile(r" ?(?:[A-Z]\. ?){0,2}")


class _Word:
    """One word outside everything that is masked."""

    __slots__ = ("end", "looks", "opens", "start")

    def __init__(self, start: int, end: int, *, looks: bool, opens: bool) -> None:
        self.start, self.end, self.looks, self.opens = start, end, looks, opens


def names_left(folded: Folded, found: Sequence[Span], known: frozenset[str]) -> tuple[str, ...]:
    """Capitalised words, and pairs of them, that are not ordinary, not known and not masked.

    A word that opens a sentence counts only together with a second one.
    """
    names: dict[str, None] = {}
    run: list[_Word] = []
    for word in _words(folded, found, known):
        if run and not (word.looks and _NEAR.fullmatch(folded.plain, run[-1].end, word.start) and not word.opens):
            _keep(names, run, folded)
            run = []
        if word.looks:
            run.append(word)
    _keep(names, run, folded)
    return tuple(names)


def _keep(names: dict[str, None], run: list[_Word], folded: Folded) -> None:
    if run and not (len(run) == 1 and run[0].opens):
        words = folded.original(run[0].start, run[-1].end)
        names.setdefault(" ".join(words.split()))


def _words(folded: Folded, found: Sequence[Span], known: frozenset[str]) -> Iterator[_Word]:
    at, last, titled = 0, 0, False
    for match in _WORD.finditer(folded.plain):
        start, end = match.span()
        if _INITIAL.match(folded.plain, start):
            continue
        while at < len(found) and found[at].end <= start:
            at += 1
        masked = at < len(found) and found[at].start < end
        word = match[0].removesuffix("'s").removesuffix("'S")
        opens = not titled and _opens(folded, last, start)
        looks = not masked and (_looks(word, known) or (titled and _titled(word, known)))
        yield _Word(start, start + len(word), looks=looks, opens=opens)
        titled, last = match[0].lower() in HONORIFICS, end


def _opens(folded: Folded, last: int, start: int) -> bool:
    """Whether a sentence, a line or a list entry begins between the word before and this one."""
    return last == 0 or not _OPENING.isdisjoint(_INITIAL.sub("", folded.original(last, start)))


def _titled(word: str, known: frozenset[str]) -> bool:
    return word.isalpha() and word.lower() not in ORDINARY | known


def _looks(word: str, known: frozenset[str]) -> bool:
    low = word.lower()
    if len(word) < 2 or not word[0].isupper() or not word.replace("'", "").replace("-", "").isalpha():
        return False
    if low in ORDINARY or low in known or (word.isupper() and low in ABBREVIATIONS):
        return False
    parts = re.split(r"['\-]", low)
    return not all(part in ORDINARY or part in known for part in parts)
