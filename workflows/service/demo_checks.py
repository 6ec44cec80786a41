"""CP-IS checks in the demo: what the data says that somebody was told, as the command that writes it down."""

from __future__ import annotations

from datetime import timedelta

from pydantic import TypeAdapter

from workflows.core.commands import RecordCpisCheck
from workflows.core.cpis import CpisDetails, CpisPlan, CpisResult, CpisSetting, PlanType
from workflows.core.request import Period
from workflows.core.spans import local_day
from workflows.definitions import demo
from workflows.service.scenario import Beat, Cast, command_id

SOON_AFTER = timedelta(minutes=30)
"""After the step before, and long before the next."""
ACT = "cpis"
_DETAILS = TypeAdapter(CpisDetails)


def check_after(beat: Beat, key: str, cast: Cast, *, tag: str) -> Beat:
    """The check that the data has for this request, put on record soon after a step."""
    said = demo.read("additions")["cpis"][key]
    at = beat.command.at + SOON_AFTER
    asked = at - timedelta(hours=said["hours"])
    plans: tuple[CpisPlan, ...] = ()
    if "plan" in said:
        plans = (CpisPlan(PlanType(said["plan"]), Period(local_day(asked) - timedelta(days=said["days"]))),)
    check = RecordCpisCheck(
        id=command_id(tag, key, ACT), actor=cast.actor(said["by"]), at=at, case_id=beat.command.case_id,
        details=_DETAILS.validate_python({**said["details"], "plans": plans}), checked_at=asked,
        setting=CpisSetting(said["setting"]), result=CpisResult(said["result"]), number_used=True,
    )  # fmt: skip
    return Beat(ACT, check)
