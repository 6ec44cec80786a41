"""What a pretend case is made of: a request that nobody made, and for each command the ways in which it can be given.

Nobody is in it. Each way has a code of its own, so that a whole way through a workflow is a list of codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflows.core import commands as c
from workflows.core.case import Case
from workflows.core.consent_people import entries
from workflows.core.cpis import CpisCheck, CpisDetails, CpisResult, CpisSetting, CpisVia
from workflows.core.definition import CommandType, Definition, Side, Urgency
from workflows.core.grounds import UNKNOWN_BODIES, BasisOverride, advice_on_decision, day_of
from workflows.core.request import (
    Consent,
    ConsentState,
    Item,
    LegalBasis,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Request,
    Task,
    Told,
)
from workflows.core.rounds import to_release
from workflows.core.weighing import Likelihood, RiskAssessment, Severity

CASE_ID = "00000000-0000-4000-8000-00000000a5ed"
WORDS = "Made up to try the workflow."
OWNER = "pretend-requester"
_KEYS = ("a", "b")
_BY_CONSENT = LegalBasis("6(1)(e)", WORDS, article_9="9(2)(h)", common_law="consent")
_BY_DUTY = LegalBasis("6(1)(e)", WORDS, article_9="9(2)(g)", schedule_1="para 18", common_law="public_interest")
_RISK = RiskAssessment(Likelihood.POSSIBLE, Severity.SERIOUS, "Adult A", WORDS)

Fields = Mapping[str, Any]
Ways = Mapping[str, Callable[[Case, Definition, datetime], Fields]]
"""Code of a way -> the fields of the command, as they fit the case."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is made up about the case before it begins. ``threshold`` empty: the workflow's first but "none"."""

    urgency: Urgency = Urgency.ROUTINE
    threshold: str = ""
    consent: ConsentState = ConsentState.GIVEN
    sensitive: bool = False
    cpis: bool = False
    """Whether CP-IS was asked about the child an hour before, and told of no plan."""


def pretend_check(at: datetime) -> CpisCheck:
    """A CP-IS check of the child, an hour old, that found no plan."""
    return CpisCheck(
        1, Side.REQUESTER, at - timedelta(hours=1), CpisSetting.GENERAL_PRACTICE, False, False, True,
        CpisResult.NO_PLAN_RECORDED, CpisVia.BY_HAND, "", "", at, (CpisDetails("Child B"),),
    )  # fmt: skip


def pretend_request(setting: Setting, definition: Definition) -> Request:
    """A request with everything in it that the product asks for."""
    categories = [key for key in definition.categories if (key in definition.sensitive) is setting.sensitive]
    category = (categories or [*definition.categories, "other"])[0]
    thresholds = [key for key in definition.thresholds if key != "none"]
    threshold = setting.threshold or (thresholds or [""])[0]
    given = setting.consent is ConsentState.GIVEN
    return Request(
        people=(
            Person("Adult A", "Nobody", date(1990, 1, 1), roles=(PersonRole.DATA_SUBJECT,)),
            Person("Child B", "Nobody else", date(2020, 1, 1), roles=(PersonRole.PROTECTED,)),
        ),
        purpose=Purpose(WORDS, WORDS, WORDS, threshold, setting.urgency),
        items=tuple(Item(key, category, WORDS, WORDS) for key in _KEYS),
        recipients=(Recipient("Somebody", "somebody@gatehouse.example", items=_KEYS),),
        consent=_consent(setting.consent) if not given else _given(),
        told=Told(told=True, said=WORDS),
        basis=_BY_CONSENT if given else _BY_DUTY,
        saved=tuple(Task),
    )


def _consent(state: ConsentState) -> Consent:
    return Consent(state, grounds="would_prejudice_protection", why=WORDS)


def _given() -> Consent:
    return Consent(
        ConsentState.GIVEN, kinds=("common_law",), how="written", explicit=True, pressure="none", when=WORDS,
        freely_given=True, specific=True, informed=True, given_by="data_subject", taken_by=WORDS,
        given_on=date(2020, 1, 1), competent=True,
    )  # fmt: skip


def _nothing(_case: Case, _definition: Definition, _at: datetime) -> Fields:
    return {}


def _just(**fields: Any) -> Callable[[Case, Definition, datetime], Fields]:
    return lambda _case, _definition, _at: fields


def _found(finding: c.ConsentFinding, *, covers_all: bool = False) -> Callable[[Case, Definition, datetime], Fields]:
    """The same finding for everybody whom the request speaks of."""

    def fields(case: Case, _definition: Definition, _at: datetime) -> Fields:
        people = tuple(c.PersonFinding(each.person, finding, WORDS) for each in entries(case.request))
        return {"finding": finding, "covers_all": covers_all, "note": WORDS, "people": people}

    return fields


