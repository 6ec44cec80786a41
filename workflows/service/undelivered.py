"""Mails and webhooks that could not be delivered: a manager sees which, and has mails tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.core.aside import names_of
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused
from workflows.service.boards import check_manager
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import undelivered as store
from workflows.store import webhooks
from workflows.store.notices import GIVE_UP_AFTER
from workflows.store.undelivered import Undelivered as Undelivered
from workflows.store.webhooks import Unreached as Unreached

MOST = 100
"""As many are listed; the count says how many there are."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Lists given-up mails and puts them back. Safe to share between threads."""

    engine: Engine

    def of(self, manager: Principal, organisation_id: str) -> tuple[Sequence[Undelivered], int]:
        """The oldest of them, and how many there are. Raises Refused (NOT_FOUND) for who does not manage there."""
        check_manager(manager, organisation_id)
        names = names_of(manager)
        with reading(self.engine) as connection:
            found = store.of_manager(connection, manager.id, names=names, org=organisation_id, most=MOST)
            if len(found) < MOST:
                return found, len(found)
            return found, store.count(connection, manager.id, names=names, org=organisation_id)

    def receivers(self, manager: Principal, organisation_id: str) -> Sequence[Unreached]:
        """The receivers of webhooks that did not take messages. Raises Refused (NOT_FOUND) as above."""
        check_manager(manager, organisation_id)
        with reading(self.engine) as connection:
            return webhooks.undelivered(connection, organisation_id)

    def retry(self, manager: Principal, organisation_id: str, mail_id: str, *, command_id: str, now: datetime) -> None:
        """Have one tried again, recorded on the house's stream.

        Raises Refused: NOT_FOUND for who does not manage there; mail_not_waiting when it is not hers, or no longer
        undelivered (somebody has seen to it already).
        """
        with transaction(self.engine) as connection:
            facts = _held(connection, manager, organisation_id, mail_id)
            store.again(connection, mail_id, patience=GIVE_UP_AFTER)
            record_house(
                connection, kind=HouseEvent.MAIL_TRIED_AGAIN, facts=facts, texts={}, command_id=command_id,
                by=manager.id, at=now,
            )  # fmt: skip

    def seen_to(
        self, manager: Principal, organisation_id: str, mail_id: str, *, command_id: str, now: datetime
    ) -> None:
        """The person was reached another way: it is listed no more, recorded on the house's stream. Raises as above."""
        with transaction(self.engine) as connection:
            facts = _held(connection, manager, organisation_id, mail_id)
            store.seen_to(connection, mail_id, "reached another way")
            record_house(
                connection, kind=HouseEvent.MAIL_SEEN_TO, facts=facts, texts={}, command_id=command_id,
                by=manager.id, at=now,
            )  # fmt: skip


def _held(connection: Connection, manager: Principal, organisation_id: str, mail_id: str) -> dict[str, str]:
    """Hold a mail of hers: what is recorded of it. Raises Refused."""
    check_manager(manager, organisation_id)
    found = store.lock(connection, mail_id, manager=manager.id, names=names_of(manager), org=organisation_id)
    if found is None:
        say = "This mail is being tried again already, or somebody has seen to it. Look at the list again."
        raise Refused(Refusal("mail_not_waiting", say, ""))
    return {"mail": mail_id, "person": found[0], "case": found[1], "organisation": organisation_id}
