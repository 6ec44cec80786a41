"""Figures of timeliness: what is measured, counted by the database in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from workflows.store.lists import IN_THE_OPEN

SIDES = {"held": ("holder_org", "requester_org"), "asked": ("requester_org", "holder_org")}
"""Whose figures: of the requests that the organisation holds, or that it asked. Its column, and the other's."""

# A request is late when a stage of the holder was. One taken back before anything was due is not counted.
_RESULT = """CASE WHEN l.late THEN 'late' WHEN w.outcome = 'withdrawn' THEN 'not_counted' ELSE 'in_time' END"""


def _requests(side: str, *, since: str) -> str:
    own, other = SIDES[side]
    return f"""SELECT w.case_id, w.turn, w.urgency, w.outcome, w.stopped, w.ran, w.working_days, w.paused,
        w.{other} AS other, {_RESULT} AS result, l.silent, l.extended, w.stopped >= :since AS inside,
        date_trunc('month', w.stopped AT TIME ZONE 'Europe/London') AS month
    FROM spells w CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(s.result = 'late' AND s.side = 'holder'), false) AS late,
            coalesce(bool_or(s.silent), false) AS silent,
            coalesce(max(s.extended), 0) AS extended, coalesce(bool_or(s.stage = :stage), false) AS passed
        FROM spells s WHERE s.case_id = w.case_id AND s.turn = w.turn AND s.clock > 0) l
    WHERE w.{own} = cast(:org AS uuid) AND w.clock = 0 AND w.stopped >= :{since} AND w.stopped < :until
        AND (cast(:other AS uuid) IS NULL OR w.{other} = cast(:other AS uuid))
        AND (cast(:urgency AS text) = '' OR w.urgency = :urgency)
        AND (cast(:outcome AS text) = '' OR w.outcome = :outcome)
        AND (cast(:stage AS text) = '' OR l.passed)"""


def _stages(side: str) -> str:
    own, other = SIDES[side]
    return f"""SELECT s.stage, s.ran, s.working_days, s.paused, s.result, s.late_by, s.cause, s.silent,
        s.extended,
        date_trunc('month', s.stopped AT TIME ZONE 'Europe/London') AS month
    FROM spells s LEFT JOIN spells w ON (w.case_id, w.turn, w.clock) = (s.case_id, s.turn, 0)
    WHERE s.{own} = cast(:org AS uuid) AND s.clock > 0 AND s.stopped >= :since AND s.stopped < :until
        AND (cast(:other AS uuid) IS NULL OR s.{other} = cast(:other AS uuid))
        AND (cast(:urgency AS text) = '' OR s.urgency = :urgency)
        AND (cast(:outcome AS text) = '' OR w.outcome = :outcome)
        AND (cast(:stage AS text) = '' OR s.stage = :stage)"""


_COUNTS = """count(*) AS total, count(*) FILTER (WHERE result = 'in_time') AS in_time,
    count(*) FILTER (WHERE result = 'late') AS late, count(*) FILTER (WHERE result = 'not_counted') AS not_counted,
    count(*) FILTER (WHERE silent) AS silent,
    count(*) FILTER (WHERE extended > 0 AND result = 'in_time') AS extended,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY ran) FILTER (WHERE result <> 'not_counted') AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY ran) FILTER (WHERE result <> 'not_counted') AS ninety,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY working_days) FILTER (WHERE result <> 'not_counted') AS working_days,
    coalesce(sum(paused), 0)::bigint AS paused"""


def _by_request(side: str) -> TextClause:
    return text(
        f"""WITH each AS ({_requests(side, since="trend_since")})
        SELECT grouping(month, urgency, other, outcome) AS part, inside, to_char(month, 'YYYY-MM') AS month, urgency,
            other::text AS other, outcome, {_COUNTS} FROM each
        GROUP BY GROUPING SETS ((month, inside), (inside), (inside, urgency), (inside, other), (inside, outcome))
        ORDER BY part, month, urgency, other, outcome, inside"""
    )


def _by_stage(side: str) -> TextClause:
    return text(
        f"""WITH each AS ({_stages(side)})
        SELECT grouping(stage, month, cause) AS part, stage, to_char(month, 'YYYY-MM') AS month, cause,
            coalesce(sum(late_by), 0)::bigint AS late_by, {_COUNTS} FROM each
        GROUP BY GROUPING SETS ((), (stage), (stage, month), (stage, cause), (cause))
        ORDER BY part, stage, month, cause"""
    )


