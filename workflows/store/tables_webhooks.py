"""Tables of what other systems are told: what happened, the receivers of webhooks, and one row per message to each."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from workflows.store.tables import Id, Instant, metadata

announcements = Table(
    "announcements",
    metadata,
    # The id of the event: webhooks carry it, and readers continue after it. Version 7, so that it grows with time.
    Column("id", Id, primary_key=True),
    Column("number", BigInteger, Identity(), nullable=False),
    # Its place in the order for readers: given once it is committed, so that nothing ever comes before what was read.
    Column("position", BigInteger, unique=True),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("happened_at", Instant, nullable=False),
    # By the real clock: how long it is kept goes by it.
    Column("told_at", Instant, nullable=False),
    Index("ix_announcements_organisation_id", "organisation_id", "position"),
    Index("ix_announcements_unplaced", "number", postgresql_where=text("position IS NULL")),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    # Sealed with a key of the installation: it must be read back to sign. The one before it signs as well, for a time.
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_until", Instant),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("off_at", Instant),
    # Why it is off: somebody switched it off, or the receiver said that it is gone.
    Column("off_why", Text, nullable=False, server_default=""),
    # By the real clock: a receiver that fails is left alone for a little, so that it holds up nobody else's.
    Column("quiet_until", Instant),
    CheckConstraint("off_why IN ('', 'person', 'gone')", name="off_why"),
    CheckConstraint("(off_at IS NULL) = (off_why = '')", name="off"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", BigInteger, Identity(), nullable=False),
    Column("webhook_id", Id, ForeignKey("webhooks.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # The event that it tells of; it stays when that is no longer kept. None for the message that tries the receiver,
    # and for those that are older than the list of events.
    Column("event_id", Id),
    # None for the message that tries the receiver.
    Column("case_id", Id, ForeignKey("cases.id")),
    Column("stage", Text, nullable=False, server_default=""),
    Column("happened_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("ended_at", Instant),
    # A status or the kind of a fault: what a receiver writes is never kept.
    Column("last_status", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="state"),
    Index("ix_webhook_deliveries_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_webhook_deliveries_dead", "webhook_id", postgresql_where=text("state = 'dead'")),
    Index("ix_webhook_deliveries_webhook_id", "webhook_id", "number"),
)
