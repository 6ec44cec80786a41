"""How Alembic reaches the database. No alembic.ini: workflows/store/migrate.py gives the connection."""

from __future__ import annotations

from alembic import context

from workflows.store.migrate import ONE_AT_A_TIME
from workflows.store.tables import metadata

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
    context.run_migrations()
