"""A check of CP-IS (Child Protection - Information Sharing) on record: what was asked, and what came back.

It is a signal at one moment and no history, and an answer that no plan is recorded lowers no risk. Only the minimum is
kept: never who else has looked the child up, and no NHS number, which stands on the person of the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from workflows.core.ages import is_child
from workflows.core.commanding import Command
from workflows.core.happening import Event
from workflows.core.kinds import CommandType, Side
from workflows.core.request import Period, Person

if TYPE_CHECKING:
    from workflows.core.case import Case


OPEN = Period()
"""From whenever to whenever."""


class CpisSetting(StrEnum):
    """Where care was given when the check was made. The list awaits review by those who work with CP-IS."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    URGENT_TREATMENT = "urgent_treatment"
    OUT_OF_HOURS_GP = "out_of_hours_gp"
    AMBULANCE = "ambulance"
    MATERNITY = "maternity"
    PAEDIATRIC_WARD = "paediatric_ward"
    OTHER_UNSCHEDULED = "other_unscheduled"
    GENERAL_PRACTICE = "general_practice"
    SCHOOL_NURSING = "school_nursing"
    HEALTH_VISITING = "health_visiting"
    CAMHS = "camhs"
    SARC = "sarc"
    COMMUNITY_PAEDIATRICS = "community_paediatrics"
    OTHER_SCHEDULED = "other_scheduled"

    @property
    def unscheduled(self) -> bool:
        """Whether care there is unscheduled: then the national service tells the local authority by itself."""
        return self in UNSCHEDULED

    @property
    def other(self) -> bool:
        """Whether words must say which it was."""
        return self in (CpisSetting.OTHER_UNSCHEDULED, CpisSetting.OTHER_SCHEDULED)


UNSCHEDULED = frozenset(
    {
        CpisSetting.EMERGENCY_DEPARTMENT, CpisSetting.URGENT_TREATMENT, CpisSetting.OUT_OF_HOURS_GP,
        CpisSetting.AMBULANCE, CpisSetting.MATERNITY, CpisSetting.PAEDIATRIC_WARD, CpisSetting.OTHER_UNSCHEDULED,
    }
)  # fmt: skip


class CpisResult(StrEnum):
    """What came back."""

    NO_PLAN_RECORDED = "no_plan_recorded"
    PLAN = "plan"
    COULD_NOT_CHECK = "could_not_check"


class PlanType(StrEnum):
    """What CP-IS knows of."""

    CHILD_PROTECTION = "child_protection_plan"
    LOOKED_AFTER = "looked_after"
    UNBORN = "unborn_child_protection_plan"


class CpisVia(StrEnum):
    """How the answer came here. Whichever way it came, a person has recorded it."""

    BY_HAND = "by_hand"
    BUNDLE = "bundle"
    CSV = "csv"
    FHIR_API = "fhir_api"


@dataclass(frozen=True, slots=True)
class CpisPlan:
    """One plan: its type, and from when to when. An open end means that it runs."""

    type: PlanType
    period: Period = OPEN


@dataclass(frozen=True, slots=True)
class Authority:
    """The local authority responsible for the child, and how to reach it by day and by night."""

    name: str = ""
    code: str = ""
    phone_office: str = ""
    phone_out_of_hours: str = ""


