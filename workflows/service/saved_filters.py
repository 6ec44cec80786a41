"""Saved filters of the board: a manager names what she often looks for. Hers alone, in one organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused
from workflows.service.boards import check_manager
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import saved_filters as store
from workflows.store.saved_filters import SavedFilter as SavedFilter

MOST = 20
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class SavedFilters:
    """Lists, keeps and forgets filters. Safe to share between threads."""

    engine: Engine

    def of(self, person: Principal, organisation_id: str) -> Sequence[SavedFilter]:
        """Her filters for this organisation, by name. Raises Refused (NOT_FOUND) for who does not manage there."""
        check_manager(person, organisation_id)
        with reading(self.engine) as connection:
            return store.of_person(connection, person.id, org=organisation_id)

    def save(
        self,
        person: Principal,
        organisation_id: str,
        *,
        filter_id: str,
        name: str,
        filters: Mapping[str, str],
        now: datetime,
    ) -> None:
        """Keep a filter under a name; the same ``filter_id`` again changes nothing.

        Raises Refused: NOT_FOUND for who does not manage there, name_missing, name_too_long, name_taken, too_many.
        """
        check_manager(person, organisation_id)
        if not name:
            raise Refused(Refusal("name_missing", "Give the filter a name.", "name"))
        if len(name) > LONGEST_NAME:
            say = f"Use a name of at most {LONGEST_NAME} characters."
            raise Refused(Refusal("name_too_long", say, "name"))
        with transaction(self.engine) as connection:
            store.one_at_a_time(connection, person.id)
            known = store.of_person(connection, person.id, org=organisation_id)
            if filter_id in {each.id for each in known}:
                return
            if name.casefold() in {each.name.casefold() for each in known}:
                say = "You have a filter of that name already. Choose another name, or remove that one first."
                raise Refused(Refusal("name_taken", say, "name"))
            if len(known) >= MOST:
                say = f"You have {MOST} filters, which is the most that can be kept. Remove one first."
                raise Refused(Refusal("too_many", say, "name"))
            kept = SavedFilter(filter_id, name, filters)
            store.add(connection, kept, person_id=person.id, org=organisation_id, at=now)

    def remove(self, person: Principal, filter_id: str) -> None:
        """Forget one of her filters; for somebody else's nothing happens."""
        with transaction(self.engine) as connection:
            store.remove(connection, filter_id, person_id=person.id)
