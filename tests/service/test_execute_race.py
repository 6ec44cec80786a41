"""Two Guardians in two processes decide the same case at the same instant, 200 times: one decision each time."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders import House, build
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.refusals import STALE, Refused
from workflows.service.execute import execute
from workflows.service.filling import copies
from workflows.service.library import Library
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.unit_of_work import make_engine, reading

ROUNDS = 200
PATIENCE = 50.0
KEYS = ("risk", "crisis", "record")


def guardian(url: str, person_id: str, rounds: list[tuple[str, int, str]], start: Any, answers: Any) -> None:
    """Decide every case of ``rounds`` (case id, version seen, command id), each at the common starting signal."""
    engine, library = make_engine(url, pool_size=1), Library()
    actor = c.Actor(person_id, "Guardian")
    decisions = tuple(c.ItemDecision(key, c.ItemOutcome.REFUSE, "not_necessary", "Not needed.") for key in KEYS)
    found: list[str] = []
    try:
        with engine.connect() as connection:
            now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        for case_id, version, command_id in rounds:
            command = c.Decide(
                id=command_id, actor=actor, at=now + timedelta(hours=1), case_id=case_id, seen_version=version,
                items=decisions, harm_of_sharing="Some.", harm_of_not_sharing="Little.", would_change_it="New risk.",
                **RISKS,
            )  # fmt: skip
            start.wait(timeout=PATIENCE)
            try:
                done = execute(engine, library, command)
                found.append("repeated" if done.repeated else "decided")
            except Refused as refused:
                found.append(refused.code)
    except threading.BrokenBarrierError:
        found.append("the other one is gone")
    finally:
        answers.put(found)
        engine.dispose()


def race(house: House, database_url: str, rounds: list[list[tuple[str, int, str]]]) -> list[list[str]]:
    """Let Anne and Femi decide, each in a process of her own; what each was answered, round by round."""
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(2), context.Queue()
    people = [house.person(who).id for who in ("anne.whitcombe", "femi.adeyemi")]
    processes = [
        context.Process(target=guardian, args=(database_url, person, mine, start, answers), daemon=True)
        for person, mine in zip(people, rounds, strict=True)
    ]
    for process in processes:
        process.start()
    try:
        found = [answers.get(timeout=PATIENCE) for _ in processes]
        for process in processes:
            process.join(timeout=PATIENCE)
        return found
    finally:
        for process in processes:
            process.kill()


def prepared(house: House) -> list[tuple[str, int]]:
    """Two hundred copies of a case at the Guardians' desk, with the version that each is at."""
    case_id = build(house, "S2", upto="adjudication")
    copied = copies(house.engine, house.casework.library, case_id, ROUNDS)
    version = house.case(case_id).version
    return [(each, version) for each in copied]


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.feature("C3", "I1")
def test_two_processes_decide_the_same_case_200_times_and_one_wins_each_time(house: House, database_url: str) -> None:
    desk = prepared(house)
    rounds = [[(case_id, version, house.new_id()) for case_id, version in desk] for _ in range(2)]
    answers = race(house, database_url, rounds)
    for pair in zip(*answers, strict=True):
        assert sorted(pair) == sorted(["decided", STALE])
    assert Counter(answers[0])["decided"] + Counter(answers[1])["decided"] == ROUNDS
    with reading(house.engine) as connection:
        decided = connection.execute(
            text("SELECT stream, count(*) FROM events WHERE type = 'Decided' GROUP BY 1")
        ).all()
        notices = connection.execute(
            text("SELECT case_id, count(*) FROM notices WHERE kind = 'decided' GROUP BY 1")
        ).all()
    assert (len(decided), {count for _, count in decided}) == (ROUNDS, {1})
    assert (len(notices), {count for _, count in notices}) == (ROUNDS, {1})
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.casework.library)) == []


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.feature("C21")
def test_one_click_that_arrives_in_two_processes_at_once_is_one(house: House, database_url: str) -> None:
    """The same command id in both: a proxy that sends a request again, or two tabs of one page."""
    desk = prepared(house)[:40]
    clicks = [(case_id, version, house.new_id()) for case_id, version in desk]
    answers = race(house, database_url, [clicks, clicks])
    for pair in zip(*answers, strict=True):
        assert sorted(pair) == ["decided", "repeated"]
    assert isinstance(verify(house.engine), Whole)
