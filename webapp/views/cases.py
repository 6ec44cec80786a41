"""The case page: where a request stands, what happens next, what it says, and its history."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.answer_cards import answer_cards
from webapp.views.case_cards import cards
from webapp.views.case_words import ACTS, OUTCOMES
from webapp.views.desk import me, open_case, told
from webapp.views.reveal_cards import reveal_cards, shown_now
from webapp.views.showing import TimeView, counted, day_of, due_words, joined, long_instant, time_view
from workflows.core.definition import IDENTITY_COMMANDS, CommandType, Side, StageKind
from workflows.core.followups import FollowUpKind
from workflows.core.permissions import Relation
from workflows.core.uses import UseState
from workflows.core.visibility import Identity
from workflows.service.views import CasePage, FollowUpView, Step
from workflows.service.waiting import sentences, unheard_words

blueprint = Blueprint("cases", __name__)


@dataclass(frozen=True, slots=True)
class Next:
    """The box "What happens next": a sentence, acts that are open, and acts that are closed with the reason."""

    text: str
    acts: tuple[dict[str, str], ...]
    closed: tuple[dict[str, str], ...]


@blueprint.get("/cases/<uuid:case_id>")
@signed_in
def page(case_id: uuid.UUID) -> Response | str:
    """One case, as far as this person may see it."""
    found = open_case(case_id, revealed=True)
    if found.kind is StageKind.DRAFT:
        return redirect(url_for("requests.tasks", case_id=case_id), 303)
    return render_template(
        "cases/page.html",
        page=found,
        stage=stage_tag(found),
        time=clock_of(found),
        next=next_box(found),
        cards=(*answer_cards(found), *cards(found), *reveal_cards(found)),
        shown=shown_now(found),
        to_do=[_to_do(found, each) for each in found.follow_ups],
        history=told(found.timeline),
        unheard=unheard_words(found.late.unheard, inside=found.late.inside) if found.late else (),
        why_late=sentences(found.late) if found.late else (),
        fallen=[f"{_capital(each.words)}: {long_instant(each.at)}" for each in found.steps if each.done],
        to_come=_to_come(found.steps),
        only_manages=found.request is None and found.counts is None,
        has_record=bool(found.decisions),
        has_letter=_has_letter(found),
        mine=found.my_contents,
    )


def _has_letter(found: CasePage) -> bool:
    """Whether the applicant is to be told that it is over, by whoever looks."""
    own = found.definition.outcomes.get(found.outcome)
    return bool(own and own.letter and found.closed_at and found.look.identity is Identity.FULL)


def _to_come(steps: tuple[Step, ...]) -> list[str]:
    """The steps that are still to come, in words; what falls at one moment in one line."""
    lines: dict[str, list[str]] = {}
    for step in steps:
        if not step.done:
            lines.setdefault(long_instant(step.at), []).append(step.words)
    said = [f"{joined(words)} on {when}" for when, words in lines.items()]
    return [f"{'Then' if number else 'Next'}: {each}" for number, each in enumerate(said)]


def _to_do(found: CasePage, task: FollowUpView) -> dict[str, object]:
    """One follow-up as the page writes it."""
    if task.done_at is not None:
        by = f" by {task.done_by}" if task.done_by else ""
        lines = (f"Done on {day_of(task.done_at)}{by}", task.done_note)
    else:
        lines = (f"{due_words(task.due, late=task.late)}, by {task.who}", task.note)
    review = task.kind is FollowUpKind.REVIEW_USE and found.use is not UseState.ENDED
    there = (
        url_for("rounds.review_use", case_id=found.id)
        if review
        else url_for("followups.finish", case_id=found.id, number=task.number)
    )
    url = there if task.mine else ""
    return {"title": task.title, "lines": [line for line in lines if line], "url": url}


def stage_tag(found: CasePage) -> tuple[str, str]:
    """The status key and the words of the stage."""
    return (found.outcome if found.closed_at and found.outcome else found.kind.value, found.stage.title)


def clock_of(found: CasePage) -> TimeView | None:
    """The time left, where somebody still has to act."""
    return None if found.closed_at else time_view(found.time_left, why=found.why_this_date)


_RANK = {
    command: rank
    for rank, command in enumerate(
        (
            CommandType.GRANT_IDENTITY,
            CommandType.ASK,
            CommandType.SEND_BACK,
            CommandType.CHALLENGE,
            CommandType.WITHDRAW,
            CommandType.CHASE,
            CommandType.REASSIGN,
            CommandType.EXTEND,
            CommandType.ASK_IDENTITY,
            CommandType.DEMAND_SECOND,
            CommandType.DECLARE_CONFLICT,
            CommandType.WITHDRAW_CONSENT,
            CommandType.RECORD_CPIS_CHECK,
        ),
        1,
    )
}
"""The stage's own work is the main act; these come after it."""


