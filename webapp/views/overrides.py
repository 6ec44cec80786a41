"""Deciding against advice about the legal basis: its fields on the page, and reading them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import g

from webapp.views.case_words import QUESTIONS_NOW
from workflows.core.commands import Decide
from workflows.core.deciding import basis_faults_on
from workflows.core.grounds import (
    BasisOverride,
    advice_on_decision,
    day_of,
    decision_override_faults,
    duty_of,
)
from workflows.core.refusals import Refusal
from workflows.service.views import CasePage

AGAINST_DUTY = "refused_against_duty"


@dataclass(frozen=True, slots=True)
class OverrideField:
    """One piece of advice with the field for the reason to decide against it."""

    name: str
    say: str
    source: str
    confirmed: bool


def override_names(found: CasePage) -> tuple[str, ...]:
    """Every field for a reason that the page of this case may have."""
    return (*(field.name for field in override_fields(found)), f"override-{AGAINST_DUTY}")


def override_fields(found: CasePage) -> tuple[OverrideField, ...]:
    """What sharing any of the items would go against, and needs a reason."""
    if found.request is None:
        return ()
    keys = [item.key for item in found.items]
    advice = advice_on_decision(found.request, found.bodies, on=day_of(g.now), shared=keys)
    said = {each.code: each for each in advice if each.needs_override}
    return tuple(
        OverrideField(f"override-{code}", each.say, each.source.title, each.confirmed) for code, each in said.items()
    )


def read_overrides(found: CasePage, get: Callable[[str], str]) -> tuple[BasisOverride, ...]:
    """The reasons that were written."""
    names = override_names(found)
    return tuple(BasisOverride(name.removeprefix("override-"), get(name)) for name in names if get(name).strip())


def override_faults_of(found: CasePage, command: Decide) -> tuple[Refusal, ...]:
    """The reasons that are missing, as the rulebook would find them at the door."""
    if found.request is None:
        return ()
    advice = basis_faults_on(found.request, replace(command, bodies=found.bodies))
    return decision_override_faults(advice, command.overrides)


def question_now(found: CasePage) -> str:
    """What the decision is about, in words: may we, or is there more detriment in sharing than not."""
    if found.request is None:
        return ""
    return QUESTIONS_NOW[duty_of(found.request, found.bodies, on=day_of(g.now)).question_now]
