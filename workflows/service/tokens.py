"""Tokens with which another system comes to the API, and the accounts of other systems.

A token belongs to a person, or to the account of a system, in one organisation, and gives no more than its owner may
do there at that moment. It is shown once and kept as a digest. All that happens to it is sealed on the house's record.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.core.definition import Role
from workflows.core.limits import text_fault
from workflows.core.permissions import Membership, Principal
from workflows.core.principals import SERVICE_ROLES
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.core.scopes import SERVICE_SCOPES, Scope
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, IntegrityError, reading, transaction
from workflows.store import people
from workflows.store import tokens as store
from workflows.store.engine import glance
from workflows.store.tokens import AccountRow as AccountRow
from workflows.store.tokens import Caller as Caller
from workflows.store.tokens import TokenRow as TokenRow

PERSONAL, OF_A_SYSTEM = "ghp_", "ghs_"
"""How tokens begin: so that they are recognised where they should not stand, and nothing else is looked up."""
_TOKEN = re.compile(r"gh[ps]_[A-Za-z0-9_-]{43}")
MOST = 20
"""Tokens with which somebody can come as one person."""
MOST_ACCOUNTS = 20
LONGEST_NAME = 80
LONGEST_DAYS = 366
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token, this once."""

    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes, recognises and revokes tokens. Safe to share between threads."""

    engine: Engine

    def come(self, token: str) -> Caller | None:
        """Who comes with this token, and this use counted, in one statement; None when nobody can come with it."""
        if not _TOKEN.fullmatch(token):
            return None
        with glance(self.engine) as connection:
            caller = store.come(connection, digest_of(token))
            if caller is not None and caller.touch:
                store.touch(connection, caller.token_id)
        return caller

    def mine(self, person: Principal) -> tuple[TokenRow, ...]:
        """A person's own tokens, those that are over last."""
        with reading(self.engine) as connection:
            return store.of_person(connection, person.id)

    def add(
        self, person: Principal, organisation_id: str, *, name: str, scopes: Iterable[str], days: int,
        command_id: str, now: datetime,
    ) -> MadeToken:  # fmt: skip
        """A token of the person's own. Its id is that of the command.

        Raises Refused: organisation, name, scopes, days, too_many for what cannot be; done when it was made before.
        """
        if organisation_id not in person.organisations():
            raise Refused(Refusal("organisation", "Choose one of your organisations.", "organisation"))
        wanted = _checked(name, scopes, days, allowed=frozenset(Scope))
        with transaction(self.engine) as connection:
            return _make(
                connection, person.id, organisation_id, name=name, scopes=wanted, days=days, by=person.id,
                command_id=command_id, now=now, begins=PERSONAL,
            )  # fmt: skip

    def revoke(self, person: Principal, token_id: str, *, command_id: str, now: datetime) -> None:
        """Nobody comes with it any more. Revoked already: nothing happens.

        Raises Refused (NOT_FOUND) unless it is hers, or one of a system of an organisation that she administers.
        """
        with transaction(self.engine) as connection:
            found = store.one(connection, token_id)
            if found is None or not _may_revoke(person, found):
                raise not_found()
            if store.revoke(connection, token_id, at=now):
                _record(
                    connection, HouseEvent.TOKEN_REVOKED, person.id, command_id, now,
                    token=token_id, person=found.person_id, organisation=found.organisation_id,
                )  # fmt: skip

    def accounts(self, person: Principal, organisation_id: str) -> tuple[AccountRow, ...]:
        """The accounts of an organisation's systems. Raises Refused (NOT_FOUND) for who does not administer it."""
        _check_administers(person, organisation_id)
        with reading(self.engine) as connection:
            return store.accounts(connection, organisation_id)

    def account(
        self, person: Principal, organisation_id: str, account_id: str
    ) -> tuple[AccountRow, tuple[TokenRow, ...]]:
        """One of them with its tokens. Raises Refused (NOT_FOUND)."""
        _check_administers(person, organisation_id)
        with reading(self.engine) as connection:
            return _account(connection, organisation_id, account_id), store.of_person(connection, account_id)

    def add_account(
        self, person: Principal, organisation_id: str, *, name: str, email: str, roles: Iterable[str],
        command_id: str, now: datetime,
    ) -> str:  # fmt: skip
        """An account for another system; ``email`` is where people read the mail about its requests. Its id.

        Raises Refused: NOT_FOUND for who does not administer there; name, email, roles, too_many; done.
        """
        _check_administers(person, organisation_id)
        address = email.strip().lower()
        wanted = _account_faults(name, address, roles)
        with transaction(self.engine) as connection:
            if len(store.accounts(connection, organisation_id)) >= MOST_ACCOUNTS:
                raise Refused(Refusal("too_many", f"An organisation can have {MOST_ACCOUNTS} accounts of systems."))
            try:
                added = store.add_account(connection, account_id=command_id, name=name, email=address)
            except IntegrityError:
                raise _done() from None
            if not added:
                say = "Somebody has this address already. Use one that belongs to this system alone."
                raise Refused(Refusal("email", say, "email"))
            people.set_memberships(connection, command_id, (Membership(organisation_id, role) for role in wanted))
            _record(
                connection, HouseEvent.ACCOUNT_MADE, person.id, command_id, now, account=command_id,
                organisation=organisation_id, roles=sorted(role.value for role in wanted),
            )  # fmt: skip
        return command_id

    def add_account_token(
        self, person: Principal, organisation_id: str, account_id: str, *, name: str, scopes: Iterable[str],
        days: int, command_id: str, now: datetime,
    ) -> MadeToken:  # fmt: skip
        """A token for the account of a system. Raises Refused as ``add`` does, and NOT_FOUND; ended."""
        _check_administers(person, organisation_id)
        wanted = _checked(name, scopes, days, allowed=SERVICE_SCOPES)
        with transaction(self.engine) as connection:
            if _account(connection, organisation_id, account_id).disabled_at is not None:
                raise Refused(Refusal("ended", "This account has been ended. Make another one."))
            return _make(
                connection, account_id, organisation_id, name=name, scopes=wanted, days=days, by=person.id,
                command_id=command_id, now=now, begins=OF_A_SYSTEM,
            )  # fmt: skip

    def end_account(
        self, person: Principal, organisation_id: str, account_id: str, *, command_id: str, now: datetime
    ) -> None:
        """Nobody comes as this system any more. Ended already: nothing happens. Raises Refused (NOT_FOUND)."""
        _check_administers(person, organisation_id)
        with transaction(self.engine) as connection:
            _account(connection, organisation_id, account_id)
            if store.end_account(connection, account_id, at=now):
                _record(
                    connection, HouseEvent.ACCOUNT_ENDED, person.id, command_id, now, account=account_id,
                    organisation=organisation_id,
                )  # fmt: skip


