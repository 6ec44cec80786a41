"""The web as the embedded start runs it: gunicorn on a free port, and somebody signed in."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.ground import PASSWORD, SECRET, CannotBench, redis
from launch import processes
from launch.homes import ROOT
from launch.up import web_command

READY_SECONDS = 60.0
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Web:
    """A running web server."""

    port: int
    pid: int


@contextmanager
def web(database: str) -> Iterator[Web]:
    """Serve the database's pages; stopped at the end. Raises CannotBench when it does not come up."""
    port = processes.free_port()
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder, Path(folder, "web.log").open("wb") as log:
        process = subprocess.Popen(
            web_command(port), cwd=folder, env=environment(database, port), stdout=log, stderr=log
        )
        try:
            _wait(process, port, Path(folder, "web.log"))
            yield Web(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def environment(database: str, port: int) -> dict[str, str]:
    """The settings of the product's processes over ``database``."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "GATEHOUSE_DATABASE_URL": database,
        "GATEHOUSE_REDIS_URL": redis(),
        "GATEHOUSE_SECRET_KEY": SECRET,
        "GATEHOUSE_BASE_URL": f"http://localhost:{port}",
        "GATEHOUSE_TRUSTED_HOSTS": "localhost,127.0.0.1",
        "GATEHOUSE_SMTP_URL": "smtp://127.0.0.1:9",
        "GATEHOUSE_API_PER_MINUTE": "1000000",
    }


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if Browser(port).get("/health/live")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise CannotBench(f"the web server did not start:\n{log.read_text(errors='replace')[-2000:]}")


class Browser:
    """One connection that stays open, with a cookie jar of one."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self._headers: dict[str, str] = {"Origin": f"http://localhost:{port}", "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str) -> tuple[int, bytes]:
        """Fetch a page: status and body."""
        return self._send("GET", path)

    def sign_in(self, email: str) -> None:
        """Sign in through the form. Raises CannotBench when that fails."""
        token = TOKEN.search(self.get("/sign-in")[1].decode())
        if token is None:
            raise CannotBench("the sign-in page has no form")
        fields = {"email": email, "password": PASSWORD, "csrf_token": token.group(1)}
        status, _ = self._send("POST", "/sign-in", fields)
        if status != 303:
            raise CannotBench(f"signing in was answered with {status}")

    def take_session(self, other: Browser) -> None:
        """Be signed in as another browser is."""
        self._headers["Cookie"] = other._headers["Cookie"]

    def _send(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        headers = dict(self._headers)
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = urlencode(fields) if fields is not None else None
        try:
            self._connection.request(method, path, sent, headers)
            response = self._connection.getresponse()
        except ConnectionError:
            # The server closes connections that were idle for long; a new one is made by asking again.
            self._connection.close()
            self._connection.request(method, path, sent, headers)
            response = self._connection.getresponse()
        body = response.read()
        if cookie := response.getheader("Set-Cookie"):
            self._headers["Cookie"] = cookie.partition(";")[0]
        return response.status, body
