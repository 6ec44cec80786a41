"""The disclosure scheme through the door: scenario S10 with every detail, its due dates, and who learns nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.applying import APPLICATION, FORMS, Raw
from tests.builders import BEGAN, House, build
from workflows.core.case import Case
from workflows.core.clocks import due_at
from workflows.core.commands import PUBLIC, Complete, Extend, Start, Withdraw
from workflows.core.definition import Role
from workflows.core.refusals import Refused
from workflows.core.safe_contact import email_refusal, safely
from workflows.core.simulated import Chosen
from workflows.definitions import demo
from workflows.definitions.loader import read_builtin
from workflows.service.applications import Applications
from workflows.service.execute import execute
from workflows.service.publishing import publish, published
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.unit_of_work import Engine, reading
from workflows.service.variants import Variants
from workflows.store import histories
from workflows.store.mapping import case_from_json, case_to_json

pytestmark = [pytest.mark.feature("C15"), pytest.mark.feature("C17"), pytest.mark.feature("C19")]

MONA, PIERS, REQUESTER, MANAGER = "mona.clarke", "piers.holt", "dan.roper", "sue.tranter"
STORY = next(case for case in demo.read("cases")["cases"] if case["key"] == "S10")
SENT: datetime = STORY["submitted"]


def founded(engine: Engine) -> House:
    house = House.found(engine)
    publish(engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    return house


def applications(house: House) -> Applications:
    return Applications(house.engine, house.casework.library)


def applied(house: House, **changed: tuple[str, ...]) -> str:
    """S10's application, through the public entrance."""
    answers = {**APPLICATION, **{name.replace("__", "-"): value for name, value in changed.items()}}
    place = house.organisation("westmoor").id
    got = applications(house).apply("csods", place, answers, command_id=house.new_id(), now=SENT)
    return got.done.case_id


def complete(house: House, case_id: str, who: str, answers: Raw, at: datetime | None = None) -> Case:
    house.give(Complete, who, case_id, answers=answers, at=at)
    return house.case(case_id)


def to(house: House, stage: str) -> str:
    """S10 played to a stage."""
    case_id = applied(house)
    for name, answers in FORMS.items():
        if name == stage:
            return case_id
        complete(house, case_id, PIERS if name == "decision" else MONA, answers)
    return case_id


def due(house: House, case: Case) -> datetime:
    assert case.clock is not None
    found = due_at(case.clock, house.casework.library.calendar(case.calendar))
    assert found is not None
    return found


def code(house: House, act: Any) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_the_whole_story_with_its_due_dates_and_no_detail_lost(engine: Engine) -> None:
    house = founded(engine)
    case_id = applied(house)
    case = house.case(case_id)
    assert due(house, case) == STORY["due"]["initial_checks"]
    case = complete(house, case_id, MONA, FORMS["initial_contact"])
    assert due(house, case).date() == STORY["due"]["face_to_face"]
    case = complete(house, case_id, MONA, FORMS["face_to_face"])
    assert due(house, case).date() == STORY["due"]["decision_28_day"]
    case = complete(house, case_id, MONA, FORMS["risk_assessment"])
    assert (case.stage, due(house, case).date()) == ("decision", STORY["due"]["decision_28_day"])
    case = complete(house, case_id, PIERS, FORMS["decision"])
    case = complete(house, case_id, MONA, FORMS["disclosure"])
    assert (case.stage, case.ending, case.closed) == ("disclosed", STORY["expect"]["outcome"], True)
    _nothing_lost(house, case)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT outcome FROM cases")).scalar_one() == "disclosed"
        assert connection.execute(text("SELECT count(*) FROM spells")).scalar_one() == 0, "a silo is in no figures"
        told = connection.execute(text("SELECT DISTINCT p.email FROM notices n JOIN people p ON p.id = n.person_id"))
        assert {row.email.partition("@")[0] for row in told} <= {MONA, PIERS}
    assert isinstance(verify(engine), Whole)
    assert list(check_folds(engine, house.casework.library)) == []


