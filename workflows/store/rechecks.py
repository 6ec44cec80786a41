"""Open requests that are pinned to another version than the one in force; and which versions have been seen to."""

from __future__ import annotations

from sqlalchemy import Connection, text

# A page of open requests at a time: what each is pinned to stands in its state, and those are long.
_STALE = text(
    """WITH page AS (SELECT c.id, c.state FROM cases c
        WHERE c.closed_at IS NULL AND c.submitted_at IS NOT NULL AND c.id > cast(:after AS uuid)
        ORDER BY c.id LIMIT :most)
    SELECT c.id::text,
      EXISTS (SELECT FROM jsonb_array_elements_text(c.state -> 'packs') AS p(name)
              WHERE starts_with(p.name, :pack) AND p.name <> :name)
      AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(c.state -> 'packs') AS p(name) WHERE p.name = :name)
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(c.state -> 'followups') AS f(task)
                      WHERE f.task ->> 'about' = :name) AS stale
    FROM page c ORDER BY c.id"""
)
_SEEN_TO = text(
    """SELECT facts ->> 'name' AS name, facts ->> 'since' AS since FROM events
    WHERE stream = cast(:stream AS uuid) AND type = :type"""
)


def stale(connection: Connection, *, pack: str, name: str, after: str, most: int) -> list[tuple[str, bool]]:
    """The next ``most`` open requests past ``after``, each with whether it is pinned to another version of ``pack``
    than ``name`` and has not been asked about it."""
    values = {"pack": f"{pack}/", "name": name, "after": after, "most": most}
    return [(row.id, row.stale) for row in connection.execute(_STALE, values)]


def seen_to(connection: Connection, *, stream: str, kind: str) -> set[tuple[str, str]]:
    """Versions, each with the instant from which it is in force, for which every open request has been asked."""
    return {(row.name, row.since) for row in connection.execute(_SEEN_TO, {"stream": stream, "type": kind})}
