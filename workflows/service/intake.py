"""Whole requests from other systems: every fault by its place, then all of them in one transaction, or none.

Who is named as the requester makes the request; an import only carries it. The pair of requester and source is what
makes sending it twice harmless.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from workflows.core.beyond import too_far
from workflows.core.calendars import CalendarHorizon
from workflows.core.commands import Actor, Start
from workflows.core.definition import Definition, Role, StageKind
from workflows.core.imported import Document, Fault, FaultyDocument, Origin, faults_of
from workflows.core.imported_checks import certain, page_faults
from workflows.core.permissions import Principal
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import Task
from workflows.core.requesting import begun, drafted, start_faults, whole_faults
from workflows.core.rulebook import handle
from workflows.core.spans import LONDON
from workflows.service.casework import CASE_IDS, FIRST_DESK
from workflows.service.execute import Done, start
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.references import new_reference
from workflows.service.unit_of_work import Connection, Engine, IntegrityError, reading, transaction
from workflows.store import cases, events, pages, people
from workflows.store.people import Organisation

SOURCES = UUID("2f6f1f0e-0f5d-4b0e-9b63-6c1f7f0c5a11")
"""Namespace of the command ids of what is brought in."""
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a document. ``repeated``: it was here already, and nothing has changed."""

    case_id: str
    reference: str
    version: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What a document names, as far as it is there."""

    person: Principal | None
    own: Organisation | None
    holder: Organisation | None
    others: tuple[Organisation, ...]
    definition: Definition | None


class Intake:
    """Takes whole requests. Safe to share between threads."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library.bind(engine)

    def check(
        self, document: Document, *, by: Principal | None, now: datetime, bad: Collection[str] = (), within: str = ""
    ) -> tuple[Fault, ...]:
        """Everything that is wrong with a document; nothing for one that was taken before.

        ``bad`` are the keys that could not be read at all: what hangs on them is not asked. ``by`` as in ``take``.
        """
        with reading(self.engine) as connection:
            looked = _Look(connection, self.library, document, by, now, frozenset(bad), within)
            known, faults = looked.resolved()
            if not bad and known.person is not None and _earlier(connection, document, known.person) is not None:
                return ()
            faults += looked.rules(known)
        once = {(each.path, each.code): replace(each, path=document.place + each.path) for each in reversed(faults)}
        return tuple(reversed(once.values()))

    def take(self, document: Document, *, by: Principal | None, now: datetime, within: str = "") -> Taken:
        """Begin the request and, if it says so, send it. ``by`` must be its requester, or the account of a
        system, which sends in her name; None: whoever runs the house does.

        ``within`` is the one organisation whose roles count, as for the door. Raises FaultyDocument, Busy,
        Unavailable; nothing is half taken.
        """
        return self.take_all((document,), by=by, now=now, within=within)[0]

    def take_all(
        self, documents: Sequence[Document], *, by: Principal | None, now: datetime, within: str = ""
    ) -> tuple[Taken, ...]:
        """Take all of these in one transaction, or none. Raises as ``take`` does, with the faults of every one."""
        faults = [fault for each in documents for fault in self.check(each, by=by, now=now, within=within)]
        if faults:
            raise FaultyDocument(faults)
        try:
            return self._take(documents, by, now, within)
        except IntegrityError:
            # The same was taken meanwhile by somebody else: now it is found.
            return self._take(documents, by, now, within)

    def _take(
        self, documents: Sequence[Document], by: Principal | None, now: datetime, within: str
    ) -> tuple[Taken, ...]:
        with transaction(self.engine) as connection:
            return tuple(self._one(connection, each, by, now, within) for each in documents)

    def _one(
        self, connection: Connection, document: Document, by: Principal | None, now: datetime, within: str
    ) -> Taken:
        looked = _Look(connection, self.library, document, by, now, frozenset(), within)
        known, faults = looked.resolved()
        earlier = _earlier(connection, document, known.person) if known.person else None
        try:
            if earlier is None and faults:
                raise FaultyDocument(faults)
            done = earlier or start(connection, self.library, looked.command(known), within=within)
        except CalendarHorizon as far:
            raise _placed(too_far(far), document) from None
        except Refused as refused:
            raise _placed(refused, document) from None
        case = cases.read(connection, done.case_id)
        assert case is not None
        return Taken(done.case_id, case.reference, done.version, done.repeated)


def _placed(refused: Refused, document: Document) -> FaultyDocument:
    found = refused.faults if isinstance(refused, FaultyDocument) else faults_of(refused.refusals, document.answers)
    return FaultyDocument(replace(each, path=document.place + each.path) for each in found)


def command_id(document: Document, person: Principal) -> str:
    """The id under which a document is taken: the same whenever the same requester sends the same source."""
    return str(uuid5(SOURCES, json.dumps([person.id, document.origin.system, document.origin.reference])))


