"""The case: what the events add up to. ``apply`` is total: it never refuses and never raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from typing import Any

from workflows.core import events as e
from workflows.core import reveal
from workflows.core.adopting import Adoption, VersionAdopted, adopted
from workflows.core.aside import Conflict, declared
from workflows.core.clocks import Clock, Pause
from workflows.core.completing import Completion, StageCompleted, applied, completed, enquirers
from workflows.core.completing import forgotten as answers_forgotten
from workflows.core.cpis import CpisCheck, CpisChecked, checked
from workflows.core.cpis import forgotten as checks_forgotten
from workflows.core.decided import Decision as Decision
from workflows.core.definition import DefinitionRef, StageKind, Urgency
from workflows.core.emergency_parts import EmergencyShare, ShareReview, share_reviewed, shared_now
from workflows.core.extending import OVERDUE_MARK as OVERDUE_MARK
from workflows.core.extending import extended
from workflows.core.extending import forgotten as reasons_forgotten
from workflows.core.findings import Advice as Advice
from workflows.core.findings import ConsentCheck as ConsentCheck
from workflows.core.followups import FollowUp, folded
from workflows.core.happening import both
from workflows.core.outcomes import Counts as Counts
from workflows.core.outcomes import Outcome as Outcome
from workflows.core.questions import Question as Question
from workflows.core.questions import answered, asked, given_back
from workflows.core.recounting import ClockRecounted, recounted
from workflows.core.request import Request
from workflows.core.request import with_answers as with_answers
from workflows.core.rounds import Round, begun, forgotten
from workflows.core.silence import NotSharedByDefault, Silence, silent
from workflows.core.tracks import chosen
from workflows.core.unheard import NobodyTold, Unheard, unheard_by
from workflows.core.uses import UseReview, UseState, missed, reviewed
from workflows.core.votes import SecondDemanded, Vote, second_demanded, voted
from workflows.core.withdrawing import TakenBack, without

WAITING_FOR_REQUESTER = "waiting for the requester"
"""Why a clock is paused while a question is open."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request to share. ``version`` counts the events folded so far; ``settled`` is that of a person's last act.

    Whoever looks at a page is overtaken by people only: a reminder of the clock changes nothing that she decides on.
    """

    id: str
    reference: str
    definition: DefinitionRef
    packs: tuple[str, ...]
    version: int
    stage: str
    kind: StageKind
    requester: str
    requester_org: str
    holder_org: str
    calendar: str
    created_at: datetime
    stage_since: datetime
    like: str = ""
    round: int = 1
    request: Request = Request()
    submitted_at: datetime | None = None
    clock: Clock | None = None
    held: Clock | None = None
    past_clocks: tuple[Clock, ...] = ()
    back_to: str = ""
    back_kind: StageKind | None = None
    assignee: str = ""
    overdue: bool = False
    questions: tuple[Question, ...] = ()
    consent_check: ConsentCheck | None = None
    advice: tuple[Advice, ...] = ()
    decisions: tuple[Decision, ...] = ()
    released_at: datetime | None = None
    released_by: str = ""
    released: tuple[str, ...] = ()
    shared_now: EmergencyShare | None = None
    share_review: ShareReview | None = None
    withdrawn_because: str = ""
    counts: Counts | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    settled: int = 1
    conflicts: tuple[Conflict, ...] = ()
    reveals: reveal.Reveals = ()
    silences: tuple[Silence, ...] = ()
    followups: tuple[FollowUp, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    others: tuple[str, ...] = ()
    group: str = ""
    votes: tuple[Vote, ...] = ()
    seconds: tuple[SecondDemanded, ...] = ()
    rounds: tuple[Round, ...] = ()
    use: UseState = UseState.RUNNING
    use_reviews: tuple[UseReview, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    completions: tuple[Completion, ...] = ()
    ending: str = ""
    """The code of the workflow's own outcome with which the case has ended."""
    undoable: tuple[Adoption, ...] = ()
    cpis: tuple[CpisCheck, ...] = ()
    """Checks of CP-IS, in the order in which they were put on record."""

    def overtaken(self, seen: int | None) -> bool:
        """Whether a person has changed the case since version ``seen``; None means whatever it is now."""
        return seen is not None and not self.settled <= seen <= self.version

    @property
    def urgency(self) -> Urgency:
        """How soon an answer is needed."""
        return self.request.purpose.urgency

    @property
    def closed(self) -> bool:
        """True once nothing more is to be done."""
        return self.kind is StageKind.CLOSED

    @property
    def decision(self) -> Decision | None:
        """The latest decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def latest_advice(self) -> Advice | None:
        """The advice of the present round: an earlier round's does not count for changed content."""
        return self.advice[-1] if self.advice and self.advice[-1].round == self.round else None

    @property
    def open_question(self) -> Question | None:
        """The question that still waits for an answer."""
        return next((q for q in self.questions if q.waits), None)

    @property
    def advisers(self) -> frozenset[str]:
        """Everyone who has ever advised on this case or enquired into it, or in whose name somebody has."""
        return both(self.advice) | enquirers(self.completions)

    @property
    def how_it_ended(self) -> str:
        """The code of its outcome, the workflow's own where it has one; empty while there is none."""
        return self.ending or (self.outcome.value if self.outcome else "")


