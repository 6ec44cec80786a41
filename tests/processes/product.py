"""The whole product as processes, started as a person starts it, and ways to look into it from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import psycopg
from psycopg import sql

from launch import processes
from launch.homes import Home
from launch.servers import Addresses
from tests.conftest import DATABASE_SETTING
from tests.launch.starting import clean_environment, launch_command, said, wait_for

REDIS_SETTING = "GATEHOUSE_TEST_REDIS_URL"
PASSWORD = "amber-cedar-heron-2041"
"""What everybody of the demo signs in with here."""
CHOSEN = {
    "GATEHOUSE_DEMO_PASSWORD": PASSWORD, "GATEHOUSE_SWEEP_SECONDS": "1", "GATEHOUSE_MAIL_IN_HOURS": "0",
    "GATEHOUSE_WEBHOOK_LOCAL": "1", "GATEHOUSE_SESSION_IDLE_MINUTES": "240",
}  # fmt: skip
"""How the tests want the product to be set. People sign in once in a run, which lasts longer than they may be idle."""
READY = "Ctrl-C stops everything"


@dataclass(frozen=True)
class Product:
    """A running product: where it answers, where its mail lands, and the settings of its processes."""

    home: Path
    base_url: str
    settings: Mapping[str, str]

    @property
    def mail(self) -> Path:
        """Where each mail lies as a file."""
        return self.home / "mail"

    def tool(self, *arguments: str) -> str:
        """What one of the product's own commands says. Raises AssertionError when it fails."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "webapp.cli", *arguments],
            env={**clean_environment(), **self.settings}, cwd=self.home, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def post(self) -> str:
        """What the database and the worker's log say of mail: for whoever wonders where one is."""
        question = """SELECT state, attempts, last_error, next_at - clock_timestamp(), lease_until - clock_timestamp(),
            count(*) FROM outbox WHERE state <> 'sent' GROUP BY 1, 2, 3, 4, 5 LIMIT 20"""
        with psycopg.connect(self.settings["GATEHOUSE_DATABASE_URL"]) as connection:
            rows = [str(row) for row in connection.execute(question)]
            beat = connection.execute("SELECT name, clock_timestamp() - at FROM heartbeats").fetchall()
        words = said(self.home / "logs" / "worker.log").splitlines()[-30:]
        return "\n".join(["not sent:", *rows, f"beats: {beat}", "worker:", *words])

    def mails(self, case_id: str = "") -> list[Mail]:
        """The mails that have arrived, oldest first; only those that link to a case, when one is given."""
        found = [read_mail(path) for path in sorted(self.mail.glob("*.eml"))]
        return [mail for mail in found if not case_id or f"/cases/{case_id}" in mail.body]


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    to: str
    subject: str
    body: str
    message_id: str
    whole: str

    @property
    def seen(self) -> tuple[str, str]:
        """Who got it, by what is before the @, and what its subject says."""
        return (self.to.partition("@")[0], self.subject)


def read_mail(path: Path) -> Mail:
    """A mail from its file."""
    return as_mail(path.read_bytes())


def as_mail(raw: bytes) -> Mail:
    """A mail from what went over the wire."""
    message: Message = message_from_bytes(raw, policy=default)
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    body = content.decode("utf-8")
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return Mail(str(message["To"]), str(message["Subject"]), body, str(message["Message-ID"]), f"{headers}\n\n{body}")


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """The address of an empty database on the tests' server, dropped at the end; nothing without a server."""
    server = os.environ.get(DATABASE_SETTING)
    if not server:
        yield ""
        return
    name = f"{name}_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield server.rsplit("/", 1)[0] + "/" + name
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)


def own_queue(number: int) -> str:
    """The address of one numbered queue of the tests' server; nothing without a server."""
    server = os.environ.get(REDIS_SETTING)
    return re.sub(r"/\d*$", "", server) + f"/{number}" if server else ""


@contextmanager
def running_product(folder: Path, *, database: str, queue: str) -> Iterator[Product]:
    """`up` on a home of its own and a free port, with the demo laid out, until the block ends.

    Where ``database`` or ``queue`` is empty it starts a server of its own, as for anybody. Call this from the
    main thread: the kernel ends the product when the thread ends that started it.
    """
    log = folder.with_suffix(".log")
    given = {**CHOSEN, "GATEHOUSE_DATABASE_URL": database, "GATEHOUSE_REDIS_URL": queue}
    with log.open("wb") as output:
        process = processes.spawn(
            launch_command("up", "--port", "0", "--home", str(folder)),
            environment={**clean_environment(), **given}, folder=folder.parent, output=output,
        )  # fmt: skip
    try:
        wait_for(lambda: READY in said(log) or process.poll() is not None, seconds=90, what="the start")
        assert process.poll() is None, said(log)
        settings = settings_of(Home(folder), database=database, queue=queue)
        yield Product(folder, settings["GATEHOUSE_BASE_URL"], settings)
        assert process.poll() is None, f"the product ended by itself:\n{said(log)}"
    finally:
        processes.stop(process, gentle=signal.SIGINT, seconds=30)


def settings_of(home: Home, *, database: str = "", queue: str = "") -> dict[str, str]:
    """The settings of a home's processes; its own servers where none is named."""
    places, secrets = home.places(), home.secrets
    own = Addresses(
        database=database
        or f"postgresql://gatehouse:{secrets['database_password']}@127.0.0.1:{places['database_port']}/gatehouse",
        redis=queue or f"redis://:{secrets['redis_password']}@127.0.0.1:{places['redis_port']}/0",
    )
    addresses = {"GATEHOUSE_DATABASE_URL": own.database, "GATEHOUSE_REDIS_URL": own.redis}
    return {**home.environment(own), **CHOSEN, **addresses}
