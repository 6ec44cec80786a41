"""The receivers of an organisation's webhooks: its administrators register them, and see what became of each message.

The secret of a receiver is shown once, when it is made, and kept sealed because messages are signed with it.
"""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.receivers import HTTPS, address_fault, is_public
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.core.webhooks import TEST, HookEvent
from workflows.service.registering import HouseEvent, record_house
from workflows.service.sealing import Safe
from workflows.service.unit_of_work import Connection, Engine, IntegrityError, reading, transaction
from workflows.store import webhooks as store
from workflows.store.webhooks import Delivery as Delivery
from workflows.store.webhooks import Hook as Hook
from workflows.store.webhooks import Unreached as Unreached

MOST = 10
"""Receivers of one organisation."""
SHOWN = 25
"""Messages that the page of a receiver shows."""
BOTH = timedelta(hours=24)
"""After a secret is replaced, messages are signed with the old one as well for so long."""
SECRET_BYTES = 32

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the IP addresses of a host name. Raises OSError when there are none."""


def resolved(host: str, port: int) -> Sequence[str]:
    """What the machine's own resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def addresses_of(url: str, *, local: bool, resolve: Resolve = resolved) -> Sequence[str]:
    """The IP addresses that stand for a receiver now, each of them allowed. Raises Refused, with what to do."""
    if fault := address_fault(url, local=local):
        raise Refused(Refusal("address", fault, "url"))
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (HTTPS if parts.scheme == "https" else 80)
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        say = "Nothing is known under this host name. Check how it is written, or try again when it is in the DNS."
        raise Refused(Refusal("address_unknown", say, "url"))
    if not local and not all(is_public(each) for each in found):
        say = "This host name leads to an internal network. Use one that is reached over the public internet."
        raise Refused(Refusal("address_internal", say, "url"))
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """A receiver and its secret, which nobody can read again."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Registers receivers and shows them. ``local`` lets receivers on one's own network through. Safe to share."""

    engine: Engine
    safe: Safe
    local: bool = False
    resolve: Resolve = resolved

    def of(self, person: Principal, organisation_id: str) -> tuple[Hook, ...]:
        """An organisation's receivers. Raises Refused (NOT_FOUND) for who does not administer it."""
        _check(person, organisation_id)
        with reading(self.engine) as connection:
            return store.of_organisation(connection, organisation_id)

    def one(self, person: Principal, webhook_id: str) -> tuple[Hook, tuple[Delivery, ...]]:
        """A receiver and its last messages. Raises Refused (NOT_FOUND)."""
        with reading(self.engine) as connection:
            return _hers(connection, person, webhook_id), store.last(connection, webhook_id, most=SHOWN)

    def add(
        self, person: Principal, organisation_id: str, *, url: str, kinds: Sequence[str], command_id: str, now: datetime
    ) -> Made:
        """Register a receiver, sealed on the house's stream; its id is that of the command.

        Raises Refused: NOT_FOUND for who does not administer there; address, address_unknown, address_internal, kinds,
        too_many for what cannot be registered; done when this form was sent before.
        """
        _check(person, organisation_id)
        wanted = self._checked(url, kinds)
        secret = _new_secret()
        with transaction(self.engine) as connection:
            store.lock_organisation(connection, organisation_id)
            if len(store.of_organisation(connection, organisation_id)) >= MOST:
                say = f"An organisation can have {MOST} receivers. Use one of those that are there."
                raise Refused(Refusal("too_many", say))
            try:
                store.add(
                    connection, webhook_id=command_id, org=organisation_id, url=url, kinds=wanted,
                    secret=self.safe.seal(secret), by=person.id, at=now,
                )  # fmt: skip
            except IntegrityError:
                raise _done() from None
            facts = {"kinds": list(wanted), "host": urlsplit(url).hostname or ""}
            _record(connection, HouseEvent.WEBHOOK_ADDED, person, organisation_id, command_id, command_id, now, **facts)
        return Made(command_id, secret)

    def _checked(self, url: str, kinds: Sequence[str]) -> tuple[str, ...]:
        """The kinds in their order. Raises Refused with everything that is wrong."""
        faults: tuple[Refusal, ...] = ()
        try:
            addresses_of(url, local=self.local, resolve=self.resolve)
        except Refused as refused:
            faults = refused.refusals
        wanted = tuple(each.value for each in HookEvent if each.value in kinds)
        if not wanted or set(kinds) - set(wanted):
            faults = (*faults, Refusal("kinds", "Choose at least one kind of message from the list.", "kinds"))
        if faults:
            raise Refused(faults)
        return wanted

    def rotate(self, person: Principal, webhook_id: str, *, command_id: str, now: datetime) -> Made:
        """Another secret; for ``BOTH`` the old one signs messages as well. Raises Refused (NOT_FOUND, done)."""
        secret = _new_secret()
        with transaction(self.engine) as connection:
            hook = _hers(connection, person, webhook_id, held=True)
            store.rotate(connection, webhook_id, secret=self.safe.seal(secret), both=BOTH)
            _record(
                connection, HouseEvent.WEBHOOK_ROTATED, person, hook.organisation_id, webhook_id, command_id, now
            )  # fmt: skip
        return Made(webhook_id, secret)

    def switch(self, person: Principal, webhook_id: str, *, on: bool, command_id: str, now: datetime) -> None:
        """Switch a receiver off, so that nothing more is sent, or on again. As it is already: nothing happens.

        Raises Refused: NOT_FOUND; address_unknown or address_internal when it leads nowhere now.
        """
        hook, _ = self.one(person, webhook_id)
        if on:
            addresses_of(hook.url, local=self.local, resolve=self.resolve)
        with transaction(self.engine) as connection:
            hook = _hers(connection, person, webhook_id, held=True)
            if on == (hook.off_at is None):
                return
            if on:
                store.switch_on(connection, webhook_id)
            else:
                store.switch_off(connection, webhook_id, gone=False, at=now)
            kind = HouseEvent.WEBHOOK_ON if on else HouseEvent.WEBHOOK_OFF
            _record(connection, kind, person, hook.organisation_id, webhook_id, command_id, now)

    def try_out(self, person: Principal, webhook_id: str, *, command_id: str, now: datetime) -> None:
        """Send a message about no request. Raises Refused (NOT_FOUND; off when the receiver is switched off)."""
        with transaction(self.engine) as connection:
            hook = _hers(connection, person, webhook_id, held=True)
            if hook.off_at is not None:
                raise Refused(Refusal("off", "This receiver is switched off. Switch it on to send a test."))
            store.wake(connection, webhook_id)
            try:
                store.try_out(connection, webhook_id, delivery_id=command_id, kind=TEST, at=now)
            except IntegrityError:
                raise _done() from None

    def again(self, person: Principal, webhook_id: str, *, command_id: str, now: datetime) -> int:
        """Have what was given up tried from the beginning; how many messages. Raises Refused (NOT_FOUND, off)."""
        with transaction(self.engine) as connection:
            hook = _hers(connection, person, webhook_id, held=True)
            if hook.off_at is not None:
                raise Refused(Refusal("off", "This receiver is switched off. Switch it on first."))
            count = store.again(connection, webhook_id)
            store.wake(connection, webhook_id)
            if count:
                kind = HouseEvent.WEBHOOK_TRIED_AGAIN
                _record(connection, kind, person, hook.organisation_id, webhook_id, command_id, now, count=count)
        return count

    def let_go(self, person: Principal, webhook_id: str, *, command_id: str, now: datetime) -> int:
        """Look into what was given up no more; how many messages. Raises Refused (NOT_FOUND)."""
        with transaction(self.engine) as connection:
            hook = _hers(connection, person, webhook_id, held=True)
            count = store.let_go(connection, webhook_id)
            if count:
                kind = HouseEvent.WEBHOOK_LET_GO
                _record(connection, kind, person, hook.organisation_id, webhook_id, command_id, now, count=count)
        return count


