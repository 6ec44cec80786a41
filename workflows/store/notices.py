"""Notices and their outbox rows, written with the change that they tell of; the in-app list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from workflows.core.aside import MARKS
from workflows.core.notices import Notice

GIVE_UP_AFTER = timedelta(hours=4)
"""How long sending a mail is tried before the row is dead and shown to a person."""

# One statement: each notice is spread over the people of its audience, and each gets one mail row. The
# message id is derived from the notice, so that a mail sent again is the same mail.
_INSERT = text(
    """WITH told AS (
        SELECT n.*, row_number() OVER () AS place FROM jsonb_to_recordset(cast(:rows AS jsonb))
        AS n(kind text, stage_title text, people uuid[], organisation uuid, roles text[], emails text[],
             excluding uuid[], kin text[])),
    audience AS (
        SELECT DISTINCT t.place, t.kind, t.stage_title, p.id AS person_id FROM told t JOIN people p ON
            p.disabled_at IS NULL AND NOT (p.id = ANY (t.excluding))
            AND NOT (t.kin && ARRAY[p.email, lower(regexp_replace(p.name, '^.*\\s', ''))]) AND p.id IN (
            SELECT unnest(t.people)
            UNION SELECT m.person_id FROM memberships m
                WHERE m.organisation_id = t.organisation AND m.role = ANY (t.roles)
            UNION SELECT q.id FROM people q WHERE q.email = ANY (t.emails))),
    written AS (
        INSERT INTO notices (id, person_id, case_id, kind, stage_title, due_at, created_at)
        SELECT gen_random_uuid(), person_id, cast(:case AS uuid), kind, stage_title, :due, :at FROM audience
        RETURNING id, person_id, kind),
    posted AS (
        INSERT INTO outbox (id, notice_id, channel, created_at, next_at, give_up_at, message_id, hold_until)
        SELECT gen_random_uuid(), id, CASE WHEN NOT :at_once AND EXISTS (SELECT FROM mail_choices m
                   WHERE m.person_id = written.person_id AND written.kind = ANY (m.kinds))
                   THEN 'digest' ELSE 'mail' END, clock_timestamp(), clock_timestamp(), clock_timestamp() + :patience,
               '<' || id || '@gatehouse>', cast(:hold AS timestamptz) FROM written)
    SELECT t.place FROM told t WHERE NOT EXISTS (SELECT FROM audience a WHERE a.place = t.place) ORDER BY t.place"""
)
# The same notice for whoever stands in, unless she was told the same herself when it was written.
_PASS_ON = text(
    """WITH old AS (SELECT n.* FROM outbox o JOIN notices n ON n.id = o.notice_id WHERE o.id = cast(:mail AS uuid)),
    written AS (
        INSERT INTO notices (id, person_id, case_id, kind, stage_title, due_at, created_at)
        SELECT gen_random_uuid(), cast(:to AS uuid), case_id, kind, stage_title, due_at, created_at FROM old
        WHERE NOT EXISTS (SELECT FROM notices s WHERE s.person_id = cast(:to AS uuid) AND s.case_id = old.case_id
            AND s.kind = old.kind AND s.created_at = old.created_at)
        RETURNING id)
    INSERT INTO outbox (id, notice_id, channel, created_at, next_at, give_up_at, message_id)
    SELECT gen_random_uuid(), id, 'mail', clock_timestamp(), clock_timestamp(), clock_timestamp() + :patience,
           '<' || id || '@gatehouse>' FROM written"""
)
_MARKS = MARKS.replace("'", "''")
# A person of the name `p`, a notice `n`, its case `c` where it has one (else it is about the house). What she was told
# before she stood aside, was found to share a name with somebody in it, or left both organisations, is hers no longer.
KNOWN = f"""(n.case_id IS NULL OR (NOT (p.id = ANY (c.aside))
    AND (c.requester = p.id OR n.kind = 'released' OR NOT (c.kin && ARRAY[p.email,
    lower(btrim(regexp_replace(btrim(p.name), '^.*\\s', ''), '{_MARKS}'))]))
    AND (c.requester = p.id OR p.email = ANY (c.recipients) OR EXISTS (SELECT FROM memberships m
        WHERE m.person_id = p.id AND m.organisation_id IN (c.holder_org, c.requester_org)
        AND (c.silo = '{{}}' OR m.role = ANY (c.silo))))))"""
"""Keeps those notices that a person may still know of."""
_HERS = f"""SELECT n.id::text, n.kind, n.stage_title, n.due_at, n.created_at, n.read_at,
        coalesce(n.case_id::text, ''), coalesce(c.reference, '') FROM notices n
    LEFT JOIN cases c ON c.id = n.case_id JOIN people p ON p.id = n.person_id
    WHERE n.person_id = cast(:person AS uuid) AND {KNOWN}"""
_ORDER = "ORDER BY n.created_at DESC, n.id DESC LIMIT :most"
_LIST = text(f"{_HERS} {_ORDER} OFFSET :skip")
# Where she acts for one organisation only: what has to do with it, and what others asked for
# and was shared with her.
_AFTER = text(
    f"""{_HERS} AND (n.created_at, n.id) < (cast(:at AS timestamptz), cast(:id AS uuid))
    AND (cast(:only AS uuid) IS NULL OR c.id IS NULL
        OR (p.email = ANY (c.recipients) AND c.requester IS DISTINCT FROM p.id)
        OR c.requester_org = cast(:only AS uuid)
        OR (c.holder_org = cast(:only AS uuid) AND c.requester IS DISTINCT FROM p.id)) {_ORDER}"""
)
_READ = text(
    """UPDATE notices SET read_at = :at WHERE person_id = cast(:person AS uuid) AND read_at IS NULL
    AND (cast(:case AS uuid) IS NULL OR case_id = cast(:case AS uuid))"""
)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One line of a person's notices; without a case id and a reference it is about the house."""

    id: str
    kind: str
    stage_title: str
    due_at: datetime | None
    created_at: datetime
    read_at: datetime | None
    case_id: str
    reference: str


