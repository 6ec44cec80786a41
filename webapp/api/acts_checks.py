"""Recording a CP-IS check: what another system asked, and what came back. It never moves the request."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from webapp.api.acting import Act, Known, declare_acts
from webapp.api.models import Sent
from webapp.intake.shapes import Day, Moment
from workflows.core import commands as c
from workflows.core.checking import MOST_PLANS
from workflows.core.cpis import Authority, CpisDetails, CpisPlan, CpisResult, CpisSetting, PlanType
from workflows.core.definition import CommandType
from workflows.core.limits import LINE, TEXT
from workflows.core.request import Period


class PlanModel(Sent):
    """One plan that CP-IS told of. An open end means that it runs."""

    type: PlanType
    start: Day | None = None
    end: Day | None = None


class AuthorityModel(Sent):
    """The local authority responsible for the child."""

    name: str = Field(default="", max_length=LINE)
    code: str = Field(default="", max_length=LINE)
    phone_office: str = Field(default="", max_length=LINE)
    phone_out_of_hours: str = Field(default="", max_length=LINE)


class RecordCpisCheckBody(Act):
    """Record a CP-IS check of somebody in the request. The NHS number stands on the person and is not sent again.

    The national service tells the local authority of a check in unscheduled care by itself: where it was otherwise,
    the reason is needed. Who else has looked the child up is never taken.
    """

    command: ClassVar[CommandType] = CommandType.RECORD_CPIS_CHECK
    person: str = Field(max_length=LINE, description="Her label, such as Child P.")
    checked_at: Moment = Field(description="When CP-IS was asked.")
    checked_by: str = Field(max_length=LINE, description="Who asked it: name and role.")
    setting: CpisSetting
    setting_words: str = Field(default="", max_length=LINE, description="Which care, where the setting is another.")
    result: CpisResult
    number_used: bool = Field(default=False, description="Whether it was asked with a verified NHS number.")
    plans: tuple[PlanModel, ...] = Field(default=(), max_length=MOST_PLANS)
    reason: str = Field(default="", max_length=TEXT, description="Why it could not be checked.")
    authority: AuthorityModel = AuthorityModel()
    notified: bool | None = Field(default=None, description="Whether the local authority was told; null: as usual.")
    notified_why: str = Field(default="", max_length=TEXT, description="Why it was otherwise than usual.")
    evidence: str = Field(default="", max_length=LINE, description="A reference in another system.")

    def build(self, **stamp: Any) -> c.Command:
        plans = tuple(CpisPlan(each.type, Period(each.start, each.end)) for each in self.plans)
        details = CpisDetails(
            person=self.person, checked_by=self.checked_by, setting_words=self.setting_words,
            notified_why=self.notified_why, plans=plans, reason=self.reason,
            authority=Authority(**self.authority.model_dump()), evidence=self.evidence,
        )  # fmt: skip
        return c.RecordCpisCheck(
            **stamp, details=details, checked_at=self.checked_at, setting=self.setting, result=self.result,
            number_used=self.number_used, notified=self.notified,
        )  # fmt: skip


declare_acts(
    (
        Known(
            RecordCpisCheckBody, "Record a CP-IS check",
            {
                "person": "Child P", "checked_at": "2026-11-02T09:30:00Z", "checked_by": "Dr Ode, general practitioner",
                "setting": "general_practice", "result": "no_plan_recorded", "number_used": True,
            },
        ),
    )
)  # fmt: skip
