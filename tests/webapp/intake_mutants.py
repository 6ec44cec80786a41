"""Thousands of broken requests: every place of a full document changed in every way that somebody might get wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.webapp.intake_documents import Json, document
from webapp.intake.pointers import pointer

Steps = tuple[str | int, ...]

WRONG: dict[str, Any] = {
    "null": None, "number": 7, "fraction": 0.5, "true": True, "text": "x", "empty": "", "list": [], "object": {},
    "long": "x" * 4001, "huge": "x" * 100_000, "control": "a\x07b", "bad day": "2026-02-29", "day and time":
    "2026-11-02T00:00:00Z", "text list": ["x"], "number list": [1], "long list": ["x"] * 500, "objects": [{}],
    "code": "none", "prototype": {"__proto__": {}}, "sql": "'; DROP TABLE cases; --", "wide": "\U0001f600" * 201,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken document: what was done, where (a JSON pointer), and what came of it."""

    what: str
    path: str
    said: Any


def full() -> Json:
    """A document that uses every key."""
    said = document("S2", other_holders=["tolland"])
    said["people"][1] |= {"competence": "not_assessed", "capacity": "assumed"}
    said["items"][0] |= {"continuing": {"every": "month", "until": "2027-11-03"}, "protected_location": False}
    said["consent"] |= {"kinds": ["uk_gdpr"], "review_at": "2027-05-02", "given_on": "2026-10-30", "competent": None,
                        "freely_given": True, "wording": "May we ask?"}  # fmt: skip
    said["told_person"] |= {"said": "Nothing yet.", "views": "Not asked."}
    said["differs"] = [
        {"person": "Adult A", "items": ["crisis"], "consent": {"state": "given", "kinds": ["common_law"]},
         "told_person": {"told": True, "said": "On the telephone."}}
    ]  # fmt: skip
    said["basis"] |= {"necessary_for": "protect", "needs_care": None, "public_interest": "A child may be harmed.",
                      "duty_relevant": True}  # fmt: skip
    return said


def mutants() -> Iterator[Mutant]:
    """Every one of them."""
    whole = full()
    for steps, value in list(_places(whole, ())):
        path = pointer(steps)
        if steps:
            yield Mutant("dropped", path, _with(whole, steps, dropped=True))
        for what, other in WRONG.items():
            if other != value or type(other) is not type(value):
                yield Mutant(what, path, _with(whole, steps, other))
        yield Mutant("in a list", path, _with(whole, steps, [value]))
        if isinstance(value, dict):
            for key in ("surprise", "constructor", "__proto__", "case_id", "is_admin"):
                yield Mutant("unknown key", pointer((*steps, key)), _with(whole, (*steps, key), "x"))
        if isinstance(value, list) and value:
            yield Mutant("twice", path, _with(whole, steps, [*value, value[0]]))
            yield Mutant("backwards", path, _with(whole, steps, value[::-1]))


def _places(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    yield steps, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from _places(each, (*steps, step))


def _with(whole: Any, steps: Steps, value: Any = None, *, dropped: bool = False) -> Any:
    if not steps:
        return copy.deepcopy(value)
    made = copy.deepcopy(whole)
    place = made
    for step in steps[:-1]:
        place = place[step]
    if dropped:
        del place[steps[-1]]
    else:
        place[steps[-1]] = copy.deepcopy(value)
    return made
