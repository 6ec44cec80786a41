"""Letters to applicants, for whoever works on the application and may read names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from workflows.core.neutral_letter import letter_of
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.core.visibility import Identity, look
from workflows.service.library import Library
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import cases, pages

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class ApplicantLetters:
    """Writes letters; sends none. Safe to share between threads."""

    engine: Engine
    library: Library

    def letter(self, person: Principal, case_id: str, *, now: datetime, by_email: bool = False) -> str:
        """The letter of an ended application. That it was looked at is recorded.

        Raises Refused: NOT_FOUND alike for what does not exist, has no letter, or is not for her to read; with a
        sentence where the applicant must not be written to by e-mail.
        """
        with transaction(self.engine) as connection:
            case = cases.read(connection, case_id)
            if case is None:
                raise not_found()
            definition = self.library.ruling(connection, case)
            if look(case, person, definition).identity is not Identity.FULL:
                raise not_found()
            text = letter_of(case, definition, on=now.astimezone(LONDON).date(), by_email=by_email)
            pages.record_read(connection, case_id=case_id, person_id=person.id, what="letter", at=now)
        return text