def administers(person: Principal, organisation_id: str) -> bool:
    """Whether somebody registers the receivers of an organisation. Nobody stands in for that."""
    return Role.ADMINISTRATOR in person.roles_in(organisation_id)


def host_of(url: str) -> str:
    """What a receiver is called for people who may not read its whole address."""
    return urlsplit(url).hostname or ""


def _check(person: Principal, organisation_id: str) -> None:
    if not administers(person, organisation_id):
        raise not_found()


def _hers(connection: Connection, person: Principal, webhook_id: str, *, held: bool = False) -> Hook:
    if held:
        store.lock(connection, webhook_id)
    hook = store.one(connection, webhook_id)
    if hook is None or not administers(person, hook.organisation_id):
        raise not_found()
    return hook


def _record(
    connection: Connection, kind: HouseEvent, person: Principal, organisation_id: str, webhook_id: str, command_id: str,
    now: datetime, **facts: object,
) -> None:  # fmt: skip
    """Seal it. Raises Refused (done) when this form was sent before."""
    told = {"webhook": webhook_id, "organisation": organisation_id, **facts}
    try:
        record_house(connection, kind=kind, facts=told, texts={}, command_id=command_id, by=person.id, at=now)
    except IntegrityError:
        raise _done() from None


def _done() -> Refused:
    say = "This was done already. A secret is shown only once: if you have not copied it, replace it."
    return Refused(Refusal("done", say))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