def _nothing_lost(house: House, case: Case) -> None:
    """Every name, relation, step and answer of the data stands in the case."""
    kept = case_to_json(case)
    for person in STORY["people"]:
        found = next(each for each in case.request.people if each.label == person["label"])
        assert (found.name, found.relation) == (person["name"], person.get("relation", ""))
        assert [role.value for role in found.roles] == person["roles"]
        assert found.born == person.get("born")
        assert found.contact == person.get("contact", "")
    applicant = STORY["applicant"]
    assert applicant["name"] in kept
    assert applicant["relation"] in kept
    for step in STORY["route"][:3]:
        assert step[2] in kept
    known = house.casework.library._definitions[("csods", 1)]
    safe = safely(case, known)
    assert safe is not None
    assert (safe.when, safe.no_email) == (applicant["safe_contact"]["when"], True)
    refusal = email_refusal(case, known)
    assert refusal is not None
    assert "weekday mornings" in refusal.say
    decision, disclosure = case.completions[-2], case.completions[-1]
    says = {each.key: each for each in decision.answers}
    assert (says["disclose_to"].codes, says["not_to"].codes, says["presumption"].yes) == (
        ("Adult M",), ("applicant",), True,
    )  # fmt: skip
    done = {each.key: each for each in disclosure.answers}
    assert done["in_person"].yes
    assert done["documents_left"].text == "none"
    signed = done["undertaking"].signed
    assert signed is not None
    assert (signed.name, signed.how, signed.version) == ("M. Garrow", "on_paper", "2026-11 draft")
    own = known.outcomes
    assert own["disclosed"].letter == own["not_disclosed"].letter, "the letter does not tell what was found"


def test_who_enquired_may_not_rule_however_many_roles_she_has(engine: Engine) -> None:
    house = founded(engine)
    case_id = to(house, "decision")
    house.holds(MONA, Role.CSODS_DECISION_MAKER, "westmoor")
    house.holds(MONA, Role.SCHEME_SUPERVISOR, "westmoor")
    assert code(house, lambda: house.give(Complete, MONA, case_id, answers=FORMS["decision"])) == "enquired"
    offer = next(
        o for o in house.casework.case(house.person(MONA), case_id, now=SENT).offers if o.command == "complete"
    )
    assert offer.refusal is not None
    assert "enquiry" in offer.refusal.say
    mine = house.casework.worklist(house.person(MONA), tab="mine", page=1, now=SENT)
    assert mine.rows == ()
    assert complete(house, case_id, PIERS, FORMS["decision"]).stage == "disclosure"


def test_nobody_outside_the_silo_learns_that_there_is_a_case(engine: Engine) -> None:
    house = founded(engine)
    case_id = applied(house)
    house.holds("carol.finch", Role.MANAGER, "westmoor")
    house.holds("ian.webb", Role.ADMINISTRATOR, "westmoor")
    for who in ("carol.finch", "ian.webb", REQUESTER, MANAGER):
        person = house.person(who)
        assert code(house, lambda p=person: house.casework.case(p, case_id, now=SENT)) == "not_found"
        assert (
            code(house, lambda w=who: house.give(Complete, w, case_id, answers=FORMS["initial_contact"])) == "not_found"
        )
        for tab in ("mine", "team", "waiting", "done"):
            assert house.casework.worklist(person, tab=tab, page=1, now=SENT).rows == ()
    place = house.organisation("westmoor").id
    filters: Any = __import__("workflows.service.views", fromlist=["BoardFilters"]).BoardFilters()
    board = house.casework.board(house.person("carol.finch"), place, filters=filters, page=1, now=SENT)
    assert (board.rows, board.by_stage) == ((), ())
    team = house.casework.worklist(house.person(MONA), tab="team", page=1, now=SENT)
    assert [row.id for row in team.rows] == [case_id]
    assert team.rows[0].requester_org == PUBLIC.name


