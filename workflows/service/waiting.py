"""The reason for lateness in words: the same for a row of the board and for the page of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.clocks import length_words
from workflows.core.definition import Definition
from workflows.core.lateness import Lateness, OpenQuestion, Push, Wait, lateness
from workflows.core.unheard import Unheard, WhyUnheard, still_unheard
from workflows.service.library import Library
from workflows.store.pages import Line

LONDON = ZoneInfo("Europe/London")
_TIMES = {1: "once", 2: "twice"}


def of_case(
    case: Case,
    definition: Definition,
    library: Library,
    lines: Iterable[Line],
    *,
    waits_for: str,
    now: datetime,
    held_until: datetime | None = None,
    inside: bool = True,
) -> Lateness | None:
    """Why this case waits, from its history; None for one that nobody has to act on.

    ``inside``: whoever reads it may know who of the holder's people is away.
    """
    if case.closed or case.submitted_at is None:
        return None
    asked = case.open_question
    question = OpenQuestion(definition.stage(asked.stage).title, len(asked.items)) if asked else None
    lost = still_unheard(case.unheard, stage=case.stage, settled=case.settled)
    wait = Wait(waits_for, case.stage_since, case.clock, case.held, question, lost, held_until, inside)
    pushes = (push for line in lines if (push := _push(line)))
    running = case.clock or case.held
    return lateness(wait, pushes, library.calendar(running.calendar if running else case.calendar), now=now)


def _push(line: Line) -> Push | None:
    match line.event:
        case e.Chased():
            return Push(line.event.at, by=line.by)
        case e.Escalated():
            return Push(line.event.at, told=line.event.told, clock=line.event.clock)
        case _:
            return None


def sentences(found: Lateness) -> tuple[str, ...]:
    """The reason, one thing a sentence, that which matters first."""
    known = "at least " if found.at_least else ""
    said = [
        *unheard_words(found.unheard, inside=found.inside),
        f"Waiting for {found.waits_for} for {known}{days(found.working_days)}, since {_day(found.since)}.",
    ]
    if found.held_until is not None:
        said.append(f"Mail about it waits for working hours. It will be sent on {_hour(found.held_until)}.")
    if found.paused_since is not None:
        said.append(_paused(found))
    said += [f"Escalated to {push.told} on {_instant(push.at)}." for push in found.escalated]
    if found.chased:
        last = found.chased[-1]
        number = len(found.chased)
        times = _TIMES.get(number, f"{number} times")
        by = f" by {last.by}" if last.by else ""
        said.append(f"Chased {times}{', last' if number > 1 else ''} on {_instant(last.at)}{by}.")
    if found.extended_at is not None:
        said.append(_extended(found, found.extended_at))
    return tuple(said)


def unheard_words(unheard: Sequence[Unheard], *, inside: bool) -> tuple[str, ...]:
    """That nobody could be told, why, and who should act; once for each reason, the latest first."""
    latest = {_why_unheard(each, inside=inside): each for each in unheard}
    found = sorted(latest.items(), key=lambda pair: pair[1].at, reverse=True)
    return tuple(f"Nobody could be told on {_instant(each.at)}: {why}" for why, each in found)


def _why_unheard(each: Unheard, *, inside: bool) -> str:
    if not inside:
        return "a manager of the organisation that holds the information must act."
    return _WHY_UNHEARD[each.why, each.work]


_GIVE = "A manager must give this to somebody"
_WHY_UNHEARD = {
    (WhyUnheard.NOBODY, True): f"nobody has the role that this waits for. {_GIVE}, or the role.",
    (WhyUnheard.AWAY, True): f"whoever has this is away and not covered. {_GIVE}, or name a deputy.",
    (WhyUnheard.NOBODY, False): "nobody has the role that this is passed up to. A manager must act.",
    (WhyUnheard.AWAY, False): "whoever this is passed up to is away and not covered. A manager must act.",
}


def _extended(found: Lateness, at: datetime) -> str:
    by = " and by ".join(length_words(each) for each in found.extended)
    until = f", until {_instant(found.extended_until)}" if found.extended_until else ""
    return f"Extended by {by}{', last' if len(found.extended) > 1 else ''} on {_day(at)}{until}."


def _paused(found: Lateness) -> str:
    assert found.paused_since is not None
    why = found.paused_why
    if found.question is not None:
        about = "the whole request"
        if found.question.items:
            about = "1 item" if found.question.items == 1 else f"{found.question.items} items"
        why = f"a question about {about} was asked at “{found.question.stage_title}”"
    return f"The clock is paused since {_day(found.paused_since)} ({days(found.paused_for)}): {why}."


def days(number: int) -> str:
    """Working days in words."""
    if number < 1:
        return "less than a working day"
    return "1 working day" if number == 1 else f"{number} working days"


def _day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b}"


def _instant(at: datetime) -> str:
    return f"{_day(at)} at {at.astimezone(LONDON):%H:%M}"


def _hour(at: datetime) -> str:
    """As people say it: Monday 6 January at 9am."""
    local = at.astimezone(LONDON)
    minutes = f":{local.minute:02d}" if local.minute else ""
    return (
        f"{local:%A} {local.day} {local:%B} at {(local.hour - 1) % 12 + 1}{minutes}{'am' if local.hour < 12 else 'pm'}"
    )