def apply(case: Case | None, event: e.Event) -> Case:
    """Fold one event into the case. Total: an event of an unknown kind leaves the case as it was."""
    if isinstance(event, e.Started):
        return _moved(_started(event), event)
    assert case is not None, "only Started can come first"
    changed = _FOLD.get(type(event), _unchanged)(case, event)
    version = case.version + 1
    return _moved(replace(changed, version=version, settled=version if event.by else case.settled), event)


def _started(event: e.Started) -> Case:
    return Case(
        id=event.case_id,
        reference=event.reference,
        definition=event.definition,
        packs=event.packs,
        version=1,
        stage="",
        kind=StageKind.DRAFT,
        requester="" if event.public else event.by,
        requester_org=event.requester_org,
        holder_org=event.holder_org,
        calendar=event.calendar,
        created_at=event.at,
        stage_since=event.at,
        like=event.like,
        group=event.group,
        request=event.answers,
        completions=applied(event),
    )


def _moved(case: Case, event: e.Event) -> Case:
    move = event.move
    if move is None:
        return case
    before = case.clock
    case = replace(
        case,
        stage=move.stage,
        kind=move.kind,
        stage_since=event.at,
        assignee="",
        overdue=False,
        undoable=(),
        back_to=case.stage if move.pause else "",
        back_kind=case.kind if move.pause else None,
    )
    if move.pause and before is not None:
        held = replace(before, pauses=(*before.pauses, Pause(event.at, None, WAITING_FOR_REQUESTER)))
        case = replace(case, held=held, clock=None)
    elif before is not None:
        stopped = replace(before, stopped_at=event.at)
        case = replace(case, clock=None, past_clocks=(*case.past_clocks, stopped))
    if move.resume and case.held is not None:
        last = replace(case.held.pauses[-1], end=event.at)
        resumed = replace(case.held, pauses=(*case.held.pauses[:-1], last))
        case = replace(case, clock=resumed, held=None, overdue=OVERDUE_MARK in resumed.fired)
    elif case.held is not None and not move.pause:
        ended = replace(case.held, stopped_at=event.at)
        case = replace(case, held=None, past_clocks=(*case.past_clocks, ended))
    if move.clock is not None:
        case = replace(case, clock=_clock(case, move, event.at))
    if move.outcome:
        own = move.outcome not in set(Outcome)
        outcome = Outcome.OWN if own else Outcome(move.outcome)
        case = replace(case, outcome=outcome, ending=move.outcome if own else "")
    if move.kind is StageKind.CLOSED:
        case = replace(case, closed_at=event.at)
    return case


def _clock(case: Case, move: e.Move, at: datetime) -> Clock:
    assert move.clock is not None
    number = len(case.past_clocks) + (1 if case.held else 0) + 1
    return Clock(
        number=number,
        stage=move.stage,
        started_at=at,
        length=move.clock.length,
        calendar=case.calendar,
        due_time=time.fromisoformat(move.clock.due_time),
        counted_from=move.clock.counted_from,
    )


def _unchanged(case: Case, event: e.Event) -> Case:
    return case


def _saved(case: Case, event: e.Saved) -> Case:
    saved = case.request.saved if event.task in case.request.saved else (*case.request.saved, event.task)
    return replace(case, request=replace(with_answers(case.request, event.answers), saved=saved))


def _submitted(case: Case, event: e.Submitted) -> Case:
    return replace(case, submitted_at=case.submitted_at or event.at, round=event.round, packs=event.packs or case.packs)


