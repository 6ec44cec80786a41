"""Questions about one case: answered in frozen views, filtered for the one person who asks.

Opening a case is recorded in the same transaction as the reading: no record, no page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workflows.core import events as e
from workflows.core.ages import age_band
from workflows.core.beyond import known_left, known_why
from workflows.core.case import Case
from workflows.core.clocks import TimeLeft
from workflows.core.commands import PUBLIC, Actor, AdviceType, Advise, Submit
from workflows.core.cpis import CpisCheck, bare, of_child
from workflows.core.definition import REQUESTER_COMMANDS, CommandType, Definition, Side, StageKind
from workflows.core.extending import EXTENSION_USED, NO_EXTENSION
from workflows.core.facts import facts
from workflows.core.flows import narrowed, narrowed_event
from workflows.core.packs import Pack
from workflows.core.permissions import Principal, asked_elsewhere, is_recipient, permitted, role_words
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.core.request import Person, Request
from workflows.core.reveal import visible_labels
from workflows.core.rounds import Round, Why, to_release
from workflows.core.routing import check_needs
from workflows.core.safe_contact import safely
from workflows.core.spans import local_day
from workflows.core.standing_in import whereabouts
from workflows.core.uses import STOPPED
from workflows.core.veil import veil_of
from workflows.core.visibility import Identity, Look, look
from workflows.service import followups, ladders, revealing, tracks, waiting
from workflows.service.library import Library
from workflows.service.panels import panel_view
from workflows.service.timeline import INSIDE, timeline
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.service.views import CasePage, ContentView, Draft, Offer, PersonView
from workflows.store import pages

LONDON = ZoneInfo("Europe/London")


def case_page(
    engine: Engine, library: Library, person: Principal, case_id: str, *, now: datetime, revealed: bool = False
) -> CasePage:
    """The case as this person may see it. Records the reading.

    ``revealed`` adds the identities that were shown to her on request; that she looked at them is recorded too.

    Raises Refused (NOT_FOUND) alike for what does not exist and for what she may not know of.
    """
    with transaction(engine) as connection:
        named = pages.named(connection, case_id, now=now)
        if named is None:
            raise not_found()
        definition = library.ruling(connection, named.case)
        seen = look(named.case, person, definition)
        if seen.nothing:
            raise not_found()
        lines = pages.history(connection, case_id)
        packs = library.packs(connection, named.case.packs)
        pages.record_read(connection, case_id=case_id, person_id=person.id, what="case", at=now)
        shown: frozenset[str] = frozenset()
        if revealed and seen.identity is Identity.LABELS:
            shown = visible_labels(named.case.reveals, person.id, now=now)
        if shown:
            labels = sorted(shown)
            pages.record_read(connection, case_id=case_id, person_id=person.id, what="identity", at=now, items=labels)
        found = _page(library, named, definition, person, seen, lines, packs=packs, shown=shown, now=now)
        late = waiting.of_case(
            named.case, definition, library, lines, waits_for=found.awaits, now=now,
            held_until=named.held_until, inside=bool(seen.relations & INSIDE),
        )  # fmt: skip
        return replace(
            found, late=late if seen.only is None else None,
            steps=ladders.steps(named.case, definition, library, lines) if seen.only is None else (),
            tracks=tracks.views(connection, library, named.case, person),
            asked_besides=tracks.asked_besides(connection, named.case, person),
        )  # fmt: skip


def contents(
    engine: Engine, library: Library, person: Principal, case_id: str, *, now: datetime
) -> tuple[ContentView, ...]:
    """The released words meant for this person. Records each item that is shown before it is shown.

    Raises Refused (NOT_FOUND) when nothing was released to her.
    """
    with transaction(engine) as connection:
        named = pages.named(connection, case_id)
        if named is None:
            raise not_found()
        case = named.case
        mine = look(case, person, library.definition(connection, case.definition)).contents
        if not mine:
            raise _stopped(case, person) or not_found()
        pages.record_read(connection, case_id=case_id, person_id=person.id, what="contents", at=now, items=mine)
        words = {
            content.key: content.text
            for event in pages.releases(connection, case_id)
            if isinstance(event, e.Released)
            for content in event.contents
        }
    return tuple(_content(case, key, words[key]) for key in mine)


def _stopped(case: Case, person: Principal) -> Refused | None:
    """Why a recipient cannot read now what she could read before."""
    if (
        case.use not in STOPPED
        or case.released_at is None
        or not is_recipient(case, person)
        or asked_elsewhere(case, person)
    ):
        return None
    return Refused(Refusal(*STOPPED[case.use]))


def _content(case: Case, key: str, words: str) -> ContentView:
    item = case.request.item(key)
    decision = case.decision
    assert item is not None
    assert decision is not None
    decided = next(each for each in decision.items if each.key == key)
    return ContentView(
        item, words, decided.reduction, decision.conditions, retention=decision.retention, onward=decision.onward,
        review_by=decision.review_by,
    )  # fmt: skip


def draft(engine: Engine, library: Library, person: Principal, case_id: str) -> Draft:
    """A draft for its owner. Raises Refused (NOT_FOUND) for anyone else, and for what is no draft."""
    with reading(engine) as connection:
        named = pages.named(connection, case_id)
        if named is None or named.case.requester != person.id or named.case.kind is not StageKind.DRAFT:
            raise not_found()
        definition = library.definition(connection, named.case.definition)
    return Draft(named.case, definition, named.holder_org_name, named.bodies, missing(named.case, definition))


def missing(case: Case, definition: Definition) -> tuple[Refusal, ...]:
    """What would stop this draft from being sent."""
    probe = Submit(id="", actor=Actor(case.requester, ""), at=case.created_at, case_id=case.id)
    try:
        check_needs(case, probe, definition)
    except Refused as refused:
        return refused.refusals
    return ()


def time_of(case: Case, library: Library, *, now: datetime) -> TimeLeft | None:
    """The time left on the clock that matters: the running one, else the one that is held."""
    clock = case.clock or case.held
    return known_left(clock, library.calendar(case.calendar), now=now) if clock else None


def _page(
    library: Library,
    named: pages.Named,
    definition: Definition,
    person: Principal,
    seen: Look,
    lines: list[pages.Line],
    *,
    packs: tuple[Pack, ...],
    shown: frozenset[str],
    now: datetime,
) -> CasePage:
    whole, on = named.case, now.astimezone(LONDON).date()
    veil = veil_of(whole, seen.identity, on=on)
    # From here on nothing that is shown is taken from the whole case: what it says is behind the veil.
    case = veil.case(whole)
    lines = [pages.Line(veil.event(line.event), line.by) for line in lines]
    case, lines = _hers(case, lines, seen, person.email)
    request = case.request if seen.request and case.counts is None else None
    clock, calendar = whole.clock or whole.held, library.calendar(case.calendar)
    return CasePage(
        id=case.id, reference=case.reference, version=case.version, settled=case.settled, look=seen,
        definition=definition, stage=definition.stage(case.stage), kind=case.kind, urgency=case.urgency.value,
        requester_name=named.requester_name or PUBLIC.name, requester_org_name=named.requester_org_name or PUBLIC.name,
        holder_org_id=case.holder_org, holder_org_name=named.holder_org_name,
        holder_title=named.adjudicator_title or "Caldicott Guardian",
        awaits=awaits(whole, definition, person, assignee=named.assignee_name), assignee_name=named.assignee_name,
        time_left=known_left(clock, calendar, now=now) if clock else None,
        why_this_date=known_why(clock, calendar, now=now) if clock else (),
        paused=case.held is not None, overdue=case.overdue, created_at=case.created_at, round=case.round,
        submitted_at=case.submitted_at, closed_at=case.closed_at, outcome=case.how_it_ended, public=not whole.requester,
        completions=case.completions if seen.advice else (), safely=safely(case, definition) if seen.advice else None,
        offers=offers(whole, person, definition), request=request, items=request.items if request else (),
        people=_people(whole, request, seen.identity, shown, on=on),
        consent_check=case.consent_check if seen.consent_note else None,
        consent_by=_name_of(case.consent_check.by if case.consent_check else "", lines),
        advice=case.advice if seen.advice else (), questions=case.questions if seen.questions else (),
        decisions=case.decisions if seen.decision else (), counts=case.counts if seen.request else None,
        withdrawn_because=case.withdrawn_because if seen.request else "",
        redirect=case.advice[-1].redirect if case.advice and seen.request else "",
        released_at=case.released_at, released=case.released if seen.decision else (), cpis=checks_seen(case, seen),
        timeline=timeline(lines, seen, definition), my_contents=seen.contents, silences=case.silences,
        bodies=named.bodies, reveals=revealing.views(case.reveals, person, seen, lines, now=now),
        no_delegation=no_delegation(whole, definition) if seen.advice else None, packs=packs,
        rounds=rounds_seen(case, seen), use=case.use, to_release=to_release(whole), of_child=of_children(whole, seen),
        follow_ups=followups.views(whole, person, seen, lines, read=case.followups, now=now),
        panel=panel_view(whole, person, definition, seen, read=case),
        shared_now=case.shared_now if seen.decision else None, use_reviews=case.use_reviews if seen.decision else (),
        share_review=case.share_review if seen.advice or person.id == case.requester else None,
    )  # fmt: skip


def _hers(case: Case, lines: list[pages.Line], seen: Look, email: str) -> tuple[Case, list[pages.Line]]:
    """The case and its history without what is meant for other recipients, where the viewer is one herself."""
    if seen.only is None:
        return case, lines
    mine = [pages.Line(narrowed_event(line.event, seen.only), line.by) for line in lines]
    return narrowed(case, seen.only, email), mine


def no_delegation(case: Case, definition: Definition) -> Refusal | None:
    """Why release cannot be delegated in this stage to one who supports sharing; None when it can."""
    rule = definition.rule(case.stage, CommandType.ADVISE)
    option = rule.options.get("delegated_release") if rule else None
    if option is None:
        return Refusal("no_delegation", "This workflow does not delegate release.", "delegated_release")
    probe = Advise(
        id="", actor=Actor("", ""), at=case.created_at, case_id=case.id,
        advice=AdviceType.SUPPORTS, delegated_release=True,
    )  # fmt: skip
    if option.needs.met(facts(case, probe, definition)):
        return None
    return Refusal(option.code, option.say, "delegated_release")


def _name_of(person_id: str, lines: list[pages.Line]) -> str:
    return next((line.by for line in lines if person_id and line.event.by == person_id), "")


def awaits(case: Case, definition: Definition, reader: Principal, *, assignee: str) -> str:
    """Who has the next move, in words. Who is away, and who stands in, is told to her own organisation."""
    stage = definition.stage(case.stage)
    match stage.side:
        case Side.REQUESTER:
            return "the requester"
        case Side.HOLDER:
            there = [each for each in reader.away if each.organisation_id == case.holder_org]
            return whereabouts(assignee, case.assignee, there, case) if assignee else role_words(stage.roles)
        case _:
            return "nobody"


EITHER_SIDE = (CommandType.CHALLENGE, CommandType.REVIEW_USE)
"""What an ended request offers to some of either side, and to the others not at all."""


def rounds_seen(case: Case, seen: Look) -> tuple[Round, ...]:
    """The rounds as this person may read them: not for recipients, and what those who work on it tell is for them."""
    if not seen.questions:
        return ()
    return tuple(
        each if seen.advice or each.why is not Why.SENT_BACK else replace(each, said="") for each in case.rounds
    )


def checks_seen(case: Case, seen: Look) -> tuple[CpisCheck, ...]:
    """The CP-IS checks as this person may read them: without what finds somebody, for who sees labels only."""
    whole = seen.identity is Identity.FULL
    return tuple(each if whole else bare(each) for each in case.cpis if each.side in seen.checks and each.details)


def of_children(case: Case, seen: Look) -> tuple[bool, ...]:
    """Of each decision, whether anybody in the request was a child on its day."""
    on = (local_day(each.at) for each in case.decisions if seen.decision)
    return tuple(of_child(case.request.people, on=day) for day in on)


def offers(case: Case, person: Principal, definition: Definition) -> tuple[Offer, ...]:
    """What this stage lets people do, each open or closed to this person with the reason.

    The other side's acts are left out: a Guardian is not told that she cannot withdraw the request.
    """
    answers = permitted(case, person, definition)
    owner = person.id == case.requester
    here = [
        command
        for command in CommandType
        if command in definition.stage(case.stage).commands
        and (command in REQUESTER_COMMANDS) is (owner or (not case.requester and command is CommandType.WITHDRAW))
        and command not in EITHER_SIDE
    ]
    here.sort(key=lambda command: command in (CommandType.ASK, CommandType.WITHDRAW))  # the stage's own work first
    others = (
        CommandType.CHASE,
        CommandType.REASSIGN,
        CommandType.EXTEND,
        CommandType.DEMAND_SECOND,
        CommandType.DECLARE_CONFLICT,
        CommandType.FINISH_FOLLOW_UP,
        CommandType.ASK_IDENTITY,
        CommandType.GRANT_IDENTITY,
        CommandType.REFUSE_IDENTITY,
        CommandType.WITHDRAW_CONSENT,
        CommandType.RECORD_CPIS_CHECK,
        *EITHER_SIDE,
    )
    minding = [command for command in others if answers[command] is None or _tells_why(answers[command])]
    return tuple(Offer(command, answers[command]) for command in (*here, *minding))


def _tells_why(refusal: Refusal | None) -> bool:
    """Whether an act is shown as closed with its reason: to who could do it, were it not for the clock."""
    return refusal is not None and refusal.code in (NO_EXTENSION, EXTENSION_USED)


def _people(
    whole: Case, request: Request | None, identity: Identity, shown: frozenset[str], *, on: date
) -> tuple[PersonView, ...]:
    """The people of a request, those with a label in ``shown`` with their identity.

    Age bands are told of the whole case, for the veil hides dates of birth.
    """
    if request is None:
        return ()
    pairs = zip(whole.request.people, request.people, strict=True)
    return tuple(
        person_view(person, veiled, Identity.FULL if veiled.label in shown else identity, on=on)
        for person, veiled in pairs
    )


def person_view(person: Person, shown: Person, identity: Identity, *, on: date) -> PersonView:
    """A person as far as this viewer may know her: ``shown`` is what the veil leaves of ``person``."""
    roles = tuple(role.value for role in person.roles)
    band = age_band(person.born, on=on)
    if identity is not Identity.FULL:
        return PersonView(shown.label, roles, shown.relation, shown.contact, band)
    return PersonView(
        shown.label, roles, person.relation, person.contact, band, person.name, person.born,
        person.nhs_number, person.capacity, person.competence,
    )  # fmt: skip
