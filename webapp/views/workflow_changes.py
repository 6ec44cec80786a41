"""What changed between two versions of a workflow, side by side, in the words of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import time
from enum import Enum
from typing import Any

from markupsafe import Markup

from webapp.views.case_cards import Row
from webapp.views.showing import counted, joined, tag_markup
from webapp.views.workflow_words import stage_id, stage_words
from workflows.core.calendars import Length
from workflows.core.clocks import length_words
from workflows.core.definition import Definition, Stage
from workflows.core.guards import Guard
from workflows.core.pack_versions import Change
from workflows.core.version_changes import StageChange, VersionDiff

TAGS = {
    Change.ADDED: ("completed", "Added"),
    Change.REMOVED: ("problem", "Removed"),
    Change.CHANGED: ("in_progress", "Changed"),
    Change.SAME: ("not_started", "The same"),
}
FACTS = {
    "title": "Title",
    "summary": "Summary",
    "first": "Where a request begins",
    "sensitive": "Sensitive kinds of item",
    "categories": "Kinds of item",
    "thresholds": "Kinds of concern",
    "reasons": "Reasons for a decision",
    "packs": "Policy packs",
    "identity_shown_for": "How long an identity is shown",
    "calendar": "Calendar",
    "at_once": "Mail that goes at any hour",
    "documents": "Letters, and wordings to sign",
    "outcomes": "Ways to end",
    "public": "Applications from the public",
    "safe_contact": "How an applicant is reached safely",
    "silo": "Kept apart from everybody else",
    "variants": "Variants of its times",
}
PARTS = {
    "ladder": "who is told, and when",
    "commands": "what can be done",
    "clocks": "time there is",
    "asked": "what is asked",
}


@dataclass(frozen=True, slots=True)
class StageSides:
    """One stage in both versions: rows of what differs, before and after."""

    id: str
    title: str
    tag: Markup
    rows: tuple[tuple[str, Any, Any], ...]


def sentence(found: VersionDiff) -> str:
    """How much changed, in one sentence."""
    if found.nothing:
        return "Both versions say the same."
    counts = [
        f"{counted(found.count(change), 'stage')} {word}"
        for change, word in ((Change.ADDED, "added"), (Change.REMOVED, "removed"), (Change.CHANGED, "changed"))
        if found.count(change)
    ]
    about = [f"{counted(len(found.facts), 'thing')} about the workflow itself changed"] if found.facts else []
    return f"{joined([*counts, *about])}."


def fact_rows(found: VersionDiff) -> list[tuple[str, str, str]]:
    """What differs about the workflow itself, before and after."""
    return [
        (
            FACTS.get(name, name.replace("_", " ").capitalize()),
            plain(getattr(found.before, name)),
            plain(getattr(found.after, name)),
        )
        for name in found.facts
    ]


def stage_sides(found: VersionDiff) -> list[StageSides]:
    """Every stage that differs."""
    return [_sides(found, each) for each in found.stages if each.change is not Change.SAME]


def same_titles(found: VersionDiff) -> list[str]:
    """The titles of the stages that are the same in both."""
    return [each.after.title for each in found.stages if each.change is Change.SAME and each.after]


def _sides(found: VersionDiff, each: StageChange) -> StageSides:
    before, after = _rows(found.before, each.before), _rows(found.after, each.after)
    keys = [*after, *(key for key in before if key not in after)]
    rows = tuple(
        (key, before.get(key, "Not there"), after.get(key, "Not there"))
        for key in keys
        if before.get(key) != after.get(key)
    )
    titles = [stage.title for stage in (each.before, each.after) if stage]
    status, text = TAGS[each.change]
    # What no row tells in words is named all the same: a difference is never passed over in silence.
    if each.change is Change.CHANGED and not rows:
        parts = joined([PARTS.get(part, part.replace("_", " ")) for part in each.parts])
        was, will = _parts(each.before, each), _parts(each.after, each)
        rows = ((f"Different: {parts}", plain(_differing(was, will)), plain(_differing(will, was))),)
    return StageSides(stage_id(each.name), titles[-1], tag_markup(status, text), rows)


def _parts(stage: Stage | None, each: StageChange) -> dict[str, Any]:
    return {part: getattr(stage, part) for part in each.parts}


def _differing(value: Any, other: Any) -> Any:
    """Of a value only what another of its shape does not say too."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return {
            key: _differing(each, other[key]) if key in other else each
            for key, each in value.items()
            if key not in other or other[key] != each
        }
    if is_dataclass(value) and type(value) is type(other) and not isinstance(value, Guard | Length):
        told = {each.name: getattr(value, each.name) for each in fields(value)}
        return _differing(told, {name: getattr(other, name) for name in told})
    return value


def _rows(definition: Definition, stage: Stage | None) -> dict[str, Any]:
    if stage is None:
        return {}
    words = stage_words(definition, stage)
    rows: dict[str, Any] = {"Title": stage.title}
    rows |= {str(row["key"]): _cell(row) for row in words.rows}
    if stage.asked:
        rows["What is asked"] = stage.asked
    if words.ladder:
        rows["Who is told, and when"] = _listed(
            f"{step[0]}: routine {step[1]}, priority {step[2]}, emergency {step[3]}" for step in words.ladder
        )
    return rows


def _cell(row: Row) -> Any:
    value = row["value"]
    return _listed(value) if isinstance(value, list) else value


def _listed(lines: Any) -> Markup:
    inner = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup('<ul class="govuk-list govuk-list--bullet govuk-!-margin-bottom-0">{}</ul>').format(inner)


def plain(value: Any) -> str:
    """A value of a definition in plain words; nothing of it is left out."""
    match value:
        case None | "" | () | frozenset():
            return "Nothing"
        case Length():
            return length_words(value)
        case Guard():
            return value.text
        case Enum():
            return str(value.value).replace("_", " ")
        case time():
            return f"{value:%H:%M}"
        case dict():
            return "; ".join(f"{plain(key)}: {plain(each)}" for key, each in value.items()) or "Nothing"
        case frozenset():
            return ", ".join(sorted(plain(each) for each in value))
        case tuple() | list():
            return "; ".join(plain(each) for each in value)
        case _ if is_dataclass(value):
            told = ((each.name, getattr(value, each.name)) for each in fields(value))
            return ", ".join(f"{name.replace('_', ' ')} {plain(part)}" for name, part in told if part)
        case _:
            return str(value)
