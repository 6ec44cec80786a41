"""GOV.UK Notify for tests: speaks its documented protocol over a real socket, and checks what it is sent."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
KEY = f"gate-house-live-{SERVICE}-{SECRET}"
FIELDS = {"subject", "reference", "stage", "due", "link"}
OLDEST = 30


@dataclass
class NotifyService:
    """What arrived, and how to answer: a status and an error in place of the right one, or a lost answer."""

    url: str = ""
    secret: str = SECRET
    clock_off: int = 0
    error: tuple[int, str, str] | None = None
    loses_answer: bool = False
    redirects: bool = False
    got: list[dict[str, object]] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    """By the id of each mail that was taken; without one it is not known any more."""
    ids: dict[str, str] = field(default_factory=dict)
    """The reference of each mail by its id."""
    asked: int = 0

    def notification(self, wanted: str) -> dict[str, object]:
        """What is told of one mail, with more than we want to know."""
        of = {"id": wanted, "reference": self.ids[wanted], "status": self.statuses[wanted]}
        return {**of, "type": "email", "email_address": "colin@holder.example", "body": "canary"}

    def refusal(self, authorization: str) -> tuple[int, str, str] | None:
        """Why a token is not good enough."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            return 401, "AuthError", "Unauthorized: authentication token must be provided"
        try:
            claims = jwt.decode(token, OctKey.import_key(self.secret), algorithms=["HS256"]).claims
        except JoseError:
            return 403, "AuthError", "Invalid token: API key not found"
        if claims.get("iss") != SERVICE:
            return 403, "AuthError", "Invalid token: service not found"
        if abs(time.time() + self.clock_off - claims["iat"]) > OLDEST:
            return 403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"
        return self.error

    def fault(self, sent: dict[str, object]) -> tuple[int, str, str] | None:
        """Why what was sent cannot be taken."""
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(sent.get("email_address"))):
            return 400, "ValidationError", "email_address Not a valid email address"
        if sent.get("template_id") != TEMPLATE:
            return 400, "BadRequestError", "Template not found"
        given = sent.get("personalisation")
        if not isinstance(given, dict) or not set(given) >= FIELDS:
            return 400, "BadRequestError", "Missing personalisation"
        return None


@contextmanager
def open_notify() -> Iterator[NotifyService]:
    """Run the service on a free port until the end."""
    service = NotifyService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v2/notifications/email"
            if service.redirects:
                self.send_response(307)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                return None
            if refused := service.refusal(self.headers.get("Authorization", "")) or service.fault(sent):
                return self.say(refused[0], _error(*refused))
            service.got.append(sent)
            made = str(uuid4())
            service.statuses[made] = "created"
            service.ids[made] = str(sent.get("reference"))
            if service.loses_answer:
                self.close_connection = True
                return None
            return self.say(201, {"id": made, "reference": sent.get("reference")})

        def do_GET(self) -> None:
            service.asked += 1
            parts = urlsplit(self.path)
            assert parts.path.startswith("/v2/notifications")
            if refused := service.refusal(self.headers.get("Authorization", "")):
                return self.say(refused[0], _error(*refused))
            if wanted := parts.path.removeprefix("/v2/notifications").removeprefix("/"):
                if wanted not in service.statuses:
                    return self.say(404, _error(404, "NoResultFound", "No result found"))
                return self.say(200, service.notification(wanted))
            reference = parse_qs(parts.query)["reference"][0]
            found = [service.notification(each) for each, of in service.ids.items() if of == reference]
            return self.say(200, {"notifications": found, "links": {}})

        def say(self, code: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _error(code: int, kind: str, message: str) -> dict[str, object]:
    return {"status_code": code, "errors": [{"error": kind, "message": message}]}