def test_reports_and_lists_of_versions_tell_nothing_of_a_silo(engine: Engine) -> None:
    house = founded(engine)
    applied(house)
    assert {line.open_cases for line in published(engine)} == {0}
    with reading(engine) as connection:
        assert histories.count(connection, "csods", Chosen()) == 0
        hooks = connection.execute(text("SELECT count(*) FROM webhook_deliveries")).scalar_one()
        told = connection.execute(text("SELECT count(*) FROM announcements")).scalar_one()
    assert (hooks, told) == (0, 0)


def test_a_case_from_before_forms_still_loads(engine: Engine) -> None:
    house = House.found(engine)
    case = house.case(build(house, "S2"))
    old = json.loads(case_to_json(case))
    for name in ("completions", "ending"):
        del old[name]
    del old["definition"]["variant"]
    for clock in (old["clock"], *old["past_clocks"]):
        del clock["counted_from"]
    assert case_from_json(json.dumps(old)) == case


def test_only_the_public_entrance_acts_for_whoever_has_no_account(engine: Engine) -> None:
    house = founded(engine)
    case_id = applied(house)
    case = house.case(case_id)
    assert case.requester == ""
    westmoor = house.organisation("westmoor")
    start = Start(
        id=house.new_id(), actor=PUBLIC, at=SENT, case_id=house.new_id(), reference="GH-X", requester_org=westmoor.id,
        holder_org=westmoor.id, calendar=westmoor.calendar, workflow="csods", public=True, application=APPLICATION,
    )  # fmt: skip
    assert code(house, lambda: house.casework.execute(start)) == "not_found"
    done = house.command(Complete, MONA, case_id, answers=FORMS["initial_contact"])
    forged = Complete(id=house.new_id(), actor=PUBLIC, at=done.at, case_id=case_id, answers=FORMS["initial_contact"])
    assert code(house, lambda: execute(engine, house.casework.library, forged, entrance=True)) == "not_found"
    assert code(house, lambda: house.casework.execute(forged)) == "not_found"


def test_what_was_taken_by_telephone_bars_nobody(engine: Engine) -> None:
    house = founded(engine)
    place, mona = house.organisation("westmoor").id, house.person(MONA)
    taken = applications(house).take(mona, "csods", place, APPLICATION, command_id=house.new_id(), now=SENT)
    case = house.case(taken.done.case_id)
    assert (case.requester, case.completions[0].by) == ("", mona.id)
    page = house.casework.case(mona, case.id, now=SENT)
    assert page.timeline[-1].by == mona.name
    assert complete(house, case.id, MONA, FORMS["initial_contact"]).stage == "face_to_face"
    outsider = house.person(REQUESTER)
    again = lambda: applications(house).take(  # noqa: E731
        outsider, "csods", place, APPLICATION, command_id=house.new_id(), now=SENT
    )
    assert code(house, again) == "not_found"


def test_the_applicant_takes_it_back_and_an_officer_records_that(engine: Engine) -> None:
    house = founded(engine)
    case_id = applied(house)
    assert code(house, lambda: house.give(Withdraw, REQUESTER, case_id, reason="No.")) == "not_found"
    house.give(Withdraw, MONA, case_id, reason="She rang and took it back.")
    assert house.case(case_id).outcome == "withdrawn"


def test_the_applicant_may_ring_whoever_she_knows(engine: Engine) -> None:
    house = founded(engine)
    case_id = to(house, "decision")
    house.give(Withdraw, MONA, case_id, reason="She rang and took it back.")
    page = house.casework.case(house.person(PIERS), case_id, now=SENT)
    assert (page.outcome, page.timeline[1].by) == ("withdrawn", house.person(MONA).name)


