"""A case played in memory: commands through the rulebook, no database. Times are passed in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from tests.applying import APPLICATION, DECIDER, FORMS, OFFICER
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.case import Case, apply
from workflows.core.consent_people import entries
from workflows.core.definition import Definition, Role, Urgency
from workflows.core.events import Event
from workflows.core.permissions import Membership, Principal
from workflows.core.request import (
    Consent,
    ConsentAndOpenness,
    ConsentState,
    Item,
    Items,
    LegalBasis,
    People,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Recipients,
    Request,
    Task,
    Told,
)
from workflows.core.rulebook import handle
from workflows.definitions.loader import load, read_builtin

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ASKER, HOLDER = "asker-org", "holder-org"
SPACE = UUID("00000000-0000-4000-8000-000000000001")
STANDARD: Definition = load(read_builtin("standard"))
EMERGENCY: Definition = load(read_builtin("emergency"))
CSODS: Definition = load(read_builtin("csods"))


def person(name: str, *held: tuple[str, Role]) -> Principal:
    """A person with roles; her id is her name, her address name@x.example."""
    return Principal(name, name.title(), f"{name}@x.example", frozenset(Membership(o, r) for o, r in held))


REQUESTER = person("requester", (ASKER, Role.REQUESTER))
CONSENT = person("consent", (HOLDER, Role.CONSENT_OFFICER))
IG = person("ig", (HOLDER, Role.IG_LEAD))
GUARDIAN = person("guardian", (HOLDER, Role.CALDICOTT_GUARDIAN))
DEPUTY = person("deputy", (HOLDER, Role.DEPUTY_GUARDIAN))
MANAGER = person("manager", (HOLDER, Role.MANAGER))
ON_CALL = person("on-call", (HOLDER, Role.ON_CALL_AUTHORISER))
THEIR_MANAGER = person("their-manager", (ASKER, Role.MANAGER))
OUTSIDER = person("outsider", ("other-org", Role.CALDICOTT_GUARDIAN))

PARTS: dict[Task, Any] = {
    Task.PEOPLE: People(
        (
            Person("Adult A", "D. Orrin", date(1990, 7, 2), (PersonRole.DATA_SUBJECT,), nhs_number="9990041199"),
            Person("Child P", "P. Orrin", date(2021, 5, 19), (PersonRole.PROTECTED,)),
        )
    ),
    Task.PURPOSE: Purpose(
        "To keep a child safe.", "A child is harmed.", "Trust is lost.", "section_47", Urgency.PRIORITY
    ),
    Task.ITEMS: Items(
        (
            Item("risk", "mental_health", "Risk to others", "Bears on the child's safety"),
            Item("record", "school", "Whole record", "Background"),
        )
    ),
    Task.RECIPIENTS: Recipients((Recipient("Requester", "Requester@x.example", "Social worker", ("risk", "record")),)),
    Task.CONSENT: ConsentAndOpenness(
        Consent(ConsentState.REFUSED, grounds="would_prejudice_protection", why="It may put the child at risk."),
        Told(False, "It may put the child at risk.", date(2026, 11, 16)),
    ),
    Task.BASIS: LegalBasis("6(1)(c)", article_9="9(2)(g)", schedule_1="para 18"),
}


@dataclass
class Play:
    """One case and everything that has happened to it."""

    definition: Definition = field(default_factory=lambda: STANDARD)
    case: Case | None = None
    events: list[Event] = field(default_factory=list)
    at: datetime = START
    count: int = 0

    def do(self, kind: type[c.Command], who: Principal | None = None, **fields: Any) -> list[Event]:
        """Give a command; an hour passes first. Raises Refused, and then nothing has changed."""
        self.at += timedelta(hours=1)
        self.count += 1
        actor = fields.pop("actor", None) or (c.Actor(who.id, who.name, "Position") if who else c.CLOCK)
        command = kind(id=str(uuid5(SPACE, str(self.count))), actor=actor, at=self.at, case_id="case", **fields)
        happened = handle(self.case, command, self.definition)
        for event in happened:
            self.case = apply(self.case, event)
        self.events += happened
        return happened

    @property
    def now(self) -> Case:
        """The case as it is."""
        assert self.case is not None
        return self.case

    def start(self) -> Play:
        """A fresh draft."""
        self.do(
            c.Start,
            REQUESTER,
            reference="GH-TEST",
            requester_org=ASKER,
            holder_org=HOLDER,
            calendar="england-and-wales",
        )
        return self

    def fill(self, **changes: Any) -> Play:
        """Save every part; ``changes`` replaces a part by its task's name."""
        for task, answers in PARTS.items():
            self.do(c.Save, REQUESTER, task=task, answers=changes.get(task.value, answers))
        return self

    def submit(self) -> Play:
        """Send it."""
        self.do(c.Submit, REQUESTER)
        return self

    def to(self, stage: str, **changes: Any) -> Play:
        """Play a request to a stage of the standard workflow by the usual way."""
        self.start()
        if stage == "draft":
            return self
        self.fill(**changes).submit()
        steps = {
            "consent_check": lambda: None,
            "ig_advice": lambda: self.do(
                c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="Not a bar."
            ),
            "adjudication": lambda: self.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS),
            "release": lambda: self.decide("share", "refuse"),
            "partly_shared": lambda: self.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),)),
        }
        for name, step in steps.items():
            step()
            if name == stage:
                return self
        raise AssertionError(f"no way to {stage}")

    def to_share(self) -> Play:
        """Play an emergency to the desk of who shares: one page, sent at once."""
        purpose = Purpose("He said he means to die.", "Death tonight.", urgency=Urgency.EMERGENCY)
        items = (
            Item("address", "unsorted", "Address", "Where he may be"),
            Item("car", "unsorted", "Car", "To find it"),
        )
        request = Request((PARTS[Task.PEOPLE].people[0],), purpose, items)
        where = {"requester_org": ASKER, "holder_org": HOLDER, "calendar": "england-and-wales"}
        self.do(c.Start, REQUESTER, reference="GH-NIGHT", workflow="emergency", send=True, answers=request, **where)
        return self

    def applied(self, **fields: Any) -> Play:
        """Begin with an application from the public, and play on to a stage with the forms of ``applying``."""
        where = {"requester_org": HOLDER, "holder_org": HOLDER, "calendar": "england-and-wales"}
        more = {"workflow": self.definition.ref.workflow, "send": True, "public": True, "application": APPLICATION}
        actor = fields.pop("actor", c.PUBLIC)
        self.do(c.Start, actor=actor, reference="GH-PUBLIC", **{**where, **more, **fields})
        return self

    def completed(self, upto: str) -> Play:
        """Complete the forms of the stages in order, until the case is at ``upto``."""
        for stage, answers in FORMS.items():
            if self.now.stage == upto:
                return self
            if self.now.stage != stage:
                continue
            self.do(c.Complete, DECIDER if stage == "decision" else OFFICER, answers=answers)
        return self

    def decide(self, *outcomes: str, **fields: Any) -> list[Event]:
        """Decide the items in their order: share, share_reduced or refuse."""
        reasons = {"share": "necessary", "share_reduced": "part_enough", "refuse": "not_necessary"}
        items = tuple(
            c.ItemDecision(
                item.key, c.ItemOutcome(outcome), reasons[outcome], "Because.", "A summary.", c.Reduction.SUMMARY
            )
            for item, outcome in zip(self.now.request.items, outcomes, strict=True)
        )
        words = {"harm_of_sharing": "Some.", "harm_of_not_sharing": "More.", "would_change_it": "New risk.", **RISKS}
        who = fields.pop("who", GUARDIAN)
        return self.do(c.Decide, who, **{"items": items, **words, **fields})


def spoken(*keys: str, **fields: Any) -> c.Share:
    """A share by word of mouth of these items, by default of both of an emergency, checked by ringing back."""
    words = {"told": "Sgt Hill", "call_back_verified": True}
    return c.Share(items=keys or ("address", "car"), how=c.ShareHow.SPOKEN, **{**words, **fields})


def changed(value: Any, **fields: Any) -> Any:
    """A copy of frozen data with other fields."""
    return replace(value, **fields)


def valid_for_all(case: Case) -> tuple[c.PersonFinding, ...]:
    """The finding that the consent of each person in the request is valid."""
    return tuple(c.PersonFinding(each.person, c.ConsentFinding.VALID) for each in entries(case.request))
