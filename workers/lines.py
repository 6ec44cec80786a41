"""The line to the queue, which comes back by itself however the queue went.

Two things that the library does not do by itself. Where a worker cannot say that it has done a nudge, because the queue
has just gone, the nudge must not count as in hand: with every hand full of such the worker asks for no more, never
touches the line again, and so never notices that it is gone. And a queue that is gone is looked for every few seconds,
not after two seconds more each time, up to thirty.
"""

from __future__ import annotations

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport import redis, virtual

LONGEST_PAUSE = 3
"""Seconds between two tries, at most. A try costs next to nothing."""


class InHand(redis.QoS):
    """The nudges that this worker has in hand. What it is done with it lets go of, even if the queue cannot hear so."""

    def ack(self, delivery_tag: str) -> None:
        """It is done. Raises what the line raises."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """It is not wanted, or given back. Raises what the line raises."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """A channel that counts so."""

    QoS = InHand


class Transport(redis.Transport):
    """A transport of such channels."""

    Channel = Channel


class Line(Connection):
    """A line that is looked for again every few seconds, for as long as it takes."""

    def get_transport_cls(self) -> type[Any]:
        """Ours where the queue is a Redis or a Valkey."""
        found: type[Any] = super().get_transport_cls()
        return Transport if found is redis.Transport else found

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Wait until the queue answers."""
        soon = {"interval_start": 1, "interval_step": 1, "interval_max": LONGEST_PAUSE}
        return super().ensure_connection(*args, **{**soon, **options})


class Lines(AMQP):
    """What the application makes its lines with."""

    Connection = Line