def _earlier(connection: Connection, document: Document, person: Principal) -> Done | None:
    found = events.result_of(connection, command_id(document, person))
    return Done(found[0], found[1], repeated=True) if found else None


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a document, in one transaction."""

    connection: Connection
    library: Library
    document: Document
    by: Principal | None
    now: datetime
    bad: frozenset[str]
    within: str

    def resolved(self) -> tuple[_Known, list[Fault]]:
        """What the document names, and what is not there or not open to its requester."""
        document, faults = self.document, list[Fault]()
        organisations = {each.key: each for each in people.all_organisations(self.connection)}
        person = None if "requester" in self.bad else self._person(faults)
        own = self._organisation(organisations, "requester_organisation", document.requester_org, faults)
        if person and own and Role.REQUESTER not in person.roles_in(own.id):
            say = "This person does not make requests for that organisation. Ask its administrator for the role."
            faults.append(Fault("/requester", "not_requester", say))
        holder = self._organisation(organisations, "holder", document.holder, faults)
        definition = None if "workflow" in self.bad else self._definition(holder, faults)
        others = [
            self._organisation(organisations, f"other_holders/{index}", key, faults)
            for index, key in enumerate(document.others)
            if "other_holders" not in self.bad
        ]
        if person and definition and not definition.public:
            self._askable(person, definition, holder, others, faults)
        return _Known(person, own, holder, tuple(each for each in others if each), definition), faults

    def _person(self, faults: list[Fault]) -> Principal | None:
        address = self.document.requester.strip().lower()
        if self.by is not None and not self.by.service:
            if address == self.by.email.lower():
                return self.by.within(self.within)
            say = "Send only requests of your own: write the work address that you sign in with."
            faults.append(Fault("/requester", "not_yourself", say))
            return None
        found = people.credentials(self.connection, address)
        person = cases.principal(self.connection, found.person_id, at=self.now) if found else None
        if person is None:
            say = "Nobody here can sign in with this address. Check it, or add the person first."
            faults.append(Fault("/requester", "unknown_requester", say))
        return person

    def _organisation(
        self, known: Mapping[str, Organisation], where: str, key: str, faults: list[Fault]
    ) -> Organisation | None:
        if where in self.bad:
            return None
        if key not in known:
            say = "There is no organisation with this key here. Look at how it is spelled."
            faults.append(Fault(f"/{where}", "unknown_organisation", say))
        return known.get(key)

    def _definition(self, holder: Organisation | None, faults: list[Fault]) -> Definition | None:
        try:
            return self.library.for_new_cases(
                self.connection, self.document.workflow, organisation=holder.id if holder else str(UUID(int=0))
            )
        except UnknownWorkflow:
            say = "No workflow of this name is set up here. Leave the key out for the standard one."
            faults.append(Fault("/workflow", "unknown_workflow", say))
            return None

    def _askable(
        self, person: Principal, definition: Definition, holder: Organisation | None,
        others: Sequence[Organisation | None], faults: list[Fault],
    ) -> None:  # fmt: skip
        urgent = definition.of_kind(StageKind.EMERGENCY) is not None
        roles = (Role.ON_CALL_AUTHORISER.value,) if urgent else FIRST_DESK
        own = sorted(person.organisations())
        ids = pages.holder_ids(self.connection, own=own, roles=roles)
        asked = [("/holder", holder), *((f"/other_holders/{n}", each) for n, each in enumerate(others))]
        for where, each in asked:
            if each is None or each.id in ids:
                continue
            if each.id in own:
                code, say = "own_organisation", "Choose another organisation: you work for this one yourself."
            else:
                code, say = "holder_cannot_be_asked", "Nobody at this organisation takes requests here. Choose another."
            faults.append(Fault(where, code, say))

    def rules(self, known: _Known) -> Iterator[Fault]:
        """What the rulebook and the pages have against what the document says."""
        bad = {task for task in Task if self.bad & _KEYS[task]}
        bodies = [each for each in (known.own, known.holder) if each]
        public_only = len(bodies) == 2 and all(each.public_authority for each in bodies)
        request = self.document.answers
        yield from page_faults(request, today=self.now.astimezone(LONDON).date(), public_bodies_only=public_only)
        definition = known.definition
        if definition is None:
            return
        command = self.command(known)
        refusals = list(start_faults(command, definition))
        if not command.public and not definition.public:
            alone = replace(command, others=())
            refusals += whole_faults(drafted(begun(alone, definition)), alone, definition)
        if not bad:
            # Whatever else the rule of the command itself may have to say, such as that it leads nowhere.
            refusals = refusals or list(_refused(command, definition))
        found = list(certain(refusals, definition, bad=bad))
        yield from (each for each in faults_of(found, request) if each.path[1:].partition("/")[0] not in self.bad)

    def command(self, known: _Known) -> Start:
        """The command that begins the request; for one that names nobody, only to ask the rules."""
        document, person = self.document, known.person
        key = command_id(document, person) if person else str(UUID(int=0))
        return Start(
            id=key, actor=Actor(person.id, person.name) if person else Actor(NOBODY, ""), at=self.now,
            case_id=str(uuid5(CASE_IDS, key)), reference=new_reference(),
            requester_org=known.own.id if known.own else "", holder_org=known.holder.id if known.holder else NOBODY,
            calendar=known.holder.calendar if known.holder else "", answers=document.answers,
            workflow=document.workflow, send=document.send, origin=self._origin(),
            others=tuple(each.id for each in known.others),
        )  # fmt: skip

    def _origin(self) -> Origin:
        account = self.by if self.by is not None and self.by.service else None
        return replace(
            self.document.origin, by_operator=self.by is None,
            account=account.id if account else "", account_name=account.name if account else "",
        )  # fmt: skip


_KEYS: Mapping[Task, frozenset[str]] = {
    task: frozenset({"consent", "told_person", "differs"} if task is Task.CONSENT else {task.value}) for task in Task
}


def _refused(command: Start, definition: Definition) -> Iterator[Refusal]:
    try:
        handle(None, command, definition)
    except Refused as refused:
        yield from refused.refusals
