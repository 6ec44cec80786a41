"""Who is told what when something has happened. Notices name a case and a kind, never its content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workflows.core import events as e
from workflows.core.aside import conflicted, kin
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.followups import TITLES, FollowUp, find
from workflows.core.happening import both
from workflows.core.identity import GRANTERS
from workflows.core.permissions import working_roles
from workflows.core.standing_in import kept_out


class NoticeKind(StrEnum):
    """What a person is told. Each has a letter."""

    YOUR_TURN = "your_turn"
    QUESTION = "question"
    ANSWERED = "answered"
    PROGRESS = "progress"
    DECIDED = "decided"
    RELEASED = "released"
    ENDED = "ended"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    CHASE = "chase"
    REASSIGNED = "reassigned"
    STOOD_ASIDE = "stood_aside"
    IDENTITY_ASKED = "identity_asked"
    IDENTITY_ANSWERED = "identity_answered"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    FOLLOW_UP = "follow_up"
    USE_PAUSED = "use_paused"
    NOBODY_STANDS_IN = "nobody_stands_in"
    NOBODY_TOLD = "nobody_told"
    EXTENDED = "extended"
    RECOUNTED = "recounted"
    UNANSWERED = "unanswered"
    HOLIDAYS_STALE = "holidays_stale"
    """About the house and not about a case: see ``OF_THE_HOUSE``."""
    BROUGHT_IN = "brought_in"
    STANDS_IN = "stands_in"
    STANDS_IN_NO_MORE = "stands_in_no_more"


OF_STANDING_IN = frozenset({NoticeKind.STANDS_IN, NoticeKind.STANDS_IN_NO_MORE})
"""Kinds of notice for whoever stands in for somebody who is away."""
OF_THE_HOUSE = OF_STANDING_IN | {NoticeKind.HOLIDAYS_STALE}
"""Kinds of notice that name no case."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told: people by id, the holders of roles in an organisation, or people by address."""

    people: tuple[str, ...] = ()
    organisation: str = ""
    roles: tuple[Role, ...] = ()
    emails: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    """Surnames and addresses: whoever of the organisation has one of them is not told."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one audience, about the stage that the case is in now."""

    kind: NoticeKind
    audience: Audience
    stage_title: str


def asker(case: Case) -> Audience:
    """Whoever made the request: nobody where it came from the public, who have no account here."""
    return Audience(people=(case.requester,)) if case.requester else Audience()


def within(notice: Notice, definition: Definition) -> Notice:
    """The notice, in a silo for its own roles where it would have gone to others; a step that passes it up stays."""
    told = notice.audience
    if not definition.silo or not told.roles or notice.kind is NoticeKind.ESCALATION:
        return notice
    own = working_roles(definition)
    roles = tuple(role for role in told.roles if role in own) or tuple(sorted(own))
    return replace(notice, audience=replace(told, roles=roles))


def desk(case: Case, definition: Definition) -> Audience:
    """Whoever has the next move: a named person, the requester, or the stage's roles at the holder."""
    stage = definition.stage(case.stage)
    if stage.side is Side.REQUESTER:
        return asker(case)
    if stage.side is Side.NOBODY:
        return Audience()
    if case.assignee:
        return Audience(people=(case.assignee,))
    return at_holder(case, stage.roles, barred=kept_out(case))


def at_holder(case: Case, roles: tuple[Role, ...], *, barred: Iterable[str] = ()) -> Audience:
    """The holders of some roles at the holder, without whoever must stand aside from the case."""
    out = conflicted(case) | frozenset(barred)
    return Audience(
        organisation=case.holder_org,
        roles=roles,
        excluding=tuple(sorted(out - {""})),
        kin=tuple(sorted(kin(case.request))),
    )