def test_the_45_day_variant_is_chosen_with_a_reason_and_pinned(engine: Engine) -> None:
    house = founded(engine)
    before = applied(house)
    place = house.organisation("westmoor").id
    variants = Variants(engine, house.casework.library)
    choose: dict[str, Any] = {"workflow": "csods", "variant": "force_45_days", "reason": "Local policy.", "now": SENT}
    house.holds("ian.webb", Role.ADMINISTRATOR, "westmoor")
    assert code(house, lambda: variants.choose(house.person(MONA), place, **choose)) == "not_found"
    assert (
        code(house, lambda: variants.choose(house.person("ian.webb"), place, **{**choose, "reason": " "})) == "missing"
    )
    wrong = {**choose, "variant": "force_90_days"}
    assert code(house, lambda: variants.choose(house.person("ian.webb"), place, **wrong)) == "unknown_variant"
    variants.choose(house.person("ian.webb"), place, **choose)
    after = applied(house)
    assert (house.case(before).definition.variant, house.case(after).definition.variant) == ("", "force_45_days")
    for case_id, day in ((before, "decision_28_day"), (after, "decision_45_day_variant")):
        for stage in ("initial_contact", "face_to_face"):
            complete(house, case_id, MONA, FORMS[stage])
        assert due(house, house.case(case_id)).date() == STORY["due"][day]


def test_more_time_needs_a_reason_and_a_supervisor(engine: Engine) -> None:
    house = founded(engine)
    case_id = to(house, "risk_assessment")
    assert code(house, lambda: house.give(Extend, MONA, case_id, amount=7, reason="A witness is away.")) == "not_yours"
    assert code(house, lambda: house.give(Extend, PIERS, case_id, amount=7, reason="")) == "missing"
    house.give(Extend, PIERS, case_id, amount=7, reason="A witness is away.")
    assert due(house, house.case(case_id)).date() == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("stage", "changed", "ending"),
    [
        ("initial_contact", {"scope": ("out_of_scope",), "contact": ()}, "out_of_scope"),
        ("initial_contact", {"danger_now": ("yes",), "acted": ("Police protection.",), "goes_on": ("no",)},
         "safeguarding_action"),
        ("face_to_face", {"verified": ("not_verified",)}, "not_verified"),
        ("decision", {"decision": ("do_not_disclose",), "why_not": ("No risk left.",)}, "not_disclosed"),
        ("disclosure", {"done": ("not_made",), "why_not_made": ("She moved away.",)}, "not_disclosed"),
    ],
)  # fmt: skip
def test_every_other_end(engine: Engine, stage: str, changed: dict[str, tuple[str, ...]], ending: str) -> None:
    house = founded(engine)
    case_id = to(house, stage)
    answers = {**FORMS[stage], **changed}
    assert complete(house, case_id, PIERS if stage == "decision" else MONA, answers).ending == ending


def test_what_is_missing_is_told_and_nothing_is_half_stored(engine: Engine) -> None:
    house = founded(engine)
    bad = {name: value for name, value in APPLICATION.items() if not name.startswith("contact_")}
    place = house.organisation("westmoor").id
    with pytest.raises(Refused) as refused:
        applications(house).apply("csods", place, bad, command_id=house.new_id(), now=SENT)
    assert {fault.field for fault in refused.value.refusals} == {"contact_by", "contact_when"}
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
    sent = house.new_id()
    first = applications(house).apply("csods", place, APPLICATION, command_id=sent, now=SENT)
    twice = applications(house).apply("csods", place, APPLICATION, command_id=sent, now=SENT + timedelta(minutes=1))
    assert (twice.done.case_id, twice.reference) == (first.done.case_id, first.reference)


def test_names_are_in_the_personal_parts_only(engine: Engine) -> None:
    house = founded(engine)
    to(house, "disclosure")
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT facts::text FROM events")).scalars().all()
    assert not [row for row in rows if "Garrow" in row or "Brisk" in row or "weekday" in row]
    assert sum(json.loads(row).get("public", False) for row in rows) == 1
