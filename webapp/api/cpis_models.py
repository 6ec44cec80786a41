"""CP-IS checks as the API shows them to one person: what the page says to her, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import Field

from webapp.api.models import Told
from workflows.core.cpis import CpisCheck, CpisDetails, CpisPlan


class CpisPlanShown(Told):
    """A plan that CP-IS told of."""

    type: str
    start: date | None
    end: date | None

    @classmethod
    def of(cls, plan: CpisPlan) -> CpisPlanShown:
        """The plan as it is shown."""
        return cls(type=plan.type.value, start=plan.period.start, end=plan.period.end)


class CpisAuthorityShown(Told):
    """The local authority responsible for the child."""

    name: str
    code: str
    phone_office: str
    phone_out_of_hours: str


class CpisCheckShown(Told):
    """A check of CP-IS: a signal at one moment. That no plan was recorded lowers no risk by itself."""

    person: str = Field(description="The label of whom it is about.")
    result: str
    reason: str = Field(description="Why it could not be checked.")
    plans: list[CpisPlanShown]
    age_hours: int = Field(description="How old it is, in whole hours.")
    setting: str
    setting_words: str = Field(description="Which care it was, where the setting is another.")
    unscheduled: bool
    number_used: bool = Field(description="Whether a verified NHS number was used.")
    authority_notified: bool
    via: str = Field(description="How it came here: by hand, or from a file or a system.")
    by: str = Field(description="The role of whoever recorded it.")
    checked_at: datetime | None = Field(description="When it was made, in UTC. Null where you know people by label.")
    checked_by: str = Field(description="Empty where you know people by label; so are the next.")
    notified_why: str
    authority: CpisAuthorityShown | None
    evidence: str

    @classmethod
    def of(cls, check: CpisCheck, *, now: datetime, whole: bool) -> CpisCheckShown:
        """The check as it is shown at ``now``; ``whole``: with what finds people."""
        details = check.details[0] if check.details else CpisDetails(person="")
        named = details.authority
        return cls(
            person=check.person, result=check.result.value, reason=details.reason,
            plans=[CpisPlanShown.of(each) for each in details.plans],
            age_hours=int((now - check.checked_at).total_seconds() // 3600),
            setting=check.setting.value, setting_words=details.setting_words, unscheduled=check.unscheduled,
            number_used=check.number_used, authority_notified=check.notified, via=check.via.value, by=check.position,
            checked_at=check.checked_at.astimezone(UTC) if whole else None,
            checked_by=details.checked_by if whole else "", notified_why=details.notified_why if whole else "",
            authority=CpisAuthorityShown(
                name=named.name, code=named.code, phone_office=named.phone_office,
                phone_out_of_hours=named.phone_out_of_hours,
            ) if whole and named.name else None,
            evidence=details.evidence if whole else "",
        )  # fmt: skip