def _reached(side: str) -> TextClause:
    return text(
        f"""WITH each AS ({_requests(side, since="since")})
        SELECT s.stage, count(DISTINCT (s.case_id, s.turn)) AS total FROM each
        JOIN spells s ON s.case_id = each.case_id AND s.turn = each.turn AND s.clock > 0
        GROUP BY s.stage ORDER BY s.stage"""
    )


def _open(side: str) -> TextClause:
    own, other = SIDES[side]
    mine = f"""FROM cases c WHERE c.{own} = cast(:org AS uuid) AND c.closed_at IS NULL AND c.submitted_at IS NOT NULL
        AND {IN_THE_OPEN} AND (cast(:other AS uuid) IS NULL OR c.{other} = cast(:other AS uuid))
        AND (cast(:urgency AS text) = '' OR c.urgency = :urgency)"""
    return text(
        f"""WITH mine AS (
            SELECT c.stage, false AS paused, c.overdue OR coalesce(c.due_at < :now, false) AS late {mine}
            UNION ALL SELECT c.state ->> 'back_to', true, false {mine} AND c.paused)
        SELECT stage, count(*) FILTER (WHERE NOT paused AND NOT late) AS running,
            count(*) FILTER (WHERE late) AS overdue, count(*) FILTER (WHERE paused) AS paused
        FROM mine WHERE cast(:stage AS text) = '' OR stage = :stage GROUP BY stage ORDER BY stage"""
    )


def _offered(side: str) -> TextClause:
    own, other = SIDES[side]
    return text(
        f"""SELECT 'stage' AS what, stage AS key, (array_agg(title ORDER BY stopped DESC))[1] AS label,
            min(side) AS side, avg(clock) AS place, 0 AS version
        FROM spells WHERE {own} = cast(:org AS uuid) AND clock > 0 GROUP BY stage
        UNION ALL
        SELECT 'other', o.id::text, o.name, '', 0, 0 FROM organisations o
        WHERE EXISTS (SELECT FROM spells s WHERE s.{own} = cast(:org AS uuid) AND s.{other} = o.id)
        UNION ALL
        SELECT 'open', at.stage, c.workflow, '', 0, max(c.definition_version) FROM cases c
        CROSS JOIN LATERAL (VALUES (c.stage), (CASE WHEN c.paused THEN c.state ->> 'back_to' END)) AS at (stage)
        WHERE c.{own} = cast(:org AS uuid) AND c.closed_at IS NULL AND c.submitted_at IS NOT NULL
            AND {IN_THE_OPEN} AND at.stage IS NOT NULL GROUP BY at.stage, c.workflow
        ORDER BY what, place, label, key"""
    )


_BY_REQUEST = {side: _by_request(side) for side in SIDES}
_BY_STAGE = {side: _by_stage(side) for side in SIDES}
_REACHED = {side: _reached(side) for side in SIDES}
_OPEN = {side: _open(side) for side in SIDES}
_OFFERED = {side: _offered(side) for side in SIDES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What figures are asked for. Empty words and None leave nothing out; ``trend_since`` is where the trend begins."""

    org: str
    side: str
    since: datetime
    until: datetime
    trend_since: datetime
    now: datetime
    stage: str = ""
    other: str | None = None
    urgency: str = ""
    outcome: str = ""


def _values(wanted: Wanted, *names: str) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in names}


def by_request(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """Closed requests: all, by month, urgency, other organisation and outcome; ``part`` tells which."""
    names = ("org", "since", "until", "trend_since", "stage", "other", "urgency", "outcome")
    return connection.execute(_BY_REQUEST[wanted.side], _values(wanted, *names)).all()


def by_stage(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """Finished stages: all, by stage, by stage and month, by stage and cause, and by cause."""
    names = ("org", "since", "until", "stage", "other", "urgency", "outcome")
    return connection.execute(_BY_STAGE[wanted.side], _values(wanted, *names)).all()


def reached(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """How many of the closed requests had come to each stage."""
    names = ("org", "since", "until", "stage", "other", "urgency", "outcome")
    return connection.execute(_REACHED[wanted.side], _values(wanted, *names)).all()


def open_now(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """Open requests now, by stage; one that waits for an answer is paused where the question came from."""
    return connection.execute(_OPEN[wanted.side], _values(wanted, "org", "now", "stage", "other", "urgency")).all()


def offered(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """The stages and other organisations that there are figures of, in order: what filters offer.

    A stage that is open may have no figures yet: then its workflow and version tell what it is called.
    """
    return connection.execute(_OFFERED[wanted.side], {"org": wanted.org}).all()
