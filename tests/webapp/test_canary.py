"""Advice without identity, proved over everything: whoever advises never reads who the child is (C1)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.architecture.test_reading import addresses
from tests.builders import BEGAN, House, build
from tests.webapp.api_client import Caller
from tests.webapp.canary import SAYS, canary, tells
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, OFFICER, REQUESTER, Desk
from workers.letters import compose
from workers.notify import personalised, personalised_digest
from workflows.core.commands import AdviceType, Advise, Answer, Ask, DeclareConflict, DemandSecond, Reassign
from workflows.core.definition import Role
from workflows.service import packing
from workflows.service.digesting import Digest
from workflows.service.posting import claim
from workflows.service.registering import Break, verify
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C1")

STAGES = ("consent_check", "ig_advice", "adjudication")
WRITTEN = (f"{SAYS} Which months?", f"October. {SAYS}")


@pytest.fixture
def desk(house: House, app: Flask, engine: Engine) -> Desk:
    """The demo's people at their desks."""
    packing.found(engine, at=BEGAN)
    return Desk(house, app)


def leaks(desk: Desk, who: str, cases: list[str]) -> list[str]:
    """Every address that tells this person who the child is, on the pages and at the API."""
    found = []
    opened = set()
    client = desk.sit(who)
    token = Caller.enter(desk.app, desk.house.engine, desk.house.person(who)).headers()
    for endpoint, path in addresses(desk.app, cases):
        answer = client.http.get(path, headers=token if path.startswith("/api/v1/") else {})
        if answer.status_code == 200:
            opened.add(endpoint)
        told = tells(answer.get_data(as_text=True)) + tells(str(answer.headers))
        found += [f"{path} ({answer.status_code}): {each}" for each in told]
    assert {"cases.page", "worklist.home", "api.readCase"} <= opened, opened
    return found


def asked_and_answered(house: House, case_id: str) -> None:
    """A question from the adviser and the requester's answer, both with names."""
    at = house.case(case_id).stage_since
    house.give(Ask, LEAD, case_id, question=WRITTEN[0], at=at + timedelta(minutes=1))
    house.give(Answer, REQUESTER, case_id, answer=WRITTEN[1], at=at + timedelta(minutes=2))


def test_the_canary_sings_to_whoever_may_hear_it(desk: Desk) -> None:
    """The test would notice: the officer, the Guardian and the requester read every string."""
    case_id = canary(desk.house, upto="ig_advice")
    for who in (OFFICER, GUARDIAN, REQUESTER):
        page = desk.sit(who).open(f"/cases/{case_id}")
        said = " ".join(tells(page.html)).casefold()
        for string in ("tobiah", "tobes", "larkspur", "999 073 4429"):
            assert string in said, f"{who} does not read {string}"


@pytest.mark.slow
def test_whoever_advises_never_reads_who_it_is(desk: Desk) -> None:
    house = desk.house
    cases = [canary(house, upto=stage) for stage in STAGES]
    asked_and_answered(house, cases[1])
    open_question = canary(house, upto="ig_advice")
    house.give(Ask, LEAD, open_question, question=WRITTEN[0])
    given = canary(house, upto="adjudication")
    house.give(
        Reassign, MANAGER, given, to_person=house.person(GUARDIAN).id, to_eligible=False, reason=f"Leave. {SAYS}"
    )
    house.give(DemandSecond, GUARDIAN, given, reason=f"Hard to decide. {SAYS}")
    house.give(DeclareConflict, "femi.adeyemi", given, reason=f"My cousin. {SAYS}")
    ended = canary(house, upto=None)
    out = canary(house, upto="ig_advice")
    asked_and_answered(house, out)
    house.give(
        Advise, LEAD, out, advice=AdviceType.OUT_OF_SCOPE, why=f"Not ours. {SAYS}", redirect="The council's front desk."
    )
    build(house, "S3", upto="emergency_release")  # which publishes the workflow for emergencies
    night = [canary(house, story="S3", upto=stage) for stage in ("ig_advice", "retrospective_review", None)]
    everywhere = [*cases, open_question, given, ended, out, *night]
    leaked = leaks(desk, LEAD, everywhere)
    assert not leaked, "\n".join(leaked)
    page = desk.sit(LEAD).open(f"/cases/{cases[1]}")
    assert "Child K" in page.text
    assert "11 to 15" in page.text
    assert "front desk" in desk.sit(LEAD).open(f"/cases/{out}").text
    # A manager, who sees where a request is and no more, reads no name either, whatever has been said of it.
    assert leaks(desk, MANAGER, [open_question, given, ended, night[0]]) == []


def test_an_adviser_who_also_decides_reads_labels_as_long_as_advice_is_to_be_given(desk: Desk) -> None:
    desk.house.holds(LEAD, Role.CALDICOTT_GUARDIAN, "harrowmere")
    case_id = canary(desk.house, upto="ig_advice")
    assert tells(desk.sit(LEAD).open(f"/cases/{case_id}").html) == []
    desk.house.give(Ask, LEAD, case_id, question=WRITTEN[0])
    assert tells(desk.sit(LEAD).open(f"/cases/{case_id}").html) == []


