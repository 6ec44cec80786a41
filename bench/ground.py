"""What every bench stands on: a database of its own with the demo's people in it, and figures told alike."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from workflows.service import demo
from workflows.service.casework import Casework
from workflows.service.library import Library
from workflows.service.office import Cost, Office
from workflows.service.publishing import publish_shipped
from workflows.service.scenario import Cast
from workflows.service.unit_of_work import Engine, make_engine
from workflows.service.upkeep import upgrade

DATABASE_SETTINGS = ("GATEHOUSE_TEST_DATABASE_URL", "GATEHOUSE_DATABASE_URL")
REDIS_SETTINGS = ("GATEHOUSE_TEST_REDIS_URL", "GATEHOUSE_REDIS_URL")
SECRET = "for-benches-only-0123456789abcdef0123456789"
PASSWORD = "a password for benches only"
ROUNDS = 3
TRIES = 30


class CannotBench(Exception):
    """The benches cannot be run here; the message says why and what to do."""


def say(line: str = "") -> None:
    """Print a line at once."""
    print(line, flush=True)


def server() -> str:
    """The address of the PostgreSQL server."""
    return _setting(DATABASE_SETTINGS)


def redis() -> str:
    """The address of the queue."""
    return _setting(REDIS_SETTINGS)


def _setting(names: Sequence[str]) -> str:
    for name in names:
        if found := os.environ.get(name):
            return found.replace("postgresql+psycopg://", "postgresql://", 1)
    raise CannotBench(f"none of {', '.join(names)} is set. Run ./gatehouse bench, which starts servers of its own.")


@dataclass(frozen=True)
class Ground:
    """One database with the demo's people and the standard workflow, and nothing else."""

    url: str
    engine: Engine
    casework: Casework
    office: Office
    cast: Cast


@contextmanager
def ground(name: str) -> Iterator[Ground]:
    """A new database called gatehouse_bench_``name``, gone at the end."""
    database = f"gatehouse_bench_{name}_{os.getpid()}"
    _drop(database)
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database)))
    url = server().rsplit("/", 1)[0] + "/" + database
    upgrade(url)
    engine = make_engine(url, name="gatehouse-bench")
    try:
        yield _peopled(url, engine)
    finally:
        engine.dispose()
        _drop(database)


def _drop(database: str) -> None:
    """Take the database away again.

    Not WITH (FORCE): that would end the server's own vacuum by hand, which a role like ours may not, and after a
    million new rows there is one at work. Without it the server itself tells its vacuum to leave; what else still
    holds on is a connection of ours that closes, so it is tried again for a while.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database))
    with psycopg.connect(server(), autocommit=True) as connection:
        for left in reversed(range(TRIES)):
            try:
                connection.execute(drop)
                return
            except psycopg.errors.ObjectInUse:
                if not left:
                    raise
                time.sleep(1)


def _peopled(url: str, engine: Engine) -> Ground:
    office = Office(engine, secret=SECRET, cost=Cost(memory=8, passes=1))
    demo.seed_people(engine, office, password=PASSWORD)
    publish_shipped(engine, by="", at=office.now())
    found = {person.email: office.find(person.email) for person in demo.people()}
    cast = Cast({email: one for email, one in found.items() if one}, {org.key: org for org in office.organisations()})
    return Ground(url, engine, Casework(engine, Library()), office, cast)


@dataclass(frozen=True)
class Rate:
    """How often something was done in a second: the middle of the rounds."""

    name: str
    per_second: float


def alternately(works: Sequence[tuple[str, Callable[[float], float]]], *, seconds: float) -> list[Rate]:
    """Measure each work in turn, ROUNDS times, so that a noisy minute hits all alike.

    A work is given seconds and answers with its rate per second.
    """
    found: dict[str, list[float]] = {name: [] for name, _ in works}
    for _ in range(ROUNDS):
        for name, work in works:
            found[name].append(work(seconds))
    return [Rate(name, statistics.median(rates)) for name, rates in found.items()]


def until(seconds: float, work: Callable[[], None]) -> float:
    """Do the work again and again for so long; the rate per second."""
    begun, times = time.perf_counter(), 0
    while (spent := time.perf_counter() - begun) < seconds:
        work()
        times += 1
    return times / spent


def verdict(words: str, met: bool) -> bool:
    """Say whether a target is met, and pass it on."""
    say(f"  {'met   ' if met else 'MISSED'}  {words}")
    return met


def percentile(times: Sequence[float], share: float) -> float:
    """The time that this share of the requests does not exceed."""
    ordered = sorted(times)
    return ordered[min(round(share * len(ordered)), len(ordered) - 1)]
