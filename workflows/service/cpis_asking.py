"""That somebody asks CP-IS about a person is written down before it is asked: no record, no question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.definition import CommandType
from workflows.core.permissions import Principal, permitted
from workflows.core.refusals import NotAllowed, not_found
from workflows.service.library import Library
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import pages

WHAT = "cpis"
LOOKS = "cpis_looks"
"""What is asked: for plans, and on which days somebody had looked before."""


@dataclass(frozen=True, slots=True)
class CpisAsking:
    """Questions to CP-IS, as far as they are ours. Whoever answers is asked after the transaction has ended."""

    engine: Engine
    library: Library

    def note(self, person: Principal, case_id: str, label: str, *, now: datetime, looks: bool = False) -> None:
        """Write down that this person asks about somebody (a label); ``looks``: also when others had looked.

        Raises Refused where she may not.
        """
        with transaction(self.engine) as connection:
            named = pages.named(connection, case_id)
            if named is None:
                raise not_found()
            definition = self.library.ruling(connection, named.case)
            refusal = permitted(named.case, person, definition)[CommandType.RECORD_CPIS_CHECK]
            if refusal is not None:
                raise NotAllowed(refusal)
            for what in (WHAT, LOOKS) if looks else (WHAT,):
                pages.record_read(connection, case_id=case_id, person_id=person.id, what=what, at=now, items=[label])
