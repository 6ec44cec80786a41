"""The manager's board over HTTP, every case in one organisation, beside the barest count of them in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import psycopg

from bench.ground import Ground, ground, percentile, say, verdict
from bench.http import SIZES, fetch, statements_of
from bench.serving import Browser, web
from workflows.service.filling import Mix, fill

HOLDER = "harrowmere"
READER = "martin.shaw@harrowmere.example"
ONE_BY_ONE = 60
FLOOR = """SELECT stage, count(*) FROM cases WHERE holder_org = (SELECT id FROM organisations WHERE key = %s)
    AND closed_at IS NULL AND submitted_at IS NOT NULL GROUP BY stage"""
"""What no board can do without: each open case looked at once. No rules, no rows, no page."""


@dataclass(frozen=True)
class Measured:
    """One page at one size: seconds in the middle and at the 95th percentile, and statements of one request."""

    size: int
    page: str
    middle: float
    slow: float
    statements: int


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether the board sends the same statements however many cases there are."""
    say("== The manager's board, every case held by one organisation")
    found: list[Measured] = []
    made = 0
    with ground("board") as place:
        for size in [*(size for size in SIZES if size < cases), cases]:
            begun = time.monotonic()
            wanted = Mix(size - made, seed=size, holder=HOLDER)
            fill(place.engine, place.casework.library, wanted, now=place.office.now())
            say(f"  {size:,} open cases (making {size - made:,} took {time.monotonic() - begun:.0f} s)")
            made = size
            found += _measured(place, size)
    met = True
    for page in dict.fromkeys(each.page for each in found):
        counts = {each.statements for each in found if each.page == page}
        met &= verdict(f"{page}: statements per request {sorted(counts)}, the same at every size", len(counts) == 1)
    return met


def _measured(place: Ground, size: int) -> list[Measured]:
    person = place.cast.people["lucy.brandt@harrowmere.example"].id
    agency = place.cast.organisations["marlbridge"].id
    paths = {
        "board": "/board",
        "overdue": "/board?state=overdue",
        "one person": f"/board?holder={person}&group=holder",
        "one agency": f"/board?agency={agency}&waits=holder",
        "page 20": "/board?page=20",
    }
    counts = statements_of(place, list(paths.values()), reader=READER)
    floor = _floor(place)
    say(f"    {'bare count':12} p50 {floor * 1000:6.1f} ms")
    found = []
    with web(place.url) as server:
        browser = Browser(server.port)
        browser.sign_in(READER)
        for (page, path), count in zip(paths.items(), counts, strict=True):
            times = _times(lambda path=path: fetch(browser, path))
            each = Measured(size, page, median(times), percentile(times, 0.95), count)
            say(
                f"    {page:12} p50 {each.middle * 1000:6.1f} ms   p95 {each.slow * 1000:6.1f} ms   "
                f"{each.middle / floor:5.1f} times the bare count   {count} statements"
            )
            found.append(each)
    return found


def _times(work: Callable[[], object]) -> list[float]:
    for _ in range(6):  # the driver prepares a statement after it has seen it a few times
        work()
    times = []
    for _ in range(ONE_BY_ONE):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return times


def _floor(place: Ground) -> float:
    """Seconds of the barest count, over a connection of its own."""
    with psycopg.connect(place.url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        return median(_times(lambda: connection.execute(FLOOR, [HOLDER]).fetchall()))