def _deciding(*outcomes: c.ItemOutcome) -> Callable[[Case, Definition, datetime], Fields]:
    """A decision whose items have these outcomes in turn."""

    def fields(case: Case, definition: Definition, at: datetime) -> Fields:
        items = tuple(
            _item(item.key, outcomes[index % len(outcomes)], definition)
            for index, item in enumerate(case.request.items)
        )
        shared = [each.key for each in items if each.outcome is not c.ItemOutcome.REFUSE]
        against = advice_on_decision(case.request, UNKNOWN_BODIES, on=day_of(at), shared=shared)
        return {
            "items": items, "harm_of_sharing": WORDS, "harm_of_not_sharing": WORDS, "would_change_it": WORDS,
            "risk_of_sharing": _RISK, "risk_of_not_sharing": _RISK,
            "overrides": tuple(BasisOverride(each.code, WORDS) for each in against if each.needs_override),
        }  # fmt: skip

    return fields


def _item(key: str, outcome: c.ItemOutcome, definition: Definition) -> c.ItemDecision:
    fitting = [each for each in definition.reasons if outcome.value in each.outcomes]
    alone = [each for each in fitting if each.stands_alone]
    reason = (alone or fitting)[0].code if fitting else ""
    reduced = outcome is c.ItemOutcome.SHARE_REDUCED
    return c.ItemDecision(
        key, outcome, reason, WORDS, WORDS if reduced else "", c.Reduction.SUMMARY if reduced else None
    )


def _released(case: Case, _definition: Definition, _at: datetime) -> Fields:
    return {"contents": tuple(c.ItemContent(key, WORDS) for key in to_release(case))}


def _sharing(most: int) -> Callable[[Case, Definition, datetime], Fields]:
    """A share by word of mouth of so many items."""

    def fields(case: Case, _definition: Definition, at: datetime) -> Fields:
        keys = tuple(item.key for item in case.request.items)[:most]
        share = c.Share(
            items=keys, how=c.ShareHow.SPOKEN, told=WORDS, said_at=at.astimezone(UTC), said_by=WORDS,
            call_back_verified=True, note=WORDS, why_not=WORDS,
        )  # fmt: skip
        return {"share": share}

    return fields


def _reopening(*, changed: bool) -> Callable[[Case, Definition, datetime], Fields]:
    def fields(case: Case, definition: Definition, _at: datetime) -> Fields:
        items = case.request.items
        if changed and items:
            items = (*items, Item(f"n{len(items)}", items[0].category, WORDS, WORDS))
        return {"new_information": WORDS, "items": items}

    return fields


_ADVICE = {
    each.value: _just(advice=each, why=WORDS, conditions=(WORDS,) if "conditions" in each.value else (), redirect=WORDS)
    for each in c.AdviceType
}
SAMPLES: Mapping[CommandType, tuple[type[c.Command], Ways]] = {
    CommandType.SUBMIT: (c.Submit, {"": _nothing}),
    CommandType.WITHDRAW: (c.Withdraw, {"": _just(reason=WORDS)}),
    CommandType.RECORD_CONSENT: (
        c.RecordConsent,
        {
            "valid_for_all": _found(c.ConsentFinding.VALID, covers_all=True),
            **{each.value: _found(each) for each in c.ConsentFinding},
        },
    ),
    CommandType.ASK: (c.Ask, {"": _just(question=WORDS, harm_of_waiting=WORDS)}),
    CommandType.ANSWER: (c.Answer, {"": _just(answer=WORDS)}),
    CommandType.ADVISE: (
        c.Advise,
        {"delegated": _just(advice=c.AdviceType.SUPPORTS, why=WORDS, delegated_release=True), **_ADVICE},
    ),
    CommandType.DECIDE: (
        c.Decide,
        {
            "share": _deciding(c.ItemOutcome.SHARE),
            "part": _deciding(c.ItemOutcome.SHARE, c.ItemOutcome.REFUSE),
            "reduced": _deciding(c.ItemOutcome.SHARE_REDUCED),
            "refuse": _deciding(c.ItemOutcome.REFUSE),
        },
    ),
    CommandType.RELEASE: (c.Release, {"": _released}),
    CommandType.SHARE_NOW: (
        c.ShareNow,
        {"all": _sharing(len(_KEYS)), "part": _sharing(1), "none": _sharing(0)},
    ),
    CommandType.REVIEW_SHARE: (
        c.ReviewShare,
        {each.value: _just(finding=each, why=WORDS, learning=WORDS) for each in c.ReviewFinding},
    ),
    CommandType.SEND_BACK: (c.SendBack, {"": _just(why=WORDS)}),
    CommandType.REOPEN: (c.Reopen, {"changed": _reopening(changed=True), "same": _reopening(changed=False)}),
    CommandType.CHALLENGE: (c.Challenge, {"": _just(grounds=WORDS, on_behalf=WORDS)}),
}
"""The commands that move a case, with the ways in which each can be given."""
