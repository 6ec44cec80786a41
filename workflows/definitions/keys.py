"""What each key of a workflow file means, said for whoever edits one: the schema and the table of keys tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.core.calendars import Unit
from workflows.core.definition import CommandType, RungAction, StageKind
from workflows.definitions.field_keys import FIELD_KEYS, FIELD_VALUES
from workflows.definitions.model_parts import FileModel
from workflows.definitions.models import (
    FORMAT,
    ClockModel,
    CommandModel,
    ExtensionModel,
    NeedModel,
    ReasonModel,
    RouteModel,
    RungModel,
    StageModel,
    VariantModel,
    WorkflowModel,
)

_DAYS = f"2 {Unit.WORKING_DAYS}"
_HOURS = f"1 {Unit.HOURS}"

Words = tuple[str, Any]
"""What a key means, and an example of its value."""

KEYS: Mapping[type[FileModel], Mapping[str, Words]] = {
    WorkflowModel: {
        "format": ("Says that this is a workflow file, and how to read it. Always the same.", FORMAT),
        "id": ("The workflow's name for the computer. All versions of one workflow share it.", "standard"),
        "version": ("The number of this version. Each new version is one more than the last.", 1),
        "title": ("The workflow's name for people.", "Standard request"),
        "summary": ("One or two sentences about what it is for.", "Consent check, advice, adjudication, release."),
        "start": ("The stage at which every request begins: the draft.", "draft"),
        "status": (
            "A remark for whoever looks after the file, such as what has yet to be confirmed.",
            "awaiting review",
        ),
        "source": ("What the workflow follows, and how far that is confirmed.", "Guidance of 2023, not seen"),
        "silo": ("Whether only the workflow's own roles may know that its cases exist. Left out: no.", True),
        "public": ("Whether its cases begin with an application from the public. Left out: no.", True),
        "safe_contact": (
            "Which fields of the application say how the applicant can be reached safely.",
            {"by": "contact_by", "when": "contact_when", "no_email": "no_email"},
        ),
        "documents": (
            "Letters, and wordings to sign, by name.",
            {"letter": {"kind": "letter", "title": "Your application", "version": "1", "text": "Thank you."}},
        ),
        "outcomes": (
            "Ways to end that the product does not know: a code, its words, and the letter.",
            {"nothing_told": {"title": "Nothing told", "letter": "letter"}},
        ),
        "variants": (
            "Other times that an organisation can choose, by name.",
            {
                "longer": {
                    "title": "Longer",
                    "source": "Local policy",
                    "clocks": {"check": {"routine": {"length": _DAYS}}},
                }
            },
        ),
        "packs": ("Versions of policy packs that its requests are pinned to.", ["caldicott/2020-12"]),
        "identity_shown_for": (
            "How long somebody who advises may see a name that was shown to her. Left out: never.",
            _HOURS,
        ),
        "calendar": (
            "Whose bank holidays count. Left out: those of the nation of the organisation that holds the information.",
            "foi",
        ),
        "at_once": (
            "Urgencies whose mail goes at any hour; other mail waits until the service is open.",
            ["emergency"],
        ),
        "thresholds": ("The kinds of concern that can be chosen: a code and its words.", {"section_47": "At risk"}),
        "categories": ("The kinds of information that can be asked for: a code and its words.", {"school": "School"}),
        "sensitive": ("Those categories that only an adjudicator ever decides about.", ["mental_health"]),
        "reasons": (
            "The reasons that a decision can give.",
            [{"code": "duty", "words": "There is a duty to share it", "outcomes": ["share"]}],
        ),
        "ladders": (
            "Ladders by name: who is told, and when, while a stage waits too long.",
            {"holder": [{"key": "overdue", "action": "overdue", "when": {"routine": "due"}}]},
        ),
        "stages": (
            "The stages by name, the draft first and the closed ones last.",
            {"shared": {"kind": "closed", "title": "Shared", "outcome": "shared"}},
        ),
    },
    StageModel: {
        "kind": ("What sort of work this is. It settles what can be allowed here at all.", "check"),
        "title": ("The stage's name for people.", "Consent check"),
        "side": ("Whose move it is. Left out: what the kind says, which is always right.", "holder"),
        "asked": (
            "What is asked of whoever has it, as lists of work show it. {items} becomes “3 items”.",
            "Decide {items}",
        ),
        "roles": ("Who may do the work here: any of these roles.", ["consent_officer"]),
        "commands": ("What can be done here, and where each thing leads.", {"ask": {"to": "information_needed"}}),
        "clock": ("How long the stage may take, for each urgency.", {"routine": {"length": _DAYS}}),
        "ladder": ("The name of the ladder that is climbed while the stage waits.", "holder"),
        "outcome": ("How the request ended; on closed stages only.", "shared"),
        "fields": (
            "What the stage asks on its form; on drafts of the public, enquiries and rulings only.",
            [{"key": "scope", "type": "yes_no", "title": "Is it in scope?"}],
        ),
        "lengths": ("Further lengths of time that this kind of stage needs.", {"late": _HOURS}),
    },
    CommandModel: {
        "to": (
            "The stage that it leads to, where that is always the same one. back: where a question came from.",
            "shared",
        ),
        "routes": (
            "The stages that it can lead to. The first route whose condition is met is taken.",
            [{"when": "decision.outcome == 'declined'", "to": "declined"}, {"to": "release"}],
        ),
        "needs": (
            "What must hold before it can be done.",
            [{"code": "items_missing", "say": "Add each item.", "needs": "size(items) > 0"}],
        ),
        "options": (
            "What may be chosen besides, and the condition for it.",
            {"delegated_release": {"code": "not_allowed", "say": "Send it on.", "needs": "check.done"}},
        ),
        "roles": ("The roles of the stage that may do this. Left out: each of them.", ["ig_lead"]),
    },
    RouteModel: {
        "to": ("The stage that this route leads to.", "adjudication"),
        "when": ("The condition for taking it. Left out: always, so such a route stands last.", "check.done"),
    },
    NeedModel: {
        "code": ("A name for the computer, which logs and answers to other systems use.", "items_missing"),
        "say": ("What people read when the condition does not hold: what to do, in a sentence.", "Add each item."),
        "needs": ("The condition that must hold.", "size(items) > 0"),
        "task": ("The task of a draft to which the sentence links.", "items"),
        "field": ("The field of that task.", "items"),
    },
    ClockModel: {
        "length": ("How long it may take.", _DAYS),
        "due_time": ("The time of day, in London, at which a clock that counts days is out.", "17:00"),
        "from": ("From when the time is counted. Left out: from the beginning of the stage.", "submission"),
        "source": ("Where the length comes from.", "Local policy"),
        "status": ("How far the length is confirmed.", "awaiting review"),
        "extension": (
            "How much more time may be given. Left out: none.",
            {"most": _DAYS, "roles": ["manager"]},
        ),
    },
    ExtensionModel: {
        "most": ("All further time together, in the clock's own unit.", _DAYS),
        "roles": ("Who may give it, at the organisation that holds the information.", ["manager"]),
    },
    RungModel: {
        "key": ("The step's name for the computer. Each step of a ladder has its own.", "manager"),
        "action": ("What happens.", "escalate"),
        "when": ("When it happens, for each urgency.", {"routine": "50%", "priority": "due", "emergency": _HOURS}),
        "tell": ("The roles that are told; only with action: escalate.", ["manager"]),
        "title": ("Who is told, in words for the timeline; only with action: escalate.", "the manager"),
    },
    VariantModel: {
        "title": ("The variant's name for people.", "45 days overall"),
        "source": ("Where its times come from.", "Local policy"),
        "status": ("How far it is confirmed.", "awaiting review"),
        "clocks": ("The times that differ, by stage and urgency.", {"check": {"routine": {"length": _DAYS}}}),
    },
    ReasonModel: {
        "code": ("The reason's name for the computer.", "not_necessary"),
        "words": ("The reason for people.", "Not necessary for the purpose"),
        "outcomes": ("What can be decided for this reason: share, share_reduced, refuse.", ["refuse"]),
    },
    **FIELD_KEYS,
}

VALUES: Mapping[str, str] = {
    **FIELD_VALUES,
    "StageKind": "A kind of stage. Kinds are fixed by the product.",
    "Role": "A role that a person can have in an organisation.",
    "Urgency": "How soon an answer is needed.",
    "Side": "Whose move it is.",
    "RungAction": "What a step of a ladder does.",
    "Task": "A task of a draft.",
    "Title": "A few words for people.",
    "Sentence": "One or two sentences for people.",
    "Name": "A name for the computer: small letters, digits and _.",
    "WorkflowId": "Small letters, digits and -.",
    "Pack": "A policy pack and its version, as pack/version.",
    "Target": "The name of a stage; back means the stage that a question came from.",
    "Guard": "A yes-or-no question about the request, in the language CEL.",
    "Length": "A length of time: a number and hours, working_hours, working_days, calendar_days or calendar_months.",
    "When": "A part of the clock (50%), when it is out (due), so long after (4 hours) or before (4 hours before).",
    "HoursShown": "A length of time in hours.",
    "DueTime": "A time of day such as 17:00. The hour from 01:00 is not possible, because clocks change in it.",
    "Calendar": "A calendar of bank holidays.",
    "Format": "The format of the file.",
    "Version": "A whole number.",
}
"""The pieces that values are made of, by their name in the schema."""

KINDS: Mapping[StageKind, str] = {
    StageKind.DRAFT: "The requester writes the request.",
    StageKind.CHECK: "The holder checks consent and openness.",
    StageKind.ADVICE: "The holder's adviser says what speaks for and against it.",
    StageKind.ADJUDICATION: "The holder's adjudicator decides item by item.",
    StageKind.INFORMATION_NEEDED: "The requester answers a question; meanwhile the holder's clock stands still.",
    StageKind.RELEASE: "The holder enters what is shared, and it reaches the recipients.",
    StageKind.EMERGENCY: "The holder shares at once.",
    StageKind.REVIEW: "The holder looks afterwards at what was shared in an emergency.",
    StageKind.ENQUIRY: "The holder's work is recorded in fields.",
    StageKind.RULING: "The holder decides on a form; whoever enquired before may not.",
    StageKind.CLOSED: "The request has ended. Nobody has anything to do.",
}

COMMANDS: Mapping[CommandType, str] = {
    CommandType.SAVE: "Keeps what has been written.",
    CommandType.SUBMIT: "Sends the request to the holder.",
    CommandType.WITHDRAW: "The requester takes the request back.",
    CommandType.RECORD_CONSENT: "Records what the consent check found.",
    CommandType.ASK: "Asks the requester a question.",
    CommandType.ANSWER: "Answers the question.",
    CommandType.ADVISE: "Gives advice.",
    CommandType.DECIDE: "Decides about every item.",
    CommandType.SEND_BACK: "Asks for advice again.",
    CommandType.COMPLETE: "Completes the form of the stage.",
    CommandType.RELEASE: "Shares what was decided.",
    CommandType.SHARE_NOW: "Shares at once, because somebody is in danger.",
    CommandType.REVIEW_SHARE: "Says whether the emergency share was right.",
    CommandType.REOPEN: "The requester asks again, with something new.",
    CommandType.CHALLENGE: "The decision is challenged.",
    CommandType.REVIEW_USE: "Looks again at sharing that continues.",
}

ACTIONS: Mapping[RungAction, str] = {
    RungAction.REMIND: "Reminds whoever has the request.",
    RungAction.OVERDUE: "Marks the stage as overdue and says so to whoever has it. Every ladder has this step, at due.",
    RungAction.ESCALATE: "Tells the roles named by tell, and lets them look.",
    RungAction.GIVE_BACK: "Gives an unanswered question back to whoever asked it.",
}


def key_words(model: type[FileModel], key: str) -> Words:
    """What a key of a model means, with an example. Raises KeyError, in words, where nobody has said it yet."""
    found = KEYS.get(model, {}).get(key)
    if found is None:
        raise KeyError(f"{model.__name__}.{key} is not explained: say in {__name__}.KEYS what it means")
    return found


def value_words(called: str) -> str:
    """What a named piece of the schema is; empty for one that nobody has explained."""
    each: Mapping[Any, str] = KINDS if called == "StageKind" else ACTIONS if called == "RungAction" else {}
    return " ".join([VALUES.get(called, ""), *(f"{value}: {words}" for value, words in each.items())]).strip()
