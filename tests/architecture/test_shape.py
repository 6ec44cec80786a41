"""How big a drawer may be, where things may stand, and what must not stand in Python at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.sources import Source, calls, room, rooms
from workflows.core.case import Outcome
from workflows.core.definition import CommandType, StageKind
from workflows.core.guards import FACTS
from workflows.core.request import ConsentState
from workflows.definitions.loader import builtin_names, load, read_builtin

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
COMMITS = "workflows/service/unit_of_work.py"
KEPT_WITHOUT_COMMIT = {
    "workflows/store/engine.py": "glance(): one SELECT and nothing else",
    "workflows/store/bulk.py": "VACUUM after a bulk fill: PostgreSQL allows it in no transaction",
}
"""Where PostgreSQL keeps a statement without our commit, and why."""

PRODUCT_WORDS = {
    "a kind of stage, fixed by the product": {kind.value for kind in StageKind},
    "a command, fixed by the product": {command.value for command in CommandType},
    "how a case can end, fixed by the product": {outcome.value for outcome in Outcome},
    "a fact that guards may ask about": set(FACTS),
    "where consent can stand, fixed by the product": {state.value for state in ConsentState},
}
"""Words that a stage may happen to be called by, and that Python may use for another reason."""

DEMO_DATA = {
    f"workflows/service/{name}.py" for name in ("scenario", "scenario_rounds", "demo_cases", "demo_history", "filling")
}
"""These play the demo's requests, whose steps are named in the data after the standard workflow's stages."""

LENGTH = re.compile(r"\d+ (hours|working_days|calendar_days|calendar_months)")
MAKES_LENGTHS = {
    "workflows/definitions/models.py": "reads a length from a workflow's file",
    "workflows/definitions/rules_time.py": "compares lengths of a workflow's file with nothing at all",
}


@cache
def stage_names() -> frozenset[str]:
    """The name of every stage of every workflow that is shipped, except words that Python may use."""
    meant_otherwise = set().union(*PRODUCT_WORDS.values())
    return frozenset(
        {name for workflow in builtin_names() for name in load(read_builtin(workflow)).stages} - meant_otherwise
    )


def named_stages(source: Source) -> Iterator[str]:
    """Where a stage is called by its name."""
    for line, text in source.strings():
        if text in stage_names():
            yield f"{source.path}:{line}: {text}"


def lengths(source: Source) -> Iterator[str]:
    """Where a length of time of a workflow is written down or made."""
    for line, text in source.strings():
        if LENGTH.fullmatch(text):
            yield f"{source.path}:{line}: {text}"
    if source.path not in MAKES_LENGTHS:
        for call in calls(source.tree, "Length"):
            yield f"{source.path}:{call.lineno}: {ast.unparse(call)}"


def test_files_and_functions_stay_small_enough_to_be_read() -> None:
    long_files = [f"{source.path}: {source.lines} lines" for source in rooms() if source.lines > LONGEST_FILE]
    long_functions = [
        f"{source.path}: {name} has {lines} lines"
        for source in rooms()
        for name, lines in source.functions()
        if lines > LONGEST_FUNCTION
    ]
    assert not long_files
    assert not long_functions


def test_one_file_commits() -> None:
    committing = {source.path for source in rooms() if any(calls(source.tree, "commit"))}
    assert committing == {COMMITS}


def test_each_statement_that_is_kept_without_our_commit_is_known() -> None:
    found = {
        source.path
        for source in rooms("workflows", "webapp", "workers")
        if any(text.upper() == "AUTOCOMMIT" for _, text in source.strings())
        or any("engine.begin" in ast.unparse(call.func) for call in calls(source.tree, "begin"))
    }
    assert found == set(KEPT_WITHOUT_COMMIT)


def test_no_stage_is_called_by_its_name() -> None:
    python = [source for source in rooms("workflows", "webapp", "workers") if source.path not in DEMO_DATA]
    assert [place for source in python for place in named_stages(source)] == []


def test_no_length_of_time_of_a_workflow_stands_in_python() -> None:
    assert [place for source in rooms("workflows", "webapp", "workers") for place in lengths(source)] == []


@pytest.mark.parametrize("planted", ['WHERE = "ig_advice"', 'def f(case):\n    return case.stage == "consent_check"'])
def test_a_planted_stage_name_is_seen(planted: str) -> None:
    assert list(named_stages(Source("planted.py", planted, ast.parse(planted))))


@pytest.mark.parametrize("planted", ['LIMIT = "2 working_days"', "LIMIT = Length(2, Unit.WORKING_DAYS)"])
def test_a_planted_length_is_seen(planted: str) -> None:
    assert list(lengths(Source("planted.py", planted, ast.parse(planted))))


def test_rules_compare_kinds_and_never_names_of_stages() -> None:
    """In the rulebook and the pages even a word of the product may not be compared with a stage's name."""
    found = []
    for source in (*room("workflows"), *room("webapp"), *room("workers")):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Compare) and source.path not in DEMO_DATA:
                sides = [node.left, *node.comparators]
                name = any(isinstance(side, ast.Attribute) and side.attr in ("stage", "back_to") for side in sides)
                text = any(isinstance(side, ast.Constant) and side.value for side in sides)
                if name and text:
                    found.append(f"{source.path}:{node.lineno}: {ast.unparse(node)}")
    assert found == []
