"""The demo's post box: takes mail over SMTP and keeps each as a file. Nothing leaves the machine."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MAIL = 10 * 1024 * 1024  # bytes


class Keeper:
    """Writes what arrives. File names tell the time (UTC) and nothing about people."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one mail; the sender is told that it is kept only when it is on the disk."""
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}"
        part = self.folder / f"{name}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self.folder / f"{name}.eml")
        return "250 Kept"


async def serve(folder: Path, *, port: int, host: str = "127.0.0.1") -> None:
    """Take mail until told to stop (SIGTERM or SIGINT)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)

    def answer() -> SMTP:
        return SMTP(Keeper(folder), hostname="gatehouse", data_size_limit=LARGEST_MAIL, loop=loop)

    server = await loop.create_server(answer, host, port)
    async with server:
        await told.wait()


def make_parser() -> argparse.ArgumentParser:
    """What may be said on its command line."""
    parser = argparse.ArgumentParser(prog="mailsink", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens; only this machine by default")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m launch.mailsink --port PORT --folder DIR [--host HOST]`."""
    options = make_parser().parse_args(arguments)
    asyncio.run(serve(options.folder, port=options.port, host=options.host))
    return 0


if __name__ == "__main__":
    sys.exit(main())
