"""A FHIR R4 searchset Bundle of CP-IS: CareTeams are plans, AuditEvents are the history of access, which is not kept.

Read with the mapping that NHS England publishes for consumers: category is the type of plan (SNOMED CT), period its
dates, name the responsible local authority, telecom "work" its office and "mobile" its emergency duty team. What an
answer from the running service looks like beyond that is unconfirmed, so whatever does not fit is refused by its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from webapp.checking.answers import MOST_BYTES, Answer, Fault, Unreadable, digits_of, number_fault, without_numbers
from webapp.intake.strict import BadJson, loads
from workflows.core.checking import MOST_PLANS
from workflows.core.cpis import Authority, CpisPlan, CpisResult, CpisVia, PlanType
from workflows.core.request import Period
from workflows.core.spans import local_day

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
SNOMED = "http://snomed.info/sct"
PLAN_CODES: Mapping[str, PlanType] = {
    "342191000000101": PlanType.CHILD_PROTECTION,
    "764841000000100": PlanType.LOOKED_AFTER,
    "818901000000100": PlanType.UNBORN,
}
"""The value set England-ChildProtectionPlan 1.0.0 of NHS England."""
DEEPEST = 24
MOST_ENTRIES = 200
_ENDS_IN_NUMBER = re.compile(r"(?:^|/)(\d{10})$")


def _whole(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", value):
        raise ValueError("not a whole date")
    if "T" not in value:
        return date.fromisoformat(value)
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return local_day(at)


Day = Annotated[date, BeforeValidator(_whole)]


class _Part(BaseModel):
    """What is read of a resource; whatever else it holds is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Identifier(_Part):
    system: str = ""
    value: str = ""


class _Reference(_Part):
    identifier: _Identifier = _Identifier()
    reference: str = ""

    def number(self) -> str:
        """The NHS number that it names; empty when it names none."""
        if self.identifier.system == NHS_NUMBER:
            return digits_of(self.identifier.value)
        found = _ENDS_IN_NUMBER.search(self.reference)
        return found[1] if found else ""


class _Coding(_Part):
    system: str = ""
    code: str = ""


class _Concept(_Part):
    coding: tuple[_Coding, ...] = ()


class _Span(_Part):
    start: Day | None = None
    end: Day | None = None


class _Telecom(_Part):
    use: str = ""
    value: str = Field(default="", max_length=200)


M = TypeVar("M", bound=_Part)


class CareTeam(_Part):
    """One plan, as CP-IS gives it."""

    status: str = ""
    category: tuple[_Concept, ...] = ()
    subject: _Reference = _Reference()
    period: _Span = _Span()
    name: str = Field(default="", max_length=200)
    telecom: tuple[_Telecom, ...] = ()
    managingOrganization: tuple[_Reference, ...] = ()


class _Entity(_Part):
    what: _Reference = _Reference()


class AuditEvent(_Part):
    """That somebody looked: the day, and about whom."""

    recorded: Day
    entity: tuple[_Entity, ...] = ()


class _Link(_Part):
    relation: str = ""
    url: str = ""


class _Head(_Part):
    type: str = ""
    total: int | None = None
    timestamp: datetime | None = None
    link: tuple[_Link, ...] = ()


class _Issue(_Part):
    severity: str = ""
    diagnostics: str = ""
    details: _Concept = _Concept()


class _Outcome(_Part):
    issue: tuple[_Issue, ...] = ()


def read_bundle(raw: bytes, *, number: str, demo: bool, via: CpisVia = CpisVia.BUNDLE) -> Answer:
    """What the answer says about the person with this NHS number. Raises Unreadable."""
    try:
        found = loads(raw, most=MOST_BYTES, deepest=DEEPEST)
    except BadJson as bad:
        raise Unreadable(Fault(bad.path, bad.say)) from None
    if not isinstance(found, dict):
        raise Unreadable(Fault("", "This is JSON, but no FHIR resource."))
    if found.get("resourceType") == "OperationOutcome":
        return _failed(found, "", via)
    if found.get("resourceType") != "Bundle":
        raise Unreadable(Fault("/resourceType", "This is no answer of CP-IS: it must be a Bundle or OperationOutcome."))
    head = _model(_Head, {key: value for key, value in found.items() if key != "entry"}, "")
    resources = list(_resources(found.get("entry", [])))
    for path, each in resources:
        if each.get("resourceType") == "OperationOutcome" and _is_error(each, path):
            return _failed(each, path, via)
    teams = [(path, _model(CareTeam, each, path)) for path, each in resources if each["resourceType"] == "CareTeam"]
    faults = [*_head_faults(head, resources), *_team_faults(teams, number=digits_of(number), demo=demo)]
    if faults:
        raise Unreadable(faults)
    audits = sum(each["resourceType"] == "AuditEvent" for _, each in resources)
    return _answer([team for _, team in teams if team.status != "entered-in-error"], head, audits=audits, via=via)


def audit_days(raw: bytes, *, number: str) -> tuple[date, ...]:
    """The days on which somebody had looked, the newest first. Who and where is not read. Raises Unreadable."""
    try:
        found = loads(raw, most=MOST_BYTES, deepest=DEEPEST)
    except BadJson as bad:
        raise Unreadable(Fault(bad.path, bad.say)) from None
    if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
        raise Unreadable(Fault("/resourceType", "This is no answer to a search."))
    head = _model(_Head, {key: value for key, value in found.items() if key != "entry"}, "")
    if any(each.relation == "next" for each in head.link):
        raise Unreadable(Fault("/link", "The answer goes on on another page, so it is not the whole of it."))
    resources = _resources(found.get("entry", []))
    audits = [_model(AuditEvent, each, path) for path, each in resources if each["resourceType"] == "AuditEvent"]
    about = {entity.what.number() for each in audits for entity in each.entity}
    if about - {"", digits_of(number)}:
        raise Unreadable(Fault("/entry", "This is about another person than the one you chose."))
    return tuple(sorted((each.recorded for each in audits), reverse=True))


