"""The same request twice is done once and answered alike: keys that the sender chooses, kept for a day and more.

What makes the *effect* happen once is the door, which knows every command id; the id is made from the key. What is
kept here is the answer, and a digest of what was asked, so that a key that is used for something else is refused.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from workflows.service.unit_of_work import Busy, Engine, Unavailable, transaction
from workflows.store import answers

COMMAND_IDS = UUID("5c8f2e0b-3b0c-4a86-9d61-7f3a2b1d9c55")
"""Namespace of the command ids that are made from a person and her key."""
LEASE = timedelta(seconds=30)
"""How long an answer may take before another request with the key may try again."""
KEPT = timedelta(hours=48)
"""Answers are given again for a day at least."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    etag: str
    location: str
    body: str


class InFlight(Exception):
    """The first request with this key is being answered now."""


class OtherRequest(Exception):
    """The key was used for something else."""


@dataclass(frozen=True, slots=True)
class Once:
    """Claims keys and keeps answers. Safe to share between threads."""

    engine: Engine

    def begin(self, person_id: str, key: str, *, digest: str) -> Kept | None:
        """Claim a key: None when the request is to be carried out, else the answer that it was given.

        Raises InFlight, OtherRequest.
        """
        with transaction(self.engine) as connection:
            found = answers.claim(connection, person_id=person_id, key=key, digest=digest, lease=LEASE)
        if found.mine:
            return None
        if found.digest is not None and found.digest != digest:
            raise OtherRequest
        if found.status is None or found.body is None:
            raise InFlight
        return Kept(found.status, found.etag or "", found.location or "", found.body)

    def keep(self, person_id: str, key: str, answer: Kept) -> None:
        """Keep what was answered."""
        with transaction(self.engine) as connection:
            answers.keep(
                connection, person_id=person_id, key=key, status=answer.status, etag=answer.etag,
                location=answer.location, body=answer.body,
            )  # fmt: skip

    def free(self, person_id: str, key: str) -> None:
        """Nothing was done: the key can be used again, with something mended in the request."""
        with transaction(self.engine) as connection:
            answers.free(connection, person_id=person_id, key=key)

    def leave(self, person_id: str, key: str) -> None:
        """Whether anything was done is not known: whoever asks the same again may try at once. Never raises."""
        with suppress(Unavailable, Busy), transaction(self.engine) as connection:
            answers.leave(connection, person_id=person_id, key=key)

    def tidy(self) -> int:
        """Forget old answers; how many."""
        with transaction(self.engine) as connection:
            return answers.tidy(connection, keep=KEPT)


def command_id_of(person_id: str, organisation_id: str, key: str) -> str:
    """The id of the command that a person's key stands for in one of her organisations, the same every time."""
    return str(uuid5(COMMAND_IDS, f"{person_id}/{organisation_id}/{key}"))
