"""Completing stages on forms: routes, who may rule, what labels-only readers see, clocks, silos."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.applying import APPLICATION, DECIDER, FORMS, HOLDER, OFFICER
from tests.core.play import CSODS, MANAGER, STANDARD, START, Play, changed, person
from workflows.core import commands as c
from workflows.core.calendars import Length, Unit
from workflows.core.case import Case, apply
from workflows.core.clocks import Clock, due_at, fraction_instant, time_left
from workflows.core.completing import StageCompleted, answers_of, forgotten, latest
from workflows.core.definition import CommandType, Role, StageKind
from workflows.core.events import EVENTS
from workflows.core.facts import facts
from workflows.core.field_kinds import FieldClass, FieldType
from workflows.core.fields import Answer
from workflows.core.notices import Audience, Notice, NoticeKind, notices, within
from workflows.core.outcomes import Outcome
from workflows.core.permissions import Relation, kept_for, known_to, permitted, relations
from workflows.core.refusals import Refused
from workflows.core.safe_contact import email_refusal, safely
from workflows.core.standing_in import kept_out
from workflows.core.telling import unheard
from workflows.core.timeliness import spells
from workflows.core.veil import veil_of
from workflows.core.visibility import Identity, look
from workflows.core.webhooks import calls
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C15", "C17", "C19")

ENGLAND = seed_calendars()["england-and-wales"]


def at(stage: str) -> Play:
    return Play(CSODS).applied().completed(stage)


def test_the_ways_of_the_scheme() -> None:
    assert at("decision").now.kind is StageKind.RULING
    done = Play(CSODS).applied().completed("nowhere").now
    assert (done.stage, done.ending, done.outcome, done.how_it_ended) == (
        "disclosed",
        "disclosed",
        Outcome.OWN,
        "disclosed",
    )
    fresh = Play(CSODS).applied().now
    assert (fresh.requester, fresh.how_it_ended) == ("", "")
    assert [each.label for each in fresh.request.people] == ["Applicant", "Adult A", "Child L", "Adult M"]


def test_faults_are_told_all_at_once_and_nothing_happens() -> None:
    play = at("initial_contact")
    with pytest.raises(Refused) as refused:
        play.do(c.Complete, OFFICER, answers={"scope": ("in_scope",), "odd": ("x",)})
    assert {fault.field for fault in refused.value.refusals} == {"", "checked", "danger_now", "contact", "note"}
    assert play.now.stage == "initial_contact"
    with pytest.raises(Refused) as refused:
        Play(CSODS).applied(application={})
    assert "applicant-name" in {fault.field for fault in refused.value.refusals}


@pytest.mark.parametrize(
    ("definition", "public", "code"), [(CSODS, False, "public_only"), (STANDARD, True, "not_public")]
)
def test_the_public_begins_only_what_is_meant_for_it(definition: object, public: bool, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Play(definition).applied(public=public)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_who_enquired_may_not_rule_and_the_refusal_says_so() -> None:
    play = at("decision")
    both = changed(OFFICER, memberships=OFFICER.memberships | DECIDER.memberships)
    refusal = permitted(play.now, both, CSODS)[CommandType.COMPLETE]
    assert refusal is not None
    assert refusal.code == "enquired"
    assert "whatever your roles" in refusal.say
    assert permitted(play.now, DECIDER, CSODS)[CommandType.COMPLETE] is None
    assert OFFICER.id in kept_out(play.now)
    assert "" not in kept_out(play.now)
    assert permitted(play.now, OFFICER, CSODS)[CommandType.WITHDRAW] is None, "an applicant may ring anybody"
    late = changed(play.now, clock=changed(play.now.clock, fired=("supervisor",)))
    ladder = (changed(CSODS.stages["decision"].ladder[-1], tell=(Role.NAMED_SENIOR,)),)
    told = changed(CSODS, stages={**CSODS.stages, "decision": changed(CSODS.stages["decision"], ladder=ladder)})
    senior = permitted(late, person("senior", (HOLDER, Role.NAMED_SENIOR)), told)[CommandType.WITHDRAW]
    assert senior is not None
    assert senior.code == "not_yours"
    after = play.completed("disclosure").now
    assert permitted(after, OFFICER, CSODS)[CommandType.COMPLETE] is None
    assert play.now.advisers == {OFFICER.id}, "who ruled has enquired into nothing"


def test_who_took_the_application_down_may_work_on_it() -> None:
    play = Play(CSODS).applied(actor=c.Actor(OFFICER.id, OFFICER.name))
    assert play.now.completions[0].by == OFFICER.id
    assert play.now.advisers == frozenset()
    assert permitted(play.now, OFFICER, CSODS)[CommandType.COMPLETE] is None
    assert permitted(play.now, OFFICER, CSODS)[CommandType.WITHDRAW] is None


def test_guards_see_codes_and_never_words() -> None:
    known = answers_of(at("decision").now.completions)
    assert known["initial_contact"] == {
        "checked": True, "danger_now": False, "scope": "in_scope", "contact": ["alone"], "note": True,
    }  # fmt: skip
    play = at("face_to_face")
    command = c.Complete(id="", actor=c.CLOCK, at=START, case_id="case", answers={"note": ("A secret",)})
    assert "secret" not in str(facts(play.now, command, CSODS))
    assert "Garrow" not in str(facts(play.now, command, CSODS)["answers"])


def test_whoever_sees_labels_reads_only_what_is_plain() -> None:
    case = at("decision").now
    plain = Answer("p", FieldType.TEXT, FieldClass.PLAIN, text="L. Garrow is well.")
    case = changed(case, completions=(*case.completions, changed(case.completions[-1], answers=(plain,))))
    veil = veil_of(case, Identity.LABELS, on=date(2026, 11, 2))
    seen = veil.case(case)
    words = str(seen.completions)
    assert not [name for name in ("Garrow", "Brisk", "weekday", "relevant conviction", "passport") if name in words]
    contact = latest(seen.completions, "initial_contact")
    assert contact is not None
    scope, note = contact.answer("scope"), contact.answer("note")
    assert scope is not None
    assert note is not None
    assert (scope.text, note.withheld) == ("in_scope", True)
    assert contact.answer("nothing") is None
    assert safely(seen, CSODS) is None
    event = next(each for each in at("face_to_face").events if isinstance(each, StageCompleted))
    assert "in scope" not in str(veil.event(event))


def test_officers_of_forms_see_names_and_advisers_do_not() -> None:
    assert look(at("decision").now, DECIDER, CSODS).identity is Identity.FULL
    advice = Play().to("ig_advice").now
    adviser = person("ig", (HOLDER, Role.IG_LEAD))
    forms = changed(
        STANDARD, stages={**STANDARD.stages, "more": changed(CSODS.stages["decision"], roles=(Role.IG_LEAD,))}
    )
    assert look(advice, adviser, forms).identity is Identity.LABELS
    release = changed(advice, kind=StageKind.CHECK)
    assert look(release, adviser, forms).identity is Identity.FULL


def test_erased_is_erased() -> None:
    done = at("decision").now.completions
    assert all(not each.answers and not each.by_name for each in forgotten(done))
    assert latest(done, "nowhere") is None


# --- Clocks that count from the application


def test_time_is_counted_from_the_application_and_the_stage_still_began_later() -> None:
    play = at("face_to_face")
    clock, sent = play.now.clock, play.now.submitted_at
    assert clock is not None
    assert sent is not None
    assert (clock.counted_from, clock.started_at > sent) == (sent, True)
    assert due_at(clock, ENGLAND) == datetime(2026, 11, 12, 17, tzinfo=UTC)
    hours = play.now.past_clocks[0]
    assert due_at(hours, ENGLAND) == sent + timedelta(hours=24)
    assert time_left(clock, ENGLAND, now=clock.started_at).fraction_used > 0
    assert fraction_instant(hours, ENGLAND, fraction=0.5, now=sent) == sent + timedelta(hours=12)


def test_without_it_a_clock_counts_from_its_start() -> None:
    clock = Clock(1, "s", START, Length(2, Unit.HOURS), "england-and-wales")
    assert clock.begins == START
    with pytest.raises(ValueError, match="zone"):
        changed(clock, counted_from=START.replace(tzinfo=None))


def test_a_variant_changes_times_and_nothing_else() -> None:
    longer = CSODS.as_variant("force_45_days")
    assert longer.ref.variant == "force_45_days"
    assert CSODS.as_variant("") is CSODS
    play = Play(longer).applied().completed("risk_assessment")
    clock = play.now.clock
    assert clock is not None
    due = due_at(clock, ENGLAND)
    assert due is not None
    assert due.date() == START.date() + timedelta(days=45)
    assert longer.stages["face_to_face"] == CSODS.stages["face_to_face"]
    assert play.now.definition.variant == "force_45_days"


# --- The silo


def test_a_silo_is_known_to_its_own_roles_and_to_whom_it_was_passed_up() -> None:
    play = at("face_to_face")
    case = play.now
    outside = [MANAGER, person("requester", (HOLDER, Role.REQUESTER)), person("senior", (HOLDER, Role.NAMED_SENIOR))]
    assert [relations(case, each, CSODS) for each in outside] == [frozenset()] * 3
    assert relations(case, OFFICER, CSODS) == {Relation.WORKER}
    supervised = known_to(case, CSODS)
    assert Role.MANAGER not in supervised
    assert kept_for(case, CSODS) == supervised
    open_to_more = Play().to("ig_advice").now
    assert kept_for(open_to_more, STANDARD) == frozenset()
    assert Role.MANAGER in known_to(open_to_more, STANDARD)
    assert not known_to(open_to_more, STANDARD) & {Role.NAMED_SENIOR, Role.ON_CALL_AUTHORISER}
    clock = case.clock
    assert clock is not None
    ladder = (changed(CSODS.stages["face_to_face"].ladder[-1], tell=(Role.NAMED_SENIOR,)),)
    told = changed(CSODS, stages={**CSODS.stages, "face_to_face": changed(CSODS.stages["face_to_face"], ladder=ladder)})
    late = changed(case, clock=changed(clock, fired=("supervisor",)))
    assert relations(late, outside[2], told) == {Relation.ESCALATED}
    assert Role.NAMED_SENIOR in known_to(late, told)
    assert Role.NAMED_SENIOR not in known_to(case, told)


def test_no_notice_hook_or_figure_leaves_the_silo() -> None:
    play = at("decision")
    case = play.now
    stood = play.do(c.DeclareConflict, OFFICER, reason="My cousin.")
    (told,) = notices(case, stood, play.now, CSODS)
    assert told.kind is NoticeKind.STOOD_ASIDE
    assert Role.MANAGER not in told.audience.roles
    assert told.audience.roles
    lost = Notice(NoticeKind.YOUR_TURN, Audience(organisation=HOLDER, roles=(Role.CSODS_DECISION_MAKER,)), "x")
    alert = unheard([lost], case, CSODS)
    assert Role.ADMINISTRATOR not in alert[0].audience.roles
    up = Notice(NoticeKind.ESCALATION, Audience(organisation=HOLDER, roles=(Role.NAMED_SENIOR,)), "x")
    assert within(up, CSODS) is up
    mixed = Notice(NoticeKind.FOLLOW_UP, Audience(organisation=HOLDER, roles=(Role.MANAGER, Role.DISCLOSER)), "x")
    assert within(mixed, CSODS).audience.roles == (Role.DISCLOSER,)
    assert calls(None, play.events, play.now, CSODS) == []
    assert spells(None, play.events, CSODS, ENGLAND) == []
    told_all = [n for e in play.events[1:] for n in notices(case, [e], play.now, CSODS)]
    assert not [n for n in told_all if "" in n.audience.people]


# --- Safe contact


def test_an_email_is_written_only_where_the_applicant_allows_it() -> None:
    never = Play(CSODS).applied().now
    assert email_refusal(never, CSODS) is not None
    allowed = Play(CSODS).applied(application={**APPLICATION, "no_email": ("no",)}).now
    assert email_refusal(allowed, CSODS) is None
    safe = safely(allowed, CSODS)
    assert safe is not None
    assert (safe.by, safe.when, safe.no_email) == ("By telephone", "weekday mornings", False)
    unknown = changed(allowed, completions=())
    refusal = email_refusal(unknown, CSODS)
    assert refusal is not None
    assert refusal.code == "no_email"
    assert email_refusal(Play().to("ig_advice").now, STANDARD) is None


def test_old_events_and_a_round_of_a_form_still_fold() -> None:
    case: Case | None = None
    for event in at("disclosure").events:
        case = apply(case, event)
    assert case == at("disclosure").now
    assert EVENTS["StageCompleted"] is StageCompleted
    assert FORMS["decision"]
