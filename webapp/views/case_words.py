"""What the holder's codes are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.core.commands import AdviceType, ConsentFinding, ItemOutcome, Reduction
from workflows.core.definition import CommandType
from workflows.core.duty import QuestionNow
from workflows.core.weighing import Likelihood, Severity

FINDINGS: Mapping[ConsentFinding, str] = {
    ConsentFinding.VALID: "Consent is valid",
    ConsentFinding.NOT_A_BAR: "There is no consent, and that is not a bar",
    ConsentFinding.NOT_SOUGHT: "Consent was not asked for, with a good reason",
    ConsentFinding.CANNOT_BE_GIVEN: "Consent cannot be given",
    ConsentFinding.NOT_THE_BASIS: "Consent is not what this request relies on",
}
FINDING_HINTS: Mapping[ConsentFinding, str] = {
    ConsentFinding.VALID: "Freely given, informed, by somebody able to decide, and for this sharing.",
    ConsentFinding.NOT_A_BAR: "It was refused or withdrawn; another lawful basis may still allow sharing.",
    ConsentFinding.NOT_SOUGHT: "Asking would put somebody at risk, or cannot reasonably be expected.",
    ConsentFinding.CANNOT_BE_GIVEN: "The person cannot be asked, or cannot decide about this.",
    ConsentFinding.NOT_THE_BASIS: "The law gives another reason to share, and consent does not come into it.",
}
ADVICE: Mapping[AdviceType, str] = {
    AdviceType.SUPPORTS: "I support sharing",
    AdviceType.SUPPORTS_WITH_CONDITIONS: "I support sharing, with conditions",
    AdviceType.DOES_NOT_SUPPORT: "I do not support sharing",
    AdviceType.INSUFFICIENT_INFORMATION: "There is not enough information to advise",
    AdviceType.OUT_OF_SCOPE: "This request does not belong here",
}
ADVICE_SAID: Mapping[AdviceType, str] = {
    AdviceType.SUPPORTS: "Supports sharing",
    AdviceType.SUPPORTS_WITH_CONDITIONS: "Supports sharing, with conditions",
    AdviceType.DOES_NOT_SUPPORT: "Does not support sharing",
    AdviceType.INSUFFICIENT_INFORMATION: "Not enough information to advise",
    AdviceType.OUT_OF_SCOPE: "Out of scope",
}
ITEM_OUTCOMES: Mapping[ItemOutcome, str] = {
    ItemOutcome.SHARE: "Share",
    ItemOutcome.SHARE_REDUCED: "Share reduced",
    ItemOutcome.REFUSE: "Refuse",
}
REDUCTIONS: Mapping[Reduction, str] = {
    Reduction.SUMMARY: "A summary",
    Reduction.REDACTED: "With parts left out",
    Reduction.SHORTER_PERIOD: "A shorter period",
    Reduction.CONFIRM_ONLY: "Only confirm whether it is so",
}
LIKELIHOODS: Mapping[Likelihood, str] = {
    Likelihood.UNLIKELY: "Unlikely",
    Likelihood.POSSIBLE: "Possible",
    Likelihood.LIKELY: "Likely",
}
SEVERITIES: Mapping[Severity, str] = {
    Severity.MINOR: "Minor",
    Severity.SERIOUS: "Serious",
    Severity.GRAVE: "Grave",
}
ITEM_STATES: Mapping[ItemOutcome, str] = {
    ItemOutcome.SHARE: "To be shared",
    ItemOutcome.SHARE_REDUCED: "To be shared, reduced",
    ItemOutcome.REFUSE: "Refused",
}
OUTCOMES: Mapping[str, str] = {
    "shared": "Shared",
    "partly_shared": "Partly shared",
    "declined": "Declined",
    "withdrawn": "Withdrawn",
    "redirected": "Redirected",
}
QUESTIONS_NOW: Mapping[QuestionNow, str] = {
    QuestionNow.MAY_WE: "May we share this?",
    QuestionNow.MORE_DETRIMENT: "Is there more detriment to the child in sharing than in not sharing?",
}
ACTS: Mapping[CommandType, tuple[str, str]] = {
    CommandType.RECORD_CONSENT: ("Record the consent check", "checks.consent"),
    CommandType.WITHDRAW_CONSENT: ("Record that consent was taken back", "checks.withdraw"),
    CommandType.RECORD_CPIS_CHECK: ("Record a CP-IS check", "cpis.page"),
    CommandType.ADVISE: ("Give advice", "acts.advise"),
    CommandType.DECIDE: ("Decide", "decide.page"),
    CommandType.COMPLETE: ("Fill in the form", "stage_forms.form"),
    CommandType.RELEASE: ("Enter what is shared", "acts.release"),
    CommandType.SHARE_NOW: ("Share now", "emergency_acts.share_now"),
    CommandType.REVIEW_SHARE: ("Review the emergency share", "emergency_acts.review"),
    CommandType.ASK: ("Ask the requester", "acts.ask"),
    CommandType.ANSWER: ("Answer the question", "requests.answer"),
    CommandType.SUBMIT: ("Finish and send", "requests.tasks"),
    CommandType.SEND_BACK: ("Send back for advice", "rounds.send_back"),
    CommandType.REOPEN: ("Reopen with new information", "rounds.reopen"),
    CommandType.CHALLENGE: ("Challenge the decision", "rounds.challenge"),
    CommandType.REVIEW_USE: ("Review a use that continues", "rounds.review_use"),
    CommandType.WITHDRAW: ("Withdraw the request", "requests.withdraw"),
    CommandType.CHASE: ("Chase", "board_acts.chase_one"),
    CommandType.DEMAND_SECOND: ("Ask for a second adjudicator", "panel.second"),
    CommandType.ASK_IDENTITY: ("Ask to see who somebody is", "reveals.ask"),
    CommandType.GRANT_IDENTITY: ("Answer who asks to see an identity", "reveals.answer"),
    CommandType.DECLARE_CONFLICT: ("I have a conflict of interest", "panel.conflict"),
    CommandType.REASSIGN: ("Reassign", "board_acts.reassign"),
    CommandType.EXTEND: ("Give more time", "extending.extend"),
}
"""For each act that a person can take on a case: the words of its button and the page it opens."""
