"""One ordinary case, built from the core's own records, on which lint tries guards out.

Nobody is in it. It is a case whose release may be delegated: consent covers everything, nothing is
sensitive. What a guard may ask is read off from it, so that the list cannot grow old.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from functools import cache

from workflows.core import commands as c
from workflows.core.case import Advice, Case, ConsentCheck, Decision, Outcome
from workflows.core.cpis import CpisCheck, CpisDetails, CpisResult, CpisSetting, CpisVia
from workflows.core.definition import CommandType, Definition, DefinitionRef, Side, StageKind
from workflows.core.facts import Facts, facts
from workflows.core.request import (
    Consent,
    ConsentState,
    Item,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Request,
    Told,
)

_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
_ACTOR = c.Actor("somebody", "Somebody")


def ordinary_case() -> Case:
    """A submitted case with nothing special in it."""
    return Case(
        id="sample", reference="sample", definition=DefinitionRef("sample", 1, ""), packs=(), version=1,
        stage="", kind=StageKind.ADVICE, requester="requester", requester_org="asking", holder_org="holding",
        calendar="", created_at=_AT, stage_since=_AT, submitted_at=_AT,
        request=_request(),
        cpis=(_check(),),
        consent_check=ConsentCheck(c.ConsentFinding.VALID, True, "Seen.", "officer", _AT),
    )  # fmt: skip


def _check() -> CpisCheck:
    return CpisCheck(
        1, Side.HOLDER, _AT, CpisSetting.GENERAL_PRACTICE, False, False, True, CpisResult.NO_PLAN_RECORDED,
        CpisVia.BY_HAND, "officer", "", _AT, (CpisDetails("Adult A"),),
    )  # fmt: skip


def _request() -> Request:
    return Request(
        people=(Person("Adult A", roles=(PersonRole.DATA_SUBJECT, PersonRole.PROTECTED)),),
        purpose=Purpose("A purpose", "A risk", "A risk", "early_help"),
        items=tuple(Item(key, "none", "An item", "A reason") for key in ("a", "b")),
        recipients=(Recipient("Somebody", "somebody@example.org", items=("a", "b")),),
        consent=Consent(state=ConsentState.GIVEN, kinds=("common_law",), explicit=True),
        told=Told(told=True),
    )


def advised(case: Case, command: c.Advise) -> Case:
    """The case once this advice has been given, with the decision that a delegated release makes."""
    advice = Advice(
        command.advice, command.why, (), command.delegated_release, command.redirect,
        "adviser", "Adviser", "", _AT, case.round,
    )  # fmt: skip
    case = replace(case, advice=(advice,))
    return decided(case, Outcome.SHARED) if command.delegated_release else case


def decided(case: Case, outcome: Outcome) -> Case:
    """The case once it has been decided."""
    decision = Decision(outcome, False, (), "", "", (), None, "", "decider", "Decider", "", _AT, case.round)
    return replace(case, decisions=(decision,), outcome=outcome)


def advise(advice: c.AdviceType, *, delegated: bool = False) -> c.Advise:
    """A piece of advice."""
    return c.Advise(id="1", actor=_ACTOR, at=_AT, case_id="sample", advice=advice, delegated_release=delegated)


def decide() -> c.Decide:
    """A decision."""
    return c.Decide(id="1", actor=_ACTOR, at=_AT, case_id="sample", items=())


def release() -> c.Release:
    """A release."""
    return c.Release(id="1", actor=_ACTOR, at=_AT, case_id="sample", contents=())


def review_share() -> c.ReviewShare:
    """A review of an emergency share."""
    return c.ReviewShare(id="1", actor=_ACTOR, at=_AT, case_id="sample", finding=c.ReviewFinding.PROPORTIONATE)


@cache
def fact_words() -> Mapping[str, frozenset[str]]:
    """Fact -> the names that can be asked of it (for a list, of its entries); ``command`` left out."""
    case = advised(ordinary_case(), advise(c.AdviceType.SUPPORTS, delegated=True))
    known: Facts = facts(case, decide(), _NO_DEFINITION)
    return {
        name: frozenset(value[0] if isinstance(value, list) else value)
        for name, value in known.items()
        if name not in ("command", "answers")  # answers are named by each workflow: rules_fields looks at them
    }


_NO_DEFINITION = Definition(DefinitionRef("", 1, ""), "", "", {}, "", frozenset(), {}, {}, ())


def _plain_words(kind: type[c.Command]) -> frozenset[str]:
    """The fields of a command that guards can see: its codes, flags and numbers."""
    hints = typing.get_type_hints(kind)
    plain = {name for name, hint in hints.items() if any(_is_plain(each) for each in _parts(hint))}
    return frozenset({"type", *plain})


def _parts(hint: object) -> tuple[object, ...]:
    return typing.get_args(hint) or (hint,)


def _is_plain(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, bool | int | Enum)


COMMAND_WORDS: Mapping[CommandType, frozenset[str]] = {
    **{command: frozenset({"type"}) for command in CommandType},
    **{
        kind.type: _plain_words(kind)
        for kind in vars(c).values()
        if isinstance(kind, type) and issubclass(kind, c.Command) and hasattr(kind, "type")
    },
}
"""Command -> what a guard can ask of it."""
