"""The API over HTTP at growing numbers of open cases: a list, a request, a command; and what tokens and keys cost."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import uuid4

from sqlalchemy import text

from bench.ground import Ground, ground, percentile, say, verdict
from bench.serving import Web, web
from tests.counting import statements
from webapp.api import PREFIX
from workflows.core.commands import Actor, Chase
from workflows.core.scopes import Scope
from workflows.service.filling import Mix, fill
from workflows.service.once import Kept, Once
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import reading

SIZES = (1_000, 100_000)
CLIENTS = 4
ONE_BY_ONE = 120
COMMANDS = 60
TIMES_SLOWER = 2.0
READER, MANAGER, PLACE = "lucy.brandt@harrowmere.example", "martin.shaw@harrowmere.example", "harrowmere"


@dataclass(frozen=True)
class Measured:
    """One kind of request at one size: seconds in the middle and at the 95th percentile, and requests a second."""

    size: int
    what: str
    middle: float
    slow: float
    rate: float


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether the API stays about as quick however many cases there are."""
    say("== The API over HTTP")
    found: list[Measured] = []
    made = 0
    with ground("api") as place:
        for size in [*(size for size in SIZES if size < cases), cases]:
            fill(place.engine, place.casework.library, Mix(size - made, seed=size), now=place.office.now())
            made = size
            say(f"  {size:,} open cases")
            found += [_told(each) for each in _measured(place, size, seconds)]
        _costs(place)
    met = True
    for what in ("list", "read", "command"):
        of_it = [each for each in found if each.what == what]
        least, most = of_it[0], of_it[-1]
        words = f"{what}: p95 at {most.size:,} is {most.slow / least.slow:.2f} times that at {least.size:,}"
        met &= verdict(f"{words}, at most {TIMES_SLOWER:g}", most.slow <= TIMES_SLOWER * least.slow)
    return met


def _told(each: Measured) -> Measured:
    say(
        f"    {each.what:8} p50 {each.middle * 1000:6.1f} ms   p95 {each.slow * 1000:6.1f} ms   "
        f"{each.rate:6.1f} requests/s at {CLIENTS} clients"
    )
    return each


