"""A version tried on two hundred past requests: exactly what flips is listed, nothing changed, the report kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from tests.builders import BEGAN, House, build, play
from tests.counting import statements
from tests.service.test_csods import founded, to
from workflows.core.definition import Reason, Role, Urgency
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refused
from workflows.core.simulated import Chosen, Kind
from workflows.core.timeliness import Result
from workflows.definitions.loader import load, read_builtin
from workflows.service import demo_history, packing, simulation_run
from workflows.service.simulation import Run, Simulations
from workflows.service.simulation_run import carry_out, compare, digest_of, work
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import simulations
from workflows.store.tables import metadata

pytestmark = pytest.mark.feature("C7")
NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)
OLD = "priority: {length: 1 working_days, extension: {most: 1 working_days, roles: [manager]}}"
TEXT = read_builtin("standard")
RED = TEXT.replace(OLD, "priority: {length: 4 hours}")
OWN = {"simulations", "simulation_findings"}


@pytest.fixture
def desk(house: House) -> Simulations:
    return Simulations(house.engine, house.casework.library)


def administrator(house: House) -> Principal:
    return house.person("peter.quayle")


def ask(house: House, desk: Simulations, source: str = RED, chosen: Chosen | None = None) -> Run:
    return desk.ask(administrator(house), source, chosen or Chosen(), run_id=house.new_id(), at=NOW)


def counted(engine: Engine) -> dict[str, tuple[int, int]]:
    """Of every table but those of simulations: how many rows, and a sum over what they say."""
    with reading(engine) as connection:
        return {
            table.name: tuple(
                connection.execute(
                    text(f"SELECT count(*), coalesce(sum(hashtext(t::text)), 0)::bigint FROM {table.name} t")
                ).one()
            )
            for table in metadata.sorted_tables
            if table.name not in OWN
        }  # type: ignore[misc]


def flips(engine: Engine) -> set[str]:
    """The naive count: requests in time that four hours at adjudication make late. By the index of times alone."""
    rows = """SELECT case_id::text, stage, urgency, side, result, started, stopped, paused FROM spells
        WHERE clock > 0 ORDER BY case_id"""
    late: dict[str, bool] = {}
    would: dict[str, bool] = {}
    with reading(engine) as connection:
        for row in connection.execute(text(rows)):
            was = row.side == "holder" and row.result == "late"
            late[row.case_id] = late.get(row.case_id, False) or was
            if row.stage == "adjudication" and row.urgency == "priority":
                was = row.stopped > row.started + timedelta(hours=4) + timedelta(seconds=row.paused)
            would[row.case_id] = would.get(row.case_id, False) or was
    return {each for each in would if would[each] and not late[each]}


def every(desk: Simulations, house: House, run: Run, kind: Kind) -> list[simulations.Found]:
    """All pages of one kind."""

    def pages() -> Iterator[simulations.Found]:
        page, more = 0, True
        while more:
            page += 1
            rows, more = desk.found(administrator(house), run.id, kind, page=page)
            yield from rows

    return list(pages())


@pytest.mark.slow
def test_four_hours_instead_of_a_day_lists_exactly_the_requests_that_flip(house: House, desk: Simulations) -> None:
    made = demo_history.history(house.engine, house.casework.library, now=NOW, cases=200)
    assert made == 200
    wanted = flips(house.engine)
    assert len(wanted) > 3
    run = ask(house, desk)
    before = counted(house.engine)
    assert work(house.engine, house.casework.library).done == 1
    assert counted(house.engine) == before, "a simulation changes nothing"
    done = desk.one(administrator(house), run.id)
    assert (done.state, done.done, done.total) == ("done", 200, 200)
    assert done.summary is not None
    found = every(desk, house, done, Kind.RESULT)
    assert {each.case_id for each in found} == wanted
    assert (
        done.summary.count(Kind.RESULT)
        == len(wanted)
        == done.summary.pair(Result.IN_TIME, Result.LATE) + (done.summary.pair(Result.NOT_COUNTED, Result.LATE))
    )
    assert done.summary.requests == 200
    assert done.summary.count(Kind.ROUTE) == done.summary.count(Kind.DEAD_END) == 0
    # It is kept with the change that it justifies: whoever looks for the text finds it, with what stands for it.
    (kept,) = desk.of_text(load(RED).ref.digest)
    assert (kept.id, kept.report_digest) == (run.id, done.report_digest)
    assert len(kept.report_digest) == 64
    # Under the version that they ran on, all of them go as they went.
    own = compare(house.engine, house.casework.library, load(TEXT), Chosen())
    assert (own.requests, own.same + dict(own.partial).get("erased", 0)) == (200, 200)
    assert sum(number for _, number in own.kinds) == 0


def small(house: House, number: int = 3) -> list[str]:
    return [play(house, "S2") for _ in range(number)]


def test_a_write_inside_would_be_refused_and_all_is_seen_as_of_one_moment(
    house: House, desk: Simulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(house, 1)
    seen: list[str] = []

    def looked(connection: Any, *rest: Any) -> Any:
        seen.append(connection.execute(text("SHOW transaction_isolation")).scalar_one())
        with pytest.raises(InternalError, match="read-only"), connection.begin_nested():
            connection.execute(text("DELETE FROM outbox"))
        return real(connection, *rest)

    real = simulation_run.histories.count
    monkeypatch.setattr(simulation_run.histories, "count", looked)
    assert compare(house.engine, house.casework.library, load(RED), Chosen()).requests == 1
    assert seen == ["repeatable read"]


def test_the_number_of_statements_grows_with_the_batches_and_not_with_the_requests(
    house: House, desk: Simulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(house, 2)
    compare(house.engine, house.casework.library, load(RED), Chosen())

    def sent() -> int:
        with statements(house.engine) as found:
            compare(house.engine, house.casework.library, load(RED), Chosen())
        return len(found)

    few = sent()
    small(house, 3)
    assert sent() == few
    monkeypatch.setattr(simulation_run.histories.read, "__kwdefaults__", {"batch": 1})
    assert sent() == few + 4


def test_a_double_click_is_one_run_and_so_is_the_same_question_while_it_is_under_way(
    house: House, desk: Simulations
) -> None:
    small(house, 1)
    who, key = administrator(house), house.new_id()
    first = desk.ask(who, RED, Chosen(), run_id=key, at=NOW)
    assert desk.ask(who, RED, Chosen(), run_id=key, at=NOW).id == first.id
    assert ask(house, desk).id == first.id
    assert ask(house, desk, chosen=Chosen(urgency=Urgency.ROUTINE)).id != first.id
    with pytest.raises(Refused) as refused:
        desk.ask(who, TEXT, Chosen(), run_id=key, at=NOW)
    assert refused.value.code == "command_used"
    work(house.engine, house.casework.library)
    assert ask(house, desk).id != first.id
    assert [each.number for each in desk.listing(who)[0]] == sorted(
        (each.number for each in desk.listing(who)[0]), reverse=True
    )


def lose(house: House, run: Run) -> simulations.Claimed:
    """A worker takes the run, and is never heard of again."""
    with transaction(house.engine) as connection:
        mine = simulations.claim(connection, lease=timedelta(seconds=-1))
    assert mine is not None
    assert mine.id == run.id
    return mine


def test_a_run_whose_worker_is_lost_begins_anew_and_is_stopped_in_the_end(house: House, desk: Simulations) -> None:
    small(house, 2)
    run = ask(house, desk)
    first = lose(house, run)
    who = administrator(house)
    assert desk.one(who, run.id).silent
    with_first = work(house.engine, house.casework.library)
    assert (with_first.done, with_first.stopped) == (1, 0)
    assert desk.one(who, run.id).state == "done"
    # The worker that was only slow writes nothing more.
    report = desk.one(who, run.id).report_digest
    assert carry_out(house.engine, house.casework.library, first) is False
    assert desk.one(who, run.id).report_digest == report
    lost = desk.again(who, run.id, run_id=house.new_id(), at=NOW)
    for _ in range(simulation_run.ATTEMPTS):
        lose(house, lost)
    assert work(house.engine, house.casework.library).stopped == 1
    stopped = desk.one(who, lost.id)
    assert (stopped.state, stopped.why, stopped.summary) == ("stopped", "worker", None)
    assert work(house.engine, house.casework.library) == simulation_run.Worked()
    again = desk.again(who, lost.id, run_id=house.new_id(), at=NOW)
    assert work(house.engine, house.casework.library).done == 1
    assert desk.one(who, again.id).state == "done"


def test_a_run_that_takes_too_long_or_goes_wrong_is_stopped_and_says_why(
    house: House, desk: Simulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(house, 1)
    who = administrator(house)
    run = ask(house, desk)
    assert work(house.engine, house.casework.library, seconds=-1).stopped == 1
    assert (desk.one(who, run.id).state, desk.one(who, run.id).why) == ("stopped", "time")
    other = ask(house, desk)

    def broken(*rest: Any, **more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(simulation_run, "replay", broken)
    assert work(house.engine, house.casework.library).stopped == 1
    assert desk.one(who, other.id).why == "fault"
    third = ask(house, desk)
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE simulations SET source = 'no workflow'"))
    assert work(house.engine, house.casework.library).stopped == 1
    assert desk.one(who, third.id).why == "text"


def test_the_choice_of_requests(house: House, desk: Simulations) -> None:
    closed, open_ = play(house, "S2"), build(house, "S2", upto="adjudication")
    build(house, "S2", upto="submit")
    sent = house.case(closed).submitted_at
    assert sent is not None

    def looked_at(**chosen: Any) -> int:
        return compare(house.engine, house.casework.library, load(RED), Chosen(**chosen)).requests

    assert looked_at() == 2, "a draft has gone nowhere yet"
    assert (looked_at(state="open"), looked_at(state="closed")) == (1, 1)
    assert looked_at(urgency=house.case(open_).urgency) == 2
    assert looked_at(urgency=Urgency.EMERGENCY) == 0
    assert looked_at(organisation=house.case(closed).holder_org) == 2
    assert looked_at(organisation=house.case(closed).requester_org) == 0
    assert looked_at(since=sent.date(), until=sent.date()) == 2
    assert looked_at(since=sent.date() + timedelta(days=1)) == 0
    assert looked_at(until=sent.date() - timedelta(days=1)) == 0
    assert looked_at(most=1) == 1


def test_who_may_ask_and_read_and_what_each_is_shown(house: House, desk: Simulations) -> None:
    case = build(house, "S2", upto="adjudication")
    run = ask(house, desk)
    work(house.engine, house.casework.library)
    manager, guardian = house.person("martin.shaw"), house.person("anne.whitcombe")
    for who in (manager, guardian):
        with pytest.raises(Refused) as refused:
            desk.ask(who, RED, Chosen(), run_id=house.new_id(), at=NOW)
        assert refused.value.code == NOT_YOURS
    with pytest.raises(Refused) as refused:
        desk.one(guardian, run.id)
    assert refused.value.code == NOT_FOUND
    with pytest.raises(Refused):
        desk.listing(guardian)
    rows, more = desk.found(manager, run.id, Kind.DUE, page=1)
    assert (len(rows), more) == (1, False)
    hers = desk.shown(manager, rows)[case]
    assert (hers.reference, hers.opens) == (house.case(case).reference, True)
    theirs = desk.shown(administrator(house), rows)[case]
    assert (theirs.reference, theirs.opens) == (house.case(case).reference, False)
    house.holds("jess.holloway", Role.MANAGER, _elsewhere(house))
    other = desk.shown(house.person("jess.holloway"), rows)[case]
    assert (other.reference, other.opens) == ("", False)
    assert desk.shown(manager, []) == {}


def _elsewhere(house: House) -> str:
    """An organisation that has no part in the request."""
    (own,) = house.person("jess.holloway").organisations()
    return next(key for key, each in house.cast.organisations.items() if each.id == own)


def test_what_is_wrong_with_a_text_or_a_choice_is_said_and_nothing_is_stored(house: House, desk: Simulations) -> None:
    def refused(source: str, **chosen: Any) -> Refused:
        with pytest.raises(Refused) as found:
            ask(house, desk, source, Chosen(**chosen))
        return found.value

    assert refused("format: nothing").refusals[0].field == "file"
    assert refused("x" * 1_000_001).code == "text_long"
    assert refused(TEXT.replace("id: standard", "id: other")).code == "unknown_workflow"
    assert refused(RED, since=NOW.date(), until=NOW.date() - timedelta(days=1)).code == "period_wrong"
    assert refused(RED, most=0).code == "most_wrong"
    with pytest.raises(Refused):
        desk.source("standard", 999)
    assert load(desk.source("standard", load(TEXT).ref.version)).ref.digest == load(TEXT).ref.digest
    assert desk.listing(administrator(house)) == ([], False)


def test_a_run_that_is_carried_out_at_once_is_kept_like_any_other(house: House, desk: Simulations) -> None:
    small(house, 1)
    run = desk.now(administrator(house), RED, Chosen(), run_id=house.new_id(), at=NOW)
    assert run.state == "done"
    assert run.summary is not None
    text_kept = simulations.report_text(run.summary)
    assert run.report_digest == digest_of(text_kept)
    assert {each.workflow for each in desk.versions()} == {"standard"}
    assert desk.organisations()


def test_taking_the_list_along_is_recorded_and_not_for_managers(house: House, desk: Simulations) -> None:
    build(house, "S2", upto="adjudication")
    run = desk.now(administrator(house), RED, Chosen(), run_id=house.new_id(), at=NOW)
    with pytest.raises(Refused):
        desk.export(house.person("martin.shaw"), run.id, command_id=house.new_id(), at=NOW)
    rows = dict(desk.export(administrator(house), run.id, command_id=house.new_id(), at=NOW))
    assert len(rows[Kind.DUE]) == 1
    with reading(house.engine) as connection:
        noted = connection.execute(text("SELECT count(*) FROM events WHERE type = 'SimulationExported'")).scalar_one()
    assert noted == 1


def test_what_only_its_own_roles_may_know_of_is_in_no_report(engine: Engine) -> None:
    house = founded(engine)
    to(house, "decision")
    desk = Simulations(house.engine, house.casework.library)
    run = desk.now(administrator(house), read_builtin("csods"), Chosen(), run_id=house.new_id(), at=NOW)
    assert run.summary is not None
    assert (run.summary.requests, run.summary.apart, run.total) == (0, True, 0)
    play(house, "S2")
    other = desk.now(administrator(house), RED, Chosen(), run_id=house.new_id(), at=NOW)
    assert other.summary is not None
    assert (other.summary.requests, other.summary.apart) == (1, False)


def test_a_pack_is_tried_in_the_place_of_theirs(house: House, desk: Simulations) -> None:
    packing.found(house.engine, at=BEGAN)
    small(house, 1)
    own = ask(house, desk, TEXT, Chosen(pack="caldicott/2020-12"))
    assert work(house.engine, house.casework.library).done == 1
    found = desk.one(administrator(house), own.id)
    assert found.chosen.pack == "caldicott/2020-12"
    assert found.summary is not None
    assert found.summary.count(Kind.DUE) == 0
    with pytest.raises(Refused) as refused:
        ask(house, desk, TEXT, Chosen(pack="caldicott/1997"))
    assert refused.value.code == "pack_unknown"
    assert {"caldicott/2020-12"} <= set(desk.packs())


def test_of_which_decisions_the_reasons_would_no_longer_be_reasons(
    house: House, desk: Simulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(house, 2)
    packing.found(house.engine, at=BEGAN)
    monkeypatch.setattr(simulation_run, "reasons_of", lambda packs: (Reason("new", "New", ("share",)),))
    run = ask(house, desk, TEXT, Chosen(pack="caldicott/2020-12"))
    work(house.engine, house.casework.library)
    found = desk.one(administrator(house), run.id)
    assert found.summary is not None
    assert found.summary.count(Kind.REFUSED) == 2
    rows = every(desk, house, found, Kind.REFUSED)
    assert all("is not in these packs" in each.difference.after for each in rows)
