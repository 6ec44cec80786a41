"""Which variant of a workflow an organisation uses: chosen with a reason, recorded, and pinned into new cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from workflows.core.definition import Definition, Role
from workflows.core.limits import needed
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.service.library import Library
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import variants as store


@dataclass(frozen=True, slots=True)
class Variants:
    """Tells and changes the choice. Open cases keep the times that they began with. Safe to share between threads."""

    engine: Engine
    library: Library

    def chosen(self, organisation_id: str, workflow: str) -> str:
        """The variant that new cases of an organisation use; empty for the usual times."""
        with reading(self.engine) as connection:
            return store.chosen(connection, organisation_id, workflow)

    def choose(
        self,
        person: Principal | None,
        organisation_id: str,
        *,
        workflow: str,
        variant: str,
        reason: str,
        now: datetime,
    ) -> None:
        """Use a variant (empty: the usual times) from now on. ``person`` None is the command line.

        Raises Refused: NOT_FOUND for who is no administrator there, and for what the workflow does not have.
        """
        if person is not None and Role.ADMINISTRATOR not in person.roles_in(organisation_id):
            raise not_found()
        by = person.id if person else ""
        with transaction(self.engine) as connection:
            definition = self.library.latest(connection, workflow)
            _check(definition, variant, reason)
            store.choose(
                connection, organisation_id, workflow=workflow, variant=variant, reason=reason.strip(), at=now, by=by
            )
            _record(connection, organisation_id, workflow=workflow, variant=variant, reason=reason, by=by, at=now)


def _check(definition: Definition, variant: str, reason: str) -> None:
    faults = list(needed(reason, field="reason", say="Say why these times are used."))
    if variant and variant not in definition.variants:
        names = ", ".join(definition.variants) or "none"
        faults.append(Refusal("unknown_variant", f"This workflow has no such variant. It has: {names}.", "variant"))
    if faults:
        raise Refused(faults)


def _record(
    connection: Connection, organisation_id: str, *, workflow: str, variant: str, reason: str, by: str, at: datetime
) -> None:
    record_house(
        connection, kind=HouseEvent.VARIANT_CHOSEN,
        facts={"organisation": organisation_id, "workflow": workflow, "variant": variant},
        texts={"reason": reason}, command_id=str(uuid4()), by=by, at=at,
    )  # fmt: skip
