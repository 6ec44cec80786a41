"""The form of a decision: its fields, what is filled in before anybody types, and the command that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from webapp.forms import date_parts, real_date
from webapp.views.case_cards import item_title
from webapp.views.case_words import ITEM_OUTCOMES
from webapp.views.desk import Sent, line_faults, lines_of, sent
from webapp.views.overrides import override_names, read_overrides
from webapp.views.principles import is_thin, principle_names, prompts_of, read_evidence
from webapp.views.showing import joined
from workflows.core.commands import Ask, Decide, ItemDecision, ItemOutcome, Reduction
from workflows.core.facts import sensitive
from workflows.core.refusals import Refusal
from workflows.core.request import Item, PersonRole
from workflows.core.weighing import Likelihood, RiskAssessment, Severity, Weighed
from workflows.service.views import CasePage

ASK = "ask"
"""What can be chosen for an item beside its outcomes: a question, and then nothing is decided yet."""
REASONED = (ItemOutcome.SHARE, ItemOutcome.SHARE_REDUCED, ItemOutcome.REFUSE)
RISK_PARTS = ("harm", "likelihood", "severity", "affected", "evidence")
TERMS = ("conditions", "retention", "onward", "would_change_it")
DATES = tuple(f"review_by-{part}" for part in ("day", "month", "year"))
AFFECTED = {Weighed.SHARING: PersonRole.DATA_SUBJECT, Weighed.NOT_SHARING: PersonRole.PROTECTED}
E = TypeVar("E", bound=StrEnum)


def names_of(key: str) -> Iterator[str]:
    """Every field of one item. Each outcome has its own reason and text, so that no wrong one can be sent."""
    yield from (f"outcome-{key}", f"how-{key}", f"reduction-{key}", f"question-{key}")
    for outcome in REASONED:
        yield f"reason-{key}-{outcome.value}"
        yield f"text-{key}-{outcome.value}"
    yield f"also-{key}-{ItemOutcome.REFUSE}"


def risk_names() -> Iterator[str]:
    """The fields of both sides of the scales: the same for each."""
    for side in Weighed:
        yield from (f"{part}_of_{side}" for part in RISK_PARTS)


def read_form(found: CasePage) -> Sent:
    """Everything that the form of this case's decision sent."""
    items = (name for item in found.items for name in names_of(item.key))
    return sent(
        "action",
        "reason_shared",
        *risk_names(),
        *TERMS,
        *DATES,
        *override_names(found),
        *principle_names(found),
        *items,
    )


def filled_in(found: CasePage) -> dict[str, str]:
    """What stands in the form at first: the requester's words on both risks, and whom they are about."""
    if found.request is None:
        return {}
    purpose = found.request.purpose
    filled = {"harm_of_sharing": purpose.risk_of_sharing, "harm_of_not_sharing": purpose.risk_of_not_sharing}
    for side, role in AFFECTED.items():
        filled[f"affected_of_{side}"] = joined([each.label for each in found.people if role.value in each.roles])
    return {name: words for name, words in filled.items() if words}


def asked_keys(found: CasePage, form: Sent) -> tuple[str, ...]:
    """Keys of the items that are asked about."""
    return tuple(item.key for item in found.items if form.get(f"outcome-{item.key}") == ASK)


def ask_of(found: CasePage, form: Sent, stamp: Mapping[str, Any]) -> tuple[Ask, dict[str, str]]:
    """The question that the form makes, and what is missing of it."""
    keys = asked_keys(found, form)
    items = [item for item in found.items if item.key in keys]
    asked = [(item, form.get(f"question-{item.key}")) for item in items]
    faults = {
        f"question-{item.key}": "Write what you want to ask about this item." for item, words in asked if not words
    }
    if len(asked) == 1:
        question = asked[0][1]
    else:
        question = "\n\n".join(f"{item_title(item, found).rstrip('. ')}: {words}" for item, words in asked)
    return Ask(**stamp, question=question, items=keys, harm_of_waiting=form.get("harm_of_not_sharing")), faults


def decision_of(found: CasePage, form: Sent, stamp: Mapping[str, Any]) -> tuple[Decide, dict[str, str]]:
    """The decision that the form makes, and what could not be read of it."""
    faults: dict[str, str] = {}
    conditions = lines_of(form.get("conditions"))
    faults.update(line_faults(conditions, name="conditions"))
    review_by: date | None = None
    try:
        review_by = real_date(date_parts(request.form, "review_by"))
    except ValueError as fault:
        faults["review_by"] = str(fault)
    command = Decide(
        **stamp,
        items=tuple(_decisions(found, form)),
        harm_of_sharing=form.get("harm_of_sharing"),
        harm_of_not_sharing=form.get("harm_of_not_sharing"),
        risk_of_sharing=_risk(form, Weighed.SHARING),
        risk_of_not_sharing=_risk(form, Weighed.NOT_SHARING),
        conditions=conditions,
        retention=form.get("retention"),
        onward=form.get("onward"),
        review_by=review_by,
        would_change_it=form.get("would_change_it"),
        overrides=read_overrides(found, form.get),
        evidence=read_evidence(found, form),
    )
    return command, faults


