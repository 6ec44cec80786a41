"""What the pinned packs lay beside a decision: principles as questions, and common beliefs where one is acted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from webapp.views.case_cards import Row, row
from webapp.views.desk import Sent
from workflows.core.commands import ConsentFinding, ItemDecision, ItemOutcome
from workflows.core.definition import Definition
from workflows.core.evidence import PrincipleEvidence
from workflows.core.packs import ConsentGroup, Myth, Pack, Place
from workflows.core.pinned import consent_option, myths_at
from workflows.core.principles import PrinciplePrompt, principle_prompts
from workflows.core.request import ConsentState
from workflows.service.views import CasePage


@dataclass(frozen=True, slots=True)
class Belief:
    """A common belief with its answer, and the question that it leaves."""

    said: str
    answer: str
    question: str


def prompts_of(found: CasePage) -> tuple[PrinciplePrompt, ...]:
    """The principles that this request is decided by."""
    return principle_prompts(found.packs)


def principle_names(found: CasePage) -> Iterator[str]:
    """The fields of the principles in the form."""
    yield from (f"principle-{each.code}" for each in prompts_of(found))


def read_evidence(found: CasePage, form: Sent) -> tuple[PrincipleEvidence, ...]:
    """What was written to the principles; nothing for those left empty."""
    written = ((each.code, form.get(f"principle-{each.code}")) for each in prompts_of(found))
    return tuple(PrincipleEvidence(code, words) for code, words in written if words.strip())


def evidence_rows(found: CasePage, evidence: Iterable[PrincipleEvidence]) -> list[Row]:
    """What a decision was held against, by principle."""
    titles = {each.code: f"Principle {each.code}: {each.title}" for each in prompts_of(found)}
    return [row(titles.get(each.code, f"Principle {each.code}"), each.text) for each in evidence]


def beliefs(packs: Iterable[Pack], place: Place, *codes: str) -> list[Belief]:
    """The common beliefs about any of these choices, each once."""
    packs = tuple(packs)
    myths: dict[str, Myth] = {}
    for code in codes or ("",):
        myths.update({myth.code: myth for myth in myths_at(packs, place, code)})
    return [Belief(each.short_title, each.text, each.prompts[0] if each.prompts else "") for each in myths.values()]


def refusing_beliefs(found: CasePage) -> list[Belief]:
    """The beliefs on which refusals are often rested, beside the choice of a reason to refuse."""
    refusing = [each.code for each in found.definition.reasons if ItemOutcome.REFUSE.value in each.outcomes]
    return beliefs(found.packs, Place.DECISION_REASON, *refusing) if refusing else []


def beliefs_about(found: CasePage, decisions: Iterable[ItemDecision]) -> list[Belief]:
    """The beliefs that belong to the reasons chosen, for the page that reads a decision back."""
    codes = [code for each in decisions for code in (each.reason, each.also) if code]
    return beliefs(found.packs, Place.DECISION_REASON, *codes) if codes else []


def beliefs_about_consent(found: CasePage) -> list[Belief]:
    """The beliefs that belong to where consent stands."""
    state = found.request.consent.state if found.request else None
    return beliefs(found.packs, Place.CONSENT_STATE, state.value) if state else []


OPTION_OF: Mapping[ConsentFinding, ConsentState] = {
    ConsentFinding.VALID: ConsentState.GIVEN,
    ConsentFinding.NOT_A_BAR: ConsentState.REFUSED,
    ConsentFinding.NOT_SOUGHT: ConsentState.NOT_SOUGHT,
    ConsentFinding.CANNOT_BE_GIVEN: ConsentState.CANNOT_BE_GIVEN,
    ConsentFinding.NOT_THE_BASIS: ConsentState.NOT_THE_BASIS,
}
"""The option of the pinned pack that a finding of the consent officer is about."""


def finding_hint(found: CasePage, finding: ConsentFinding) -> str:
    """What the pinned pack says of what the consent officer may find; empty where it says nothing."""
    option = consent_option(found.packs, ConsentGroup.STATE, OPTION_OF[finding].value)
    return option.text if option else ""


def reasons_behind(definition: Definition) -> list[tuple[str, str]]:
    """The reasons that can stand behind one that is never enough by itself."""
    standing = [
        (each.code, each.words)
        for each in definition.reasons
        if each.stands_alone and ItemOutcome.REFUSE.value in each.outcomes
    ]
    return [("", "Choose the reason behind it"), *standing]


def is_thin(definition: Definition, code: str) -> bool:
    """Whether a reason is never enough by itself."""
    reason = definition.reason(code)
    return reason is not None and not reason.stands_alone
