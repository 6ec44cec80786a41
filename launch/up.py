"""`./gatehouse up`: everything, from nothing, until Ctrl-C."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from pathlib import Path
from types import FrameType
from typing import Any

from launch import processes
from launch.homes import ROOT, Home, home_folder
from launch.saying import Trouble, say, step, warn
from launch.servers import Servers
from launch.supervisor import Child, Supervisor

LARGEST_LOG = 10_000_000  # bytes; a larger one is put aside at the next start
READY_SECONDS = 90


def up(*, port: int = 8000, home: str | None = None, empty: bool = False) -> int:
    """Start everything on a home and stay until Ctrl-C or SIGTERM; return the exit code.

    `port`: where the pages answer on loopback (0: any free one). `home`: the folder for all state. `empty`: no
    demo data in a new home. Raises Trouble with a sentence for the person when something is in the way.
    """
    folder = home_folder(home)
    _refuse_busy_port(port)
    say(f"Gatehouse starts; its home is {folder}")
    ours = Home(folder)
    with ours.claim("up"):
        port = port or processes.free_port()
        ours.remember(web_port=port, smtp_port=_smtp_port(ours), demo=_demo_wanted(ours, empty=empty))
        for log in ours.logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
        build_assets()
        os.umask(0o077)  # from here on only state is written
        _clear_leftovers(ours)
        servers = ours.make_servers()
        environment = process_environment(ours, servers)
        _check_settings(environment)
        ours.prepare_servers(servers)
        supervisor = Supervisor(children(ours, servers, environment))
        try:
            _start_all(ours, servers, supervisor, environment)
            supervisor.watch()
        except KeyboardInterrupt:
            warn("")
            warn("Stopping ...")
        finally:
            _stop_all(supervisor)
    warn("Stopped. Nothing is lost; the same command goes on from here.")
    return 0


def build_assets() -> None:
    """Build the pages' styles, script and fonts where they are missing or older than their sources."""
    importlib.import_module("launch.assets").build(ROOT)