def _risk(form: Sent, side: Weighed) -> RiskAssessment:
    return RiskAssessment(
        likelihood=_one_of(Likelihood, form.get(f"likelihood_of_{side}")),
        severity=_one_of(Severity, form.get(f"severity_of_{side}")),
        affected=form.get(f"affected_of_{side}"),
        evidence=form.get(f"evidence_of_{side}"),
    )


def _one_of(kind: type[E], value: str) -> E | None:
    return next((each for each in kind if each.value == value), None)


def _decisions(found: CasePage, form: Sent) -> Iterator[ItemDecision]:
    for item in found.items:
        key, chosen = item.key, _one_of(ItemOutcome, form.get(f"outcome-{item.key}"))
        if chosen is None:
            continue
        reduced = chosen is ItemOutcome.SHARE_REDUCED
        yield ItemDecision(
            key,
            chosen,
            form.get(f"reason-{key}-{chosen}")
            or (form.get("reason_shared") if _shares_reason(found, item, chosen) else ""),
            form.get(f"text-{key}-{chosen}"),
            form.get(f"reduction-{key}") if reduced else "",
            how=_one_of(Reduction, form.get(f"how-{key}")) if reduced else None,
            also=_behind(found, form, key) if chosen is ItemOutcome.REFUSE else "",
        )


def _behind(found: CasePage, form: Sent, key: str) -> str:
    """The reason behind one that is never enough by itself; nothing where the first stands alone."""
    thin = is_thin(found.definition, form.get(f"reason-{key}-{ItemOutcome.REFUSE}"))
    return form.get(f"also-{key}-{ItemOutcome.REFUSE}") if thin else ""


def _shares_reason(found: CasePage, item: Item, outcome: ItemOutcome) -> bool:
    """Whether the one reason for everything that is shared counts for this item: not where it is sensitive."""
    return outcome is ItemOutcome.SHARE and not sensitive(item, found.definition)


def placed(faults: Iterable[Refusal], form: Sent) -> dict[str, str]:
    """The sentences by the field of the page that each belongs to; the first one for each."""
    sentences: dict[str, str] = {}
    for fault in faults:
        sentences.setdefault(place(fault.field, form), fault.say)
    return sentences


def place(name: str, form: Sent) -> str:
    """The field of the page that a refusal is about: reasons and texts stand under the chosen outcome."""
    if name == "harm_of_waiting":
        return "harm_of_not_sharing"
    part, _, key = name.partition("-")
    if part in ("reason", "text", "also") and (chosen := form.get(f"outcome-{key}")):
        return f"{name}-{chosen}"
    return name


def numbered(found: CasePage, errors: Mapping[str, str]) -> dict[str, str]:
    """The sentences with the number of their item: in the summary several would read alike."""
    numbers = {
        name: number
        for number, item in enumerate(found.items, 1)
        for name in names_of(item.key)
        if not name.startswith("outcome-")
    }
    return {name: f"Item {numbers[name]}: {say}" if name in numbers else say for name, say in errors.items()}


def typed(found: CasePage, form: Sent) -> dict[str, str]:
    """What was written, by what it is about: shown to who was too late, so that nothing typed is lost."""
    words: dict[str, str] = {}
    for item in found.items:
        chosen = form.get(f"outcome-{item.key}")
        if chosen == ASK:
            words[item_title(item, found)] = f"Ask. {form.get(f'question-{item.key}')}"
        elif outcome := _one_of(ItemOutcome, chosen):
            reduction = form.get(f"reduction-{item.key}") if outcome is ItemOutcome.SHARE_REDUCED else ""
            parts = (ITEM_OUTCOMES[outcome], reduction, form.get(f"text-{item.key}-{chosen}"))
            words[item_title(item, found)] = ". ".join(part.rstrip(".") for part in parts if part)
    titles = {
        "harm_of_sharing": "If we share", "evidence_of_sharing": "What that rests on",
        "harm_of_not_sharing": "If we do not", "evidence_of_not_sharing": "What that rests on, if we do not",
        "conditions": "Conditions", "retention": "How long it may be kept", "onward": "Sharing it further",
        "would_change_it": "What would change it",
    }  # fmt: skip
    titles |= {f"principle-{each.code}": each.title for each in prompts_of(found)}
    return {**words, **{title: form.get(name) for name, title in titles.items()}}
