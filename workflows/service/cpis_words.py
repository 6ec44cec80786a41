"""CP-IS checks in the history: that there was one is said to those who work on the request, or made it."""

from __future__ import annotations

from workflows.core import events as e
from workflows.core.cpis import CpisResult
from workflows.core.visibility import Look

RESULT_WORDS = {
    CpisResult.NO_PLAN_RECORDED: "no plan is recorded",
    CpisResult.PLAN: "a plan is recorded",
    CpisResult.COULD_NOT_CHECK: "it could not be checked",
}


def cpis_said(event: e.Event, seen: Look) -> tuple[str, str] | None:
    """What the history says of a check; nothing to whoever may not read it, for that it was made says something."""
    if not isinstance(event, e.CpisChecked) or event.side not in seen.checks:
        return None
    person = event.details[0].person if event.details else ""
    return "CP-IS check recorded", f"{person or 'For somebody'}: {RESULT_WORDS[event.result]}."
