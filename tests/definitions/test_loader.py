"""A workflow file becomes a definition; every part is what the file says."""

from __future__ import annotations

import subprocess
import sys
from datetime import time

import pytest

from tests.definitions.broken import STANDARD
from workflows.core.calendars import Length, Unit
from workflows.core.definition import (
    CommandType,
    Role,
    RungAction,
    Side,
    StageKind,
    Urgency,
    When,
)
from workflows.definitions.faults import BadDefinition
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.definitions.states import mermaid, page


def test_the_standard_workflow_reads_as_written() -> None:
    definition = load(STANDARD)
    assert (definition.ref.workflow, definition.ref.version, definition.first) == ("standard", 1, "draft")
    assert definition.packs == ("caldicott/2020-12", "golden-rules/2024-05")
    assert "mental_health" in definition.sensitive
    assert definition.reason("part_enough").outcomes == ("share_reduced",)  # type: ignore[union-attr]
    draft, check, shared = (definition.stage(name) for name in ("draft", "consent_check", "shared"))
    assert (draft.kind, draft.side, draft.roles) == (StageKind.DRAFT, Side.REQUESTER, (Role.REQUESTER,))
    assert (shared.side, shared.outcome, shared.ladder) == (Side.NOBODY, "shared", ())
    assert check.clocks[Urgency.ROUTINE].length == Length(2, Unit.WORKING_DAYS)
    assert check.clocks[Urgency.EMERGENCY].due_time == time(17, 0)


def test_short_and_long_routes_needs_and_options_are_read() -> None:
    definition = load(STANDARD)
    submit = definition.rule("draft", CommandType.SUBMIT)
    advise = definition.rule("ig_advice", CommandType.ADVISE)
    answer = definition.rule("information_needed", CommandType.ANSWER)
    save = definition.rule("draft", CommandType.SAVE)
    assert submit is not None
    assert advise is not None
    assert answer is not None
    assert save is not None
    assert (submit.needs[0].code, submit.needs[0].task, submit.needs[0].field) == (
        "people_missing",
        "people",
        "people",
    )
    assert [(route.to, route.when is None) for route in submit.routes] == [
        ("ig_advice", False),
        ("consent_check", True),
    ]
    assert advise.options["delegated_release"].code == "delegation_not_allowed"
    assert [route.to for route in answer.routes] == ["back"]
    assert save.routes == ()


def test_a_stage_has_the_rungs_of_the_ladder_it_names() -> None:
    ladder = load(STANDARD).stage("adjudication").ladder
    assert [rung.key for rung in ladder] == ["half", "overdue", "deputy", "manager", "named_senior"]
    assert ladder[0].when[Urgency.ROUTINE] == When(fraction=0.5)
    assert ladder[1].action is RungAction.OVERDUE
    assert ladder[1].when[Urgency.PRIORITY] == When(after_due=Length(0, Unit.HOURS))
    assert ladder[3].when[Urgency.ROUTINE] == When(after_due=Length(1, Unit.WORKING_DAYS))
    assert (ladder[3].tell, ladder[3].tell_title) == ((Role.MANAGER,), "the manager")


@pytest.mark.feature("C15")
def test_the_digest_follows_what_the_file_says_and_not_how() -> None:
    digest = load(STANDARD).ref.digest
    assert load("# A remark.\n" + STANDARD.replace("start: draft", 'start:   "draft"')).ref.digest == digest
    assert load(STANDARD.replace("routine: {length: 2 w", "routine: {length: 3 w")).ref.digest != digest


def test_the_same_text_is_read_once() -> None:
    assert load(STANDARD) is load(STANDARD)


def test_a_due_time_can_be_given() -> None:
    text = STANDARD.replace("{length: 2 working_days,", '{length: 2 working_days, due_time: "12:30",', 1)
    assert load(text).stage("consent_check").clocks[Urgency.ROUTINE].due_time == time(12, 30)


@pytest.mark.feature("C16")
def test_what_cannot_run_is_not_loaded() -> None:
    text = STANDARD.replace("size(people) > 0", "size(persons) > 0", 1).replace("ladder: holder", "ladder: step", 1)
    with pytest.raises(BadDefinition) as refused:
        load(text, source="ours.yaml")
    assert [fault.rule for fault in refused.value.faults] == ["guard-unknown-fact", "unknown-ladder"]
    assert str(refused.value).startswith("ours.yaml:")


@pytest.mark.feature("C15")
def test_a_published_version_still_loads_when_lint_would_now_refuse_it() -> None:
    text = STANDARD.replace("      title: the deputy\n", "")
    assert load(text).stage("adjudication").ladder[2].tell_title == ""


def test_shipped_workflows_are_found_by_name() -> None:
    assert "standard" in builtin_names()
    with pytest.raises(KeyError, match="no workflow called nonsense"):
        read_builtin("nonsense")


def test_the_core_needs_no_yaml() -> None:
    code = (
        "import sys, pkgutil, importlib, workflows.core as core\n"
        "for each in pkgutil.iter_modules(core.__path__):\n"
        "    importlib.import_module(f'workflows.core.{each.name}')\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('ruamel', 'yaml', 'pydantic')]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_diagram_shows_each_stage_and_way() -> None:
    text = mermaid(load(STANDARD))
    assert text.startswith("stateDiagram-v2\n")
    for line in (
        'state "Consent check" as consent_check',
        "[*] --> draft",
        "draft --> consent_check : submit, otherwise",
        "ig_advice --> release : advise, if advice.delegated_release",
        "information_needed --> adjudication : answer",
        "declined --> [*]",
    ):
        assert f"    {line}\n" in text
    assert mermaid(load("# again\n" + STANDARD)) == text


def test_words_that_mean_something_to_the_diagram_are_written_as_entities() -> None:
    text = STANDARD.replace("title: Consent check", 'title: "Check: \\"one\\"; <b>"')
    assert 'state "Check#58; #34;one#34;#59; #60;b#62;" as consent_check' in mermaid(load(text))


def test_the_page_has_a_diagram_per_definition() -> None:
    definition = load(STANDARD)
    text = page([definition])
    assert "## Standard request (standard, version 1)" in text
    assert f"```mermaid\n{mermaid(definition)}```\n" in text
