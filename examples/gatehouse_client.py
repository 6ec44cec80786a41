"""A small client of the Gatehouse API, to copy and to build on. It needs Python 3.11 and httpx, nothing of Gatehouse.

    client = Gatehouse("https://gatehouse.example", token="ghp_…")
    request = client.start(holder=organisation_id)
    request = client.save(request, "purpose", {"purpose": "…", "urgency": "routine"})
    request = client.act(request, "submit")

What may be done next is in ``request.allowed``; why something is not allowed is in ``request.refused``. Every change
is sent under a key of its own, and again under the same key when no answer came: it is done once.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

Json = Mapping[str, Any]
TRIES = 4
AGAIN = frozenset({409, 429, 502, 503, 504})
"""Statuses after which the same request may be sent again: it was not done, or it is being done."""


class Gone(Exception):
    """The act was done, and with it the request is no longer yours to see: whoever stood aside knows of it no more."""


class Problem(Exception):
    """The API refused. ``code`` is for programs, ``detail`` for people; ``faults`` are (place, code, sentence)."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        # What stands between may answer in its place, with a page of its own.
        own = answer.headers.get("Content-Type", "").startswith("application/problem+json")
        said: dict[str, Any] = answer.json() if own else {}
        self.code: str = said.get("code", "not_gatehouse")
        self.detail: str = said.get("detail", "Something between here and Gatehouse answered. Try again later.")
        self.request_id: str = said.get("request_id", "")
        self.faults = tuple((each["path"], each["code"], each["say"]) for each in said.get("faults", ()))
        super().__init__(f"{self.status} {self.code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands. ``version`` is what a change must name: it says which state you saw."""

    id: str
    reference: str
    version: int
    stage: str
    kind: str
    due_at: datetime | None
    outcome: str
    allowed: frozenset[str]
    refused: Mapping[str, str]

    @classmethod
    def of(cls, said: Json) -> Standing:
        """From the API's answer."""
        actions = said["actions"]
        return cls(
            id=said["id"],
            reference=said["reference"],
            version=said["version"],
            stage=said["stage"],
            kind=said["kind"],
            due_at=datetime.fromisoformat(said["due_at"]) if said["due_at"] else None,
            outcome=said["outcome"],
            allowed=frozenset(each["command"] for each in actions if each["allowed"]),
            refused={each["command"]: each["reason"]["say"] for each in actions if not each["allowed"]},
        )


class Gatehouse:
    """One token's view of Gatehouse. Raises Problem for what is refused, httpx.HTTPError when nobody answers."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            transport=transport,
            timeout=30,
        )
        self._sleep = sleep

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    # Requests

    def start(self, holder: str) -> Standing:
        """Begin a draft to the organisation that holds the information, by its id."""
        return Standing.of(self._change("/cases", {"holder": holder}))

    def intake(self, document: Json) -> Json:
        """Send a whole request at once. Sending it twice is harmless: its source makes it known again."""
        return self._change("/intake", document)

    def save(self, seen: Standing, part: str, said: Any, **more: Any) -> Standing:
        """Write one part of a draft: people, purpose, items, recipients, basis or consent."""
        return self.act(seen, "save", {part: said, **more})

    def act(self, seen: Standing, command: str, body: Json | None = None) -> Standing:
        """Carry out a command on the request as you saw it. Problem with code "stale": read it again first.

        Raises Gone when it was done and the request is not yours to see any more.
        """
        path = f"/cases/{seen.id}/{command.replace('_', '-')}"
        said = self._change(path, body or {}, seen=seen.version)
        if said.get("gone"):
            raise Gone(seen.id)
        return Standing.of(said)

    def standing(self, case_id: str) -> Standing:
        """Where a request stands now."""
        return Standing.of(self._read(f"/cases/{case_id}/standing"))

    def read(self, case_id: str) -> Json:
        """The request as you may see it. The reading is recorded."""
        return self._read(f"/cases/{case_id}")

    def contents(self, case_id: str) -> dict[str, str]:
        """The words that were released to you, by item. The reading is recorded."""
        return {each["key"]: each["text"] for each in self._read(f"/cases/{case_id}/contents")["contents"]}

    # Lists and events

    def pages(self, path: str, name: str, **query: str) -> Iterator[Json]:
        """Every row of a list that comes in pages, page after page."""
        after = ""
        while True:
            page = self._read(path, **({**query, "after": after} if after else query))
            yield from page[name]
            after = page["next_cursor"]
            if not after:
                return

    def events(self, after: str = "") -> tuple[list[Json], str]:
        """What has happened since ``after`` up to now, and from where to go on next time: keep it."""
        found: list[Json] = []
        while True:
            page = self._read("/events", **({"after": after} if after else {}))
            found += page["events"]
            after = page["next_cursor"]
            if not page["more"]:
                return found, after

    # How it is sent

    def _read(self, path: str, **query: str) -> dict[str, Any]:
        return self._answered(lambda: self._http.get(path, params=query))

    def _change(self, path: str, body: Json, *, seen: int | None = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if seen is not None:
            headers["If-Match"] = f'"v{seen}"'
        return self._answered(lambda: self._http.post(path, json=body, headers=headers))

    def _answered(self, send: Callable[[], httpx.Response]) -> dict[str, Any]:
        for tried in range(1, TRIES + 1):
            try:
                answer = send()
            except httpx.TransportError:
                if tried == TRIES:
                    raise
                self._sleep(2.0**tried)
                continue
            waits = answer.headers.get("Retry-After", "")
            # A conflict is worth another try only where it says so.
            if answer.status_code in AGAIN and tried < TRIES and (waits or answer.status_code != 409):
                self._sleep(_seconds(waits, tried))
                continue
            break
        if answer.is_error:
            raise Problem(answer)
        found: dict[str, Any] = answer.json()
        return found


def _seconds(waits: str, tried: int) -> float:
    """How long to wait: as the answer says, where it says so in seconds; else longer each time."""
    return float(waits) if waits.isdecimal() else 2.0**tried
