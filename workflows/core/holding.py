"""The holder's rules: consent check, advice, release. Asking and deciding have rooms of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.consent_people import finding_faults, whole_faults
from workflows.core.consent_rules import rests_no_more, to_tell
from workflows.core.definition import Definition, StageKind
from workflows.core.facts import facts
from workflows.core.following import to_review
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.grounds import advice_on_decision, day_of
from workflows.core.items import outcome_of
from workflows.core.limits import CONTENT, blank, needed, text_fault
from workflows.core.refusals import Refusal
from workflows.core.rounds import to_release
from workflows.core.routing import Events, refuse_all, with_move


def record_consent(case: Case, command: c.RecordConsent, definition: Definition) -> Events:
    refuse_all(_consent_check_faults(case, command))
    event = e.ConsentRecorded(
        at=command.at, by=command.actor.person_id, finding=command.finding,
        covers_all=command.covers_all, note=command.note, people=command.people,
    )  # fmt: skip
    return [*with_move(case, command, definition, [event]), *to_tell(case, command)]


def _consent_check_faults(case: Case, command: c.RecordConsent) -> Iterable[Refusal]:
    if command.finding is c.ConsentFinding.NOT_A_BAR and blank(command.note):
        yield Refusal("override_reason", "Going on without consent needs a reason. Write why it is not a bar.", "note")
    else:
        yield from needed(command.note, field="note", say="Write what you found, in a sentence.")
    yield from whole_faults(case.request, command)
    yield from finding_faults(case.request, command.people, on=day_of(command.at))


def advise(case: Case, command: c.Advise, definition: Definition) -> Events:
    refuse_all(_advice_faults(case, command, definition))
    advised = e.Advised(
        at=command.at, by=command.actor.person_id, advice=command.advice, why=command.why,
        conditions=command.conditions, delegated_release=command.delegated_release,
        redirect=command.redirect, by_name=command.actor.name, position=command.actor.position,
    )  # fmt: skip
    if case.kind is StageKind.REVIEW:
        return [advised]
    if command.advice is c.AdviceType.OUT_OF_SCOPE:
        request = case.request
        kept = replace(request.purpose, risk_of_sharing="", risk_of_not_sharing="")
        gone = e.Redirected(
            at=command.at, by=command.actor.person_id, kept=kept, why=command.why,
            redirect=command.redirect, people=len(request.people), items=len(request.items),
            recipients=len(request.recipients),
        )  # fmt: skip
        return with_move(case, command, definition, [advised, gone])
    if command.delegated_release:
        return with_move(case, command, definition, [advised, _decided_under_consent(case, command)])
    return with_move(case, command, definition, [advised])


def _advice_faults(case: Case, command: c.Advise, definition: Definition) -> Iterable[Refusal]:
    if case.kind is StageKind.REVIEW and command.advice is c.AdviceType.OUT_OF_SCOPE:
        say = "This has been shared already, so it stays on record. Advise whether you support the sharing."
        yield Refusal("shared_already", say, "advice")
    if fault := text_fault(command.why, field="why"):
        yield fault
    if command.advice is c.AdviceType.OUT_OF_SCOPE:
        yield from needed(command.redirect, field="redirect", say="Say where this request should go instead.")
    elif command.advice not in (c.AdviceType.SUPPORTS, c.AdviceType.SUPPORTS_WITH_CONDITIONS):
        yield from needed(command.why, field="why", say="Say why.")
    if command.advice is c.AdviceType.SUPPORTS_WITH_CONDITIONS and not any(
        not blank(condition) for condition in command.conditions
    ):
        yield Refusal("missing", "Write the conditions, one on each line.", "conditions")
    for condition in command.conditions:
        if fault := text_fault(condition, field="conditions"):
            yield fault
    rule = definition.rule(case.stage, command.type)
    option = rule.options.get("delegated_release") if rule else None
    if command.delegated_release:
        if option is None:
            yield Refusal("no_delegation", "This workflow does not delegate release.", "delegated_release")
        elif not option.needs.met(facts(case, command, definition)):
            yield Refusal(option.code, option.say, "delegated_release")
        else:
            yield from _basis_of_delegated(case, command)


def _basis_of_delegated(case: Case, command: c.Advise) -> Iterable[Refusal]:
    """What would need an adjudicator's reason cannot be released without an adjudicator."""
    keys = [item.key for item in case.request.items]
    advice = advice_on_decision(case.request, command.bodies, on=day_of(command.at), shared=keys)
    for each in advice:
        if each.needs_override:
            say = f"{each.say} Only an adjudicator can share against this, so release cannot be delegated."
            yield Refusal("basis_needs_adjudicator", say, "delegated_release")


def _decided_under_consent(case: Case, command: c.Advise) -> e.Decided:
    """Consent covers every item and recipient: all are shared, and no adjudicator is needed."""
    items = tuple(
        c.ItemDecision(item.key, c.ItemOutcome.SHARE, UNDER_CONSENT, "Consent covers it.")
        for item in case.request.items
    )
    return e.Decided(
        at=command.at, by=command.actor.person_id, outcome=outcome_of(items).value, delegated=True, items=items,
        harm_of_sharing=case.request.purpose.risk_of_sharing,
        harm_of_not_sharing=case.request.purpose.risk_of_not_sharing,
        conditions=command.conditions, review_by=None, would_change_it="",
        by_name=command.actor.name, position=command.actor.position,
    )  # fmt: skip


UNDER_CONSENT = "consent"
"""The reason code of a release delegated under consent."""


def release(case: Case, command: c.Release, definition: Definition) -> Events:
    approved = to_release(case)
    refuse_all((*rests_no_more(case), *content_faults(approved, command)))
    order = {key: index for index, key in enumerate(approved)}
    contents = tuple(sorted(command.contents, key=lambda content: order[content.key]))
    event = e.Released(at=command.at, by=command.actor.person_id, keys=approved, contents=contents)
    moved = with_move(case, command, definition, [event])
    review = case.decision.review_by if case.decision and not waiting(case, FollowUpKind.REVIEW_USE) else None
    return [*moved, *to_review(case, definition, due=review, at=command.at, by=event.by)]


def content_faults(approved: tuple[str, ...], command: c.Release) -> Iterable[Refusal]:
    """What stands against releasing these words: each approved item once, and no other."""
    given = [content.key for content in command.contents]
    for key in sorted(set(given) - set(approved)):
        yield Refusal("not_approved", "Only items that were approved can be released.", f"content-{key}")
    for key in approved:
        if given.count(key) > 1:
            yield Refusal("item_twice", "An item is released twice.", f"content-{key}")
        text = next((content.text for content in command.contents if content.key == key), "")
        say = "Enter the information for this item, or write that nothing is held."
        yield from needed(text, field=f"content-{key}", say=say, limit=CONTENT)
