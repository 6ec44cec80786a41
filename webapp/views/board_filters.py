"""The filters of the manager's board: read from the address, written into addresses, offered in its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from flask import abort, url_for

from workflows.core.definition import Urgency
from workflows.service.saved_filters import SavedFilter
from workflows.service.views import BoardFilters, BoardPage

FIGURES = (
    ("overdue", "overdue", "overdue"),
    ("today", "due today", "due_soon"),
    ("risk", "at risk", "due_soon"),
    ("paused", "paused", "paused"),
)
SIDES = {"held": "Held by us", "asked": "Asked by us"}
GROUPS = {"stage": "Stage", "holder": "Who has it"}
WAITS = {
    "requester": "The requester to answer",
    "holder": "The organisation that holds the information",
    "paused": "Nobody: the clock is paused",
}
NOBODY = "nobody"
_LONGEST_STAGE = 60
_STAGE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


class BadFilter(ValueError):
    """A value that the page never offers."""


def read(given: Mapping[str, str]) -> tuple[BoardFilters, str]:
    """Filters and grouping from an address, a form or what was saved. Raises BadFilter."""
    values = {each.name: given.get(each.name, "") for each in fields(BoardFilters)}
    values["side"] = values["side"] or "held"
    group = given.get("group", "") or "stage"
    known = {
        "side": SIDES,
        "state": {"", *(name for name, _, _ in FIGURES)},
        "urgency": {"", *(each.value for each in Urgency)},
        "waits": {"", *WAITS},
    }
    if group not in GROUPS or any(values[name] not in allowed for name, allowed in known.items()):
        raise BadFilter
    if not is_id(values["agency"]) or not (values["holder"] == NOBODY or is_id(values["holder"])):
        raise BadFilter
    if len(values["stage"]) > _LONGEST_STAGE or set(values["stage"]) - _STAGE_LETTERS:
        raise BadFilter
    return BoardFilters(**values), group


def of_address(given: Mapping[str, str]) -> tuple[BoardFilters, str]:
    """The same for an address: not found for a value that the page never offers."""
    if not all(given.get(name, "x") for name in ("side", "group")):
        abort(404)
    try:
        return read(given)
    except BadFilter:
        abort(404)


def is_id(value: str) -> bool:
    """Whether this is an id as our pages write it, or nothing."""
    try:
        return not value or str(UUID(value)) == value
    except ValueError:
        return False


def kept(filters: BoardFilters, group: str) -> dict[str, Any]:
    """The filters as an address or a form keeps them: only what is not as always."""
    given = {each.name: str(getattr(filters, each.name)) for each in fields(BoardFilters)} | {"group": group}
    usual = {"side": "held", "group": "stage"}
    return {name: value for name, value in given.items() if value and value != usual.get(name)}


def url(filters: BoardFilters, group: str, *, number: int = 1) -> str:
    """The address of the board with these filters."""
    more: dict[str, Any] = {"page": number} if number > 1 else {}
    return url_for("board.page", **kept(filters, group), **more)


def figures(found: BoardPage, filters: BoardFilters, group: str) -> list[dict[str, Any]]:
    """The four figures; each is a link that filters, or takes its filter away."""
    numbers = {"overdue": found.overdue, "today": found.due_today, "risk": found.at_risk, "paused": found.paused}
    return [
        {
            "number": numbers[name],
            "text": words,
            "state": look if numbers[name] else None,
            "current": filters.state == name,
            "url": url(replace(filters, state="" if filters.state == name else name), group),
        }
        for name, words, look in FIGURES
    ]


def applied(found: BoardPage, filters: BoardFilters, group: str) -> list[dict[str, str]]:
    """The filters that apply now, each with the address without it."""
    people = {NOBODY: "nobody by name", **dict(found.eligible)}
    words = {
        "state": {name: words for name, words, _ in FIGURES}.get(filters.state, ""),
        "waits": WAITS.get(filters.waits, ""),
        "stage": {stage: title for stage, title, _ in found.by_stage}.get(filters.stage, filters.stage),
        "urgency": filters.urgency,
        "agency": {each: name for each, name, _ in found.agencies}.get(filters.agency, "one with nothing open")
        if filters.agency
        else "",
        "holder": people.get(filters.holder, "somebody else") if filters.holder else "",
    }
    titles = {
        "state": "Time", "waits": "Waits for", "stage": "Stage", "urgency": "Urgency", "agency": "Organisation",
        "holder": "Given to",
    }  # fmt: skip
    return [
        {"text": f"{titles[name]}: {value}", "remove_url": url(replace(filters, **{name: ""}), group)}
        for name, value in words.items()
        if value
    ]


def options(found: BoardPage) -> dict[str, list[tuple[str, str]]]:
    """What each field of the filter form offers."""
    return {
        "side": list(SIDES.items()),
        "state": [("", "Any"), *((name, words.capitalize()) for name, words, _ in FIGURES)],
        "waits": [("", "Anyone"), *WAITS.items()],
        "stage": [("", "Any"), *((stage, f"{title} ({count})") for stage, title, count in found.by_stage)],
        "urgency": [("", "Any"), *((each.value, each.value.capitalize()) for each in Urgency)],
        "agency": [("", "Any"), *((each, f"{name} ({count})") for each, name, count in found.agencies)],
        "holder": [("", "Anyone"), (NOBODY, "Nobody by name"), *found.eligible],
        "group": list(GROUPS.items()),
    }


def saved_links(saved: Sequence[SavedFilter]) -> list[dict[str, str]]:
    """What was saved as links. What the board no longer offers leads to the board as it is without filters."""
    found = []
    for each in saved:
        try:
            address = url(*read(each.filters))
        except BadFilter:
            address = url_for("board.page")
        found.append({"id": each.id, "text": each.name, "url": address})
    return found
