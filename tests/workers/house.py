"""A small house for tests of time and post: two organisations, their people, and requests played by commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from tests.weighed import RISKS
from workflows.core.commands import (
    Actor,
    AdviceType,
    Advise,
    Answer,
    Ask,
    Command,
    ConsentFinding,
    Decide,
    ItemDecision,
    ItemOutcome,
    RecordConsent,
    Save,
    Start,
    Submit,
)
from workflows.core.definition import Role, Urgency
from workflows.core.imported import Origin
from workflows.core.permissions import Membership
from workflows.core.request import (
    Answers,
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
    Task,
)
from workflows.definitions.loader import load, read_builtin
from workflows.service.execute import execute
from workflows.service.library import Library
from workflows.store import definitions, people
from workflows.store.engine import Engine
from workflows.store.people import Organisation

MONDAY = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
"""When most tests begin: a Monday without a bank holiday near, ten in the morning in London too."""

STAFF = {
    "rita": ("asker", Role.REQUESTER),
    "ada": ("asker", Role.MANAGER),
    "colin": ("holder", Role.CONSENT_OFFICER),
    "ivy": ("holder", Role.IG_LEAD),
    "guy": ("holder", Role.CALDICOTT_GUARDIAN),
    "dora": ("holder", Role.DEPUTY_GUARDIAN),
    "max": ("holder", Role.MANAGER),
    "nell": ("holder", Role.NAMED_SENIOR),
}


@dataclass
class House:
    """The engine, the ids, and acts in the names of people."""

    engine: Engine
    library: Library = field(default_factory=Library)
    organisations: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    def time_is(self, at: datetime) -> None:
        """Set the product's clock."""
        self.sql("UPDATE product_clock SET ahead = cast(:at AS timestamptz) - clock_timestamp()", at=at)

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """Run one statement past the product; its rows."""
        with self.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def actor(self, name: str) -> Actor:
        """The person as the actor of a command."""
        return Actor(self.people[name], name.title())

    def do(self, command: Command) -> None:
        """Carry out one command."""
        execute(self.engine, self.library, command)

    def request(
        self, *, at: datetime = MONDAY, urgency: Urgency = Urgency.ROUTINE, canary: str = "",
        origin: Origin | None = None,
    ) -> str:  # fmt: skip
        """A request sent to the holder at ``at``, now at its consent check. ``canary`` goes into every field."""
        case_id = str(uuid4())
        rita = self.actor("rita")
        self.do(
            Start(
                id=str(uuid4()), actor=rita, at=at, case_id=case_id, reference=f"SR-{case_id[:8]}",
                requester_org=self.organisations["asker"], holder_org=self.organisations["holder"],
                calendar="england-and-wales", origin=origin,
            )
        )  # fmt: skip
        for task, answers in _answers(urgency, canary or "words").items():
            self.do(Save(id=str(uuid4()), actor=rita, at=at, case_id=case_id, task=task, answers=answers))
        self.do(Submit(id=str(uuid4()), actor=rita, at=at, case_id=case_id))
        return case_id

    def check_consent(self, case_id: str, *, at: datetime = MONDAY, note: str = "") -> None:
        """Colin records consent; the case goes to advice."""
        self.do(
            RecordConsent(
                id=str(uuid4()), actor=self.actor("colin"), at=at, case_id=case_id,
                finding=ConsentFinding.NOT_THE_BASIS, covers_all=False, note=note or "Seen the form.",
            )
        )  # fmt: skip

    def advise(self, case_id: str, *, at: datetime = MONDAY) -> None:
        """Ivy supports it; the case goes to adjudication."""
        self.do(
            Advise(
                id=str(uuid4()), actor=self.actor("ivy"), at=at, case_id=case_id,
                advice=AdviceType.SUPPORTS, why="Proportionate.",
            )
        )  # fmt: skip

    def decline(self, case_id: str, *, at: datetime = MONDAY, text: str = "Not needed for this.") -> None:
        """Guy refuses the item; the case is closed."""
        self.do(
            Decide(
                id=str(uuid4()), actor=self.actor("guy"), at=at, case_id=case_id,
                items=(ItemDecision("a", ItemOutcome.REFUSE, "not_necessary", text),),
                harm_of_not_sharing=text, harm_of_sharing=text, would_change_it=text, **RISKS,
            )
        )  # fmt: skip

    def ask(self, case_id: str, *, by: str = "colin", at: datetime = MONDAY, question: str = "") -> None:
        """Somebody at the holder asks a question: the clock pauses."""
        question = question or "Which school?"
        self.do(Ask(id=str(uuid4()), actor=self.actor(by), at=at, case_id=case_id, question=question))

    def answer(self, case_id: str, *, at: datetime = MONDAY, answer: str = "Hill Road.") -> None:
        """Rita answers: the clock runs on."""
        self.do(Answer(id=str(uuid4()), actor=self.actor("rita"), at=at, case_id=case_id, answer=answer))

    def rungs(self, case_id: str) -> list[str]:
        """The rungs that have been carried out, in order."""
        rows = self.sql(
            """SELECT facts->>'rung' FROM events WHERE stream = cast(:id AS uuid)
            AND type IN ('Reminded', 'BecameOverdue', 'Escalated') ORDER BY seq""",
            id=case_id,
        )
        return [str(row[0]) for row in rows]

    def told(self, case_id: str, *kinds: str) -> list[tuple[str, str]]:
        """Who has been told what about a case: (kind, name), sorted."""
        names = {value: key for key, value in self.people.items()}
        rows = self.sql("SELECT kind, person_id::text FROM notices WHERE case_id = cast(:id AS uuid)", id=case_id)
        return sorted((str(kind), names[str(person)]) for kind, person in rows if not kinds or kind in kinds)

    def mails(self, state: str) -> int:
        """How many mails are in a state."""
        return int(str(self.sql("SELECT count(*) FROM outbox WHERE state = :state", state=state)[0][0]))