class Caller:
    """One connection that stays open, with a token."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> bytes:
        """Read something that must be there."""
        return self._sent("GET", path, None, {})

    def chase(self, case_id: str) -> None:
        """Remind whoever has a case: the smallest command there is, on the version that is there now."""
        version = json.loads(self.get(f"{PREFIX}/cases/{case_id}/standing"))["version"]
        self.command(case_id, version)

    def command(self, case_id: str, version: int) -> None:
        """The command alone."""
        more = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{version}"', "Content-Type": "application/json"}
        self._sent("POST", f"{PREFIX}/cases/{case_id}/chase", "{}", more)

    def _sent(self, method: str, path: str, body: str | None, more: dict[str, str]) -> bytes:
        self._connection.request(method, path, body, {**self._headers, **more})
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status == 200, f"{method} {path} was answered with {answer.status}: {said[:300]!r}"
        return said


def _measured(place: Ground, size: int, seconds: float) -> list[Measured]:
    reader, manager = _token(place, READER), _token(place, MANAGER)
    chosen = _cases(place, COMMANDS * 2 + 1)
    with web(place.url) as server:
        paths = {
            "floor": "/health/live",
            "list": f"{PREFIX}/cases?list=mine&limit=25",
            "read": f"{PREFIX}/cases/{chosen[0][0]}",
        }
        found = [_get(server, size, what, path, reader, seconds) for what, path in paths.items()]
        return [*found, _commands(server, size, manager, chosen[1:])]


def _get(server: Web, size: int, what: str, path: str, token: str, seconds: float) -> Measured:
    callers = [Caller(server.port, token) for _ in range(CLIENTS)]
    times = _times([lambda: callers[0].get(path)] * ONE_BY_ONE, warm=6)
    rate = _together([lambda one=one: one.get(path) for one in callers], seconds=max(seconds * 2, 2.0))
    return Measured(size, what, median(times), percentile(times, 0.95), rate)


def _commands(server: Web, size: int, token: str, chosen: Sequence[tuple[str, int]]) -> Measured:
    """Each on a case of its own, so that every one is carried out."""
    alone, rest = chosen[:COMMANDS], list(chosen[COMMANDS:])
    caller = Caller(server.port, token)
    caller.get(f"{PREFIX}/cases/{alone[0][0]}/standing")
    times = _times([lambda each=each: caller.command(*each) for each in alone], warm=0)
    callers, lock, begun = [Caller(server.port, token) for _ in range(CLIENTS)], threading.Lock(), time.monotonic()

    def work(one: Caller) -> None:
        while True:
            with lock:
                if not rest:
                    return
                each = rest.pop()
            one.command(*each)

    clients = [threading.Thread(target=work, args=(one,)) for one in callers]
    count = len(rest)
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    rate = count / (time.monotonic() - begun)
    return Measured(size, "command", median(times), percentile(times, 0.95), rate)


def _times(works: Sequence[Callable[[], object]], *, warm: int) -> list[float]:
    for work in works[:warm]:
        work()
    times = []
    for work in works:
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return times


def _together(works: Sequence[Callable[[], object]], *, seconds: float) -> float:
    """Every client asks as fast as it is answered; all their requests per second."""
    done, begun = [0] * len(works), time.monotonic()

    def ask(number: int) -> None:
        while time.monotonic() < begun + seconds:
            works[number]()
            done[number] += 1

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(len(works))]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(done) / (time.monotonic() - begun)


def _costs(place: Ground) -> None:
    """What a token and a key cost beside the door itself, in this process: no HTTP, the same database."""
    tokens, once = Tokens(place.engine), Once(place.engine)
    token = _token(place, MANAGER)
    manager = place.cast.people[MANAGER]
    chosen = _cases(place, COMMANDS + 6)
    now = place.office.now()

    def door(case_id: str, version: int) -> None:
        actor = Actor(manager.id, manager.name)
        place.casework.execute(
            Chase(id=str(uuid4()), actor=actor, at=now, case_id=case_id, seen_version=version)
        )  # fmt: skip

    def keyed() -> None:
        key = str(uuid4())
        once.begin(manager.id, key, digest="d" * 64)
        once.keep(manager.id, key, Kept(200, '"v1"', "", "{}" * 1000))

    came = median(_times([lambda: tokens.come(token)] * ONE_BY_ONE, warm=6))
    kept = median(_times([keyed] * ONE_BY_ONE, warm=6))
    alone = median(_times([lambda each=each: door(*each) for each in chosen], warm=0))
    say(f"    a token  {came * 1000:5.2f} ms, {_statements(place, lambda: tokens.come(token))} statement")
    say(f"    a key    {kept * 1000:5.2f} ms, {_statements(place, keyed)} statements")
    say(f"    the door {alone * 1000:5.2f} ms for the same command: a key costs {kept / alone:.2f} of it")


def _statements(place: Ground, work: Callable[[], object]) -> int:
    with statements(place.engine) as sent:
        work()
    return len(sent)


def _cases(place: Ground, most: int) -> list[tuple[str, int]]:
    """Open requests at the busiest desk, others each time, with the version of each."""
    wanted = """SELECT c.id::text, c.version FROM cases c JOIN organisations o ON o.id = c.awaits_org
        WHERE o.key = :place AND c.kind = 'advice' ORDER BY random() LIMIT :most"""
    with reading(place.engine) as connection:
        rows = connection.execute(text(wanted), {"place": PLACE, "most": most})
        return [(row.id, row.version) for row in rows]


def _token(place: Ground, email: str) -> str:
    person = place.cast.people[email]
    scopes, where = [scope.value for scope in Scope], place.cast.organisations[PLACE].id
    made = Tokens(place.engine).add(
        person, where, name="Bench", scopes=scopes, days=1, command_id=str(uuid4()), now=place.office.now()
    )
    return made.token
