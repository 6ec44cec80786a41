"""The embedded servers: real ones, killed for real."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from launch import binaries, homes, processes
from launch.homes import Home, HomeInUse, attached
from launch.processes import Account
from launch.saying import Trouble
from launch.servers import Servers, make_servers, passing_servers
from tests.launch.starting import launch_to_end, launched, said, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in list(os.environ):
        if key.startswith("GATEHOUSE_"):
            monkeypatch.delenv(key)


def servers_in(folder: Path) -> Servers:
    return make_servers(
        folder,
        database_password=secrets.token_urlsafe(12),
        redis_password=secrets.token_urlsafe(12),
        durable=False,
        elsewhere={},
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = servers_in(tmp_path_factory.mktemp("servers"))
    servers.start()
    yield servers
    servers.stop()


def test_only_the_products_own_role_with_its_password_may_come_in(running: Servers) -> None:
    assert running.postgres is not None
    url, password = running.addresses.database, running.postgres.password
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user, current_setting('server_version_num')").fetchone() is not None
    for wrong in (
        url.replace(password, "guess"),
        url.replace(f":{password}", ""),
        url.replace(f"gatehouse:{password}", "postgres"),
        url.replace("gatehouse:", "postgres:"),
    ):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong, connect_timeout=5)


def test_the_queue_asks_for_its_password_and_keeps_nothing_on_disk(running: Servers) -> None:
    with redis.Redis.from_url(running.addresses.redis) as client:
        client.set("probe", "1")
        assert client.config_get("save") == {b"save": b""} or client.config_get("save") == {"save": ""}
    address = running.addresses.redis
    stranger = redis.Redis.from_url("redis://" + address.rpartition("@")[2])
    with stranger, pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()


def test_text_is_sorted_and_folded_the_same_way_on_every_machine(running: Servers) -> None:
    with psycopg.connect(running.addresses.database) as connection:
        assert connection.execute("SELECT upper('ŵy'), 'B' < 'a'").fetchone() == ("ŴY", True)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_no_server_says_what_was_asked_of_it(running: Servers) -> None:
    assert running.postgres is not None
    with psycopg.connect(running.addresses.database, autocommit=True) as connection:
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT 'Someone Private' FROM nowhere")
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::int", ("Another Private",))
    log = said(running.postgres.log)
    assert "ready to accept connections" in log
    assert "Private" not in log


def test_a_database_left_half_made_is_made_again(tmp_path: Path) -> None:
    servers = servers_in(tmp_path)
    assert servers.postgres is not None
    making, data = tmp_path / "postgres.making", servers.postgres.data
    making.mkdir()
    (making / "PG_VERSION").write_text("18\n")
    data.mkdir()
    (data / "base").mkdir()
    servers.start()
    try:
        with psycopg.connect(servers.addresses.database) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        servers.stop()
    assert not making.exists()


def test_a_mark_that_names_some_other_live_process_does_not_stop_the_start(tmp_path: Path) -> None:
    servers = servers_in(tmp_path)
    assert servers.postgres is not None
    servers.start()
    servers.stop()
    mark = servers.postgres.data / "postmaster.pid"
    mark.write_text(f"{os.getpid()}\n{servers.postgres.data}\n1\n1\n\n127.0.0.1\n\nready\n")
    servers.start()
    servers.stop()
    assert not mark.exists()


def test_the_database_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    old = tmp_path / "pg11"
    old.mkdir()
    (old / "PG_VERSION").write_text("11\n")
    with pytest.raises(Trouble, match="PostgreSQL 11"):
        servers_in(tmp_path).start()
    assert (old / "PG_VERSION").read_text() == "11\n"


def test_ctrl_c_stops_also_what_a_script_started_in_the_background(tmp_path: Path) -> None:
    """A shell leaves Ctrl-C ignored in such a process, and whatever it starts inherits that."""
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with launched("servers", "--home", str(tmp_path / "home"), log=tmp_path / "log") as process:
            signal.signal(signal.SIGINT, usual)
            wait_for(lambda: "Ctrl-C stops them" in said(tmp_path / "log"), seconds=60, what="the start")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) in (0, 130)
    finally:
        signal.signal(signal.SIGINT, usual)


def test_servers_end_when_their_starter_is_killed_and_the_next_start_keeps_the_data(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with launched("servers", "--home", str(folder), log=tmp_path / "first.log") as first:
        wait_for(lambda: "Both servers answer" in said(tmp_path / "first.log"), what="the first start")
        with attached(folder) as settings, psycopg.connect(settings["GATEHOUSE_DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('still here')")
        first.send_signal(signal.SIGKILL)
        first.wait()
    with attached(folder) as settings, psycopg.connect(settings["GATEHOUSE_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
    assert processes.processes_in(folder / "pg18") == []
    assert processes.processes_in(folder / "valkey") == []


def test_a_making_that_is_killed_half_way_is_made_good_by_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with launched("servers", "--home", str(folder), log=tmp_path / "first.log") as first:
        wait_for(lambda: (folder / "postgres.making" / "base").exists(), what="the making")
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert not (folder / "pg18").exists()
    with attached(folder) as settings, psycopg.connect(settings["GATEHOUSE_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_second_start_on_the_same_home_says_so_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with launched("servers", "--home", str(folder), log=tmp_path / "first.log") as first:
        wait_for(lambda: "Both servers answer" in said(tmp_path / "first.log"), what="the first start")
        second = launch_to_end("servers", "--home", str(folder))
        assert second.returncode == 1
        assert f"is in use by another Gatehouse (process {first.pid})" in second.stderr
        assert "Traceback" not in second.stderr
        assert first.poll() is None
        third = launch_to_end("up", "--home", str(folder), "--port", "0")
        assert third.returncode == 1
        assert "is in use by another Gatehouse" in third.stderr


def test_lost_secrets_are_made_anew_and_the_data_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with attached(folder) as settings, psycopg.connect(settings["GATEHOUSE_DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept ()")
    before = homes._read_json(folder / "secrets.json")
    (folder / "secrets.json").unlink()
    with attached(folder) as settings, psycopg.connect(settings["GATEHOUSE_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert homes._read_json(folder / "secrets.json")["database_password"] != before["database_password"]


def test_attached_gives_back_the_environment_and_stops_what_it_started(tmp_path: Path) -> None:
    with attached(tmp_path / "home") as settings:
        assert os.environ["GATEHOUSE_DATABASE_URL"] == settings["GATEHOUSE_DATABASE_URL"]
        assert processes.processes_in(tmp_path / "home" / "pg18")
    assert "GATEHOUSE_DATABASE_URL" not in os.environ
    assert processes.processes_in(tmp_path / "home" / "pg18") == []


def test_attached_waits_for_another_command_but_not_for_ever(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.claim("command"), pytest.raises(HomeInUse), attached(home.folder, wait_seconds=0.2):
        raise AssertionError("two commands held one home")


def test_attached_starts_nothing_where_a_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_DATABASE_URL", "postgresql://user@elsewhere/name")
    with attached(tmp_path / "home") as settings:
        assert settings["GATEHOUSE_DATABASE_URL"] == "postgresql://user@elsewhere/name"
    assert not (tmp_path / "home").exists()


def test_servers_elsewhere_are_used_and_not_started(tmp_path: Path) -> None:
    named = {"GATEHOUSE_DATABASE_URL": "postgresql://there/db", "GATEHOUSE_REDIS_URL": "redis://there/0"}
    servers = make_servers(tmp_path, database_password="a", redis_password="b", elsewhere=named)
    assert servers.own == ()
    assert servers.addresses.database == "postgresql://there/db"
    assert servers.addresses.redis == "redis://there/0"


def test_programs_in_a_closed_folder_are_copied_to_where_the_servers_account_can_run_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    (closed / "bin").mkdir(parents=True)
    (closed / "bin" / "postgres").write_text("#!/bin/sh\n")
    (closed / "bin" / "postgres").chmod(0o700)
    closed.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    programs = binaries.Programs(folder=closed / "bin", whole=closed)
    other = Account(uid=os.geteuid() + 1, gid=os.getegid() + 1)
    assert binaries.reachable(programs, account=None) == closed / "bin"
    copied = binaries.reachable(programs, account=other)
    try:
        assert copied != closed / "bin"
        assert binaries._open_to_all(copied / "postgres")
        assert (copied / "postgres").read_text() == "#!/bin/sh\n"
        assert binaries.reachable(programs, account=other) == copied
    finally:
        for entry in sorted(copied.parent.parent.rglob("*"), reverse=True):
            entry.rmdir() if entry.is_dir() else entry.unlink()
        copied.parent.parent.rmdir()


def test_no_program_found_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_postgres_places", lambda: iter(()))
    monkeypatch.setattr(binaries, "_valkey_places", lambda: iter(()))
    with pytest.raises(Trouble, match="GATEHOUSE_DATABASE_URL"):
        binaries.postgres_programs()
    with pytest.raises(Trouble, match="GATEHOUSE_REDIS_URL"):
        binaries.valkey_program()


def test_a_user_without_a_name_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_123)
    with pytest.raises(Trouble, match="4000123 has no name on this machine"):
        processes.server_account()


def test_passing_servers_are_gone_after_the_block(tmp_path: Path) -> None:
    with passing_servers(tmp_path) as addresses:
        port = int(addresses.database.rpartition(":")[2].partition("/")[0])
        assert not processes.port_is_free(port)
    assert processes.port_is_free(port)
    assert processes.processes_in(tmp_path / "pg18") == []
