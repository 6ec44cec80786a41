"""A CP-IS for tests: the two reads that are documented, checked to the letter, and everything that can go wrong."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.checking.answers import OTHER, audit, bundle, outcome, team
from workflows.core.limits import nhs_number_valid

BASE = "/cpis/FHIR/R4"
TOKEN = "Z2NVIitD7bQOzsoCpO3P"
INCLUDE = "AuditEvent:entity-type=http://terminology.hl7.org/CodeSystem/v3-RoleClass|ASSIGNED"
PATIENT = "https://fhir.nhs.uk/Id/nhs-number|"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class CpisServer:
    """What it knows and how it behaves. ``records`` has the CareTeams of each NHS number."""

    url: str = ""
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mode: str = ""
    """A status to answer with, or: html, broken, slow, drip, reset, silent, wrong_patient, redirect, huge."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """Each question that was put rightly: the kind, the number, and the headers that matter."""
    over: Event = field(default_factory=Event)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.server.known
        try:
            self._misbehave(known) if known.mode else self._answer(known)
        except OSError:
            return  # whoever asked has gone

    def _answer(self, known: CpisServer) -> None:
        wrong = self._wrong()
        if wrong is not None:
            return self._send(*wrong)
        parts, query = urlsplit(self.path), dict(parse_qsl(urlsplit(self.path).query))
        kind, number = parts.path.rsplit("/", 1)[1], query["patient:identifier"].removeprefix(PATIENT)
        unscheduled = self.headers["IsUnscheduledAccessEvent"]
        known.asked.append(
            {"kind": kind, "number": number, "unscheduled": unscheduled, "trace": self.headers["TraceID"]}
        )
        teams = known.records.get(number, [])
        found = teams if kind == "CareTeam" else [audit(number) for _ in teams]
        return self._send(200, bundle(*found, total=len(found), timestamp="2020-01-01T00:00:00Z"))

    def _wrong(self) -> tuple[int, dict[str, Any]] | None:
        """What the specification answers to a question that is not put rightly."""
        parts = urlsplit(self.path)
        kind = parts.path.removeprefix(f"{BASE}/")
        pairs = parse_qsl(parts.query, strict_parsing=True)
        wanted = {"CareTeam": ["patient:identifier"], "AuditEvent": ["patient:identifier", "_include"]}
        if kind not in wanted or "|" in self.path:
            return 404, outcome("NOT_FOUND", "No such resource")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, outcome("UNAUTHORISED", "Missing or invalid token")
        trace, unscheduled = self.headers.get("TraceID", ""), self.headers.get("IsUnscheduledAccessEvent")
        if not UUID.fullmatch(trace) or unscheduled not in ("true", "false"):
            return 400, outcome("PRECONDITION_FAILED", "Missing or invalid head parameter")
        if [name for name, _ in pairs] != wanted[kind] or dict(pairs).get("_include", INCLUDE) != INCLUDE:
            return 400, outcome("INVALID_SEARCH_DATA", "Wrong parameters")
        if not pairs[0][1].startswith(PATIENT) or not nhs_number_valid(pairs[0][1].removeprefix(PATIENT)):
            return 400, outcome("INVALID_SEARCH_DATA", f"Invalid NHS number {pairs[0][1]}")
        return None

    def _misbehave(self, known: CpisServer) -> None:
        mode = known.mode
        if mode.isdigit():
            return self._send(int(mode), outcome("ACCESS_DENIED", "Access has been denied to process this request"))
        if mode == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{known.url}/CareTeam?elsewhere=1")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if mode == "wrong_patient":
            return self._send(200, bundle(team(number=OTHER)))
        if mode == "outcome":
            return self._send(200, outcome("ACCESS_DENIED", "Access has been denied to process this request"))
        plain = {"html": b"<!doctype html><title>Sign in</title>", "broken": b'{"resourceType": "Bun'}
        if mode in plain:
            return self._raw(plain[mode], "text/html" if mode == "html" else "application/fhir+json")
        if mode == "huge":
            return self._raw(b" " * 1_000_001, "application/fhir+json")
        if mode == "reset":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if mode == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not known.over.wait(0.05):
                self.wfile.write(b"a")
        known.over.wait(30)  # slow
        return None

    def _send(self, status: int, value: dict[str, Any]) -> None:
        self._raw(json.dumps(value).encode(), "application/fhir+json;charset=utf-8", status=status)

    def _raw(self, body: bytes, kind: str, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    known: CpisServer
    daemon_threads = True


@contextmanager
def cpis_server() -> Iterator[CpisServer]:
    """Run it on a free port until the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.known = CpisServer(url=f"http://127.0.0.1:{server.server_address[1]}{BASE}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.known
    finally:
        server.known.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
