"""Who was told, why not, and when to look again. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workflows.core.consenting import ConsentRecord, Standing
from workflows.core.openness import (
    About,
    Openness,
    OpennessState,
    RevisitTask,
    WhyNot,
    openness_faults,
    revisit_tasks,
)

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TOLD = Openness(
    person="Adult A", state=OpennessState.TOLD, noted_at=NOW, said_by="consent", said_at=NOW,
    said="What is shared, with whom and why.", views_sought=True, views="He agrees.",
)  # fmt: skip
LATER = Openness(
    person="Adult A", state=OpennessState.TOLD_LATER, noted_at=NOW, why_not=WhyNot.WOULD_PREJUDICE,
    note="It may put the child at risk.", revisit_on=date(2026, 12, 1), views_sought=False,
)  # fmt: skip

pytestmark = pytest.mark.feature("C14")


def codes(entry: Openness, **changes: Any) -> list[str]:
    found = openness_faults(replace(entry, **changes), on=TODAY)
    assert all(fault.say.endswith(".") for fault in found)
    return [fault.code for fault in found]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, []),
        ({"said_by": ""}, ["said_by_missing"]),
        ({"said_at": None}, ["said_at_missing"]),
        ({"said_at": NOW + timedelta(days=1)}, ["said_later"]),
        ({"said": " "}, ["said_missing"]),
        ({"views_sought": None}, ["views_open"]),
        ({"views": ""}, ["views_missing"]),
    ],
)
def test_telling_is_recorded_whole(changes: dict[str, Any], wanted: list[str]) -> None:
    assert codes(TOLD, **changes) == wanted


@pytest.mark.parametrize("state", [OpennessState.TOLD_LATER, OpennessState.NOT_TOLD])
@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, []),
        ({"why_not": None}, ["why_not_missing"]),
        ({"note": ""}, ["note_missing"]),
        ({"revisit_on": None}, ["revisit_missing"]),
        ({"revisit_on": TODAY}, ["revisit_past"]),
    ],
)
def test_not_telling_needs_a_reason_and_a_day(state: OpennessState, changes: dict[str, Any], wanted: list[str]) -> None:
    assert codes(LATER, state=state, **changes) == wanted


def test_not_told_makes_a_task_for_its_day_until_somebody_is_told() -> None:
    (task,) = revisit_tasks((), (LATER,), people=("Adult A",), on=TODAY)
    assert task == RevisitTask(date(2026, 12, 1), "Adult A", About.TELL)
    assert task.say == "Look again at whether Adult A can be told."
    (late,) = revisit_tasks((), (LATER,), people=("Adult A",), on=date(2026, 12, 2))
    assert late.late
    told = replace(TOLD, noted_at=NOW + timedelta(days=3))
    assert revisit_tasks((), (told, LATER), people=("Adult A",), on=TODAY) == ()
    again = replace(LATER, noted_at=NOW + timedelta(days=4), state=OpennessState.NOT_TOLD, revisit_on=None)
    (open_day,) = revisit_tasks((), (told, again, LATER), people=("Adult A",), on=TODAY)
    assert (open_day.due, open_day.late) == (TODAY, False)


def test_everybody_of_whom_nothing_is_said_makes_a_task_today() -> None:
    tasks = revisit_tasks((), (TOLD, replace(LATER, person="Adult Z")), people=("Adult A", "Child P"), on=TODAY)
    assert tasks == (RevisitTask(TODAY, "Child P", About.SAY_WHETHER_TOLD),)
    assert tasks[0].say == "Record whether Child P has been told."


def test_consent_is_looked_at_again_on_its_day() -> None:
    record = ConsentRecord(
        person="Adult A", items=("falls",), common_law=Standing.GIVEN, review_on=date(2026, 11, 25)
    )  # fmt: skip
    quiet = (
        replace(record, review_on=None),
        replace(record, common_law=Standing.WITHDRAWN),
        replace(record, person="Adult Z"),
    )
    (task,) = revisit_tasks((record, *quiet), (TOLD,), people=("Adult A",), on=TODAY)
    assert task == RevisitTask(date(2026, 11, 25), "Adult A", About.CONSENT, ("falls",))
    assert task.say == "Look again at the consent of Adult A."
    (late,) = revisit_tasks((record,), (TOLD,), people=("Adult A",), on=date(2026, 11, 26))
    assert late.late


def test_tasks_come_earliest_first() -> None:
    record = ConsentRecord(person="Adult A", common_law=Standing.GIVEN, review_on=date(2026, 11, 30))
    tasks = revisit_tasks((record,), (LATER,), people=("Child P", "Adult A"), on=TODAY)
    assert [task.about for task in tasks] == [About.SAY_WHETHER_TOLD, About.CONSENT, About.TELL]
