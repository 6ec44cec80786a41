"""The packs that come with the product, and the lint that a pack has to pass before it is published."""

from __future__ import annotations

import ast
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import workflows.definitions
from webapp.parsing import words
from workflows.core.commands import ItemOutcome
from workflows.core.definition import Role
from workflows.core.duty import DECLINE_REASONS
from workflows.core.pack_versions import Change, current, diff
from workflows.core.packs import (
    Body,
    ConsentOption,
    LegalBasis,
    Myth,
    Pack,
    PackKind,
    PackStatus,
    Place,
    ReasonCode,
    SourceTag,
)
from workflows.core.request import ConsentState
from workflows.definitions import loader
from workflows.definitions.faults import BadDefinition
from workflows.definitions.packs import builtin_packs, check, load, load_checked, read_builtin_pack

pytestmark = pytest.mark.feature("C4")


def shipped(name: str) -> Pack:
    return load_checked(read_builtin_pack(name), source=name)


BASES, REASONS, CONSENT, MYTHS = (
    "legal-bases/2026-09",
    "reason-codes/2026-11",
    "consent-options/2026-11",
    "myths/2026-11",
)


@pytest.mark.parametrize("name", builtin_packs())
def test_every_shipped_pack_is_clean_and_is_what_its_file_is_called(name: str) -> None:
    assert check(read_builtin_pack(name), source=name) == ()
    pack = shipped(name)
    assert str(pack.ref) == name
    assert load(read_builtin_pack(name), source=name) is pack
    assert pack.source.publisher
    assert pack.change_note


@pytest.mark.parametrize("name", builtin_packs())
def test_nothing_is_said_to_be_approved_that_nobody_has_approved(name: str) -> None:
    pack = shipped(name)
    assert pack.status is PackStatus.AWAITING_REVIEW
    assert pack.awaiting in (Role.CALDICOTT_GUARDIAN, Role.IG_LEAD)
    assert (pack.approved_by, pack.approved_on) == ("", None)


def test_both_pairs_are_there_and_the_newer_ones_are_current() -> None:
    count = {name: len(shipped(name).items) for name in builtin_packs() if name.startswith(("caldicott", "golden"))}
    assert count == {"caldicott/2013": 7, "caldicott/2020-12": 8, "golden-rules/2018-07": 7, "golden-rules/2024-05": 7}
    now = {str(pack.ref) for pack in current(map(shipped, builtin_packs()), on=date(2026, 11, 22))}
    assert now == {"caldicott/2020-12", "golden-rules/2024-05", BASES, REASONS, CONSENT, MYTHS}
    assert {shipped(name).kind for name in now} == set(PackKind)


def test_the_standard_workflow_names_packs_that_are_shipped() -> None:
    assert set(loader.load(loader.read_builtin("standard")).packs) <= set(builtin_packs())


def test_the_comparison_of_the_two_sets_of_principles_says_what_is_new() -> None:
    found = diff(shipped("caldicott/2013"), shipped("caldicott/2020-12"))
    assert [each.after.code for each in found.items if each.change is Change.ADDED and each.after] == ["8"]
    seventh = next(each for each in found.items if each.after and each.after.code == "7")
    assert seventh.change is Change.CHANGED
    assert {"short_title", "text"} <= set(seventh.fields)


def shingles(text: str, *, size: int = 9) -> set[str]:
    """Every run of ``size`` words."""
    plain = re.findall(r"[a-z0-9]+", text.casefold())
    return {" ".join(plain[at : at + size]) for at in range(len(plain) - size + 1)}


def test_texts_of_two_versions_are_written_anew_and_not_carried_over() -> None:
    old, new = shipped("golden-rules/2018-07"), shipped("golden-rules/2024-05")
    carried = set().union(*(shingles(item.text) for item in old.items)) & set().union(
        *(shingles(item.text) for item in new.items)
    )
    assert carried == set()


# --- Codes that other parts of the product record


def codes(name: str, group: str) -> set[str]:
    return {item.code for item in shipped(name).items if item.group == group}


def test_each_basis_that_a_request_can_name_is_in_the_pack() -> None:
    assert codes(BASES, "article_6") == set(words.ARTICLE_6)
    assert codes(BASES, "article_9") == set(words.ARTICLE_9)
    assert codes(BASES, "schedule_1") == set(words.SCHEDULE_1)
    assert codes(BASES, "common_law") == set(words.COMMON_LAW)