_LINKS = frozenset(
    {
        CommandType.DECLARE_CONFLICT,
        CommandType.DEMAND_SECOND,
        CommandType.ASK_IDENTITY,
        CommandType.WITHDRAW_CONSENT,
        CommandType.RECORD_CPIS_CHECK,
    }
)
"""Acts that are seldom wanted: links, not buttons."""


def next_box(found: CasePage) -> Next:
    """What happens next, for the one who looks."""
    acts, closed = [], []
    for offer in sorted(found.offers, key=lambda offer: _RANK.get(offer.command, 0)):
        if offer.command not in ACTS or offer.command is CommandType.SAVE:
            continue
        words, endpoint = ACTS[offer.command]
        if offer.command is CommandType.COMPLETE:
            words = found.stage.asked
        if offer.command is CommandType.WITHDRAW and found.public:
            words, endpoint = "Record that the application was taken back", "stage_forms.ask_withdrawn"
        if offer.command is CommandType.DECIDE and found.items:
            words = f"Decide {counted(len(found.items), 'item')}"
        if offer.refusal is not None:
            closed.append({"text": words, "reason": offer.refusal.say})
        elif offer.command is CommandType.REASSIGN:
            url = url_for(endpoint, org=found.holder_org_id, case=found.id)
            acts.append({"text": words, "url": url})
        else:
            # Taking the request back, or leaving it to others, must never be the most prominent thing on the page.
            quiet = "yes" if offer.command is CommandType.WITHDRAW else ""
            link = "yes" if offer.command in _LINKS else ""
            acts.append({"text": words, "url": url_for(endpoint, case_id=found.id), "quiet": quiet, "link": link})
    return Next(_next_words(found, may_act=bool(acts)), tuple(acts), tuple(_merged(closed)))


def _merged(closed: list[dict[str, str]]) -> list[dict[str, str]]:
    """Acts that are closed for the same reason in one line: the reason is read once."""
    reasons: dict[str, list[str]] = {}
    for act in closed:
        reasons.setdefault(act["reason"], []).append(act["text"])
    return [
        {
            "text": joined([texts[0], *(text[:1].lower() + text[1:] for text in texts[1:])]),
            "verb": "is" if len(texts) == 1 else "are",
            "reason": reason,
        }
        for reason, texts in reasons.items()
    ]


def _next_words(found: CasePage, *, may_act: bool) -> str:
    if found.closed_at is not None:
        ended = OUTCOMES.get(found.outcome, found.stage.title)
        if found.use is UseState.PAUSED:
            return f"{ended}, and paused: the day of its review has passed. Nothing can be read until that is done."
        if found.use is UseState.ENDED:
            return f"{ended}. The sharing was looked at again and has ended."
        return f"Nothing more is to be done. {ended} on {long_instant(found.closed_at)}."
    owner = Relation.OWNER in found.look.relations
    if found.stage.side is Side.REQUESTER:
        return _while_waiting(found, owner=owner)
    working = any(offer.open and offer.command not in _MINDING for offer in found.offers)
    if working and not owner:
        count = counted(len(found.items), "item")
        return f"This waits for you. {found.stage.asked.replace('{items}', count)}."
    who = found.awaits if found.awaits != me().name else "you"
    return f"{_capital(who)} at {found.holder_org_name} has the next move: {_asked(found)}."


_MINDING = IDENTITY_COMMANDS | {
    CommandType.CHASE,
    CommandType.REASSIGN,
    CommandType.EXTEND,
    CommandType.WITHDRAW,
    CommandType.WITHDRAW_CONSENT,
    CommandType.RECORD_CPIS_CHECK,
    CommandType.DECLARE_CONFLICT,
    CommandType.DEMAND_SECOND,
}


def _while_waiting(found: CasePage, *, owner: bool) -> str:
    question = next((each for each in reversed(found.questions) if each.waits), None)
    if owner:
        asked = f" They ask: “{question.question}”" if question else ""
        return f"{found.holder_org_name} needs something from you before it can go on.{asked}"
    return f"{found.requester_name} of {found.requester_org_name} owes an answer. The clock stands still meanwhile."


def _asked(found: CasePage) -> str:
    words = found.stage.asked.replace("{items}", counted(len(found.items), "item") if found.items else "the items")
    return words[:1].lower() + words[1:]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
