"""The form of a CP-IS check: what its boxes say, as the command that records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from webapp.forms import date_parts, one_line, real_date
from webapp.views.cpis_words import PLANS, RESULTS, SETTINGS
from webapp.views.desk import Sent, sent
from workflows.core.checking import usually_notified
from workflows.core.cpis import (
    Authority,
    CpisDetails,
    CpisPlan,
    CpisResult,
    CpisSetting,
    PlanType,
    RecordCpisCheck,
)
from workflows.core.request import Period
from workflows.core.spans import instant
from workflows.service.views import CasePage

PLAN_BOXES = (1, 2)
"""A child may be looked after and have a protection plan: there is room for two."""
DATES = ("checked_at", *(f"plan_{edge}-{number}" for number in PLAN_BOXES for edge in ("start", "end")))
_PARTS = ("day", "month", "year")
_LINES = (
    "person", "checked_at-time", "checked_by", "setting", "setting_words", "notified", "number_used", "result",
    "authority_name", "authority_code", "authority_phone_office", "authority_phone_out_of_hours", "evidence",
    *(f"plan_type-{number}" for number in PLAN_BOXES),
)  # fmt: skip
FIELD_OF = {"plan_type": "plan_type-1", "plan_start": "plan_start-1", "plan_end": "plan_end-1"}
"""Where the fault of a plan stands on the page."""
E = TypeVar("E", bound=StrEnum)


def read_form() -> Sent:
    """What the form sent."""
    form = sent(*_LINES, "notified_why", "reason")
    for name in DATES:
        form.values.update({f"{name}-{part}": words for part, words in date_parts(request.form, name).items()})
    return form


def boxes(form: Sent) -> dict[str, dict[str, str]]:
    """The three boxes of each date as they were typed."""
    return {name: {part: form.get(f"{name}-{part}") for part in _PARTS} for name in DATES}


def command_of(form: Sent, stamp: Mapping[str, Any]) -> RecordCpisCheck:
    """The command that the form asks for. What cannot be read at all is noted as a fault of its field."""
    setting, result = chosen(CpisSetting, form.get("setting")), chosen(CpisResult, form.get("result"))
    details = CpisDetails(
        person=form.get("person"),
        checked_by=one_line(form.get("checked_by"), most=1_000),
        setting_words=form.get("setting_words") if setting is not None and setting.other else "",
        # What belongs to an answer that was not chosen in the end is not part of the check.
        plans=_plans(form) if result is CpisResult.PLAN else (),
        reason=form.get("reason") if result is CpisResult.COULD_NOT_CHECK else "",
        authority=Authority(*(form.get(f"authority_{name}") for name in Authority.__dataclass_fields__)),
        evidence=form.get("evidence"),
    )
    command = RecordCpisCheck(
        **stamp, details=details, checked_at=when_of(form), setting=setting, result=result,
        number_used=form.get("number_used") == "yes",
    )  # fmt: skip
    return otherwise(command, form)


def otherwise(command: RecordCpisCheck, form: Sent) -> RecordCpisCheck:
    """The command, with what was said where the local authority was told although that is not usual, or not told."""
    if form.get("notified") != "otherwise" or command.setting is None or command.result is None:
        return command
    told = not usually_notified(command.setting, command.result)
    return replace(command, notified=told, details=replace(command.details, notified_why=form.get("notified_why")))


def when_of(form: Sent) -> datetime | None:
    """When CP-IS was asked, in London's time; None when nothing was typed."""
    day = _day(form, "checked_at")
    if day is None:
        return None
    try:
        hour, minute = (int(part) for part in form.get("checked_at-time").replace(".", ":").split(":"))
        return instant(day, time(hour, minute))
    except ValueError:
        form.errors["checked_at-time"] = "Write the time with hours and minutes, such as 14:30."
        return None


def _plans(form: Sent) -> tuple[CpisPlan, ...]:
    found = []
    for number in PLAN_BOXES:
        type_ = chosen(PlanType, form.get(f"plan_type-{number}"))
        period = Period(_day(form, f"plan_start-{number}"), _day(form, f"plan_end-{number}"))
        if type_ is not None:
            found.append(CpisPlan(type_, period))
        elif period != Period():
            form.errors.setdefault(f"plan_type-{number}", "Say which kind of plan these dates belong to.")
    return tuple(found)


def _day(form: Sent, name: str) -> date | None:
    try:
        return real_date(date_parts(form.values, name))
    except ValueError as fault:
        form.errors[name] = str(fault)
        return None


def chosen(kind: type[E], value: str) -> E | None:
    """The member of an enumeration that was chosen."""
    return next((each for each in kind if each.value == value), None)


def words_of(found: CasePage, form: Sent) -> dict[str, Any]:
    """What the form needs to be drawn."""
    unscheduled = [_option(each) for each in CpisSetting if each.unscheduled]
    scheduled = [_option(each) for each in CpisSetting if not each.unscheduled]
    return {
        "labels": [(each.label, each.label) for each in found.people],
        "unscheduled": unscheduled,
        "scheduled": scheduled,
        "results": RESULTS,
        "plan_types": [(each.value, words) for each, words in PLANS.items()],
        "plan_boxes": PLAN_BOXES,
        "dates": boxes(form),
    }


def _option(setting: CpisSetting) -> dict[str, str]:
    return {"value": setting.value, "text": SETTINGS[setting]}


def placed(form: Sent) -> None:
    """Put each fault at the box that it is about."""
    form.errors = {FIELD_OF.get(name, name): say for name, say in form.errors.items()}
