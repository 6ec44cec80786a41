"""An open request comes to another version of its workflow, or goes back to the one that it came from.

A request keeps the version that it began on until an administrator says otherwise. She may say so only where nothing
that has been done in the request becomes something else by it: every completed step must be the same work for the same
people in both versions, and the stage where the request stands must be there, or be mapped to one of the same kind.
A clock that runs keeps the length with which it began, and steps of its ladder that have been climbed stay so.

What is compared of a completed step is who did it, what could be done, where it led and under which conditions. Its
words and its times may differ: a clock that has stopped keeps its own length on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from workflows.core.calendars import Length
from workflows.core.commanding import Command
from workflows.core.definition import CommandType, Definition, DefinitionRef, Stage
from workflows.core.happening import Event, Move
from workflows.core.refusals import Refusal, Refused

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.clocks import Clock
    from workflows.core.completing import Completion
    from workflows.core.questions import Question
    from workflows.core.silence import Silence
    from workflows.core.unheard import Unheard

Placed = TypeVar("Placed", "Clock", "Completion", "Question", "Silence", "Unheard")

Stages = tuple[tuple[str, str], ...]
"""Stages of one version, each with the stage of the other that takes its place."""

MOST_WHY = 600
"""The longest reason, in characters."""
WORDS_AND_TIMES = frozenset({"name", "title", "asked", "clocks", "ladder", "lengths", "commands"})
"""Parts of a completed stage that are not compared, or are compared by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptVersion(Command):
    """Let one open request run on another version. ``stages`` says which stage takes the place of which.

    The door fills in ``target`` (None: there is no such version), ``passed`` (the steps that have been completed) and
    whether whoever has the request by name may go on with it.
    """

    type: ClassVar[CommandType] = CommandType.ADOPT_VERSION
    to: DefinitionRef
    stages: Stages = ()
    why: str = ""
    target: Definition | None = None
    passed: tuple[str, ...] = ()
    keeps_assignee: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAdopted(Event):
    """The request runs on another version from now on. ``stages``: those that are called otherwise, as they were.

    ``kept``: the length of the clock that runs, or is paused, which stays as it was. ``handed_on``: other people have
    it now; ``unassigned``: it is no longer with one person by name. ``back``: it came from there.
    """

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "by_name"})
    before: DefinitionRef
    after: DefinitionRef
    stages: Stages
    stage: str
    why: str
    by_name: str = ""
    kept: Length | None = None
    handed_on: bool = False
    unassigned: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Adoption:
    """A change of version that can be taken back, because no step has been completed since."""

    before: DefinitionRef
    stages: Stages


def completed(happened: Iterable[Move | Stages]) -> tuple[str, ...]:
    """The steps that a request has completed, by the names of the version that it runs on, in order.

    ``happened`` are its moves and, between them, the stages that were called otherwise from then on. A stage that a
    question interrupts is not completed; it waits.
    """
    done: dict[str, None] = {}
    here = waiting = ""
    for each in happened:
        if isinstance(each, tuple):
            names = dict(each)
            done = {names.get(name, name): None for name in done}
            here, waiting = names.get(here, here), names.get(waiting, waiting)
            continue
        if each.pause:
            waiting = here
        else:
            left = (here, "" if each.resume else waiting)
            done |= dict.fromkeys(name for name in left if name)
            waiting = ""
        here = each.stage
    return tuple(done)


def came_from(case: Case, to: DefinitionRef) -> Adoption | None:
    """The change that going to this version would take back, or None."""
    last = case.undoable[-1] if case.undoable else None
    return last if last is not None and last.before == to else None


def names_for(case: Case, to: DefinitionRef, stages: Stages) -> Mapping[str, str]:
    """Which stage takes the place of which; on the way back, what the record says."""
    back = came_from(case, to)
    return {new: old for old, new in back.stages} if back else dict(stages)


def obstacles(
    case: Case, before: Definition, after: Definition, stages: Stages, *, passed: Iterable[str]
) -> tuple[Refusal, ...]:
    """Why this request cannot come from the version ``before`` to the version ``after``; empty when it can."""
    return tuple(_obstacles(case, before, after, stages, passed=passed))


def _obstacles(
    case: Case, before: Definition, after: Definition, stages: Stages, *, passed: Iterable[str]
) -> Iterator[Refusal]:
    old, new = before.ref, after.ref
    if case.closed:
        yield Refusal("adopt_closed", "It has ended: what has ended keeps its version.")
        return
    if old.workflow != new.workflow or old == new:
        yield Refusal("adopt_same", "It runs on that version already, or on another workflow.")
        return
    back = came_from(case, new)
    if back is None and new.version < old.version:
        say = "It goes back only to the version that it came from, and only while no step has been completed since."
        yield Refusal("adopt_not_back", say)
        return
    if old.variant != new.variant:
        say = f"Its organisation has chosen other times, “{old.variant}”, which version {new.version} does not have."
        yield Refusal("adopt_variant_gone", say)
    if before.silo is not after.silo:
        yield Refusal("adopt_silo", "One of the versions is in a silo of its own, and the other is not.")
    names = names_for(case, new, stages)
    here = (case.stage, *([case.back_to] if case.back_to else []))
    for name in here:
        yield from _stage_there(before.stages[name], after, names)
    if back is None:
        for name in dict.fromkeys(passed):
            yield from _step_unchanged(before.stages[name], after, names)
    yield from _words_there(case, before, after)


