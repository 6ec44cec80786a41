"""Asking to see an identity: who may ask, who may answer, for how long, and what stays. No database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.play import ASKER, CONSENT, GUARDIAN, HOLDER, IG, MANAGER, OUTSIDER, REQUESTER, person
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import Refused
from workflows.core.reveals import (
    MINUTES,
    MOST_MINUTES,
    Reveals,
    RevealState,
    Setting,
    ask,
    grant,
    grant_refusal,
    open_asks,
    refuse,
    visible_labels,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WHY = "The two children may be one."
DEPUTY = person("deputy", (HOLDER, Role.DEPUTY_GUARDIAN))
ADJUDICATOR = person("adjudicator", (HOLDER, Role.ADJUDICATOR))
BOTH = person("both", (HOLDER, Role.IG_LEAD), (HOLDER, Role.CALDICOTT_GUARDIAN))
TURNCOAT = person("requester", (ASKER, Role.REQUESTER), (HOLDER, Role.CALDICOTT_GUARDIAN))
NAMED = person("named", (HOLDER, Role.CALDICOTT_GUARDIAN), (HOLDER, Role.IG_LEAD))
SETTING = Setting(
    holder_org=HOLDER,
    requester=REQUESTER.id,
    labels=("Child A", "Adult B"),
    advisers=frozenset({IG.id}),
    recipients=frozenset({NAMED.email}),
)

pytestmark = pytest.mark.feature("C1")


def asked(reveals: Reveals = (), by: Principal = IG, at: datetime = NOW, **fields: Any) -> Reveals:
    """Ask to see Child A."""
    given: dict[str, Any] = {"setting": SETTING, "roles": [Role.IG_LEAD], "label": "Child A", "reason": WHY, **fields}
    return ask(reveals, by=by, at=at, **given)


def codes(act: Callable[[], object]) -> list[str]:
    """The codes with which this is refused."""
    with pytest.raises(Refused) as refused:
        act()
    assert all(refusal.say.endswith(".") for refusal in refused.value.refusals)
    return [refusal.code for refusal in refused.value.refusals]


def test_an_identity_is_seen_by_who_asked_from_the_grant_until_the_time_is_over() -> None:
    reveals = asked()
    assert visible_labels(reveals, IG.id, now=NOW) == frozenset()
    at = NOW + timedelta(minutes=5)
    reveals = grant(reveals, setting=SETTING, by=GUARDIAN, number=1, at=at, answer=" Go on. ")
    (one,) = reveals
    assert (one.state, one.granted_by, one.answer, one.reason) == (RevealState.GRANTED, GUARDIAN.id, "Go on.", WHY)
    assert one.until == at + timedelta(minutes=MINUTES)
    for now, seen in ((at, True), (at - timedelta(seconds=1), False), (one.until, False)):
        assert visible_labels(reveals, IG.id, now=now) == (frozenset({"Child A"}) if seen else frozenset())
    assert visible_labels(reveals, GUARDIAN.id, now=at) == frozenset()
    assert open_asks(reveals) == ()


def test_a_refusal_stays_and_asking_again_adds() -> None:
    first = asked()
    first = refuse(first, setting=SETTING, by=CONSENT, number=1, at=NOW, answer="Labels are enough for this.")
    assert first[0].state is RevealState.REFUSED
    both = asked(first, at=NOW + timedelta(hours=1))
    assert both[0] == first[0]
    assert both[1].number == 2
    granted = grant(both, setting=SETTING, by=DEPUTY, number=2, at=NOW + timedelta(hours=2), minutes=5)
    assert granted[0] == first[0]
    assert granted[1].until == NOW + timedelta(hours=2, minutes=5)
    assert visible_labels(granted, IG.id, now=NOW) == frozenset()
    assert open_asks(both) == both[1:]


def test_asking_again_after_the_time_is_over() -> None:
    seen = grant(asked(), setting=SETTING, by=GUARDIAN, number=1, at=NOW)
    assert codes(lambda: asked(seen, at=NOW + timedelta(minutes=59))) == ["visible_already"]
    assert len(asked(seen, at=NOW + timedelta(minutes=60))) == 2
    assert len(asked(seen, at=NOW, label="Adult B")) == 2


@pytest.mark.parametrize("by", [MANAGER, GUARDIAN, OUTSIDER, REQUESTER, TURNCOAT, NAMED], ids=lambda each: each.id)
def test_only_who_works_on_it_may_ask(by: Principal) -> None:
    assert codes(lambda: asked(by=by)) == ["not_yours"]


def test_what_is_asked_must_be_whole() -> None:
    assert codes(lambda: asked(label="Child Z", reason=" too short ")) == ["not_found", "reason_short"]
    assert codes(lambda: asked(reason="x" * 4_001)) == ["too_long"]
    assert codes(lambda: asked(reason="see\x00the child")) == ["bad_characters"]
    assert codes(lambda: asked(asked())) == ["asked_already"]
    assert len(asked(asked(), by=BOTH)) == 2


@pytest.mark.parametrize("by", [GUARDIAN, DEPUTY, CONSENT, ADJUDICATOR], ids=lambda each: each.id)
def test_who_may_answer(by: Principal) -> None:
    assert grant_refusal(SETTING, by, asked_by=IG.id) is None
    assert grant(asked(), setting=SETTING, by=by, number=1, at=NOW)[0].granted_by == by.id
    assert refuse(asked(), setting=SETTING, by=by, number=1, at=NOW, answer=WHY)[0].refused_by == by.id


@pytest.mark.parametrize(
    ("asker", "by", "code"),
    [
        (IG, IG, "own_ask"),
        (BOTH, BOTH, "own_ask"),
        (BOTH, IG, "advised"),
        (IG, TURNCOAT, "own_case"),
        (IG, NAMED, "own_case"),
        (IG, MANAGER, "not_yours"),
        (IG, OUTSIDER, "not_yours"),
        (IG, REQUESTER, "own_case"),
    ],
)
def test_who_may_not_answer(asker: Principal, by: Principal, code: str) -> None:
    waiting = asked(by=asker)
    assert codes(lambda: grant(waiting, setting=SETTING, by=by, number=1, at=NOW)) == [code]
    assert codes(lambda: refuse(waiting, setting=SETTING, by=by, number=1, at=NOW, answer=WHY)) == [code]


def test_an_answer_is_given_once_and_whole() -> None:
    waiting = asked()
    assert codes(lambda: grant(waiting, setting=SETTING, by=GUARDIAN, number=2, at=NOW)) == ["not_found"]
    assert codes(lambda: refuse(waiting, setting=SETTING, by=GUARDIAN, number=1, at=NOW, answer="no")) == [
        "reason_short"
    ]
    for minutes in (0, MOST_MINUTES + 1):
        tried = codes(lambda: grant(waiting, setting=SETTING, by=GUARDIAN, number=1, at=NOW, minutes=minutes))  # noqa: B023
        assert tried == ["reveal_time"]
    long = "x" * 4_001
    assert codes(lambda: grant(waiting, setting=SETTING, by=GUARDIAN, number=1, at=NOW, minutes=0, answer=long)) == [
        "too_long",
        "reveal_time",
    ]
    answered = refuse(waiting, setting=SETTING, by=GUARDIAN, number=1, at=NOW, answer=WHY)
    assert codes(lambda: grant(answered, setting=SETTING, by=GUARDIAN, number=1, at=NOW)) == ["answered_already"]
