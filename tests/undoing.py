"""A database in which everything can be tried: one connection, nothing is kept, and any act can be undone.

    with Undoing(address) as world:
        House.found(world.engine)          # commits as ever, but only inside the one transaction
        with world.undone():
            ...                            # whatever happens here has not happened afterwards

A commit becomes a savepoint and a rollback goes back to it, so the code under test is the code that runs everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool


class _Savepoints(psycopg.Connection[Any]):
    """A connection that begins once and ends never: commit and rollback move a savepoint."""

    def commit(self) -> None:
        """Keep what was done since the last commit, until the whole is undone."""
        self.execute("RELEASE SAVEPOINT kept; SAVEPOINT kept")

    def rollback(self) -> None:
        """Undo what was done since the last commit."""
        self.execute("ROLLBACK TO SAVEPOINT kept")

    @property
    def autocommit(self) -> bool:
        """Never: a glance is part of the one transaction too."""
        return False

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        """Nothing to set."""

    @property
    def isolation_level(self) -> None:
        """The server's own, for the whole."""

    @isolation_level.setter
    def isolation_level(self, value: object) -> None:
        """Nothing to set."""

    @property
    def read_only(self) -> None:
        """Reading and writing share the one transaction."""

    @read_only.setter
    def read_only(self, value: bool | None) -> None:
        """Nothing to set."""


class Undoing:
    """The engine over that connection, on a database whose tables are empty."""

    def __init__(self, address: str) -> None:
        self._connection = _Savepoints.connect(address, options="-c timezone=UTC -c lock_timeout=5s")
        self._connection.execute("SAVEPOINT kept")
        self.engine: Engine = create_engine(
            "postgresql+psycopg://", creator=lambda: self._connection, poolclass=StaticPool, hide_parameters=True
        )

    def __enter__(self) -> Undoing:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.engine.dispose()
        self._connection.close()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever the block does is undone when it ends."""
        self._connection.execute("SAVEPOINT tried; SAVEPOINT kept")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO SAVEPOINT tried; RELEASE SAVEPOINT tried; SAVEPOINT kept")

    def number(self, query: str, *values: str) -> int:
        """One number from the database."""
        row = self._connection.execute(query, values).fetchone()
        return int(row[0]) if row else -1
