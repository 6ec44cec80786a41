"""The pages of policy packs: what holds, what changed, and two administrators who bring a version into force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import House
from tests.page import Page, PageClient, words
from tests.webapp.test_cli import run
from workflows.core.definition import Role
from workflows.definitions.packs import builtin_packs, read_builtin_pack
from workflows.service import packing
from workflows.service.unit_of_work import reading

__all__ = ["run"]

pytestmark = pytest.mark.feature("C4")
BEFORE = datetime(2026, 11, 1, 9, tzinfo=UTC)
ONE, TWO, GUARDIAN = "peter.quayle", "irene.castle", "anne.whitcombe"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(house: House) -> House:
    """The demo's people, and what comes with the product in force."""
    packing.found(house.engine, at=BEFORE)
    return house


def as_person(house: House, app: Flask, who: str) -> PageClient:
    return PageClient(app).sign_in(house.person(who).email)


def number(house: House, name: str) -> int:
    lines = packing.shelf(house.engine, at=BEFORE)
    return next(line.number for line in lines if str(line.pack.ref) == name)


def in_force(house: House) -> tuple[str, ...]:
    with reading(house.engine) as connection:
        return packing.in_force(connection, datetime.max.replace(tzinfo=UTC))


def actions(page: Page) -> set[str]:
    return {form.get("action", "").rpartition("/")[2] for form in page.all("form")} - {"sign-out"}


def proposed(house: House, app: Flask, name: str = "caldicott/2013", **more: str) -> PageClient:
    client = as_person(house, app, ONE)
    client.open(f"/packs/{number(house, name)}/changes")
    action = f"/packs/{number(house, name)}/propose"
    client.submit({"note": "Until the Guardian has read the new one.", **more}, action=action)
    return client


# --- Reading


def test_everybody_who_is_signed_in_sees_every_version_with_its_review_and_state(house: House, app: Flask) -> None:
    page = as_person(house, app, "priya.anand").open("/packs")
    assert page.h1 == "Policy packs"
    rows = [words(row) for row in page.all("tr")]
    assert sum("What changed" in row for row in rows) == len(builtin_packs())
    new = next(row for row in rows if row.startswith("2020-12"))
    old = next(row for row in rows if row.startswith("2013"))
    assert "In force" in new
    assert "Since" in new
    assert "Awaiting review by the Caldicott Guardian" in new
    assert "Not in force" in old
    assert "From 1 January 2013 to 7 December 2020 7 Awaiting review" in old
    assert "From 1 January 2013 to 7 December 2020" in old


def test_somebody_who_is_not_signed_in_sees_nothing(house: House, client: PageClient) -> None:
    for path in ("/packs", "/packs/1", "/packs/1/changes"):
        assert client.open(path).h1 == "Sign in"


def test_the_footer_leads_to_the_packs(house: House, app: Flask) -> None:
    assert as_person(house, app, "priya.anand").open("/work").links()["Policy packs"] == "/packs"


@pytest.mark.parametrize("name", builtin_packs())
def test_each_version_says_where_it_comes_from_and_that_nobody_has_approved_it(
    house: House, app: Flask, name: str
) -> None:
    client = as_person(house, app, "priya.anand")
    page = client.open(f"/packs/{number(house, name)}")
    line = next(line for line in packing.shelf(house.engine, at=BEFORE) if str(line.pack.ref) == name)
    assert page.h1 == line.pack.title
    assert "for the exact wording go to the source" in page.text
    for item in line.pack.items:
        assert words_in(item.text, page)
        assert words_in(item.short_title, page)
        assert all(words_in(prompt, page) for prompt in item.prompts)
    assert line.pack.source.publisher in page.text
    assert client.open(f"/packs/{line.number}/changes").h1 == f"What changed in version {line.pack.ref.version}"


def words_in(text: str, page: Page) -> bool:
    return " ".join(text.split()) in page.text


