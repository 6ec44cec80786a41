"""The plain facts about a case that guards may speak about. Codes and flags only, never names or text."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from workflows.core.case import Case
from workflows.core.commands import Command
from workflows.core.completing import answers_of
from workflows.core.consent_people import consent_state_of_all
from workflows.core.cpis import cpis_facts
from workflows.core.definition import Definition
from workflows.core.limits import blank
from workflows.core.request import Item, PersonRole, Request

Facts = dict[str, Any]


def sensitive(item: Item, definition: Definition) -> bool:
    """An item of a sensitive category, a whole record, or an address that must stay hidden."""
    return item.category in definition.sensitive or item.whole_record or item.protected_location


def facts(case: Case, command: Command, definition: Definition) -> Facts:
    """Everything a guard can ask about, as JSON-like values. Absent things are left out, never null."""
    request = case.request
    return {
        "request": _request(request),
        "people": [
            {
                "roles": [role.value for role in person.roles],
                "named": bool(person.name),
                "subject": PersonRole.DATA_SUBJECT in person.roles,
                "protected": PersonRole.PROTECTED in person.roles,
            }
            for person in request.people
        ],
        "items": [
            {
                "key": item.key,
                "category": item.category,
                "described": not blank(item.describe),
                "justified": not blank(item.justify),
                "sensitive": sensitive(item, definition),
                "whole_record": item.whole_record,
                "continuing": item.continuing is not None,
            }
            for item in request.items
        ],
        "recipients": [{"items": list(recipient.items)} for recipient in request.recipients],
        "consent": _consent(request),
        "check": _check(case),
        "basis": {
            "article_6": request.basis.article_6,
            "article_9": request.basis.article_9,
            "article_10": request.basis.article_10,
            "schedule_1": request.basis.schedule_1,
            "common_law": request.basis.common_law,
            "regime": request.basis.regime,
        },
        "advice": _advice(case),
        "decision": _decision(case),
        "cpis": cpis_facts(case.cpis, at=command.at),
        "round": {"number": case.round, "changed": bool(case.rounds and case.rounds[-1].changed)},
        "answers": answers_of(case.completions),
        "command": _plain(command),
    }


def _request(request: Request) -> Facts:
    return {
        "threshold": request.purpose.threshold,
        "urgency": request.purpose.urgency.value,
        "purpose": not blank(request.purpose.purpose),
        "risk_of_sharing": not blank(request.purpose.risk_of_sharing),
        "risk_of_not_sharing": not blank(request.purpose.risk_of_not_sharing),
        "continuing": any(item.continuing for item in request.items),
        "saved": [task.value for task in request.saved],
    }


def _consent(request: Request) -> Facts:
    consent, told = request.consent, request.told
    known: Facts = {"kinds": list(consent.kinds), "explicit": consent.explicit, "grounds": consent.grounds}
    known["reasoned"] = not blank(consent.why)
    if (state := consent_state_of_all(request)) is not None:
        known["state"] = state.value
    if told.told is not None:
        known["told"] = told.told
    return known


def _check(case: Case) -> Facts:
    check = case.consent_check
    if check is None:
        return {"done": False, "finding": "", "covers_all": False}
    return {"done": True, "finding": check.finding.value, "covers_all": check.covers_all}


def _advice(case: Case) -> Facts:
    advice = case.latest_advice
    if advice is None:
        return {"given": False, "advice": "", "delegated_release": False}
    return {
        "given": True,
        "advice": advice.advice.value,
        "delegated_release": advice.delegated_release,
    }


def _decision(case: Case) -> Facts:
    decision = case.decision
    if decision is None:
        return {"made": False, "outcome": ""}
    return {"made": True, "outcome": decision.outcome.value}


def _plain(command: Command) -> Facts:
    """The command's own codes and flags; free text is left out on purpose."""
    known: Facts = {"type": command.type.value}
    for each in fields(command):
        value = getattr(command, each.name)
        if isinstance(value, bool | int) or (isinstance(value, str) and hasattr(value, "value")):
            known[each.name] = getattr(value, "value", value)
    return known
