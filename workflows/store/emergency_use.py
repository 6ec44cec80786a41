"""How the emergency lane was used: counted from the cases, with no word of what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

# A case that another organisation asked for, and one that the holder recorded itself, count alike. The person
# counted is who shared; the agency is the one that received.
_USE = text(
    """WITH used AS (
        SELECT c.state -> 'shared_now' AS share, c.state -> 'share_review' AS review, c.holder_org, c.requester_org
        FROM cases c WHERE (c.holder_org = cast(:org AS uuid) OR c.requester_org = cast(:org AS uuid))
        AND c.silo = '{}' AND c.submitted_at >= :earliest AND jsonb_typeof(c.state -> 'shared_now') = 'object'
    )
    SELECT p.name AS person, h.name AS holder, r.name AS agency, count(*) AS uses,
        count(*) FILTER (WHERE jsonb_array_length(share -> 'keys') = 0) AS nothing_shared,
        count(*) FILTER (WHERE (share ->> 'recorded_after')::integer >= :late) AS late,
        count(*) FILTER (WHERE share ->> 'how' = 'spoken' AND share ->> 'call_back_verified' = 'false') AS unchecked,
        count(*) FILTER (WHERE jsonb_typeof(review) IS DISTINCT FROM 'object') AS waiting,
        count(*) FILTER (WHERE review ->> 'finding' = 'not_justified') AS not_justified
    FROM used JOIN people p ON p.id::text = share ->> 'by'
    JOIN organisations h ON h.id = used.holder_org JOIN organisations r ON r.id = used.requester_org
    WHERE (share ->> 'at')::timestamptz >= :since
    GROUP BY p.id, p.name, h.name, r.name ORDER BY uses DESC, p.name, agency, holder, p.id"""
)


def used(connection: Connection, *, org: str, since: datetime, earliest: datetime, late: int) -> Sequence[Any]:
    """One row for each person who shared and agency that received. ``late`` is in minutes."""
    return connection.execute(_USE, {"org": org, "since": since, "earliest": earliest, "late": late}).all()
