"""The way to PostgreSQL: one engine per process, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = [
    "Busy",
    "Connection",
    "Engine",
    "IntegrityError",
    "Unavailable",
    "Way",
    "glance",
    "make_engine",
    "open_connection",
    "told_plainly",
]

LOCK_SECONDS = 5
STATEMENT_SECONDS = 15
IDLE_IN_TRANSACTION_SECONDS = 20
CONNECT_SECONDS = 5
POOL_WAIT_SECONDS = 10

Way = Engine | Connection
"""Where a transaction gets its connection: from the pool, or one that is held for several transactions."""

Taken = IntegrityError
"""Raised when a row with the same key exists: for the door, "this has been done already"."""


class Unavailable(Exception):
    """The database cannot be reached or went away; nothing that was not answered for was kept."""


class Busy(Exception):
    """Somebody else holds the rows for too long: nothing was changed, trying again is right."""


_BUSY = frozenset({"55P03", "40P01", "40001", "57014"})
"""Lock not available, deadlock, serialisation failure, statement cancelled by its time limit."""

_GONE = ("08", "57P", "53300", "25P03")
"""Connection lost, server stopping, too many connections, idle too long inside a transaction."""


def make_engine(url: str, *, pool_size: int = 8, name: str = "gatehouse") -> Engine:
    """An engine for ``url``; ``name`` is what the server shows for its connections.

    No connection is made yet. Every wait has an end: for a lock, a statement, an idle transaction, a
    free connection of the pool.
    """
    limits = {
        "lock_timeout": f"{LOCK_SECONDS}s",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
        "timezone": "UTC",
    }
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "application_name": name,
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
        },
    )


@contextmanager
def open_connection(engine: Way, *, read_only: bool = False) -> Iterator[Connection]:
    """One connection, given back at the end; whatever was not committed by then is undone.

    One that is held already is used as it is, and stays held. Raises Unavailable or Busy for the failures that have
    nothing to do with what was asked.
    """
    if isinstance(engine, Connection):
        with told_plainly(), _undoing(engine):
            if read_only:
                engine.execute(_READ_ONLY)
            yield engine
        return
    with told_plainly(), engine.connect() as connection:
        if read_only:
            # Becomes part of BEGIN: no statement of its own.
            connection.execution_options(postgresql_readonly=True)
        yield connection


_READ_ONLY = text("SET TRANSACTION READ ONLY")


@contextmanager
def _undoing(connection: Connection) -> Iterator[None]:
    """Whatever the block did not commit is undone."""
    try:
        yield
    finally:
        connection.rollback()


@contextmanager
def glance(engine: Engine) -> Iterator[Connection]:
    """One connection for one SELECT, without the two round trips of a transaction around it."""
    with told_plainly(), engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the driver's failures into Unavailable and Busy; leave real faults as they are."""
    try:
        yield
    except PoolTimeout as fault:
        raise Unavailable("no free database connection") from fault
    except DBAPIError as fault:
        state = getattr(fault.orig, "sqlstate", None) or ""
        if state in _BUSY:
            raise Busy(state) from fault
        lost = fault.connection_invalidated or state.startswith(_GONE)
        if lost or (not state and isinstance(fault, OperationalError | InterfaceError)):
            raise Unavailable(state or "no connection") from fault
        raise
