"""Fixtures for all tests. Nothing here touches a database until a test asks for one.

GATEHOUSE_TEST_DATABASE_URL names a PostgreSQL server, as somebody who may make databases; ./gatehouse test sets it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.slowness import list_slow

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import House
    from tests.page import PageClient
    from workflows.service.office import Cost, Office
    from workflows.settings import Settings
    from workflows.store.engine import Engine

DATABASE_SETTING = "GATEHOUSE_TEST_DATABASE_URL"
NO_DATABASE = f"NO DATABASE: {DATABASE_SETTING} is not set, so this was not tried; run ./gatehouse test"
SECRET = "for-tests-only-0123456789abcdef0123456789abcdef"


def pytest_addoption(parser: pytest.Parser) -> None:
    """--feature C2 runs what proves that feature; given several times, any of them."""
    parser.addoption("--feature", action="append", default=[], metavar="ID", help="run only what proves this feature")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the wanted features."""
    wanted = {name.strip().upper() for given in config.getoption("--feature") for name in given.split(",")}
    if not wanted:
        return
    kept, left_out = [], []
    for item in items:
        (kept if wanted & features_of(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def features_of(item: pytest.Item) -> set[str]:
    """The numbered features that a test proves."""
    return {str(name).upper() for mark in item.iter_markers("feature") for name in mark.args}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List what was slow; and nobody shall believe that everything was tried when it was not."""
    list_slow(terminalreporter)
    skipped = terminalreporter.stats.get("skipped", [])
    missed = sum(1 for report in skipped if NO_DATABASE in str(report.longrepr))
    if missed:
        terminalreporter.write_line("")
        terminalreporter.write_line(f"!! {missed} TESTS WERE NOT TRIED: {NO_DATABASE}", red=True, bold=True)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database of this worker's own; gone at the end."""
    import psycopg
    from psycopg import sql

    from workflows.store.migrate import upgrade

    server = os.environ.get(DATABASE_SETTING)
    if not server:
        pytest.skip(NO_DATABASE)
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"gatehouse_test_{worker}_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        # From the pristine template, whatever somebody has put into the usual one.
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    address = server.rsplit("/", 1)[0] + "/" + name
    upgrade(address)
    yield address
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)


@pytest.fixture(scope="session")
def shared_engine(database_url: str) -> Iterator[Engine]:
    """One engine per worker; tests ask for ``engine``, which also empties the tables."""
    from workflows.store.engine import make_engine

    engine = make_engine(database_url, name="gatehouse-tests")
    yield engine
    engine.dispose()


@pytest.fixture
def engine(shared_engine: Engine, database_url: str) -> Engine:
    """An engine on an empty, migrated database. What a test leaves behind stays to be looked at until the next."""
    empty_tables(database_url)
    return shared_engine


def empty_tables(database_url: str) -> None:
    """Delete every row, past the triggers that keep the record: only the owner of the tables can."""
    import psycopg

    from workflows.store.tables import metadata

    names = [table.name for table in reversed(metadata.sorted_tables) if table.name != "product_clock"]
    kept = ("events", "definitions", "packs", "pack_activations", "workflow_proposals")
    statements = [
        "SET LOCAL lock_timeout = '5s'",
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in kept),
        *(f"DELETE FROM {name}" for name in names),
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in kept),
        "UPDATE product_clock SET ahead = interval '0'",
    ]
    with psycopg.connect(database_url) as connection:
        connection.execute("; ".join(statements))


@pytest.fixture(scope="session")
def cheap() -> Cost:
    """Password hashes that cost nothing."""
    from workflows.service.office import Cost

    return Cost(memory=8, passes=1, lanes=1)


@pytest.fixture
def office(engine: Engine, cheap: Cost) -> Office:
    """The office over the empty database."""
    from workflows.service.office import Office

    return Office(engine, secret=SECRET, cost=cheap)


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's organisations and people in the empty database, and the standard workflow published."""
    from tests.builders import House

    return House.found(engine)


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    """The settings of a plain installation, not the demo."""
    from workflows.settings import Settings

    return Settings.from_env(
        {
            "GATEHOUSE_DATABASE_URL": database_url,
            "GATEHOUSE_REDIS_URL": os.environ.get("GATEHOUSE_TEST_REDIS_URL", "redis://127.0.0.1:1/0"),
            "GATEHOUSE_SECRET_KEY": SECRET,
            "GATEHOUSE_BASE_URL": "http://localhost",
        }
    )


@pytest.fixture(scope="session")
def shared_app(shared_engine: Engine, settings: Settings, cheap: Cost) -> Flask:
    """One application per worker, because compiling templates takes long; tests ask for ``app``."""
    from webapp import create_app

    app = create_app(settings, engine=shared_engine, cost=cheap)
    app.testing = True
    return app


@pytest.fixture
def app(shared_app: Flask, engine: Engine, settings: Settings, office: Office) -> Flask:
    """The web application over the empty database, with services that remember nothing of earlier tests.

    A test that needs other settings or routes makes its own with create_app().
    """
    from webapp.house import House, furnish
    from workflows.service.casework import Casework

    furnish(shared_app, House(settings=settings, engine=engine, office=office, casework=Casework(engine)))
    return shared_app


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without scripts that checks every page it is given."""
    from tests.page import PageClient

    return PageClient(app)
