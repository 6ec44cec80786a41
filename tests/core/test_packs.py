"""Packs as data: what changed between two versions, which is in force when, who may bring one into force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from workflows.core.commands import ItemOutcome
from workflows.core.definition import Role
from workflows.core.pack_versions import (
    Change,
    InForce,
    administers,
    answering_refusal,
    current,
    diff,
    in_force,
    proposing_refusal,
)
from workflows.core.packs import (
    Body,
    Item,
    LegalBasis,
    Myth,
    Pack,
    PackKind,
    PackRef,
    PackSource,
    PackStatus,
    Place,
    Principle,
    ReasonCode,
    Shown,
    SourceTag,
)
from workflows.core.permissions import Membership, Principal
from workflows.core.refusals import NOT_YOURS

pytestmark = pytest.mark.feature("C4")
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def principle(code: str, text: str = "Say why.", **other: object) -> Principle:
    return Principle(code=code, short_title=f"Title {code}", text=text, source=SourceTag.SEED, **other)  # type: ignore[arg-type]


def pack(version: str, *items: Item, begins: date = date(2013, 1, 1), name: str = "caldicott") -> Pack:
    source = PackSource("A page", "A publisher", "https://x.example", "None", date(2026, 1, 1))
    return Pack(
        ref=PackRef(name, version), digest=version, kind=PackKind.PRINCIPLES, title="Principles", summary="Some.",
        nations=(), source=source, published=begins, effective_from=begins, effective_to=None,
        status=PackStatus.AWAITING_REVIEW, awaiting=Role.IG_LEAD, approved_by="", approved_on=None, author="Us",
        change_note=f"Version {version}.", items=items,
    )  # fmt: skip


def person(name: str, *roles: Role) -> Principal:
    return Principal(name, name, f"{name}@x.example", frozenset(Membership("org", role) for role in roles))


# --- Names


def test_a_version_is_named_by_pack_and_version() -> None:
    ref = PackRef.read("golden-rules/2024-05")
    assert (ref.pack, ref.version, str(ref)) == ("golden-rules", "2024-05", "golden-rules/2024-05")


@pytest.mark.parametrize("text", ["", "caldicott", "caldicott/", "/2013", "a/b/c"])
def test_anything_else_is_no_name_of_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="pack/version"):
        PackRef.read(text)


# --- What changed


def test_a_comparison_tells_added_removed_changed_and_same_items_in_order() -> None:
    old = pack("1", principle("1"), principle("2"), principle("3"))
    new = pack("2", principle("2", "Say when."), principle("4"), principle("1"), begins=date(2020, 12, 8))
    found = diff(old, new)
    told = [(each.change, (each.after or each.before or principle("none")).code) for each in found.items]
    assert told == [(Change.CHANGED, "2"), (Change.ADDED, "4"), (Change.SAME, "1"), (Change.REMOVED, "3")]
    changed, added, same, removed = found.items
    assert changed.fields == ("text",)
    assert (changed.before, changed.after) == (old.items[1], new.items[0])
    assert (added.before, removed.after, same.fields) == (None, None, ())
    assert found.facts == ("published", "effective_from")
    assert [found.count(change) for change in Change] == [1, 1, 1, 1]


def test_the_same_code_in_another_group_is_another_item() -> None:
    old = pack("1", principle("none", group="state"))
    new = pack("2", principle("none", group="grounds"))
    assert [each.change for each in diff(old, new).items] == [Change.ADDED, Change.REMOVED]


def test_an_item_that_became_another_sort_of_item_has_changed() -> None:
    old = pack("1", principle("1"))
    new = pack(
        "2",
        ReasonCode(
            code="1", short_title="Title 1", text="Say why.", source=SourceTag.SEED, outcomes=(ItemOutcome.SHARE,)
        ),
    )
    (only,) = diff(old, new).items
    assert only.change is Change.CHANGED
    assert only.fields[0] == "outcomes"


def test_nothing_differs_from_itself_and_different_packs_cannot_be_compared() -> None:
    one = pack("1", principle("1"))
    found = diff(one, one)
    assert (found.facts, found.count(Change.SAME)) == ((), 1)
    with pytest.raises(ValueError, match="different packs"):
        diff(one, pack("1", name="golden-rules"))


# --- Looking things up


def test_an_item_is_found_by_its_code_and_group() -> None:
    one = pack("1", principle("1"), principle("1", group="state"))
    assert one.item("1") is one.items[0]
    assert one.item("1", group="state") is one.items[1]
    assert one.item("2") is None
    assert not one.items[0].unconfirmed
    assert replace(one.items[0], source=SourceTag.UNCONFIRMED).unconfirmed


def test_a_myth_belongs_beside_the_choice_that_rests_on_it() -> None:
    where = (Shown(Place.DECISION_REASON, ("no_consent",)), Shown(Place.RISK_OF_SHARING))
    myth = Myth(code="m", short_title="Never", text="Not so.", source=SourceTag.SEED, shown_at=where)
    one = pack("1", myth, principle("1"))
    assert one.myths_at(Place.DECISION_REASON, "no_consent") == (myth,)
    assert one.myths_at(Place.DECISION_REASON, "not_held") == ()
    assert one.myths_at(Place.RISK_OF_SHARING) == (myth,)
    assert one.myths_at(Place.CONSENT_STATE, "refused") == ()


def basis(*users: Body, since: date | None = None) -> LegalBasis:
    return LegalBasis(code="6", short_title="T", text="T", source=SourceTag.CONFIRMED, users=users, since=since)


@pytest.mark.parametrize(
    ("found", "authority", "police", "yes"),
    [
        (basis(), True, False, True),
        (basis(), False, False, True),
        (basis(Body.OTHER), True, False, False),
        (basis(Body.OTHER), False, False, True),
        (basis(Body.PUBLIC_AUTHORITY), False, False, False),
        (basis(Body.LAW_ENFORCEMENT), True, False, False),
        (basis(Body.LAW_ENFORCEMENT), True, True, True),
    ],
)
def test_who_would_ordinarily_rely_on_a_basis(found: LegalBasis, authority: bool, police: bool, yes: bool) -> None:
    day = date(2026, 11, 10)
    assert found.open_to(public_authority=authority, law_enforcement=police, on=day) is yes


def test_nobody_relies_on_a_basis_before_it_is_law() -> None:
    found = basis(since=date(2026, 2, 5))
    assert not found.open_to(public_authority=False, law_enforcement=False, on=date(2026, 2, 4))
    assert found.open_to(public_authority=False, law_enforcement=False, on=date(2026, 2, 5))


# --- In force


def test_the_version_in_force_changes_at_its_instant_and_not_before() -> None:
    old, new = PackRef("caldicott", "2013"), PackRef("caldicott", "2020-12")
    other = PackRef("a-pack", "1")
    made = [InForce(old, NOON), InForce(other, NOON), InForce(new, NOON + timedelta(days=1))]
    second = timedelta(seconds=1)
    assert in_force(made, at=NOON - second) == ()
    assert [each.ref for each in in_force(made, at=NOON)] == [other, old]
    assert [each.ref for each in in_force(made, at=NOON + timedelta(days=1) - second)] == [other, old]
    assert [each.ref for each in in_force(made, at=NOON + timedelta(days=1))] == [other, new]


def test_of_two_that_begin_together_the_later_made_counts_and_one_planned_before_still_comes() -> None:
    old, new = PackRef("caldicott", "2013"), PackRef("caldicott", "2020-12")
    assert in_force([InForce(new, NOON), InForce(old, NOON)], at=NOON) == (InForce(old, NOON),)
    planned = [InForce(new, NOON + timedelta(days=1)), InForce(old, NOON)]
    assert in_force(planned, at=NOON)[0].ref == old
    assert in_force(planned, at=NOON + timedelta(days=2))[0].ref == new


def test_the_current_version_is_the_newest_whose_source_holds() -> None:
    old = replace(pack("2013"), effective_to=date(2020, 12, 7))
    new, later = pack("2020-12", begins=date(2020, 12, 8)), pack("2030", begins=date(2030, 1, 1))
    versions = [later, new, old]
    assert current(versions, on=date(2020, 12, 7)) == (old,)
    assert current(versions, on=date(2020, 12, 8)) == (new,)
    assert current(versions, on=date(2012, 1, 1)) == ()
    assert not old.holds_on(date(2020, 12, 8))


# --- Who may


def test_only_an_administrator_proposes_and_only_where_nothing_is_open_or_in_force() -> None:
    admin, lead = person("admin", Role.ADMINISTRATOR, Role.MANAGER), person("lead", Role.IG_LEAD)
    assert administers(admin)
    refused = proposing_refusal(lead, already=False, open_proposal=None)
    assert refused is not None
    assert refused.code == NOT_YOURS
    assert proposing_refusal(admin, already=False, open_proposal=None) is None
    twice = proposing_refusal(admin, already=True, open_proposal=PackRef("caldicott", "2013"))
    assert twice is not None
    assert twice.code == "proposal_open"
    assert "caldicott/2013" in twice.say
    there = proposing_refusal(admin, already=True, open_proposal=None)
    assert there is not None
    assert there.code == "in_force_already"


def test_who_proposed_it_cannot_activate_it() -> None:
    admin, other = person("admin", Role.ADMINISTRATOR), person("other", Role.ADMINISTRATOR)
    same = answering_refusal(admin, proposed_by="admin")
    assert same is not None
    assert same.code == "second_person"
    assert answering_refusal(other, proposed_by="admin") is None
    lead = answering_refusal(person("lead", Role.IG_LEAD), proposed_by="admin")
    assert lead is not None
    assert lead.code == NOT_YOURS
