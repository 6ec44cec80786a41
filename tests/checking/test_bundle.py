"""A searchset Bundle of CP-IS, read: each documented answer, and everything that is none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.checking.answers import CHILD, OTHER, REAL, SECRET, audit, bundle, outcome, team, text
from webapp.checking.answers import Answer, Unreadable
from webapp.checking.bundle import audit_days, read_bundle
from workflows.core.cpis import Authority, CpisPlan, CpisResult, PlanType
from workflows.core.request import Period

pytestmark = pytest.mark.feature("C28")


def read(value: object, *, number: str = CHILD, demo: bool = True) -> Answer:
    return read_bundle(value if isinstance(value, bytes) else text(value), number=number, demo=demo)


def faults(value: object, **more: Any) -> list[str]:
    """Where it cannot be read; what stood there is never told."""
    with pytest.raises(Unreadable) as caught:
        read(value, **more)
    said = " ".join(str(each) for each in caught.value.faults)
    assert SECRET not in said
    assert CHILD not in said
    assert all(each.say.endswith((".", ")")) for each in caught.value.faults)
    return [each.where for each in caught.value.faults]


def test_a_plan_is_read_as_the_published_mapping_says() -> None:
    found = read(bundle(team()))
    assert found.result is CpisResult.PLAN
    assert found.plans == (CpisPlan(PlanType.CHILD_PROTECTION, Period(date(2026, 3, 2))),)
    assert found.authority == Authority("Marlbridge County Council", "M1", "01632 960001", "01632 960002")
    assert found.checked_at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("code", ["CPP", "LAC", "UCPP"])
def test_each_kind_of_plan_is_known_by_its_code(code: str) -> None:
    (plan,) = read(bundle(team(code))).plans
    assert plan.type is {"CPP": PlanType.CHILD_PROTECTION, "LAC": PlanType.LOOKED_AFTER, "UCPP": PlanType.UNBORN}[code]


def test_several_plans_are_one_answer_and_the_newest_that_runs_says_whom_to_ring() -> None:
    ended = team("LAC", period={"start": "2026-09-01", "end": "2026-10-01T10:00:00+01:00"}, name="Another Council")
    found = read(bundle(team(), ended))
    assert [each.type for each in found.plans] == [PlanType.CHILD_PROTECTION, PlanType.LOOKED_AFTER]
    assert found.plans[1].period.end == date(2026, 10, 1)
    assert found.authority.name == "Marlbridge County Council"
    assert len(found.remarks) == 1


@pytest.mark.parametrize("value", [bundle(), {"resourceType": "Bundle", "type": "searchset", "total": 0}])
def test_an_empty_bundle_says_that_no_plan_is_recorded(value: object) -> None:
    assert read(value).result is CpisResult.NO_PLAN_RECORDED


def test_what_was_entered_in_error_is_no_plan() -> None:
    assert read(bundle(team(status="entered-in-error"))).result is CpisResult.NO_PLAN_RECORDED


def test_who_looked_before_is_not_kept() -> None:
    found = read(bundle(team(), audit(), audit()))
    assert SECRET not in str(found)
    assert "not kept" in found.remarks[0]


@pytest.mark.parametrize("value", [outcome(), bundle(outcome(), total=0)])
def test_an_operation_outcome_is_an_answer_that_it_could_not_be_checked(value: object) -> None:
    found = read(value)
    assert found.result is CpisResult.COULD_NOT_CHECK
    assert found.reason == "CP-IS answered with an error: INVALID_SEARCH_DATA, Invalid NHS number."


def test_a_reason_repeats_no_number_and_has_an_end() -> None:
    found = read(outcome(say=f"Invalid number {CHILD} or 999 005 4924 {'x' * 5_000}"))
    assert CHILD not in found.reason
    assert "005" not in found.reason
    assert len(found.reason) < 400
    assert read({"resourceType": "OperationOutcome"}).reason == "CP-IS answered with an error, and gave no reason."


def test_a_warning_beside_an_answer_changes_nothing() -> None:
    assert read(bundle(team(), outcome(severity="warning"))).result is CpisResult.PLAN


def test_a_patient_named_by_reference_is_known_as_well() -> None:
    assert read(bundle(team(subject={"reference": f"https://x.example/Patient/{CHILD}"}))).plans
    written = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 005 4924"}}
    assert read(bundle(team(subject=written))).plans


SUBJECT, CATEGORY = "/entry/0/resource/subject", "/entry/0/resource/category"


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (bundle(team(number=OTHER)), [SUBJECT]),
        (bundle(team(number="9990054923")), [SUBJECT]),
        (bundle(team(number=REAL)), [SUBJECT]),
        (bundle(team(subject={"display": SECRET})), [SUBJECT]),
        (bundle(team("999999999")), [CATEGORY]),
        (bundle(team(category=[])), [CATEGORY]),
        (bundle(team(name=" ")), ["/entry/0/resource/name"]),
        (bundle(team(period={"start": "2026-03-02", "end": "2026-03-01"})), ["/entry/0/resource/period"]),
        (bundle(team(period={"start": "2026-03"})), ["/entry/0/resource/period/start"]),
        (bundle(team(period={"start": "2026-13-45"})), ["/entry/0/resource/period/start"]),
        (bundle(team(period={"start": "2026-03-02T10:00:00"})), ["/entry/0/resource/period/start"]),
        (bundle(team(period=7)), ["/entry/0/resource/period"]),
        (bundle(team(name="x" * 201)), ["/entry/0/resource/name"]),
        (bundle(*[team()] * 6), ["/entry"]),
        (bundle(audit()), ["/entry"]),
        (bundle(link=[{"relation": "self", "url": "https://x.example/AuditEvent?x"}]), ["/entry"]),
        (bundle({"resourceType": "Patient"}, total=1), ["/entry"]),
        (bundle(team(), total=0), ["/total"]),
        (bundle(total=3), ["/total"]),
        (bundle(team(), type="collection"), ["/type"]),
        (bundle(team(), link=[{"relation": "next", "url": "https://x.example"}]), ["/link"]),
        (bundle(entry={"resource": team()}), ["/entry"]),
        (bundle(entry=[SECRET]), ["/entry/0/resource"]),
        (bundle(entry=[{"resource": {"resourceType": 7}}]), ["/entry/0/resource"]),
        (bundle(entry=[{"resource": audit()}] * 201), ["/entry"]),
        (bundle(total="many"), ["/total"]),
        (team(), ["/resourceType"]),
        ([], [""]),
        (b"", [""]),
        (b"<html>", [""]),
        (b'{"resourceType": "Bundle", "resourceType": "Bundle"}', ["/resourceType"]),
        (b'{"total": NaN}', ["/total"]),
        (b"\xff\xfe{}", [""]),
        (b'{"a":' * 100 + b"1" + b"}" * 100, [""]),
        (b" " * 1_000_001, [""]),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_by_its_path(value: object, where: list[str]) -> None:
    assert faults(value) == where


def test_outside_the_demonstration_real_numbers_are_taken() -> None:
    assert read(bundle(team(number=REAL)), number=REAL, demo=False).plans


def test_there_is_an_end_to_faults() -> None:
    assert len(faults(bundle(*[team(number=OTHER, name="", category=[])] * 5))) == 10


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (bundle({**audit(), "recorded": "soon"}), "/entry/0/resource/recorded"),
        (bundle(audit(), link=[{"relation": "next", "url": "https://x.example"}]), "/link"),
        (bundle({**audit(), "entity": [{"what": team(number=OTHER)["subject"]}]}), "/entry"),
        (team(), "/resourceType"),
    ],
)
def test_an_answer_about_earlier_looks_that_does_not_fit_is_not_used(value: dict[str, Any], path: str) -> None:
    with pytest.raises(Unreadable) as caught:
        audit_days(text(value), number=CHILD)
    assert caught.value.faults[0].where == path
