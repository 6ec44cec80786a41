"""The sweep: what is due among many open clocks, and that those not due cost nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from bench.ground import Ground, ground, say, verdict
from workflows.service.filling import Mix, fill
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import reading

DUE = 1_000
FEW = 2_000
NO_GROWTH = 1.3
"""How much longer the same work may take among many open clocks: the noise of a small machine."""


@dataclass(frozen=True)
class Swept:
    """One sweep: how many clocks were open, how many rungs were reached, in how many seconds."""

    clocks: int
    done: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rungs a second."""
        return self.done / self.seconds


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether the sweep takes as long among many clocks as among few."""
    say("== Sweep")
    with ground("sweep") as place:
        few = max(_swept(place, FEW), _swept(place, DUE), key=lambda one: one.rate)
        many = max(_swept(place, cases - FEW - 2 * DUE), _swept(place, DUE), key=lambda one: one.rate)
    for each in (few, many):
        say(f"  {each.clocks:,} open clocks, {each.done:,} due: {each.seconds:.2f} s, {each.rate:,.0f} rows/s")
    growth = few.rate / many.rate
    words = f"a due row among {many.clocks:,} clocks takes {growth:.2f} times as long as among {few.clocks:,}"
    return verdict(f"{words}, at most {NO_GROWTH:g}", growth <= NO_GROWTH)


def _swept(place: Ground, more: int) -> Swept:
    """Make ``more`` open cases with DUE of them due now, and sweep."""
    with reading(place.engine) as connection:
        # One filling that began as another did would make the same references again.
        seed = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
    fill(place.engine, place.casework.library, Mix(more, due=min(DUE, more), seed=int(seed)), now=place.office.now())
    with reading(place.engine) as connection:
        clocks = connection.execute(text("SELECT count(*) FROM cases WHERE closed_at IS NULL")).scalar_one()
    begun = time.perf_counter()
    done = sweep(place.engine, place.casework.library, seconds=600.0)
    spent = time.perf_counter() - begun
    assert done.failed == 0, f"{done.failed} rungs failed"
    assert done.done >= min(DUE, more)
    return Swept(int(clocks), done.done, spent)
