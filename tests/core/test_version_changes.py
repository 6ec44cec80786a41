"""What changed between two versions: every part of a definition is compared, stage by stage."""

from __future__ import annotations

from dataclasses import fields

import pytest

from workflows.core.definition import Definition, Stage
from workflows.core.pack_versions import Change
from workflows.core.version_changes import APART, diff
from workflows.definitions.loader import load, read_builtin

pytestmark = pytest.mark.feature("C15")
TEXT = read_builtin("standard")
BASE = load(TEXT)


def other(old: str, new: str) -> Definition:
    assert old in TEXT
    return load(TEXT.replace(old, new, 1).replace("version: 1\n", "version: 2\n", 1))


def test_another_number_alone_changes_nothing() -> None:
    found = diff(BASE, other("# The standard", "# Our standard"))
    assert found.nothing
    assert found.count(Change.SAME) == len(BASE.stages)


def test_a_clock_a_guard_and_a_title_are_seen_where_they_are() -> None:
    clock = diff(BASE, other("emergency: {length: 1 hours}", "emergency: {length: 2 hours}"))
    assert [(each.name, each.parts) for each in clock.stages if each.change is Change.CHANGED] == [
        ("consent_check", ("clocks",))
    ]
    guard = diff(BASE, other("when: request.threshold == 'none'", "when: request.threshold == 'early_help'"))
    assert [(each.name, each.parts) for each in guard.stages if each.change is Change.CHANGED] == [
        ("draft", ("commands",))
    ]
    assert diff(BASE, other("title: Standard request", "title: Usual request")).facts == ("title",)
    assert not diff(BASE, other("title: Standard request", "title: Usual request")).nothing


def test_a_ladder_that_changes_changes_every_stage_that_stands_on_it() -> None:
    found = diff(
        BASE, other("when: {routine: 4 hours, priority: 2 hours", "when: {routine: 5 hours, priority: 2 hours")
    )
    changed = {each.name for each in found.stages if each.change is Change.CHANGED}
    assert changed == {
        name for name, stage in BASE.stages.items() if any(rung.key == "deputy" for rung in stage.ladder)
    }


def test_a_stage_that_is_gone_comes_last_and_a_new_one_where_it_stands() -> None:
    renamed = load(TEXT.replace("withdrawn", "taken_back").replace("outcome: taken_back", "outcome: withdrawn"))
    found = diff(BASE, renamed)
    assert (found.stages[-1].name, found.stages[-1].change) == ("withdrawn", Change.REMOVED)
    assert [each.name for each in found.stages if each.change is Change.ADDED] == ["taken_back"]
    back = diff(renamed, BASE)
    assert back.count(Change.ADDED) == back.count(Change.REMOVED) == 1


def test_nothing_of_a_definition_is_left_out() -> None:
    assert {each.name for each in fields(Definition)} > APART
    assert {each.name for each in fields(Stage)} >= {"roles", "commands", "clocks", "ladder"}
