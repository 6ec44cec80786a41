"""What the documentation of workflow files shows is true: its examples pass lint, its conditions can be asked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from launch.homes import ROOT
from tests.definitions.mutants import of, put
from workflows.core.definition import CommandType
from workflows.core.guards import compile_guard
from workflows.definitions.guard_words import unknown_words
from workflows.definitions.json_schema import FILE, schema_text
from workflows.definitions.lint import check_source
from workflows.definitions.source import Source, read

pytestmark = pytest.mark.feature("C16")

TEXT = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def block(beginning: str) -> Any:
    """The example that begins so, as plain values."""
    (found,) = [each for each in BLOCKS if each.startswith(beginning)]
    return read(found, source="workflows.md").value


def test_the_stage_that_is_added_makes_a_good_workflow() -> None:
    example = block("  consent_check:\n    commands:\n")
    value = of("standard")
    for command, rule in example["consent_check"]["commands"].items():
        value = put(value, ("stages", "consent_check", "commands", command), rule)
    value = put(value, ("stages", "first_look"), example["first_look"])
    assert check_source(Source("workflows.md", value, {})) == ()


def test_the_stage_that_is_read_is_a_good_stage() -> None:
    example = block("  consent_check:                       #")
    value = put(of("standard"), ("stages", "consent_check"), example["consent_check"])
    assert check_source(Source("workflows.md", value, {})) == ()


def test_the_step_clock_roles_and_condition_that_are_shown_pass() -> None:
    standard = of("standard")
    step = block("    - key: manager\n")[0]
    place = [each["key"] for each in standard["ladders"]["holder"]].index("manager")
    value = put(standard, ("ladders", "holder", place), step)
    value = put(value, ("stages", "consent_check", "clock", "routine"), block("      routine:")["routine"])
    value = put(
        value, ("stages", "ig_advice", "commands", "advise", "roles"), block("      advise:")["advise"]["roles"]
    )
    needs = [*standard["stages"]["draft"]["commands"]["submit"]["needs"], *block("      submit:")["submit"]["needs"]]
    value = put(value, ("stages", "draft", "commands", "submit", "needs"), needs)
    assert block("      decide:")["decide"] == standard["stages"]["adjudication"]["commands"]["decide"]
    assert check_source(Source("workflows.md", value, {})) == ()


def test_every_condition_of_the_table_can_be_asked() -> None:
    conditions = re.findall(r"^\| [^|]*\? \| `(.*)` \|$", TEXT, re.MULTILINE)
    assert len(conditions) >= 5
    for each in conditions:
        assert compile_guard(each).text == each
        assert unknown_words(each, CommandType.SUBMIT) == []


def test_links_and_files_that_it_names_are_there() -> None:
    for name in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (ROOT / "docs" / name).is_file()
    assert (ROOT / "workflows" / "definitions" / FILE).read_text(encoding="utf-8") == schema_text()
