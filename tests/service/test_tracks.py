"""One request to several holders: as many cases, sent at once or not at all, each going its own way."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import PASSWORD, House, build
from tests.page import PageClient
from workflows.core.case import Case, Outcome
from workflows.core.commands import AdviceType, Advise, ChooseHolders, ConsentFinding, RecordConsent, Start, Submit
from workflows.core.definition import StageKind
from workflows.core.refusals import Refused
from workflows.service.scenario import perform, scenarios, script
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C2")
OTHERS = ("larkfield", "tolland")


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def choose(house: House, draft: str, *others: str) -> None:
    ids = tuple(house.organisation(each).id for each in others)
    house.give(ChooseHolders, "priya.anand", draft, others=ids)


def tracks(house: House, draft: str) -> list[Case]:
    """Every case of the draft's group, the draft's own first."""
    with reading(house.engine) as connection:
        ids = connection.execute(
            text("SELECT id::text FROM cases WHERE track_group = cast(:g AS uuid) ORDER BY id <> cast(:g AS uuid), id"),
            {"g": draft},
        ).scalars()
        return [house.case(each) for each in ids]


def sent(house: House) -> str:
    """S2 sent to three organisations."""
    draft = build(house, "S2", upto="submit")
    choose(house, draft, *OTHERS)
    house.give(Submit, "priya.anand", draft)
    return draft


def test_sending_makes_a_case_for_each_holder_with_its_own_clock_and_people(house: House) -> None:
    draft = sent(house)
    found = tracks(house, draft)
    holders = {house.organisation(each).id for each in ("harrowmere", *OTHERS)}
    assert {case.holder_org for case in found} == holders
    assert len({case.reference for case in found}) == len({case.id for case in found}) == len(holders)
    for case in found:
        assert case.submitted_at is not None
        assert case.kind is StageKind.CHECK
        assert case.clock is not None
        assert case.request == found[0].request
        assert case.packs == found[0].packs
    with reading(house.engine) as connection:
        told = connection.execute(text("SELECT DISTINCT case_id::text FROM notices WHERE kind = 'your_turn'")).scalars()
        assert set(told) == {case.id for case in found}


def test_sending_twice_sends_once(house: House) -> None:
    draft = build(house, "S2", upto="submit")
    choose(house, draft, *OTHERS)
    command = house.command(Submit, "priya.anand", draft, seen_version=house.case(draft).version)
    assert not house.casework.execute(command).repeated
    assert house.casework.execute(command).repeated
    assert len(tracks(house, draft)) == 1 + len(OTHERS)


def test_when_one_track_cannot_be_made_nothing_is_sent(house: House, engine: Engine) -> None:
    draft = build(house, "S2", upto="submit")
    house.give(ChooseHolders, "priya.anand", draft, others=(house.organisation("larkfield").id, house.new_id()))
    with pytest.raises(Refused) as caught:
        house.give(Submit, "priya.anand", draft)
    assert caught.value.code == "holder_missing"
    assert house.case(draft).submitted_at is None
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 1


def test_what_is_no_choice_is_refused(house: House) -> None:
    draft = build(house, "S2", upto="submit")
    for others, code in (
        (("larkfield", "larkfield"), "holder_twice"),
        (("harrowmere",), "holder_twice"),
        (("marlbridge",), "own_organisation"),
    ):
        with pytest.raises(Refused) as caught:
            choose(house, draft, *others)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        house.give(ChooseHolders, "priya.anand", draft, others=tuple(house.new_id() for _ in range(10)))
    assert caught.value.code == "too_many_holders"
    choose(house, draft, *OTHERS)
    choose(house, draft)
    house.give(Submit, "priya.anand", draft)
    assert house.case(draft).group == ""
    with pytest.raises(Refused) as caught:
        choose(house, draft, *OTHERS)
    assert caught.value.code == "wrong_stage"
    start = house.command(
        Start, "priya.anand", house.new_id(), at=house.case(draft).created_at, reference="GH-X",
        requester_org=house.organisation("marlbridge").id, holder_org=house.organisation("larkfield").id,
        calendar="england-and-wales", group=draft,
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        house.casework.execute(start)
    assert caught.value.code == "track_by_sending"


def test_the_requester_sees_one_request_with_an_answer_from_each(house: House, app: Flask) -> None:
    draft = build(house, "S2", upto="submit")
    client = PageClient(app).sign_in(house.person("priya.anand").email, PASSWORD)
    client.open(f"/requests/{draft}/holders")
    page = client.submit({"others": [house.organisation(each).id for each in OTHERS]})
    assert "are asked as well" in page.text
    assert "Larkfield Surgery" in client.open(f"/requests/{draft}/check").text
    page = client.submit({}, action=f"/requests/{draft}/submit")
    assert "It went to 3 organisations." in page.text
    page = client.open(f"/cases/{draft}")
    assert "One request to 3 organisations" in page.text
    found = tracks(house, draft)
    for case in found:
        assert case.reference in page.text
    mine, other, third = found
    client.open(f"/requests/{other.id}/withdraw")
    client.submit({"reason": "Not needed there."})
    assert house.case(other.id).kind is StageKind.CLOSED
    assert house.case(mine.id).kind is house.case(third.id).kind is StageKind.CHECK
    client.open(f"/requests/{mine.id}/withdraw")
    page = client.submit({"reason": "The family has moved.", "everywhere": "yes"})
    assert "withdrawn at every organisation" in page.text
    assert {house.case(case.id).kind for case in found} == {StageKind.CLOSED}


def test_a_holder_does_not_learn_whom_else_was_asked(house: House, app: Flask) -> None:
    draft = sent(house)
    references = [case.reference for case in tracks(house, draft)[1:]]
    client = PageClient(app).sign_in(house.person("samir.haddad").email, PASSWORD)
    for address in (f"/cases/{draft}", f"/cases/{draft}/consent", "/work"):
        page = client.open(address)
        assert "Larkfield" not in page.html
        assert "Tolland" not in page.html
        assert not [reference for reference in references if reference in page.html]


def test_a_holder_learns_how_many_others_were_asked_and_a_lone_one_nothing(house: House, app: Flask) -> None:
    client = PageClient(app).sign_in(house.person("samir.haddad").email, PASSWORD)
    assert "2 other organisations" in client.open(f"/cases/{sent(house)}").text
    assert "other organisation" not in client.open(f"/cases/{build(house, 'S2', upto='consent_check')}").text


def test_the_requester_sees_who_has_each_answer_and_until_when(house: House, app: Flask) -> None:
    draft = sent(house)
    client = PageClient(app).sign_in(house.person("priya.anand").email, PASSWORD)
    assert client.open(f"/cases/{draft}").text.count(", due by ") == 1 + len(OTHERS)


def test_the_first_answer_does_not_wait_for_the_others(house: House) -> None:
    draft = sent(house)
    _, *others = tracks(house, draft)
    house.give(RecordConsent, "samir.haddad", draft, finding=ConsentFinding.NOT_A_BAR, covers_all=False, note="No bar.")
    assert house.case(draft).kind is StageKind.ADVICE
    assert {house.case(case.id).kind for case in others} == {StageKind.CHECK}


def test_one_holder_shares_early_and_another_turns_it_away_later(house: House) -> None:
    beats = script(scenarios()["S2"], house.cast, tag=house.new_id())
    draft = perform(beats, house.casework.execute, upto="submit").case_id
    at = house.case(draft).created_at
    ids = tuple(house.organisation(each).id for each in OTHERS)
    house.give(ChooseHolders, "priya.anand", draft, others=ids, at=at)
    sending = next(number for number, beat in enumerate(beats) if beat.act == "submit")
    perform(beats[sending:], house.casework.execute)
    first, *others = tracks(house, draft)
    assert first.released_at is not None
    assert {case.kind for case in others} == {StageKind.CHECK}
    later = next(case for case in others if case.holder_org == house.organisation("larkfield").id)
    house.give(RecordConsent, "beth.carver", later.id, finding=ConsentFinding.NOT_A_BAR, covers_all=False, note="No.")
    house.give(
        Advise, "beth.carver", later.id, advice=AdviceType.OUT_OF_SCOPE, why="Not a patient here.",
        redirect="The practice he is with now.",
    )  # fmt: skip
    ends = {case.holder_org: case.outcome for case in tracks(house, draft)}
    assert ends[later.holder_org] is Outcome.REDIRECTED
    assert ends[first.holder_org] is first.outcome is Outcome.PARTLY_SHARED
    clocks = {case.clock.number for case in tracks(house, draft) if case.clock is not None}
    assert clocks == {1}
