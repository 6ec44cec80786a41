"""A receiver of webhooks as a process of its own, so that it can be killed: each message that it has taken is a line.

python -m tests.workers.receiver_process PORT FILE      # the secret comes in RECEIVER_SECRET
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook


def serve(port: int, path: Path, secret: str) -> None:
    """Take messages until the process is killed. What is answered for is on the disk."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = Webhook(secret).verify(body, {name.lower(): value for name, value in self.headers.items()})
            line = json.dumps([self.headers["webhook-id"], told["data"].get("event_id", "")]) + "\n"
            with path.open("ab", buffering=0) as file:
                file.write(line.encode())
                os.fsync(file.fileno())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), os.environ["RECEIVER_SECRET"])
