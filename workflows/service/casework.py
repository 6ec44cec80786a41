"""The one object that the doors hold: commands in, frozen views out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from workflows.core.case import Case
from workflows.core.commands import Actor, Chase, ChooseHolders, Command, Reassign, Share, Start, Withdraw
from workflows.core.definition import Role
from workflows.core.packs import Pack
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, Refusal, Refused, not_found
from workflows.core.request import Purpose, Request, Task
from workflows.service import boards, emergency_use, listing
from workflows.service import reading as questions
from workflows.service.emergency_use import UsePage
from workflows.service.execute import Done, execute
from workflows.service.library import Library
from workflows.service.pinning import in_force
from workflows.service.references import new_reference
from workflows.service.unit_of_work import Busy, Engine, reading, transaction
from workflows.service.views import (
    BoardFilters,
    BoardPage,
    BulkResult,
    CasePage,
    ContentView,
    Draft,
    WorkPage,
)
from workflows.store import cases, clock, notices, pages, people
from workflows.store.notices import NoticeRow
from workflows.store.people import Organisation

CASE_IDS = UUID("5d0f3c1e-7a0a-4d53-9d0e-3b6a4f0b8c11")
"""Namespace of case ids: a start sent twice makes the same case."""
STANDARD = "standard"
"""The workflow of a request that is drafted task by task."""
NOTICES_A_PAGE = 30
FIRST_DESK = ("consent_officer", "ig_lead")
"""Somebody must hold one of these for an organisation to be asked."""


def copied(case: Case) -> Request:
    """What is still true in a new request like an earlier one. Purpose, risks and consent must be said anew."""
    request = case.request
    if case.definition.workflow != STANDARD:
        # Another workflow sorts what is asked for into other kinds: each item must be said anew.
        return Request(people=request.people, saved=(Task.PEOPLE,))
    return Request(
        people=request.people,
        purpose=Purpose(threshold=request.purpose.threshold),
        items=request.items,
        recipients=request.recipients,
        basis=request.basis,
        saved=tuple(task for task in (Task.PEOPLE, Task.ITEMS, Task.RECIPIENTS, Task.BASIS) if task in request.saved),
    )


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A request that one page asks for whole: on which workflow, what it says, and what was shared already."""

    answers: Request
    workflow: str
    share: Share | None = None


