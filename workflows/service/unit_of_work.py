"""One command, one transaction, one commit: this is the only file that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workflows.store.engine import (
    Busy,
    Connection,
    Engine,
    IntegrityError,
    Unavailable,
    Way,
    make_engine,
    open_connection,
)

__all__ = [
    "Busy",
    "Connection",
    "Engine",
    "IntegrityError",
    "Unavailable",
    "Way",
    "held",
    "make_engine",
    "reading",
    "transaction",
]


@contextmanager
def held(engine: Engine) -> Iterator[Connection]:
    """One connection for several transactions, one after another: each of them still commits for itself.

    It saves asking the pool, and the server whether it is there, every time. Raises Unavailable.
    """
    with open_connection(engine) as connection:
        yield connection


@contextmanager
def transaction(engine: Way) -> Iterator[Connection]:
    """A connection whose work is kept as a whole when the block ends, and undone by any exception.

    Raises Unavailable when the database cannot be reached, Busy when a lock was not to be had in time.
    No network (mail, queue, HTTP) may be used inside the block.
    """
    with open_connection(engine) as connection:
        yield connection
        connection.commit()


@contextmanager
def reading(engine: Way) -> Iterator[Connection]:
    """A connection that PostgreSQL itself keeps from writing. Raises Unavailable and Busy as above."""
    with open_connection(engine, read_only=True) as connection:
        yield connection