def test_items_say_what_depends_on_them(house: House, app: Flask) -> None:
    client = as_person(house, app, "priya.anand")
    bases = client.open(f"/packs/{number(house, 'legal-bases/2026-09')}").text
    assert "Ordinarily for other organisations. Law since 5 February 2026." in bases
    assert "Comes with para 18, para 6, para 10 or para 19." in bases
    assert "Needs an appropriate policy document." in bases
    assert "Not confirmed in a published source: awaiting review." in bases
    reasons = client.open(f"/packs/{number(house, 'reason-codes/2026-11')}").text
    assert "Never enough by itself: another reason must be given with it." in reasons
    assert "Still a reason where the duty to share applies." in reasons
    assert "Sharing rests on it" in client.open(f"/packs/{number(house, 'consent-options/2026-11')}").text
    assert "Shown beside the reason for a decision" in client.open(f"/packs/{number(house, 'myths/2026-11')}").text


def test_what_changed_between_two_versions_is_shown_side_by_side(house: House, app: Flask) -> None:
    page = as_person(house, app, "priya.anand").open(f"/packs/{number(house, 'caldicott/2020-12')}/changes")
    assert "Since version 2013." in page.text
    assert "8 items: 7 changed and 1 new." in page.text
    sides = [words(side) for side in page.all("div", class_="gh-scales__side")]
    assert len(sides) == 16
    assert sides[-2] == "Version 2013 Not in this version."
    assert sides[-1].startswith("Version 2020-12 Tell people how their information is used")
    assert "Source HIPS procedures 7.5" in page.text
    assert actions(page) == set()


def test_seen_from_the_other_side_what_was_new_is_gone(house: House, app: Flask) -> None:
    page = as_person(house, app, "priya.anand").open(f"/packs/{number(house, 'caldicott/2013')}/changes")
    assert "8 items: 7 changed and 1 gone." in page.text


def test_of_several_versions_one_is_chosen_to_compare_with(house: House, app: Flask) -> None:
    text = read_builtin_pack("caldicott/2020-12").replace("version: 2020-12", "version: 2020-13", 1)
    text = text.replace("status: awaiting_review\nawaiting: caldicott_guardian", "status: approved\n"
                        "approved_by: Anne Whitcombe\napproved_on: 2026-11-22")  # fmt: skip
    text = text.replace("source: unconfirmed", "source: confirmed").replace("[England]", "[England, Wales]")
    packing.publish(house.engine, text, source="a.yaml", by="", at=BEFORE)
    new = number(house, "caldicott/2020-13")
    client = as_person(house, app, "priya.anand")
    page = client.open(f"/packs/{new}/changes")
    assert "Since version 2020-12. 8 items: 1 changed and 7 the same." in page.text
    assert "Where it holds England England and Wales" in page.text
    assert "Approved by Anne Whitcombe on 22 November 2026" in page.text
    assert "Different: how sure it is." in page.text
    old = number(house, "caldicott/2013")
    page = client.submit({"since": str(old)}, action=f"/packs/{new}/changes")
    assert "Since version 2013." in page.text
    client.open(f"/packs/{new}/changes?since={number(house, 'golden-rules/2024-05')}", status=404)
    approved = client.open(f"/packs/{new}")
    assert "for the exact wording" not in approved.text
    assert "Approved" in approved.text


def test_a_version_that_stands_alone_says_so_and_one_that_is_not_there_is_not_found(house: House, app: Flask) -> None:
    client = as_person(house, app, "priya.anand")
    page = client.open(f"/packs/{number(house, 'myths/2026-11')}/changes")
    assert "There is no other version to compare it with." in page.text
    for path in ("/packs/99", "/packs/99/changes", "/packs/0"):
        client.open(path, status=404)


def test_before_anything_is_published_the_list_says_what_would_be_there(app: Flask, engine: object) -> None:
    page = as_person(House.found(engine), app, "priya.anand").open("/packs")  # type: ignore[arg-type]
    assert "Versions appear here once they are published." in page.text


# --- Bringing a version into force


