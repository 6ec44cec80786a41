"""The worklist and the case page over HTTP, at growing numbers of open cases."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass
from statistics import median

from sqlalchemy import text

from bench.ground import SECRET, Ground, ground, percentile, redis, say, verdict
from bench.serving import Browser, web
from tests.counting import statements
from webapp import create_app
from workflows.service.filling import Mix, fill
from workflows.service.unit_of_work import reading
from workflows.settings import Settings

SIZES = (1_000, 10_000, 100_000)
CLIENTS = 4
ONE_BY_ONE = 150
TIMES_SLOWER = 2.0
READER = "lucy.brandt@harrowmere.example"
"""An adviser at the busiest desk: her worklist is the longest."""


@dataclass(frozen=True)
class Measured:
    """One page at one size: seconds for one client, requests a second for CLIENTS, statements of one request."""

    size: int
    page: str
    middle: float
    slow: float
    rate: float
    statements: int


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether pages stay about as quick however many cases there are."""
    say("== Pages over HTTP")
    found: list[Measured] = []
    made = 0
    with ground("http") as place:
        for size in [*(size for size in SIZES if size < cases), cases]:
            begun = time.monotonic()
            wanted = Mix(size - made, seed=size)
            fill(place.engine, place.casework.library, wanted, now=place.office.now())
            say(f"  {size:,} open cases (making {size - made:,} took {time.monotonic() - begun:.0f} s)")
            made = size
            found += [_told(each) for each in _measured(place, size, seconds)]
    met = True
    for page in ("worklist", "case page"):
        of_page = [each for each in found if each.page == page]
        least, most = of_page[0], of_page[-1]
        words = f"{page}: p95 at {most.size:,} is {most.slow / least.slow:.2f} times that at {least.size:,}"
        met &= verdict(f"{words}, at most {TIMES_SLOWER:g}", most.slow <= TIMES_SLOWER * least.slow)
        counts = {each.statements for each in found if each.page == page}
        met &= verdict(f"{page}: statements per request {sorted(counts)}, the same at every size", len(counts) == 1)
    return met


def _told(each: Measured) -> Measured:
    say(
        f"    {each.page:10} p50 {each.middle * 1000:6.1f} ms   p95 {each.slow * 1000:6.1f} ms   "
        f"{each.rate:6.1f} requests/s at {CLIENTS} clients   {each.statements} statements"
    )
    return each


def _measured(place: Ground, size: int, seconds: float) -> list[Measured]:
    case_id = _some_case(place)
    paths = {"worklist": "/work?tab=mine", "case page": f"/cases/{case_id}"}
    counts = statements_of(place, list(paths.values()))
    with web(place.url) as server:
        # One session for all: a person may have only a few.
        browsers = [Browser(server.port) for _ in range(CLIENTS)]
        browsers[0].sign_in(READER)
        for browser in browsers[1:]:
            browser.take_session(browsers[0])
        found = []
        for (page, path), count in zip(paths.items(), counts, strict=True):
            for browser in browsers:
                fetch(browser, path)
            times = [_timed(browsers[0], path) for _ in range(ONE_BY_ONE)]
            rate = _together(browsers, path, seconds=max(seconds * 2, 2.0))
            found.append(Measured(size, page, median(times), percentile(times, 0.95), rate, count))
        return found


def _some_case(place: Ground) -> str:
    wanted = """SELECT c.id::text FROM cases c JOIN organisations o ON o.id = c.awaits_org
        WHERE o.key = 'harrowmere' AND c.kind = 'advice' ORDER BY c.id LIMIT 1"""
    with reading(place.engine) as connection:
        return str(connection.execute(text(wanted)).scalar_one())


def fetch(browser: Browser, path: str) -> None:
    """Fetch a page that must be there, whole."""
    status, body = browser.get(path)
    assert status == 200, f"{path} was answered with {status}"
    assert b"</html>" in body


def _timed(browser: Browser, path: str) -> float:
    begun = time.perf_counter()
    fetch(browser, path)
    return time.perf_counter() - begun


def _together(browsers: list[Browser], path: str, *, seconds: float) -> float:
    """Every client fetches as fast as it is answered; all their requests per second."""
    done = [0] * len(browsers)
    begun = time.monotonic()

    def work(number: int) -> None:
        while time.monotonic() < begun + seconds:
            fetch(browsers[number], path)
            done[number] += 1

    clients = [threading.Thread(target=work, args=(number,)) for number in range(len(browsers))]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(done) / (time.monotonic() - begun)


def statements_of(place: Ground, paths: list[str], *, reader: str = READER) -> list[int]:
    """The statements of one request each, counted inside this process."""
    settings = Settings.from_env(
        {
            "GATEHOUSE_DATABASE_URL": place.url,
            "GATEHOUSE_REDIS_URL": redis(),
            "GATEHOUSE_SECRET_KEY": SECRET,
            "GATEHOUSE_BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings, engine=place.engine)
    logging.getLogger("gatehouse.web").setLevel(logging.WARNING)
    client = app.test_client()
    who = place.cast.people[reader].id
    session_id = "s-" + secrets.token_urlsafe(32)
    place.office.begin_session(session_id, person_id=who, data={})
    client.set_cookie("sid", session_id)
    found = []
    for path in paths:
        client.get(path)
        with statements(place.engine) as sent:
            answer = client.get(path)
        assert answer.status_code == 200, f"{path} was answered with {answer.status_code}"
        found.append(len(sent))
    return found
