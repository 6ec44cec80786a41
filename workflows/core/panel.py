"""Two adjudicators where one is not enough: when they are needed, and what their two decisions come to.

Each decides alone and without knowing the other's decision. When both decide the same about every item, the
decision is made of both. When they differ, nothing is decided: a third adjudicator settles it and says why, or
both decide again. The stricter of two is never taken quietly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import CommandType, Definition, Need, StageKind
from workflows.core.evidence import PrincipleEvidence
from workflows.core.facts import facts
from workflows.core.happening import both
from workflows.core.limits import blank, needed
from workflows.core.refusals import Refusal, Refused
from workflows.core.routing import Events, refuse_all, with_move
from workflows.core.votes import Sitting, sitting
from workflows.core.weighing import UNWEIGHED, RiskAssessment

OPTION = "two_adjudicators"
"""The option of ``decide`` in a workflow that says when two are needed; ``needs: true`` is always."""
AGREED, SETTLED = "agreed", "settled"
"""How two adjudicators came to a decision: both decided the same, or a third settled it."""


def two_needed(case: Case, definition: Definition) -> bool:
    """Whether two adjudicators must decide this case in the stage where it is."""
    if case.kind is not StageKind.ADJUDICATION:
        return False
    now = sitting(case)
    return bool(now.open or now.differ) or demanded(case) or by_workflow(case, definition) is not None


def demanded(case: Case) -> bool:
    """Whether somebody who could decide has demanded a second adjudicator in this round."""
    return any(demand.round == case.round for demand in case.seconds)


def by_workflow(case: Case, definition: Definition) -> Need | None:
    """What the workflow says when it needs two adjudicators for this case; None when it does not."""
    rule = definition.rule(case.stage, CommandType.DECIDE)
    option = rule.options.get(OPTION) if rule else None
    if option is None:
        return None
    probe = c.Decide(id="", actor=c.CLOCK, at=case.created_at, case_id=case.id, items=())
    return option if option.needs.met(facts(case, probe, definition)) else None


def demand_second(case: Case, command: c.DemandSecond, definition: Definition) -> Events:
    """Ask for a second adjudicator, with the reason."""
    refuse_all(needed(command.reason, field="reason", say="Say why a second adjudicator should decide as well."))
    if two_needed(case, definition):
        raise Refused(Refusal("two_already", "Two adjudicators decide this request already.", "reason"))
    event = e.SecondAdjudicatorDemanded(at=command.at, by=command.actor.person_id, reason=command.reason)
    return [event]


def decided(case: Case, command: c.Decide, definition: Definition, own: e.Decided) -> Events:
    """What one adjudicator's decision does: it decides, or it is one of two, or it settles what two left open."""
    if not two_needed(case, definition):
        return with_move(case, command, definition, [own])
    now = sitting(case)
    if now.differ and both(now.differ).isdisjoint({own.by, command.actor.stands_in_for}):
        refuse_all(_unexplained(now, command))
        return with_move(case, command, definition, [replace(own, panel=SETTLED)])
    vote = e.AdjudicatorVoted(
        at=own.at, by=own.by, number=len(case.votes) + 1, sitting=now.number, vote=(own,)
    )  # fmt: skip
    first = next((one for vote in now.open for one in vote.decided), None)
    if first is None or differing(first, own):
        return [vote]
    return with_move(case, command, definition, [vote, together(first, own)])


def differing(one: e.Decided, other: e.Decided) -> tuple[str, ...]:
    """Keys of the items about which two decisions differ: shared or not, and how it is reduced."""
    there = {each.key: each for each in other.items}
    return tuple(each.key for each in one.items if each.key not in there or _verdict(each) != _verdict(there[each.key]))


def _verdict(item: c.ItemDecision) -> tuple[object, ...]:
    reduced = item.outcome is c.ItemOutcome.SHARE_REDUCED
    return item.outcome, item.how, " ".join(item.reduction.split()).casefold().rstrip(".") if reduced else ""


def _unexplained(now: Sitting, command: c.Decide) -> Iterable[Refusal]:
    """A third adjudicator says in her own words why, for every item about which the two differ."""
    one, other = (vote.decided[0] for vote in now.differ[:2])
    for key in differing(one, other):
        text = next((each.text for each in command.items if each.key == key), "")
        if blank(text):
            say = "Two adjudicators differ about this item: say in your own words why you settle it so."
            yield Refusal("settling_unexplained", say, f"text-{key}")


def together(first: e.Decided, second: e.Decided) -> e.Decided:
    """One decision of two that agree: what each adjudicator wrote is kept, and every condition of either."""
    before = {each.key: each for each in first.items}
    dates = [day for day in (first.review_by, second.review_by) if day is not None]
    return replace(
        second,
        items=tuple(replace(each, text=_both(before[each.key].text, each.text)) for each in second.items),
        harm_of_sharing=_both(first.harm_of_sharing, second.harm_of_sharing),
        harm_of_not_sharing=_both(first.harm_of_not_sharing, second.harm_of_not_sharing),
        conditions=tuple(dict.fromkeys((*first.conditions, *second.conditions))),
        review_by=min(dates, default=None),
        risk_of_sharing=_same(first.risk_of_sharing, second.risk_of_sharing),
        risk_of_not_sharing=_same(first.risk_of_not_sharing, second.risk_of_not_sharing),
        retention=_both(first.retention, second.retention),
        onward=_both(first.onward, second.onward),
        would_change_it=_both(first.would_change_it, second.would_change_it),
        by_name=f"{first.by_name} and {second.by_name}",
        position=" and ".join(dict.fromkeys((first.position, second.position))),
        overrides=tuple(dict.fromkeys((*first.overrides, *second.overrides))),
        evidence=_evidence(first, second),
        panel=AGREED,
    )


def _evidence(first: e.Decided, second: e.Decided) -> tuple[PrincipleEvidence, ...]:
    """What either gave for each principle, the first one's principles first."""
    said: dict[str, str] = {}
    for each in (*first.evidence, *second.evidence):
        said[each.code] = _both(said.get(each.code, ""), each.text)
    return tuple(PrincipleEvidence(code, text) for code, text in said.items())


def _same(first: RiskAssessment, second: RiskAssessment) -> RiskAssessment:
    """What both say of a risk; where they see it otherwise the record shows each one's own."""
    return first if first == second else UNWEIGHED


def _both(first: str, second: str) -> str:
    said = dict.fromkeys(text.strip() for text in (first, second) if not blank(text))
    return "\n\n".join(said)
