"""What a decision must weigh, what it may ask, and which of its parts hold when the request is changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.play import GUARDIAN, IG, REQUESTER, Play
from tests.weighed import RATED
from workflows.core import commands as c
from workflows.core.deciding import carried
from workflows.core.definition import StageKind
from workflows.core.refusals import Refused
from workflows.core.weighing import UNWEIGHED, RiskAssessment

S, R, N = "share", "share_reduced", "refuse"


def faults(play: Play, *outcomes: str, **fields: object) -> list[tuple[str, str]]:
    before = play.now
    with pytest.raises(Refused) as caught:
        play.decide(*outcomes, **fields)
    assert play.now is before
    return [(refusal.code, refusal.field) for refusal in caught.value.refusals]


@pytest.mark.feature("C5")
@pytest.mark.parametrize(
    ("outcomes", "side"), [((S, S), "sharing"), ((N, N), "not_sharing")], ids=["all shared", "all refused"]
)
def test_each_way_needs_its_own_side_whole(outcomes: tuple[str, str], side: str) -> None:
    play = Play().to("adjudication")
    other = {"sharing": "not_sharing", "not_sharing": "sharing"}[side]
    empty = {f"harm_of_{other}": "", f"risk_of_{other}": UNWEIGHED}
    missing = {f"harm_of_{side}": " ", f"risk_of_{side}": UNWEIGHED}
    assert faults(play, *outcomes, **empty, **missing) == [
        ("missing", f"harm_of_{side}"),
        ("likelihood_missing", f"likelihood_of_{side}"),
        ("severity_missing", f"severity_of_{side}"),
        ("missing", f"affected_of_{side}"),
    ]
    part = {f"risk_of_{side}": RiskAssessment(RATED.likelihood, RATED.severity, "x" * 4001, "y" * 4001)}
    assert faults(play, *outcomes, **empty, **part) == [
        ("too_long", f"affected_of_{side}"),
        ("too_long", f"evidence_of_{side}"),
    ]
    play.decide(*outcomes, **empty)
    assert play.now.decision is not None
    assert getattr(play.now.decision, f"risk_of_{side}") == RATED
    assert getattr(play.now.decision, f"risk_of_{other}") == UNWEIGHED


@pytest.mark.feature("C5")
@pytest.mark.parametrize("outcomes", [(S, R), (R, R), (S, N)])
def test_who_shares_in_part_weighs_both_sides(outcomes: tuple[str, str]) -> None:
    play = Play().to("adjudication")
    unweighed = {"risk_of_sharing": UNWEIGHED, "risk_of_not_sharing": UNWEIGHED}
    fields = [field for _, field in faults(play, *outcomes, **unweighed)]
    assert [field for field in fields if field.startswith("likelihood")] == [
        "likelihood_of_sharing",
        "likelihood_of_not_sharing",
    ]


@pytest.mark.feature("C5")
def test_who_could_decide_and_asks_instead_says_what_waiting_could_do() -> None:
    play = Play().to("adjudication")
    with pytest.raises(Refused) as caught:
        play.do(c.Ask, GUARDIAN, question="Which months?", items=("risk",))
    assert [(each.code, each.field) for each in caught.value.refusals] == [("missing", "harm_of_waiting")]
    play.do(c.Ask, GUARDIAN, question="Which months?", items=("risk",), harm_of_waiting="A child waits.")
    (question,) = play.now.questions
    assert (question.items, question.harm_of_waiting) == (("risk",), "A child waits.")
    assert play.now.kind is StageKind.INFORMATION_NEEDED
    assert play.now.decision is None
    play.do(c.Answer, REQUESTER, answer="October.")
    assert play.now.kind is StageKind.ADJUDICATION
    assert play.now.questions[0].items == ("risk",)


@pytest.mark.feature("C2")
def test_one_asks_about_items_of_the_request_and_about_each_once() -> None:
    play = Play().to("ig_advice")
    for items, code in ((("risk", "other"), "foreign_item"), (("risk", "risk"), "item_asked_twice")):
        with pytest.raises(Refused) as caught:
            play.do(c.Ask, IG, question="Which months?", items=items)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        play.do(c.Ask, IG, question="Which months?", harm_of_waiting="x" * 4001)
    assert caught.value.code == "too_long"


@pytest.mark.feature("C2")
def test_a_changed_item_loses_its_decision_and_the_others_keep_theirs() -> None:
    play = Play().to("release")
    decision, before = play.now.decision, play.now.request
    assert decision is not None
    risk, record = decision.items
    assert carried(decision, before, before) == (risk, record)
    wider = replace(before.items[1], describe="The whole record, both volumes")
    assert carried(decision, before, replace(before, items=(before.items[0], wider))) == (risk,)
    more = replace(before.items[0], key="plan")
    assert carried(decision, before, replace(before, items=(*before.items, more))) == (risk, record)
    assert carried(decision, before, replace(before, items=before.items[1:])) == (record,)
    # An item that somebody else would read is another disclosure.
    reader = before.recipients[0]
    others = replace(before, recipients=(reader, replace(reader, email="t@x.example", items=("risk",))))
    assert carried(decision, before, others) == (record,)