def test_each_answer_about_consent_that_a_request_can_hold_is_in_the_pack() -> None:
    assert codes(CONSENT, "state") == {state.value for state in ConsentState}
    assert codes(CONSENT, "grounds") == set(words.GROUNDS)
    assert codes(CONSENT, "kind") == set(words.CONSENT_KINDS)
    assert codes(CONSENT, "how") == set(words.CONSENT_HOW)
    assert codes(CONSENT, "capacity") == set(words.CAPACITY)
    assert codes(CONSENT, "competence") == set(words.COMPETENCE)
    assert codes(CONSENT, "pressure") >= set(words.PRESSURE)
    resting = {
        item.key for item in shipped(CONSENT).items if isinstance(item, ConsentOption) and item.relies_on_consent
    }
    assert resting == {("state", "given"), ("kind", "uk_gdpr"), ("kind", "common_law")}


def test_competence_is_never_called_after_fraser() -> None:
    assert not re.search("fraser", " ".join(read_builtin_pack(name) for name in builtin_packs()), re.IGNORECASE)


def test_each_reason_of_the_standard_workflow_is_in_the_pack_with_its_outcomes() -> None:
    known = {item.code: item for item in shipped(REASONS).items if isinstance(item, ReasonCode)}
    for reason in loader.load(loader.read_builtin("standard")).reasons:
        assert {outcome.value for outcome in known[reason.code].outcomes} == set(reason.outcomes)


def test_the_reasons_that_the_duty_to_share_leaves_are_in_the_pack_and_in_the_standard_workflow() -> None:
    known = {item.code: item for item in shipped(REASONS).items if isinstance(item, ReasonCode)}
    standard = loader.load(loader.read_builtin("standard"))
    for code in DECLINE_REASONS:
        assert known[code].under_duty
        reason = standard.reason(code)
        assert reason is not None
        assert ItemOutcome.REFUSE in reason.outcomes


def test_where_the_duty_to_share_applies_few_reasons_to_refuse_are_left() -> None:
    refusals = [
        item for item in shipped(REASONS).items if isinstance(item, ReasonCode) and ItemOutcome.REFUSE in item.outcomes
    ]
    assert {item.code for item in refusals if item.under_duty} == {
        "protects_another", "not_necessary", "not_relevant", "would_not_facilitate", "detriment", "not_held",
    }  # fmt: skip
    assert {item.code for item in refusals if not item.stands_alone} == {
        "no_consent", "data_protection", "other_purpose", "confidence",
    }  # fmt: skip


def test_each_reason_that_never_stands_alone_meets_its_myth_and_each_myth_names_choices_that_exist() -> None:
    pack = shipped(MYTHS)
    for item in shipped(REASONS).items:
        if isinstance(item, ReasonCode) and not item.stands_alone:
            assert pack.myths_at(Place.DECISION_REASON, item.code), item.code
    known = {
        Place.DECISION_REASON: {item.code for item in shipped(REASONS).items},
        Place.CONSENT_STATE: codes(CONSENT, "state"),
        Place.LEGAL_BASIS: codes(BASES, "common_law"),
        Place.RISK_OF_SHARING: set[str](),
    }
    for myth in pack.items:
        assert isinstance(myth, Myth)
        for shown in myth.shown_at:
            assert set(shown.codes) <= known[shown.place], myth.code


def test_public_bodies_are_not_offered_the_interests_of_others() -> None:
    on = date(2026, 11, 22)
    items = [item for item in shipped(BASES).items if isinstance(item, LegalBasis) and item.group == "article_6"]
    council = {i.code for i in items if i.open_to(public_authority=True, law_enforcement=False, on=on)}
    charity = {i.code for i in items if i.open_to(public_authority=False, law_enforcement=False, on=on)}
    assert council == {"6(1)(a)", "6(1)(c)", "6(1)(d)", "6(1)(e)"}
    assert charity == {"6(1)(a)", "6(1)(c)", "6(1)(d)", "6(1)(ea)", "6(1)(f)"}
    recognised = shipped(BASES).item("6(1)(ea)", group="article_6")
    assert isinstance(recognised, LegalBasis)
    assert (recognised.since, recognised.users) == (date(2026, 2, 5), (Body.OTHER,))


