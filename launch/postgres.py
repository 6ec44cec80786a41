"""An embedded PostgreSQL: made whole or not at all, reachable by password on loopback only."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import psycopg

from launch import binaries, processes
from launch.processes import Account
from launch.saying import Trouble, step, warn

DATABASE = "gatehouse"
#: Only the product's own role may come in, only over loopback, only by password. The superuser has none.
ADMISSION = "host all all 127.0.0.1/32 scram-sha-256\n"
MAKING = "postgres.making"


class Postgres:
    """One PostgreSQL under a home. Start it from the main thread; its data survives everything but `rm`."""

    name = "postgres"
    gentle = signal.SIGINT  # "fast shutdown": end the sessions, write everything, stop

    def __init__(self, home: Path, *, port: int, password: str, log: Path, durable: bool = True) -> None:
        self.home = home
        self.port = port
        self.password = password
        self.log = log
        self.durable = durable
        self.account: Account | None = processes.server_account()
        self.programs = binaries.reachable(binaries.postgres_programs(), account=self.account)
        self.major = self._major_version()
        self.data = home / f"pg{self.major}"

    @property
    def url(self) -> str:
        """Where the product finds its database."""
        return f"postgresql://{DATABASE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Stop what an earlier start left running and make the database if there is none."""
        self._refuse_other_versions()
        self.clear_leftovers()
        if not (self.data / "PG_VERSION").exists():
            with step("making the database"):
                self._make()

    def reset_password(self) -> None:
        """Give the role the password of this home again (the file that held it was lost)."""
        self._single_user(self.data, f"ALTER ROLE {DATABASE} PASSWORD '{self.password}'")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it is not ready yet."""
        self.clear_leftovers()
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_error_verbosity": "terse",
            # A refused statement or value may be somebody's: the log tells of the server's own life only.
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # Its workers belong to the superuser, so that a database in which one is busy could not be dropped.
            settings["autovacuum"] = "off"
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("ab") as output:
            return self._spawn(["postgres", "-D", self._data_argument(self.data), *options], self.data, output=output)

    def wait_ready(self, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
        """Wait until the product's role can ask something. Raises Trouble with the log's last words."""
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:
            try:
                with psycopg.connect(self.url, connect_timeout=2) as connection:
                    connection.execute("SELECT 1")
                    return
            except psycopg.OperationalError as problem:
                if "password authentication failed" in str(problem):
                    raise Trouble(
                        f"The database in {self.data} does not know the password in this home.",
                        "Another program may be answering on its port; stop it and start again.",
                    ) from None
                time.sleep(0.05)
        raise Trouble(
            "The database did not start. Its last words:\n" + processes.last_lines(self.log),
            f"The data in {self.data} is untouched. The whole log: {self.log}",
        )

    def clear_leftovers(self) -> None:
        """Stop a server that a killed start has left on this data, and take its mark away.

        After a kill -9 the process id in the mark may belong to some other program by now, and PostgreSQL would
        then refuse to start for ever.
        """
        mark = self.data / "postmaster.pid"
        left = processes.processes_in(self.data) if self.data.is_dir() else []
        if left:
            warn("  an earlier start left its database running; stopping it ...")
            chief = _chief_of(mark)
            processes.end_all([chief] if chief in left else left, gentle=signal.SIGINT, seconds=15)
            processes.end_all(processes.processes_in(self.data), gentle=signal.SIGQUIT, seconds=5)
        if processes.LINUX and mark.exists():
            mark.unlink()

    def _major_version(self) -> int:
        answer = subprocess.run(
            [str(self.programs / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
        found = re.search(r"(\d+)", answer.stdout)
        if found is None:
            raise Trouble(
                f"{self.programs / 'postgres'} does not run here: {(answer.stderr or answer.stdout).strip()}",
                "Name a running database instead: GATEHOUSE_DATABASE_URL=postgresql://user:password@host/name",
            )
        return int(found.group(1))

    def _refuse_other_versions(self) -> None:
        others = [entry for entry in self.home.glob("pg[0-9]*") if (entry / "PG_VERSION").exists()]
        if others and self.data not in others:
            raise Trouble(
                f"The database in {others[0]} was made by PostgreSQL {others[0].name[2:]}; "
                f"this is PostgreSQL {self.major}, which cannot open it.",
                "Dump it with the old version and restore it here (pg_dump, pg_restore), or use another home.",
            )

    def _make(self) -> None:
        """Make the database beside its place and move it there when it is whole."""
        making = self.home / MAKING
        processes.end_all(processes.processes_in(making) if making.exists() else [], gentle=signal.SIGQUIT)
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(making, self.account.uid, self.account.gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
        # Builtin since 17: the same sort order on every machine, whatever locales it has.
        options += ["--locale-provider=builtin", "--locale=C.UTF-8"] if self.major >= 17 else ["--locale=C.UTF-8"]
        options += [] if self.durable else ["--no-sync"]
        with self.log.open("ab") as output:
            process = self._spawn(["initdb", "-D", self._data_argument(making), *options], making, output=output)
            code = process.wait(timeout=180)
        if code != 0:
            raise Trouble(
                "The database could not be made. The last words:\n" + processes.last_lines(self.log),
                f"Nothing was lost; put it right and start again. The whole log: {self.log}",
            )
        # Written before anything listens, so "trust" above is never open to anybody.
        (making / "pg_hba.conf").write_text(ADMISSION, encoding="utf-8")
        self._single_user(
            making,
            f"CREATE ROLE {DATABASE} LOGIN CREATEDB PASSWORD '{self.password}'",
            f"CREATE DATABASE {DATABASE} OWNER {DATABASE}",
        )
        shutil.rmtree(self.data, ignore_errors=True)  # has no PG_VERSION: never was a database
        making.rename(self.data)

    def _single_user(self, data: Path, *statements: str) -> None:
        """Run statements on a database that is not being served, one after the other."""
        command = [
            "postgres",
            "--single",
            "-D",
            self._data_argument(data),
            "-c",
            "exit_on_error=on",
            "postgres",
        ]
        with self.log.open("ab") as output:
            process = self._spawn(command, data, output=output, stdin=subprocess.PIPE)
            process.communicate("".join(f"{statement};\n" for statement in statements).encode(), timeout=120)
        if process.returncode != 0:
            raise Trouble(
                "The database could not be prepared. The last words:\n" + processes.last_lines(self.log),
                f"Nothing was lost; put it right and start again. The whole log: {self.log}",
            )

    def _data_argument(self, data: Path) -> str:
        """How the server is told of its data: by its own working folder where it may not walk the path.

        The server's account need not be allowed into the folders above (a home under /root, say): the kernel
        takes it to its working folder directly.
        """
        return "/proc/self/cwd" if self.account is not None and processes.LINUX else str(data)

    def _spawn(
        self, command: list[str], folder: Path, *, output: IO[bytes], stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        return processes.spawn(
            [self.programs / command[0], *command[1:]],
            environment=processes.plain_environment(),
            folder=folder,
            output=output,
            account=self.account,
            death_signal=signal.SIGINT,
            stdin=stdin,
        )


def _chief_of(mark: Path) -> int:
    """The process id that a running server has written down; 0 when there is none."""
    try:
        return int(mark.read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0
