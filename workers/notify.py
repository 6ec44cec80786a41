"""Sending by GOV.UK Notify, by its documented REST API: one template there, filled with our allowed fields only.

Every request carries a token of its own, signed with the secret half of the API key. Notify takes the same
message twice without a word, so before a letter is tried again it is asked whether it has it already.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from workers.letters import DIGEST_SUBJECT, SUBJECTS, digest_lines, fields_of
from workflows.service.arriving import Arrival, Heard
from workflows.service.digesting import Digest
from workflows.service.posting import Fate, Letter, Sending

TIMEOUT = 10.0
"""Seconds for each step of a conversation with Notify."""

UUID_LENGTH = 36
DELIVERED = "delivered"
FAILED = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})
"""What Notify says of a mail in the end. Any other status means that it is still at it."""
SENDS = "/v2/notifications/email"
LOOKS = "/v2/notifications"


@dataclass(frozen=True, slots=True)
class NotifySender:
    """Sends through one Notify service. ``key`` is ``name-<service id>-<secret>``, as Notify gives it out."""

    url: str
    key: str
    template: str
    base_url: str
    timeout: float = TIMEOUT

    def send(self, letter: Letter) -> Sending:
        """Hand one letter over. Never raises for what Notify or a network does."""
        return self._hand_over(letter, personalised(letter, template=self.template, base_url=self.base_url))

    def _hand_over(self, letter: Letter | Digest, content: dict[str, object]) -> Sending:
        try:
            # Only the settings say where letters go: no proxy from the surroundings, and nowhere else is followed.
            with httpx.Client(timeout=self.timeout, trust_env=False, follow_redirects=False) as client:
                if letter.attempts > 1 and (receipt := self._has(client, letter)) is not None:
                    return Sending(Fate.SENT, receipt=receipt)
                return _understood(client.post(self.url + SENDS, json=content, headers=self._token()))
        except httpx.HTTPError as fault:
            return Sending(Fate.UNREACHABLE, type(fault).__name__)

    def send_digest(self, digest: Digest) -> Sending:
        """Hand one digest over, as ``send`` does."""
        return self._hand_over(digest, personalised_digest(digest, template=self.template, base_url=self.base_url))

    def _has(self, client: httpx.Client, letter: Letter | Digest) -> str | None:
        """What Notify calls this letter, if it took it before its answer was lost. One that failed does not count."""
        found = client.get(self.url + LOOKS, params={"reference": letter.message_id}, headers=self._token())
        if found.status_code != httpx.codes.OK:
            return None
        for each in _dicts(found, "notifications"):
            if each.get("reference") == letter.message_id and each.get("status") not in FAILED:
                return _receipt(each)
        return None

    def look(self, receipt: str) -> Heard:
        """What Notify says by now of a letter that it took. Never raises for what Notify or a network does."""
        try:
            with httpx.Client(timeout=self.timeout, trust_env=False, follow_redirects=False) as client:
                answer = client.get(f"{self.url}{LOOKS}/{receipt}", headers=self._token())
        except httpx.HTTPError:
            return Heard(Arrival.UNREACHABLE)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return Heard(Arrival.FORGOTTEN)
        if answer.status_code != httpx.codes.OK:
            return Heard(Arrival.UNREACHABLE)
        status = _content(answer).get("status")
        if status in FAILED:
            return Heard(Arrival.FAILED, str(status))
        return Heard(Arrival.ARRIVED if status == DELIVERED else Arrival.ON_ITS_WAY)

    def _token(self) -> dict[str, str]:
        claims = {"iss": self.key[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1], "iat": int(time.time())}
        secret = OctKey.import_key(self.key[-UUID_LENGTH:])
        return {"Authorization": "Bearer " + jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, secret)}


def personalised(letter: Letter, *, template: str, base_url: str) -> dict[str, object]:
    """All that Notify is told of a letter: whom it is for, fixed words, and the fields that a mail may hold."""
    return {
        "email_address": letter.address,
        "template_id": template,
        "reference": letter.message_id,
        "personalisation": {"subject": SUBJECTS[letter.kind], **asdict(fields_of(letter, base_url=base_url))},
    }


def personalised_digest(digest: Digest, *, template: str, base_url: str) -> dict[str, object]:
    """A digest in the same template: its lines stand where a letter has its reference."""
    return {
        "email_address": digest.address,
        "template_id": template,
        "reference": digest.message_id,
        "personalisation": {
            "subject": DIGEST_SUBJECT,
            "reference": "\n\n".join(digest_lines(digest, base_url=base_url)),
            "stage": "each is named above",
            "due": "each is named above",
            "link": f"{base_url}/work",
        },
    }


def _understood(answer: httpx.Response) -> Sending:
    """What an answer means for the letter. Notify's own sentences are not kept: they can quote an address."""
    code = answer.status_code
    match code:
        case httpx.codes.CREATED:
            return Sending(Fate.SENT, receipt=_receipt(_content(answer)))
        case httpx.codes.BAD_REQUEST if _is_the_address(answer):
            return Sending(Fate.NEVER, f"{code} the address was refused")
        case httpx.codes.BAD_REQUEST:
            # The template, or whom a trial key may write to: the set-up, which somebody will mend.
            return Sending(Fate.LATER, f"{code} the template or the key was refused")
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
            return Sending(Fate.UNREACHABLE, f"{code} the key or our clock was refused")
        case httpx.codes.TOO_MANY_REQUESTS:
            return Sending(Fate.UNREACHABLE, f"{code} too many at once or today")
        case _ if answer.is_server_error:
            return Sending(Fate.UNREACHABLE, f"{code} no service")
    return Sending(Fate.LATER, f"{code} not understood")


def _is_the_address(answer: httpx.Response) -> bool:
    return any(
        each.get("error") == "ValidationError" and str(each.get("message", "")).startswith("email_address ")
        for each in _dicts(answer, "errors")
    )


def _dicts(answer: httpx.Response, name: str) -> list[dict[str, object]]:
    """A list of objects out of an answer's JSON; nothing when it is not of that form."""
    found = _content(answer).get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _content(answer: httpx.Response) -> dict[str, object]:
    """An answer's JSON; nothing when it is no object."""
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _receipt(notification: dict[str, object]) -> str:
    """What Notify calls a mail: it becomes part of an address, so nothing but an id is taken for one."""
    try:
        return str(UUID(str(notification.get("id"))))
    except ValueError:
        return ""