def _withdrawn(case: Case, event: e.Withdrawn) -> Case:
    case = replace(case, withdrawn_because=event.reason)
    return replace(case, request=Request()) if event.discarded else case


def _consent_recorded(case: Case, event: e.ConsentRecorded) -> Case:
    check = ConsentCheck(event.finding, event.covers_all, event.note, event.by, event.at, event.people)
    return replace(case, consent_check=check)


def _consent_taken_back(case: Case, event: e.ConsentTakenBack) -> Case:
    back = TakenBack(
        event.person, event.keys, event.how, event.given_by, event.note, event.rested, event.by, event.at
    )  # fmt: skip
    return replace(case, request=without(case.request, event), taken_back=(*case.taken_back, back))


def _advised(case: Case, event: e.Advised) -> Case:
    advice = Advice(
        advice=event.advice, why=event.why, conditions=event.conditions,
        delegated_release=event.delegated_release, redirect=event.redirect,
        by=event.by, by_name=event.by_name, position=event.position, at=event.at, round=case.round,
        stood_in_for=event.stood_in_for,
    )  # fmt: skip
    return replace(case, advice=(*case.advice, advice))


def _redirected(case: Case, event: e.Redirected) -> Case:
    counts = Counts(event.people, event.items, event.recipients)
    return replace(
        reasons_forgotten(case),
        request=Request(purpose=event.kept),
        counts=counts,
        followups=(),
        rounds=forgotten(case.rounds),
        completions=answers_forgotten(case.completions),
        cpis=checks_forgotten(case.cpis),
    )


def _decided(case: Case, event: e.Decided) -> Case:
    said = {name: getattr(event, name) for name in _SAID}
    decision = Decision(outcome=Outcome(event.outcome), round=case.round, **said)
    kept = tuple(key for key in case.released if key in decision.approved())
    return replace(case, decisions=(*case.decisions, decision), outcome=decision.outcome, released=kept)


_SAID = tuple(each.name for each in fields(Decision) if each.name not in ("outcome", "round"))
"""What a decision keeps of its event as it is."""


def _released(case: Case, event: e.Released) -> Case:
    keys = tuple(dict.fromkeys((*case.released, *event.keys)))
    return replace(case, released_at=event.at, released_by=event.by, released=keys)


def _reassigned(case: Case, event: e.Reassigned) -> Case:
    return replace(case, assignee=event.to_person)


def _fired(case: Case, event: e.Reminded | e.Escalated | e.BecameOverdue) -> Case:
    if case.clock is None or case.clock.number != event.clock:
        return case
    clock = replace(case.clock, fired=(*case.clock.fired, event.rung))
    return replace(case, clock=clock, overdue=case.overdue or isinstance(event, e.BecameOverdue))


def _followed_up(case: Case, event: e.FollowUpOpened | e.FollowUpDone | e.FollowUpReminded) -> Case:
    return replace(case, followups=folded(case.followups, event))


_FOLD: dict[type[e.Event], Callable[[Case, Any], Case]] = {
    e.Saved: _saved,
    e.Submitted: _submitted,
    e.Withdrawn: _withdrawn,
    e.ConsentRecorded: _consent_recorded,
    e.ConsentTakenBack: _consent_taken_back,
    e.Asked: asked,
    e.Answered: answered,
    e.Advised: _advised,
    e.Redirected: _redirected,
    e.Decided: _decided,
    e.Released: _released,
    e.SharedNow: shared_now,
    e.ShareReviewed: share_reviewed,
    e.Reassigned: _reassigned,
    e.ConflictDeclared: declared,
    e.HoldersChosen: chosen,
    e.AdjudicatorVoted: voted,
    e.SecondAdjudicatorDemanded: second_demanded,
    **reveal.FOLDS,
    e.Reminded: _fired,
    e.Escalated: _fired,
    e.BecameOverdue: _fired,
    e.ClockExtended: extended,
    ClockRecounted: recounted,
    VersionAdopted: adopted,
    e.QuestionGivenBack: given_back,
    NotSharedByDefault: silent,
    NobodyTold: unheard_by,
    e.FollowUpOpened: _followed_up,
    e.FollowUpDone: _followed_up,
    e.FollowUpReminded: _followed_up,
    e.Reopened: begun,
    e.Challenged: begun,
    e.SentBack: begun,
    e.UseReviewed: reviewed,
    e.UseReviewMissed: missed,
    StageCompleted: completed,
    CpisChecked: checked,
}
