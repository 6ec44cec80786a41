"""Deciding: every item for itself, both risks weighed, and terms for what goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core import panel
from workflows.core.case import Case, Decision
from workflows.core.definition import Definition
from workflows.core.evidence import evidence_faults
from workflows.core.following import to_learn
from workflows.core.grounds import (
    advice_on_decision,
    day_of,
    decision_override_faults,
    duty_of,
    recorded_overrides,
)
from workflows.core.items import item_faults, outcome_of
from workflows.core.limits import blank, needed, text_fault
from workflows.core.paragraph18 import BasisAdvice
from workflows.core.refusals import Refusal
from workflows.core.request import Item, Request
from workflows.core.rounds import finding_of
from workflows.core.routing import Events, refuse_all
from workflows.core.weighing import Weighed, side_faults

MOST_YEARS_TO_REVIEW = 5
"""How far ahead, in years, a continuing use may next be looked at."""

_SAID = tuple({each.name for each in fields(e.Decided)} & {each.name for each in fields(c.Decide)} - {"at"})
"""What a decision says goes into its event as it is."""


def decide(case: Case, command: c.Decide, definition: Definition) -> Events:
    """Every item decided: the outcome is computed from them, never chosen."""
    refuse_all(every_fault(case, command, definition))
    happened = panel.decided(case, command, definition, decided(case, command))
    return [*happened, *to_learn(case, happened[-1], definition)]


def every_fault(case: Case, command: c.Decide, definition: Definition) -> Iterator[Refusal]:
    """Everything for which a decision is refused, in the order of the page."""
    yield from decision_faults(case.request.items, command, definition)
    yield from decision_override_faults(basis_faults_on(case.request, command), command.overrides)


def basis_faults_on(request: Request, command: c.Decide) -> tuple[BasisAdvice, ...]:
    """What is to be said about the basis of what is shared, and of the reasons for what is not."""
    refused = [each.also or each.reason for each in command.items if each.outcome is c.ItemOutcome.REFUSE]
    shared = [each.key for each in command.items if each.outcome is not c.ItemOutcome.REFUSE]
    return advice_on_decision(request, command.bodies, on=day_of(command.at), shared=shared, refused=refused)


def decided(case: Case, command: c.Decide) -> e.Decided:
    """The event of a decision without fault, before it is known where it leads."""
    said = {name: getattr(command, name) for name in _SAID}
    said["overrides"] = recorded_overrides(basis_faults_on(case.request, command), command.overrides)
    question = duty_of(case.request, command.bodies, on=day_of(command.at)).question_now.value
    finding = finding_of(case, command.items)
    return e.Decided(
        at=command.at, by=command.actor.person_id, by_name=command.actor.name, position=command.actor.position,
        outcome=outcome_of(command.items).value, delegated=False, question=question,
        challenge=finding, of_round=case.decision.round if finding and case.decision else 0,
        **said,
    )  # fmt: skip


def decision_faults(items: tuple[Item, ...], command: c.Decide, definition: Definition) -> Iterable[Refusal]:
    """Everything wrong with a decision about these items. Pages ask it before the person confirms."""
    yield from item_faults(items, command, definition)
    outcomes = {decision.outcome for decision in command.items}
    shares, holds_back = bool(outcomes - {c.ItemOutcome.REFUSE}), bool(outcomes - {c.ItemOutcome.SHARE})
    yield from side_faults(command.harm_of_sharing, command.risk_of_sharing, side=Weighed.SHARING, must=shares)
    yield from side_faults(
        command.harm_of_not_sharing, command.risk_of_not_sharing, side=Weighed.NOT_SHARING, must=holds_back
    )
    if outcomes == {c.ItemOutcome.REFUSE}:
        say = "Say what new information would change this decision."
        yield from needed(command.would_change_it, field="would_change_it", say=say)
    elif fault := text_fault(command.would_change_it, field="would_change_it"):
        yield fault
    for decision in command.items:
        for name, part in (("text", decision.text), ("reduction", decision.reduction)):
            if fault := text_fault(part, field=f"{name}-{decision.key}"):
                yield fault
    yield from _term_faults(items, command)
    yield from evidence_faults(command.evidence, definition)


def continues(items: tuple[Item, ...], decisions: Iterable[c.ItemDecision]) -> bool:
    """Whether anything that is shared goes on being shared."""
    shared = {each.key for each in decisions if each.outcome is not c.ItemOutcome.REFUSE}
    return any(item.continuing for item in items if item.key in shared)


def _term_faults(items: tuple[Item, ...], command: c.Decide) -> Iterator[Refusal]:
    """A continuing use has terms, and a day on which it is looked at again (Caldicott principle 1)."""
    if continues(items, command.items):
        if all(blank(condition) for condition in command.conditions):
            say = "This sharing continues: write the conditions under which it does."
            yield Refusal("conditions_missing", say, "conditions")
        if blank(command.retention):
            say = "This sharing continues: say how long the recipient may keep what is shared."
            yield Refusal("retention_missing", say, "retention")
        if blank(command.onward):
            say = "This sharing continues: say whether and with whom the recipient may share it further."
            yield Refusal("onward_missing", say, "onward")
        if command.review_by is None:
            yield Refusal("review_missing", "This sharing continues: give the date of its next review.", "review_by")
    for condition in command.conditions:
        if fault := text_fault(condition, field="conditions"):
            yield fault
    for name, words in (("retention", command.retention), ("onward", command.onward)):
        if fault := text_fault(words, field=name):
            yield fault
    if command.review_by is not None:
        yield from _review_faults(command.review_by, command.at.date())


def _review_faults(review_by: date, today: date) -> Iterator[Refusal]:
    if review_by <= today:
        yield Refusal("review_past", "The review date must be in the future.", "review_by")
    # As figures, for not every year has 29 February.
    elif (review_by.year - MOST_YEARS_TO_REVIEW, review_by.month, review_by.day) > today.timetuple()[:3]:
        yield Refusal("review_far", f"The review date must be within {MOST_YEARS_TO_REVIEW} years.", "review_by")


def carried(decision: Decision, before: Request, after: Request) -> tuple[c.ItemDecision, ...]:
    """The item decisions that still hold after the request was changed.

    A decision about an item holds while the item is word for word the same and the same people would receive it.
    What was changed, or added, has no decision; the others keep theirs.
    """
    return tuple(
        each
        for each in decision.items
        if (item := after.item(each.key)) is not None
        and item == before.item(each.key)
        and _readers(after, each.key) == _readers(before, each.key)
    )


def _readers(request: Request, key: str) -> frozenset[str]:
    return frozenset(each.email.casefold() for each in request.recipients if key in each.items)
