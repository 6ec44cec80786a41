"""A server for tests that publishes bank holidays, or does one of the things that servers do instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from workflows.definitions.calendars import NATIONS, seed_calendars

NATION = "england-and-wales"


def official(*more: date, without: tuple[date, ...] = (), years: range = range(2024, 2029)) -> str:
    """The list in its official form, with days more for England and Wales or without some."""
    parts = {}
    for name in NATIONS:
        days = {day: title for day, title in seed_calendars()[name].holidays if day.year in years}
        if name == NATION:
            days |= dict.fromkeys(more, "A day proclaimed late")
            days = {day: title for day, title in days.items() if day not in without}
        events = [
            {"title": title, "date": day.isoformat(), "notes": "", "bunting": True}
            for day, title in sorted(days.items())
        ]
        parts[name] = {"division": name, "events": events}
    return json.dumps(parts)


@dataclass
class PublishedList:
    """What it answers with; ``hangs`` keeps everybody waiting until the test is over."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    hangs: bool = False
    asked: int = 0
    over: Event = field(default_factory=Event)


@contextmanager
def published_list() -> Iterator[PublishedList]:
    """The server, on a port of its own, until the block ends."""
    found = PublishedList(body=official().encode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            if found.hangs:
                found.over.wait(30)
                return
            self.send_response(found.status)
            if found.status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            try:
                self.wfile.write(found.body)
            except ConnectionError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/bank-holidays.json"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
