"""The HTTP status of each refusal by the rules: the same on pages and in the API."""

from __future__ import annotations

from workflows.core.beyond import CALENDAR_HORIZON
from workflows.core.refusals import (
    ADVISED,
    BUSY,
    NOT_FOUND,
    NOT_YOURS,
    OWN_CASE,
    STALE,
    WRONG_STAGE,
    NotAllowed,
    Refused,
)

STATUS = {
    NOT_FOUND: 404,
    STALE: 409,
    WRONG_STAGE: 409,
    BUSY: 503,
    NOT_YOURS: 403,
    OWN_CASE: 403,
    ADVISED: 403,
    "assigned": 403,
    "took_part": 403,
    "enquired": 403,
    "no_extension": 409,
    "extension_used": 409,
    "no_clock": 409,
    "no_email": 409,
    "no_applicant": 409,
    CALENDAR_HORIZON: 409,
    "set_answered": 409,
    "bad_cursor": 400,
    "cursor_unknown": 400,
    "cursor_expired": 410,
}


def status_of(refused: Refused) -> int:
    """The HTTP status that a refusal by the rulebook is answered with."""
    return STATUS.get(refused.code, 403 if isinstance(refused, NotAllowed) else 422)
