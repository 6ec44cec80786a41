"""The commands that add a round to a request, and the one that looks at a continuing use again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from workflows.core.commanding import Command
from workflows.core.definition import CommandType
from workflows.core.request import Item, Recipient
from workflows.core.uses import UseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """The requester comes back with new information. ``items`` are all that are asked for now.

    ``recipients`` empty means: whoever was to receive something receives what is new.
    """

    type: ClassVar[CommandType] = CommandType.REOPEN
    new_information: str
    items: tuple[Item, ...]
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(Command):
    """A decision is challenged. ``on_behalf`` says for whom, when the consent officer records it."""

    type: ClassVar[CommandType] = CommandType.CHALLENGE
    grounds: str
    on_behalf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(Command):
    """Whoever decides asks for more advice first."""

    type: ClassVar[CommandType] = CommandType.SEND_BACK
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewUse(Command):
    """A continuing use is looked at again: it continues, is changed, or ends."""

    type: ClassVar[CommandType] = CommandType.REVIEW_USE
    outcome: UseOutcome
    why: str
    change: str = ""
    review_by: date | None = None
