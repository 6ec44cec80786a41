"""Versions side by side in words: whatever differs is told, also what no row has words for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from webapp.views.workflow_changes import fact_rows, plain, same_titles, sentence, stage_sides
from workflows.core.version_changes import diff
from workflows.definitions.loader import builtin_names, load, read_builtin

pytestmark = pytest.mark.feature("C15")
BASE = load(read_builtin("standard"))


def test_the_same_is_said_to_be_the_same() -> None:
    assert sentence(diff(BASE, BASE)) == "Both versions say the same."
    assert len(same_titles(diff(BASE, BASE))) == len(BASE.stages)


def test_any_part_of_a_stage_that_differs_is_told(shared_app: Flask) -> None:
    stage = BASE.stages["adjudication"]
    for changed in (
        replace(stage, title="Decision"),
        replace(stage, asked="Choose"),
        replace(stage, ladder=stage.ladder[1:]),
        replace(stage, roles=stage.roles[:1]),
        replace(stage, clocks={}),
        replace(stage, commands={}),
    ):
        found = diff(BASE, replace(BASE, stages={**BASE.stages, "adjudication": changed}))
        with shared_app.app_context():
            (sides,) = stage_sides(found)
        assert sides.rows, changed
        assert all(before != after for _, before, after in sides.rows)


def test_facts_about_the_workflow_are_told_in_words() -> None:
    other = replace(BASE, title="Usual", sensitive=frozenset(), identity_shown_for=None)
    rows = {row[0]: row[1:] for row in fact_rows(diff(BASE, other))}
    assert rows["Title"] == ("Standard request", "Usual")
    assert rows["How long an identity is shown"] == ("1 hour", "Nothing")
    assert rows["Sensitive kinds of item"][1] == "Nothing"


def test_every_value_of_every_shipped_workflow_has_plain_words() -> None:
    for name in builtin_names():
        words = plain(load(read_builtin(name)))
        assert " object at 0x" not in words
        assert "Guard(" not in words