def test_one_administrator_proposes_and_another_activates(house: House, app: Flask) -> None:
    client = proposed(house, app)
    assert client.page is not None
    assert "Another administrator has to activate it." in client.page.text
    assert "Proposed" in client.page.text
    assert "caldicott/2020-12" in in_force(house)
    old = number(house, "caldicott/2013")
    own = client.open(f"/packs/{old}/changes")
    assert "You proposed this version, so another administrator must activate it." in own.text
    assert actions(own) == {"turn-down"}

    other = as_person(house, app, TWO)
    page = other.open(f"/packs/{old}/changes")
    assert "Until the Guardian has read the new one." in page.text
    done = other.submit(action=f"/packs/{old}/activate")
    assert "caldicott/2013 is activated." in done.text
    assert "In force" in done.text
    assert "Irene Castle" in done.text
    assert "caldicott/2013" in in_force(house)
    again = other.open(f"/packs/{old}/changes")
    assert "there is nothing to propose" in again.text
    assert actions(again) == set()


def test_who_proposed_it_is_refused_also_past_the_page(house: House, app: Flask) -> None:
    client = proposed(house, app)
    old = number(house, "caldicott/2013")
    client.open(f"/packs/{old}/changes")
    page = client.send(f"/packs/{old}/activate", {"command_id": house.new_id()}, status=422)
    (summary,) = page.all("div", class_="govuk-error-summary")
    assert "You proposed this version, so another administrator must activate it." in words(summary)
    assert "caldicott/2020-12" in in_force(house)


@pytest.mark.parametrize("act", ["propose", "activate", "turn-down"])
def test_who_is_no_administrator_is_offered_nothing_and_refused(house: House, app: Flask, act: str) -> None:
    if act != "propose":
        proposed(house, app)
    client = as_person(house, app, GUARDIAN)
    old = number(house, "caldicott/2013")
    page = client.open(f"/packs/{old}/changes")
    assert actions(page) == set()
    sent = {"command_id": house.new_id(), "note": "Now.", "why": "No."}
    refused = client.send(f"/packs/{old}/{act}", sent, status=403)
    assert "Only an administrator can decide which version is in force." in refused.text
    assert "caldicott/2020-12" in in_force(house)


def test_a_proposal_without_reason_or_with_no_real_day_is_refused_and_keeps_what_was_typed(
    house: House, app: Flask
) -> None:
    client = as_person(house, app, ONE)
    old = number(house, "caldicott/2013")
    action = f"/packs/{old}/propose"
    client.open(f"/packs/{old}/changes")
    page = client.submit({"note": " "}, action=action, status=422)
    assert page.errors() == {"note": "Say why this version should be in force."}
    typed = {"note": "We wait.", "starts_on-day": "31", "starts_on-month": "2", "starts_on-year": "2027"}
    page = client.submit(typed, action=action, status=422)
    assert page.errors() == {"starts_on": "This must be a real date."}
    assert page.form(action).fields["note"] == "We wait."
    assert page.form(action).fields["starts_on-day"] == "31"
    page = client.submit(
        {"starts_on-day": "1", "starts_on-month": "1", "starts_on-year": "2020"}, action=action, status=422
    )
    assert page.errors() == {"starts_on": "Choose today or a later day, or leave it empty."}
    assert "caldicott/2013" not in in_force(house)
    assert "Nobody has proposed it yet." in client.open(f"/packs/{old}").text


def test_a_version_for_a_later_day_says_from_when(house: House, app: Flask) -> None:
    day = {"starts_on-day": "1", "starts_on-month": "7", "starts_on-year": "2199"}
    proposed(house, app, **day)
    other = as_person(house, app, TWO)
    old = number(house, "caldicott/2013")
    assert "To be in force from 1 July 2199 at 00:00, not before." in other.open(f"/packs/{old}/changes").text
    page = other.submit(action=f"/packs/{old}/activate")
    assert "In force soon" in page.text
    assert "From Mon 1 Jul 2199 00:00" in page.text


def test_a_proposal_is_turned_down_with_a_reason(house: House, app: Flask) -> None:
    client = proposed(house, app)
    old = number(house, "caldicott/2013")
    assert "Proposed by Peter Quayle on" in client.open("/packs").text
    client.open(f"/packs/{old}/changes")
    page = client.submit({"why": ""}, action=f"/packs/{old}/turn-down", status=422)
    assert page.errors() == {"why": "Say why it is turned down."}
    page = client.submit({"why": "Too early."}, action=f"/packs/{old}/turn-down")
    assert "The proposal of caldicott/2013 is turned down." in page.text
    assert "Turned down" in page.text
    assert "Too early." in page.text


