"""The memory of each process of the embedded start, once it has done some work."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from redis import Redis

from bench.ground import ground, redis, say, verdict
from bench.http import READER
from bench.serving import Browser, environment, web
from launch.up import beat_command, worker_command
from workflows.service.filling import Mix, fill

MOST = 617.0
"""Megabytes that a well-known tracker takes for like work, all its processes together."""
PAGES = 50


def run(cases: int, seconds: float) -> bool:
    """Measure and tell; whether all processes together take less than a like product does."""
    say("== Memory (proportional set size)")
    with ground("memory") as place, ExitStack() as stack:
        fill(place.engine, place.casework.library, Mix(1_000), now=place.office.now())
        server = stack.enter_context(web(place.url))
        settings = environment(place.url, server.port)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatehouse-bench-")))
        worker = stack.enter_context(_running(worker_command(), settings, folder))
        beat = stack.enter_context(_running(beat_command(folder), settings, folder))
        browser = Browser(server.port)
        browser.sign_in(READER)
        for _ in range(PAGES):
            browser.get("/work?tab=mine")
        found = {
            "web": _tree(server.pid), "worker": _tree(worker), "beat": _tree(beat),
            "PostgreSQL": _tree(_postgres(place.url)), "queue": _tree(_queue()),
        }  # fmt: skip
    for name, size in found.items():
        say(f"  {name:12} {f'{size:7.1f} MB' if size else 'not on this machine'}")
    total = sum(found.values())
    return verdict(f"together {total:.0f} MB, less than {MOST:g} MB", total < MOST)


@contextmanager
def _running(command: Sequence[str], settings: dict[str, str], folder: Path) -> Iterator[int]:
    """A process of the product while the block lasts; its number."""
    with (folder / "process.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=settings, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tree(pid: int) -> float:
    """Megabytes of a process and everything that it has started; 0 when it cannot be seen from here."""
    if not pid:
        return 0.0
    family, grown = {pid}, True
    parents = _parents()
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return sum(_size(each) for each in family)


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    return found


def _size(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _postgres(url: str) -> int:
    """The server's first process: the parent of ours, when it is on this machine."""
    with psycopg.connect(url) as connection:
        return _parents().get(connection.info.backend_pid, 0)


def _queue() -> int:
    connection: Redis = Redis.from_url(redis())
    try:
        return int(connection.info("server")["process_id"])
    finally:
        connection.close()
