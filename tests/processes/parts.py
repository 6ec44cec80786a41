"""The parts of the product as processes of their own, started and killed one by one."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from launch import processes
from launch.homes import Home
from launch.servers import Servers
from launch.supervisor import Child
from launch.up import beat_command, children, process_environment, worker_command
from tests.processes.product import PASSWORD, Product, settings_of


class Parts:
    """A product without a supervisor: what is killed stays down until it is started again."""

    def __init__(self, home: Home, servers: Servers, *, database: str) -> None:
        self.servers = {server.name: server for server in servers.own}
        settings = settings_of(home, database=database)
        self.product = Product(home.folder, settings["GATEHOUSE_BASE_URL"], settings)
        environment = {**process_environment(home, servers), **settings}
        self._children: Mapping[str, Child] = {
            child.name: child for child in (*children(home, servers, environment), *_spares(home, environment))
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start parts: postgres, valkey, mail, web, worker, beat, and a second worker (worker2) and beat (beat2).

        A server answers when this returns.
        """
        for name in names:
            self._running[name] = process = self._children[name].start()
            if name in self.servers:
                self.servers[name].wait_ready(process)

    def kill(self, *names: str) -> None:
        """kill -9 parts, with all that belongs to them."""
        for name in names:
            process = self._running.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def stop(self) -> None:
        """Stop what still runs, the servers last."""
        for name in reversed(list(self._children)):
            if name in self._running:
                processes.stop(self._running.pop(name), gentle=self._children[name].gentle, seconds=15)


def _spares(home: Home, environment: Mapping[str, str]) -> Iterator[Child]:
    """A second worker and a second beat, as somebody starts them on another machine."""
    folder = home.run / "second"
    folder.mkdir(parents=True, exist_ok=True)
    for name, command in (("worker2", worker_command()), ("beat2", beat_command(folder))):

        def start(name: str = name, command: Sequence[str] = tuple(command)) -> subprocess.Popen[bytes]:
            with (home.logs / f"{name}.log").open("ab") as output:
                return processes.spawn(command, environment=environment, folder=folder, output=output)

        yield Child(name=name, start=start, log=home.logs / f"{name}.log", group=2)


@contextmanager
def parts_of(folder: Path, *, database: str) -> Iterator[Parts]:
    """The parts of a new home with the demo laid out; servers run, nothing else does yet.

    ``database`` is the address of one that runs elsewhere, or nothing. Call this from the main thread.
    """
    home = Home(folder)
    home.remember(web_port=processes.free_port(), smtp_port=processes.free_port(), demo=True)
    servers = home.make_servers()
    home.prepare_servers(servers)
    parts = Parts(home, servers, database=database)
    try:
        parts.start(*parts.servers)
        parts.product.tool("db", "upgrade")
        parts.product.tool("demo", "seed")
        yield parts
    finally:
        parts.stop()


class Caller:
    """Somebody who talks to the pages without a browser."""

    def __init__(self, product: Product) -> None:
        self.base = product.base_url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        """The status and the text of a page; status 0 when nobody answers."""
        with contextlib.suppress(OSError):
            try:
                with self._opener.open(self.base + path, timeout=10) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as wrong:
                return wrong.code, wrong.read().decode()
        return 0, ""

    def send(self, path: str, **fields: str) -> str:
        """Fill in the form of a page and send it; the page that follows. Raises HTTPError when it is refused."""
        page = self.get(path)[1]
        main = page[page.index("<main") :]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
        form = {name: unescape(value) for name, value in hidden} | fields
        with self._opener.open(self.base + path, data=urlencode(form).encode(), timeout=10) as answer:
            words: bytes = answer.read()
            return words.decode()

    def sign_in(self, email: str) -> None:
        """Sign in as a person of the demo."""
        assert "Your work" in self.send("/sign-in", email=email, password=PASSWORD)
