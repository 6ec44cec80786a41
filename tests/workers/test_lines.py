"""The line to the queue: what cannot be acknowledged is let go of, and a queue that is gone is looked for soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import redis
from kombu.transport import virtual

from workers.celery_app import make_app
from workers.lines import LONGEST_PAUSE, InHand, Line, Transport
from workflows.settings import Settings

pytestmark = pytest.mark.feature("C20", "C21")


class GoneChannel:
    """A channel whose queue is gone."""

    unacked_key = "unacked"
    unacked_index_key = "unacked_index"
    do_restore = False

    def conn_or_acquire(self, client: Any = None) -> AbstractContextManager[Any]:
        raise redis.ConnectionError("gone")


@pytest.mark.parametrize("let_go", [InHand.ack, InHand.reject], ids=["done", "not wanted"])
def test_a_nudge_that_cannot_be_acknowledged_is_no_longer_in_hand(let_go: Callable[[InHand, str], None]) -> None:
    hands = InHand(GoneChannel(), prefetch_count=2)
    for tag in ("first", "second"):
        virtual.QoS.append(hands, object(), tag)
    assert not hands.can_consume()
    with pytest.raises(redis.ConnectionError):
        let_go(hands, "first")
    assert hands.can_consume()


def test_the_application_uses_such_lines() -> None:
    named = {
        "GATEHOUSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GATEHOUSE_REDIS_URL": "redis://127.0.0.1:1/0",
        "GATEHOUSE_SECRET_KEY": "for-tests-only-" + "0" * 32,
    }
    line = make_app(Settings.from_env(named)).connection_for_read()
    assert isinstance(line, Line)
    assert line.get_transport_cls() is Transport


def test_a_queue_that_is_gone_is_looked_for_every_few_seconds() -> None:
    waits: list[float] = []

    class Enough(Exception):
        """The test has seen what it wants to see."""

    def note(fault: Exception, pause: float) -> None:
        waits.append(pause)
        if len(waits) == 5:
            raise Enough

    line = Line("redis://127.0.0.1:1/0", transport_options={"socket_connect_timeout": 0.1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kombu.utils.functional.sleep", lambda _seconds: None)
        with pytest.raises(Enough):
            line.ensure_connection(note, None)
    assert waits == [1, 2, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
