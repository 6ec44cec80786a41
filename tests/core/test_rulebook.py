"""What each command does, and each way in which it is refused. No database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.core.play import (
    ASKER,
    CONSENT,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    PARTS,
    REQUESTER,
    STANDARD,
    Play,
    changed,
    valid_for_all,
)
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Outcome
from workflows.core.definition import CommandRule, CommandType, StageKind
from workflows.core.events import erasing
from workflows.core.refusals import Refused
from workflows.core.request import (
    Consent,
    ConsentAndOpenness,
    ConsentState,
    Continuing,
    Item,
    Items,
    LegalBasis,
    People,
    Period,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Recipients,
    Task,
)
from workflows.core.rulebook import handle

S, R, N = "share", "share_reduced", "refuse"


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


def refused(play: Play, kind: type[c.Command], who: object = None, **fields: object) -> list[str]:
    before = play.case
    with pytest.raises(Refused) as caught:
        play.do(kind, who, **fields)  # type: ignore[arg-type]
    assert play.case is before
    return codes(caught)


def test_a_request_goes_from_draft_to_partly_shared() -> None:
    play = Play().to("partly_shared")
    case = play.now
    assert (case.stage, case.kind, case.outcome) == ("partly_shared", StageKind.CLOSED, Outcome.PARTLY_SHARED)
    assert case.closed_at == play.at
    assert case.released == ("risk",)
    assert case.version == len(play.events)
    assert [clock.stage for clock in case.past_clocks] == ["consent_check", "ig_advice", "adjudication", "release"]
    assert all(clock.stopped_at for clock in case.past_clocks)


def test_nobody_asks_her_own_organisation() -> None:
    fields = {"reference": "x", "requester_org": ASKER, "holder_org": ASKER, "calendar": "england-and-wales"}
    assert refused(Play(), c.Start, REQUESTER, **fields) == ["own_organisation"]


def test_a_case_is_started_once_and_before_anything_else() -> None:
    play = Play().start()
    fields = {"reference": "x", "requester_org": ASKER, "holder_org": HOLDER, "calendar": "england-and-wales"}
    assert refused(play, c.Start, REQUESTER, **fields) == ["exists"]
    assert refused(Play(), c.Submit, REQUESTER) == ["wrong_stage"]


def test_an_empty_draft_names_everything_that_is_missing() -> None:
    play = Play().start()
    with pytest.raises(Refused) as caught:
        play.do(c.Submit, REQUESTER)
    found = {(refusal.code, refusal.task, refusal.field) for refusal in caught.value.refusals}
    assert {
        ("people_missing", "people", "people"),
        ("purpose_missing", "purpose", "purpose"),
        ("risk_of_not_sharing_missing", "purpose", "risk_of_not_sharing"),
        ("items_missing", "items", "items"),
        ("recipients_missing", "recipients", "recipients"),
        ("consent_missing", "consent", "state"),
        ("basis_missing", "basis", "article_6"),
    } <= found
    assert all(refusal.say.endswith(".") for refusal in caught.value.refusals)


@pytest.mark.parametrize(
    ("part", "answers", "code"),
    [
        ("people", People((Person("Adult A", "A", roles=(PersonRole.PROTECTED,)),)), "subject_missing"),
        ("people", People((Person("Adult A", "A", roles=(PersonRole.DATA_SUBJECT,)),)), "protected_missing"),
        ("people", People((*PARTS[Task.PEOPLE].people, Person("Adult C", "C. Orrin"))), "role_missing"),
        (
            "people",
            People((*PARTS[Task.PEOPLE].people, Person("Adult C", roles=(PersonRole.PROTECTED,)))),
            "name_missing",
        ),
        ("items", Items((Item("risk", "school", "", "x"), Item("record", "school", "x", "x"))), "item_not_described"),
        ("items", Items((Item("risk", "school", "x", " "), Item("record", "school", "x", "x"))), "item_not_justified"),
        ("recipients", Recipients((Recipient("A", "a@x.example", items=("risk",)),)), "item_without_recipient"),
        ("consent", ConsentAndOpenness(Consent(ConsentState.NOT_SOUGHT)), "grounds_missing"),
    ],
)
def test_each_part_can_be_incomplete_in_its_own_way(part: str, answers: object, code: str) -> None:
    play = Play().start().fill(**{part: answers})
    assert refused(play, c.Submit, REQUESTER) == [code]


def test_no_concern_goes_to_advice_first_and_is_redirected_without_the_names() -> None:
    nobody = People((Person("Adult A", "Applicant 01", roles=(PersonRole.DATA_SUBJECT,)),))
    play = Play().start()
    play.do(c.Save, REQUESTER, task=Task.PEOPLE, answers=nobody)
    play.do(c.Save, REQUESTER, task=Task.PURPOSE, answers=Purpose("Check all applicants.", threshold="none"))
    play.do(c.Save, REQUESTER, task=Task.ITEMS, answers=Items((Item("c", "convictions", "Any", "Tenancy"),)))
    play.do(c.Save, REQUESTER, task=Task.CONSENT, answers=ConsentAndOpenness(Consent(ConsentState.NOT_SOUGHT)))
    play.submit()
    assert play.now.stage == "ig_advice"
    assert refused(play, c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE) == ["missing"]
    play.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, redirect="Tenant referencing")
    case = play.now
    assert case.outcome is Outcome.REDIRECTED
    assert case.counts is not None
    assert (case.counts.people, case.counts.items, case.counts.recipients) == (1, 1, 0)
    assert "Applicant" not in repr(case)
    assert case.request.purpose.purpose == "Check all applicants."


@pytest.mark.feature("C2")
def test_outcome_is_computed_from_the_items() -> None:
    for outcomes, expected in (
        ((S, S), "shared"),
        ((S, N), "partly_shared"),
        ((R, R), "partly_shared"),
        ((N, N), "declined"),
    ):
        play = Play().to("adjudication")
        play.decide(*outcomes)
        assert play.now.outcome == expected
        assert play.now.stage == ("declined" if expected == "declined" else "release")


@pytest.mark.feature("C2")
def test_every_item_is_decided_once_with_a_reason_that_fits() -> None:
    play = Play().to("adjudication")
    one = c.ItemDecision("risk", c.ItemOutcome.SHARE, "necessary")
    two = c.ItemDecision("record", c.ItemOutcome.REFUSE, "not_necessary", "No need.")
    harms = {"harm_of_sharing": "Some.", "harm_of_not_sharing": "More.", **RISKS}
    table = [
        ((one,), ["item_undecided"]),
        ((one, two, two), ["item_decided_twice"]),
        ((one, two, changed(two, key="foreign")), ["foreign_item"]),
        ((changed(one, reason="not_necessary"), two), ["reason_missing"]),
        ((changed(one, reason="invented"), two), ["reason_missing"]),
        ((one, changed(two, text=" ")), ["text_missing"]),
        (
            (one, changed(two, outcome=c.ItemOutcome.SHARE_REDUCED, reason="part_enough")),
            ["how_missing", "reduction_missing"],
        ),
        ((one, changed(two, text="x" * 4001)), ["too_long"]),
    ]
    for items, expected in table:
        assert refused(play, c.Decide, GUARDIAN, items=items, **harms) == expected
    with pytest.raises(Refused) as caught:
        play.do(c.Decide, GUARDIAN, items=(one,), **harms)
    assert "Whole record" in caught.value.refusals[0].say


@pytest.mark.feature("C5")
def test_both_risks_are_weighed() -> None:
    play = Play().to("adjudication")
    with pytest.raises(Refused) as caught:
        play.decide(S, N, harm_of_sharing=" ", harm_of_not_sharing="")
    assert [refusal.field for refusal in caught.value.refusals] == ["harm_of_sharing", "harm_of_not_sharing"]
    with pytest.raises(Refused) as caught:
        play.decide(N, N, harm_of_not_sharing="", would_change_it="")
    assert [refusal.field for refusal in caught.value.refusals] == ["harm_of_not_sharing", "would_change_it"]
    with pytest.raises(Refused) as caught:
        play.decide(S, S, harm_of_sharing="x" * 4001)
    assert codes(caught)[0] == "too_long"
    play.decide(S, S, harm_of_not_sharing="")
    assert play.now.outcome is Outcome.SHARED


def test_a_continuing_use_needs_a_review_date_in_the_future() -> None:
    items = Items(
        (
            changed(PARTS[Task.ITEMS].items[0], continuing=Continuing("month", date(2027, 11, 3))),
            PARTS[Task.ITEMS].items[1],
        )
    )
    play = Play().to("adjudication", items=items)
    with pytest.raises(Refused) as caught:
        play.decide(S, S, conditions=(" ",))
    assert codes(caught) == ["conditions_missing", "retention_missing", "onward_missing", "review_missing"]
    terms = {"conditions": ("Only this.",), "retention": "A year.", "onward": "Nobody."}
    with pytest.raises(Refused) as caught:
        play.decide(S, S, **{**terms, "onward": "x" * 4001})
    assert codes(caught) == ["review_missing", "too_long"]
    with pytest.raises(Refused) as caught:
        play.decide(S, S, review_by=play.at.date(), **terms)
    assert codes(caught) == ["review_past"]
    today = play.at.date()
    with pytest.raises(Refused) as caught:
        play.decide(S, S, review_by=date(today.year + 5, today.month, today.day + 1), **terms)
    assert codes(caught) == ["review_far"]
    play.decide(S, S, review_by=date(2027, 5, 4), **terms)
    assert play.now.decision is not None
    decision = play.now.decision
    assert (decision.review_by, decision.retention, decision.onward) == (date(2027, 5, 4), "A year.", "Nobody.")
    other = Play().to("adjudication", items=items)
    other.decide(N, S)
    assert other.now.stage == "release"


def _consented() -> dict[str, object]:
    items = Items((Item("gp", "demographics", "GP", "To book"), Item("falls", "health_summary", "Falls", "Housing")))
    recipients = Recipients((Recipient("R", "r@x.example", items=("gp", "falls")),))
    basis = LegalBasis("6(1)(e)", article_9="9(2)(h)")
    consent = ConsentAndOpenness(Consent(ConsentState.GIVEN))
    return {"items": items, "recipients": recipients, "consent": consent, "basis": basis}


def _checked(covers: bool = True, **changes: object) -> Play:
    play = Play().to("consent_check", **{**_consented(), **changes})
    given = play.now.request.consent.state is ConsentState.GIVEN
    valid = {"finding": c.ConsentFinding.VALID, "covers_all": covers, "people": valid_for_all(play.now)}
    no_bar = {"finding": c.ConsentFinding.NOT_A_BAR, "covers_all": False}
    play.do(c.RecordConsent, CONSENT, **(valid if given else no_bar), note="Covers it.")
    return play


def test_release_is_delegated_where_consent_covers_everything() -> None:
    play = _checked()
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS, delegated_release=True)
    case = play.now
    assert (case.stage, case.outcome) == ("release", Outcome.SHARED)
    assert case.decision is not None
    assert case.decision.delegated
    assert case.decision.approved() == ("gp", "falls")


@pytest.mark.parametrize(
    ("play", "advice"),
    [
        (_checked(covers=False), c.AdviceType.SUPPORTS),
        (_checked(consent=ConsentAndOpenness(Consent(ConsentState.REFUSED))), c.AdviceType.SUPPORTS),
        (
            _checked(items=Items((Item("gp", "convictions", "GP", "x"), Item("falls", "school", "x", "x")))),
            c.AdviceType.SUPPORTS,
        ),
        (
            _checked(
                items=Items((Item("gp", "school", "x", "x", whole_record=True), Item("falls", "school", "x", "x")))
            ),
            c.AdviceType.SUPPORTS,
        ),
        (
            _checked(
                items=Items(
                    (Item("gp", "addresses", "x", "x", protected_location=True), Item("falls", "school", "x", "x"))
                )
            ),
            c.AdviceType.SUPPORTS,
        ),
        (
            _checked(
                items=Items(
                    (Item("gp", "school", "x", "x", continuing=Continuing("month")), Item("falls", "school", "x", "x"))
                )
            ),
            c.AdviceType.SUPPORTS,
        ),
        (_checked(), c.AdviceType.SUPPORTS_WITH_CONDITIONS),
    ],
)
def test_delegation_is_refused_otherwise(play: Play, advice: c.AdviceType) -> None:
    fields = {"advice": advice, "delegated_release": True, "conditions": ("Only to her.",)}
    assert refused(play, c.Advise, IG, **fields) == ["delegation_not_allowed"]


def test_delegation_must_be_in_the_definition() -> None:
    stage = STANDARD.stages["ig_advice"]
    bare = {**stage.commands, CommandType.ADVISE: CommandRule(routes=stage.commands[CommandType.ADVISE].routes)}
    play = _checked()
    play.definition = changed(STANDARD, stages={**STANDARD.stages, "ig_advice": changed(stage, commands=bare)})
    assert refused(play, c.Advise, IG, advice=c.AdviceType.SUPPORTS, delegated_release=True) == ["no_delegation"]


def test_advice_needs_its_words() -> None:
    play = Play().to("ig_advice")
    assert refused(play, c.Advise, IG, advice=c.AdviceType.DOES_NOT_SUPPORT) == ["missing"]
    assert refused(play, c.Advise, IG, advice=c.AdviceType.SUPPORTS_WITH_CONDITIONS, conditions=(" ",)) == ["missing"]
    assert refused(play, c.Advise, IG, advice=c.AdviceType.SUPPORTS, why="x" * 4001) == ["too_long"]
    long = {"advice": c.AdviceType.SUPPORTS_WITH_CONDITIONS, "conditions": ("x" * 4001,)}
    assert refused(play, c.Advise, IG, **long) == ["too_long"]


def test_a_question_pauses_the_clock_and_the_answer_resumes_it() -> None:
    play = Play().to("ig_advice")
    clock = play.now.clock
    assert refused(play, c.Ask, IG, question=" ") == ["missing"]
    play.do(c.Ask, IG, question="Who lives there?")
    asked_at = play.at
    case = play.now
    assert (case.stage, case.back_to) == ("information_needed", "ig_advice")
    assert case.held is not None
    assert case.held.pauses[-1].end is None
    assert case.clock is not None
    assert case.clock.stage == "information_needed"
    assert refused(play, c.Answer, REQUESTER, answer="") == ["missing"]
    play.at += timedelta(days=2)
    play.do(c.Answer, REQUESTER, answer="Her aunt.")
    case = play.now
    assert (case.stage, case.back_to, case.held) == ("ig_advice", "", None)
    assert case.clock is not None
    assert case.clock.number == clock.number if clock else False
    assert (case.clock.pauses[-1].start, case.clock.pauses[-1].end) == (asked_at, play.at)
    assert case.questions[0].answer == "Her aunt."
    play.do(c.Ask, IG, question="And the school?")
    assert [q.number for q in play.now.questions] == [1, 2]
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert play.now.held is None
    assert play.now.outcome is Outcome.WITHDRAWN
    assert len({clock.number for clock in play.now.past_clocks}) == len(play.now.past_clocks)


def test_an_answer_needs_a_question() -> None:
    play = Play().to("ig_advice")
    play.do(c.Ask, IG, question="Who?")
    play.case = changed(play.now, questions=())
    assert refused(play, c.Answer, REQUESTER, answer="x") == ["no_question"]


def test_withdrawal_needs_a_reason_and_ends_the_case() -> None:
    play = Play().to("ig_advice")
    assert refused(play, c.Withdraw, REQUESTER, reason="") == ["missing"]
    play.do(c.Withdraw, REQUESTER, reason="The family has been reached.")
    assert play.now.withdrawn_because == "The family has been reached."
    assert refused(play, c.Withdraw, REQUESTER, reason="again") == ["wrong_stage"]


def test_a_discarded_draft_is_not_kept() -> None:
    play = Play().start().fill()
    happened = play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert erasing(happened[0])
    assert "Orrin" not in repr(play.now)
    sent = Play().to("consent_check")
    assert not erasing(sent.do(c.Withdraw, REQUESTER, reason="Not needed.")[0])
    assert "Orrin" in repr(sent.now)


def test_only_what_the_stage_allows_is_done() -> None:
    play = Play().to("ig_advice")
    assert refused(play, c.RecordConsent, CONSENT, finding=c.ConsentFinding.VALID, covers_all=True, note="x") == [
        "wrong_stage"
    ]
    found = {"finding": c.ConsentFinding.NOT_SOUGHT, "covers_all": False}
    assert refused(Play().to("consent_check"), c.RecordConsent, CONSENT, **found, note="") == ["missing"]


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\u2060\u00a0\ufeff"])
def test_what_cannot_be_seen_is_not_an_answer(nothing: str) -> None:
    play = Play().to("release")
    assert refused(play, c.Release, IG, contents=(c.ItemContent("risk", nothing),)) == ["missing"]
    assert refused(Play().to("ig_advice"), c.Ask, IG, question=nothing) == ["missing"]


def test_release_takes_exactly_the_approved_items() -> None:
    play = Play().to("release")
    word = c.ItemContent("risk", "Words.")
    assert refused(play, c.Release, IG, contents=()) == ["missing"]
    assert refused(play, c.Release, IG, contents=(word, c.ItemContent("record", "x"))) == ["not_approved"]
    assert refused(play, c.Release, IG, contents=(word, word)) == ["item_twice"]
    assert refused(play, c.Release, IG, contents=(changed(word, text="x" * 20_001),)) == ["too_long"]
    play.case = changed(play.now, decisions=())
    assert refused(play, c.Release, IG, contents=(word,)) == ["not_approved"]


def test_managers_chase_and_reassign() -> None:
    play = Play().to("ig_advice")
    assert isinstance(play.do(c.Chase, MANAGER)[0], e.Chased)
    assert refused(play, c.Reassign, MANAGER, to_person="ig", to_eligible=True, reason="") == ["missing"]
    assert refused(play, c.Reassign, MANAGER, to_person="x", to_eligible=False, reason="y") == ["not_eligible"]
    play.do(c.Reassign, MANAGER, to_person="ig", to_eligible=True, reason="Leave.")
    assert play.now.assignee == "ig"
    play.do(c.Ask, IG, question="Who?")
    assert play.now.assignee == ""
    assert refused(play, c.Reassign, MANAGER, to_person="ig", to_eligible=True, reason="y") == ["wrong_stage"]
    assert refused(Play().start(), c.Chase, MANAGER) == ["wrong_stage"]


def test_the_clock_climbs_each_rung_once() -> None:
    play = Play().to("ig_advice")
    number = play.now.clock.number if play.now.clock else 0
    assert isinstance(play.do(c.Remind, rung="half", clock=number)[0], e.Reminded)
    assert isinstance(play.do(c.MarkOverdue, rung="overdue", clock=number)[0], e.BecameOverdue)
    assert play.now.overdue
    escalated = play.do(c.Escalate, rung="manager", clock=number)[0]
    assert isinstance(escalated, e.Escalated)
    assert escalated.told == "the manager"
    assert refused(play, c.Remind, rung="half", clock=number) == ["no_longer_due"]
    assert refused(play, c.Remind, rung="half", clock=number + 1) == ["no_longer_due"]
    assert refused(play, c.Escalate, rung="invented", clock=number) == ["no_longer_due"]
    play.do(c.Ask, IG, question="Who?")
    assert not play.now.overdue
    play.do(c.Answer, REQUESTER, answer="Her aunt.")
    assert play.now.overdue
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert not play.now.overdue
    assert refused(play, c.Escalate, rung="named_senior", clock=number) == ["no_longer_due"]
    declined = Play().to("adjudication")
    declined.decide(N, N)
    assert refused(declined, c.Remind, rung="half", clock=3) == ["wrong_stage"]


def test_a_definition_that_leads_nowhere_says_so() -> None:
    stage = STANDARD.stages["ig_advice"]
    bare = {**stage.commands, CommandType.ADVISE: CommandRule()}
    play = Play().to("ig_advice")
    play.definition = changed(STANDARD, stages={**STANDARD.stages, "ig_advice": changed(stage, commands=bare)})
    assert refused(play, c.Advise, IG, advice=c.AdviceType.SUPPORTS) == ["no_route"]


LONG = "x" * 5000


@pytest.mark.parametrize(
    ("task", "answers", "code", "field"),
    [
        (Task.PEOPLE, People((Person(""),)), "missing", "0-label"),
        (Task.PEOPLE, People((Person("A"), Person("A"))), "label_twice", "1-label"),
        (Task.PEOPLE, People((Person("Beatrix P", "Beatrix Potter"),)), "label_tells", "0-label"),
        (Task.PEOPLE, People((Person("A", nhs_number="9990041198"),)), "nhs_number", "0-nhs_number"),
        (Task.PEOPLE, People((Person("A", nhs_number="12"),)), "nhs_number", "0-nhs_number"),
        (Task.PEOPLE, People(tuple(Person(f"A{n}") for n in range(41))), "too_many", "people"),
        (Task.PEOPLE, People((Person("A", "x" * 201),)), "too_long", "0-name"),
        (Task.PURPOSE, Purpose(LONG), "too_long", "purpose"),
        (Task.PURPOSE, Purpose("a\x00b"), "bad_characters", "purpose"),
        (Task.PURPOSE, Purpose(threshold="invented"), "unknown_threshold", "threshold"),
        (Task.ITEMS, Items((Item("A b", "school"),)), "item_key", "items"),
        (Task.ITEMS, Items((Item("a", "school"), Item("a", "school"))), "item_key", "items"),
        (Task.ITEMS, Items((Item("a", "invented"),)), "unknown_category", "0-category"),
        (
            Task.ITEMS,
            Items((Item("a", "school", period=Period(date(2026, 2, 1), date(2026, 1, 1))),)),
            "period_backwards",
            "0-period-end",
        ),
        (Task.ITEMS, Items(tuple(Item(f"a{n}", "school") for n in range(41))), "too_many", "items"),
        (Task.RECIPIENTS, Recipients((Recipient("", "a@x.example"),)), "missing", "0-name"),
        (Task.RECIPIENTS, Recipients((Recipient("A", "nonsense"),)), "email", "0-email"),
        (
            Task.RECIPIENTS,
            Recipients((Recipient("A", "a@x.example"), Recipient("B", "A@x.example"))),
            "recipient_twice",
            "1-email",
        ),
        (Task.RECIPIENTS, Recipients((Recipient("A", "a@x.example", items=("gone",)),)), "foreign_item", "0-items"),
        (
            Task.RECIPIENTS,
            Recipients(tuple(Recipient("A", f"a{n}@x.example") for n in range(21))),
            "too_many",
            "recipients",
        ),
    ],
)
def test_a_save_is_refused_by_name(task: Task, answers: object, code: str, field: str) -> None:
    play = Play().start()
    with pytest.raises(Refused) as caught:
        play.do(c.Save, REQUESTER, task=task, answers=answers)
    assert (caught.value.refusals[0].code, caught.value.refusals[0].field) == (code, field)


def test_answers_belong_to_their_task() -> None:
    assert refused(Play().start(), c.Save, REQUESTER, task=Task.ITEMS, answers=Purpose()) == ["wrong_answers"]


def test_a_part_can_be_saved_again() -> None:
    play = Play().start()
    play.do(c.Save, REQUESTER, task=Task.PURPOSE, answers=Purpose("One"))
    play.do(c.Save, REQUESTER, task=Task.PURPOSE, answers=Purpose("Two"))
    assert play.now.request.purpose.purpose == "Two"
    assert play.now.request.saved == (Task.PURPOSE,)


def test_handle_needs_a_case() -> None:
    command = c.Chase(id="1", actor=c.CLOCK, at=Play().at, case_id="case")
    with pytest.raises(Refused):
        handle(None, command, STANDARD)
