"""One Decide through the door, on one connection and on four, against two floors.

Floor (a): bare psycopg, one transaction of one locked update and one history insert.
Floor (b): bare psycopg, the very statements that our Decide sends, captured and sent again.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import event

from bench.ground import ROUNDS, Ground, ground, say, verdict
from workflows.core import commands as c
from workflows.core.weighing import Likelihood, RiskAssessment, Severity
from workflows.service.execute import execute
from workflows.service.filling import copies
from workflows.service.library import Library
from workflows.service.scenario import perform, scenarios, script
from workflows.service.unit_of_work import Engine, make_engine

TARGET_A, TARGET_B = 0.08, 0.35
FLOOR_A, FLOOR_B, OURS = "floor (a)", "floor (b)", "ours"
MEMBERS = 4
WARM = 20
"""Commands before the first round: connections are made, statements prepared."""
GUARDIAN = "anne.whitcombe@harrowmere.example"
LONGEST = 120.0

Statement = tuple[str, Any]


class _Undo(Exception):
    """Ends a transaction whose statements are wanted and not its work."""


@dataclass(frozen=True)
class Task:
    """What one member of a crew does: cases to decide and captured statements, a list for each round."""

    url: str
    person_id: str
    at: datetime
    version: int
    cases: list[list[str]]
    replays: list[list[list[Statement]]]


@dataclass(frozen=True)
class Timed:
    """One member's part of one round of one kind."""

    kind: str
    number: int
    done: int
    begun: float
    ended: float


RATED = RiskAssessment(Likelihood.POSSIBLE, Severity.SERIOUS, "Child P")
"""How both sides are rated."""


def command(case_id: str, *, task: Task) -> c.Decide:
    """Two items shared, one refused: the case goes on to release, two audiences are told."""
    items = (
        c.ItemDecision("risk", c.ItemOutcome.SHARE, "necessary"),
        c.ItemDecision("crisis", c.ItemOutcome.SHARE, "necessary"),
        c.ItemDecision("record", c.ItemOutcome.REFUSE, "not_necessary", "Background only."),
    )
    return c.Decide(
        id=str(uuid4()), actor=c.Actor(task.person_id, "Guardian"), at=task.at, case_id=case_id,
        seen_version=task.version, items=items, harm_of_sharing="The father may disengage from treatment.",
        harm_of_not_sharing="Assessment would go ahead without knowing the risk.",
        risk_of_sharing=RATED, risk_of_not_sharing=RATED,
    )  # fmt: skip


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether both targets are met on one connection and on four."""
    say("== Decide")
    each = max(int(seconds * 150), 20)
    with ground("decide") as place:
        _floor_tables(place.url)
        tasks = _tasks(place, each)
        say(f"  statements of one Decide: {len(tasks[0].replays[0][0])}, besides BEGIN and COMMIT")
        place.engine.dispose()
        one = _told("1 connection", _threads(tasks[:1], seconds))
        threads = _told("4 connections, threads of one process", _threads(tasks[1:5], seconds))
        processes = _told("4 connections, a process each", _processes(tasks[5:9], seconds))
    # Threads share one interpreter: for four connections the product runs more processes, so those count.
    del threads
    met = [
        verdict(f"{words}: {found[OURS] / found[floor]:.3f} of {floor}, at least {target}", met)
        for words, found in (("1 connection", one), ("4 connections", processes))
        for floor, target in ((FLOOR_A, TARGET_A), (FLOOR_B, TARGET_B))
        for met in [found[OURS] / found[floor] >= target]
    ]
    return all(met)


def _told(words: str, found: dict[str, float]) -> dict[str, float]:
    say(
        f"  {words}:  (a) {found[FLOOR_A]:,.0f}/s   (b) {found[FLOOR_B]:,.0f}/s   ours {found[OURS]:,.0f}/s   "
        f"ours/(a) {found[OURS] / found[FLOOR_A]:.3f}   ours/(b) {found[OURS] / found[FLOOR_B]:.3f}"
    )
    return found


def _tasks(place: Ground, each: int) -> list[Task]:
    """Nine members' tasks: one alone, four threads, four processes; ``each`` cases a round and kind."""
    beats = script(scenarios()["S2"], place.cast, tag="bench")
    model = perform(beats, place.casework.execute, upto="adjudication")
    members = 1 + 2 * MEMBERS
    wanted = members * (2 * ROUNDS * each + WARM * 2)
    ids = iter(copies(place.engine, place.casework.library, model.case_id, wanted))
    at, person = place.office.now(), place.cast.people[GUARDIAN].id
    tasks = []
    for _ in range(members):
        task = Task(place.url, person, at, model.version, [], [])
        sizes = [each + WARM, *[each] * (ROUNDS - 1)]
        task.cases.extend([next(ids) for _ in range(size)] for size in sizes)
        task.replays.extend(_captured(place, [next(ids) for _ in range(size)], task) for size in sizes)
        tasks.append(task)
    return tasks


