"""A case's history in words: what happened, when, by whom, with the reason where it may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from workflows.core import events as e
from workflows.core.clocks import length_words
from workflows.core.commands import CLOCK, PUBLIC, AdviceType, ItemOutcome, ReviewFinding
from workflows.core.definition import Definition
from workflows.core.permissions import Relation
from workflows.core.silence import AwayThen
from workflows.core.unheard import WhyUnheard
from workflows.core.uses import UseOutcome
from workflows.core.visibility import Look
from workflows.service import followups
from workflows.service.cpis_words import cpis_said
from workflows.service.views import TimelineEntry
from workflows.store.pages import Line

ADVICE_WORDS: dict[AdviceType, str] = {
    AdviceType.SUPPORTS: "supports sharing",
    AdviceType.SUPPORTS_WITH_CONDITIONS: "supports sharing with conditions",
    AdviceType.DOES_NOT_SUPPORT: "does not support sharing",
    AdviceType.INSUFFICIENT_INFORMATION: "there is not enough information",
    AdviceType.OUT_OF_SCOPE: "out of scope",
}

FINDING_WORDS: dict[ReviewFinding, str] = {
    ReviewFinding.PROPORTIONATE: "proportionate",
    ReviewFinding.NOT_JUSTIFIED: "not justified",
}


LONDON = ZoneInfo("Europe/London")
SECOND = timedelta(seconds=1)
INSIDE = frozenset({Relation.WORKER, Relation.HOLDER_MANAGER})
"""Who may know who of the holder's people is away, and what is said among them."""
USE_WORDS = {UseOutcome.CONTINUE: "it goes on", UseOutcome.CHANGE: "it is changed", UseOutcome.END: "it ends"}


def timeline(lines: list[Line], seen: Look, definition: Definition) -> tuple[TimelineEntry, ...]:
    """Newest first. What this person may not read is left out, not blanked."""
    tasks, titles = followups.tasks_of(lines), _titles(lines, definition)
    entries = [entry for line in lines for entry in _entries(line, seen, titles, tasks)]
    return tuple(reversed(entries))


def _titles(lines: list[Line], definition: Definition) -> dict[str, str]:
    """Stages by every name that they have had: a request that came to another version went by other names before."""
    titles = {name: stage.title for name, stage in definition.stages.items()}
    for event in (line.event for line in reversed(lines)):
        if isinstance(event, e.VersionAdopted):
            titles |= {old: titles[new] for old, new in event.stages if old not in titles and new in titles}
    return titles


def _entries(
    line: Line, seen: Look, titles: dict[str, str], tasks: dict[int, e.FollowUpOpened]
) -> Iterator[TimelineEntry]:
    event = line.event
    said = (
        _form_said(event, titles) or _said(event, seen) or cpis_said(event, seen) or followups.said(event, seen, tasks)
    )
    if said is None:
        return
    title, words = said
    by = line.by or (PUBLIC.name if isinstance(event, e.Started | e.Submitted) else CLOCK.name)
    yield TimelineEntry(event.at, title, by, words)
    if event.move is not None and not isinstance(event, e.Started):
        yield TimelineEntry(event.at, f"Moved to {titles.get(event.move.stage, event.move.stage)}", by)


def _form_said(event: e.Event, titles: dict[str, str]) -> tuple[str, str] | None:
    """What was done on a form, as the workflow itself calls it; what was answered stands in the cards of the case."""
    match event:
        case e.Started(public=True):
            first = event.move.stage if event.move else ""
            return f"{titles.get(first, first)}: received", ""
        case e.StageCompleted():
            return f"{titles.get(event.stage, event.stage)}: completed", ""
        case _:
            return None


def _said(event: e.Event, seen: Look) -> tuple[str, str] | None:
    match event:
        case e.Started():
            return _started(event, seen)
        case e.Submitted():
            return "Request sent", ""
        case e.Withdrawn():
            return "Withdrawn", event.reason if seen.request else ""
        case e.ConsentRecorded():
            return "Consent checked", event.note if seen.consent_note else ""
        case e.ConsentTakenBack():
            return "Consent taken back", f"{event.person}. {event.note}".strip() if seen.request else ""
        case e.Asked():
            return "Question asked", event.question if seen.questions else ""
        case e.Answered():
            return "Question answered", event.answer if seen.questions else ""
        case e.Advised():
            return _advised(event, seen)
        case e.Redirected():
            return "Redirected as out of scope", event.redirect if seen.request else ""
        case e.Decided():
            return _decided(event, seen)
        case e.Released():
            return "Released", f"{len(event.keys)} released to the named recipients." if seen.decision else ""
        case e.SharedNow():
            return _shared_now(event, seen)
        case e.ShareReviewed():
            return _share_reviewed(event, seen)
        case e.Chased():
            return "Chased by a manager", ""
        case e.Reassigned():
            inside = seen.relations & INSIDE
            return "Reassigned", event.reason if inside else ""
        case e.AdjudicatorVoted() | e.SecondAdjudicatorDemanded():
            return _panel(event, seen)
        case e.ConflictDeclared():
            inside = seen.relations & INSIDE
            return ("Stood aside: conflict of interest", event.reason) if inside else None
        case e.IdentityAsked() | e.IdentityGranted() | e.IdentityRefused():
            return _revealed(event) if Relation.WORKER in seen.relations else None
        case _:
            return _clock_said(event, seen) or _round_said(event, seen)


def _started(event: e.Started, seen: Look) -> tuple[str, str]:
    """The reference in the other system is the requester's own: it may tell of somebody."""
    if not event.system:
        return "Request started", ""
    who = " by whoever runs this service, in the requester’s name" if event.by_operator else ""
    if event.account:
        who = f" by the account “{event.account_name}”, in the requester’s name"
    reference = f"Its reference there: {event.system_reference}." if event.system_reference else ""
    return f"Request brought in from {event.system}{who}", reference if Relation.OWNER in seen.relations else ""


