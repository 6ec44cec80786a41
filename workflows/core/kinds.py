"""The words of the product itself: kinds of stage, commands, roles. What a workflow calls its stages is its own."""

from __future__ import annotations

from enum import StrEnum


class StageKind(StrEnum):
    """What sort of work happens in a stage. Fixed by the product; names belong to definitions."""

    DRAFT = "draft"
    CHECK = "check"
    ADVICE = "advice"
    ADJUDICATION = "adjudication"
    INFORMATION_NEEDED = "information_needed"
    RELEASE = "release"
    EMERGENCY = "emergency"
    REVIEW = "review"
    ENQUIRY = "enquiry"
    """Work that is recorded in fields of the workflow's own."""
    RULING = "ruling"
    """A decision that is taken on a form instead of item by item."""
    CLOSED = "closed"


class CommandType(StrEnum):
    """Everything a person or the clock can ask for."""

    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RECORD_CONSENT = "record_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    ASK = "ask"
    ANSWER = "answer"
    ADVISE = "advise"
    DECIDE = "decide"
    RELEASE = "release"
    SHARE_NOW = "share_now"
    REVIEW_SHARE = "review_share"
    CHASE = "chase"
    REASSIGN = "reassign"
    EXTEND = "extend"
    CHOOSE_HOLDERS = "choose_holders"
    DECLARE_CONFLICT = "declare_conflict"
    DEMAND_SECOND = "demand_second"
    ASK_IDENTITY = "ask_identity"
    GRANT_IDENTITY = "grant_identity"
    REFUSE_IDENTITY = "refuse_identity"
    REMIND = "remind"
    MARK_OVERDUE = "mark_overdue"
    ESCALATE = "escalate"
    GIVE_BACK = "give_back"
    FINISH_FOLLOW_UP = "finish_follow_up"
    REMIND_FOLLOW_UP = "remind_follow_up"
    RAISE_RECHECK = "raise_recheck"
    RECOUNT_CLOCK = "recount_clock"
    ADOPT_VERSION = "adopt_version"
    REOPEN = "reopen"
    CHALLENGE = "challenge"
    SEND_BACK = "send_back"
    REVIEW_USE = "review_use"
    COMPLETE = "complete"
    RECORD_CPIS_CHECK = "record_cpis_check"


class Role(StrEnum):
    """Roles a person can hold in an organisation."""

    REQUESTER = "requester"
    CONSENT_OFFICER = "consent_officer"
    IG_LEAD = "ig_lead"
    CALDICOTT_GUARDIAN = "caldicott_guardian"
    DEPUTY_GUARDIAN = "deputy_guardian"
    ADJUDICATOR = "adjudicator"
    MANAGER = "manager"
    NAMED_SENIOR = "named_senior"
    ON_CALL_AUTHORISER = "on_call_authoriser"
    COUNTER_SIGNATORY = "counter_signatory"
    CSODS_COORDINATOR = "csods_coordinator"
    CSODS_DECISION_MAKER = "csods_decision_maker"
    ENQUIRY_OFFICER = "enquiry_officer"
    DISCLOSER = "discloser"
    SCHEME_SUPERVISOR = "scheme_supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Urgency(StrEnum):
    """How soon an answer is needed."""

    ROUTINE = "routine"
    PRIORITY = "priority"
    EMERGENCY = "emergency"


class Side(StrEnum):
    """Whose move it is."""

    REQUESTER = "requester"
    HOLDER = "holder"
    NOBODY = "nobody"


class ClockFrom(StrEnum):
    """From when a stage's time is counted."""

    STAGE = "stage"
    SUBMISSION = "submission"