def _captured(place: Ground, ids: list[str], task: Task) -> list[list[Statement]]:
    """The statements that deciding each case sends, taken from a real execution that is then undone."""
    found = []
    with _capturing(place.engine) as sent:
        for case_id in ids:
            sent.clear()
            try:
                execute(place.engine, place.casework.library, command(case_id, task=task))
            except _Undo:
                found.append(list(sent))
    assert len(found) == len(ids)
    return found


@contextmanager
def _capturing(engine: Engine) -> Iterator[list[Statement]]:
    sent: list[Statement] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        sent.append((statement, parameters))

    def undo(connection: Any) -> None:
        connection.connection.driver_connection.rollback()
        raise _Undo

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", undo)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", undo)


def _floor_tables(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bench_row (id uuid PRIMARY KEY, version int NOT NULL, body text NOT NULL)")
        connection.execute(
            "CREATE TABLE bench_past (id uuid NOT NULL, version int NOT NULL, body text NOT NULL, "
            "PRIMARY KEY (id, version))"
        )


def _threads(tasks: list[Task], seconds: float) -> dict[str, float]:
    """One process: an engine that its threads share, as they do in the product."""
    barrier, found = threading.Barrier(len(tasks)), list[Timed]()
    engine, library = make_engine(tasks[0].url, pool_size=len(tasks)), Library()
    members = [
        threading.Thread(target=lambda task=task: found.extend(_member(task, engine, library, barrier, seconds)))
        for task in tasks
    ]
    for member in members:
        member.start()
    for member in members:
        member.join()
    engine.dispose()
    return _rates(found)


def _processes(tasks: list[Task], seconds: float) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(len(tasks)), context.Queue()
    members = [context.Process(target=_process, args=(task, barrier, answers, seconds), daemon=True) for task in tasks]
    for member in members:
        member.start()
    try:
        found = [timed for _ in members for timed in answers.get(timeout=LONGEST)]
    finally:
        for member in members:
            member.join(timeout=5)
            member.kill()
    return _rates(found)


def _process(task: Task, barrier: Any, answers: Any, seconds: float) -> None:
    engine = make_engine(task.url, pool_size=1)
    answers.put(_member(task, engine, Library(), barrier, seconds))
    engine.dispose()


def _member(task: Task, engine: Engine, library: Library, barrier: Any, seconds: float) -> list[Timed]:
    """Every kind in turn, ROUNDS times, each begun by all members at once."""
    found: list[Timed] = []
    with psycopg.connect(task.url) as bare:
        row = _floor_row(bare)
        for _ in range(WARM):
            _update(bare, row)
            execute(engine, library, command(task.cases[0].pop(), task=task))
            _replay(bare, task.replays[0].pop())
        for number in range(ROUNDS):
            barrier.wait(timeout=LONGEST)
            begun, done = time.monotonic(), 0
            while time.monotonic() < begun + seconds:
                _update(bare, row)
                done += 1
            found.append(Timed(FLOOR_A, number, done, begun, time.monotonic()))
            barrier.wait(timeout=LONGEST)
            begun = time.monotonic()
            for statements in task.replays[number]:
                _replay(bare, statements)
            found.append(Timed(FLOOR_B, number, len(task.replays[number]), begun, time.monotonic()))
            barrier.wait(timeout=LONGEST)
            begun = time.monotonic()
            for case_id in task.cases[number]:
                execute(engine, library, command(case_id, task=task))
            found.append(Timed(OURS, number, len(task.cases[number]), begun, time.monotonic()))
    return found


def _floor_row(bare: psycopg.Connection[Any]) -> list[Any]:
    row = [uuid4(), 0]
    bare.execute("INSERT INTO bench_row VALUES (%s, 0, %s)", (row[0], "x" * 500))
    bare.commit()
    return row


def _update(bare: psycopg.Connection[Any], row: list[Any]) -> None:
    row[1] += 1
    bare.execute("UPDATE bench_row SET version = %s WHERE id = %s AND version = %s", (row[1], row[0], row[1] - 1))
    bare.execute("INSERT INTO bench_past VALUES (%s, %s, %s)", (row[0], row[1], "x" * 500))
    bare.commit()


def _replay(bare: psycopg.Connection[Any], statements: list[Statement]) -> None:
    for statement, parameters in statements:
        cursor = bare.execute(statement, parameters)
        if cursor.description is not None:
            cursor.fetchall()
    bare.commit()


def _rates(found: list[Timed]) -> dict[str, float]:
    """For each kind the middle of its rounds' rates, all members together."""
    rates = {}
    for kind in (FLOOR_A, FLOOR_B, OURS):
        rounds = []
        for number in range(ROUNDS):
            part = [timed for timed in found if (timed.kind, timed.number) == (kind, number)]
            spent = max(timed.ended for timed in part) - min(timed.begun for timed in part)
            rounds.append(sum(timed.done for timed in part) / spent)
        rates[kind] = median(rounds)
    return rates
