"""Adding up replays: every request once, ten of each kind whatever their number, and who is missing today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.play import EMERGENCY, HOLDER, STANDARD
from workflows.core.definition import Role, StageKind
from workflows.core.permissions import Membership, Principal
from workflows.core.simulated import ASKS, KINDS, PARTIAL, READS, Chosen, Difference, Kind, Partial, Replayed, holds_one
from workflows.core.simulating_report import MOST_ROUTES, TOP, Tally
from workflows.core.timeliness import Result

pytestmark = pytest.mark.feature("C7")
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NOBODY: dict[tuple[str, Role], frozenset[str]] = {}


def one(number: int, *differences: Difference, before: Result = Result.IN_TIME, **more: object) -> Replayed:
    found = Replayed(
        f"case-{number:04}", f"GH-{number}", HOLDER, AT, open=bool(number % 2), differences=differences, before=before
    )
    return replace(found, **{"after": before, "reached": ("draft", "consent_check"), **more})  # type: ignore[arg-type]


def due(weight: int) -> Difference:
    return Difference(Kind.DUE, "Advice", "", "", AT, AT, AT + timedelta(seconds=weight), weight)


def test_each_request_counts_once_in_each_way() -> None:
    tally = Tally()
    late = Difference(Kind.RESULT, "Advice", "in_time", "late", AT)
    tally.add(one(1, late, due(60), after=Result.LATE))
    tally.add(one(2, due(30)))
    tally.add(one(3))
    tally.add(one(4, after=None, partial=frozenset({Partial.ERASED})))
    found = tally.summary(STANDARD, NOBODY)
    assert (found.requests, found.open, found.same) == (4, 2, 1)
    assert (found.count(Kind.RESULT), found.count(Kind.DUE), found.count(Kind.ROUTE)) == (1, 2, 0)
    assert found.pair(Result.IN_TIME, Result.LATE) == 1
    assert found.pair(Result.IN_TIME, None) == 1
    assert found.pair(Result.LATE, Result.LATE) == 0
    assert found.partial == ((Partial.ERASED, 1),)


def test_ten_of_each_kind_are_kept_and_what_weighs_most_comes_first() -> None:
    tally = Tally()
    for number in range(100):
        tally.add(one(number, due(weight=(number * 37) % 100)))
    top = dict(tally.summary(STANDARD, NOBODY).top)
    assert [each.weight for each in top[Kind.DUE]] == list(range(99, 99 - TOP, -1))
    assert top[Kind.ROUTE] == ()
    assert len(tally.tops[Kind.DUE]) == TOP


def test_routes_are_counted_by_where_they_lead_and_their_number_is_bounded() -> None:
    tally = Tally()
    for number in range(MOST_ROUTES + 5):
        tally.add(one(number, Difference(Kind.ROUTE, "Advice", "Release", f"Stage {number}", AT)))
        tally.add(one(1000 + number, Difference(Kind.ROUTE, "Advice", "Release", "Stage 0", AT)))
    routes = tally.summary(STANDARD, NOBODY).routes
    assert routes[0] == ("Release", "Stage 0", MOST_ROUTES + 6)
    assert ("Other stages", "Other stages", 5) in routes
    assert len(routes) == MOST_ROUTES + 1


def test_a_stage_on_which_nobody_can_work_today_is_named_with_its_holder() -> None:
    tally = Tally()
    tally.add(one(1))
    crew = {(HOLDER, role): frozenset({"x"}) for role in Role if role is not Role.CONSENT_OFFICER}
    (gap,) = tally.summary(STANDARD, crew).unmanned
    assert (gap.holder, gap.stage, gap.who, gap.came) == (HOLDER, "Consent check", "the Consent officer", 1)
    everywhere = tally.summary(STANDARD, NOBODY).unmanned
    holders = [each for each in STANDARD.stages.values() if each.roles and each.kind is not StageKind.DRAFT]
    assert {each.stage for each in everywhere} == {each.title for each in holders} - {"Information needed"}
    assert tally.summary(EMERGENCY, NOBODY).unmanned


def test_a_period_counts_its_last_day() -> None:
    chosen = Chosen(since=AT.date(), until=AT.date())
    assert chosen.sent_from == datetime(2026, 11, 2, tzinfo=UTC)
    assert chosen.sent_before == datetime(2026, 11, 3, tzinfo=UTC)
    assert (Chosen().sent_from, Chosen().sent_before) == (None, None)


def test_who_asks_and_who_reads() -> None:
    def holding(role: Role) -> Principal:
        return Principal("x", "X", "x@x.example", frozenset({Membership(HOLDER, role)}))

    assert [role for role in Role if holds_one(holding(role), ASKS)] == [Role.ADMINISTRATOR]
    assert {role for role in Role if holds_one(holding(role), READS)} == {
        Role.ADMINISTRATOR, Role.MANAGER, Role.AUDITOR,
    }  # fmt: skip
    assert set(KINDS) == set(Kind)
    assert set(PARTIAL) == set(Partial)
