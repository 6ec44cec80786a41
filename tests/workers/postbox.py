"""A mail server for tests: takes mail over a real socket, or misbehaves in one of the ways mail servers do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from launch.processes import free_port


class Mode(StrEnum):
    """How the server behaves."""

    TAKES = "takes"
    REFUSES_US = "553"
    BUSY_421 = "421"
    LATER_450 = "450"
    NEVER_550 = "550"
    NEVER_AFTER_DATA = "554 after data"
    LATER_AFTER_DATA = "451 after data"
    DROPS_AFTER_DATA = "drops after data"
    SLOW = "slow"
    HOLDS = "holds"
    """Takes the mail and does not say so."""


@dataclass
class PostBox:
    """What arrived, and how to behave; give the mode before sending."""

    mode: Mode = Mode.TAKES
    url: str = ""
    got: list[Message] = field(default_factory=list)
    tried: int = 0

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mode is Mode.REFUSES_US:
            return "553 5.7.1 gatehouse@localhost may not send here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tried += 1
        match self.mode:
            case Mode.BUSY_421:
                return "421 4.3.2 Too busy for colin@holder.example"
            case Mode.LATER_450:
                return "450 4.2.1 The box of colin@holder.example is locked"
            case Mode.NEVER_550:
                return "550 5.1.1 Nobody called colin@holder.example"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        match self.mode:
            case Mode.NEVER_AFTER_DATA:
                return "554 5.7.1 Not wanted"
            case Mode.LATER_AFTER_DATA:
                return "451 4.7.1 Try again"
            case Mode.SLOW:
                await asyncio.sleep(1)
        content = envelope.content
        assert isinstance(content, bytes)
        self.got.append(message_from_bytes(content))
        if self.mode is Mode.HOLDS:
            await asyncio.sleep(30)
        if self.mode is Mode.DROPS_AFTER_DATA:
            assert server.transport is not None
            server.transport.abort()
        return "250 Kept"

    def ids(self) -> list[str]:
        """The Message-IDs that arrived, in order."""
        return [str(message["Message-ID"]) for message in self.got]


@contextmanager
def open_box() -> Iterator[PostBox]:
    """A post box on a free port of this machine."""
    box = PostBox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), ready_timeout=10)
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()
