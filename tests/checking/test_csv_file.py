"""A CSV file of answers of CP-IS: the rows of one person are read, and every fault names its row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.checking.answers import CHILD, HEAD, OTHER, REAL, row, table
from webapp.checking.answers import Answer, Unreadable
from webapp.checking.csv_file import read_csv
from workflows.core.cpis import CpisPlan, CpisResult, PlanType
from workflows.core.request import Period

pytestmark = pytest.mark.feature("C28")


def read(raw: bytes, *, demo: bool = True) -> Answer:
    return read_csv(raw, number="999 005 4924", demo=demo)


def faults(raw: bytes, **more: Any) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        read(raw, **more)
    assert CHILD not in str(caught.value)
    return [each.where for each in caught.value.faults]


def test_a_plan_is_read_and_the_rows_of_others_are_not() -> None:
    found = read(table(row(), row(OTHER, "LAC", by="Somebody else")))
    assert (found.result, found.plans) == (
        CpisResult.PLAN, (CpisPlan(PlanType.CHILD_PROTECTION, Period(date(2026, 3, 2))),)
    )  # fmt: skip
    assert found.authority.phone_out_of_hours == "01632 960002"
    assert found.checked_at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert found.checked_by == "Dr Ode"
    assert found.remarks == ("1 row is about other people and not kept.",)
    assert OTHER not in str(found)
    assert "Somebody else" not in str(found)


def test_several_rows_are_several_plans_and_only_the_newest_check_counts() -> None:
    found = read(table(row(), row(plan="lac", start="01/05/2025", end="2026-01-31"), row(at="2026-10-01T10:00")))
    assert [each.type for each in found.plans] == [PlanType.CHILD_PROTECTION, PlanType.LOOKED_AFTER]
    assert found.plans[1].period == Period(date(2025, 5, 1), date(2026, 1, 31))
    assert found.remarks == ("1 row tells of an earlier check, which is not used.",)


def test_a_row_without_a_type_says_that_no_plan_is_recorded() -> None:
    assert read(table(row(plan="", start="", place=",,,"))).result is CpisResult.NO_PLAN_RECORDED


def test_a_time_is_londons_unless_it_says_otherwise() -> None:
    assert read(table(row(at="2026-07-01T12:00"))).checked_at == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert read(table(row(at="2026-07-01T12:00Z"))).checked_at == datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+441632960001", "@SUM(A1)", "-1"])
def test_a_cell_that_looks_like_a_formula_is_text(cell: str) -> None:
    assert read(table(row(by=cell))).checked_by == cell


def test_what_people_do_to_files_does_no_harm() -> None:
    whole = b"\xef\xbb\xbf" + table(f" {CHILD} ,CPP,2026-03-02,,M1,Marl,1,2,2026-11-22T14:30,Dr Ode", "", ",,,,,,,,,")
    assert read(whole).plans
    upper = "\n".join((HEAD.upper(), row(number="999 005 4924"))).encode()
    assert read(upper).plans


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (table(row(OTHER)), [""]),
        (table(), [""]),
        (b"", ["Row 1"]),
        (b"nhs_number,plan_type\n", ["Row 1"]),
        (table(row("9990054923")), ["Row 2, nhs_number"]),
        (table(row(), row(REAL)), ["Row 3, nhs_number"]),
        (table(row(plan="CP")), ["Row 2, plan_type"]),
        (table(row(start="March")), ["Row 2, start"]),
        (table(row(plan="", end="2026-03-02")), ["Row 2, start", "Row 2, end"]),
        (table(row(end="2026-03-01")), ["Row 2, end"]),
        (table(row(at="yesterday")), ["Row 2, checked_at"]),
        (table(row(at="2026-11-22")), ["Row 2, checked_at"]),
        (table(row(place=",,,")), ["Row 2, la_name"]),
        (table(row(by="x" * 201)), ["Row 2, checked_by"]),
        (table(row(), row(plan="", start="")), ["Row 2"]),
        (table(row() + ",more"), ["Row 2"]),
        (table(*[row()] * 6), ["Row 7"]),
        (table('"open'), ["Row 2"]),
        (table("x" * 200_000), ["Row 2"]),
        (table(*[row()] * 5_001), ["Row 5002"]),
        (b"\xff\xfe", [""]),
        (b"x" * 1_000_001, [""]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_row(raw: bytes, where: list[str]) -> None:
    assert faults(raw) == where


def test_there_is_an_end_to_faults_and_real_numbers_are_for_real_work() -> None:
    assert len(faults(table(*[row("1")] * 40))) == 10
    assert read_csv(table(row(REAL)), number=REAL, demo=False).plans
