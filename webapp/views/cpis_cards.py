"""CP-IS checks on the pages of a case: context for whoever decides, always with how old it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from webapp.views.cpis_words import CAUTION, PLANS, RESULTS, SETTINGS, VIA, age_words
from webapp.views.showing import long_date, long_instant
from workflows.core.cpis import CpisCheck, CpisDetails, CpisPlan
from workflows.core.request import Period
from workflows.core.visibility import Identity
from workflows.service.views import CasePage


def cpis_rows(page: CasePage, *, now: datetime) -> Iterator[dict[str, object]]:
    """Every check that this viewer may read, the newest first, and what none of them can say."""
    whole = page.look.identity is Identity.FULL
    for each in sorted(page.cpis, key=lambda check: (check.checked_at, check.number), reverse=True):
        yield {"key": f"CP-IS, {each.person}", "value": list(check_lines(each, now=now, whole=whole))}
    if page.cpis:
        yield {"key": "About CP-IS", "value": CAUTION}


def check_lines(check: CpisCheck, *, now: datetime, whole: bool) -> Iterator[str]:
    """One check in lines; ``whole``: with what finds people."""
    details = check.details[0]
    yield f"{RESULTS[check.result]}{f': {details.reason}' if details.reason else ''}"
    yield from (plan_words(plan) for plan in details.plans)
    yield f"Checked {age_words(check.checked_at, now=now)}"
    setting = details.setting_words if check.setting.other and details.setting_words else SETTINGS[check.setting]
    care = "unscheduled" if check.unscheduled else "scheduled"
    yield f"{setting} ({care} care)"
    if not whole:
        return
    yield f"{long_instant(check.checked_at)}, by {details.checked_by}"
    told = "The local authority was told of the check" if check.notified else "The local authority was not told of it"
    yield f"{told}{f': {details.notified_why}' if details.notified_why else ''}"
    yield from authority_lines(details)
    if details.evidence:
        yield f"Evidence: {details.evidence}"
    by = f"{details.by_name}, {check.position}" if check.position else details.by_name
    yield f"Recorded by {by}, {VIA[check.via]}"


def authority_lines(details: CpisDetails) -> Iterator[str]:
    """The responsible local authority and its telephones."""
    authority = details.authority
    if authority.name:
        yield f"Responsible: {authority.name}{f' ({authority.code})' if authority.code else ''}"
    numbers = (("office hours", authority.phone_office), ("out of hours", authority.phone_out_of_hours))
    if said := ", ".join(f"{number} ({when})" for when, number in numbers if number):
        yield f"Telephone: {said}"


def plan_words(plan: CpisPlan) -> str:
    """A plan with its dates, as far as they are known."""
    return f"{PLANS[plan.type]}{f', {span}' if (span := _span(plan.period)) else ''}"


def _span(period: Period) -> str:
    start = f"from {long_date(period.start)}" if period.start else ""
    end = f"to {long_date(period.end)}" if period.end else ""
    return " ".join(part for part in (start, end) if part)
