"""Advice without identity: the people of a request as labels, in fields and in free text (C1).

Golden rule 3 (2018) says: seek advice without disclosing identity where possible. What is known of the people is
taken out of every text. A name that nobody wrote into the request cannot be known; ``Mask.left`` warns of what
looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar, cast

from workflows.core.ages import age_band, is_child
from workflows.core.case import Advice, ConsentCheck, Question
from workflows.core.masking_fold import Folded, fold
from workflows.core.masking_left import names_left
from workflows.core.masking_names import Form
from workflows.core.masking_patterns import ADDRESS, POSTCODE, Span, number_pattern, spans, streets
from workflows.core.masking_people import NOBODY, Owners, Searches, given_initials, owners_of, surnames
from workflows.core.masking_words import ORDINARY, TITLES
from workflows.core.request import Person, Recipient, Request

SOMEBODY = "[name]"
"""Stands for a name that cannot be told to be one person's."""
STAND_INS = ("Person", "Individual", "Somebody", "One")
"""What people are called whose label gives them away; the first that is nobody's name."""
MOST_LABELS = 3
"""People who are named one by one when a name may be any of theirs."""
TOWN = 60
"""Characters between a street and a postcode that are taken for the rest of the address."""
LOOK_BACK = 40
"""Characters before a family name in which a given name is looked for."""

_BESIDE = re.compile(r"[ '\-]{0,3}")
T = TypeVar("T")

_GIVEN = re.compile(r"(?<![^\W\d_])([A-Z][^\W\d_]+(?:['\-][^\W\d_]+)*)[ .]{1,2}$")
_GROWN = re.compile(r"(?<![^\W_])(?:mr|mrs|ms|dr|prof|rev)[. ]{1,2}$")
"""A title that no child has."""
_OPENS = re.compile(r"(?:^|[.!?:;\n•] ?[\"'(\[]?)$")


@dataclass(frozen=True, slots=True)
class Mask:
    """What is known of the people in one request. Make it with ``mask_of``."""

    labels: tuple[str, ...]
    """For each person of the request in order: what she is called."""
    births: dict[date, str]
    numbers: re.Pattern[str]
    searches: Searches
    surnames: frozenset[str]
    children: Owners
    given: tuple[str, ...]
    """For each person the initial of a given name that the request does not tell."""
    known: frozenset[str]
    """Words of people who may be named, such as the recipients."""

    def text(self, text: str) -> str:
        """The text with labels for names and neutral words for whatever else tells who somebody is."""
        folded = fold(text)
        return _written(folded, self._found(folded))

    def names(self, text: str) -> str:
        """The text with labels for the names of the people, and nothing else changed."""
        folded = fold(text)
        return _written(folded, _joined(folded, _apart(self._names(folded))))

    def left(self, text: str) -> tuple[str, ...]:
        """What looks like a name and is nobody's in the request, each once, in the order of the text.

        Names in small letters cannot be told from words, except after a title.
        """
        folded = fold(text)
        return names_left(folded, self._found(folded), self.known)

    def safe(self, label: str) -> bool:
        """Whether a label tells nobody's identity."""
        return not self._found(fold(label))

    def over(self, value: T) -> T:
        """A frozen dataclass, a tuple or a text with every text in it masked."""
        return cast(T, self._over(value))

    def _over(self, value: Any) -> Any:
        if isinstance(value, str):
            # A code (an enum) is a text too, and stays what it is.
            return self.text(value) if type(value) is str else value
        if isinstance(value, tuple):
            return tuple(self._over(each) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{each.name: self._over(getattr(value, each.name)) for each in fields(value)})
        return value

    def _found(self, folded: Folded) -> list[Span]:
        found = [*spans(folded, self.births, self.numbers), *self._names(folded)]
        found += (Span(*each.span(), ADDRESS) for each in self.searches.streets.finditer(folded.plain))
        return _joined(folded, _apart(_with_towns(sorted(found))))

    def _names(self, folded: Folded) -> Iterator[Span]:
        for start, end, owners in self.searches.find(folded):
            before, whose = start, owners
            if self._family(folded, start, end):
                if given := self._given(folded, start):
                    before, whose = given.start(), self._relative(given[1].lower(), owners)
                elif _GROWN.search(folded.low, max(0, start - LOOK_BACK), start):
                    whose = owners - self.children
            yield Span(before, end, self._called(whose))

    def _family(self, folded: Folded, start: int, end: int) -> bool:
        """Whether somebody's family name stands here by itself."""
        return "".join(each for each in folded.low[start:end] if each.isalnum()) in self.surnames

    def _given(self, folded: Folded, start: int) -> re.Match[str] | None:
        """The unknown given name that stands before a family name."""
        given = _GIVEN.search(folded.plain, max(0, start - LOOK_BACK), start)
        return given if given and given[1].lower() not in ORDINARY | TITLES else None

    def _relative(self, word: str, owners: Owners) -> Owners:
        """Whose name it is when an unknown given name stands before a known family name."""
        return frozenset(owner for owner in owners if owner != NOBODY and self.given[owner] == word[0])

    def _called(self, owners: Owners) -> str:
        if not owners or NOBODY in owners or len(owners) > MOST_LABELS:
            return SOMEBODY
        *others, last = (self.labels[owner] for owner in sorted(owners))
        return f"{', '.join(others)} or {last}" if others else last

    def learned(self, text: str) -> Iterator[tuple[Form, Owners]]:
        """Given names that the text tells by writing them before a known family name."""
        folded = fold(text)
        for start, end, owners in self.searches.find(folded):
            given = self._given(folded, start) if self._family(folded, start, end) else None
            if given is not None:
                word = given[1].lower()
                whose = self._relative(word, owners)
                if whose or not _OPENS.search(folded.plain, 0, given.start()):
                    yield Form((word,), True), whose or frozenset({NOBODY})


