"""The API under requests that a machine invents from its description: no fault, and no answer that is not described.

Schemathesis makes the requests, single ones and chains that follow the links of the description; what came of each is
counted here, on the server's side, and does not depend on what the tool itself takes for a failure.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from uuid_utils import uuid7
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bench.ground import PASSWORD, SECRET, CannotBench, Ground, ground, redis, say, verdict
from webapp import create_app
from webapp.api import PREFIX, openapi
from workflows.core.definition import Role
from workflows.core.permissions import Membership
from workflows.core.scopes import Scope
from workflows.service.filling import Mix, fill
from workflows.service.tokens import Tokens
from workflows.settings import Settings

WANTED = 20_000
"""Requests at least."""
CASES = 400
ROUND_SECONDS = 100
MOST_ROUNDS = 14
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
SAMPLES = 40
"""Real requests whose ids are offered to the tool, beside those that it invents."""


@dataclass
class Counted:
    """What the server answered: how often each operation gave each status, and what it should never have given."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    undescribed: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(self.answers.values())


class Counting:
    """The application, with every answer of its API counted by operation and status."""

    def __init__(self, app: Any) -> None:
        self._app: WSGIApplication = app.wsgi_app
        self._bind = app.url_map.bind
        self._described = _statuses()
        self._lock = threading.Lock()
        self.counted = Counted()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Pass the request on, and count the answer."""

        def begun(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._count(environ, int(status[:3]))
            return start(status, headers, *more)

        return self._app(environ, begun)

    def _count(self, environ: WSGIEnvironment, status: int) -> None:
        name = self._operation(environ)
        with self._lock:
            self.counted.answers[name, status] += 1
            if status >= 500 and status != 503:
                self.counted.faults[name] += 1
            # Verbs and paths that there are not are answered alike everywhere.
            if name in self._described and status not in self._described[name]:
                self.counted.undescribed[name, status] += 1

    def _operation(self, environ: WSGIEnvironment) -> str:
        try:
            endpoint, _ = self._bind("localhost").match(environ["PATH_INFO"], method=environ["REQUEST_METHOD"])
        except Exception:  # noqa: BLE001 - whatever cannot be matched is no operation
            return "elsewhere"
        return str(endpoint).removeprefix("api.")


def _statuses() -> dict[str, frozenset[int]]:
    described = json.loads(openapi.text())
    return {
        one["operationId"]: frozenset(int(status) for status in one["responses"])
        for methods in described["paths"].values()
        for one in methods.values()
    }


def run(cases: int, seconds: float) -> bool:
    """Invent requests until there were enough; whether none was answered with a fault or with what is not described."""
    say("== The API under invented requests")
    tool = Path(sys.executable).with_name("schemathesis")
    if not tool.exists():
        raise CannotBench("schemathesis is not installed. Run ./gatehouse bench, which installs it.")
    with ground("fuzz") as place:
        fill(place.engine, place.casework.library, Mix(CASES, seed=7), now=place.office.now())
        tokens = [_busy(place), *_people(place)]
        app = create_app(_settings(place), engine=place.engine)
        logging.getLogger("gatehouse.web").setLevel(logging.CRITICAL)
        counting = Counting(app)
        app.wsgi_app = counting  # type: ignore[method-assign]
        with served(app) as port, tempfile.TemporaryDirectory(prefix="gatehouse-fuzz-") as folder:
            described = Path(folder, "openapi.json")
            described.write_text(_with_ids(place), encoding="utf-8")
            failed = _rounds(tool, described, port, tokens, counting.counted)
    return _judged(counting.counted, failed)


def _rounds(tool: Path, described: Path, port: int, tokens: list[str], counted: Counted) -> list[str]:
    """One round after another, each with another seed and another caller, until there were enough requests."""
    failed: list[str] = []
    for number in range(MOST_ROUNDS):
        begun, before = time.monotonic(), counted.requests
        done = subprocess.run(
            [
                str(tool), "run", str(described), "--url", f"http://127.0.0.1:{port}{PREFIX}", "--checks", CHECKS,
                "--header", f"Authorization: Bearer {tokens[number % len(tokens)]}", "--workers", "2",
                "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "120", "--seed", str(number + 1),
                "--max-time", str(ROUND_SECONDS), "--no-shrink", "--continue-on-failure", "--no-color",
                "--warnings", "off", "--request-timeout", "30", "--suppress-health-check", "all",
            ],
            cwd=described.parent, capture_output=True, text=True, timeout=ROUND_SECONDS * 4, check=False,
            env={**os.environ, "COLUMNS": "120"},
        )  # fmt: skip
        spent = time.monotonic() - begun
        say(f"  round {number + 1}: {counted.requests - before:,} requests in {spent:.0f} s; {_last(done.stdout)}")
        if done.returncode not in (0, 1) or (done.returncode == 1 and "FAILURES" in done.stdout):
            failed.append(done.stdout[done.stdout.find("FAILURES") - 200 :][:4000] or done.stderr[-2000:])
        if counted.requests >= WANTED:
            break
    return failed


def _last(text: str) -> str:
    lines = [line.strip(" =") for line in text.splitlines() if line.strip(" =")]
    return lines[-1] if lines else "it said nothing"


def _judged(counted: Counted, failed: list[str]) -> bool:
    by_status = Counter[int]()
    for (_, status), times in counted.answers.items():
        by_status[status] += times
    for status, times in sorted(by_status.items()):
        say(f"  {status}: {times:,}")
    reached = {name for (name, status), _ in counted.answers.items() if status < 300}
    say(f"  {len(reached)} of {len(_statuses())} operations were carried out at least once")
    for found in failed:
        say(found)
    met = verdict(f"{counted.requests:,} requests, at least {WANTED:,}", counted.requests >= WANTED)
    met &= verdict(f"no fault of the server ({dict(counted.faults)})", not counted.faults)
    met &= verdict(f"no status that is not described ({dict(counted.undescribed)})", not counted.undescribed)
    return verdict("every answer is as its description says", not failed) and met


def _busy(place: Ground) -> str:
    """A token of somebody with every role at one organisation, so that as much as can be is carried out."""
    organisation = place.cast.organisations["harrowmere"].id
    roles = frozenset(Membership(organisation, role) for role in Role)
    person = place.office.add_person(
        name="Busy Bench", email="busy@harrowmere.example", password=PASSWORD, memberships=roles
    )  # fmt: skip
    return _token(place, person, organisation)


def _people(place: Ground) -> Iterator[str]:
    for email in ("priya.anand@marlbridge.example", "jess.holloway@brightwater.example"):
        person = place.cast.people[email]
        yield _token(place, person.id, sorted(person.organisations())[0])


def _token(place: Ground, person_id: str, organisation: str) -> str:
    person = place.office.principal(person_id)
    assert person is not None
    scopes = [scope.value for scope in Scope]
    made = Tokens(place.engine).add(
        person, organisation, name="Bench", scopes=scopes, days=1, command_id=str(uuid7()), now=place.office.now()
    )
    return made.token


def _settings(place: Ground) -> Settings:
    return Settings.from_env(
        {
            "GATEHOUSE_DATABASE_URL": place.url,
            "GATEHOUSE_REDIS_URL": redis(),
            "GATEHOUSE_SECRET_KEY": SECRET,
            "GATEHOUSE_BASE_URL": "http://127.0.0.1",
            "GATEHOUSE_API_PER_MINUTE": "1000000",
        }
    )


def _with_ids(place: Ground) -> str:
    """The description, in which ids of real requests are among those that can be asked for."""
    from sqlalchemy import text

    from workflows.service.unit_of_work import reading

    described = json.loads(openapi.text())
    with reading(place.engine) as connection:
        wanted = "SELECT id::text FROM cases ORDER BY kind, id LIMIT :most"
        known = list(connection.execute(text(wanted), {"most": SAMPLES}).scalars())
    places = [each.id for each in place.cast.organisations.values()]
    fields = described["components"]["schemas"]["StartBody"]["properties"]
    fields["holder"] = {"anyOf": [{"enum": places}, fields["holder"]]}
    for methods in described["paths"].values():
        for one in methods.values():
            for each in one.get("parameters", ()):
                if each["name"] == "case_id":
                    each["schema"] = {"anyOf": [{"enum": known}, {"type": "string", "format": "uuid"}]}
    return json.dumps(described)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any, **__: Any) -> None:
        """Nothing: there are too many."""

    def log(self, *_: Any, **__: Any) -> None:
        """Nothing either."""


@contextmanager
def served(app: Any) -> Iterator[int]:
    """The application on a free port of this machine, in threads of this process; stopped at the end."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
