"""What a simulation found, in words: for its pages, its file and the shell. References, titles and dates only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from webapp.context import clock_text
from webapp.views.showing import counted, joined, long_date
from workflows.core.simulated import KINDS, MOST, PARTIAL, Chosen, Difference, Kind
from workflows.core.simulating_report import Summary
from workflows.core.timeliness import Result
from workflows.service.simulation import Run

RESULTS: Mapping[Result | None, str] = {
    Result.IN_TIME: "In time",
    Result.LATE: "Late",
    Result.NOT_COUNTED: "Not counted (withdrawn)",
    None: "Not known: another route",
}
NO_LIMIT = "No time limit"
STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("not_started", "Waiting for a worker"),
    "running": ("in_progress", "Running"),
    "done": ("completed", "Done"),
    "stopped": ("problem", "Stopped"),
}
"""The state of a run: its tag, and its words."""
WHY: Mapping[str, str] = {
    "worker": "The process that ran it was lost several times, so it was stopped.",
    "time": "It took too long, so it was stopped. Choose fewer requests.",
    "fault": "Something went wrong while it ran, so it was stopped. Whoever runs Gatehouse finds it in the log.",
    "text": "The text of the version does not run any more, so it was stopped.",
}
NOTHING_KEPT = "There is no report, and nothing was changed."
HEAD = ("Request", "Stage", "On record", "Under this version", "Note")


def title_of(run: Run) -> str:
    """What was tried: a workflow and the version that its text names."""
    return f"{run.workflow}, version {run.version}"


def chosen_words(chosen: Chosen, organisations: Mapping[str, str]) -> str:
    """Which requests were chosen, in a sentence."""
    parts = [{"open": "Open requests", "closed": "Closed requests"}.get(chosen.state, "Open and closed requests")]
    if chosen.urgency is not None:
        parts.append(f"that are {chosen.urgency.value}")
    if chosen.organisation:
        parts.append(f"held by {organisations.get(chosen.organisation, 'another organisation')}")
    if chosen.since and chosen.until:
        parts.append(f"sent from {long_date(chosen.since)} to {long_date(chosen.until)}")
    elif chosen.since:
        parts.append(f"sent since {long_date(chosen.since)}")
    elif chosen.until:
        parts.append(f"sent up to {long_date(chosen.until)}")
    if chosen.pack:
        parts.append(f"as if the pack {chosen.pack} had been theirs")
    parts.append(f"at most {chosen.most:,}, those sent last first")
    return ", ".join(parts)


HAD: Mapping[Kind, str] = {
    Kind.RESULT: "another timeliness result",
    Kind.DUE: "another due date",
    Kind.ROUTE: "another route",
    Kind.DECIDER: "other people who could act",
    Kind.REFUSED: "a step that asks for more first",
    Kind.DEAD_END: "a dead end",
}
"""What a request would have had."""


APART = (
    "Only the roles of this workflow itself may know that its requests exist, so they are in no report that others "
    "read, and were not looked at."
)
"""What stands where a workflow keeps its requests from everybody else."""


def said(found: Summary) -> str:
    """The report in two sentences."""
    if not found.requests:
        return APART if found.apart else "No request fits what was chosen, so there was nothing to compare."
    looked = f"{counted_many(found.requests)} {'was' if found.requests == 1 else 'were'} looked at"
    had = joined([f"{number:,} with {HAD[kind]}" for kind, number in found.kinds if number])
    if not had:
        return f"{looked}. None would have gone otherwise."
    same = f"{found.same:,} would have gone in every way as {'it' if found.same == 1 else 'they'} did."
    return f"{looked}: {had}. {same}"


def counted_many(number: int) -> str:
    """So many requests."""
    return f"{number:,} {'request' if number == 1 else 'requests'}"


def before_words(each: Difference) -> str:
    """What the record says."""
    match each.kind:
        case Kind.DUE:
            return clock_text(each.due_before) if each.due_before else NO_LIMIT
        case Kind.RESULT:
            return _result(each.before, each)
        case _:
            return each.before


def after_words(each: Difference) -> str:
    """What the version would give."""
    match each.kind:
        case Kind.DUE:
            return clock_text(each.due_after) if each.due_after else NO_LIMIT
        case Kind.RESULT:
            return _result(each.after, each, after=True)
        case _:
            return each.after


def _result(code: str, each: Difference, *, after: bool = False) -> str:
    due = each.due_after if after else each.due_before
    words = RESULTS[Result(code)]
    return f"{words}: due {clock_text(due)}" if due else words


def note_words(each: Difference, *, open_now: bool) -> str:
    """When it happened, at how many further stages the same is so, and what else is to be said."""
    parts = []
    if each.kind is Kind.RESULT:
        parts.append("By now, still open." if open_now else f"Ended {clock_text(each.at)}.")
    elif each.kind is not Kind.DUE:
        parts.append(f"{clock_text(each.at)}.")
    if each.more:
        parts.append(f"So at {counted(each.more, 'further stage')}.")
    return " ".join([*parts, each.note]).strip()


def result_rows(found: Summary) -> list[tuple[str, str, str]]:
    """How results would change: on record, under the version, how many."""
    return [(RESULTS[before], RESULTS[after], f"{number:,}") for before, after, number in found.results]


def partial_words(found: Summary) -> list[str]:
    """Requests that could not be compared in every way, and why."""
    return [f"{counted_many(number)}: {PARTIAL[why][:1].lower()}{PARTIAL[why][1:]}." for why, number in found.partial]


def lines(found: Summary, organisations: Mapping[str, str]) -> Iterator[str]:
    """The report for the shell."""
    yield said(found)
    for kind, number in found.kinds:
        yield f"{KINDS[kind][0]:28} {number:>7,}"
    for before, after, count in result_rows(found):
        yield f"  {before} -> {after}: {count}"
    for before, after, times in found.routes:
        yield f"  {before} -> {after}: {times:,}"
    for gap in found.unmanned:
        place = organisations.get(gap.holder, gap.holder)
        yield f"Nobody today at {place}: {gap.stage} (needs {gap.who}; {counted_many(gap.came)} came there)"
    for words in partial_words(found):
        yield f"Not compared in every way: {words}"
    for kind, top in found.top:
        if top:
            yield ""
            yield f"{KINDS[kind][0]}: the first {len(top)}"
        for each in top:
            difference = each.difference
            note = note_words(difference, open_now=each.open)
            yield (
                f"  {each.reference:12} {difference.stage}: {before_words(difference)} -> {after_words(difference)}"
                f"{f'  ({note})' if note else ''}"
            )


def most_words() -> str:
    """How many one run looks at."""
    return f"From 1 to {MOST:,}. Those sent last are looked at first."
