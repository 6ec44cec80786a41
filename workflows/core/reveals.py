"""Asking to see who somebody is: with a reason, of another person, for a time, and on the record for ever (C1).

A request to see is never changed into another: a refusal stays where it is, and asking again adds a new one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.core.definition import Role
from workflows.core.limits import text_fault
from workflows.core.permissions import Principal, role_words
from workflows.core.refusals import ADVISED, NOT_FOUND, NOT_YOURS, OWN_CASE, Refusal, Refused

SHORTEST_REASON = 10
"""Characters that a reason has at least, white space at its ends not counted."""
MINUTES = 60
"""How long an identity may be seen when nobody has set another time."""
MOST_MINUTES = 8 * 60
"""The longest time for which an identity may be shown; who needs longer asks again."""
GRANTERS = (Role.CALDICOTT_GUARDIAN, Role.DEPUTY_GUARDIAN, Role.ADJUDICATOR, Role.CONSENT_OFFICER)
"""Roles at the holder that may show an identity. The person must be another one than who asks or advises."""


class RevealState(StrEnum):
    """Where one request to see stands. That the time of a granted one is over is no state of its own."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One request to see who stands behind one label. ``number`` counts from 1 within the case.

    ``at`` is when it was granted or refused, ``until`` the first instant at which the identity is hidden again;
    all times are aware UTC. ``answer`` is why it was refused, or what was said with the grant.
    """

    number: int
    label: str
    asked_by: str
    asked_at: datetime
    reason: str
    granted_by: str = ""
    refused_by: str = ""
    at: datetime | None = None
    until: datetime | None = None
    answer: str = ""

    @property
    def state(self) -> RevealState:
        """Asked, granted or refused."""
        if self.granted_by:
            return RevealState.GRANTED
        return RevealState.REFUSED if self.refused_by else RevealState.ASKED

    def shows(self, *, now: datetime) -> bool:
        """Whether the identity may be seen at this instant."""
        return self.at is not None and self.until is not None and self.at <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the rules need to know of the case. ``advisers``: who has advised, or is at it now (person ids)."""

    holder_org: str
    requester: str
    labels: tuple[str, ...]
    advisers: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    """E-mail addresses of those who would receive information, in lower case."""


Reveals = tuple[Reveal, ...]
"""All requests to see of one case, oldest first."""


def ask(
    reveals: Reveals, *, setting: Setting, by: Principal, roles: Collection[Role], label: str, reason: str, at: datetime
) -> Reveals:
    """Ask to see who stands behind ``label``. ``roles`` are those that have work in the present stage.

    Raises:
        Refused: with every reason; nothing has happened.
    """
    if not by.roles_in(setting.holder_org) & frozenset(roles) or _outside(setting, by):
        raise Refused(Refusal(NOT_YOURS, "Only somebody who works on this request can ask to see an identity."))
    faults = [
        *_label_faults(reveals, setting, by, label=label, at=at),
        *_text_faults(reason, field="reason", say="Say why you need to know who this is"),
    ]
    if faults:
        raise Refused(faults)
    asked = Reveal(number=len(reveals) + 1, label=label, asked_by=by.id, asked_at=at, reason=reason.strip())
    return (*reveals, asked)


def grant(
    reveals: Reveals, *, setting: Setting, by: Principal, number: int, at: datetime, minutes: int = MINUTES,
    answer: str = "",
) -> Reveals:  # fmt: skip
    """Show the identity to who asked, for ``minutes`` from ``at``.

    Raises:
        Refused: with every reason; nothing has happened.
    """
    waiting = _waiting(reveals, setting, by, number=number)
    faults = [fault for fault in (text_fault(answer, field="answer"),) if fault]
    if not 1 <= minutes <= MOST_MINUTES:
        say = f"Choose a time between 1 minute and {MOST_MINUTES // 60} hours."
        faults.append(Refusal("reveal_time", say, "minutes"))
    if faults:
        raise Refused(faults)
    until = at + timedelta(minutes=minutes)
    return _with(reveals, replace(waiting, granted_by=by.id, at=at, until=until, answer=answer.strip()))


def refuse(reveals: Reveals, *, setting: Setting, by: Principal, number: int, at: datetime, answer: str) -> Reveals:
    """Refuse, with a reason. The refusal stays on the record beside whatever is asked later.

    Raises:
        Refused: with every reason; nothing has happened.
    """
    waiting = _waiting(reveals, setting, by, number=number)
    if faults := _text_faults(answer, field="answer", say="Say why the identity is not shown"):
        raise Refused(faults)
    return _with(reveals, replace(waiting, refused_by=by.id, at=at, answer=answer.strip()))


def visible_labels(reveals: Reveals, person_id: str, *, now: datetime) -> frozenset[str]:
    """The labels whose identity this person may see at this instant because it was granted to her."""
    return frozenset(reveal.label for reveal in reveals if reveal.asked_by == person_id and reveal.shows(now=now))


def open_asks(reveals: Reveals) -> Reveals:
    """Those that wait for an answer, oldest first."""
    return tuple(reveal for reveal in reveals if reveal.state is RevealState.ASKED)


def grant_refusal(setting: Setting, by: Principal, *, asked_by: str) -> Refusal | None:
    """Why this person may not answer a request to see, or None. The same answer serves the button and the door."""
    if by.id == asked_by:
        return Refusal("own_ask", "You asked to see this identity, so another person must answer.")
    if _outside(setting, by):
        return Refusal(OWN_CASE, "You asked for this information or would receive it, so another person must answer.")
    if by.id in setting.advisers:
        return Refusal(ADVISED, "You give advice on this request, so another person must answer.")
    if not by.roles_in(setting.holder_org) & frozenset(GRANTERS):
        return Refusal(NOT_YOURS, f"This is for {role_words(GRANTERS)} of the organisation that holds the information.")
    return None


def _outside(setting: Setting, by: Principal) -> bool:
    return by.id == setting.requester or by.email in setting.recipients


def _label_faults(reveals: Reveals, setting: Setting, by: Principal, *, label: str, at: datetime) -> list[Refusal]:
    if label not in setting.labels:
        return [Refusal(NOT_FOUND, "Nobody in this request is called that.", "label")]
    if label in visible_labels(reveals, by.id, now=at):
        return [Refusal("visible_already", f"You can see who {label} is already.", "label")]
    if any(each.label == label and each.asked_by == by.id for each in open_asks(reveals)):
        return [
            Refusal("asked_already", f"You have asked to see who {label} is; the answer is still to come.", "label")
        ]
    return []


def _waiting(reveals: Reveals, setting: Setting, by: Principal, *, number: int) -> Reveal:
    found = next((reveal for reveal in reveals if reveal.number == number), None)
    if found is None:
        raise Refused(Refusal(NOT_FOUND, "Nobody has asked to see this identity."))
    if refusal := grant_refusal(setting, by, asked_by=found.asked_by):
        raise Refused(refusal)
    if found.state is not RevealState.ASKED:
        raise Refused(Refusal("answered_already", "This has been answered. What was answered stays on the record."))
    return found


def _text_faults(text: str, *, field: str, say: str) -> list[Refusal]:
    if len(text.strip()) < SHORTEST_REASON:
        return [Refusal("reason_short", f"{say}, in at least {SHORTEST_REASON} characters.", field)]
    fault = text_fault(text, field=field)
    return [fault] if fault else []


def _with(reveals: Reveals, changed: Reveal) -> Reveals:
    return tuple(changed if reveal.number == changed.number else reveal for reveal in reveals)
