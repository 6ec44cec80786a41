"""CP-IS checks in words: settings, answers, and how old an answer is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from webapp.views.showing import counted
from workflows.core.cpis import CpisResult, CpisSetting, CpisVia, PlanType

SETTINGS: Mapping[CpisSetting, str] = {
    CpisSetting.EMERGENCY_DEPARTMENT: "Emergency department",
    CpisSetting.URGENT_TREATMENT: "Urgent treatment or walk-in centre",
    CpisSetting.OUT_OF_HOURS_GP: "General practice out of hours",
    CpisSetting.AMBULANCE: "Ambulance service",
    CpisSetting.MATERNITY: "Maternity unit",
    CpisSetting.PAEDIATRIC_WARD: "Children's ward",
    CpisSetting.OTHER_UNSCHEDULED: "Other unscheduled care",
    CpisSetting.GENERAL_PRACTICE: "General practice, by appointment",
    CpisSetting.SCHOOL_NURSING: "School nursing",
    CpisSetting.HEALTH_VISITING: "Health visiting",
    CpisSetting.CAMHS: "Mental health service for children",
    CpisSetting.SARC: "Sexual assault referral centre",
    CpisSetting.COMMUNITY_PAEDIATRICS: "Community paediatrics",
    CpisSetting.OTHER_SCHEDULED: "Other scheduled care",
}
RESULTS: Mapping[CpisResult, str] = {
    CpisResult.NO_PLAN_RECORDED: "No plan is recorded",
    CpisResult.PLAN: "A plan is recorded",
    CpisResult.COULD_NOT_CHECK: "It could not be checked",
}
PLANS: Mapping[PlanType, str] = {
    PlanType.CHILD_PROTECTION: "Child protection plan",
    PlanType.LOOKED_AFTER: "Looked-after child",
    PlanType.UNBORN: "Child protection plan before birth",
}
VIA: Mapping[CpisVia, str] = {
    CpisVia.BY_HAND: "written down by hand",
    CpisVia.BUNDLE: "read from a file (FHIR Bundle)",
    CpisVia.CSV: "read from a file (CSV)",
    CpisVia.FHIR_API: "asked through the CP-IS interface",
}
CAUTION = (
    "What CP-IS answers is true of the moment when it was asked and says nothing of what was before. “No plan is "
    "recorded” makes no risk smaller: weigh it with everything else that you know."
)
ON_RECORD = (
    "An answer of CP-IS is true of the moment when it was asked. That no plan is recorded lowers no risk by itself."
)
"""What stands beside checks on the decision record."""
SOON = timedelta(days=2)
"""From this age on the words say that circumstances may have changed."""


def age_words(checked_at: datetime, *, now: datetime) -> str:
    """How old an answer is: "3 hours ago", "12 days ago: circumstances may have changed since"."""
    age = now - checked_at
    if age < timedelta(hours=1):
        return "less than an hour ago"
    if age < SOON:
        return f"{counted(int(age / timedelta(hours=1)), 'hour')} ago"
    return f"{age.days} days ago: circumstances may have changed since"


def age_then(checked_at: datetime, *, then: datetime) -> str:
    """How old an answer was when something was decided: "3 hours before the decision"."""
    age = then - checked_at
    if age < timedelta(hours=1):
        return "less than an hour before the decision"
    if age < SOON:
        return f"{counted(int(age / timedelta(hours=1)), 'hour')} before the decision"
    return f"{age.days} days before the decision: circumstances may have changed in between"
