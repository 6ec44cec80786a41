"""Fetching the published list of bank holidays. What the server says is bounded in size and time, and not trusted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from workflows.definitions.day_files import MOST_BYTES
from workflows.service.holiday_feed import HolidayFeed, Looked

TIMEOUT = 10.0
"""Seconds for each step of the conversation."""
WHOLE = 30.0
"""Seconds for the whole of it: a server that sends a byte now and then must not keep a worker."""


class NotFetched(Exception):
    """There is no answer of use; the message is a few words of our own."""


@dataclass(frozen=True, slots=True)
class HolidaySource:
    """Where the list is."""

    url: str
    timeout: float = TIMEOUT
    whole: float = WHOLE

    def fetch(self) -> str:
        """The list as text. Raises NotFetched."""
        got = bytearray()
        until = time.monotonic() + self.whole
        try:
            # Only the setting says where the list is: no proxy from the surroundings, and nowhere else is followed.
            with (
                httpx.Client(timeout=self.timeout, trust_env=False, follow_redirects=False) as client,
                client.stream("GET", self.url, headers={"Accept-Encoding": "identity"}) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise NotFetched(f"it answered with {answer.status_code}")
                # As it comes: a small answer that unfolds into a large one is not unfolded.
                for piece in answer.iter_raw():
                    got += piece
                    if len(got) > MOST_BYTES:
                        raise NotFetched("its answer is larger than 1 MB")
                    if time.monotonic() > until:
                        raise NotFetched("its answer takes too long")
        except httpx.HTTPError as fault:
            raise NotFetched(f"there was no whole answer ({type(fault).__name__})") from None
        try:
            return got.decode("utf-8")
        except UnicodeDecodeError:
            raise NotFetched("its answer is not text") from None


def look(feed: HolidayFeed, source: HolidaySource) -> Looked:
    """Fetch the list and take what it says."""
    try:
        text = source.fetch()
    except NotFetched as nothing:
        return feed.failed(str(nothing))
    return feed.answered(text, host=urlsplit(source.url).hostname or "")
