"""Tokens of the API: who comes with one, and how often. All times but the product's are the database's real clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, text
from sqlalchemy.dialects.postgresql import JSONB

from workflows.core.absences import stands_in
from workflows.core.principals import Principal
from workflows.core.scopes import Scope
from workflows.store.absences import absences_from, running_sql
from workflows.store.clock import NOW_SQL
from workflows.store.engine import Connection
from workflows.store.people import known_roles
from workflows.store.sessions import HELD, HERS

_SCOPES = frozenset(scope.value for scope in Scope)

# One statement: the token, who it belongs to and as what, and this use of it counted. A token that is over counts
# nothing. A use is counted in a minute of its own; the row of the minute before is written over.
_COME = text(
    f"""
    WITH found AS (
        SELECT t.id, t.person_id, t.organisation_id, t.scopes, t.expires_at,
               t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - interval '1 minute' AS touch
        FROM api_tokens t JOIN people p ON p.id = t.person_id AND p.disabled_at IS NULL
        WHERE t.digest = :digest AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp()),
    used AS (
        INSERT INTO api_uses AS u (token_id, minute, uses)
        SELECT id, date_trunc('minute', clock_timestamp()), 1 FROM found
        ON CONFLICT (token_id) DO UPDATE SET
            uses = CASE WHEN u.minute = excluded.minute THEN u.uses + 1 ELSE 1 END, minute = excluded.minute
        RETURNING uses, 60 - extract(second FROM clock_timestamp())::int AS rest)
    SELECT f.id::text AS token_id, f.organisation_id::text AS organisation_id, f.scopes, f.touch, p.id, p.name,
           p.email, p.service, {HELD} AS held, {running_sql(HERS, NOW_SQL)} AS away, {NOW_SQL} AS now,
           u.uses, greatest(u.rest, 1) AS rest
    FROM found f JOIN people p ON p.id = f.person_id CROSS JOIN used u
    """
).columns(held=JSONB, now=DateTime(timezone=True))

_TOUCH = text("UPDATE api_tokens SET last_used_at = clock_timestamp() WHERE id = cast(:id AS uuid)")
_ADD = text(
    """INSERT INTO api_tokens (id, person_id, organisation_id, name, digest, ending, scopes, made_at, made_by,
    expires_at) VALUES (cast(:id AS uuid), cast(:person AS uuid), cast(:organisation AS uuid), :name, :digest, :ending,
    :scopes, :at, cast(:by AS uuid), :expires)"""
)
_REVOKE = text("""UPDATE api_tokens SET revoked_at = :at WHERE id = cast(:id AS uuid) AND revoked_at IS NULL""")
_COLUMNS = """t.id::text, t.person_id::text, t.organisation_id::text, o.name AS organisation, t.name, t.ending,
    t.scopes, t.made_at, m.name AS made_by, t.expires_at, t.revoked_at, t.last_used_at,
    t.expires_at <= clock_timestamp() AS over,
    p.service FROM api_tokens t JOIN organisations o ON o.id = t.organisation_id JOIN people m ON m.id = t.made_by
    JOIN people p ON p.id = t.person_id"""
_OF = text(
    f"""SELECT {_COLUMNS} WHERE t.person_id = cast(:person AS uuid)
    ORDER BY (t.revoked_at IS NOT NULL OR t.expires_at <= clock_timestamp()), t.made_at DESC, t.id LIMIT 100"""
)
_ONE = text(f"SELECT {_COLUMNS} WHERE t.id = cast(:id AS uuid)")
_LIVING = text(
    """SELECT count(*) FROM api_tokens WHERE person_id = cast(:person AS uuid) AND revoked_at IS NULL
    AND expires_at > clock_timestamp()"""
)
_LOCK_PERSON = text("SELECT FROM people WHERE id = cast(:person AS uuid) FOR NO KEY UPDATE")
_ADD_ACCOUNT = text(
    """INSERT INTO people (id, name, email, password_hash, service)
    VALUES (cast(:id AS uuid), :name, :email, '', true) ON CONFLICT (email) DO NOTHING"""
)
_END_ACCOUNT = text(
    """UPDATE people SET disabled_at = :at WHERE id = cast(:id AS uuid) AND service AND disabled_at IS NULL"""
)
_ACCOUNTS = text(
    """SELECT p.id::text, p.name, p.email, p.created_at, p.disabled_at,
    (SELECT array_agg(m.role ORDER BY m.role) FROM memberships m
     WHERE m.person_id = p.id AND m.organisation_id = cast(:organisation AS uuid)) AS roles,
    (SELECT max(t.last_used_at) FROM api_tokens t WHERE t.person_id = p.id) AS last_used_at
    FROM people p WHERE p.service AND EXISTS (SELECT FROM memberships m
        WHERE m.person_id = p.id AND m.organisation_id = cast(:organisation AS uuid))
    ORDER BY p.disabled_at IS NOT NULL, p.name, p.id"""
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who comes with a token: a person as she is in the token's organisation. ``now`` is the product's time (UTC)."""

    token_id: str
    person: Principal
    organisation_id: str
    scopes: frozenset[Scope]
    now: datetime
    uses: int
    """How often this token was used in the minute that runs, this time included."""
    rest: int
    """Seconds until the next minute."""
    touch: bool
    """True when the token should be marked as used again."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it: never the token itself."""

    id: str
    person_id: str
    organisation_id: str
    organisation: str
    name: str
    ending: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    over: bool
    service: bool

    @property
    def living(self) -> bool:
        """Whether somebody can come with it now."""
        return self.revoked_at is None and not self.over


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The account of another system. ``email`` is where mail about its requests goes."""

    id: str
    name: str
    email: str
    created_at: datetime
    disabled_at: datetime | None
    roles: tuple[str, ...]
    last_used_at: datetime | None


def come(connection: Connection, digest: str) -> Caller | None:
    """Who comes with the token of this digest, in one statement; None when nobody can with it."""
    row = connection.execute(_COME, {"digest": digest}).one_or_none()
    if row is None:
        return None
    away = absences_from(row.away)
    roles = known_roles((place, role) for place, role, _ in row.held)
    person_id = str(row.id)
    person = Principal(person_id, row.name, row.email, roles, stands_in(person_id, away), away, row.service)
    return Caller(
        token_id=row.token_id, person=person.within(row.organisation_id), organisation_id=row.organisation_id,
        scopes=frozenset(Scope(scope) for scope in row.scopes if scope in _SCOPES), now=row.now, uses=row.uses,
        rest=row.rest, touch=row.touch,
    )  # fmt: skip


def touch(connection: Connection, token_id: str) -> None:
    """The token was used now."""
    connection.execute(_TOUCH, {"id": token_id})


def add(
    connection: Connection, *, token_id: str, person_id: str, organisation_id: str, name: str, digest: str,
    ending: str, scopes: Sequence[str], at: datetime, by: str, expires: datetime,
) -> None:  # fmt: skip
    """Keep the digest of a new token. Raises IntegrityError when the id exists."""
    connection.execute(
        _ADD,
        {
            "id": token_id, "person": person_id, "organisation": organisation_id, "name": name, "digest": digest,
            "ending": ending, "scopes": list(scopes), "at": at, "by": by, "expires": expires,
        },
    )  # fmt: skip


def revoke(connection: Connection, token_id: str, *, at: datetime) -> bool:
    """Nobody comes with it any more; False when it was revoked before."""
    return connection.execute(_REVOKE, {"id": token_id, "at": at}).rowcount == 1


def lock_person(connection: Connection, person_id: str) -> None:
    """Hold a person, so that her tokens can be counted before one is added."""
    connection.execute(_LOCK_PERSON, {"person": person_id})


def living(connection: Connection, person_id: str) -> int:
    """How many tokens somebody can come with as this person."""
    return int(connection.execute(_LIVING, {"person": person_id}).scalar_one())


def of_person(connection: Connection, person_id: str) -> tuple[TokenRow, ...]:
    """A person's tokens, those that are over last."""
    return tuple(_token(row) for row in connection.execute(_OF, {"person": person_id}))


def one(connection: Connection, token_id: str) -> TokenRow | None:
    """One token."""
    row = connection.execute(_ONE, {"id": token_id}).one_or_none()
    return _token(row) if row else None


def add_account(connection: Connection, *, account_id: str, name: str, email: str) -> bool:
    """Add the account of another system; False when somebody has that address. Raises IntegrityError for its id."""
    return connection.execute(_ADD_ACCOUNT, {"id": account_id, "name": name, "email": email}).rowcount == 1


def end_account(connection: Connection, account_id: str, *, at: datetime) -> bool:
    """Nobody comes as it any more; False when it was over, or is a person."""
    return connection.execute(_END_ACCOUNT, {"id": account_id, "at": at}).rowcount == 1


def accounts(connection: Connection, organisation_id: str) -> tuple[AccountRow, ...]:
    """The accounts of an organisation's systems, by name, those that are over last."""
    rows = connection.execute(_ACCOUNTS, {"organisation": organisation_id})
    return tuple(AccountRow(**{**row._mapping, "roles": tuple(row.roles or ())}) for row in rows)


def _token(row: Any) -> TokenRow:
    return TokenRow(**{**row._mapping, "scopes": tuple(row.scopes)})
