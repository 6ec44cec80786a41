"""Answers of CP-IS for tests, as the national interface gives them."""

from __future__ import annotations

import json
from typing import Any

CHILD, OTHER = "9990054924", "9990041199"
"""Child P of the demonstration, and her father: numbers reserved for tests."""
REAL = "9434765919"
"""A number with a right check digit that is not among those reserved for tests."""
CODES = {"CPP": "342191000000101", "LAC": "764841000000100", "UCPP": "818901000000100"}
SECRET = "Sister Quillfeather"


def team(code: str = "CPP", *, number: str = CHILD, **fields: Any) -> dict[str, Any]:
    """A CareTeam: one plan."""
    return {
        "resourceType": "CareTeam", "id": "1", "status": "active",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": CODES.get(code, code)}]}],
        "subject": {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}},
        "period": {"start": "2026-03-02"}, "name": "Marlbridge County Council",
        "telecom": [
            {"system": "phone", "value": "01632 960001", "use": "work"},
            {"system": "phone", "value": "01632 960002", "use": "mobile"},
        ],
        "managingOrganization": [{"identifier": {"value": "M1"}}], **fields,
    }  # fmt: skip


def audit(number: str = CHILD) -> dict[str, Any]:
    """An AuditEvent: somebody looked before."""
    return {
        "resourceType": "AuditEvent", "recorded": "2026-01-01T10:00:00Z", "agent": [{"name": SECRET}],
        "entity": [{"what": {"identifier": {"value": number}}}],
    }  # fmt: skip


def bundle(*resources: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A searchset Bundle."""
    teams = sum(each["resourceType"] == "CareTeam" for each in resources)
    found = {"resourceType": "Bundle", "type": "searchset", "timestamp": "2026-11-22T14:30:00Z", "total": teams}
    return {**found, "entry": [{"resource": each} for each in resources], **fields}


def outcome(
    code: str = "INVALID_SEARCH_DATA", say: str = "Invalid NHS number", *, severity: str = "error"
) -> dict[str, Any]:
    """An OperationOutcome."""
    details = {"coding": [{"system": "https://fhir.nhs.uk/Codes", "code": code}]}
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": "invalid", "details": details, "diagnostics": say}],
    }


def text(value: object) -> bytes:
    """As it is sent."""
    return json.dumps(value).encode()


HEAD = "nhs_number,plan_type,start,end,la_code,la_name,la_phone_office,la_phone_edt,checked_at,checked_by"


def row(number: str = CHILD, plan: str = "CPP", start: str = "2026-03-02", end: str = "", **cells: str) -> str:
    """A row of the CSV file."""
    place = "M1,Marlbridge County Council,01632 960001,01632 960002"
    at, by = cells.get("at", "2026-11-22T14:30"), cells.get("by", "Dr Ode")
    return f"{number},{plan},{start},{end},{cells.get('place', place)},{at},{by}"


def table(*rows: str) -> bytes:
    """A whole file."""
    return "\r\n".join((HEAD, *rows)).encode()
