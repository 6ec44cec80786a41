"""That nobody could be told: when it is so, that it stands until somebody acts, and what lateness came of."""

from __future__ import annotations

import pytest

from tests.core.play import CONSENT, HOLDER, MANAGER, STANDARD, Play
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import apply
from workflows.core.definition import Role
from workflows.core.notices import Audience, Notice, NoticeKind
from workflows.core.passing_on import nobody_told
from workflows.core.standing_in import Swap
from workflows.core.timeliness import Cause, spells
from workflows.core.unheard import WhyUnheard, still_unheard
from workflows.definitions.calendars import seed_calendars

CALENDAR = seed_calendars()["england-and-wales"]
WORK = Notice(NoticeKind.REMINDER, Audience(organisation=HOLDER, roles=(Role.CONSENT_OFFICER,)), "Consent check")
UP = Notice(NoticeKind.ESCALATION, Audience(organisation=HOLDER, roles=(Role.DEPUTY_GUARDIAN,)), "Consent check")
SAID = Notice(NoticeKind.PROGRESS, Audience(people=("gone",)), "Consent check")
ALONE = Notice(NoticeKind.NOBODY_STANDS_IN, Audience(organisation=HOLDER, roles=(Role.MANAGER,)), "Consent check")


def swap(role: Role, to: str) -> Swap:
    return Swap(CONSENT.id, HOLDER, frozenset({role}), to)


@pytest.mark.feature("C20")
@pytest.mark.parametrize(
    ("unread", "passed", "swaps", "found"),
    [
        ((), (WORK,), (), None),
        ((SAID,), (SAID,), (), None),
        ((WORK,), (WORK,), (), (WhyUnheard.NOBODY, True)),
        ((UP,), (UP,), (), (WhyUnheard.NOBODY, False)),
        ((WORK,), (WORK,), (swap(Role.CONSENT_OFFICER, ""),), (WhyUnheard.AWAY, True)),
        ((WORK,), (WORK,), (swap(Role.CONSENT_OFFICER, "deputy"),), (WhyUnheard.NOBODY, True)),
        ((WORK,), (WORK,), (swap(Role.IG_LEAD, ""),), (WhyUnheard.NOBODY, True)),
        ((), (ALONE,), (), (WhyUnheard.AWAY, True)),
    ],
)
def test_nobody_was_told_only_where_somebody_should_have_been(
    unread: tuple[Notice, ...],
    passed: tuple[Notice, ...],
    swaps: tuple[Swap, ...],
    found: tuple[WhyUnheard, bool] | None,
) -> None:
    play = Play().to("consent_check")
    event = nobody_told(unread, passed, swaps, play.now, at=play.at)
    assert (event and (event.why, event.work)) == found
    if event is not None:
        assert (event.by, event.stage, event.clock) == ("", "consent_check", 1)


def lost(play: Play, why: WhyUnheard = WhyUnheard.NOBODY, *, work: bool = True) -> e.NobodyTold:
    clock = play.now.clock
    assert clock is not None
    event = e.NobodyTold(at=play.at, by="", stage=play.now.stage, clock=clock.number, why=why, work=work)
    play.events.append(event)
    play.case = apply(play.now, event)
    return event


@pytest.mark.feature("C20")
def test_it_stands_until_a_person_acts_or_the_case_goes_on() -> None:
    play = Play().to("consent_check")
    before = play.now
    lost(play)
    after = play.now
    assert not after.overtaken(before.version)
    assert still_unheard(after.unheard, stage=after.stage, settled=after.settled) == after.unheard
    play.do(c.Remind, rung="half", clock=1)
    assert still_unheard(play.now.unheard, stage="consent_check", settled=play.now.settled)
    assert not still_unheard(play.now.unheard, stage="ig_advice", settled=play.now.settled)
    play.do(c.Chase, MANAGER)
    assert not still_unheard(play.now.unheard, stage="consent_check", settled=play.now.settled)


@pytest.mark.feature("C20", "C23")
@pytest.mark.parametrize(
    ("why", "work", "cause"),
    [
        (WhyUnheard.NOBODY, True, Cause.NOT_TOLD),
        (WhyUnheard.AWAY, True, Cause.AWAY),
        (WhyUnheard.NOBODY, False, Cause.NOBODY),
    ],
)
def test_lateness_that_came_of_it_is_told_apart(why: WhyUnheard, work: bool, cause: Cause) -> None:
    play = Play().to("consent_check")
    lost(play, why, work=work)
    play.at = play.at.replace(year=2027)
    play.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="Not a bar.")
    (spell,) = [each for each in spells(None, play.events, STANDARD, CALENDAR) if each.stage == "consent_check"]
    assert spell.cause is cause