def notices(before: Case | None, events: Sequence[e.Event], after: Case, definition: Definition) -> list[Notice]:
    """Every notice that these events call for, in a stable order, never twice to the same audience."""
    title = definition.stage(after.stage).title
    found: list[Notice] = []
    for event in events:
        for kind, audience in _told(event, before, after, definition):
            notice = within(Notice(kind, audience, _subject(event, after) or title), definition)
            if notice not in found and audience != Audience():
                found.append(notice)
    return found


def _subject(event: e.Event, case: Case) -> str:
    """What a notice speaks of when it is not the stage: the title of a follow-up."""
    if isinstance(event, e.FollowUpOpened | e.FollowUpReminded | e.UseReviewMissed):
        task = find(case, event.number)
        return TITLES[task.kind] if task else ""
    return ""


def followers(case: Case, task: FollowUp) -> Audience:
    """Whoever a follow-up is for."""
    return at_holder(case, task.roles, barred=(case.requester,))


def _to_follow_up(event: e.FollowUpOpened | e.FollowUpReminded | e.UseReviewMissed, case: Case) -> Audience:
    task = find(case, event.number)
    return followers(case, task) if task is not None and task.is_open else Audience()


def _followed(event: e.Event, case: Case) -> Iterable[tuple[NoticeKind, Audience]]:
    """Whoever is to follow something up when its day comes, and everybody concerned by a use that pauses."""
    match event:
        case e.FollowUpOpened(due=None) | e.FollowUpReminded():
            yield NoticeKind.FOLLOW_UP, _to_follow_up(event, case)
        case e.UseReviewMissed():
            yield NoticeKind.USE_PAUSED, _to_follow_up(event, case)
            yield NoticeKind.USE_PAUSED, at_holder(case, (Role.MANAGER,))
            yield NoticeKind.USE_PAUSED, asker(case)
        case e.UseReviewed():
            yield NoticeKind.PROGRESS, asker(case)
        case _:
            return


def _told(
    event: e.Event, before: Case | None, after: Case, definition: Definition
) -> Iterable[tuple[NoticeKind, Audience]]:
    requester = asker(after)
    here = desk(after, definition)
    match event:
        case e.Asked():
            yield NoticeKind.QUESTION, requester
        case e.Answered():
            yield NoticeKind.ANSWERED, here
        case e.Decided():
            yield NoticeKind.DECIDED, requester
            if not after.closed:
                yield NoticeKind.YOUR_TURN, here
        case e.Released():
            yield NoticeKind.RELEASED, _recipients(after)
            yield NoticeKind.ENDED, requester if after.closed else Audience()
        case e.Redirected() | e.ShareReviewed():
            yield from ((NoticeKind.ENDED, each) for each in (requester, _sharer(after)))
        case e.Withdrawn():
            if before is not None and before.submitted_at is not None:
                yield NoticeKind.ENDED, _work_desk(before, definition)
        case (
            e.Reminded()
            | e.BecameOverdue()
            | e.Escalated()
            | e.ClockExtended()
            | e.ClockRecounted()
            | e.QuestionGivenBack()
        ):
            yield from _timed(event, after, definition)
        case e.Chased():
            yield NoticeKind.CHASE, here
        case e.Reassigned():
            yield NoticeKind.REASSIGNED, here
        case e.AdjudicatorVoted():
            if after.kind is StageKind.ADJUDICATION:  # the second is wanted, or somebody must settle it
                yield NoticeKind.YOUR_TURN, here
        case e.ConflictDeclared():
            yield NoticeKind.STOOD_ASIDE, at_holder(after, (Role.MANAGER,))
            if before is not None and before.assignee in both((event,)):
                yield NoticeKind.YOUR_TURN, here
        case e.ConsentTakenBack():
            yield from _taken_back(event, after, definition)
        case e.FollowUpOpened() | e.FollowUpReminded() | e.FollowUpDone() | e.UseReviewed() | e.UseReviewMissed():
            yield from _followed(event, after)
        case e.IdentityAsked() | e.IdentityGranted() | e.IdentityRefused():
            yield _identity(event, after)
        case _:
            yield from _moved_on(event, before, after, definition)