def _clock_said(event: e.Event, seen: Look) -> tuple[str, str] | None:
    """What the clock did, and what was done to it."""
    match event:
        case e.ClockExtended():
            return f"Time extended by {length_words(event.more)}", event.reason if knows_why(seen) else ""
        case e.ClockRecounted():
            return "Counted by newer bank holidays or closure days", "The due date moved." if event.moved else ""
        case e.VersionAdopted():
            return _adopted(event, seen)
        case e.QuestionGivenBack():
            return f"Question {event.number} not answered: the clock runs on without it", ""
        case e.Reminded():
            return "Reminder sent", ""
        case e.BecameOverdue():
            return "Became overdue", ""
        case e.NotSharedByDefault():
            return "Not shared by default", silent_words(event.who, event.away if seen.relations & INSIDE else ())
        case e.Escalated():
            return f"Escalated to {event.told}", ""
        case e.NobodyTold():
            away = event.why is WhyUnheard.AWAY and bool(seen.relations & INSIDE)
            return "Nobody could be told", "Whoever it was for was away, and not covered." if away else ""
        case _:
            return None


def _adopted(event: e.VersionAdopted, seen: Look) -> tuple[str, str]:
    """Another version of the workflow: what it did to the clock is said to all, why to those who work there."""
    way = "went back to" if event.back else "came to"
    kept = "The time that is running stays as long as it was." if event.kept else ""
    why = event.why if seen.relations & INSIDE else ""
    return f"The request {way} version {event.after.version} of its workflow", f"{kept} {why}".strip()


def knows_why(seen: Look) -> bool:
    """Whether the reason for more time may be read: by whoever works on the request, manages that, or made it."""
    return bool(seen.relations & {Relation.OWNER, Relation.WORKER, Relation.HOLDER_MANAGER})


def _round_said(event: e.Event, seen: Look) -> tuple[str, str] | None:
    """Further rounds, and reviews of a use that continues."""
    match event:
        case e.Reopened():
            return "Reopened with new information", event.new_information if seen.questions else ""
        case e.Challenged():
            return "Decision challenged", event.grounds if seen.questions else ""
        case e.SentBack():
            return "Sent back for more advice", event.why if seen.advice else ""
        case e.UseReviewed():
            return (
                f"Continuing use reviewed: {USE_WORDS[event.outcome]}",
                event.change or event.why if seen.decision else "",
            )
        case e.UseReviewMissed():
            return "Paused: the review of a continuing use was missed", ""
        case _:
            return None


def _panel(event: e.AdjudicatorVoted | e.SecondAdjudicatorDemanded, seen: Look) -> tuple[str, str] | None:
    """Inside the holder only; what somebody voted is in no line of the history, only that she did."""
    if not seen.relations & INSIDE:
        return None
    if isinstance(event, e.AdjudicatorVoted):
        return "One of two adjudicators has decided", ""
    return "A second adjudicator was asked for", event.reason if Relation.WORKER in seen.relations else ""


def _revealed(event: e.IdentityAsked | e.IdentityGranted | e.IdentityRefused) -> tuple[str, str]:
    match event:
        case e.IdentityAsked():
            return f"Asked to see who {event.label} is", event.reason
        case e.IdentityGranted():
            return "Showed an identity for a time", event.answer
        case e.IdentityRefused():
            return "Refused to show an identity", event.answer


def silent_words(who: str, away: Iterable[AwayThen] = ()) -> str:
    """What it means that a holder's time ran out, who had the request, and who of them was away."""
    had = f" {who[:1].upper()}{who[1:]} had it." if who else ""
    gone = "".join(f" {away_words(each)}" for each in away)
    return f"The time ran out, which counts as a decision not to share until somebody decides.{had}{gone}"


def away_words(away: AwayThen) -> str:
    """From when until when somebody was away, and who was to stand in."""
    first, last = (at.astimezone(LONDON) for at in (away.start, away.until - SECOND))
    deputies = ", then ".join(away.deputies) or "none"
    return f"{away.name} was away from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}, deputies: {deputies}."


def _advised(event: e.Advised, seen: Look) -> tuple[str, str]:
    if not seen.advice:
        return "Advice given", ""
    words = "; ".join(part for part in (event.why, *event.conditions) if part)
    return f"Advice: {ADVICE_WORDS[event.advice]}", words


def _decided(event: e.Decided, seen: Look) -> tuple[str, str]:
    if not seen.decision:
        return "Decided", ""
    shared = sum(item.outcome is not ItemOutcome.REFUSE for item in event.items)
    how = "Release approved under consent" if event.delegated else "Decided"
    return how, f"{shared} of {len(event.items)} items to be shared."


def _shared_now(event: e.SharedNow, seen: Look) -> tuple[str, str]:
    count = len(event.keys)
    title = "Shared in an emergency, before review" if count else "Nothing shared in the emergency"
    words = "" if event.recorded_after < 1 else f"Recorded {minutes_words(event.recorded_after)} after it was shared."
    return title, " ".join(part for part in (words, event.why_not if seen.decision else "") if part)


def minutes_words(minutes: int) -> str:
    """A number of minutes as people say it: "6 minutes", "2 hours 5 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (rest, "minute"))]
    return " ".join(part for part, number in zip(parts, (hours, rest), strict=True) if number) or "less than a minute"


def _share_reviewed(event: e.ShareReviewed, seen: Look) -> tuple[str, str]:
    words = "; ".join(part for part in (event.why, event.learning) if part)
    return f"Emergency share reviewed: {FINDING_WORDS[event.finding]}", words if seen.advice else ""
