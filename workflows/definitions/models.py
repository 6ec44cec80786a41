"""The shape of a workflow file: which keys there are, and what each value must look like.

Names of kinds, roles, commands and units are turned into the core's own; what the parts mean together is
the question of lint. Every message ends with how to mend it.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import Field

from workflows.core.calendars import Length, Unit
from workflows.core.clocks import DEFAULT_DUE_TIME
from workflows.core.definition import ClockFrom, CommandType, RungAction, Side, StageKind, Urgency, When
from workflows.core.request import Task
from workflows.definitions.calendars import FOI, NATIONS
from workflows.definitions.field_models import DocumentModel, FieldModel, OutcomeModel, SafeContactModel
from workflows.definitions.model_parts import (
    FileModel,
    GuardText,
    Name,
    RoleName,
    Sentence,
    Title,
    as_text,
    matching,
    one_of,
    reading,
    wrong,
)
from workflows.definitions.patterns import length_pattern, numbers_up_to, whole

FORMAT = "gatehouse/workflow/1"
DUE_TIME = DEFAULT_DUE_TIME
"""The civil hour (Europe/London) at which a day clock falls due, where the file does not say."""

MOST: dict[Unit, int] = {
    Unit.HOURS: 17_520,
    Unit.WORKING_HOURS: 4_160,
    Unit.WORKING_DAYS: 520,
    Unit.CALENDAR_DAYS: 731,
    Unit.CALENDAR_MONTHS: 24,
}
"""No length may be over two years: bank holidays are not known further ahead."""
MOST_VERSIONS = 1_000_000
MOST_HOURS_SHOWN = 8
"""The longest time for which a name may be shown; who needs it longer asks again."""

_WORKFLOW_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PACK = re.compile(r"[a-z][a-z0-9-]{0,59}/[0-9a-z][0-9a-z.-]{0,19}")
_LENGTH = re.compile(r"([0-9]{1,9}) ([a-z_]+)")
_PERCENT = re.compile(r"([0-9]{1,9})%")
_BEFORE = " before"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_NO_SUCH_HOUR = 1
_HOURS = "(?:00|0[2-9]|1[0-9]|2[0-3]):[0-5][0-9]"
_LENGTHS = length_pattern({unit.value: most for unit, most in MOST.items()})
_WHENS = rf"(?:due|0{{0,8}}[1-9][0-9]?%|{_LENGTHS}(?:{_BEFORE})?)"
_SHOWN = rf"{numbers_up_to(MOST_HOURS_SHOWN)} {Unit.HOURS.value}"


def _format(value: Any) -> str:
    if value != FORMAT:
        wrong("bad-format", f"This format is not known. Write format: {FORMAT}")
    return FORMAT


def _version(value: Any) -> int:
    if type(value) is not int or value < 1 or value > MOST_VERSIONS:
        wrong(
            "bad-version",
            "A version is a whole number from 1 upwards; each new one is one more than the last.",
        )
    return value


def length(value: Any) -> Length:
    """A length such as "2 working_days": a number above zero and a unit, two years at most."""
    text = as_text(value)
    found = _LENGTH.fullmatch(text)
    units = ", ".join(Unit)
    if not found or found[2] not in set(Unit):
        wrong("bad-length", f"“{text[:60]}” is no length of time. Write a number and one of: {units}.")
    amount, unit = int(found[1]), Unit(found[2])
    if not 1 <= amount <= MOST[unit]:
        wrong("bad-length", f"This length must be from 1 to {MOST[unit]:,} {unit}. Change the number.")
    return Length(amount, unit)


def shown_for(value: Any) -> Length:
    """A length in hours, short enough that nobody forgets that a name can be seen."""
    found = length(value)
    if found.unit is not Unit.HOURS or found.amount > MOST_HOURS_SHOWN:
        wrong("bad-length", f"A name is shown for 1 to {MOST_HOURS_SHOWN} hours. Write such as: 1 hours.")
    return found


def _when(value: Any) -> When:
    text = as_text(value)
    if text == "due":
        return When(after_due=Length(0, Unit.HOURS))
    if found := _PERCENT.fullmatch(text):
        if not 1 <= int(found[1]) <= 99:
            wrong("bad-length", "A part of the clock goes from 1% to 99%. Write due for the end of it.")
        return When(fraction=int(found[1]) / 100)
    if text.endswith(_BEFORE):
        return When(before_due=length(text.removesuffix(_BEFORE)))
    return When(after_due=length(text))


def _due_time(value: Any) -> time:
    found = _TIME.fullmatch(as_text(value))
    if not found:
        wrong("bad-due-time", f"“{str(value)[:60]}” is no time of day. Write it with 24 hours, such as 17:00.")
    if int(found[1]) == _NO_SUCH_HOUR:
        say = "From 01:00 to 01:59 the clocks change: one day a year has no such time, another has it twice."
        wrong("bad-due-time", f"{say} Choose another hour.")
    return time(int(found[1]), int(found[2]))


def _calendar(value: Any) -> str:
    name = as_text(value)
    if name not in (*NATIONS, FOI):
        say = f"There is no calendar “{name[:60]}”. Use one of: {', '.join((*NATIONS, FOI))}; or leave it out."
        wrong("unknown-calendar", say)
    return name


WorkflowId = Annotated[
    str, matching(_WORKFLOW_ID, "Use small letters, digits and -, beginning with a letter.", "WorkflowId")
]
PackName = Annotated[str, matching(_PACK, "Write a pack as name/version, such as caldicott/2020-12.", "Pack")]
Target = Annotated[str, reading(as_text, "Target", type="string")]
LengthText = Annotated[Length, reading(length, "Length", type="string", pattern=whole(_LENGTHS))]
WhenText = Annotated[When, reading(_when, "When", type="string", pattern=whole(_WHENS))]
ShownText = Annotated[Length, reading(shown_for, "HoursShown", type="string", pattern=whole(_SHOWN))]
DueTime = Annotated[time, reading(_due_time, "DueTime", type="string", pattern=whole(_HOURS))]
CalendarName = Annotated[str, reading(_calendar, "Calendar", type="string", enum=[*NATIONS, FOI])]
FormatName = Annotated[str, reading(_format, "Format", const=FORMAT)]
Version = Annotated[int, reading(_version, "Version", type="integer", minimum=1, maximum=MOST_VERSIONS)]
KindName = Annotated[StageKind, one_of(StageKind, "unknown-kind", "kind of stage")]
CommandName = Annotated[CommandType, one_of(CommandType, "unknown-command", "command")]
SideName = Annotated[Side, one_of(Side, "unknown-side", "side")]
ActionName = Annotated[RungAction, one_of(RungAction, "unknown-action", "action")]
UrgencyName = Annotated[Urgency, one_of(Urgency, "unknown-urgency", "urgency")]
ClockFromName = Annotated[ClockFrom, one_of(ClockFrom, "unknown-clock-from", "beginning of a clock")]
TaskName = Annotated[Task, one_of(Task, "unknown-task", "task")]


class NeedModel(FileModel):
    """A condition for a command, with the sentence that people read when it does not hold."""

    code: Name
    say: Sentence
    needs: GuardText
    task: TaskName | None = None
    field: Name | None = None


class RouteModel(FileModel):
    """One way on."""

    to: Target
    when: GuardText | None = None


class CommandModel(FileModel):
    """What a stage says about a command."""

    to: Target | None = None
    routes: list[RouteModel] | None = None
    needs: list[NeedModel] = Field(default_factory=list)
    options: dict[Name, NeedModel] = Field(default_factory=dict)
    roles: list[RoleName] = Field(default_factory=list)


class ExtensionModel(FileModel):
    """How much more time a stage may be given in all, and by whom."""

    most: LengthText
    roles: list[RoleName]


class ClockModel(FileModel):
    """A stage's time for one urgency."""

    length: LengthText
    due_time: DueTime = DUE_TIME
    since: Annotated[ClockFromName, Field(alias="from")] = ClockFrom.STAGE
    extension: ExtensionModel | None = None
    source: Sentence | None = None
    status: Title | None = None


