"""The sweep: what is due among many open clocks, beside two floors, and that what is not due costs nothing.

What the figures mean. All are taken in one run on one database, whose server shares the machine:

- *The bare claim*: how many of the same rows a second a worker can lease (SKIP LOCKED, the sweep's own statement)
  when it then does nothing with them. It says how little of the sweep's time goes into finding what is due.
- *One by one*: the same commands of the clock, given by one process through the door without a sweep, in one part
  before the sweep and one after it, so that a noisy minute hits both.
- *The sweep*: PROCESSES workers at once, each a process of its own, as they run in the product. One rung is one
  command, one transaction, one commit, under the case's lock: no two share a commit, here as everywhere.
  It has to reach TARGET times the rate of one by one.
- *Nothing due*: a sweep that finds nothing, at a hundredth, a tenth and all of the open clocks, and the pages of the
  database that its claim reads. It may take at most NO_GROWTH times as long among all as among few: what is not
  due costs nothing, because the claim reads an index in the order of the due instants and stops at now.

``--cases`` is the number of open clocks; one in a hundred more is due. Cases are copied in (COPY) with
their whole histories where they are due; the others are made inside the database as lists and clocks know them, for
nothing here reads the histories of those.
The database is dropped at the end.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bench.ground import CannotBench, Ground, ground, say, verdict
from workflows.service.execute import execute
from workflows.service.filling import Mix, fill
from workflows.service.library import Library
from workflows.service.sweeping import LEASE, command_of, sweep
from workflows.service.unit_of_work import Engine, make_engine, reading, transaction
from workflows.store import bulk, clock, due_items
from workflows.store.due_items import Claimed

TARGET = 1.5
"""How many times as fast as one by one the sweep has to be."""
PROCESSES = 2
NO_GROWTH = 1.5
"""How much longer a sweep that finds nothing may take among all clocks: the noise of a small machine."""
SHARE_DUE, SHARE_APART = 100, 5
"""One clock in a hundred is due; a fifth as many again are kept for one by one."""
LOOKS = 40
"""How often a sweep that finds nothing is timed; the middle counts."""
AHEAD = timedelta(hours=12)
"""Cases that are not due are made as of then, so that no rung of theirs falls due while it is measured."""
MOST = 100
LONGEST = 3600.0


@dataclass(frozen=True)
class Empty:
    """A sweep that finds nothing: among how many open clocks, in how many seconds, reading how many pages."""

    clocks: int
    seconds: float
    pages: int
    plan: str


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether both targets are met."""
    say("== Sweep")
    begun = time.monotonic()
    with ground("sweep") as place:
        empties = [_empty(place, clocks) for clocks in (cases // 100, cases // 10, cases)]
        due = max(cases // SHARE_DUE, MOST)
        rates = _worked(place, due)
        size = _number(place, "SELECT pg_database_size(current_database()) / 1000000")
    for each in empties:
        say(f"  nothing due among {each.clocks:,} open clocks: {each.seconds * 1000:.2f} ms, {each.pages} pages read")
    for line in empties[-1].plan.splitlines():
        say(f"      {line}")
    say(
        f"  {due:,} due among {cases + due:,} open clocks:  bare claim {rates.claim:,.0f}/s   "
        f"one by one {rates.single:,.0f}/s   sweep with {PROCESSES} workers {rates.swept:,.0f}/s"
    )
    say(f"  {size:,} MB of database; {(time.monotonic() - begun) / 60:.1f} minutes in all")
    growth = empties[-1].seconds / empties[0].seconds
    ratio = rates.swept / rates.single
    return all(
        [
            verdict(f"the sweep is {ratio:.2f} times as fast as one by one, at least {TARGET:g}", ratio >= TARGET),
            verdict(f"finding nothing takes {growth:.2f} times as long, at most {NO_GROWTH:g}", growth <= NO_GROWTH),
        ]
    )


def _empty(place: Ground, clocks: int) -> Empty:
    """Fill up to ``clocks`` open clocks of which none is due, and look for work."""
    there, made = _number(place, "SELECT count(*) FROM cases"), time.perf_counter()
    if there:
        with transaction(place.engine) as connection:
            bulk.multiply(connection, clocks - there)
        bulk.refresh_statistics(place.engine)
    else:
        mix = Mix(clocks, past=False)
        fill(place.engine, place.casework.library, mix, now=place.office.now() + AHEAD)
    say(f"  {clocks:,} open clocks made in {time.perf_counter() - made:.0f} s")
    # What a made-up history left behind is done first: the looks that are timed must find nothing.
    if sweep(place.engine, place.casework.library, seconds=LONGEST).done:
        bulk.refresh_statistics(place.engine)
    took = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        found = sweep(place.engine, place.casework.library)
        took.append(time.perf_counter() - begun)
        if found.done or found.dropped or found.failed:
            raise CannotBench(f"something was due among clocks that should have had time left: {found}")
    with place.engine.connect() as connection:
        # Never committed: what it explains is undone.
        plan, pages = due_items.claim_plan(connection, now=clock.now(connection), most=MOST, lease=LEASE)
    return Empty(clocks, statistics.median(took), pages, plan)


@dataclass(frozen=True)
class Rates:
    """Due items a second, three ways."""

    claim: float
    single: float
    swept: float


def _worked(place: Ground, due: int) -> Rates:
    """Make ``due`` clocks due, and some more for one by one; claim them for nothing, then carry them out."""
    apart = max(due // SHARE_APART, 2) // 2 * 2
    there = _number(place, "SELECT count(*) FROM cases")
    # One filling that began as another did would make the same references again.
    mix = Mix(due + apart, due=due + apart, seed=there + 1)
    fill(place.engine, place.casework.library, mix, now=place.office.now())
    kept = _set_apart(place, apart)
    claim = _claimed(place, due)
    before = _one_by_one(place, kept[: apart // 2])
    swept = _swept(place, due)
    after = _one_by_one(place, kept[apart // 2 :])
    return Rates(claim, apart / (before + after), swept)


def _set_apart(place: Ground, number: int) -> list[Claimed]:
    """Those due last, leased for so long that no sweep takes them."""
    taken = text(
        """UPDATE due_items d SET lease_until = 'infinity' FROM (SELECT case_id, clock, rung FROM due_items
        WHERE due_at <= :now ORDER BY due_at DESC, case_id LIMIT :most) k
        WHERE (d.case_id, d.clock, d.rung) = (k.case_id, k.clock, k.rung)
        RETURNING d.case_id::text, d.clock, d.rung, d.command, d.due_at, d.version"""
    )
    with transaction(place.engine) as connection:
        rows = connection.execute(taken, {"now": clock.now(connection), "most": number})
        return [due_items.claimed(row) for row in rows]


def _claimed(place: Ground, due: int) -> float:
    """Floor (a): lease every due row, a claim at a time, do nothing, and give them back."""
    begun, found = time.perf_counter(), 0
    while True:
        with transaction(place.engine) as connection:
            some = due_items.claim(connection, now=clock.now(connection), most=MOST, lease=timedelta(hours=1))
        found += len(some)
        if len(some) < MOST:
            break
    spent = time.perf_counter() - begun
    assert found >= due, f"{found} rows were due, {due} were made"
    with transaction(place.engine) as connection:
        given_back = "UPDATE due_items SET lease_until = NULL, attempts = 0 WHERE lease_until < 'infinity'"
        connection.execute(text(given_back))
    return found / spent


def _one_by_one(place: Ground, items: list[Claimed]) -> float:
    """Floor (b): seconds that it takes to carry these out, one process, no sweep."""
    with reading(place.engine) as connection:
        now = clock.now(connection)
    begun = time.perf_counter()
    for item in items:
        execute(place.engine, place.casework.library, command_of(item, now=now))
    return time.perf_counter() - begun


def _swept(place: Ground, due: int) -> float:
    """The rate of PROCESSES workers that sweep side by side until nothing is due."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(PROCESSES), context.Queue()
    workers = [
        context.Process(target=_worker, args=(place.url, barrier, answers), daemon=True) for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    try:
        found = [answers.get(timeout=LONGEST) for _ in workers]
    finally:
        for worker in workers:
            worker.join(timeout=5)
            worker.kill()
    done = sum(each[0] for each in found)
    assert done >= due, f"{done} of {due} were carried out; dropped and failed: {[each[3:] for each in found]}"
    return float(done / (max(each[2] for each in found) - min(each[1] for each in found)))


def _worker(url: str, barrier: Any, answers: Any) -> None:
    engine, library = make_engine(url, pool_size=2, name="gatehouse-bench"), Library()
    _warm(engine, library)
    barrier.wait(timeout=LONGEST)
    begun = time.monotonic()
    swept = sweep(engine, library, most=MOST, seconds=LONGEST)
    answers.put((swept.done, begun, time.monotonic(), swept.dropped, swept.failed))
    engine.dispose()


def _warm(engine: Engine, library: Library) -> None:
    """What a worker that has run for a while has done already: the workflow read, the calendar loaded."""
    with reading(engine) as connection:
        library.latest(connection, "standard")
    library.calendar("england-and-wales")


def _number(place: Ground, question: str) -> int:
    with reading(place.engine) as connection:
        return int(connection.execute(text(question)).scalar_one())
