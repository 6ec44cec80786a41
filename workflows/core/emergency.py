"""Emergencies: share first, review after. The rules of the share, and of its review.

Nobody approves the share beforehand. In its place the record says who shared what with whom, when, how the caller
was checked, and how long afterwards all this was written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.followups import LONDON, FollowUpKind, opened
from workflows.core.items import outcome_of
from workflows.core.limits import CONTENT, LINE, blank, needed, text_fault
from workflows.core.refusals import Refusal
from workflows.core.routing import Events, refuse_all, with_move

MINUTE = timedelta(minutes=1)
SHARED_FOR, HELD_FOR = "risk_outweighs", "not_necessary"
"""The reason codes of what is shared in an emergency, and of what is held back."""
SPOKEN_WORDS = "Told by word of mouth. The record of the emergency share says when and by whom."
"""What stands for an item that was spoken, where nobody wrote the words down."""


def share_now(case: Case, command: c.ShareNow, definition: Definition) -> Events:
    share = command.share
    refuse_all(share_faults(case, command, definition))
    at, by = command.at, command.actor.person_id
    keys = tuple(item.key for item in case.request.items if item.key in share.items)
    held_back = tuple(item.key for item in case.request.items if item.key not in share.items)
    said_at = share.said_at or at
    decisions = _decisions(keys, held_back, share)
    purpose = case.request.purpose
    events: Events = [
        e.Decided(
            at=at, by=by, outcome=outcome_of(decisions).value, delegated=False, items=decisions,
            harm_of_sharing=purpose.risk_of_sharing, harm_of_not_sharing=purpose.risk_of_not_sharing, conditions=(),
            review_by=None, would_change_it="", by_name=command.actor.name, position=command.actor.position,
        ),
        e.SharedNow(
            at=at, by=by, keys=keys, held_back=held_back, how=share.how, said_at=said_at,
            recorded_after=recorded_after(said_at, at), call_back_verified=share.call_back_verified, told=share.told,
            said_by=share.said_by, note=share.note, why_not=share.why_not, by_name=command.actor.name,
            position=command.actor.position,
        ),
    ]  # fmt: skip
    if keys:
        words = {content.key: content.text for content in share.contents if not blank(content.text)}
        contents = tuple(c.ItemContent(key, words.get(key, SPOKEN_WORDS)) for key in keys)
        events.append(e.Released(at=at, by=by, keys=keys, contents=contents))
    return with_move(case, command, definition, events)


def recorded_after(said_at: datetime, at: datetime) -> int:
    """Whole minutes between a share and its record."""
    return max((at - said_at) // MINUTE, 0)


def _decisions(keys: tuple[str, ...], held_back: tuple[str, ...], share: c.Share) -> tuple[c.ItemDecision, ...]:
    shared = (c.ItemDecision(key, c.ItemOutcome.SHARE, SHARED_FOR) for key in keys)
    held = (c.ItemDecision(key, c.ItemOutcome.REFUSE, HELD_FOR, share.why_not) for key in held_back)
    return (*shared, *held)


def share_faults(case: Case, command: c.ShareNow, definition: Definition) -> Iterable[Refusal]:
    """Everything that stands against recording this share."""
    share = command.share
    known = [item.key for item in case.request.items]
    if set(share.items) - set(known):
        yield Refusal("foreign_item", "An item in this share is not part of the request.", "items")
    if len(set(share.items)) != len(share.items):
        yield Refusal("item_twice", "An item is shared twice. Choose each once.", "items")
    if not share.items:
        yield from needed(share.why_not, field="why_not", say="Choose what you share. If it is nothing, say why.")
    elif set(known) - set(share.items):
        yield from needed(share.why_not, field="why_not", say="Say why the rest is not shared now.")
    yield from _words_faults(share)
    yield from _spoken_faults(share)
    yield from _time_faults(command, definition)


def _words_faults(share: c.Share) -> Iterable[Refusal]:
    given = [content.key for content in share.contents]
    for key in sorted(set(given) - set(share.items)):
        yield Refusal("not_shared", "There are words for an item that is not shared. Choose it, or clear them.", key)
    for content in share.contents:
        if fault := text_fault(content.text, field=f"content-{content.key}", limit=CONTENT):
            yield fault
        elif given.count(content.key) > 1:
            yield Refusal("item_twice", "An item is shared twice.", f"content-{content.key}")
    written = {content.key for content in share.contents if not blank(content.text)}
    for key in share.items:
        if share.how is c.ShareHow.WRITTEN and key not in written:
            say = "Write the information for this item: the recipient reads it here."
            yield Refusal("missing", say, f"content-{key}")
    for name in ("note", "why_not"):
        if fault := text_fault(getattr(share, name), field=name):
            yield fault
    for name in ("told", "said_by"):
        if fault := text_fault(getattr(share, name), field=name, limit=LINE):
            yield fault


def _spoken_faults(share: c.Share) -> Iterable[Refusal]:
    if share.how is not c.ShareHow.SPOKEN or not share.items:
        return
    if blank(share.told):
        yield Refusal("missing", "Say who you spoke to: the name and role.", "told")
    if share.call_back_verified is None:
        say = "Say whether you rang back on a number that you know."
        yield Refusal("call_back_missing", say, "call_back_verified")
    elif not share.call_back_verified and blank(share.note):
        say = "You did not ring back: say how you knew who you spoke to."
        yield Refusal("check_missing", say, "note")


def _time_faults(command: c.ShareNow, definition: Definition) -> Iterable[Refusal]:
    said_at = command.share.said_at
    if said_at is None:
        return
    if said_at > command.at:
        yield Refusal("said_in_future", "The time when it was shared must not be in the future.", "said_at")
    stage = definition.of_kind(StageKind.EMERGENCY)
    limit = stage.lengths.get("late") if stage else None
    if limit is not None and command.at - said_at > timedelta(hours=limit.amount) and not command.by_manager:
        say = f"This was shared more than {limit.amount} hours ago, so a manager must record it. Ask your manager."
        yield Refusal("late_needs_manager", say, "said_at")


def review(case: Case, command: c.ReviewShare, definition: Definition) -> Events:
    refuse_all(review_faults(command))
    event = e.ShareReviewed(
        at=command.at, by=command.actor.person_id, finding=command.finding, why=command.why,
        learning=command.learning, by_name=command.actor.name, position=command.actor.position,
    )  # fmt: skip
    events = with_move(case, command, definition, [event])
    unjustified = command.finding is c.ReviewFinding.NOT_JUSTIFIED
    return [*events, _learning(case, command, definition)] if unjustified else events


LEARN = "An emergency share was found not justified. See that what the review says is learnt, and write how."
"""The learning action: what it asks for, with no word of what the share was about."""


def _learning(case: Case, command: c.ReviewShare, definition: Definition) -> e.Event:
    """Something to follow up, for the manager and for those who review."""
    length = definition.stage(case.stage).lengths.get("learning")
    due = command.at.astimezone(LONDON).date() + timedelta(days=length.amount) if length else None
    roles = (Role.MANAGER, *definition.performers(case.stage, command.type))
    return opened(
        case, kind=FollowUpKind.LEARNING, side=Side.HOLDER, roles=roles, due=due, note=LEARN, at=command.at,
        by=command.actor.person_id,
    )  # fmt: skip


def review_faults(command: c.ReviewShare) -> Iterable[Refusal]:
    """Everything that stands against this review."""
    if command.finding is c.ReviewFinding.NOT_JUSTIFIED:
        yield from needed(command.why, field="why", say="Say why the share was not justified.")
        yield from needed(command.learning, field="learning", say="Say what must be learnt from it, and by whom.")
    else:
        for name in ("why", "learning"):
            if fault := text_fault(getattr(command, name), field=name):
                yield fault