class Casework:
    """Commands and questions about cases. Safe to share between threads."""

    def __init__(self, engine: Engine, library: Library | None = None) -> None:
        self.engine = engine
        self.library = (library or Library()).bind(engine)

    def now(self) -> datetime:
        """The product's time, aware UTC: the database's clock, moved on in the demo."""
        with reading(self.engine) as connection:
            return clock.now(connection)

    def execute(self, command: Command, *, within: str = "") -> Done:
        """Carry out one command; ``within``: for that one organisation alone. Raises Refused, Busy, Unavailable."""
        return execute(self.engine, self.library, command, within=within)

    def start(
        self,
        person: Principal,
        *,
        command_id: str,
        holder_org: str,
        requester_org: str,
        now: datetime,
        like: str = "",
        at_once: AtOnce | None = None,
    ) -> Done:
        """Begin a draft, empty or like an earlier request of the same person; or ``at_once`` send all that it says.

        Raises Refused.
        """
        with reading(self.engine) as connection:
            known = people.all_organisations(connection)
            holder = next((each for each in known if each.id == holder_org), None)
            earlier = cases.read(connection, like) if like else None
        if holder is None:
            raise Refused(Refusal("holder_missing", "Choose the organisation that holds the information.", "holder"))
        if like and (earlier is None or earlier.requester != person.id):
            raise not_found()
        command = Start(
            id=command_id, actor=Actor(person.id, person.name), at=now,
            case_id=str(uuid5(CASE_IDS, command_id)), reference=new_reference(), requester_org=requester_org,
            holder_org=holder_org, calendar=holder.calendar, like=like,
            answers=at_once.answers if at_once else copied(earlier) if earlier else Request(),
            workflow=at_once.workflow if at_once else STANDARD, send=at_once is not None,
            share=at_once.share if at_once else None,
        )  # fmt: skip
        return self.execute(command, within=person.only)

    def choose_holders(
        self,
        person: Principal,
        case_id: str,
        *,
        command_id: str,
        seen_version: int | None,
        others: Iterable[str],
        now: datetime,
    ) -> Done:
        """Say which other organisations get the draft as well. Raises Refused."""
        chosen = tuple(others)
        if set(chosen) - {each.id for each in self.holders(person)}:
            raise Refused(Refusal("holder_missing", "Choose among the organisations that are listed.", "others"))
        command = ChooseHolders(
            id=command_id, actor=Actor(person.id, person.name), at=now, case_id=case_id,
            seen_version=seen_version, others=chosen,
        )  # fmt: skip
        return self.execute(command, within=person.only)

    def withdraw_tracks(
        self, person: Principal, chosen: Iterable[tuple[str, str]], *, reason: str, now: datetime
    ) -> tuple[BulkResult, ...]:
        """Withdraw each of several tracks (id and command id), each through the door, each with its own result."""
        actor = Actor(person.id, person.name)
        return self.each(
            chosen, lambda case, command: Withdraw(id=command, actor=actor, at=now, case_id=case, reason=reason)
        )

    def holders(self, person: Principal, *, emergency: bool = False) -> tuple[Organisation, ...]:
        """The organisations this person can ask, by name; in an emergency those that have somebody on call."""
        roles = (Role.ON_CALL_AUTHORISER.value,) if emergency else FIRST_DESK
        with reading(self.engine) as connection:
            ids = pages.holder_ids(connection, own=sorted(person.organisations()), roles=roles)
            return tuple(each for each in people.all_organisations(connection) if each.id in ids)

    def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation, by name."""
        with reading(self.engine) as connection:
            return tuple(people.all_organisations(connection))

    def packs_in_force(self, *, now: datetime) -> tuple[Pack, ...]:
        """The versions of the policy packs that a request sent now would be pinned to."""
        with reading(self.engine) as connection:
            return self.library.packs(connection, in_force(connection, now))

    def draft(self, person: Principal, case_id: str) -> Draft:
        """A draft for its owner. Raises Refused (NOT_FOUND)."""
        return questions.draft(self.engine, self.library, person, case_id)

    def case(self, person: Principal, case_id: str, *, now: datetime, revealed: bool = False) -> CasePage:
        """One case, filtered for this person; the reading is recorded. Raises Refused (NOT_FOUND).

        ``revealed`` shows also the identities that were shown to her on request, and records that she looked.
        """
        return questions.case_page(self.engine, self.library, person, case_id, now=now, revealed=revealed)

    def contents(self, person: Principal, case_id: str, *, now: datetime) -> tuple[ContentView, ...]:
        """Released words for this recipient; each view is recorded. Raises Refused (NOT_FOUND)."""
        return questions.contents(self.engine, self.library, person, case_id, now=now)

    def worklist(self, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
        """One tab ("mine", "team", "waiting", "done") of a person's work."""
        return listing.worklist(self.engine, self.library, person, tab=tab, page=page, now=now)

    def requests(self, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
        """The person's own requests ("drafts", "open", "ended")."""
        return listing.requests(self.engine, self.library, person, tab=tab, page=page, now=now)

    def shared_with(self, person: Principal, *, page: int, now: datetime) -> WorkPage:
        """Released cases naming this person as recipient."""
        return listing.shared_with(self.engine, self.library, person, page=page, now=now)

    def board(
        self, person: Principal, organisation_id: str, *, filters: BoardFilters, page: int, now: datetime
    ) -> BoardPage:
        """The manager's board. Raises Refused (NOT_FOUND) for who does not manage there."""
        return boards.board(self.engine, self.library, person, organisation_id, filters=filters, page=page, now=now)

    def emergency_use(self, person: Principal, organisation_id: str, *, now: datetime) -> UsePage:
        """How the emergency lane was used. Raises Refused (NOT_FOUND) for who does not manage there."""
        return emergency_use.page(self.engine, person, organisation_id, now=now)

    def chase_many(
        self, person: Principal, chosen: Iterable[tuple[str, str]], *, now: datetime
    ) -> tuple[BulkResult, ...]:
        """Chase each case (id and command id), each through the door, each with its own result."""
        actor = Actor(person.id, person.name)
        return self.each(chosen, lambda case, command: Chase(id=command, actor=actor, at=now, case_id=case))

    def reassign_many(
        self, person: Principal, chosen: Iterable[tuple[str, str]], *, to_person: str, reason: str, now: datetime
    ) -> tuple[BulkResult, ...]:
        """Reassign each case to one person, each through the door, each with its own result."""
        actor = Actor(person.id, person.name)
        return self.each(
            chosen,
            lambda case, command: Reassign(
                id=command, actor=actor, at=now, case_id=case, to_person=to_person, to_eligible=False, reason=reason
            ),
        )

    def each(self, chosen: Iterable[tuple[str, str]], build: Callable[[str, str], Command]) -> tuple[BulkResult, ...]:
        """Carry out what ``build`` makes of each case (its id and a command id), each with its own result."""
        results: list[BulkResult] = []
        for case_id, command_id in chosen:
            done, say, known = False, "", True
            try:
                self.execute(build(case_id, command_id))
                done, say = True, "Done."
            except Refused as refused:
                say = " ".join(refusal.say for refusal in refused.refusals)
                known = refused.code != NOT_FOUND
            except Busy:
                say = "Somebody else is changing this request. Try again."
            results.append(BulkResult(case_id, self._reference(case_id) if known else "", done, say))
        return tuple(results)

    def _reference(self, case_id: str) -> str:
        with reading(self.engine) as connection:
            case = cases.read(connection, case_id)
        return case.reference if case else ""

    def notices(self, person: Principal, *, page: int) -> tuple[tuple[NoticeRow, ...], bool]:
        """One page of the person's notices, newest first, and whether there are more."""
        with reading(self.engine) as connection:
            most, skip = NOTICES_A_PAGE + 1, (page - 1) * NOTICES_A_PAGE
            rows = notices.of_person(connection, person.id, most=most, skip=skip)
        return tuple(rows[:NOTICES_A_PAGE]), len(rows) > NOTICES_A_PAGE

    def mark_notices_read(self, person: Principal, *, now: datetime, case_id: str | None = None) -> None:
        """Mark the person's notices as read, all or those of one case."""
        with transaction(self.engine) as connection:
            notices.mark_read(connection, person.id, at=now, case_id=case_id)


def can_request(person: Principal) -> tuple[str, ...]:
    """The organisations for which this person can make requests."""
    return tuple(sorted(person.organisations_as(Role.REQUESTER)))
