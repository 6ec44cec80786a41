"""The product's clock, as the database tells it: real time, moved on in the demo.

Everything about cases uses this clock; sessions, attempts and leases use the real one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, literal_column, select, update

from workflows.store.engine import Connection
from workflows.store.tables import product_clock

NOW_SQL = "(SELECT clock_timestamp() + coalesce((SELECT ahead FROM product_clock), interval '0'))"

NOW: ColumnElement[datetime] = literal_column(NOW_SQL, DateTime(timezone=True))
"""The product's time as an SQL expression, for queries that compare with it.

It is a sub-select so that it is worked out once per statement, and an index can be used to compare with it.
"""


def now(connection: Connection) -> datetime:
    """The product's time, aware, UTC."""
    moment: datetime = connection.execute(select(NOW)).scalar_one()
    return moment


def ahead(connection: Connection) -> timedelta:
    """How far the product's clock has been moved on; zero outside the demo."""
    moved: timedelta | None = connection.execute(select(product_clock.c.ahead)).scalar()
    return moved or timedelta(0)


def move_on(connection: Connection, *, by: timedelta) -> datetime:
    """Move the product's clock on; the new time. Only the demo may call this."""
    connection.execute(update(product_clock).values(ahead=product_clock.c.ahead + by))
    return now(connection)