def _resources(entries: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each resource with its path. Raises Unreadable."""
    if not isinstance(entries, list):
        raise Unreadable(Fault("/entry", "This must be a list."))
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(Fault("/entry", f"There are more than {MOST_ENTRIES} entries."))
    for index, entry in enumerate(entries):
        path = f"/entry/{index}/resource"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise Unreadable(Fault(path, "This must be a FHIR resource with a resourceType."))
        yield path, resource


def _head_faults(head: _Head, resources: list[tuple[str, dict[str, Any]]]) -> Iterator[Fault]:
    teams = sum(each["resourceType"] == "CareTeam" for _, each in resources)
    audits = sum(each["resourceType"] == "AuditEvent" for _, each in resources)
    if head.type != "searchset":
        yield Fault("/type", "This Bundle is no answer to a search: its type must be searchset.")
    if any(each.relation == "next" for each in head.link):
        yield Fault("/link", "The answer goes on on another page, so it is not the whole of it.")
    asked = next((each.url for each in head.link if each.relation == "self"), "")
    if not teams and (audits or "/AuditEvent" in asked):
        say = (
            "This tells who looked before, which is not kept here, and nothing of plans. Read the answer for CareTeam."
        )
        yield Fault("/entry", say)
    elif not teams and any(each["resourceType"] != "OperationOutcome" for _, each in resources):
        yield Fault("/entry", "This holds resources, but none that CP-IS answers with.")
    elif head.total is not None and ((head.total == 0) is not (not teams)):
        yield Fault("/total", "The number of records does not fit what the Bundle holds.")


def _team_faults(teams: list[tuple[str, CareTeam]], *, number: str, demo: bool) -> Iterator[Fault]:
    if len(teams) > MOST_PLANS:
        yield Fault("/entry", f"There are more than {MOST_PLANS} plans.")
    for path, team in teams:
        found = team.subject.number()
        if not found:
            yield Fault(f"{path}/subject", "This does not say by NHS number whom it is about.")
        elif say := number_fault(found, demo=demo):
            yield Fault(f"{path}/subject", say)
        elif found != number:
            yield Fault(f"{path}/subject", "This is about another person than the one you chose.")
        if len(_types(team)) != 1:
            yield Fault(f"{path}/category", "This must be one kind of plan that CP-IS knows (SNOMED CT).")
        if team.period.start and team.period.end and team.period.end < team.period.start:
            yield Fault(f"{path}/period", "The plan ends before it begins.")
        if not team.name.strip():
            yield Fault(f"{path}/name", "This does not name the responsible local authority.")


def _types(team: CareTeam) -> set[PlanType]:
    codes = {each.code for concept in team.category for each in concept.coding if each.system == SNOMED}
    return {PLAN_CODES[code] for code in codes if code in PLAN_CODES}


def _answer(teams: list[CareTeam], head: _Head, *, audits: int, via: CpisVia) -> Answer:
    remarks = []
    if audits:
        remarks.append("Who looked the child up before stands in the answer too. It is not kept here.")
    at = head.timestamp if head.timestamp is not None and head.timestamp.tzinfo is not None else None
    if not teams:
        return Answer(via, CpisResult.NO_PLAN_RECORDED, checked_at=at, remarks=tuple(remarks))
    # The plan that runs, and of those the newest, says whom to ring up.
    first = max(teams, key=lambda team: (team.period.end is None, team.period.start or date.min))
    if len({team.name.strip() for team in teams}) > 1:
        remarks.append("The plans name different local authorities. The one of the newest plan that runs is taken.")
    plans = tuple(CpisPlan(next(iter(_types(team))), Period(team.period.start, team.period.end)) for team in teams)
    return Answer(via, CpisResult.PLAN, plans, _authority(first), checked_at=at, remarks=tuple(remarks))


def _authority(team: CareTeam) -> Authority:
    phones = {each.use: each.value for each in reversed(team.telecom)}
    code = next((each.identifier.value for each in team.managingOrganization if each.identifier.value), "")
    return Authority(team.name.strip(), code, phones.get("work", ""), phones.get("mobile", ""))


def _is_error(resource: dict[str, Any], path: str) -> bool:
    issues = _model(_Outcome, resource, path).issue
    return not issues or any(each.severity in ("error", "fatal") for each in issues)


def _failed(resource: dict[str, Any], path: str, via: CpisVia) -> Answer:
    """An OperationOutcome: CP-IS could not be asked, for the reason that it gives."""
    parts = []
    for issue in _model(_Outcome, resource, path).issue[:3]:
        codes = [each.code for each in issue.details.coding if each.code]
        parts += [without_numbers(each) for each in (*codes, issue.diagnostics) if each.strip()]
    said = f": {', '.join(dict.fromkeys(parts))}" if parts else ", and gave no reason"
    return Answer(via, CpisResult.COULD_NOT_CHECK, reason=f"CP-IS answered with an error{said}."[:1_000])


def _model(kind: type[M], value: dict[str, Any], path: str) -> M:
    try:
        return kind.model_validate(value)
    except ValidationError as wrong:
        places = ("/".join(("", *(str(part) for part in each["loc"]))) for each in wrong.errors(include_input=False))
        say = "What stands here cannot be read as FHIR R4 has it."
        raise Unreadable([Fault(f"{path}{place}", say) for place in places]) from None
