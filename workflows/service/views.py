"""What pages are given: frozen data, already filtered for the one person who looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from workflows.core.case import Advice, Case, ConsentCheck, Counts, Decision, Question
from workflows.core.clocks import TimeLeft
from workflows.core.completing import Completion
from workflows.core.cpis import CpisCheck
from workflows.core.definition import CommandType, Definition, Stage, StageKind
from workflows.core.emergency_parts import EmergencyShare, ShareReview
from workflows.core.explaining import CountedDay
from workflows.core.grounds import Bodies
from workflows.core.lateness import Lateness
from workflows.core.packs import Pack
from workflows.core.refusals import Refusal
from workflows.core.request import Item, Request
from workflows.core.rounds import Round
from workflows.core.safe_contact import Safely
from workflows.core.silence import Silence
from workflows.core.uses import UseReview, UseState
from workflows.core.visibility import Look
from workflows.service.followups import FollowUpRow as FollowUpRow
from workflows.service.followups import FollowUpView as FollowUpView
from workflows.service.forecast import Forecast
from workflows.service.ladders import Step as Step
from workflows.service.panels import PanelView
from workflows.service.revealing import RevealView
from workflows.service.tracks import TrackView as TrackView
from workflows.store.notices import NoticeRow as NoticeRow


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person of the request as this viewer may see her: label always, the rest only with identity."""

    label: str
    roles: tuple[str, ...]
    relation: str
    contact: str
    age_band: str
    name: str = ""
    born: date | None = None
    nhs_number: str = ""
    capacity: str = ""
    competence: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a case's history. ``title`` is the act; ``text`` the reason given, where it may be shown."""

    at: datetime
    title: str
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One act on a case: open to the viewer (``refusal`` None) or closed, with the reason."""

    command: CommandType
    refusal: Refusal | None

    @property
    def open(self) -> bool:
        """True when the viewer may do it now."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case for one viewer. Parts that she may not see are None or empty, never merely hidden."""

    id: str
    reference: str
    version: int
    settled: int
    """The version that a person's last act made: what the clock did afterwards overtakes nobody (core/case)."""
    definition: Definition
    stage: Stage
    kind: StageKind
    urgency: str
    look: Look
    requester_name: str
    requester_org_name: str
    holder_org_id: str
    holder_org_name: str
    holder_title: str
    """Who adjudicates at the holder, in the holder's own words."""
    awaits: str
    """Who has the next move, in words."""
    assignee_name: str
    time_left: TimeLeft | None
    why_this_date: tuple[CountedDay, ...]
    paused: bool
    overdue: bool
    created_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    outcome: str
    round: int
    offers: tuple[Offer, ...]
    request: Request | None
    people: tuple[PersonView, ...]
    items: tuple[Item, ...]
    consent_check: ConsentCheck | None
    consent_by: str
    advice: tuple[Advice, ...]
    questions: tuple[Question, ...]
    decisions: tuple[Decision, ...]
    counts: Counts | None
    withdrawn_because: str
    redirect: str
    released_at: datetime | None
    released: tuple[str, ...]
    silences: tuple[Silence, ...]
    """Times that ran out at the holder: each counts as a decision not to share."""
    timeline: tuple[TimelineEntry, ...]
    my_contents: tuple[str, ...]
    bodies: Bodies
    """What the checks of legal bases know of both organisations."""
    reveals: tuple[RevealView, ...]
    """Who asked to see an identity and what was answered, oldest first; for who works on the case."""
    no_delegation: Refusal | None
    """Why release could not be delegated even if the advice supports sharing; None when it could."""
    packs: tuple[Pack, ...] = ()
    """The versions of the policy packs that the request is pinned to."""
    follow_ups: tuple[FollowUpView, ...] = ()
    shared_now: EmergencyShare | None = None
    share_review: ShareReview | None = None
    rounds: tuple[Round, ...] = ()
    """How each round after the first began, and how the one before had ended."""
    use: UseState = UseState.RUNNING
    use_reviews: tuple[UseReview, ...] = ()
    to_release: tuple[str, ...] = ()

    tracks: tuple[TrackView, ...] = ()
    """Every holder's answer, where the viewer's own request went to several."""
    asked_besides: int = 0
    """How many other organisations got the same request: told to people of the holder, without names."""
    panel: PanelView | None = None
    """Two adjudicators, where they are needed or their votes may be read."""

    late: Lateness | None = None
    """Why it has not been answered yet; None for what nobody has to act on, and for recipients."""
    completions: tuple[Completion, ...] = ()
    """What was answered on forms, oldest first, as far as the viewer may read it."""
    safely: Safely | None = None
    """How the applicant can be reached safely, for who works on the case."""
    public: bool = False
    """It came from the public: nobody here is its requester."""
    cpis: tuple[CpisCheck, ...] = ()
    """Checks of CP-IS, oldest first, as far as the viewer may read them."""
    of_child: tuple[bool, ...] = ()
    """Of each decision in ``decisions``, whether anybody in the request was a child on its day."""
    steps: tuple[Step, ...] = ()
    """The steps of the ladder on the clock that runs."""

    def overtaken(self, seen: int) -> bool:
        """Whether a person has changed the case since version ``seen``."""
        return not self.settled <= seen <= self.version

    def offer(self, command: str) -> Offer | None:
        """The offer for one command, by its name."""
        return next((offer for offer in self.offers if offer.command.value == command), None)

    @property
    def decision(self) -> Decision | None:
        """The latest decision the viewer may see."""
        return self.decisions[-1] if self.decisions else None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of a worklist. Never the name of a person the case is about."""

    id: str
    reference: str
    version: int
    asked: str
    kind: StageKind
    stage_title: str
    requester_org: str
    holder_org: str
    urgency: str
    time_left: TimeLeft | None
    overdue: bool
    paused: bool
    assigned_to: str
    outcome: str
    closed_at: datetime | None
    created_at: datetime
    for_whom: str = ""
    """Who is away, and in whose name it would be done."""


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of a worklist. ``total`` is counted up to ``capped`` and no further."""

    tab: str
    rows: tuple[WorkRow, ...]
    total: int
    capped: bool
    page: int
    more: bool
    follow_ups: tuple[FollowUpRow, ...] = ()
    """What this person has to follow up, on the first page of her own work."""


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """The manager's filters, as they stand in the URL. Empty means all.

    ``agency`` is the other organisation's id, ``holder`` a person's id or "nobody", ``waits`` for what a
    request waits: the "requester", the "holder", or nothing while its clock is "paused".
    """

    side: str = "held"
    state: str = ""
    stage: str = ""
    urgency: str = ""
    agency: str = ""
    holder: str = ""
    waits: str = ""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One open case on the manager's board."""

    id: str
    reference: str
    version: int
    stage: str
    kind: StageKind
    stage_title: str
    urgency: str
    requester_org: str
    holder_org: str
    holder: str
    time_left: TimeLeft | None
    overdue: bool
    paused: bool
    late: Lateness
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How requests ended since the first of the month, refusals and silence beside what was shared.

    ``silent``: those of them in which a holder's time had run out. ``overdue``: open ones whose time has run out.
    """

    since: date
    shared: int
    partly_shared: int
    declined: int
    silent: int
    overdue: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The manager's board: four figures, counts per stage, and the rows that the filters leave."""

    filters: BoardFilters
    rows: tuple[BoardRow, ...]
    overdue: int
    due_today: int
    at_risk: int
    paused: int
    by_stage: tuple[tuple[str, str, int], ...]
    page: int
    more: bool
    ended: Ended | None = None
    """How what the organisation holds ended this month; None for what it asked for."""
    eligible: tuple[tuple[str, str], ...] = field(default=())
    """People (id, name and roles) to whom cases may be reassigned."""
    to_review: int = 0
    """Emergency shares that have not been reviewed yet."""
    agencies: tuple[tuple[str, str, int], ...] = ()
    undelivered: int = 0
    """The other organisations (id, name, open cases)."""
    forecast: Forecast | None = None
    """What will be late soon if nothing is done, whatever the filters."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """One case that was ticked on the board, before anything is done to it."""

    id: str
    reference: str
    stage_title: str
    unit: str
    """What its clock counts in; empty where none runs."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What happened to one case of a bulk act."""

    case_id: str
    reference: str
    done: bool
    say: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its owner edits it."""

    case: Case
    definition: Definition
    holder_name: str
    bodies: Bodies
    missing: tuple[Refusal, ...]
    """What would stop it from being sent, each with the task and field it is about."""


@dataclass(frozen=True, slots=True)
class ContentView:
    """The words released for one item, for one recipient; the reading has been recorded."""

    item: Item
    text: str
    reduction: str
    conditions: tuple[str, ...]
    retention: str = ""
    onward: str = ""
    review_by: date | None = None