def make_house(engine: Engine, workflow: str = "") -> House:
    """Organisations, people and the standard workflow, or this one, in an empty database; the clock is at MONDAY."""
    house = House(engine)
    source = workflow or read_builtin("standard")
    ref = load(source).ref
    with engine.begin() as connection:
        definitions.insert(
            connection, definitions.Published(ref.workflow, ref.version, ref.digest, source), at=MONDAY, by=""
        )
        for key in ("asker", "holder"):
            organisation = Organisation(
                str(uuid4()), key, f"The {key}", "local_authority", "England", "england-and-wales", True
            )
            house.organisations[key] = people.save_organisation(connection, organisation).id
        for name, (key, role) in STAFF.items():
            house.people[name] = people.add_person(
                connection, person_id=str(uuid4()), name=name.title(), email=f"{name}@{key}.example", password_hash="-"
            )
            people.set_memberships(connection, house.people[name], [Membership(house.organisations[key], role)])
    house.time_is(MONDAY)
    return house


def _answers(urgency: Urgency, words: str) -> dict[Task, Answers]:
    both = (PersonRole.DATA_SUBJECT, PersonRole.PROTECTED)
    subject = Person(label="Child A", name=words, roles=both, relation=words, contact=words, nhs_number="9434765919")
    return {
        Task.PEOPLE: People((subject,)),
        Task.PURPOSE: Purpose(words, words, words, "section_47", urgency),
        Task.ITEMS: Items((Item("a", "school", describe=words, justify=words),)),
        Task.RECIPIENTS: Recipients((Recipient(words, "rita@asker.example", role=words, items=("a",)),)),
        Task.CONSENT: ConsentAndOpenness(Consent(ConsentState.GIVEN, how=words, grounds=words)),
        Task.BASIS: LegalBasis(article_6="public_task", provision=words),
    }


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