def digest_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so that a fast digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(name: str, scopes: Iterable[str], days: int, *, allowed: frozenset[Scope]) -> tuple[str, ...]:
    """The scopes in their order. Raises Refused with everything that is wrong."""
    faults = list(_name_faults(name))
    asked = set(scopes)
    wanted = tuple(scope.value for scope in Scope if scope.value in asked and scope in allowed)
    if not wanted or asked - set(wanted):
        faults.append(Refusal("scopes", "Choose at least one of the uses that are listed.", "scopes"))
    if not 1 <= days <= LONGEST_DAYS:
        faults.append(Refusal("days", f"Choose after how many days it ends: from 1 to {LONGEST_DAYS}.", "days"))
    if faults:
        raise Refused(faults)
    return wanted


def _name_faults(name: str) -> Iterable[Refusal]:
    if not name.strip():
        yield Refusal("name", "Give it a name by which you know it again.", "name")
    elif len(name) > LONGEST_NAME:
        yield Refusal("name", f"Use at most {LONGEST_NAME} characters for its name.", "name")
    elif (fault := text_fault(name, field="name")) is not None:
        yield fault


def _account_faults(name: str, address: str, roles: Iterable[str]) -> frozenset[Role]:
    faults = list(_name_faults(name))
    if not _ADDRESS.fullmatch(address) or text_fault(address, field="email"):
        faults.append(Refusal("email", "Give an address such as records-team@council.example.", "email"))
    asked = set(roles)
    wanted = frozenset(role for role in SERVICE_ROLES if role.value in asked)
    if not wanted or asked - {role.value for role in wanted}:
        faults.append(Refusal("roles", "Choose at least one of the roles that are listed.", "roles"))
    if faults:
        raise Refused(faults)
    return wanted


def _make(
    connection: Connection, person_id: str, organisation_id: str, *, name: str, scopes: tuple[str, ...], days: int,
    by: str, command_id: str, now: datetime, begins: str,
) -> MadeToken:  # fmt: skip
    store.lock_person(connection, person_id)
    if store.living(connection, person_id) >= MOST:
        raise Refused(Refusal("too_many", f"There can be {MOST} tokens. Revoke one that is not needed any more."))
    token = begins + secrets.token_urlsafe(32)
    try:
        store.add(
            connection, token_id=command_id, person_id=person_id, organisation_id=organisation_id, name=name,
            digest=digest_of(token), ending=token[-4:], scopes=scopes, at=now, by=by,
            expires=now + timedelta(days=days),
        )  # fmt: skip
    except IntegrityError:
        raise _done() from None
    _record(
        connection, HouseEvent.TOKEN_MADE, by, command_id, now, token=command_id, person=person_id,
        organisation=organisation_id, scopes=list(scopes), days=days,
    )  # fmt: skip
    return MadeToken(command_id, token)


def administers(person: Principal, organisation_id: str) -> bool:
    """Whether somebody minds the accounts of an organisation's systems. Nobody stands in for that."""
    return Role.ADMINISTRATOR in person.roles_in(organisation_id)


def _check_administers(person: Principal, organisation_id: str) -> None:
    if not administers(person, organisation_id):
        raise not_found()


def _may_revoke(person: Principal, token: TokenRow) -> bool:
    return token.person_id == person.id or (token.service and administers(person, token.organisation_id))


def _account(connection: Connection, organisation_id: str, account_id: str) -> AccountRow:
    found = next((each for each in store.accounts(connection, organisation_id) if each.id == account_id), None)
    if found is None:
        raise not_found()
    return found


def _record(connection: Connection, kind: HouseEvent, by: str, command_id: str, now: datetime, **facts: object) -> None:
    """Seal it. Raises Refused (done) when this form was sent before."""
    try:
        record_house(connection, kind=kind, facts=facts, texts={}, command_id=command_id, by=by, at=now)
    except IntegrityError:
        raise _done() from None


def _done() -> Refused:
    say = "This was done already. A token is shown only once: if you have not copied it, revoke it and make another."
    return Refused(Refusal("done", say))
