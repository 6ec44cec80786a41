"""A version of a workflow in words: stages, what can be done there, times and ladders. For pages, never for rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from webapp.views.case_cards import Row, row
from webapp.views.permission_words import command_words
from webapp.views.showing import joined
from workflows.core.case import Outcome
from workflows.core.clocks import length_words
from workflows.core.definition import (
    BACK,
    ClockRule,
    CommandType,
    Definition,
    Need,
    Role,
    Rung,
    RungAction,
    Side,
    Stage,
    StageKind,
    Urgency,
    When,
)
from workflows.core.field_kinds import Field, FieldClass
from workflows.core.permissions import ROLE_TITLES

KINDS: Mapping[StageKind, str] = {
    StageKind.DRAFT: "Draft: the request is written",
    StageKind.CHECK: "Check of consent and openness",
    StageKind.ADVICE: "Advice, which binds nobody",
    StageKind.ADJUDICATION: "Decision, item by item",
    StageKind.INFORMATION_NEEDED: "Waiting for an answer of the requester",
    StageKind.RELEASE: "Release of what was decided",
    StageKind.EMERGENCY: "Sharing in an emergency",
    StageKind.REVIEW: "Review of what was shared in an emergency",
    StageKind.ENQUIRY: "Work that is recorded on a form",
    StageKind.RULING: "Decision on a form",
    StageKind.CLOSED: "The end",
}
SIDES: Mapping[Side, str] = {Side.REQUESTER: "The requester", Side.HOLDER: "The holder", Side.NOBODY: "Nobody"}
URGENCIES: Mapping[Urgency, str] = {
    Urgency.ROUTINE: "Routine",
    Urgency.PRIORITY: "Priority",
    Urgency.EMERGENCY: "Emergency",
}
OUTCOMES: Mapping[str, str] = {
    Outcome.SHARED: "shared",
    Outcome.PARTLY_SHARED: "partly shared",
    Outcome.DECLINED: "declined",
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.REDIRECTED: "redirected",
}
ACTIONS: Mapping[RungAction, str] = {
    RungAction.REMIND: "Whoever has it is reminded",
    RungAction.OVERDUE: "It is marked as overdue",
    RungAction.ESCALATE: "Told",
    RungAction.GIVE_BACK: "The question goes back unanswered",
}


@dataclass(frozen=True, slots=True)
class StageWords:
    """One stage as the page writes it."""

    id: str
    title: str
    rows: tuple[Row, ...]
    ladder: tuple[tuple[str, ...], ...]
    """For each step: what happens, and when for each urgency."""


def kind_words(kind: StageKind) -> str:
    """What is done at stages of a kind."""
    return KINDS.get(kind) or kind.value.replace("_", " ").capitalize()


def role_list(roles: tuple[Role, ...]) -> str:
    """Roles in a line."""
    return joined([ROLE_TITLES[each] for each in roles], last="or") if roles else "Nobody"


def stages(definition: Definition) -> list[StageWords]:
    """Every stage, in the order of the file."""
    return [stage_words(definition, stage) for stage in definition.stages.values()]


def stage_id(name: str) -> str:
    """What a stage is called in the page's address of a part."""
    return f"stage-{name.replace('_', '-')}"


def stage_words(definition: Definition, stage: Stage) -> StageWords:
    """One stage."""
    rows = [row("What it is for", kind_words(stage.kind))]
    if stage.kind is StageKind.CLOSED:
        rows.append(row("How the request has ended", _outcome(definition, stage.outcome)))
    else:
        rows.append(row("Whose move", SIDES[stage.side]))
        rows.append(row("Who works here", role_list(stage.roles)))
    acts = [act_words(definition, stage, command) for command in stage.commands]
    if acts:
        rows.append(row("What can be done", acts))
    if stage.fields:
        rows.append(row("What it asks", [field_words(each) for each in stage.fields]))
    needs = [each for rule in stage.commands.values() for each in (*rule.needs, *rule.options.values())]
    if needs:
        rows.append(row("What must hold", [need_words(each) for each in needs]))
    if stage.clocks:
        rows.append(row("Time there is", [clock_words(each, rule) for each, rule in stage.clocks.items()]))
    rows.extend(row(name.replace("_", " ").capitalize(), length_words(each)) for name, each in stage.lengths.items())
    return StageWords(stage_id(stage.name), stage.title, tuple(rows), tuple(_steps(stage.ladder)))


def act_words(definition: Definition, stage: Stage, command: CommandType) -> Markup:
    """A command of a stage: what it is called, who of the stage may give it, and where it leads."""
    rule = stage.commands[command]
    only = f" ({role_list(rule.roles)} only)" if rule.roles else ""
    ways = Markup("; ").join(
        _way(definition, each.to, each.when.text if each.when else "", several=len(rule.routes) > 1)
        for each in rule.routes
    )  # fmt: skip
    leads = Markup(" leads to {}").format(ways) if ways else ""
    return Markup("{}{}{}").format(command_words(command), only, leads)


def _outcome(definition: Definition, code: str) -> str:
    own = definition.outcomes.get(code)
    return own.title if own else OUTCOMES.get(code, code).capitalize()


CLASSES: Mapping[FieldClass, str] = {
    FieldClass.IDENTITY: "tells who somebody is",
    FieldClass.PROTECTED: "protected",
    FieldClass.PLAIN: "plain",
}


def field_words(field: Field) -> Markup:
    """A field of a stage: what it asks, who may read it, and when it is asked."""
    free = "" if field.required else ", may stay empty"
    when = Markup(", asked when <code>{}</code>").format(field.when.text) if field.when else ""
    return Markup("{} ({}{}{})").format(field.title, CLASSES[field.read_by], free, when)


def need_words(need: Need) -> Markup:
    """What must hold before something can be done: what people are told when it does not, and the condition."""
    return Markup("{} <code>{}</code>").format(need.say, need.needs.text)


def _way(definition: Definition, to: str, when: str, *, several: bool) -> Markup:
    title = "where the question came from" if to == BACK else f"“{title_of(definition, to)}”"
    if when:
        return Markup("{} when <code>{}</code>").format(title, when)
    return Markup("{}{}").format("otherwise " if several else "", title)


def title_of(definition: Definition, stage: str) -> str:
    """The title of a stage; its name where there is no such stage."""
    found = definition.stages.get(stage)
    return found.title if found else stage


def clock_words(urgency: Urgency, rule: ClockRule) -> str:
    """How long there is for an urgency, and how much more may be given by whom."""
    more = rule.extension
    longer = f"; {role_list(more.roles)} may give up to {length_words(more.most)} more" if more else ""
    return f"{URGENCIES[urgency]}: {length_words(rule.length)}{longer}"


def _steps(ladder: tuple[Rung, ...]) -> Iterator[tuple[str, ...]]:
    for rung in ladder:
        yield (rung_words(rung), *(when_words(rung.when.get(each)) for each in Urgency))


def rung_words(rung: Rung) -> str:
    """What a step of a ladder does."""
    if rung.action is RungAction.ESCALATE:
        return f"{rung.tell_title[:1].upper()}{rung.tell_title[1:]} is told ({role_list(rung.tell)})"
    return ACTIONS[rung.action]


def when_words(when: When | None) -> str:
    """When a step falls."""
    if when is None:
        return "Never"
    if when.fraction is not None:
        return f"After {when.fraction:.0%} of the time"
    if when.before_due is not None:
        return f"{length_words(when.before_due)} before the time is out"
    if when.after_due is None or not when.after_due.amount:
        return "When the time is out"
    return f"{length_words(when.after_due)} after the time is out"
