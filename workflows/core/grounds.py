"""The legal basis of one request between two bodies: what is to be said about it, the duty, and overrides.

The checks of ``bases`` and ``duty`` need facts about both organisations; the door and the pages bring them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from workflows.core import sources
from workflows.core.bases import check_basis, override_faults
from workflows.core.duty import Duty, DutyAnswers, QuestionNow, duty_to_share
from workflows.core.paragraph18 import AtRisk, BasisAdvice, BodyFacts, Necessity, SafeguardingTests
from workflows.core.refusals import Refusal
from workflows.core.request import Request


@dataclass(frozen=True, slots=True)
class Bodies:
    """What the rules need to know of both organisations."""

    holder: BodyFacts
    requester: BodyFacts


UNKNOWN_BODY = BodyFacts(nation="", public_authority=False)
UNKNOWN_BODIES = Bodies(UNKNOWN_BODY, UNKNOWN_BODY)
"""Of bodies of which nothing is known: no duty follows, and what depends on them is not said."""


@dataclass(frozen=True, slots=True)
class BasisOverride:
    """Sharing against advice about the basis: which advice, and the adjudicator's reason.

    ``say`` is the advice in words as it was then; the rule writes it.
    """

    code: str
    reason: str
    say: str = ""


def day_of(at: datetime) -> date:
    """The day of an instant, as the checks count."""
    return at.astimezone(UTC).date()


def tests_of(request: Request) -> SafeguardingTests:
    """The facts for paragraph 18 as the request tells them."""
    basis = request.basis
    return SafeguardingTests(
        necessary_for=next((each for each in Necessity if each == basis.necessary_for), None),
        adult=AtRisk(
            needs_care_and_support=basis.needs_care, experiencing_or_at_risk=basis.at_risk_of_harm,
            cannot_protect_self=basis.cannot_protect_self,
        ),
        public_interest=basis.public_interest,
    )  # fmt: skip


def duty_answers(request: Request) -> DutyAnswers:
    """What the request answers of the duty's questions. Who names the section says yes to both that are hers."""
    claimed = True if "16LA" in request.basis.provision.replace(" ", "").upper() else None
    basis = request.basis
    return DutyAnswers(
        relevant=claimed if basis.duty_relevant is None else basis.duty_relevant,
        may_facilitate=claimed if basis.duty_helps is None else basis.duty_helps,
    )


def duty_of(request: Request, bodies: Bodies, *, on: date) -> Duty:
    """Whether there is a duty to share, and the question that it leaves."""
    return duty_to_share(
        request, holder=bodies.holder, requester=bodies.requester, on=on, answers=duty_answers(request)
    )


def duty_possible(request: Request, bodies: Bodies, *, on: date) -> bool:
    """Whether the requester's two answers would make a difference."""
    asked = replace(request, basis=replace(request.basis, duty_relevant=True, duty_helps=True))
    return duty_of(asked, bodies, on=on).question_now is QuestionNow.MORE_DETRIMENT


def basis_advice(request: Request, bodies: Bodies, *, on: date) -> tuple[BasisAdvice, ...]:
    """Everything to be said about the basis that the request names."""
    found = list(_advice(request, bodies, on=on))
    keys = {item.key for item in request.items}
    for each in request.differs:
        if each.items and not keys & set(each.items):
            continue
        said = {advice.code for advice in found}
        apart = _advice(replace(request, consent=each.consent), bodies, on=on)
        found += [
            replace(advice, say=f"{each.person}: {advice.say}")
            for advice in apart
            if advice.needs_override and advice.code not in said
        ]
    return tuple(found)


def _advice(request: Request, bodies: Bodies, *, on: date) -> tuple[BasisAdvice, ...]:
    return check_basis(
        request, holder=bodies.holder, requester=bodies.requester, on=on, tests=tests_of(request)
    )  # fmt: skip


def advice_on_decision(
    request: Request, bodies: Bodies, *, on: date, shared: Collection[str], refused: Iterable[str] = ()
) -> tuple[BasisAdvice, ...]:
    """What is to be said about sharing the items ``shared``, and about the reason codes of those ``refused``.

    Nothing about the basis when nothing is shared. Where the duty is the question only some reasons fit a refusal.
    """
    found: list[BasisAdvice] = []
    if shared:
        items = tuple(item for item in request.items if item.key in shared)
        found += basis_advice(replace(request, items=items), bodies, on=on)
    fitting = duty_of(request, bodies, on=on).decline_reasons
    if fitting and {code for code in refused if code} - set(fitting):
        say = (
            "There is a duty to share this about a child, unless sharing would do the child more harm. The reason "
            "chosen for refusing is none of those that the duty leaves."
        )
        found.append(BasisAdvice("refused_against_duty", say, sources.DUTY, True, "reason"))
    return tuple(found)


def decision_override_faults(
    advice: tuple[BasisAdvice, ...], overrides: Collection[BasisOverride]
) -> tuple[Refusal, ...]:
    """Each piece of advice that is decided against without a reason."""
    return tuple(override_faults(advice, {each.code: each.reason for each in overrides}))


def recorded_overrides(
    advice: tuple[BasisAdvice, ...], overrides: Collection[BasisOverride]
) -> tuple[BasisOverride, ...]:
    """The overrides that answer some advice, each with the words of the advice."""
    said = {each.code: each.say for each in advice if each.needs_override}
    return tuple(replace(each, say=said[each.code]) for each in overrides if each.code in said)
