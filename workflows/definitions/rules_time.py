"""Rules about clocks and ladders: no work without a time, no lateness that nobody is told of."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core.calendars import Length, Unit
from workflows.core.case import OVERDUE_MARK
from workflows.core.definition import RungAction, StageKind, Urgency, When
from workflows.definitions.faults import Fault
from workflows.definitions.models import RungModel
from workflows.definitions.rules_stages import NEVER_PERFORMERS, REQUESTER_KINDS
from workflows.definitions.subject import Subject

DUE = When(after_due=Length(0, Unit.HOURS))


def clocks(subject: Subject) -> Iterator[Fault]:
    """Where somebody waits for somebody there is a clock for every urgency, and a ladder."""
    for name, stage in subject.timed_stages():
        missing = [urgency.value for urgency in Urgency if urgency not in stage.clock]
        if not stage.clock:
            say = f"“{name}” has no clock, so it could wait for ever. Add clock: with a length per urgency."
            yield subject.fault("no-clock", say, "stages", name)
        elif missing:
            say = f"The clock of “{name}” has no length for {', '.join(missing)}. Add it."
            yield subject.fault("clock-urgency-missing", say, "stages", name, "clock")
        if stage.ladder is None:
            say = f"Nobody is told when “{name}” is late. Add ladder: with the name of a ladder."
            yield subject.fault("no-ladder", say, "stages", name)
    for name, stage in subject.stages():
        if stage.kind in (StageKind.DRAFT, StageKind.CLOSED) and (stage.clock or stage.ladder):
            key = "clock" if stage.clock else "ladder"
            say = f"Nobody waits at “{name}”, so no clock runs there. Delete its clock and ladder."
            yield subject.fault("clock-not-used", say, "stages", name, key)


def extensions(subject: Subject) -> Iterator[Fault]:
    """A holder's time may be extended, by roles that could, in the unit of the clock; the requester's may not."""
    for name, stage in subject.timed_stages():
        for urgency, clock in stage.clock.items():
            if (more := clock.extension) is None:
                continue
            here = ("stages", name, "clock", urgency.value, "extension")
            if stage.kind in REQUESTER_KINDS:
                say = f"The holder extends its own time, not the requester's at “{name}”. Delete extension."
                yield subject.fault("extension-not-used", say, *here)
                continue
            if more.most.unit is not clock.length.unit:
                say = f"The clock counts {clock.length.unit}, so its extension must as well. Write it so."
                yield subject.fault("extension-unit", say, *here, "most")
            if not more.roles:
                say = "Nobody could extend this time. Name roles, or delete extension."
                yield subject.fault("extension-by-nobody", say, *here, "roles")
            for index, role in enumerate(more.roles):
                if role in NEVER_PERFORMERS:
                    say = f"“{role}” cannot give more time. Delete it here."
                    yield subject.fault("role-not-for-extension", say, *here, "roles", index)


def overdue(subject: Subject) -> Iterator[Fault]:
    """Each ladder marks lateness exactly once, when the clock is due."""
    for name, rungs in subject.model.ladders.items():
        marks = [rung for rung in rungs if rung.action is RungAction.OVERDUE or rung.key == OVERDUE_MARK]
        good = len(marks) == 1 and marks[0].action is RungAction.OVERDUE and marks[0].key == OVERDUE_MARK
        if not good or any(marks[0].when.get(urgency) != DUE for urgency in Urgency):
            say = (
                f"A ladder needs exactly one rung with key: {OVERDUE_MARK}, action: overdue and, for "
                f"each urgency, when: due. Mend “{name}” so."
            )
            yield subject.fault("ladder-without-overdue", say, "ladders", name)


def rungs(subject: Subject) -> Iterator[Fault]:
    """Each rung has its own key, falls at some time, and an escalation tells somebody."""
    for name, ladder in subject.model.ladders.items():
        keys = [rung.key for rung in ladder]
        for index, rung in enumerate(ladder):
            here = ("ladders", name, index)
            if keys.index(rung.key) != index:
                say = f"Two rungs are called “{rung.key}”, so the second would never fall. Rename it."
                yield subject.fault("rung-repeated", say, *here, "key")
            if not rung.when:
                say = f"The rung “{rung.key}” never falls. Say when, for at least one urgency."
                yield subject.fault("rung-never-falls", say, *here, "when")
            yield from _told(subject, rung, name, index)


def _told(subject: Subject, rung: RungModel, name: str, index: int) -> Iterator[Fault]:
    here = ("ladders", name, index)
    if rung.action is not RungAction.ESCALATE:
        if rung.tell:
            say = f"“{rung.action}” always tells whoever has the case. Delete tell, or use action: escalate."
            yield subject.fault("rung-tell-unused", say, *here, "tell")
        return
    if not rung.tell:
        say = f"The rung “{rung.key}” escalates but tells nobody. Add tell: with a list of roles."
        yield subject.fault("rung-tells-nobody", say, *here)
    if not rung.title:
        say = "“title” is missing here. Say who is told, in words for the timeline, such as: the manager."
        yield subject.fault("missing-key", say, *here)


def escalations(subject: Subject) -> Iterator[Fault]:
    """Lateness reaches somebody besides whoever is late, for every urgency."""
    onward = (RungAction.ESCALATE, RungAction.GIVE_BACK)
    for name, stage in subject.timed_stages():
        if stage.ladder not in subject.model.ladders:
            continue
        steps = [rung for rung in subject.model.ladders[stage.ladder or ""] if rung.action in onward]
        missing = [urgency.value for urgency in Urgency if not any(urgency in rung.when for rung in steps)]
        if missing:
            say = (
                f"When “{name}” is late, nobody but whoever has it is told, for {', '.join(missing)}. "
                "Add a rung with action: escalate."
            )
            yield subject.fault("no-escalation", say, "stages", name, "ladder")


def pauses(subject: Subject) -> Iterator[Fault]:
    """A question stops the holder's clock, so waiting for its answer has an end for every urgency, and only there."""
    for name, stage in subject.stages():
        rungs_here = subject.model.ladders.get(stage.ladder or "", [])
        caps = [rung for rung in rungs_here if rung.action is RungAction.GIVE_BACK]
        here = ("stages", name, "ladder")
        if stage.kind is not StageKind.INFORMATION_NEEDED:
            if caps:
                say = f"Nobody waits for an answer at “{name}”, so nothing is given back. Name another ladder."
                yield subject.fault("give-back-misplaced", say, *here)
        elif stage.ladder in subject.model.ladders and any(
            not any(urgency in rung.when for rung in caps) for urgency in Urgency
        ):
            say = f"At “{name}” a clock could stand still for ever. End its ladder with action: give_back."
            yield subject.fault("pause-without-cap", say, *here)


def last(subject: Subject) -> Iterator[Fault]:
    """What gives a question back is the end of its ladder, and comes when the answer is late."""
    for name, ladder in subject.model.ladders.items():
        for index, rung in enumerate(ladder):
            if rung.action is not RungAction.GIVE_BACK:
                continue
            early = any(when.after_due is None for when in rung.when.values())
            if early or index < len(ladder) - 1:
                say = f"“{rung.key}” ends the waiting. Let it be the last rung, with lengths after the time is due."
                yield subject.fault("give-back-not-last", say, "ladders", name, index)


RULES = (clocks, extensions, overdue, rungs, escalations, pauses, last)
