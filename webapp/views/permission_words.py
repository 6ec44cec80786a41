"""What the commands and the refusals of the permission matrix are called on its page: words, not codes."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.views.case_words import ACTS
from workflows.core.definition import CommandType

COMMANDS: Mapping[CommandType, str] = {
    **{command: words for command, (words, _) in ACTS.items()},
    CommandType.SAVE: "Fill in the draft",
    CommandType.COMPLETE: "Complete the stage on its form",
    CommandType.SUBMIT: "Send it",
    CommandType.CHOOSE_HOLDERS: "Choose who else is asked",
    CommandType.GRANT_IDENTITY: "Show an identity to whoever asks",
    CommandType.REFUSE_IDENTITY: "Refuse to show an identity",
    CommandType.FINISH_FOLLOW_UP: "Record that a follow-up was done",
    CommandType.DECLARE_CONFLICT: "Stand aside because of a conflict of interest",
}
"""What each command is called; one that has no words here yet is called by its name."""

REASONS: Mapping[str, str] = {
    "wrong_stage": "not at this stage",
    "not_yours": "this is for others",
    "own_case": "it is their own request, or they would receive the information",
    "advised": "they gave advice on it, and nobody both advises and decides",
    "took_part": "they shared it or advised on it, and nobody reviews her own part",
    "enquired": "they took part in the enquiry, and nobody both enquires and decides",
    "no_extension": "the workflow allows no more time here",
    "extension_used": "all the time that is allowed has been given",
    "no_reveals": "this workflow shows no identities on request",
    "visible_already": "they see who everybody is already",
    "nothing_asked": "nobody waits for an answer",
    "own_ask": "they asked to see it themselves",
    "nothing_to_withdraw": "no consent is recorded as given",
    "nobody_named": "the request names nobody yet",
    "assigned": "it was given to somebody else",
    "voted": "they have decided, and a second person must",
    "decided_before": "they took the decision that is challenged",
    "two_already": "two adjudicators decide it already",
    "review_instead": "the continuing use has a review of its own",
}
"""Why somebody may not, in the third person; a sentence goes on with it."""


def command_words(command: CommandType) -> str:
    """What a command is called."""
    return COMMANDS.get(command) or command.value.replace("_", " ").capitalize()


def reason_words(code: str) -> str:
    """Why somebody may not."""
    return REASONS.get(code) or code.replace("_", " ")