def _timed(event: e.Event, after: Case, definition: Definition) -> Iterable[tuple[NoticeKind, Audience]]:
    """What the clock did, and what was done to it."""
    both = (asker(after), desk(after, definition))
    match event:
        case e.Reminded():
            yield NoticeKind.REMINDER, both[1]
        case e.BecameOverdue():
            yield NoticeKind.OVERDUE, both[1]
        case e.Escalated():
            yield NoticeKind.ESCALATION, _rung(event, after, definition)
        case e.ClockExtended():
            yield from ((NoticeKind.EXTENDED, each) for each in both)
        case e.ClockRecounted(moved=True):
            yield from ((NoticeKind.RECOUNTED, each) for each in both)
        case e.QuestionGivenBack():
            yield from ((NoticeKind.UNANSWERED, each) for each in both)


def _moved_on(
    event: e.Event, before: Case | None, after: Case, definition: Definition
) -> Iterable[tuple[NoticeKind, Audience]]:
    """Whoever has the next move, and the requester, when a request that was sent has come to another stage; and the
    requester when somebody else brought it in.
    """
    if isinstance(event, e.Started) and (event.by_operator or event.account):  # in her name, and by somebody else
        yield NoticeKind.BROUGHT_IN, asker(after)
    if isinstance(event, e.VersionAdopted) and event.handed_on and after.submitted_at is not None:
        yield NoticeKind.YOUR_TURN, desk(after, definition)
    if event.move is not None and after.submitted_at is not None:
        yield NoticeKind.YOUR_TURN, desk(after, definition)
        if before is not None and before.submitted_at is not None:
            yield NoticeKind.PROGRESS, asker(after)


def _sharer(case: Case) -> Audience:
    """Who shared in an emergency; the same audience as the requester's where she recorded it herself."""
    return Audience(people=(case.shared_now.by,)) if case.shared_now else Audience()


def _identity(
    event: e.IdentityAsked | e.IdentityGranted | e.IdentityRefused, case: Case
) -> tuple[NoticeKind, Audience]:
    """Who may show a name is told that somebody asks; who asked is told of the answer."""
    if isinstance(event, e.IdentityAsked):
        barred = {case.requester, event.by, *case.advisers}
        return NoticeKind.IDENTITY_ASKED, at_holder(case, GRANTERS, barred=barred)
    asker = next(each.asked_by for each in case.reveals if each.number == event.number)
    return NoticeKind.IDENTITY_ANSWERED, Audience(people=(asker,))


def _taken_back(event: e.ConsentTakenBack, case: Case, definition: Definition) -> Iterable[tuple[NoticeKind, Audience]]:
    """Whoever has the case, the other side, and those who have received what it was about."""
    yield NoticeKind.CONSENT_WITHDRAWN, _work_desk(case, definition)
    if event.by != case.requester:
        yield NoticeKind.CONSENT_WITHDRAWN, asker(case)
    if event.released:
        yield NoticeKind.CONSENT_WITHDRAWN, _recipients(case)


def _work_desk(case: Case, definition: Definition) -> Audience:
    """The holder's people who had the work, also while a question was with the requester."""
    name = case.back_to or case.stage
    stage = definition.stage(name)
    return at_holder(case, stage.roles) if stage.side is Side.HOLDER else Audience()


def _recipients(case: Case) -> Audience:
    return Audience(
        emails=tuple(sorted({recipient.email.casefold() for recipient in case.request.recipients if recipient.items}))
    )


def _rung(event: e.Escalated, case: Case, definition: Definition) -> Audience:
    stage = definition.stage(case.stage)
    rung = next((rung for rung in stage.ladder if rung.key == event.rung), None)
    if rung is None:
        return Audience()
    if stage.side is Side.REQUESTER:
        return Audience(organisation=case.requester_org, roles=rung.tell)
    return at_holder(case, rung.tell)
