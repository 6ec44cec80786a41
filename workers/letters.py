"""Letters: one for each kind of notice. They say that there is something to look at, never what it is.

A mail crosses machines that we do not know, and shows on locked phones. So a template may name only the
fields of ``Fields``; who the case is about, who asks and what anybody wrote stays behind the link.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from string import Template
from zoneinfo import ZoneInfo

from workflows.core.notices import OF_STANDING_IN, OF_THE_HOUSE, NoticeKind
from workflows.service.digesting import Digest
from workflows.service.posting import Letter

LONDON = ZoneInfo("Europe/London")

SUBJECTS: dict[NoticeKind, str] = {
    NoticeKind.YOUR_TURN: "You have work in Gatehouse",
    NoticeKind.QUESTION: "You have a question in Gatehouse",
    NoticeKind.ANSWERED: "Your question in Gatehouse has been answered",
    NoticeKind.PROGRESS: "Your case in Gatehouse has moved on",
    NoticeKind.DECIDED: "There is a decision in Gatehouse",
    NoticeKind.RELEASED: "There is something for you in Gatehouse",
    NoticeKind.ENDED: "A case in Gatehouse has ended",
    NoticeKind.REMINDER: "Reminder: you have work in Gatehouse",
    NoticeKind.OVERDUE: "Overdue: you have work in Gatehouse",
    NoticeKind.ESCALATION: "A case in Gatehouse is late and has been passed up to you",
    NoticeKind.CHASE: "Somebody is waiting for you in Gatehouse",
    NoticeKind.REASSIGNED: "Work in Gatehouse has been given to you",
    NoticeKind.IDENTITY_ASKED: "Somebody asks you for an answer in Gatehouse",
    NoticeKind.IDENTITY_ANSWERED: "There is an answer for you in Gatehouse",
    NoticeKind.STOOD_ASIDE: "Somebody has stood aside from a case in Gatehouse",
    NoticeKind.CONSENT_WITHDRAWN: "Something has changed in a case in Gatehouse",
    NoticeKind.FOLLOW_UP: "There is something to follow up in Gatehouse",
    NoticeKind.NOBODY_TOLD: "Nobody has been told of work in Gatehouse",
    NoticeKind.RECOUNTED: "The due date of a case in Gatehouse has moved",
    NoticeKind.EXTENDED: "The time for a case in Gatehouse was extended",
    NoticeKind.UNANSWERED: "A question in Gatehouse was not answered in time",
    NoticeKind.NOBODY_STANDS_IN: "A case in Gatehouse is with nobody",
    NoticeKind.USE_PAUSED: "A sharing in Gatehouse is paused",
    NoticeKind.BROUGHT_IN: "There is a new case of yours in Gatehouse",
    NoticeKind.STANDS_IN: "You stand in for somebody in Gatehouse",
    NoticeKind.STANDS_IN_NO_MORE: "You no longer stand in for somebody in Gatehouse",
    NoticeKind.HOLIDAYS_STALE: "Gatehouse cannot fetch the bank holidays",
}
"""Fixed words only: a subject shows on a locked screen."""


@dataclass(frozen=True, slots=True)
class Fields:
    """All that a template may name."""

    reference: str
    stage: str
    due: str
    link: str


DIGEST_SUBJECT = "Your round-up from Gatehouse"


def compose_digest(digest: Digest, *, base_url: str, sender: str) -> EmailMessage:
    """The mail of a digest, ready to send. The same digest always has the same Message-ID."""
    return _mail(digest, DIGEST_SUBJECT, digest_body(digest, base_url=base_url), sender)


def digest_body(digest: Digest, *, base_url: str) -> str:
    """The text of a digest: one line for each thing, of the fields that a letter may name."""
    lines = "\n\n".join(digest_lines(digest, base_url=base_url))
    return (
        f"This is what is new for you in Gatehouse.\n\n{lines}\n\nChange how you are told: {base_url}/account/telling\n"
    )


def digest_lines(digest: Digest, *, base_url: str) -> list[str]:
    """A line for each thing."""
    fields = [fields_of(line, base_url=base_url) for line in digest.lines]
    return [f"{each.reference}, {each.stage}, due: {each.due}\n{each.link}" for each in fields]


def compose(letter: Letter, *, base_url: str, sender: str) -> EmailMessage:
    """The whole mail, ready to send. The same letter always gives the same Message-ID."""
    return _mail(letter, SUBJECTS[letter.kind], body(letter, base_url=base_url), sender)


def _mail(to: Letter | Digest, subject: str, words: str, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to.address
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = to.message_id
    # Nobody's holiday reply should come back to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words)
    return message


def body(letter: Letter, *, base_url: str) -> str:
    """The text of the mail."""
    return template(letter.kind).substitute(asdict(fields_of(letter, base_url=base_url)))


def fields_of(letter: Letter, *, base_url: str) -> Fields:
    """What a letter fills its template with."""
    if letter.kind in OF_STANDING_IN:
        return Fields(letter.stage_title, letter.stage_title, in_words(None), f"{base_url}/away")
    if letter.kind in OF_THE_HOUSE:
        return Fields("Bank holidays", letter.stage_title, in_words(None), f"{base_url}/calendars")
    return Fields(
        reference=letter.reference,
        stage=letter.stage_title,
        due=in_words(letter.due_at),
        link=f"{base_url}/cases/{letter.case_id}",
    )


@cache
def template(kind: NoticeKind) -> Template:
    """The template of one kind. Raises ValueError when it names anything but the allowed fields."""
    found = Template(read(kind))
    allowed = {field.name for field in fields(Fields)}
    other = set(found.get_identifiers()) - allowed
    if other or not found.is_valid():
        raise ValueError(f"the letter {kind.value} may not name {', '.join(sorted(other)) or 'what it names'}")
    return found


def read(kind: NoticeKind) -> str:
    """The words of one kind's template."""
    return (files("workers") / "templates" / f"{kind.value}.txt").read_text(encoding="utf-8")


def in_words(at: datetime | None) -> str:
    """An instant as people in London say it, for example "5pm on Monday 7 December 2026"."""
    if at is None:
        return "no time is running"
    local = at.astimezone(LONDON)
    hour = f"{(local.hour - 1) % 12 + 1}{f':{local.minute:02d}' if local.minute else ''}"
    half = "am" if local.hour < 12 else "pm"
    return f"{hour}{half} on {local:%A} {local.day} {local:%B %Y}"
