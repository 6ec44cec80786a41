"""Migrations: from nothing, up and down with data, equal to tables.py; and the record that cannot be changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DATABASE_SETTING, NO_DATABASE
from workflows.service.unit_of_work import Busy, Unavailable, make_engine, reading, transaction
from workflows.store import migrate

SOME_ID = "01a204ce-bdf0-743e-9075-f9efef3b960b"
EVENT = (
    "INSERT INTO events (stream, seq, type, at, actor, command_id, ordinal, facts, commitments, texts, salt, digest) "
    f"VALUES ('{SOME_ID}', 1, 'submitted', now(), 'p', '{SOME_ID}', 0, '{{}}', '{{}}', '{{\"why\": \"x\"}}', 'ab', 'd')"
)


@pytest.fixture
def empty_url() -> Iterator[str]:
    """The address of a database with nothing in it."""
    server = os.environ.get(DATABASE_SETTING)
    if not server:
        pytest.skip(NO_DATABASE)
    name = f"gatehouse_migrations_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield server.rsplit("/", 1)[0] + "/" + name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        return {row[0] for row in rows}


def test_there_is_one_newest_revision() -> None:
    assert len(migrate.heads()) == 1


def test_from_nothing_to_the_newest_form_which_is_what_the_code_says(empty_url: str) -> None:
    engine = make_engine(empty_url)
    with reading(engine) as connection:
        assert not migrate.at_head(connection)
    migrate.upgrade(empty_url)
    migrate.check(empty_url)
    with reading(engine) as connection:
        assert migrate.at_head(connection)
    engine.dispose()


def test_down_and_up_again_with_data_leaves_nothing_behind(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    before = names(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute(EVENT)
        connection.execute("INSERT INTO heartbeats VALUES ('beat', now())")
    migrate.downgrade(empty_url, revision="base")
    assert names(empty_url) <= {"alembic_version", "alembic_version_pkc"}
    migrate.upgrade(empty_url)
    assert names(empty_url) == before
    migrate.check(empty_url)


@pytest.mark.feature("C24")
def test_messages_to_other_systems_outlive_the_list_of_events_both_ways(empty_url: str) -> None:
    migrate.upgrade(empty_url, revision="0025")
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            f"INSERT INTO organisations (id, key, name, kind, nation, calendar, public_authority) "
            f"VALUES ('{SOME_ID}', 'k', 'K', 'police', 'England', 'england-and-wales', true)"
        )
        connection.execute(
            f"INSERT INTO people (id, name, email, password_hash) VALUES ('{SOME_ID}', 'P', 'p@x.example', '')"
        )
        connection.execute(
            "INSERT INTO webhooks (id, organisation_id, url, kinds, secret, made_at, made_by) "
            f"VALUES ('{SOME_ID}', '{SOME_ID}', 'https://x.example', '{{case.moved}}', 's', now(), '{SOME_ID}')"
        )
        connection.execute(
            "INSERT INTO webhook_deliveries (id, webhook_id, kind, happened_at, created_at, next_at) "
            f"VALUES ('{SOME_ID}', '{SOME_ID}', 'case.moved', now(), now(), now())"
        )
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        rows = connection.execute("SELECT id::text, event_id, state FROM webhook_deliveries").fetchall()
        assert rows == [(SOME_ID, None, "waiting")]
        connection.execute("UPDATE webhook_deliveries SET event_id = id")
    migrate.downgrade(empty_url, revision="0025")
    with psycopg.connect(empty_url) as connection:
        rows = connection.execute("SELECT id::text, state FROM webhook_deliveries").fetchall()
        assert rows == [(SOME_ID, "waiting")]


@pytest.mark.processes
def test_migrating_twice_and_at_the_same_time_is_migrating_once(empty_url: str) -> None:
    code = "import sys; from workflows.store.migrate import upgrade; upgrade(sys.argv[1])"
    running = [subprocess.Popen([sys.executable, "-c", code, empty_url], cwd=migrate.SCRIPTS.parent) for _ in range(2)]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM product_clock").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_a_failed_migration_leaves_nothing_half_made(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TABLE outbox (planted int)")
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(empty_url)
    assert names(empty_url) == {"outbox"}


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    with pytest.raises(migrate.UnknownRevision):
        migrate.upgrade(empty_url)


def test_a_server_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(Unavailable):
        migrate.upgrade("postgresql://nobody@127.0.0.1:1/nothing")


CHANGES = [
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE events SET facts = '{\"a\": 1}'",
    'UPDATE events SET texts = \'{"why": "y"}\'',
    "UPDATE events SET texts = NULL, salt = NULL",
    "UPDATE events SET texts = NULL, erased_at = now()",
    "UPDATE events SET texts = NULL, salt = NULL, erased_at = now(), digest = 'other'",
    "UPDATE events SET texts = NULL, salt = NULL, erased_at = now(), at = now()",
    "UPDATE definitions SET source = 'other'",
    "DELETE FROM definitions",
    "TRUNCATE definitions",
    "UPDATE packs SET source = 'other'",
    "DELETE FROM packs",
    "TRUNCATE packs CASCADE",
    "DELETE FROM pack_activations",
    "TRUNCATE pack_activations",
    "UPDATE pack_activations SET note = 'other'",
    "UPDATE pack_activations SET in_force_from = now()",
]


@pytest.mark.feature("C3")
@pytest.mark.parametrize("statement", CHANGES)
def test_the_record_and_published_definitions_refuse_to_be_changed(
    engine: object, database_url: str, statement: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(EVENT)
        connection.execute("INSERT INTO definitions VALUES ('standard', 1, 'd', 's', now(), 'p')")
        connection.execute("INSERT INTO packs VALUES ('caldicott', '2013', 1, 'd', 's', now(), 'p')")
        connection.execute(
            "INSERT INTO pack_activations (id, pack, version, proposed_at, proposed_by, note, answered_at, answered_by)"
            f" VALUES ('{SOME_ID}', 'caldicott', '2013', now(), 'p', 'n', now(), 'q')"
        )
        connection.commit()
        with pytest.raises(errors.IntegrityConstraintViolation):
            connection.execute(statement)


@pytest.mark.feature("C3")
def test_an_erasure_takes_the_personal_part_and_its_salt_once(engine: object, database_url: str) -> None:
    erase = "UPDATE events SET texts = NULL, salt = NULL, erased_at = now()"
    with psycopg.connect(database_url) as connection:
        connection.execute(EVENT)
        assert connection.execute(erase).rowcount == 1
        connection.commit()
        with pytest.raises(errors.IntegrityConstraintViolation):
            connection.execute(erase)


def test_reading_cannot_write(engine: object, database_url: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    own = make_engine(database_url)
    with pytest.raises(DBAPIError, match="read-only"), reading(own) as connection:
        connection.execute(text("DELETE FROM heartbeats"))
    with transaction(own) as connection:  # the same connection from the pool may write again
        connection.execute(text("DELETE FROM heartbeats"))
    own.dispose()


def test_a_fault_undoes_the_whole_transaction(engine: object, database_url: str) -> None:
    from sqlalchemy import text

    own = make_engine(database_url)

    def write_and_fail() -> None:
        with transaction(own) as connection:
            connection.execute(text("INSERT INTO heartbeats VALUES ('x', now())"))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with reading(own) as connection:
        assert connection.execute(text("SELECT count(*) FROM heartbeats")).scalar() == 0
    own.dispose()


def test_waiting_for_a_lock_has_an_end_and_is_called_busy(engine: object, database_url: str) -> None:
    from sqlalchemy import text

    own = make_engine(database_url)

    def wait_for_the_lock() -> None:
        with transaction(own) as connection:
            connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
            connection.execute(text("DELETE FROM heartbeats"))

    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE heartbeats")
        with pytest.raises(Busy):
            wait_for_the_lock()
    own.dispose()


def test_a_connection_cut_by_the_server_is_called_unavailable_and_the_next_one_is_new(
    engine: object, database_url: str
) -> None:
    from sqlalchemy import text

    own = make_engine(database_url, pool_size=1)

    def be_cut_off() -> None:
        with transaction(own) as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with psycopg.connect(database_url) as killer:
                killer.execute("SELECT pg_terminate_backend(%s)", (pid,))
            connection.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        be_cut_off()
    with reading(own) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    own.dispose()