def test_what_is_not_confirmed_says_so() -> None:
    duty = shipped(BASES).item("ca 2004 s 16LA", group="gateway")
    eighth = shipped("caldicott/2020-12").item("8")
    seventh = shipped("golden-rules/2024-05").item("7")
    assert all(item is not None and item.source is SourceTag.UNCONFIRMED for item in (duty, eighth, seventh))


def test_a_pack_that_is_not_shipped_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="caldicott/2013"):
        read_builtin_pack("caldicott/1997")


# --- Lint

OLD = read_builtin_pack("caldicott/2013")
REASON_TEXT, BASIS_TEXT, MYTH_TEXT = (read_builtin_pack(name) for name in (REASONS, BASES, MYTHS))
STATUS = "status: awaiting_review\nawaiting: caldicott_guardian\n"
APPROVED = "status: approved\napproved_by: Anne Whitcombe\napproved_on: 2026-11-22\n"
FIRST_PROMPTS = OLD[OLD.index("    prompts:") : OLD.index('  - code: "2"')]
NO_ITEMS = OLD[: OLD.index("items:\n")] + "items: []\n"

BROKEN = [
    ("bad-format", OLD, "format: gatehouse/pack/1", "format: gatehouse/workflow/1", "format:"),
    ("bad-name", OLD, "id: caldicott", "id: Caldicott", "id:"),
    ("bad-name", OLD, 'version: "2013"', "version: 2013 b", "version:"),
    ("bad-name", OLD, 'code: "2"', "code: a  b", "code: a  b"),
    ("bad-name", OLD, 'code: "2"', f"code: {'x' * 41}", "code: xxx"),
    ("wrong-type", OLD, 'version: "2013"', "version: 2013", "version:"),
    ("wrong-type", REASON_TEXT, "stands_alone: false", "stands_alone: perhaps", "stands_alone: perhaps"),
    ("unknown-kind", OLD, "kind: principles", "kind: principels", "kind:"),
    ("unknown-status", OLD, "status: awaiting_review", "status: awaiting", "status:"),
    ("unknown-role", OLD, "awaiting: caldicott_guardian", "awaiting: guardian", "awaiting: guardian"),
    ("unknown-source", OLD, "source: seed", "source: sed", "source: sed"),
    ("unknown-nation", OLD, "nations: [England]", "nations: [Narnia]", "nations:"),
    ("unknown-group", BASIS_TEXT, "group: article_6", "group: article_7", "group: article_7"),
    ("unknown-body", BASIS_TEXT, "users: [other]", "users: [others]", "users: [others]"),
    ("unknown-outcome", REASON_TEXT, "outcomes: [share]", "outcomes: [shared]", "outcomes: [shared]"),
    ("unknown-place", MYTH_TEXT, "place: decision_reason", "place: somewhere", "place: somewhere"),
    ("bad-date", OLD, "published: 2013-01-01", "published: 1 January 2013", "published:"),
    ("bad-date", OLD, "published: 2013-01-01", "published: 2013-02-30", "published:"),
    ("bad-date", OLD, "published: 2013-01-01", "published: 20130102x", "published:"),
    ("text-empty", OLD, "author: Gatehouse project", "author: ' '", "author:"),
    ("text-too-long", OLD, "author: Gatehouse project", f"author: {'x' * 121}", "author:"),
    ("missing-key", OLD, "author: Gatehouse project\n", "", "format:"),
    ("unknown-key", OLD, "author: Gatehouse project", "author: Us\neditor: Them", "editor:"),
    ("duplicate-key", OLD, "author: Gatehouse project", "author: Us\nauthor: Them", "author: Them"),
    ("yaml-syntax", OLD, "nations: [England]", "nations: [England", "source:"),
    ("no-items", NO_ITEMS, "items: []", "items: []  # none", "items:"),
    ("no-nation", OLD, "nations: [England]", "nations: []", "nations:"),
    ("code-twice", OLD, 'code: "2"', 'code: "1"', 'code: "1"\n    short_title: Only'),
    ("days-crossed", OLD, "effective_to: 2020-12-07", "effective_to: 2012-12-31", "effective_to:"),
    ("approver-missing", OLD, STATUS, "status: approved\n", "status:"),
    ("review-unclear", OLD, STATUS, APPROVED + "awaiting: ig_lead\n", "awaiting:"),
    ("review-unclear", OLD, STATUS, STATUS + "approved_by: Anne Whitcombe\n", "approved_by:"),
    ("review-unclear", OLD, STATUS, STATUS + "approved_on: 2026-11-22\n", "approved_on:"),
    ("unconfirmed-approved", OLD.replace("source: seed", "source: unconfirmed", 1), STATUS, APPROVED, "source: unc"),
    ("reviewer-missing", OLD, "awaiting: caldicott_guardian\n", "", "status:"),
    ("address-missing", OLD, "  url: http://hipsprocedures.org.uk\n", "", "source:"),
    ("no-prompt", OLD, FIRST_PROMPTS, "", '  - code: "1"'),
    ("unknown-need", BASIS_TEXT, "schedule_1/para 18, schedule_1/para 6", "schedule_1/para 99", "needs: [s"),
    ("no-outcome", REASON_TEXT, "outcomes: [share_reduced]\n", "outcomes: []\n", "outcomes: []"),
    ("outcome-without-reason", REASON_TEXT, "share", "refuse", "items:"),
    ("myth-shown-nowhere", MYTH_TEXT, "    shown_at:\n      - {place: decision_reason, codes: [not_held]}\n",
     "    shown_at: []\n", "shown_at: []"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "old", "new", "at"), BROKEN, ids=[f"{n}-{each[0]}" for n, each in enumerate(BROKEN)]
)
def test_a_broken_pack_is_refused_by_rule_and_line(rule: str, text: str, old: str, new: str, at: str) -> None:
    assert old in text
    once = rule != "outcome-without-reason"
    broken = text.replace(old, new, 1) if once else re.sub(r"outcomes: \[.*\]", "outcomes: [refuse]", text)
    faults = check(broken, source="ours.yaml")
    assert {fault.rule for fault in faults} == {rule}
    line = broken.count("\n", 0, broken.index(at)) + 1
    assert line in {fault.line for fault in faults}, [str(fault) for fault in faults]
    for fault in faults:
        assert re.fullmatch(r"ours\.yaml:\d+: \[[a-z-]+\] .+[.?}\w]", str(fault), re.DOTALL)
    with pytest.raises(BadDefinition) as refused:
        load_checked(broken, source="ours.yaml")
    assert refused.value.faults == faults


