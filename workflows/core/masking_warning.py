"""Names that masking would leave in a request, each with the field it stands in: the warning before it is sent (C1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from workflows.core.masking import Mask
from workflows.core.request import Request, Task

_PARTS: tuple[tuple[Task, tuple[str, ...]], ...] = (
    (Task.PEOPLE, ("people",)),
    (Task.PURPOSE, ("purpose",)),
    (Task.ITEMS, ("items",)),
    (Task.RECIPIENTS, ("recipients",)),
    (Task.CONSENT, ("consent", "told", "differs")),
    (Task.BASIS, ("basis",)),
)
"""Which parts of a request each task of the list holds."""
_OPENLY = {"Person": frozenset({"name", "nhs_number"}), "Recipient": frozenset({"name", "email"})}
"""Fields that hold names on purpose: masking takes the people's away, and a recipient is a colleague."""


@dataclass(frozen=True, slots=True)
class Left:
    """One name that an adviser would read. ``row`` counts from 1 in lists and is 0 elsewhere.

    ``field`` is the way to the text within the task's answers, such as "purpose" or "told.why".
    """

    name: str
    task: Task
    row: int
    field: str


def names_left_in(request: Request, mask: Mask) -> tuple[Left, ...]:
    """Every name that is nobody's in the request, once for each field, in the order of the task list."""
    found = (
        Left(name, task, row, path)
        for task, parts in _PARTS
        for part in parts
        for row, path, text in _texts(getattr(request, part), part)
        for name in mask.left(text)
    )
    return tuple(dict.fromkeys(found))


def _texts(value: Any, part: str) -> Iterator[tuple[int, str, str]]:
    """Every text of a part with the row it stands in and the way to it."""
    if isinstance(value, tuple):
        for row, each in enumerate(value, 1):
            # Where consent differs, a row holds consent and openness of its own: the list's name tells them apart.
            prefix = f"{part}." if part == "differs" else ""
            yield from ((row, f"{prefix}{path}", text) for path, text in _within(each))
    else:
        prefix = f"{part}." if part in ("consent", "told") else ""
        yield from ((0, f"{prefix}{path}", text) for path, text in _within(value))


def _within(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if type(value) is str:
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for each in value:
            yield from _within(each, path)
    elif is_dataclass(value):
        openly = _OPENLY.get(type(value).__name__, frozenset())
        for each in fields(value):
            if each.name not in openly:
                yield from _within(getattr(value, each.name), f"{path}.{each.name}" if path else each.name)