def _stage_there(stage: Stage, after: Definition, names: Mapping[str, str]) -> Iterator[Refusal]:
    """The stage where it stands, or to which an answer leads back."""
    version = after.ref.version
    found = after.stages.get(names.get(stage.name, stage.name))
    if found is None:
        say = f"It is at “{stage.title}”, which version {version} does not have. Name a stage that takes its place."
        yield Refusal("adopt_stage_gone", say)
    elif found.kind is not stage.kind:
        say = f"It is at “{stage.title}”, and “{found.title}” of version {version} is another kind of stage."
        yield Refusal("adopt_other_kind", say)


def _step_unchanged(stage: Stage, after: Definition, names: Mapping[str, str]) -> Iterator[Refusal]:
    version = after.ref.version
    found = after.stages.get(names.get(stage.name, stage.name))
    if found is None:
        say = f"It has completed “{stage.title}”, which version {version} does not have."
        yield Refusal("adopt_step_gone", say)
    elif not same_work(stage, found, names):
        say = f"It has completed “{stage.title}”, which is another step in version {version}."
        yield Refusal("adopt_step_changed", say)


def same_work(before: Stage, after: Stage, names: Mapping[str, str]) -> bool:
    """Whether two stages are the same work for the same people, but for what they are called and their times."""
    same = all(
        getattr(before, each.name) == getattr(after, each.name)
        for each in fields(Stage)
        if each.name not in WORDS_AND_TIMES
    )
    renamed = {
        command: replace(rule, routes=tuple(replace(each, to=names.get(each.to, each.to)) for each in rule.routes))
        for command, rule in before.commands.items()
    }
    return same and renamed == dict(after.commands)


def _words_there(case: Case, before: Definition, after: Definition) -> Iterator[Refusal]:
    """Words that the request uses must stay words of its workflow. Which ones is not said: that is what it asks for."""
    asked = case.request
    gone = {each.category for each in asked.items} & (set(before.categories) - set(after.categories))
    gone |= {asked.purpose.threshold} & (set(before.thresholds) - set(after.thresholds))
    given = {code for decision in case.decisions for each in decision.items for code in (each.reason, each.also)}
    gone |= given & ({each.code for each in before.reasons} - {each.code for each in after.reasons})
    if gone:
        say = f"It uses a kind of item, a kind of concern or a reason that version {after.ref.version} does not have."
        yield Refusal("adopt_words_gone", say)


def adopt(case: Case, command: AdoptVersion, definition: Definition) -> list[Event]:
    """The rule of AdoptVersion. Raises Refused with everything that stands against it."""
    target = command.target
    if target is None:
        raise Refused(Refusal("adopt_unknown", "This version has not been published."))
    if not command.why.strip() or len(command.why) > MOST_WHY:
        raise Refused(Refusal("words_missing", f"Say why, in at most {MOST_WHY} characters.", field="why"))
    found = obstacles(case, definition, target, command.stages, passed=command.passed)
    if found:
        raise Refused(found)
    names = names_for(case, target.ref, command.stages)
    stage = names.get(case.stage, case.stage)
    unassigned = bool(case.assignee) and not command.keeps_assignee
    clock = case.clock or case.held
    return [
        VersionAdopted(
            at=command.at, by=command.actor.person_id, before=case.definition, after=target.ref,
            stages=tuple(sorted(names.items())), stage=stage, why=command.why, by_name=command.actor.name,
            kept=clock.length if clock else None, unassigned=unassigned,
            handed_on=unassigned or definition.stage(case.stage).roles != target.stage(stage).roles,
            back=came_from(case, target.ref) is not None,
        )
    ]  # fmt: skip


def adopted(case: Case, event: VersionAdopted) -> Case:
    """The fold: the version, and the stages by the names that they have there."""
    names = dict(event.stages)
    clock, held = (_renamed(each, names) if each else None for each in (case.clock, case.held))
    return replace(
        case,
        definition=event.after,
        stage=event.stage,
        back_to=names.get(case.back_to, case.back_to),
        clock=clock,
        held=held,
        past_clocks=tuple(_renamed(each, names) for each in case.past_clocks),
        questions=tuple(_renamed(each, names) for each in case.questions),
        completions=tuple(_renamed(each, names) for each in case.completions),
        silences=tuple(_renamed(each, names) for each in case.silences),
        unheard=tuple(_renamed(each, names) for each in case.unheard),
        assignee="" if event.unassigned else case.assignee,
        undoable=case.undoable[:-1] if event.back else (*case.undoable, Adoption(event.before, event.stages)),
    )


def _renamed(each: Placed, names: Mapping[str, str]) -> Placed:
    """The same with its stage by its name in the other version."""
    return replace(each, stage=names.get(each.stage, each.stage))
