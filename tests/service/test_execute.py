"""The door: one command, one transaction; repeated, late, foreign and broken ones change nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders import House, build
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.commands import ItemOutcome
from workflows.core.refusals import NOT_FOUND, STALE, WRONG_STAGE, Refused
from workflows.service import execute as door
from workflows.service import notifying
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.unit_of_work import Busy, make_engine, reading
from workflows.store import engine as engine_room

SHARE, REDUCED, REFUSE = ItemOutcome.SHARE, ItemOutcome.SHARE_REDUCED, ItemOutcome.REFUSE
DECISIONS = (
    c.ItemDecision("risk", SHARE, "necessary"),
    c.ItemDecision(
        "crisis", REDUCED, "part_enough", "The plan's first page is enough.", "first page", c.Reduction.REDACTED
    ),
    c.ItemDecision("record", REFUSE, "not_necessary", "Background only."),
)
HARMS = {"harm_of_sharing": "He may stop treatment.", "harm_of_not_sharing": "The child may be hurt."}


def decide(house: House, case_id: str, who: str = "anne.whitcombe", **fields: Any) -> c.Command:
    return house.command(c.Decide, who, case_id, **{"items": DECISIONS, **HARMS, **RISKS, **fields})


def everything(house: House) -> dict[str, list[str]]:
    """Every row of every table that a command could touch."""
    names = ("cases", "events", "due_items", "notices", "outbox", "reads", "streams")
    with reading(house.engine) as connection:
        return {
            name: sorted(connection.execute(text(f"SELECT t::text FROM {name} t")).scalars().all()) for name in names
        }


def refused(house: House, command: c.Command) -> Refused:
    """The refusal of a command that must leave every row as it was."""
    before = everything(house)
    with pytest.raises(Refused) as caught:
        house.casework.execute(command)
    assert everything(house) == before
    return caught.value


# Once


@pytest.mark.feature("C21")
def test_a_double_click_is_carried_out_once_and_answered_alike(house: House) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id, seen_version=house.case(case_id).version)
    first = house.casework.execute(command)
    before = everything(house)
    second = house.casework.execute(command)
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.case_id, second.version) == (first.case_id, first.version)
    assert everything(house) == before


def test_starting_twice_makes_one_draft(house: House) -> None:
    person = house.person("priya.anand")
    wanted = {"holder_org": house.organisation("harrowmere").id, "requester_org": house.organisation("marlbridge").id}
    click: dict[str, Any] = {"command_id": house.new_id(), "now": house.casework.now(), **wanted}
    first, second = house.casework.start(person, **click), house.casework.start(person, **click)
    assert first.case_id == second.case_id
    assert second.repeated


@pytest.mark.feature("C21")
def test_a_command_without_a_version_is_carried_out_once_too(house: House) -> None:
    case_id = build(house, "S2")
    command = house.command(c.Chase, "martin.shaw", case_id)
    assert not house.casework.execute(command).repeated
    before = everything(house)
    assert house.casework.execute(command).repeated
    assert everything(house) == before


@pytest.mark.feature("C21")
def test_ten_clicks_at_once_are_one(house: House) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id, seen_version=house.case(case_id).version)
    start = threading.Barrier(8, timeout=30)

    def click() -> door.Done:
        start.wait()
        return house.casework.execute(command)

    with ThreadPoolExecutor(8) as pool:
        done = [each.result(timeout=60) for each in [pool.submit(click) for _ in range(8)]]
    assert sorted(each.repeated for each in done) == [False] + [True] * 7
    assert len({each.version for each in done}) == 1
    assert len(house.case(case_id).decisions) == 1
    assert isinstance(verify(house.engine), Whole)


def test_a_command_id_is_for_one_case(house: House) -> None:
    one, other = build(house, "S2"), build(house, "S2")
    command = house.command(c.Chase, "martin.shaw", one)
    house.casework.execute(command)
    assert refused(house, replace(command, case_id=other)).code == "command_used"


# Late


def test_who_was_overtaken_is_told_so(house: House) -> None:
    case_id = build(house, "S2")
    seen = house.case(case_id).version
    house.casework.execute(decide(house, case_id, seen_version=seen))
    late = decide(house, case_id, "femi.adeyemi", seen_version=seen)
    assert refused(house, late).code == STALE
    assert house.case(case_id).decision is not None


def test_a_version_that_has_not_been_yet_is_stale_too(house: House) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id, seen_version=house.case(case_id).version + 5)
    assert refused(house, command).code == STALE


@pytest.mark.parametrize("upto", ["consent_check", "ig_advice", "release", None])
def test_each_stage_refuses_the_acts_of_others(house: House, upto: str | None) -> None:
    case_id = build(house, "S2", upto=upto)
    assert refused(house, decide(house, case_id)).code == WRONG_STAGE


# Foreign


OUTSIDERS = (
    "owen.price",  # a Guardian, elsewhere
    "moira.keane",  # an adjudicator, elsewhere
    "rosa.lind",  # a requester at the holder
    "peter.quayle",  # the holder's administrator
    "amina.yusuf",  # the holder's auditor
    "elaine.foster",  # the holder's named senior
    "tom.ellery",  # a colleague of the requester
)


@pytest.mark.feature("C25")
@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_get_the_answer_for_a_case_that_does_not_exist(house: House, who: str) -> None:
    case_id = build(house, "S2")
    known = refused(house, decide(house, case_id, who))
    unknown = refused(house, replace(decide(house, case_id, who), case_id=house.new_id()))
    assert known.refusals == unknown.refusals
    assert known.code == NOT_FOUND


@pytest.mark.feature("C25")
def test_a_draft_is_known_to_its_owner_alone(house: House) -> None:
    case_id = build(house, "S2", upto="submit")
    for who in ("joan.pike", "anne.whitcombe", "samir.haddad", "martin.shaw"):
        assert refused(house, house.command(c.Chase, who, case_id)).code == NOT_FOUND


def test_somebody_unknown_or_disabled_may_nothing(house: House) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id)
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE people SET disabled_at = now() WHERE id = cast(:id AS uuid)"),
            {"id": house.person("anne.whitcombe").id},
        )
    assert refused(house, command).code == NOT_FOUND
    assert refused(house, replace(command, actor=c.Actor(house.new_id(), "Nobody"))).code == NOT_FOUND
    assert refused(house, replace(command, actor=c.CLOCK)).code == NOT_FOUND


def test_a_person_cannot_act_as_the_clock(house: House) -> None:
    case_id = build(house, "S2")
    command = house.command(c.MarkOverdue, "martin.shaw", case_id, rung="overdue", clock=3)
    assert refused(house, command).code == "clock_only"


def test_only_a_requester_of_that_organisation_starts_a_request(house: House) -> None:
    wanted = {"holder_org": house.organisation("larkfield").id, "requester_org": house.organisation("marlbridge").id}
    for who in ("grace.okafor", "rosa.lind"):
        click: dict[str, Any] = {"command_id": house.new_id(), "now": house.casework.now(), **wanted}
        with pytest.raises(Refused) as caught:
            house.casework.start(house.person(who), **click)
        assert caught.value.code == "not_requester"


# Items


def items(*decisions: c.ItemDecision) -> dict[str, Any]:
    return {"items": decisions}


RISK, CRISIS, RECORD = DECISIONS
BAD_ITEMS: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "one undecided": (items(RISK, CRISIS), {("item_undecided", "outcome-record")}),
    "none decided": (
        {**items(), **dict.fromkeys(HARMS, "")},
        {("item_undecided", f"outcome-{key}") for key in ("risk", "crisis", "record")},
    ),
    "a foreign one": (
        items(*DECISIONS, c.ItemDecision("notes", REFUSE, "not_held", "Not ours.")), {("foreign_item", "notes")}
    ),
    "one twice": (items(*DECISIONS, RISK), {("item_decided_twice", "outcome-risk")}),
    "no reason": (items(replace(RISK, reason=""), CRISIS, RECORD), {("reason_missing", "reason-risk")}),
    "a reason that does not fit": (
        items(replace(RISK, reason="not_necessary"), CRISIS, RECORD), {("reason_missing", "reason-risk")}
    ),
    "an unknown reason": (items(replace(RISK, reason="because"), CRISIS, RECORD), {("reason_missing", "reason-risk")}),
    "a refusal without words": (items(RISK, CRISIS, replace(RECORD, text=" ")), {("text_missing", "text-record")}),
    "reduced without saying how": (
        items(RISK, replace(CRISIS, reduction=""), RECORD), {("reduction_missing", "reduction-crisis")}
    ),
    "both risks unweighed": (
        dict.fromkeys(HARMS, ""), {("missing", "harm_of_sharing"), ("missing", "harm_of_not_sharing")}
    ),
    "words without end": ({"harm_of_sharing": "x" * 4_001}, {("too_long", "harm_of_sharing")}),
    "words that cannot be shown": ({"harm_of_sharing": "a\x00b"}, {("bad_characters", "harm_of_sharing")}),
}  # fmt: skip


@pytest.mark.feature("C2", "C5")
@pytest.mark.parametrize("wrong", BAD_ITEMS)
def test_a_decision_that_is_not_whole_is_refused_with_every_reason(house: House, wrong: str) -> None:
    fields, expected = BAD_ITEMS[wrong]
    case_id = build(house, "S2")
    found = refused(house, decide(house, case_id, **fields))
    assert {(refusal.code, refusal.field) for refusal in found.refusals} == expected
    assert all(refusal.say for refusal in found.refusals)


@pytest.mark.feature("C2")
def test_the_outcome_is_computed_from_the_items(house: House) -> None:
    case_id = build(house, "S2")
    house.casework.execute(decide(house, case_id))
    case = house.case(case_id)
    assert case.outcome is not None
    assert (case.stage, case.outcome.value) == ("release", "partly_shared")


# All or nothing


@pytest.mark.feature("C21")
@pytest.mark.parametrize("part", ["cases.update", "events.append", "due_items.replace", "notices.insert"])
def test_when_one_part_fails_nothing_is_kept(house: House, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id, seen_version=house.case(case_id).version)
    before = everything(house)
    place, name = part.split(".")
    room = getattr(door if hasattr(door, place) else notifying, place)
    carried_out = getattr(room, name)

    def breaks(*positional: Any, **named: Any) -> None:
        carried_out(*positional, **named)
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(room, name, breaks)
        with pytest.raises(RuntimeError, match="the power went"):
            house.casework.execute(command)
    assert everything(house) == before
    assert not house.casework.execute(command).repeated
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_a_case_that_somebody_else_holds_is_busy_and_soon(
    house: House, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = build(house, "S2")
    command = decide(house, case_id)
    monkeypatch.setattr(engine_room, "LOCK_SECONDS", 0.1)
    impatient = make_engine(database_url)
    try:
        with house.engine.connect() as holding:
            holding.execute(text("SELECT 1 FROM cases WHERE id = cast(:id AS uuid) FOR UPDATE"), {"id": case_id})
            with pytest.raises(Busy):
                door.execute(impatient, house.casework.library, command)
        assert not door.execute(impatient, house.casework.library, command).repeated
    finally:
        impatient.dispose()
