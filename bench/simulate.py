"""A version tried on many past requests: how long it takes beside a raw floor, and what it keeps in memory.

What the figures mean. All are taken in one run on one database, whose server shares the machine:

- *The floor*: the same requests, read by the same statements in the same kind of transaction, and their events folded
  into cases; nothing is asked and nothing compared. It is measured before the simulation and after it, so that a noisy
  minute hits both.
- *The simulation*: the same requests replayed under a version with a shorter clock, with every difference kept in its
  table and the progress noted, as a worker does it. It has to reach TARGET of the floor's rate.
- *Memory*: the most that a process of its own ever held, simulating a tenth of the requests, and all of them. All may
  take MOST_GROWTH times as much at most: what is remembered of a request does not grow with their number.

``--cases`` divided by ten is the number of requests: 10,000 by default. Three of four have ended. The database is
dropped at the end.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from bench.ground import CannotBench, Ground, ground, say, verdict
from workflows.core.case import Case, apply
from workflows.core.permissions import Principal
from workflows.core.simulated import ASKS, MOST, Chosen, holds_one
from workflows.definitions.loader import load, read_builtin
from workflows.service.filling import Mix, fill
from workflows.service.library import Library
from workflows.service.simulation import Simulations
from workflows.service.simulation_run import compare, work
from workflows.service.unit_of_work import make_engine, reading
from workflows.store import histories, streams

TARGET = 0.35
"""Which part of the floor's rate the simulation has to reach."""
MOST_GROWTH = 1.25
"""How much more memory ten times the requests may take: what the first of them did not yet load."""
ENDED = 0.75
CHANGES = (
    (
        "priority: {length: 1 working_days, extension: {most: 1 working_days, roles: [manager]}}",
        "priority: {length: 4 hours}",
    ),
    ("when: decision.outcome == 'declined'", "when: decision.made && decision.outcome == 'declined'"),
    ("when: advice.delegated_release", "when: advice.given && advice.delegated_release"),
    ("when: request.threshold == 'none'", "when: has(request.threshold) && request.threshold == 'none'"),
)
"""The clock that is tried, and conditions in other words: those that a version does not change are not asked again."""
LONGEST = 1800.0
FEW = 10


@dataclass(frozen=True)
class Pace:
    """How long it took to go through so many requests."""

    cases: int
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.cases / self.seconds


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether both targets are met."""
    say("== Simulation")
    number = max(min(cases // FEW, MOST), FEW)
    with ground("simulate") as place:
        fill(place.engine, place.casework.library, Mix(number, ended=ENDED), now=place.office.now())
        events = _number(place, "SELECT count(*) FROM events")
        before = _floor(place, number)
        pace, differ = _simulated(place, number)
        after = _floor(place, number)
        few, all_of_them = _memory(place, number // FEW), _memory(place, number)
    floor = Pace(number * 2, before.seconds + after.seconds)
    say(f"  {number:,} requests with {events:,} events:  read and folded {floor.rate:,.0f}/s")
    say(f"  simulated in {pace.seconds:.1f} s, {pace.rate:,.0f}/s; {differ:,} differ in some way")
    say(f"  most memory: {few:.0f} MB for {number // FEW:,} requests, {all_of_them:.0f} MB for {number:,}")
    ratio, growth = pace.rate / floor.rate, all_of_them / few
    return all(
        [
            verdict(f"the simulation has {ratio:.2f} of the floor's rate, at least {TARGET:g}", ratio >= TARGET),
            verdict(f"{growth:.2f} times the memory for ten times the requests, at most {MOST_GROWTH:g}",
                    growth <= MOST_GROWTH),
        ]
    )  # fmt: skip


def shorter() -> str:
    """The standard workflow with CHANGES."""
    made = read_builtin("standard")
    for old, new in CHANGES:
        if old not in made:
            raise CannotBench(f"the standard workflow has changed: it does not say any more: {old}")
        made = made.replace(old, new)
    return made


def _floor(place: Ground, number: int) -> Pace:
    """Read and fold, nothing else."""
    begun, done = time.perf_counter(), 0
    with reading(place.engine) as connection:
        streams.one_moment(connection)
        with closing(histories.read(connection, "standard", Chosen(most=number))) as batches:
            for batch in batches:
                for history in batch:
                    case: Case | None = None
                    for events in history.commands:
                        for event in events:
                            case = apply(case, event)
                    done += 1
    assert done == number, f"{done} of {number} were read"
    return Pace(done, time.perf_counter() - begun)


def _simulated(place: Ground, number: int) -> tuple[Pace, int]:
    """As a worker does it; the pace, and how many differ."""
    desk = Simulations(place.engine, place.casework.library)
    who = _administrator(place)
    run_id = str(uuid4())
    desk.ask(who, shorter(), Chosen(most=number), run_id=run_id, at=place.office.now())
    begun = time.perf_counter()
    done = work(place.engine, place.casework.library, seconds=LONGEST)
    spent = time.perf_counter() - begun
    found = desk.one(who, run_id)
    if found.summary is None or done.done != 1:
        raise CannotBench(f"the simulation was {found.state}: {found.why}")
    assert found.summary.requests == number
    return Pace(number, spent), number - found.summary.same


def _administrator(place: Ground) -> Principal:
    return next(each for each in place.cast.people.values() if holds_one(each, ASKS))


def _memory(place: Ground, number: int) -> float:
    """The most megabytes that a process of its own held while it simulated so many requests."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_alone, args=(place.url, number, answers), daemon=True)
    worker.start()
    try:
        return float(answers.get(timeout=LONGEST))
    finally:
        worker.join(timeout=10)
        worker.kill()


def _alone(url: str, number: int, answers: Any) -> None:
    engine = make_engine(url, pool_size=3, name="gatehouse-bench")
    compare(engine, Library(), load(shorter()), Chosen(most=number), seconds=LONGEST)
    answers.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    engine.dispose()


def _number(place: Ground, question: str) -> int:
    with reading(place.engine) as connection:
        return int(connection.execute(text(question)).scalar_one())
