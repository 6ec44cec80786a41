"""Open requests are moved to another version: previewed, carried out one by one with a result each, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.builders import House, build
from workflows.core.adopting import AdoptVersion, Stages
from workflows.core.commands import AdviceType, Advise, Ask, ConsentFinding, RecordConsent, Withdraw
from workflows.core.definition import DefinitionRef
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.definitions.loader import load, read_builtin
from workflows.service import moving as service
from workflows.service.moving import Moving, VersionMoves, move_on
from workflows.service.publishing import publish
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Busy, reading, transaction
from workflows.store import moves as store

pytestmark = pytest.mark.feature("C15")
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
ADMIN, MANAGER = "peter.quayle", "martin.shaw"
MAPPED: Stages = (("ig_advice", "lead_advice"),)


def version(number: int, *changes: tuple[str, str]) -> str:
    """The shipped standard workflow as another version, with parts of its text replaced."""
    made = read_builtin("standard").replace("\nversion: 1\n", f"\nversion: {number}\n")
    for old, new in changes:
        assert old in made, old
        made = made.replace(old, new)
    return made


def without_check() -> str:
    """A version in which nobody checks consent first: the stage is deleted, and what led there leads on."""
    made = version(2)
    start, end = made.index("\n  consent_check:\n"), made.index("\n  ig_advice:\n")
    return made[:start].replace("consent_check", "ig_advice") + made[end:].replace("consent_check", "ig_advice")


@pytest.fixture
def desk(house: House) -> VersionMoves:
    return VersionMoves(house.engine, house.casework.library)


def put(house: House, made: str) -> DefinitionRef:
    return publish(house.engine, made, source="two.yaml", by="", at=NOW, shipped=True)


def begin(house: House, desk: VersionMoves, *, before: int = 1, after: int = 2, stages: Stages = ()) -> Moving:
    return desk.begin(
        "standard", before, after, stages, why="Advice has another name.", by=house.person(ADMIN).id,
        command_id=house.new_id(), at=NOW,
    )  # fmt: skip


def come_of(house: House, desk: VersionMoves, moving: Moving) -> dict[str, tuple[str, str]]:
    rows, _ = desk.results(house.person(ADMIN), moving)
    return {each.case_id: (each.state, each.say) for each in rows}


def whole(house: House) -> None:
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_a_stage_in_use_is_deleted_the_version_is_published_the_case_runs_on_and_is_not_moved(
    house: House, desk: VersionMoves
) -> None:
    case_id = build(house, "S2", upto="consent_check")
    made = without_check()
    assert "consent_check" not in load(made).stages
    # Publishing it succeeds ...
    put(house, made)
    # ... moving the case is declined, with the reason, in the preview and in the act ...
    preview = desk.preview(house.person(ADMIN), "standard", 1, 2)
    assert (preview.able, preview.declined) == (0, 1)
    gone = "which version 2 does not have. Name a stage that takes its place."
    assert any(gone in reason for reason, _ in preview.reasons)
    moving = begin(house, desk)
    desk.carry_out(moving, at=NOW, seconds=60)
    state, say = come_of(house, desk, moving)[case_id]
    assert state == "declined"
    assert f"It is at “{load(read_builtin('standard')).stage('consent_check').title}”, {gone}" in say
    # ... and the case still runs, on, by the version that it began on.
    assert house.case(case_id).definition.version == 1
    found = ConsentFinding.NOT_A_BAR
    house.give(RecordConsent, "samir.haddad", case_id, finding=found, covers_all=False, note="Refused.")
    house.give(Advise, "lucy.brandt", case_id, advice=AdviceType.SUPPORTS)
    assert house.case(case_id).stage == "adjudication"
    whole(house)


def test_requests_are_moved_with_a_mapping_and_each_has_a_result(house: House, desk: VersionMoves) -> None:
    at_check, at_advice = build(house, "S2", upto="consent_check"), build(house, "S2", upto="ig_advice")
    paused, ended = build(house, "S2", upto="information_needed"), build(house, "S2", upto="consent_check")
    house.give(Withdraw, "priya.anand", ended, reason="Not needed.")
    clocks = {each: house.case(each).clock for each in (at_check, at_advice)}
    put(house, version(2, ("ig_advice", "lead_advice")))
    preview = desk.preview(house.person(ADMIN), "standard", 1, 2)
    assert [each.name for each in preview.to_map] == ["ig_advice"]
    assert [name for name, _ in preview.to_map[0].places] == ["lead_advice"]
    preview = desk.preview(house.person(ADMIN), "standard", 1, 2, MAPPED)
    assert (preview.able, preview.declined) == (3, 0)
    moving = begin(house, desk, stages=MAPPED)
    assert (moving.total, moving.waiting) == (3, 3)
    assert desk.carry_out(moving, at=NOW, seconds=60) == (3, 0, 0)
    assert set(come_of(house, desk, moving).values()) == {("done", "")}
    assert [house.case(each).definition.version for each in (at_check, at_advice, paused, ended)] == [2, 2, 2, 1]
    assert house.case(paused).back_to == house.case(at_advice).stage == "lead_advice"
    for each, clock in clocks.items():
        now = house.case(each).clock
        assert clock is not None
        assert now is not None
        assert (now.started_at, now.length, now.pauses, now.fired) == (
            clock.started_at, clock.length, clock.pauses, clock.fired,
        )  # fmt: skip
    desk_now = desk.one(house.person(ADMIN), moving.number)
    assert (desk_now.done, desk_now.ended_at) == (3, NOW)
    whole(house)
    house.give(Advise, "lucy.brandt", at_advice, advice=AdviceType.SUPPORTS)
    page = house.casework.case(house.person("lucy.brandt"), at_advice, now=NOW)
    titles = [entry.title for entry in page.timeline]
    assert "The request came to version 2 of its workflow" in titles
    assert "Moved to Information governance advice" in titles
    whole(house)


def test_the_house_and_each_request_have_it_on_record(house: House, desk: VersionMoves) -> None:
    case_id = build(house, "S2", upto="consent_check")
    put(house, version(2))
    moving = begin(house, desk)
    desk.carry_out(moving, at=NOW, seconds=60)
    with reading(house.engine) as connection:
        rows = connection.execute(
            text("SELECT type, actor, facts FROM events WHERE type LIKE 'Version%' ORDER BY at, seq, type")
        ).all()
    by = house.person(ADMIN).id
    assert {(row.type, row.actor) for row in rows} == {
        ("VersionMoveBegun", by), ("VersionMoveEnded", by), ("VersionAdopted", by),
    }  # fmt: skip
    ended = next(row.facts for row in rows if row.type == "VersionMoveEnded")
    assert (ended["done"], ended["declined"], ended["move"]) == (1, 0, moving.id)
    adopted = next(row.facts for row in rows if row.type == "VersionAdopted")
    clock = house.case(case_id).clock
    assert clock is not None
    assert adopted["kept"]["amount"] == clock.length.amount
    assert (adopted["before"]["version"], adopted["after"]["version"]) == (1, 2)


def test_it_is_taken_back_by_the_same_act_unless_a_step_was_completed_since(house: House, desk: VersionMoves) -> None:
    back, on = build(house, "S2", upto="ig_advice"), build(house, "S2", upto="ig_advice")
    put(house, version(2, ("ig_advice", "lead_advice")))
    begun_there = build(house, "S2", upto="consent_check")
    assert house.case(begun_there).definition.version == 2
    desk.carry_out(begin(house, desk, stages=MAPPED), at=NOW, seconds=60)
    house.give(Advise, "lucy.brandt", on, advice=AdviceType.SUPPORTS, at=NOW + timedelta(hours=1))
    moving = begin(house, desk, before=2, after=1)
    desk.carry_out(moving, at=NOW + timedelta(hours=2), seconds=60)
    found = come_of(house, desk, moving)
    assert found[back] == ("done", "")
    for each in (on, begun_there):
        assert found[each][0] == "declined"
        assert "goes back only to the version that it came from" in found[each][1]
    case = house.case(back)
    assert (case.definition.version, case.stage) == (1, "ig_advice")
    whole(house)


def test_stopped_in_the_middle_it_goes_on_with_those_that_wait_and_does_none_twice(
    house: House, desk: VersionMoves, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = sorted(build(house, "S2", upto="consent_check") for _ in range(3))
    put(house, version(2))
    moving = begin(house, desk)
    real, seen = service._noted, []  # the service stops after the second command, before that is noted

    def stop(*given: object, **more: object) -> int:
        seen.append(given)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_noted", stop)
    with pytest.raises(KeyboardInterrupt):
        desk.carry_out(moving, at=NOW, seconds=60)
    monkeypatch.undo()
    half = desk.one(house.person(ADMIN), moving.number)
    assert (half.done, half.waiting, half.ended_at) == (1, 2, None)
    assert [house.case(each).definition.version for each in cases] == [2, 2, 1]
    versions = [house.case(each).version for each in cases[:2]]
    # The sweep goes on with it.
    assert sweep(house.engine, house.casework.library).failed == 0
    done = desk.one(house.person(ADMIN), moving.number)
    assert (done.done, done.declined, done.waiting) == (3, 0, 0)
    assert done.ended_at is not None
    assert [house.case(each).definition.version for each in cases] == [2, 2, 2]
    with reading(house.engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM events WHERE type = 'VersionAdopted'")).scalar_one()
    assert count == 3
    assert versions[0] <= house.case(cases[0]).version


def test_two_moves_at_once_of_one_workflow_are_refused_and_the_same_form_is_one_move(
    house: House, desk: VersionMoves
) -> None:
    build(house, "S2", upto="consent_check")
    put(house, version(2))
    admin, form = house.person(ADMIN), house.new_id()
    first = desk.begin("standard", 1, 2, (), why="Why.", by=admin.id, command_id=form, at=NOW)
    again = desk.begin("standard", 1, 2, (), why="Why.", by=admin.id, command_id=form, at=NOW)
    assert first == again
    with pytest.raises(Refused) as refused:
        begin(house, desk)
    assert refused.value.code == "move_running"
    library = house.casework.library
    assert move_on(house.engine, library, now=NOW, most=10, until=float("inf")) == (1, 0, 0)
    assert desk.carry_out(first, at=NOW, seconds=60) == (0, 0, 0)


def test_a_request_that_has_gone_on_meanwhile_is_judged_as_it_is_then(house: House, desk: VersionMoves) -> None:
    gone_on, ended = build(house, "S2", upto="consent_check"), build(house, "S2", upto="consent_check")
    put(house, version(2, ("    roles: [consent_officer]\n", "    roles: [consent_officer, ig_lead]\n")))
    assert desk.preview(house.person(ADMIN), "standard", 1, 2).able == 2
    moving = begin(house, desk)
    found = ConsentFinding.NOT_A_BAR
    house.give(RecordConsent, "samir.haddad", gone_on, finding=found, covers_all=False, note="Refused.")
    house.give(Withdraw, "priya.anand", ended, reason="Not needed.")
    assert desk.carry_out(moving, at=NOW + timedelta(days=9), seconds=60) == (0, 2, 0)
    results = come_of(house, desk, moving)
    assert "is another step in version 2" in results[gone_on][1]
    assert "what has ended keeps its version" in results[ended][1]


def test_a_request_that_somebody_holds_is_tried_again(
    house: House, desk: VersionMoves, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(house, "S2", upto="consent_check")
    put(house, version(2))
    moving = begin(house, desk)

    def busy(*given: object) -> None:
        raise Busy("held")

    monkeypatch.setattr(service, "execute", busy)
    assert desk.carry_out(moving, at=NOW, seconds=60) == (0, 0, 1)
    assert desk.one(house.person(ADMIN), moving.number).ended_at is None
    monkeypatch.setattr(service, "MOST_TRIES", 2)
    assert desk.carry_out(moving, at=NOW, seconds=60) == (0, 1, 0)
    assert "because of a fault" in next(iter(come_of(house, desk, moving).values()))[1]


def test_only_an_administrator_moves_requests_and_the_door_asks_that_too(house: House, desk: VersionMoves) -> None:
    case_id = build(house, "S2", upto="consent_check")
    ref = put(house, version(2))
    for who in (MANAGER, "lucy.brandt", "samir.haddad"):
        with pytest.raises(Refused) as refused:
            house.give(AdoptVersion, who, case_id, to=ref, why="Why.")
        assert refused.value.code == NOT_FOUND
        with pytest.raises(Refused):
            desk.preview(house.person(who), "standard", 1, 2)
        with pytest.raises(Refused):
            desk.begin("standard", 1, 2, (), why="W.", by=house.person(who).id, command_id=house.new_id(), at=NOW)
    house.give(AdoptVersion, ADMIN, case_id, to=ref, why="Why.")
    assert house.case(case_id).definition == ref
    with pytest.raises(Refused) as refused:
        house.give(AdoptVersion, ADMIN, case_id, to=DefinitionRef("standard", 7, "0" * 64), why="Why.")
    assert refused.value.code == "adopt_unknown"


def test_whoever_asked_and_is_no_administrator_any_more_moves_nothing(house: House, desk: VersionMoves) -> None:
    build(house, "S2", upto="consent_check")
    put(house, version(2))
    moving = begin(house, desk)
    with transaction(house.engine) as connection:
        connection.execute(
            text("DELETE FROM memberships WHERE person_id = cast(:id AS uuid)"), {"id": house.person(ADMIN).id}
        )
    assert desk.carry_out(moving, at=NOW, seconds=60) == (0, 1, 0)
    with reading(house.engine) as connection:
        assert store.results(connection, moving.id, most=5)[0].say == service._GONE


@pytest.mark.parametrize(
    ("before", "after", "stages", "why", "code"),
    [
        (1, 1, (), "Why.", NOT_FOUND),
        (1, 9, (), "Why.", NOT_FOUND),
        (1, 2, (), "  ", "words_missing"),
        (1, 2, (), "x" * 601, "words_missing"),
        (1, 2, (("ig_advice", "release"),), "Why.", "mapping"),
        (1, 2, (("nothing", "release"),), "Why.", "mapping"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_begun(
    house: House, desk: VersionMoves, before: int, after: int, stages: Stages, why: str, code: str
) -> None:
    put(house, version(2))
    with pytest.raises(Refused) as refused:
        desk.begin(
            "standard", before, after, stages, why=why, by=house.person(ADMIN).id, command_id=house.new_id(), at=NOW
        )
    assert refused.value.code == code
    assert desk.every(house.person(ADMIN), "standard") == []


def test_an_open_question_comes_back_to_the_stage_by_its_new_name(house: House, desk: VersionMoves) -> None:
    case_id = build(house, "S2", upto="adjudication")
    house.give(Ask, "anne.whitcombe", case_id, question="Which school?", harm_of_waiting="Little.")
    put(
        house,
        version(2, ("\n  adjudication:\n", "\n  guardians_desk:\n"), ("to: adjudication", "to: guardians_desk")),
    )
    moving = begin(house, desk, stages=(("adjudication", "guardians_desk"),))
    desk.carry_out(moving, at=NOW, seconds=60)
    assert come_of(house, desk, moving)[case_id] == ("done", "")
    assert house.case(case_id).back_to == "guardians_desk"
    whole(house)