def test_a_form_sent_twice_acts_once(house: House, app: Flask) -> None:
    client = as_person(house, app, ONE)
    old = number(house, "caldicott/2013")
    form = client.open(f"/packs/{old}/changes").form(f"/packs/{old}/propose")
    for _ in range(2):
        page = client.send(form.action, {**form.fields, "note": "Once."})
        assert "is proposed" in page.text
    line = next(line for line in packing.shelf(house.engine, at=BEFORE) if line.number == old)
    assert len(line.history) == 1


def test_a_form_without_an_id_is_no_form_of_ours(house: House, app: Flask) -> None:
    client = as_person(house, app, ONE)
    old = number(house, "caldicott/2013")
    client.open(f"/packs/{old}/changes")
    client.send(f"/packs/{old}/propose", {"note": "x", "command_id": "1"}, status=400)


def test_an_administrator_of_another_organisation_may_be_the_second_person(house: House, app: Flask) -> None:
    house.holds("martin.shaw", Role.ADMINISTRATOR, "harrowmere")
    proposed(house, app)
    other = as_person(house, app, "martin.shaw")
    old = number(house, "caldicott/2013")
    other.open(f"/packs/{old}/changes")
    assert "is activated" in other.submit(action=f"/packs/{old}/activate").text


# --- The same from a shell


def test_a_pack_is_checked_and_published_from_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    good = read_builtin_pack("caldicott/2013").replace("id: caldicott", "id: our-own", 1)
    file.write_text(good, encoding="utf-8")
    assert run("pack", "check", str(file)) == (0, "own.yaml is a good pack.\n", "")
    assert run("pack", "publish", str(file))[:2] == (0, "Published: our-own/2013.\n")
    code, _, complaint = run("pack", "publish", str(file))
    assert code == 1
    assert "our-own/2013 has been published already." in complaint
    file.write_text(good.replace('code: "2"', 'code: "1"'), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run("pack", "check", str(file))
    assert ended.value.code == 1
    code, _, complaint = run("pack", "publish", str(file))
    assert code == 1
    assert "[code-twice]" in complaint
    assert "It was not published: nothing has changed." in " ".join(complaint.split())
    file.write_bytes(b"\xff\xfe")
    assert "cannot be read as text" in run("pack", "check", str(file))[2]


def test_from_a_shell_too_it_takes_two(run: Run, house: House) -> None:
    one, two = (house.person(who).email for who in (ONE, TWO))
    old = "caldicott/2013"
    assert run("pack", "publish")[:2] == (0, "Everything that comes with the product is published already.\n")
    assert run("pack", "propose", old, "--by", one, "--note", "As agreed.")[0] == 0
    assert "proposed by Peter Quayle" in run("pack", "list")[1]
    code, _, complaint = run("pack", "activate", old, "--by", one)
    assert code == 1
    assert "You proposed this version" in complaint
    assert run("pack", "turn-down", old, "--by", two, "--why", "Not yet.")[:2] == (0, f"Turned down: {old}.\n")
    assert run("pack", "propose", old, "--by", one, "--note", "Now.", "--from", "2199-07-01")[0] == 0
    assert run("pack", "activate", old, "--by", two)[:2] == (0, f"Activated: {old}.\n")
    assert "in force from Mon 1 Jul 2199 00:00" in run("pack", "list")[1]
    assert "in force since" in run("pack", "list")[1]
    assert run("pack", "propose", "caldicott", "--by", one, "--note", "x")[0] == 2
    assert run("pack", "propose", old, "--by", "nobody@x.example", "--note", "x")[0] == 2


def test_an_empty_house_is_told_how_to_begin(run: Run) -> None:
    assert "gatehouse pack publish" in run("pack", "list")[1]
    code, said, _ = run("pack", "publish")
    assert code == 0
    assert said.count("Published: ") == len(builtin_packs())
    assert "In force: caldicott/2020-12.\n" in said
