"""The office: organisations, people, signing in, and the sessions of those who are signed in."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from uuid_utils import uuid7

from workflows.core.definition import Role
from workflows.core.permissions import Membership, Principal
from workflows.service.passwords import Cost, Passwords, TooBusy, UnfitPassword
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import attempts, clock, people, sessions
from workflows.store.engine import glance
from workflows.store.people import Colleague, Organisation
from workflows.store.sessions import Visit

__all__ = [
    "AddressTaken",
    "Colleague",
    "Cost",
    "Office",
    "Organisation",
    "Refusal",
    "SessionLimits",
    "SignedIn",
    "UnfitPassword",
    "Visit",
]

WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 10
PER_ADDRESS = 100
"""A whole office may stand behind one address, so this is wider than what one account may try."""
ALTOGETHER = 1000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives without use, and at the longest."""

    idle: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The name and the password belong together."""

    person_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not signed in. ``wait`` is 0 when name and password do not belong together, else seconds to wait."""

    wait: int = 0


class AddressTaken(ValueError):
    """The address belongs to the account of another system; the message says so."""


class Office:
    """Who the people are and who is signed in. One object per process; safe to share between threads.

    ``secret`` keys the hashes under which attempts to sign in are counted. Sessions and attempts run by
    the database's real clock, whatever the demo's clock says.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        secret: str,
        limits: SessionLimits | None = None,
        cost: Cost | None = None,
    ) -> None:
        self._engine = engine
        self._secret = secret.encode()
        self._limits = limits or SessionLimits()
        self._passwords = Passwords(cost)

    # Organisations and people

    def add_organisation(
        self,
        *,
        key: str,
        name: str,
        kind: str,
        nation: str,
        calendar: str,
        public_authority: bool,
        law_enforcement: bool = False,
        adjudicator_title: str = "",
        covered: bool | None = None,
        policy_document: str = "",
        policy_review_on: date | None = None,
    ) -> Organisation:
        """Add an organisation, or bring the one with the same key up to date."""
        wanted = Organisation(
            str(uuid7()), key, name, kind, nation, calendar, public_authority, law_enforcement, adjudicator_title,
            covered, policy_document, policy_review_on,
        )  # fmt: skip
        with transaction(self._engine) as connection:
            return people.save_organisation(connection, wanted)

    def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation, by name."""
        with reading(self._engine) as connection:
            return people.all_organisations(connection)

    def organisation(self, key: str) -> Organisation | None:
        """The organisation with this key."""
        with reading(self._engine) as connection:
            return people.organisation_by_key(connection, key)

    def add_person(
        self, *, name: str, email: str, password: str, memberships: Iterable[Membership], by: str = ""
    ) -> str:
        """Add a person, or give the one with this address these roles (the password then stays); the id.

        Sealed on the house's stream; ``by`` is who did it, empty for the command line. Raises UnfitPassword
        when the password is too short or too long, AddressTaken when it is the address of a system's account.
        """
        wanted = frozenset(memberships)
        address = email.strip().lower()
        with reading(self._engine) as connection:
            known = people.credentials(connection, address)
        # Hashing takes long: not inside a transaction, and not for somebody who is there already.
        hashed = known.password_hash if known else self._passwords.hash(password)
        with transaction(self._engine) as connection:
            person_id = people.add_person(
                connection, person_id=str(uuid7()), name=name.strip(), email=address, password_hash=hashed
            )
            if not person_id:
                raise AddressTaken("the account of another system has this address.")
            people.set_memberships(connection, person_id, wanted)
            roles = sorted([each.organisation_id, each.role.value] for each in wanted)
            record_house(
                connection,
                kind=HouseEvent.ROLES_CHANGED if known else HouseEvent.PERSON_ADDED,
                facts={"person": person_id, "roles": roles},
                texts={} if known else {"name": name.strip(), "email": address},
                command_id=str(uuid7()),
                by=by,
                at=clock.now(connection),
            )
        return person_id

    def set_password(self, person_id: str, password: str) -> None:
        """Replace a password; every session of the person ends. Raises UnfitPassword."""
        hashed = self._passwords.hash(password)
        with transaction(self._engine) as connection:
            people.set_password(connection, person_id, hashed)
            sessions.end_all(connection, person_id)

    def principal(self, person_id: str) -> Principal | None:
        """The person as the rules see her; None when unknown or disabled."""
        with glance(self._engine) as connection:
            return people.principal(connection, person_id)

    def find(self, email: str) -> Principal | None:
        """The person with this address; None when unknown or disabled."""
        with reading(self._engine) as connection:
            found = people.credentials(connection, email.strip().lower())
            return people.principal(connection, found.person_id) if found else None

    def colleagues(self, organisation_id: str, *, roles: Iterable[Role] = ()) -> tuple[Colleague, ...]:
        """People of an organisation with their roles there, by name; only holders of ``roles``, if given."""
        with reading(self._engine) as connection:
            return people.colleagues(connection, organisation_id, roles=tuple(roles))

    # Signing in

    def sign_in(self, email: str, password: str, *, address: str) -> SignedIn | Refusal:
        """Check a name and a password that came from a network address, within the limits on attempts.

        Known and unknown people take the same work and get the same answer. Raises Unavailable when the
        attempt cannot be counted: then nobody is let in.
        """
        email = email.strip().lower()
        account = self._bucket("account", email)
        limits = {account: PER_ACCOUNT, self._bucket("address", network(address)): PER_ADDRESS, "all": ALTOGETHER}
        with transaction(self._engine) as connection:
            place = attempts.take_place(connection, limits, window=WINDOW)
        if place.wait:
            return Refusal(place.wait)
        with glance(self._engine) as connection:
            found = None if "\x00" in email else people.credentials(connection, email)
        usable = found if found and not found.disabled else None
        try:
            matched = self._passwords.matches(password, usable.password_hash if usable else None)
            if not matched or usable is None:
                return Refusal()
            renewed = self._renewed(password, usable.password_hash)
        except TooBusy:
            return Refusal(wait=5)
        with transaction(self._engine) as connection:
            attempts.forget(connection, place, bucket=account)
            if renewed:
                people.set_password(connection, usable.person_id, renewed)
        return SignedIn(usable.person_id)

    def _renewed(self, password: str, stored: str) -> str:
        """A dearer hash of the same password, when hashes have become dearer since; else nothing."""
        if not self._passwords.outdated(stored):
            return ""
        try:
            return self._passwords.hash(password)
        except UnfitPassword:
            return ""

    def _bucket(self, kind: str, value: str) -> str:
        message = f"{kind}:{value}".encode(errors="surrogatepass")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    # Sessions

    def visit(self, session_id: str, *, used: bool = True) -> Visit | None:
        """Who sends a request with such a session; None when it is unknown or over. One statement.

        Not ``used``: nobody did anything, a page only looked again, and the session grows older.
        """
        with glance(self._engine) as connection:
            found = sessions.load(connection, _digest(session_id), idle=self._limits.idle, longest=self._limits.longest)
        if found and found.touch and used:
            with transaction(self._engine) as connection:
                sessions.touch(connection, _digest(session_id))
        return found

    def begin_session(self, session_id: str, *, person_id: str, data: Mapping[str, Any], ends: str = "") -> None:
        """Start a session under a new id; the session ``ends`` of the same browser is over with it."""
        with transaction(self._engine) as connection:
            if ends:
                sessions.end(connection, _digest(ends))
            sessions.begin(connection, _digest(session_id), person_id=person_id, data=data)

    def save_session(self, session_id: str, data: Mapping[str, Any]) -> bool:
        """Keep what a request left in its session; False when the session has been ended meanwhile."""
        with transaction(self._engine) as connection:
            return sessions.save(connection, _digest(session_id), data=data)

    def end_session(self, session_id: str) -> None:
        """Sign out."""
        with transaction(self._engine) as connection:
            sessions.end(connection, _digest(session_id))

    def end_sessions(self, person_id: str) -> int:
        """Sign a person out everywhere; how many sessions that ended."""
        with transaction(self._engine) as connection:
            return sessions.end_all(connection, person_id)

    # Housekeeping and the product's clock

    def tidy(self) -> int:
        """Delete sessions that are over and attempts that no longer count; how many rows."""
        with transaction(self._engine) as connection:
            gone = sessions.tidy(connection, idle=self._limits.idle, longest=self._limits.longest)
            return gone + attempts.tidy(connection, window=WINDOW)

    def now(self) -> datetime:
        """The product's time (UTC): real time, moved on in the demo."""
        with glance(self._engine) as connection:
            return clock.now(connection)

    def move_clock(self, by: timedelta) -> datetime:
        """Move the product's clock on; the new time. The doors call this in the demo only.

        Raises ValueError for a step backwards or of more than a year.
        """
        if not timedelta(0) < by <= timedelta(days=366):
            raise ValueError("The clock can be moved on by up to a year, and never back.")
        with transaction(self._engine) as connection:
            return clock.move_on(connection, by=by)


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def network(address: str) -> str:
    """What one household can choose from: an IPv4 address, or the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