def test_a_refused_form_and_an_overtaken_one_tell_no_name(desk: Desk) -> None:
    case_id = canary(desk.house, upto="ig_advice")
    lead = desk.sit(LEAD)
    lead.open(f"/cases/{case_id}/advise")
    assert tells(lead.submit({"advice": "does_not_support", "why": ""}, status=422).html) == []
    lead.open(f"/cases/{case_id}/advise")
    asked_and_answered(desk.house, case_id)
    assert tells(lead.submit({"advice": "supports", "why": "It helps."}, status=409).html) == []


def test_no_mail_tells_who_it_is(desk: Desk, engine: Engine) -> None:
    for stage in (*STAGES, None):
        canary(desk.house, upto=stage)
    mails = []
    while letters := claim(engine, desk.house.casework.library).letters:
        mails += [compose(each, base_url="https://gatehouse.example", sender="a@x.example") for each in letters]
    assert mails
    assert [tells(mail.as_string()) for mail in mails if tells(mail.as_string())] == []
    assert all(re.search(r"GH-", mail.get_content()) for mail in mails)


@pytest.mark.feature("C24")
def test_nothing_that_notify_is_given_tells_who_it_is(desk: Desk, engine: Engine) -> None:
    for stage in (*STAGES, None):
        canary(desk.house, upto=stage)
    letters = []
    while found := claim(engine, desk.house.casework.library).letters:
        letters += found
    base = "https://gatehouse.example"
    given = [personalised(each, template="t", base_url=base) for each in letters]
    whole = Digest("d", "<d@gatehouse>", letters[0].address, tuple(letters), 1)
    given.append(personalised_digest(whole, template="t", base_url=base))
    assert len(given) > 5
    assert [tells(json.dumps(each)) for each in given if tells(json.dumps(each))] == []
    names = [who.name for who in desk.house.cast.people.values()]
    said = json.dumps([each["personalisation"] for each in given])
    assert [name for name in names if name in said] == []


def test_an_age_is_told_in_bands_of_the_day(desk: Desk) -> None:
    case_id = canary(desk.house, upto="ig_advice")
    page = desk.house.casework.case(desk.house.person(LEAD), case_id, now=datetime.now(UTC))
    first = page.people[0]
    assert (first.label, first.age_band, first.name, first.born) == ("Child K", "11 to 15", "", None)


@pytest.mark.slow
def test_a_name_is_shown_on_one_page_for_a_time_after_a_second_request(desk: Desk, engine: Engine) -> None:
    """Before and after a refusal nothing is told; under a grant the case page alone tells; then it is over."""
    case_id = canary(desk.house, upto="ig_advice")
    asked_and_answered(desk.house, case_id)
    lead, guardian = desk.sit(LEAD), desk.sit(GUARDIAN)
    page, ask = f"/cases/{case_id}", f"/cases/{case_id}/identity"
    lead.open(ask)
    lead.submit({"label": "Child K", "reason": f"Two may be one. {SAYS}"}, action=ask)
    assert "Two may be one" in guardian.open(f"{ask}/answer").text
    guardian.submit({"choice": "refuse", "answer": f"Labels are enough. {SAYS}"}, action=f"{ask}/answer")
    assert leaks(desk, LEAD, [case_id]) == []
    assert "Labels are enough" in lead.open(page).text
    assert identity_reads(engine) == []

    lead.open(ask)
    lead.submit({"label": "Child K", "reason": "The school named in it has two."}, action=ask)
    guardian.open(f"{ask}/answer")
    guardian.submit({"choice": "show", "answer": SAYS}, action=f"{ask}/answer")
    told = leaks(desk, LEAD, [case_id])
    assert {each.partition(" ")[0] for each in told} == {page}, "on the case page and nowhere else"
    seen = lead.open(page).text
    for string in ("Tobiah Quillfeather", "Tobes", "9990734429", "14 Larkspur Mews"):
        assert string in seen
    assert "Each look is recorded" in seen
    assert "Labels are enough" in seen, "the refusal stays beside the grant"
    looks = identity_reads(engine)
    assert looks
    assert {(person, *labels) for person, labels in looks} == {(desk.house.person(LEAD).id, "Child K")}
    # Nobody else who advises sees what was shown to her.
    desk.house.holds(MANAGER, Role.IG_LEAD, "harrowmere")
    assert leaks(desk, MANAGER, [case_id]) == []

    with transaction(engine) as connection:
        connection.execute(text("UPDATE product_clock SET ahead = interval '1 hour'"))
    lead = desk.sit(LEAD)
    assert leaks(desk, LEAD, [case_id]) == []
    over = lead.open(page).text
    assert "Could be seen until" in over
    assert "Labels are enough" in over
    assert identity_reads(engine) == looks
    assert not isinstance(verify(engine), Break), "the register is whole"
    letters = claim(engine, desk.house.casework.library, most=200).letters
    mails = [compose(each, base_url="https://gatehouse.example", sender="a@x.example") for each in letters]
    # Who is asked is not told any more once it has been answered.
    assert "identity_answered" in {each.kind.value for each in letters}
    assert [mail for mail in mails if tells(mail.as_string())] == []


def identity_reads(engine: Engine) -> list[tuple[str, list[str]]]:
    """Who looked at which identities, as it is recorded."""
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT person_id::text, items FROM reads WHERE what = 'identity' ORDER BY id"))
        return [(row.person_id, list(row.items)) for row in rows]