def insert(
    connection: Connection,
    notices: list[Notice],
    *,
    case_id: str | None,
    due_at: datetime | None,
    at: datetime,
    hold_until: datetime | None = None,
    at_once: bool = False,
) -> list[Notice]:
    """Write each notice for each person of its audience, and a mail for each; which ones have reached nobody.

    The mails wait until ``hold_until``, by the product's time; what is in the product can be read at once.
    ``at_once``: no mail waits for a digest, whatever its reader has chosen.
    """
    rows = [
        {
            "kind": notice.kind.value, "stage_title": notice.stage_title,
            "people": list(notice.audience.people), "organisation": notice.audience.organisation or None,
            "roles": [role.value for role in notice.audience.roles], "emails": list(notice.audience.emails),
            "excluding": list(notice.audience.excluding), "kin": list(notice.audience.kin),
        }
        for notice in notices
    ]  # fmt: skip
    parameters = {
        "rows": json.dumps(rows),
        "case": case_id,
        "due": due_at,
        "at": at,
        "patience": GIVE_UP_AFTER,
        "hold": hold_until,
        "at_once": at_once,
    }
    return [notices[place - 1] for place in connection.execute(_INSERT, parameters).scalars()]


def pass_on(connection: Connection, mail_id: str, *, to: str) -> None:
    """Tell another person what a mail that has not gone would have told; nothing when she was told already."""
    connection.execute(_PASS_ON, {"mail": mail_id, "to": to, "patience": GIVE_UP_AFTER})


def of_person(connection: Connection, person_id: str, *, most: int, skip: int = 0) -> list[NoticeRow]:
    """A person's notices, newest first, without those of cases that she may no longer know of."""
    rows = connection.execute(_LIST, {"person": person_id, "most": most, "skip": skip})
    return [NoticeRow(*row) for row in rows]


def after(
    connection: Connection, person_id: str, since: tuple[datetime, str] | None, *, most: int, only: str
) -> list[NoticeRow]:
    """The same after one of them (when it was made, its id); ``only``: the one organisation for which she acts."""
    at, row = (since[0].isoformat(), since[1]) if since else ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")
    values = {"person": person_id, "at": at, "id": row, "only": only or None, "most": most}
    return [NoticeRow(*found) for found in connection.execute(_AFTER, values)]


def mark_read(connection: Connection, person_id: str, *, at: datetime, case_id: str | None = None) -> None:
    """Mark all of a person's notices as read, or only those of one case."""
    connection.execute(_READ, {"person": person_id, "at": at, "case": case_id})
