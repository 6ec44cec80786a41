"""What a token lets another system do. A token never gives more than the person behind it may do anyway."""

from __future__ import annotations

from enum import StrEnum

from workflows.core.definition import CONTEXT_COMMANDS, MANAGER_COMMANDS, REQUESTER_COMMANDS, CommandType
from workflows.core.refusals import Refusal


class Scope(StrEnum):
    """One kind of use that a token can be made for."""

    READ = "read"
    """Look at requests, lists, clocks and notifications."""
    REQUEST = "request"
    """Make requests, and everything else that a requester does."""
    WORK = "work"
    """Check consent, advise, decide and release, as far as the person's roles go."""
    MANAGE = "manage"
    """Chase, reassign and give more time."""
    EVENTS = "events"
    """Read what has happened to the organisation's requests."""


SERVICE_SCOPES = frozenset({Scope.READ, Scope.REQUEST, Scope.MANAGE, Scope.EVENTS})
"""What a token of another system's own account can be made for."""

OUT_OF_SCOPE = "out_of_scope"

EITHER_SIDE = CONTEXT_COMMANDS | {CommandType.CHALLENGE, CommandType.WITHDRAW_CONSENT, CommandType.WITHDRAW}
"""Commands of requesters and of those who work for the holder."""


def scopes_for(command: CommandType) -> frozenset[Scope]:
    """The scopes of which one is enough for a command."""
    if command in EITHER_SIDE:
        return frozenset({Scope.REQUEST, Scope.WORK})
    if command in REQUESTER_COMMANDS or command is CommandType.START:
        return frozenset({Scope.REQUEST})
    if command in MANAGER_COMMANDS:
        return frozenset({Scope.MANAGE})
    return frozenset({Scope.WORK})


def scope_refusal(scopes: frozenset[Scope], command: CommandType) -> Refusal | None:
    """Why a token with these scopes is no use for a command, or None."""
    if scopes & scopes_for(command):
        return None
    needed = " or ".join(sorted(scope.value for scope in scopes_for(command)))
    return Refusal(OUT_OF_SCOPE, f"This token was not made for that. It needs the scope: {needed}.")