def mask_of(request: Request, *, on: date, known: tuple[str, ...] = ()) -> Mask:
    """The mask for one request. ``on`` is the day for which ages are told.

    ``known`` are names that may stay, such as organisations and staff: ``left`` does not warn of them.
    """
    people = request.people
    names = owners_of(people)
    births = {
        person.born: f"[age {age_band(person.born, on=on)}]" for person in reversed(people) if person.born is not None
    }
    may_stay = (*known, *(recipient.name for recipient in request.recipients), *(r.role for r in request.recipients))
    first = Mask(
        labels=tuple("" for _ in people),
        births=births,
        numbers=number_pattern(person.nhs_number for person in people),
        searches=Searches.of(names, people, ()),
        surnames=surnames(people),
        children=frozenset(at for at, person in enumerate(people) if is_child(person.born, on=on)),
        given=tuple(given_initials(person.name) for person in people),
        known=frozenset(word for each in may_stay for word in re.findall(r"[^\W_]+", fold(each).low)),
    )
    texts = tuple(_texts(replace(request, people=tuple(replace(person, name="") for person in people))))
    for text in texts:
        for form, owners in first.learned(text):
            names[form] = names.get(form, frozenset()) | owners
    places = {street for text in texts for street in streets(fold(text))}
    ready = replace(first, searches=Searches.of(names, people, places))
    return replace(ready, labels=tuple(_label(ready, person, at=at) for at, person in enumerate(people, start=1)))


def masked(request: Request, mask: Mask) -> Request:
    """The whole request as an adviser may see it: labels, no identity, every text masked."""
    whole = mask.over(replace(request, people=(), items=(), recipients=()))
    return replace(
        whole,
        people=tuple(_person(mask, at, person) for at, person in enumerate(request.people)),
        # Keys and categories tie items to decisions; they are made by the product, not written.
        items=tuple(replace(mask.over(item), key=item.key, category=item.category) for item in request.items),
        recipients=tuple(_recipient(mask, recipient) for recipient in request.recipients),
        saved=request.saved,
    )


def masked_question(question: Question, mask: Mask) -> Question:
    """A question and its answer without identity."""
    return replace(question, question=mask.text(question.question), answer=mask.text(question.answer))


def masked_check(check: ConsentCheck, mask: Mask) -> ConsentCheck:
    """The consent officer's finding without identity."""
    return replace(check, note=mask.text(check.note), people=mask.over(check.people))


def masked_advice(advice: Advice, mask: Mask) -> Advice:
    """Advice without identity, should its author have written a name."""
    return replace(
        advice,
        why=mask.text(advice.why),
        conditions=mask.over(advice.conditions),
        redirect=mask.text(advice.redirect),
    )


def names_in(request: Request, mask: Mask) -> tuple[str, ...]:
    """What looks like a name and would be left in the request: the warning before it is sent."""
    bare = replace(request, people=tuple(replace(person, name="") for person in request.people), recipients=())
    found = (name for text in _texts(bare) for name in mask.left(text))
    return tuple(dict.fromkeys(found))


def _person(mask: Mask, at: int, person: Person) -> Person:
    return replace(mask.over(person), label=mask.labels[at], name="", born=None, nhs_number="")


def _recipient(mask: Mask, recipient: Recipient) -> Recipient:
    """A recipient is a colleague and keeps her name, unless she is one of the people."""
    name, local = mask.names(recipient.name), mask.names(recipient.email)
    email = recipient.email if name == recipient.name and local == recipient.email else ""
    return replace(recipient, name=name, email=email, role=mask.text(recipient.role))


def _label(mask: Mask, person: Person, *, at: int) -> str:
    label = " ".join(person.label.split())
    if label and mask.safe(label):
        return label
    return next((f"{word} {at}" for word in STAND_INS if mask.safe(f"{word} {at}")), SOMEBODY)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if type(value) is str and value:
            yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _with_towns(found: list[Span]) -> list[Span]:
    """Addresses drawn out to a postcode that follows soon: what stands between is the town."""
    towns = []
    street: Span | None = None
    for span in found:
        if span.instead == ADDRESS:
            street = span
        elif span.instead == POSTCODE and street is not None:
            if 0 <= span.start - street.end <= TOWN:
                towns.append(Span(street.start, span.end, ADDRESS))
            street = None
    return found + towns


def _apart(found: Iterator[Span] | list[Span]) -> list[Span]:
    """The spans without overlaps. Of two that overlap the longer one's words stand for both."""
    kept: list[Span] = []
    longest = 0
    for span in sorted(found, key=lambda each: (each.start, -each.end, each.instead)):
        if kept and span.start < kept[-1].end:
            last = kept[-1]
            instead = span.instead if span.length > longest else last.instead
            longest = max(longest, span.length)
            kept[-1] = Span(last.start, max(last.end, span.end), instead)
        else:
            kept.append(span)
            longest = span.length
    return kept


def _joined(folded: Folded, found: list[Span]) -> list[Span]:
    """The spans with two names of one person side by side made one: "Kit Kitty Penrose" is one Child K."""
    kept: list[Span] = []
    for span in found:
        last = kept[-1] if kept else None
        same = last is not None and last.instead == span.instead and not span.instead.startswith("[")
        if last and same and _BESIDE.fullmatch(folded.plain, last.end, span.start):
            kept[-1] = Span(last.start, span.end, span.instead)
        else:
            kept.append(span)
    return kept


def _written(folded: Folded, found: list[Span]) -> str:
    parts, last = [], 0
    for span in found:
        parts += [folded.original(last, span.start), span.instead]
        last = span.end
    return "".join((*parts, folded.original(last, len(folded.plain))))
