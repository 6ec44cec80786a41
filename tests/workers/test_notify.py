"""Sending by GOV.UK Notify, to a local service that speaks its protocol and checks the token's signature and age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.workers.house import House, make_house
from tests.workers.notify_service import FIELDS, KEY, SECRET, TEMPLATE, NotifyService, open_notify
from workers.letters import SUBJECTS
from workers.notify import NotifySender, personalised
from workers.tasks import Means
from workflows.core.notices import NoticeKind
from workflows.service.digesting import Digest
from workflows.service.posting import Fate, Letter, Posted, Sending, drain, undeliverable
from workflows.settings import Notify, SettingError, Settings
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")

CASE = "0190d0f4-0000-7000-8000-000000000001"
LETTER = Letter(
    id="m", message_id="<n@gatehouse>", address="colin@holder.example", kind=NoticeKind.YOUR_TURN, case_id=CASE,
    reference="SR-2026-0001", stage_title="Consent check", due_at=None, attempts=1,
)  # fmt: skip


@pytest.fixture
def service() -> Iterator[NotifyService]:
    with open_notify() as service:
        yield service


def sender(service: NotifyService) -> NotifySender:
    return NotifySender(service.url, KEY, TEMPLATE, "https://g.example", timeout=2)


def test_a_letter_is_taken_with_a_token_that_the_service_accepts(service: NotifyService) -> None:
    answer = sender(service).send(LETTER)
    assert answer == Sending(Fate.SENT, receipt=next(iter(service.statuses)))
    (got,) = service.got
    assert got == {
        "email_address": "colin@holder.example", "template_id": TEMPLATE, "reference": "<n@gatehouse>",
        "personalisation": {
            "subject": SUBJECTS[NoticeKind.YOUR_TURN], "reference": "SR-2026-0001", "stage": "Consent check",
            "due": "no time is running", "link": f"https://g.example/cases/{CASE}",
        },
    }  # fmt: skip


def test_a_letter_whose_answer_was_lost_is_not_sent_a_second_time(service: NotifyService) -> None:
    service.loses_answer = True
    assert sender(service).send(LETTER).fate is Fate.UNREACHABLE
    service.loses_answer = False
    taken = sender(service).send(replace(LETTER, attempts=2))
    assert taken == Sending(Fate.SENT, receipt=next(iter(service.statuses)))
    assert len(service.got) == service.asked == 1


def test_a_letter_that_failed_there_is_sent_anew(service: NotifyService) -> None:
    first = sender(service).send(LETTER).receipt
    service.statuses[first] = "temporary-failure"
    second = sender(service).send(replace(LETTER, attempts=2)).receipt
    assert second in set(service.statuses) - {first}
    assert len(service.got) == 2


def test_a_letter_that_never_arrived_is_sent_when_it_is_tried_again(service: NotifyService) -> None:
    assert sender(service).send(replace(LETTER, attempts=2)).fate is Fate.SENT
    assert len(service.got) == 1


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        ((400, "ValidationError", "email_address Not a valid email address"), Fate.NEVER),
        ((400, "ValidationError", "template_id is not a valid UUID"), Fate.LATER),
        ((400, "BadRequestError", "Can't send to this recipient using a team-only API key"), Fate.LATER),
        ((429, "RateLimitError", "Exceeded rate limit for key type LIVE"), Fate.UNREACHABLE),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), Fate.UNREACHABLE),
        ((500, "Exception", "Internal server error"), Fate.UNREACHABLE),
        ((503, "Exception", "colin@holder.example"), Fate.UNREACHABLE),
        ((404, "Exception", "no such page"), Fate.LATER),
    ],
)
def test_each_answer_has_its_meaning_without_the_services_words(
    service: NotifyService, error: tuple[int, str, str], fate: Fate
) -> None:
    service.error = error
    answer = sender(service).send(LETTER)
    assert answer.fate is fate
    assert answer.why.startswith(str(error[0]))
    assert error[2] not in answer.why
    assert service.got == []


def test_a_wrong_key_and_a_wrong_clock_stop_the_round_and_lose_no_letter(service: NotifyService) -> None:
    service.secret = SECRET.replace("3d", "4e")
    assert sender(service).send(LETTER).why == "403 the key or our clock was refused"
    service.secret, service.clock_off = SECRET, 60
    assert sender(service).send(LETTER).fate is Fate.UNREACHABLE


def test_no_service_is_told_as_unreachable_and_nowhere_else_is_followed(service: NotifyService) -> None:
    assert NotifySender("http://127.0.0.1:9", KEY, TEMPLATE, "https://g.example").send(LETTER).fate is Fate.UNREACHABLE
    service.redirects = True
    assert sender(service).send(LETTER) == Sending(Fate.LATER, "307 not understood")


def test_an_address_that_is_refused_for_good_is_dead_at_once(engine: Engine, service: NotifyService) -> None:
    house: House = make_house(engine)
    house.sql("UPDATE people SET email = 'nowhere' WHERE id = cast(:id AS uuid)", id=house.people["colin"])
    house.request()
    assert drain(house.engine, house.library, sender(service).send) == Posted(dead=1)
    assert undeliverable(house.engine) == 1


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_fills_the_allowed_fields_and_no_other(kind: NoticeKind) -> None:
    content = personalised(replace(LETTER, kind=kind), template=TEMPLATE, base_url="https://g.example")
    given = content["personalisation"]
    assert isinstance(given, dict)
    assert set(given) == FIELDS
    assert set(content) == {"email_address", "template_id", "reference", "personalisation"}


def test_a_digest_goes_by_the_same_template(service: NotifyService) -> None:
    digest = Digest("d", "<d@gatehouse>", "colin@holder.example", (LETTER, LETTER), 1)
    assert sender(service).send_digest(digest).fate is Fate.SENT
    given = service.got[0]["personalisation"]
    assert isinstance(given, dict)
    assert given["reference"].count("SR-2026-0001, Consent check, due: no time is running") == 2


NEEDED = {
    "GATEHOUSE_DATABASE_URL": "postgresql://127.0.0.1/x", "GATEHOUSE_REDIS_URL": "redis://127.0.0.1",
    "GATEHOUSE_SECRET_KEY": "s" * 32, "GATEHOUSE_MAIL_BY": "notify",
    "GATEHOUSE_NOTIFY_KEY": KEY, "GATEHOUSE_NOTIFY_TEMPLATE": TEMPLATE,
}  # fmt: skip


def test_the_settings_choose_notify_and_the_worker_sends_by_it(service: NotifyService) -> None:
    settings = Settings.from_env({**NEEDED, "GATEHOUSE_NOTIFY_URL": service.url + "/"})
    assert settings.notify == Notify(service.url, KEY, TEMPLATE)
    assert SECRET not in repr(settings.notify)
    assert Means(settings).send(LETTER).fate is Fate.SENT
    by_itself = Settings.from_env(NEEDED).notify
    assert by_itself is not None
    assert by_itself.url == "https://api.notifications.service.gov.uk"
    assert Settings.from_env({**NEEDED, "GATEHOUSE_MAIL_BY": "smtp"}).notify is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_BY", "pigeon"),
        ("NOTIFY_URL", "http://notify.example"),
        ("NOTIFY_URL", "ftp://notify.example"),
        ("NOTIFY_KEY", ""),
        ("NOTIFY_KEY", SECRET),
        ("NOTIFY_TEMPLATE", ""),
        ("NOTIFY_TEMPLATE", "letter"),
    ],
)
def test_a_missing_or_unsafe_setting_names_itself_and_not_the_key(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"GATEHOUSE_{name} ") as refused:
        Settings.from_env({**NEEDED, f"GATEHOUSE_{name}": value})
    assert SECRET not in str(refused.value)
