"""Separation of duties through the door: on the person, whatever roles she has, in whatever organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders import House, build
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.definition import Role
from workflows.core.refusals import ADVISED, NOT_FOUND, NOT_YOURS, OWN_CASE, Refused

pytestmark = pytest.mark.feature("C19")

HARMS = {"harm_of_sharing": "He may stop treatment.", "harm_of_not_sharing": "The child may be hurt."}
REFUSE = c.ItemOutcome.REFUSE
DECISIONS = tuple(
    c.ItemDecision(key, REFUSE, "not_necessary", "Not needed.") for key in ("risk", "crisis", "record")
)  # fmt: skip
ACTS: dict[str, tuple[type[c.Command], dict[str, Any]]] = {
    "consent_check": (
        c.RecordConsent, {"finding": c.ConsentFinding.NOT_A_BAR, "covers_all": False, "note": "Refused."}
    ),
    "ig_advice": (c.Advise, {"advice": c.AdviceType.SUPPORTS}),
    "adjudication": (c.Decide, {"items": DECISIONS, "would_change_it": "New risk.", **HARMS, **RISKS}),
    "release": (c.Release, {"contents": (c.ItemContent("risk", "words"), c.ItemContent("crisis", "words"))}),
}  # fmt: skip
"""The stage's own work, complete, so that only the person can be the reason for a refusal."""

INSERT_ROLE = "INSERT INTO memberships VALUES (cast(:person AS uuid), cast(:org AS uuid), :role)"
EVERY_ROLE = tuple(Role)
ROLE_SETS: tuple[tuple[Role, ...], ...] = (*((role,) for role in Role), EVERY_ROLE)


@dataclass(frozen=True)
class Desk:
    """A case at each stage, all between the same people."""

    house: House
    cases: dict[str, str]

    def attempt(self, who: str, stage: str, *, kind: type[c.Command] | None = None, **fields: Any) -> str:
        """The code of the refusal when ``who`` tries the stage's work, or another act; the case stays as it was."""
        case_id = self.cases[stage]
        wanted, complete = ACTS[stage]
        before = self.house.case(case_id)
        try:
            self.house.give(kind or wanted, who, case_id, **(fields if kind else complete))
        except Refused as refused:
            assert self.house.case(case_id) == before
            return refused.code
        return ""


@pytest.fixture
def desk(house: House) -> Desk:
    """S2 at each of the holder's stages: Priya asks, Lucy advises, Anne decides."""
    return Desk(house, {stage: build(house, "S2", upto=stage) for stage in ACTS})


def give_roles(house: House, who: str, org: str, roles: Iterable[Role]) -> None:
    """Make a person's roles in an organisation exactly these."""
    ids = {"person": house.person(who).id, "org": house.organisation(org).id}
    with house.engine.begin() as connection:
        wanted = "person_id = cast(:person AS uuid) AND organisation_id = cast(:org AS uuid)"
        connection.execute(text(f"DELETE FROM memberships WHERE {wanted}"), ids)
        for role in roles:
            row = {**ids, "role": role.value}
            connection.execute(
                text("INSERT INTO memberships VALUES (cast(:person AS uuid), cast(:org AS uuid), :role)"), row
            )


def test_the_requester_never_works_on_her_own_request(desk: Desk) -> None:
    for roles in ROLE_SETS:
        give_roles(desk.house, "priya.anand", "harrowmere", roles)
        for stage in ACTS:
            assert desk.attempt("priya.anand", stage) == OWN_CASE, (stage, roles)
        for kind, fields in ((c.Ask, {"question": "Why?"}), (c.Chase, {})):
            assert desk.attempt("priya.anand", "adjudication", kind=kind, **fields) == OWN_CASE, roles


def test_the_adviser_never_decides(desk: Desk) -> None:
    deciders = {Role.CALDICOTT_GUARDIAN, Role.DEPUTY_GUARDIAN, Role.ADJUDICATOR}
    for roles in ROLE_SETS:
        give_roles(
            desk.house, "lucy.brandt", "harrowmere", (*roles, Role.IG_LEAD) if Role.IG_LEAD not in roles else roles
        )
        expected = ADVISED if deciders & set(roles) else NOT_YOURS
        assert desk.attempt("lucy.brandt", "adjudication") == expected, roles
        assert desk.attempt("lucy.brandt", "adjudication", kind=c.Ask, question="Why?") == expected, roles


