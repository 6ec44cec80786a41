"""Letters: every kind has one, and none says anything about anybody."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, date, datetime
from string import Template
from uuid import uuid4

import pytest

from tests.weighed import RISKS
from tests.workers.house import DAY, MONDAY, House, make_house
from workers import letters
from workers.letters import SUBJECTS, Fields, body, compose, in_words, read
from workflows.core.absences import Wanted
from workflows.core.definition import Role
from workflows.core.imported import Origin
from workflows.core.notices import OF_THE_HOUSE, NoticeKind
from workflows.core.permissions import Membership, Principal
from workflows.service.absences import Absences
from workflows.service.posting import Fate, Letter, Sending, drain
from workflows.service.standing_notices import tell_stand_ins
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import transaction
from workflows.store import calendars
from workflows.store.engine import Engine

ALLOWED = {"reference", "stage", "due", "link"}
CASE = "0190d0f4-0000-7000-8000-000000000001"


def letter(kind: NoticeKind = NoticeKind.YOUR_TURN, *, due_at: datetime | None = None) -> Letter:
    return Letter(
        id="m", message_id="<n@gatehouse>", address="colin@holder.example", kind=kind, case_id=CASE,
        reference="SR-2026-0001", stage_title="Consent check", due_at=due_at, attempts=1,
    )  # fmt: skip


@pytest.mark.feature("C24")
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_has_a_letter_that_names_only_allowed_fields(kind: NoticeKind) -> None:
    assert {field.name for field in fields(Fields)} == ALLOWED
    named = set(Template(read(kind)).get_identifiers())
    assert named <= ALLOWED
    text = body(letter(kind), base_url="https://gatehouse.example")
    if kind in OF_THE_HOUSE:  # no case that they could name
        assert named == {"link"}
        assert "https://gatehouse.example/" in text
        return
    assert {"reference", "stage", "link"} <= named
    assert f"https://gatehouse.example/cases/{CASE}" in text
    assert "SR-2026-0001" in text
    assert "$" not in text


@pytest.mark.feature("C24")
def test_subjects_are_fixed_words_without_the_matter() -> None:
    assert set(SUBJECTS) == set(NoticeKind)
    for subject in SUBJECTS.values():
        assert "Gatehouse" in subject
        assert not re.search(r"safeguard|child|abuse|police|consent|%|\$|\{", subject, re.IGNORECASE)


@pytest.mark.parametrize("words", ["Dear $name", "$reference $purpose", "${email}", "Costs $ 5"])
def test_a_template_that_names_anything_else_is_refused(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "read", lambda _kind: words)
    letters.template.cache_clear()
    with pytest.raises(ValueError, match="may not name"):
        body(letter(), base_url="https://gatehouse.example")
    letters.template.cache_clear()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 12, 9, 17, 0, tzinfo=UTC), "5pm on Wednesday 9 December 2026"),
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), "5pm on Wednesday 1 July 2026"),
        (datetime(2026, 7, 31, 23, 30, tzinfo=UTC), "12:30am on Saturday 1 August 2026"),
        (datetime(2026, 12, 9, 12, 5, tzinfo=UTC), "12:05pm on Wednesday 9 December 2026"),
        (datetime(2026, 12, 9, 9, 0, tzinfo=UTC), "9am on Wednesday 9 December 2026"),
        (None, "no time is running"),
    ],
)
def test_due_times_are_said_as_people_in_london_say_them(at: datetime | None, words: str) -> None:
    assert in_words(at) == words


@pytest.mark.feature("I7")
def test_the_same_letter_is_the_same_mail() -> None:
    first, second = (compose(letter(), base_url="https://g.example", sender="g@g.example") for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == "<n@gatehouse>"
    assert first.get_content() == second.get_content()
    assert first["To"] == "colin@holder.example"
    assert first["From"] == "g@g.example"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"]


def test_an_address_cannot_bring_a_header_with_it() -> None:
    bad = Letter("m", "<n@g>", "a@b.example\nBcc: c@d.example", NoticeKind.ENDED, CASE, "SR-1", "Shared", None, 1)
    with pytest.raises(ValueError):
        compose(bad, base_url="https://g.example", sender="g@g.example")


@pytest.mark.feature("C24")
def test_no_letter_holds_anything_that_anybody_wrote(engine: Engine) -> None:
    """A case whose every field is a canary goes all its ways; no mail of any kind carries the canary."""
    house = make_house(engine)
    canary = "Canary9"
    house.sql("UPDATE people SET name = :canary || name", canary=canary)
    house.sql("UPDATE organisations SET name = :canary || name", canary=canary)
    mails: list[str] = []
    kinds: set[NoticeKind] = set()

    def send(one: Letter) -> Sending:
        kinds.add(one.kind)
        mails.append(compose(one, base_url="https://g.example", sender="g@g.example").as_string())
        return Sending(Fate.SENT)

    play_all_ways(house, canary, post=lambda: drain(house.engine, house.library, send))
    assert kinds == set(NoticeKind) - {NoticeKind.HOLIDAYS_STALE}  # tests/workers/test_holidays.py has that one
    assert house.mails("dead") == 0
    for mail in mails:
        assert canary.lower() not in mail.lower()


def play_all_ways(house: House, canary: str, *, post: object) -> None:
    """Play cases so that every kind of notice is given."""
    from workflows.core.commands import (
        AskIdentity,
        Chase,
        Decide,
        DeclareConflict,
        Extend,
        ItemContent,
        ItemDecision,
        ItemOutcome,
        Reassign,
        RefuseIdentity,
        Release,
        WithdrawConsent,
    )

    assert callable(post)
    case = house.request(canary=canary)
    house.ask(case, question=canary)
    post()
    house.answer(case, answer=canary)
    post()
    max_ = house.actor("max")
    house.do(Chase(id=str(uuid4()), actor=max_, at=MONDAY, case_id=case))
    house.do(
        Reassign(
            id=str(uuid4()), actor=max_, at=MONDAY, case_id=case, to_person=house.people["colin"],
            to_eligible=True, reason=canary,
        )
    )  # fmt: skip
    post()
    house.do(Extend(id=str(uuid4()), actor=max_, at=MONDAY, case_id=case, amount=1, reason=canary))
    post()
    other_days(house, canary)
    sweep(house.engine, house.library)
    post()
    for days in (6, 60):  # the reminder by itself: with what is late it would not be sent
        house.time_is(MONDAY + days * DAY)
        sweep(house.engine, house.library)
        post()
    house.ask(case, question=canary, at=MONDAY + 60 * DAY)
    post()
    house.time_is(MONDAY + 90 * DAY)
    sweep(house.engine, house.library)
    post()
    house.time_is(MONDAY + 60 * DAY)
    house.check_consent(case, note=canary)
    late = MONDAY + 60 * DAY
    house.do(
        AskIdentity(
            id=str(uuid4()), actor=house.actor("ivy"), at=late, case_id=case, label="Child A", reason=canary * 10
        )
    )  # fmt: skip
    post()
    house.do(
        RefuseIdentity(
            id=str(uuid4()), actor=house.actor("guy"), at=late, case_id=case, number=1, answer=canary * 10
        )
    )  # fmt: skip
    post()
    house.advise(case)
    post()
    for who, role in (("guy", Role.CALDICOTT_GUARDIAN), ("dora", Role.DEPUTY_GUARDIAN)):
        nobody_stands_in(house, who, role, at=late, reason=canary)
    tell_stand_ins(house.engine, house.library, now=late, most=9)
    post()
    house.do(
        DeclareConflict(id=str(uuid4()), actor=house.actor("colin"), at=MONDAY + 60 * DAY, case_id=case, reason=canary)
    )
    post()
    house.do(
        Decide(
            id=str(uuid4()), actor=house.actor("guy"), at=MONDAY + 60 * DAY, case_id=case,
            items=(ItemDecision("a", ItemOutcome.SHARE, "necessary", canary),), harm_of_sharing=canary,
            harm_of_not_sharing=canary, would_change_it=canary, **RISKS, conditions=(canary,), retention=canary,
            onward=canary, review_by=(MONDAY + 61 * DAY).date(),
        )
    )  # fmt: skip
    post()
    house.do(
        Release(
            id=str(uuid4()), actor=house.actor("ivy"), at=MONDAY + 60 * DAY, case_id=case,
            contents=(ItemContent("a", canary),),
        )
    )  # fmt: skip
    post()
    house.do(
        WithdrawConsent(
            id=str(uuid4()), actor=house.actor("rita"), at=MONDAY + 60 * DAY, case_id=case, person="Child A",
            how="written", given_by="data_subject", note=canary,
        )
    )  # fmt: skip
    post()
    house.time_is(MONDAY + 70 * DAY)
    sweep(house.engine, house.library)
    post()
    house.sql("DELETE FROM memberships WHERE role = 'consent_officer'")
    house.request(canary=canary, origin=Origin(canary, canary, by_operator=True))
    post()


def other_days(house: House, canary: str) -> None:
    """A set in which the next week has no working day is put in force."""
    days = tuple(((MONDAY + number * DAY).date(), canary) for number in range(7))
    with transaction(house.engine) as connection:
        key = str(uuid4())
        calendars.load(
            connection, set_id=key, calendar="england-and-wales", organisation="", source=canary,
            horizon=date(2032, 12, 31), days=days, hours=None, note=canary, at=MONDAY, by="",
        )  # fmt: skip
        calendars.answer(connection, key, in_force_from=MONDAY - DAY, why="", at=MONDAY, by="")


def nobody_stands_in(house: House, who: str, role: Role, *, at: datetime, reason: str) -> None:
    """Somebody is away and has chosen only the adviser, who may not decide."""
    holder = house.organisations["holder"]
    wanted = Wanted(
        organisation_id=holder, person_id=house.people[who], start=at, until=at + DAY, deputies=(house.people["ivy"],),
        reason=reason,
    )  # fmt: skip
    person = Principal(house.people[who], who, f"{who}@holder.example", frozenset({Membership(holder, role)}))
    Absences(house.engine, house.library).record(person, wanted, absence_id=str(uuid4()), now=at)
