"""Consent taken back: what was given no longer carries, and what rested on it waits for another basis.

Taking it back is as easy as giving it, and needs no reason. What has been shared stays shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from workflows.core.consent_people import Entry, entries, rests_on_consent, subjects
from workflows.core.consenting import GivenBy, How
from workflows.core.happening import Event
from workflows.core.limits import text_fault
from workflows.core.refusals import Refusal
from workflows.core.request import Consent, ConsentState, Differs, Request

WAITS = Refusal(
    "basis_to_replace",
    "Consent was taken back, and what rested on it waits for another basis. Write that basis under “To follow up”, or "
    "decide again, before anything is shared.",
)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One withdrawal of consent: for whom and which items, how, by whom, and whether sharing rested on it."""

    person: str
    items: tuple[str, ...]
    how: str
    given_by: str
    note: str
    rested: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTakenBack(Event):
    """A person took back her consent. ``keys`` are the items; ``rested``: sharing them rested on it.

    ``released`` are those that had been shared before: that cannot be undone.
    """

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"person", "note"})
    person: str
    keys: tuple[str, ...]
    how: str
    given_by: str
    note: str
    rested: bool
    released: tuple[str, ...]


def given_entries(request: Request) -> tuple[Entry, ...]:
    """Where somebody's consent stands as given: what can be taken back."""
    return tuple(entry for entry in entries(request) if entry.consent.state is ConsentState.GIVEN)


def affected(request: Request, person: str, items: Iterable[str]) -> tuple[str, ...]:
    """Keys of the items for which this person's consent is given and now taken back; no ``items``: all."""
    wanted = frozenset(items)
    given = {key for entry in given_entries(request) if entry.person == person for key in entry.items}
    return tuple(item.key for item in request.items if item.key in given and (not wanted or item.key in wanted))


def faults(
    request: Request, *, person: str, items: tuple[str, ...], how: str, given_by: str, note: str
) -> Iterator[Refusal]:
    """What stands against taking back this consent."""
    if person not in {each.label for each in subjects(request)}:
        yield Refusal("foreign_person", "Choose whose consent is taken back.", "person")
    elif set(items) - {item.key for item in request.items}:
        yield Refusal("foreign_item", "Choose among the items of the request.", "items")
    elif not affected(request, person, items):
        say = "No consent of this person is recorded as given for that."
        yield Refusal("nothing_to_withdraw", say, "person")
    if how not in {each.value for each in How}:
        yield Refusal("how_missing", "Say how consent was taken back.", "how")
    if given_by not in {each.value for each in GivenBy}:
        yield Refusal("by_missing", "Say who took it back.", "given_by")
    if fault := text_fault(note, field="note"):
        yield fault


def rested_on_it(request: Request, *, delegated: bool) -> bool:
    """Whether sharing rests on consent: by the basis, or because release was delegated under consent."""
    return delegated or rests_on_consent(request)


def without(request: Request, event: ConsentTakenBack) -> Request:
    """The request once the consent is taken back: nothing else that was said of it is lost."""
    keys = tuple(item.key for item in request.items)
    alone = [person.label for person in subjects(request)] == [event.person]
    if alone and not request.differs and set(event.keys) == set(keys):
        return replace(request, consent=_withdrawn(request.consent))
    parts = [each for each in request.differs if each.person != event.person]
    for entry in entries(request):
        if entry.person != event.person:
            continue
        back = tuple(key for key in entry.items if key in event.keys and entry.consent.state is ConsentState.GIVEN)
        rest = tuple(key for key in entry.items if key not in back)
        if back:
            parts.append(Differs(entry.person, back, _withdrawn(entry.consent), entry.told))
        if rest and entry.apart:
            parts.append(Differs(entry.person, rest, entry.consent, entry.told))
    return replace(request, differs=tuple(parts))


def _withdrawn(consent: Consent) -> Consent:
    return replace(consent, state=ConsentState.WITHDRAWN)