class RungModel(FileModel):
    """One rung of a ladder."""

    key: Name
    action: ActionName
    when: dict[UrgencyName, WhenText]
    tell: list[RoleName] = Field(default_factory=list)
    title: Title | None = None


class StageModel(FileModel):
    """One stage."""

    kind: KindName
    title: Title
    side: SideName | None = None
    asked: Title | None = None
    roles: list[RoleName] = Field(default_factory=list)
    commands: dict[CommandName, CommandModel] = Field(default_factory=dict)
    clock: dict[UrgencyName, ClockModel] = Field(default_factory=dict)
    ladder: Name | None = None
    outcome: Name | None = None
    lengths: dict[Name, LengthText] = Field(default_factory=dict)
    fields: list[FieldModel] = Field(default_factory=list)


class ReasonModel(FileModel):
    """A reason code."""

    code: Name
    words: Title
    outcomes: list[Name]


class VariantModel(FileModel):
    """Other times for some stages, which an organisation can choose; where they come from is said with them."""

    title: Title
    source: Sentence
    status: Title | None = None
    clocks: dict[Name, dict[UrgencyName, ClockModel]]


class WorkflowModel(FileModel):
    """The whole file."""

    format: FormatName
    id: WorkflowId
    version: Version
    title: Title
    summary: Sentence
    start: Name
    source: Sentence | None = None
    status: Title | None = None
    silo: bool = False
    public: bool = False
    safe_contact: SafeContactModel | None = None
    documents: dict[Name, DocumentModel] = Field(default_factory=dict)
    outcomes: dict[Name, OutcomeModel] = Field(default_factory=dict)
    variants: dict[Name, VariantModel] = Field(default_factory=dict)
    packs: list[PackName] = Field(default_factory=list)
    identity_shown_for: ShownText | None = None
    calendar: CalendarName | None = None
    at_once: list[UrgencyName] = Field(default_factory=lambda: [Urgency.EMERGENCY])
    thresholds: dict[Name, Title]
    categories: dict[Name, Title]
    sensitive: list[Name] = Field(default_factory=list)
    reasons: list[ReasonModel]
    ladders: dict[Name, list[RungModel]] = Field(default_factory=dict)
    stages: dict[Name, StageModel]
