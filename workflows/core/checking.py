"""The rule of a CP-IS check: what must be said of it, and who may put one on record. It never moves the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from workflows.core.case import Case
from workflows.core.cpis import CpisChecked, CpisDetails, CpisResult, CpisSetting, RecordCpisCheck
from workflows.core.definition import Definition, Side
from workflows.core.limits import LINE, blank, needed, nhs_number_valid, text_fault
from workflows.core.refusals import NOT_YOURS, OWN_CASE, Refusal
from workflows.core.routing import Events, refuse_all
from workflows.core.spans import local_day

OLDEST = timedelta(days=366)
"""A check older than this says nothing of today: CP-IS itself looks back over twelve months."""
CHILDHOOD = timedelta(days=20 * 366)
"""Longer than any child is known to CP-IS: a day of a plan that is further off was mistyped."""
MOST_PLANS = 5
MOST_CHECKS = 50


def record_refusal(case: Case, *, owner: bool, worker: bool, recipient: bool) -> Refusal | None:
    """Why somebody may not record a check here, or None."""
    if not owner and not worker:
        return Refusal(NOT_YOURS, "Only whoever made the request, or works on it at the holder, records a CP-IS check.")
    if recipient and not owner:
        return Refusal(OWN_CASE, "You are named to receive this information, so somebody else must record this.")
    if not case.request.people:
        return Refusal("nobody_named", "This request names nobody yet, so there is nobody whom CP-IS could know.")
    if len(case.cpis) >= MOST_CHECKS:
        return Refusal("too_many", f"A request holds at most {MOST_CHECKS} CP-IS checks.")
    return None


def record(case: Case, command: RecordCpisCheck, definition: Definition) -> Events:
    """The rule of RecordCpisCheck."""
    refuse_all(faults(case, command))
    setting, result, when = command.setting, command.result, command.checked_at
    assert setting is not None
    assert result is not None
    assert when is not None
    owner = command.actor.person_id == case.requester
    usual = usually_notified(setting, result)
    return [
        CpisChecked(
            at=command.at, by=command.actor.person_id, number=len(case.cpis) + 1,
            side=Side.REQUESTER if owner else Side.HOLDER, checked_at=when, setting=setting,
            unscheduled=setting.unscheduled, notified=usual if command.notified is None else command.notified,
            number_used=command.number_used, result=result, via=command.via, position=command.actor.position,
            details=(replace(command.details, by_name=command.actor.name),),
        )
    ]  # fmt: skip


def usually_notified(setting: CpisSetting, result: CpisResult) -> bool:
    """Whether the national service tells the local authority by itself: of an answer given in unscheduled care."""
    return setting.unscheduled and result is not CpisResult.COULD_NOT_CHECK


def faults(case: Case, command: RecordCpisCheck) -> Iterator[Refusal]:
    """Everything that stands against recording this check."""
    yield from _who_and_when(case, command)
    yield from _setting(command)
    yield from _result(case, command)
    yield from _lengths(command.details)


def _who_and_when(case: Case, command: RecordCpisCheck) -> Iterator[Refusal]:
    details, when = command.details, command.checked_at
    if details.person not in {each.label for each in case.request.people}:
        yield Refusal("foreign_person", "Choose which of the people in the request was checked.", "person")
    if when is None:
        yield Refusal("when_missing", "Say when CP-IS was asked: the day and the time.", "checked_at")
    elif when > command.at:
        yield Refusal("in_future", "The time of the check must not be in the future.", "checked_at")
    elif command.at - when > OLDEST:
        say = "This check is more than a year old and says nothing of today. Ask for a new one."
        yield Refusal("too_old", say, "checked_at")
    yield from needed(details.checked_by, field="checked_by", say="Say who made the check: name and role.", limit=LINE)


def _setting(command: RecordCpisCheck) -> Iterator[Refusal]:
    setting, result, details = command.setting, command.result, command.details
    if setting is None:
        yield Refusal("setting_missing", "Choose where the check was made.", "setting")
        return
    if setting.other:
        say = "Say which kind of care it was."
        yield from needed(details.setting_words, field="setting_words", say=say, limit=LINE)
    if result is None or command.notified is None or command.notified is usually_notified(setting, result):
        return
    told = "is told by the national service" if usually_notified(setting, result) else "is not told by the check"
    say = f"For this setting the local authority {told}. Say why it was otherwise."
    yield from needed(details.notified_why, field="notified_why", say=say)


def _result(case: Case, command: RecordCpisCheck) -> Iterator[Refusal]:
    result, details = command.result, command.details
    if result is None:
        yield Refusal("result_missing", "Choose what CP-IS answered.", "result")
        return
    if result is CpisResult.COULD_NOT_CHECK:
        yield from needed(details.reason, field="reason", say="Say why CP-IS could not be checked.")
    else:
        yield from _number(case, command)
    if result is CpisResult.PLAN:
        yield from _plans(command)
        say = "Say which local authority is responsible."
        yield from needed(details.authority.name, field="authority_name", say=say, limit=LINE)
    elif details.plans:
        yield Refusal("plan_without_result", "There are plans, but the answer says none. Choose one.", "result")


def _number(case: Case, command: RecordCpisCheck) -> Iterator[Refusal]:
    if not command.number_used:
        say = "CP-IS answers for a verified NHS number only. If none was used, record that it could not be checked."
        yield Refusal("number_not_used", say, "number_used")
        return
    known = next((each.nhs_number for each in case.request.people if each.label == command.details.person), "")
    if known and not nhs_number_valid(known):
        say = "The NHS number of this person in the request does not pass the check, so it is not a verified one."
        yield Refusal("nhs_number", say, "number_used")


def _plans(command: RecordCpisCheck) -> Iterator[Refusal]:
    plans = command.details.plans
    if not plans:
        yield Refusal("plan_missing", "Say which kind of plan it is.", "plan_type")
    if len(plans) > MOST_PLANS:
        yield Refusal("too_many", f"A check holds at most {MOST_PLANS} plans.", "plan_type")
    for plan in plans:
        start, end = plan.period.start, plan.period.end
        yield from _years(command, {"plan_start": start, "plan_end": end})
        if start and end and end < start:
            yield Refusal("plan_backwards", "The plan must not end before it begins.", "plan_end")
        if start and command.checked_at and start > local_day(command.checked_at):
            yield Refusal("plan_later", "The plan must not begin after the day of the check.", "plan_start")


def _years(command: RecordCpisCheck, days: Mapping[str, date | None]) -> Iterator[Refusal]:
    checked = local_day(command.checked_at or command.at)
    for field, day in days.items():
        if day is not None and abs(day - checked) > CHILDHOOD:
            yield Refusal("plan_year", "No child has a plan that is so far off. Look at the year.", field)


def _lengths(details: CpisDetails) -> Iterator[Refusal]:
    authority = details.authority
    lines = {
        "setting_words": details.setting_words, "authority_code": authority.code,
        "authority_phone_office": authority.phone_office,
        "authority_phone_out_of_hours": authority.phone_out_of_hours, "evidence": details.evidence,
    }  # fmt: skip
    for field, value in lines.items():
        if not blank(value) and (fault := text_fault(value, field=field, limit=LINE)):
            yield fault
    for field, value in {"notified_why": details.notified_why, "reason": details.reason}.items():
        if fault := text_fault(value, field=field):
            yield fault
    if not blank(authority.name) and (fault := text_fault(authority.name, field="authority_name", limit=LINE)):
        yield fault
