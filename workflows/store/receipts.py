"""Mails that were taken, of which it is not known yet whether they arrived: when to ask, and what was answered."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

# The longer ago it was sent, the longer until it is asked again; in the end nobody asks any more. Mails of one digest
# have one receipt. Whoever asks at the same time finds the instant moved on already.
_CLAIM = text(
    """WITH due AS (
        SELECT receipt FROM outbox WHERE state = 'sent' AND ask_at <= clock_timestamp() ORDER BY ask_at LIMIT :most),
    claimed AS (
        UPDATE outbox o SET ask_at = CASE WHEN o.sent_at > clock_timestamp() - cast(:give_up AS interval)
            THEN clock_timestamp() + least(greatest(cast(:first AS interval), clock_timestamp() - o.sent_at),
                cast(:longest AS interval)) END
        FROM due WHERE o.receipt = due.receipt AND o.state = 'sent' AND o.ask_at <= clock_timestamp()
        RETURNING o.receipt)
    SELECT DISTINCT receipt FROM claimed"""
)
_ARRIVED = text("UPDATE outbox SET ask_at = NULL WHERE receipt = :receipt AND state = 'sent'")
_FAILED = text(
    """UPDATE outbox SET state = 'dead', ask_at = NULL, last_error = :why
    WHERE receipt = :receipt AND state = 'sent'"""
)


def claim(connection: Connection, *, most: int, first: timedelta, longest: timedelta, give_up: timedelta) -> list[str]:
    """Receipts to ask about now; they are asked about again later unless something is written down before."""
    values = {"most": most, "first": first, "longest": longest, "give_up": give_up}
    return list(connection.execute(_CLAIM, values).scalars())


def arrived(connection: Connection, receipt: str) -> None:
    """It is there, or nobody knows of it any more: nothing more is asked."""
    connection.execute(_ARRIVED, {"receipt": receipt})


def failed(connection: Connection, receipt: str, why: str) -> int:
    """It did not arrive after all: it is shown with those that could not be delivered; how many mails it was."""
    return connection.execute(_FAILED, {"receipt": receipt, "why": why}).rowcount