def test_a_named_recipient_never_decides_what_she_receives(desk: Desk) -> None:
    """Somebody with the requester's address book entry: a holder's Guardian whom the request names to receive items."""
    with desk.house.engine.begin() as connection:
        connection.execute(
            text("UPDATE people SET email = 'moved@marlbridge.example' WHERE email = 'priya.anand@marlbridge.example'")
        )
        connection.execute(
            text("UPDATE people SET email = 'priya.anand@marlbridge.example' WHERE email LIKE 'anne.whitcombe@%'")
        )
    assert desk.attempt("anne.whitcombe", "adjudication") == NOT_FOUND, "she stands aside, and knows of it no more"


def test_roles_without_work_give_none(desk: Desk) -> None:
    """Administrators above all: they may not even know of the case."""
    idle = (Role.ADMINISTRATOR, Role.AUDITOR, Role.NAMED_SENIOR, Role.REQUESTER, Role.ON_CALL_AUTHORISER)
    for role in idle:
        give_roles(desk.house, "nadia.roy", "harrowmere", (role,))
        for stage in ACTS:
            assert desk.attempt("nadia.roy", stage) == NOT_FOUND, (stage, role)


def test_a_role_counts_in_its_own_organisation_only(desk: Desk) -> None:
    give_roles(desk.house, "nadia.roy", "harrowmere", ())
    give_roles(desk.house, "nadia.roy", "larkfield", EVERY_ROLE)
    for stage in ACTS:
        assert desk.attempt("nadia.roy", stage) == NOT_FOUND, stage


def test_each_stage_is_for_its_own_roles(desk: Desk) -> None:
    allowed = {
        "consent_check": {Role.CONSENT_OFFICER},
        "ig_advice": {Role.IG_LEAD},
        "adjudication": {Role.CALDICOTT_GUARDIAN, Role.DEPUTY_GUARDIAN, Role.ADJUDICATOR},
    }
    working = {Role.CONSENT_OFFICER, Role.IG_LEAD, Role.CALDICOTT_GUARDIAN, Role.DEPUTY_GUARDIAN, Role.ADJUDICATOR}
    for stage, roles in allowed.items():
        for role in sorted(working - roles):
            give_roles(desk.house, "nadia.roy", "harrowmere", (role,))
            assert desk.attempt("nadia.roy", stage) == NOT_YOURS, (stage, role)
        give_roles(desk.house, "nadia.roy", "harrowmere", (sorted(roles)[0],))
        assert desk.attempt("nadia.roy", stage) == "", stage


def test_a_manager_cannot_hand_a_case_to_who_may_not_decide_it(desk: Desk) -> None:
    case_id = desk.cases["adjudication"]
    give_roles(desk.house, "lucy.brandt", "harrowmere", EVERY_ROLE)
    give_roles(desk.house, "priya.anand", "harrowmere", EVERY_ROLE)
    for who in ("lucy.brandt", "priya.anand", "owen.price", "peter.quayle"):
        to: dict[str, Any] = {"to_person": desk.house.person(who).id, "to_eligible": True, "reason": "Anne is away."}
        with pytest.raises(Refused) as caught:
            desk.house.give(c.Reassign, "martin.shaw", case_id, **to)
        assert caught.value.code == "not_eligible", who
    to = {"to_person": desk.house.person("femi.adeyemi").id, "to_eligible": False, "reason": "Anne is away."}
    desk.house.give(c.Reassign, "martin.shaw", case_id, **to)
    assert desk.attempt("anne.whitcombe", "adjudication") == "assigned"
    assert desk.attempt("femi.adeyemi", "adjudication") == ""


def test_bulk_acts_keep_to_the_same_rules(desk: Desk) -> None:
    case_id, house = desk.cases["adjudication"], desk.house
    give_roles(house, "lucy.brandt", "harrowmere", EVERY_ROLE)
    lucy = house.person("lucy.brandt").id
    manager, now = house.person("martin.shaw"), house.later(case_id)
    (result,) = house.casework.reassign_many(
        manager, [(case_id, house.new_id())], to_person=lucy, reason="Away.", now=now
    )
    assert not result.done
    assert house.case(case_id).assignee == ""
    outsider = house.person("paul.sefton")
    (unknown,) = house.casework.chase_many(outsider, [(case_id, house.new_id())], now=now)
    assert (unknown.done, unknown.reference) == (False, "")
