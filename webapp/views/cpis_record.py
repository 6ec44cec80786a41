"""The CP-IS checks on a decision record: what had been asked and answered when it was decided, and how old it was.

The record is printed and passed on: it holds labels, settings and answers, and nothing by which somebody could be
found or rung up. What people typed about a check stays on the page of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from webapp.views.case_cards import Row, row
from webapp.views.cpis_cards import plan_words
from webapp.views.cpis_words import ON_RECORD, RESULTS, SETTINGS, age_then
from webapp.views.showing import long_instant
from workflows.core.case import Decision
from workflows.core.cpis import CpisCheck, on_record
from workflows.core.definition import Side
from workflows.core.visibility import Identity
from workflows.service.views import CasePage

WHOSE = {Side.HOLDER: "recorded at the holder", Side.REQUESTER: "recorded by the requester"}
TITLE = "CP-IS checks on record when this was decided"
OWN_TITLE = "CP-IS checks of the requester on record when this was decided"
NONE = "No CP-IS check was on record when this was decided."


def cpis_then(page: CasePage, decision: Decision) -> Iterator[Row]:
    """The row of checks. That there was none is said of a child's request, to whoever reads everybody's checks."""
    all_of_them = {Side.HOLDER, Side.REQUESTER} <= set(page.look.checks)
    whole = page.look.identity is Identity.FULL
    known = on_record(page.cpis, at=decision.at)
    if known:
        lines = [check_then(each, decision, whole=whole) for each in known]
        yield row(TITLE if all_of_them else OWN_TITLE, [*lines, ON_RECORD])
    elif all_of_them and any(each is decision and child for each, child in _decided(page)):
        yield row(TITLE, [NONE])


def _decided(page: CasePage) -> Iterator[tuple[Decision, bool]]:
    return zip(page.decisions, page.of_child, strict=True)


def check_then(check: CpisCheck, decision: Decision, *, whole: bool) -> str:
    """One check in a sentence each; ``whole``: with its dates, which who sees labels only is not told."""
    answer = RESULTS[check.result]
    plans = "; ".join(plan_words(plan) for each in check.details for plan in each.plans)
    day = f" on {long_instant(check.checked_at)}" if whole else ""
    care = "unscheduled" if check.unscheduled else "scheduled"
    return (
        f"{check.person}: {answer[:1].lower()}{answer[1:]}{f' ({plans})' if plans else ''}. "
        f"Asked{day}: {SETTINGS[check.setting]} ({care} care), {WHOSE[check.side]}. "
        f"That was {age_then(check.checked_at, then=decision.at)}."
    )