def process_environment(home: Home, servers: Servers) -> dict[str, str]:
    """The environment of the product's processes."""
    outer = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    settings = home.environment(servers.addresses)
    return {**outer, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def web_command(port: int) -> list[str]:
    """How the pages are served: one process with threads, on loopback."""
    options = f"--bind 127.0.0.1:{port} --workers 1 --worker-class gthread --threads 8 --no-control-socket"
    timing = "--timeout 60 --graceful-timeout 4 --log-level warning"
    return [*_python("gunicorn"), "webapp:create_app()", *options.split(), *timing.split()]


def worker_command() -> list[str]:
    """How due work is done: three threads, so that one with something long to do holds up nobody else."""
    options = "worker --pool=threads --concurrency=3 --without-gossip --without-mingle --loglevel=WARNING"
    return [*_python("celery"), "-A", "workers.celery_app:app", *options.split()]


def beat_command(run: Path) -> list[str]:
    """What wakes the sweep. No pid file: after a kill -9 it would refuse to start."""
    options = ["beat", "--pidfile=", f"--schedule={run / 'beat-schedule'}", "--loglevel=WARNING"]
    return [*_python("celery"), "-A", "workers.celery_app:app", *options]


def _python(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", module]


def children(home: Home, servers: Servers, environment: Mapping[str, str]) -> list[Child]:
    """Everything that is kept alive, in the order of starting."""
    places = home.places()
    sink = ["--port", str(places["smtp_port"]), "--folder", str(home.mail)]
    commands = {
        "mail": [*_python("launch.mailsink"), *sink],
        "web": web_command(places["web_port"]),
        "worker": worker_command(),
        "beat": beat_command(home.run),
    }
    if os.environ.get("GATEHOUSE_SMTP_URL"):
        del commands["mail"]
    own = [
        Child(name=server.name, start=server.start, log=server.log, gentle=server.gentle, seconds=20, group=0)
        for server in servers.own
    ]

    def starter(name: str, command: Sequence[str]) -> Child:
        log = home.logs / f"{name}.log"

        def start() -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                return processes.spawn(command, environment=environment, folder=home.run, output=output)

        return Child(name=name, start=start, log=log, group=1 if name == "mail" else 2)

    return own + [starter(name, command) for name, command in commands.items()]


def _start_all(home: Home, servers: Servers, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    places = home.places()
    with step("starting the database and the queue"):
        supervisor.start([server.name for server in servers.own])
        for server in servers.own:
            process = supervisor.process(server.name)
            if process is not None:
                server.wait_ready(process)
    home.servers_are_up("up")
    with step("bringing the database to the newest form"):
        _run(home, environment, "db", "upgrade")
    if places["demo"]:
        with step("laying out the demo (organisations, people, cases at different stages)"):
            _run(home, environment, "demo", "seed", show=True)
    with step("starting web, worker, beat and mail"):
        supervisor.start()
        _wait_ready(home, supervisor, port=places["web_port"])
    _welcome(home, environment)


def _run(
    home: Home, environment: Mapping[str, str], *arguments: str, show: bool = False, private: bool = False
) -> list[str]:
    """Run one of the product's own commands to its end; return its lines.

    `show` them as they come. What is `private` is not written to the log. Raises Trouble with its last words.
    """
    process = processes.spawn(
        [*_python("webapp.cli"), *arguments], environment=environment, folder=home.run, output=subprocess.PIPE
    )
    said: list[str] = []
    log = home.logs / "setup.log"
    assert process.stdout is not None
    try:
        with log.open("a", encoding="utf-8") as copy:
            for raw in process.stdout:
                line = raw.decode(errors="replace").rstrip()
                said.append(line)
                if not private:
                    copy.write(line + "\n")
                if show and line:
                    warn(f"    {line}")
        code = process.wait()
    except BaseException:
        processes.stop(process, seconds=5)
        raise
    finally:
        process.stdout.close()
    if code != 0:
        tail = "\n".join(f"    {line}" for line in said[-12:])
        raise Trouble(
            f"`gatehouse {' '.join(arguments)}` failed. Its last words:\n{tail}",
            f"The data is as it was before. The whole log: {log}",
        )
    return said


def _wait_ready(home: Home, supervisor: Supervisor, *, port: int) -> None:
    """Wait until the product itself says that it is ready."""
    until, answer = time.monotonic() + READY_SECONDS, "no answer yet"
    while time.monotonic() < until:
        supervisor.look()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except urllib.error.HTTPError as problem:
            answer = f"{problem.code} {problem.read(2000).decode(errors='replace')}".strip()
        except OSError as problem:
            answer = str(problem)
        time.sleep(0.1)
    raise Trouble(
        f"Gatehouse did not become ready within {READY_SECONDS} seconds. It says:\n    {answer}\n"
        f"The last words of web:\n{processes.last_lines(home.logs / 'web.log')}",
        f"The data is safe. The logs: {home.logs}",
    )


def _welcome(home: Home, environment: Mapping[str, str]) -> None:
    """Say where it is and who may sign in."""
    places = home.places()
    say("")
    say(f"Gatehouse is ready:  {environment['GATEHOUSE_BASE_URL']}")
    if places["demo"]:
        lines = _run(home, environment, "demo", "people", "--json", private=True)
        people: list[dict[str, Any]] = json.loads("\n".join(dropwhile(lambda line: line[:1] != "[", lines)))
        say("")
        for line in people_table(people):
            say(line)
        say("")
        say(f"All of them have the password  {environment['GATEHOUSE_DEMO_PASSWORD']}")
        say(f"Their mails land in {home.mail}; no mail leaves this machine.")
    else:
        say("There is nobody in it yet: add the first person with  ./gatehouse person add")
    say(f"Logs: {home.logs}.  Ctrl-C stops everything.")
    say("")


def people_table(people: Sequence[Mapping[str, str]]) -> list[str]:
    """Lines of a table: the first person of each role, with what she signs in with."""
    first: dict[str, Mapping[str, str]] = {}
    for person in people:
        first.setdefault(person["role"], person)
    head = {"role": "Role", "name": "Name", "email": "Signs in as", "organisation": "Organisation"}
    rows = [head, *first.values()]
    widths = {key: max(len(str(row[key])) for row in rows) for key in head}
    return ["  " + "  ".join(f"{row[key]!s:<{widths[key]}}" for key in head).rstrip() for row in rows]


def _refuse_busy_port(port: int) -> None:
    if not 0 <= port <= 65535:
        raise Trouble(f"{port} is not a port number.", "Give one from 1 to 65535: --port 8001")
    if port and not processes.port_is_free(port):
        why = "is not allowed to this user" if port < 1024 and os.geteuid() != 0 else "is in use by another program"
        raise Trouble(f"Port {port} {why}.", "Give another one: ./gatehouse up --port 8001")


def _smtp_port(home: Home) -> int:
    before = home.places().get("smtp_port")
    return before if before and processes.port_is_free(before) else processes.free_port()


def _demo_wanted(home: Home, *, empty: bool) -> bool:
    """A home without the demo stays without: invented people must never be mixed into real work."""
    if home.places().get("demo") is False and not empty:
        warn("  This home was begun with --empty and stays so. For the demo use another: --home DIR")
        return False
    return not empty


def _clear_leftovers(home: Home) -> None:
    left = processes.processes_in(home.run)
    if left:
        warn("  an earlier start was killed and left processes running; stopping them ...")
        processes.end_all(left)


def _check_settings(environment: Mapping[str, str]) -> None:
    settings = importlib.import_module("workflows.settings")
    try:
        settings.Settings.from_env(environment)
    except settings.SettingError as problem:
        raise Trouble(str(problem), "Put the setting right, or unset it, and start again.") from None


def _stop_all(supervisor: Supervisor) -> None:
    """Stop everything; whoever asks a second time gets it at once."""

    def hurry(_number: int, _frame: FrameType | None) -> None:
        supervisor.kill()

    with contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stack.callback(signal.signal, number, signal.signal(number, hurry))
        supervisor.stop()