@dataclass(frozen=True, slots=True)
class CpisDetails:
    """What a check says of people. ``person`` is a label of the request."""

    person: str
    checked_by: str = ""
    setting_words: str = ""
    notified_why: str = ""
    plans: tuple[CpisPlan, ...] = ()
    reason: str = ""
    """Why it could not be checked."""
    authority: Authority = Authority()
    evidence: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCpisCheck(Command):
    """Record a check. ``notified`` None: as the national service does it for this setting."""

    type: ClassVar[CommandType] = CommandType.RECORD_CPIS_CHECK
    details: CpisDetails
    checked_at: datetime | None = None
    setting: CpisSetting | None = None
    result: CpisResult | None = None
    number_used: bool = False
    """Whether it was asked with a verified NHS number."""
    notified: bool | None = None
    via: CpisVia = CpisVia.BY_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class CpisChecked(Event):
    """A check was put on record. ``side`` says whose it is: the holder's is not for the requester to read."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"details"})
    number: int
    side: Side
    checked_at: datetime
    setting: CpisSetting
    unscheduled: bool
    notified: bool
    number_used: bool
    result: CpisResult
    via: CpisVia
    position: str
    details: tuple[CpisDetails, ...] = ()


@dataclass(frozen=True, slots=True)
class CpisCheck:
    """A check as the case keeps it. ``details`` are gone once the request's are erased."""

    number: int
    side: Side
    checked_at: datetime
    setting: CpisSetting
    unscheduled: bool
    notified: bool
    number_used: bool
    result: CpisResult
    via: CpisVia
    by: str
    position: str
    at: datetime
    details: tuple[CpisDetails, ...] = ()

    @property
    def person(self) -> str:
        """The label of whom it is about; empty once that is erased."""
        return self.details[0].person if self.details else ""

    @property
    def answered(self) -> bool:
        """Whether CP-IS said anything at all."""
        return self.result is not CpisResult.COULD_NOT_CHECK


def checked(case: Case, event: CpisChecked) -> Case:
    """The fold of a check."""
    check = CpisCheck(
        number=event.number, side=event.side, checked_at=event.checked_at, setting=event.setting,
        unscheduled=event.unscheduled, notified=event.notified, number_used=event.number_used, result=event.result,
        via=event.via, by=event.by, position=event.position, at=event.at, details=event.details,
    )  # fmt: skip
    return replace(case, cpis=(*case.cpis, check))


def forgotten(checks: Iterable[CpisCheck]) -> tuple[CpisCheck, ...]:
    """The checks without what they say of people."""
    return tuple(replace(each, details=()) for each in checks)


def bare(check: CpisCheck) -> CpisCheck:
    """A check for whoever may not know of whom it speaks: label, result and types of plan, and nothing by which
    somebody could be found."""
    details = tuple(
        CpisDetails(each.person, plans=tuple(CpisPlan(plan.type) for plan in each.plans)) for each in check.details
    )
    return replace(check, details=details)


def latest(checks: Iterable[CpisCheck]) -> Mapping[str, CpisCheck]:
    """The newest check of each person by her label; an answer stands before an attempt that gave none."""
    found: dict[str, CpisCheck] = {}
    for each in sorted(checks, key=lambda check: (check.answered, check.checked_at, check.number)):
        found[each.person] = each
    return found


def of_child(people: Iterable[Person], *, on: date) -> bool:
    """Whether anybody of the request is a child on that day. Without a date of birth the label tells: "Child A"."""
    known = ((is_child(each.born, on=on), each.label.casefold().split()) for each in people)
    return any("child" in label if young is None else young for young, label in known)


def on_record(checks: Iterable[CpisCheck], *, at: datetime) -> tuple[CpisCheck, ...]:
    """The checks that had been recorded at that instant, the newest first."""
    known = (each for each in checks if each.at <= at)
    return tuple(sorted(known, key=lambda check: (check.checked_at, check.number), reverse=True))


def cpis_facts(checks: Iterable[CpisCheck], *, at: datetime) -> dict[str, Any]:
    """What guards can ask about checks. ``age_hours`` is that of the newest answer, left out while there is none."""
    known = latest(checks).values()
    answers = [each for each in known if each.answered]
    found: dict[str, Any] = {
        "checked": bool(answers),
        "people": len(answers),
        "tried": bool(known),
        "plan_recorded": any(each.result is CpisResult.PLAN for each in answers),
    }
    if answers:
        newest = max(each.checked_at for each in answers)
        found["age_hours"] = max(int((at - newest) / timedelta(hours=1)), 0)
    return found
