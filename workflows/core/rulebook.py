"""The rulebook: what a command does to a case. Pure: it is told the time, the actor and the ids.

``handle`` decides; it does not ask who may (``permissions`` does) and it stores nothing. Each rule
returns events or raises ``Refused`` with every reason at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflows.core import (
    answering,
    asking,
    checking,
    consent_rules,
    deciding,
    emergency,
    following,
    holding,
    minding,
    panel,
    reopening,
    requesting,
    reveals,
    reviewing,
    tracks,
)
from workflows.core import commands as c
from workflows.core.adopting import adopt
from workflows.core.case import Case
from workflows.core.definition import CommandType, Definition
from workflows.core.extending import extend
from workflows.core.happening import signed
from workflows.core.rechecking import raise_recheck
from workflows.core.recounting import recount
from workflows.core.refusals import WRONG_STAGE, Refusal, Refused
from workflows.core.routing import Events, check_needs, check_stage

# Each rule takes its own command class; the dispatch below is by that class's type.
Rule = Callable[[Case, Any, Definition], Events]

RULES: dict[CommandType, Rule] = {
    CommandType.SAVE: requesting.save,
    CommandType.SUBMIT: requesting.submit,
    CommandType.WITHDRAW: requesting.withdraw,
    CommandType.ANSWER: requesting.answer,
    CommandType.RECORD_CONSENT: holding.record_consent,
    CommandType.WITHDRAW_CONSENT: consent_rules.take_back,
    CommandType.ASK: asking.ask,
    CommandType.ADVISE: holding.advise,
    CommandType.DECIDE: deciding.decide,
    CommandType.RELEASE: holding.release,
    CommandType.SHARE_NOW: emergency.share_now,
    CommandType.REVIEW_SHARE: emergency.review,
    CommandType.CHASE: minding.chase,
    CommandType.REASSIGN: minding.reassign,
    CommandType.EXTEND: extend,
    CommandType.DECLARE_CONFLICT: minding.declare_conflict,
    CommandType.DEMAND_SECOND: panel.demand_second,
    CommandType.ASK_IDENTITY: reveals.ask_identity,
    CommandType.GRANT_IDENTITY: reveals.grant_identity,
    CommandType.REFUSE_IDENTITY: reveals.refuse_identity,
    CommandType.CHOOSE_HOLDERS: tracks.choose_holders,
    CommandType.REMIND: minding.rung,
    CommandType.MARK_OVERDUE: minding.rung,
    CommandType.ESCALATE: minding.rung,
    CommandType.GIVE_BACK: minding.give_back,
    CommandType.FINISH_FOLLOW_UP: following.finish,
    CommandType.REMIND_FOLLOW_UP: following.remind,
    CommandType.RAISE_RECHECK: raise_recheck,
    CommandType.RECOUNT_CLOCK: recount,
    CommandType.ADOPT_VERSION: adopt,
    CommandType.REOPEN: reopening.reopen,
    CommandType.CHALLENGE: reopening.challenge,
    CommandType.SEND_BACK: reopening.send_back,
    CommandType.REVIEW_USE: reviewing.review_use,
    CommandType.COMPLETE: answering.complete,
    CommandType.RECORD_CPIS_CHECK: checking.record,
}
"""The rule of every command but Start, which needs no case."""


def handle(case: Case | None, command: c.Command, definition: Definition) -> Events:
    """Carry out ``command`` on ``case`` (None only for Start).

    Raises:
        Refused: with every reason; nothing has happened.
    """
    if isinstance(command, c.Start):
        return requesting.start(case, command, definition)
    if case is None:
        raise Refused(Refusal(WRONG_STAGE, "There is no such request."))
    check_stage(case, command.type, definition)
    check_needs(case, command, definition)
    happened = RULES[command.type](case, command, definition)
    actor = command.actor
    return signed(happened, by=actor.person_id, stands_in_for=actor.stands_in_for) if actor.stands_in_for else happened
