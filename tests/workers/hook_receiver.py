"""A receiver of webhooks for tests: checks each message with the specification's own library, over a real socket."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook


@dataclass
class Receiver:
    """What arrived, and how to answer. ``answers`` are used up one by one, then everything is taken."""

    url: str = ""
    port: int = 0
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    waits: float = 0.0
    drips: bool = False
    floods: str = ""
    """Where it writes without end: "head" or "body"."""
    swallowed: bool = False
    """Whether somebody has read all 80 megabytes of a flood."""
    got: list[dict[str, str]] = field(default_factory=list)
    """Headers of each request, in small letters, with "body" and "path"."""
    told: list[dict[str, Any]] = field(default_factory=list)
    """What each request said whose signature is right."""
    names: list[str | None] = field(default_factory=list)
    """The server names that were asked for in TLS."""

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, in the order in which they came."""
        return [each["webhook-id"] for each in self.got]


@contextmanager
def open_receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port until the end."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append({**headers, "body": body, "path": self.path})
            if receiver.secret:
                receiver.told.append(Webhook(receiver.secret).verify(body, headers))
            if receiver.waits:
                time.sleep(receiver.waits)
            status = receiver.answers.pop(0) if receiver.answers else 204
            if receiver.drips or receiver.floods:
                self._drip() if receiver.drips else self._flood()
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"canary")

        def _drip(self) -> None:
            try:
                for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200:
                    self.wfile.write(bytes((byte,)))
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                return

        def _flood(self) -> None:
            end = "\r\n\r\n" if receiver.floods == "body" else "\r\n"
            try:
                self.wfile.write(f"HTTP/1.1 200 OK{end}".encode())
                for _ in range(20_000):
                    self.wfile.write(b"X-Long: " + b"a" * 4_000 + b"\r\n")
                receiver.swallowed = True
            except OSError:
                return

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """A caller that went away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    receiver.port = server.server_port
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{receiver.port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for a host name: what a server shows, and what somebody trusts who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(path)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return shown, trusting