@pytest.mark.parametrize("text", ["", "- a list", "kind: [principles]", "just words"])
def test_a_text_that_is_no_pack_is_refused_in_words(text: str) -> None:
    assert check(text, source="ours.yaml")
    with pytest.raises(BadDefinition):
        load(text, source="ours.yaml")


def test_a_version_that_later_rules_would_refuse_can_still_be_read() -> None:
    text = OLD.replace("effective_to: 2020-12-07", "effective_to: 2012-12-31")
    assert check(text, source="ours.yaml")
    assert load(text, source="ours.yaml").effective_to == date(2012, 12, 31)


def test_an_approved_version_says_by_whom_and_when() -> None:
    pack = load_checked(OLD.replace(STATUS, APPROVED), source="ours.yaml")
    assert (pack.approved_by, pack.approved_on, pack.awaiting) == ("Anne Whitcombe", date(2026, 11, 22), None)


def test_spaces_and_comments_do_not_change_a_digest_and_words_do() -> None:
    one, same = load(OLD, source="a"), load("# more\n" + OLD, source="b")
    other = load(OLD.replace("scrutinised", "seen").replace("Say what", "Tell what"), source="c")
    assert one.digest == same.digest != other.digest


def test_every_rule_of_the_lint_has_a_broken_pack() -> None:
    own = Path(workflows.definitions.__file__).parent
    said: set[str] = set()
    for name in ("packs.py", "pack_models.py"):
        for node in ast.walk(ast.parse((own / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said |= set(re.findall(r"^[a-z]+(?:-[a-z]+)+$", node.value))
    assert said <= {rule for rule, *_ in BROKEN}


def test_versions_of_one_pack_follow_one_another_without_a_gap() -> None:
    for pack in ("caldicott", "golden-rules"):
        versions = sorted((shipped(n) for n in builtin_packs() if n.startswith(pack)), key=lambda v: v.effective_from)
        for before, after in pairwise(versions):
            assert before.effective_to is not None
            assert (after.effective_from - before.effective_to).days == 1
