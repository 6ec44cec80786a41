"""The veil over a whole case and its history: what is not known to be a code is masked. No database."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest

from tests.core.play import CONSENT, IG, REQUESTER, Play
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case
from workflows.core.events import EVENTS
from workflows.core.request import People, Period, Person, Purpose, Request
from workflows.core.veil import CODES, WITHHELD, Veil, veil_of
from workflows.core.visibility import Identity

ON = date(2026, 11, 22)
BORN = date(2021, 5, 19)
NAME = "Pixie Orrin"
CHILD = Person("Child P", NAME, BORN, contact=f"{NAME}'s home", nhs_number="9990041199")

pytestmark = pytest.mark.feature("C1")


def at_advice() -> Play:
    play = Play().to("ig_advice")
    request = replace(play.now.request, people=(CHILD,), purpose=Purpose(f"Is {NAME} safe?"))
    play.case = replace(play.now, request=request)
    return play


def veil(case: Case, identity: Identity = Identity.LABELS) -> Veil:
    return veil_of(case, identity, on=ON)


def test_nothing_is_hidden_from_whoever_may_see_names() -> None:
    case = at_advice().now
    lifted = veil(case, Identity.FULL)
    assert lifted.case(case) is case
    assert lifted.labels == ("Child P",)
    assert lifted.over(NAME) == NAME
    event = e.Withdrawn(at=case.created_at, by="requester", reason=NAME)
    assert lifted.event(event) is event


@pytest.mark.parametrize("identity", [Identity.LABELS, Identity.NONE])
def test_a_whole_case_without_identity(identity: Identity) -> None:
    play = at_advice()
    play.do(c.Ask, IG, question=f"Where is {NAME}?")
    play.do(c.Answer, REQUESTER, answer=f"{NAME} is at home.")
    case = replace(play.now, withdrawn_because=f"{NAME} moved.")
    seen = veil(case, identity).case(case)
    assert "pixie" not in repr(seen).lower()
    assert "orrin" not in repr(seen).lower()
    assert seen.questions[0].question == "Where is Child P?"
    assert (seen.id, seen.stage, seen.clock, seen.requester) == (case.id, case.stage, case.clock, case.requester)
    assert [item.key for item in seen.request.items] == [item.key for item in case.request.items]
    asked = next(event for event in play.events if isinstance(event, e.Asked))
    assert veil(case).event(asked) == replace(asked, question="Where is Child P?")


def test_people_in_what_was_saved_are_behind_the_veil_too() -> None:
    case = at_advice().now
    seen = veil(case).over(People((CHILD,)))
    assert seen.people == (Person("Child P", contact="Child P's home"),)
    assert veil(case).over({"said": NAME}) == {"said": "Child P"}
    assert veil(case).over(Request(people=(CHILD,))).people[0].name == ""


def test_a_day_that_is_a_date_of_birth_is_left_out_of_a_period() -> None:
    case = at_advice().now
    item = replace(case.request.items[0], period=Period(BORN, ON))
    case = replace(case, request=replace(case.request, items=(item,)))
    assert veil(case).case(case).request.items[0].period == Period(None, ON)


def test_texts_of_a_case_whose_people_were_erased_are_withheld() -> None:
    play = Play().to("consent_check")
    play.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note=f"{NAME} agrees.")
    play.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, why=f"{NAME} is adult.", redirect="The front desk.")
    case = play.now
    seen = veil(case).case(case)
    assert "Pixie" not in repr(seen)
    assert seen.advice[0].why == WITHHELD
    assert seen.advice[0].redirect == "The front desk."
    assert seen.advice[0].by_name == case.advice[0].by_name
    assert [veil(case).event(event).at for event in play.events] == [event.at for event in play.events]


@dataclass(frozen=True, slots=True)
class Added:
    """A part that somebody adds one day, and forgets this module."""

    key: str
    remark: str


def test_a_field_that_is_added_later_is_masked() -> None:
    seen = veil(at_advice().now).over(Added(NAME, NAME))
    assert (seen.key, seen.remark) == (NAME, "Child P")


def named(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[tuple[str, str]]:
    """Every field of a type and of all that it is made of: the name of the class, the name of the field."""
    for part in typing.get_args(kind) if typing.get_origin(kind) or isinstance(kind, types.UnionType) else ():
        yield from named(part, seen)
    if is_dataclass(kind) and kind not in seen:
        hints = typing.get_type_hints(kind)
        for each in fields(kind):
            yield kind.__name__, each.name  # type: ignore[union-attr]
            yield from named(hints[each.name], seen | {kind})


def test_no_code_is_listed_that_is_no_field() -> None:
    there = {pair for kind in (Case, *EVENTS.values()) for pair in named(kind)}
    names = {field for _, field in there} | {f"{kind}.{field}" for kind, field in there}
    assert names >= CODES
