"""Whose name is it? The search for every form of every name of a request, made once for all its texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from workflows.core.masking_fold import Folded
from workflows.core.masking_names import (
    DISTINCT,
    LETTER_BEFORE,
    Form,
    either_case,
    forms,
    initials,
    initials_pattern,
    pieces,
    weak,
    words_of,
)
from workflows.core.masking_words import ORDINARY
from workflows.core.request import Person

NOBODY = -1
"""Stands among the owners of a name for somebody who is not in the request."""

Owners = frozenset[int]
"""Places in the request's list of people."""

Found = tuple[int, int, Owners]
"""Where a name begins and ends in the folded text, and whose it may be."""

NEVER = re.compile(r"(?!)")
"""Finds nothing."""

_SHORT_STREETS = {
    "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "drive": "dr", "close": "cl", "crescent": "cres",
    "gardens": "gdns", "court": "ct", "square": "sq", "place": "pl", "terrace": "terr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Searches:
    """Compiled searches; each alternative is a group of its own, so that a match tells whose name it is."""

    whole: re.Pattern[str]
    whose: tuple[Owners, ...]
    inside: re.Pattern[str]
    camel: re.Pattern[str]
    capitals: re.Pattern[str]
    owners: Mapping[str, Owners]
    streets: re.Pattern[str]

    @classmethod
    def of(cls, names: Mapping[Form, Owners], people: tuple[Person, ...], places: Iterable[tuple[str, ...]]) -> Self:
        """The searches for these forms of names; the longest form is tried first."""
        ordered = sorted(names, key=lambda form: (-len(form.compact), form))
        owners: dict[str, Owners] = {}
        for form in ordered:
            owners[form.compact] = owners.get(form.compact, frozenset()) | names[form]
        letters: dict[str, Owners] = {}
        for at, person in enumerate(people):
            for each in initials(person.name):
                letters[each] = letters.get(each, frozenset()) | {at}
        sure = [form for form in ordered if not form.capital]
        return cls(
            whole=_any(f"({form.pattern()})" for form in ordered),
            whose=tuple(owners[form.compact] for form in ordered),
            inside=_any((re.escape(form.compact) for form in sure if len(form.compact) >= DISTINCT), before=""),
            camel=_any(
                (re.escape(form.compact.title()) for form in sure if len(form.words) == 1),
                before=rf"(?:{LETTER_BEFORE}|(?<=[a-z]))",
                after=r"(?![a-z])",
            ),
            capitals=_any(
                (initials_pattern(each) for each in sorted(letters, key=lambda each: (-len(each), each))),
                before=r"(?<![^\W_])",
                after=r"(?![^\W_])",
            ),
            owners={**{letter.lower(): whose for letter, whose in letters.items()}, **owners},
            streets=_any((_street(words) for words in sorted(set(places), reverse=True)), after=r"(?![^\W_])"),
        )

    def find(self, folded: Folded) -> Iterator[Found]:
        """Every name in the text; they may overlap."""
        for found in self.whole.finditer(folded.plain):
            assert found.lastindex is not None
            yield *found.span(), self.whose[found.lastindex - 1]
        for pattern in (self.camel, self.capitals):
            for found in pattern.finditer(folded.plain):
                compact = "".join(each for each in found[0].lower() if each.isalnum())
                yield *found.span(), self.owners[compact]
        yield from self._inside(folded.low)

    def _inside(self, low: str) -> Iterator[Found]:
        """Longer words that hold a name. Whose word it is cannot be told: "Martinez" is not Martin."""
        at = 0
        while found := self.inside.search(low, at):
            start, end = found.span()
            while start > at and low[start - 1].isalnum():
                start -= 1
            while end < len(low) and low[end].isalnum():
                end += 1
            if low[start:end] not in ORDINARY:
                exact = low[start:end].strip("0123456789") in self.owners
                yield start, end, self.owners[found[0]] if exact else frozenset({NOBODY})
            at = end


def _any(ways: Iterable[str], *, before: str = LETTER_BEFORE, after: str = "") -> re.Pattern[str]:
    found = "|".join(dict.fromkeys(ways))
    return re.compile(f"{before}(?:{found}){after}") if found else NEVER


def _street(words: tuple[str, ...]) -> str:
    *names, kind = words
    kinds = {kind, _SHORT_STREETS.get(kind, kind)}
    last = "|".join("".join(map(either_case, each)) for each in sorted(kinds, key=lambda each: (-len(each), each)))
    gap = r"[ .,'\-_]{0,3}"
    name = gap.join("".join(map(either_case, each)) for each in names)
    return rf"(?:\d{{1,4}} ?[a-zA-Z]?,? )?{name}{gap}(?:{last})"


def owners_of(people: tuple[Person, ...]) -> dict[Form, Owners]:
    """Each form of each name, and the people that it may mean."""
    found: dict[Form, Owners] = {}
    for at, person in enumerate(people):
        for form in forms(person.name):
            found[form] = found.get(form, frozenset()) | {at}
    return found


def surnames(people: tuple[Person, ...]) -> frozenset[str]:
    """The last word of each name: another given name may stand before it."""
    found = ("".join(pieces(words[-1])) for person in people for words in words_of(person.name))
    return frozenset(name for name in found if not weak(name))


def given_initials(name: str) -> str:
    """The initial that stands for an untold given name ("D. Orrin"); empty when the given name is told."""
    return next((words[0] for words in words_of(name) if len(words) > 1 and len(words[0]) == 1), "")
