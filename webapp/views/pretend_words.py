"""What the choices of a pretend case are called, and what the clock does there: words, not codes."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.parsing import words as known
from webapp.views.case_words import ADVICE_SAID, FINDINGS
from webapp.views.permission_words import command_words
from workflows.core.commands import AdviceType, ConsentFinding, ReviewFinding
from workflows.core.definition import CommandType, Definition, RungAction, Urgency
from workflows.core.permissions import role_words
from workflows.core.pretend import Choice, Met, RungDue
from workflows.core.request import ConsentState

WAYS: Mapping[CommandType, Mapping[str, str]] = {
    CommandType.RECORD_CONSENT: {
        "valid_for_all": "Consent is valid, and covers every item and recipient",
        **{each.value: FINDINGS[each] for each in ConsentFinding},
        ConsentFinding.VALID.value: "Consent is valid, but does not cover everything",
    },
    CommandType.ADVISE: {
        "delegated": "Supports sharing, and release is delegated",
        **{each.value: ADVICE_SAID[each] for each in AdviceType},
    },
    CommandType.DECIDE: {
        "share": "Share every item",
        "part": "Share one item, refuse the other",
        "reduced": "Share every item reduced",
        "refuse": "Refuse every item",
    },
    CommandType.SHARE_NOW: {
        "all": "Every item, by word of mouth",
        "part": "One item, by word of mouth",
        "none": "Nothing is shared",
    },
    CommandType.REVIEW_SHARE: {
        ReviewFinding.PROPORTIONATE.value: "It was proportionate",
        ReviewFinding.NOT_JUSTIFIED.value: "It was not justified",
    },
    CommandType.REOPEN: {"changed": "With an item more than before", "same": "With the same items"},
}
ACTIONS: Mapping[RungAction, str] = {
    RungAction.REMIND: "reminds whoever has it",
    RungAction.OVERDUE: "marks it overdue",
    RungAction.ESCALATE: "tells",
    RungAction.GIVE_BACK: "gives the question back unanswered",
}
URGENCIES = {Urgency.ROUTINE: "Routine", Urgency.PRIORITY: "Priority", Urgency.EMERGENCY: "Emergency"}
CONSENTS = {each: known.CONSENT_STATES.get(each.value, each.value.replace("_", " ")) for each in ConsentState}


def act_words(choice: Choice) -> str:
    """What is done."""
    if choice.command is CommandType.GIVE_BACK:
        return "Nobody answers in time"
    return command_words(choice.command)


def way_words(choice: Choice) -> str:
    """In which way it is done; nothing where there is one way only."""
    if choice.said:
        return "; ".join(f"{question} {answer}" for question, answer in choice.said)
    return WAYS.get(choice.command, {}).get(choice.way, choice.way.replace("_", " "))


def choice_words(choice: Choice) -> str:
    """What is done, and in which way."""
    way = way_words(choice)
    return f"{act_words(choice)}: {way[:1].lower()}{way[1:]}" if way else act_words(choice)


def who_words(choice: Choice) -> str:
    """Who may do it."""
    return "the clock" if choice.command is CommandType.GIVE_BACK else role_words(choice.roles)


def met_words(met: Met) -> str:
    """One condition and whether it was met."""
    if not met.guard:
        return f"No condition, so it goes to “{met.to}”"
    return f"{'Met' if met.met else 'Not met'}: {' '.join(met.guard.split())}" + (
        f", so it goes to “{met.to}”" if met.met else ""
    )


def rung_words(rung: RungDue) -> str:
    """What a step of the ladder does."""
    told = f" {role_words(rung.tell)}" if rung.tell else ""
    return f"{ACTIONS[rung.action]}{told}"


def thresholds(definition: Definition) -> list[tuple[str, str]]:
    """The concerns that a case can begin with."""
    return list(definition.thresholds.items())
