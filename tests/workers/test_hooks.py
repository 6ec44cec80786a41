"""Handing webhooks over real sockets: signed, to the address that was checked, and never longer than a stated time."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.workers.hook_receiver import Receiver, certificate, open_receiver
from workers.hooks import HookSender
from workflows.service.calling import Answer, Fate, Message
from workflows.settings import SettingError, Settings

pytestmark = pytest.mark.feature("C24")

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLDER = "whsec_" + base64.b64encode(b"o" * 32).decode()
BODY = '{"type":"case.decided","timestamp":"2026-12-07T10:00:00Z","data":{"case":"GH-1","stage":"closed"}}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as receiver:
        receiver.secret = SECRET
        yield receiver


def message(url: str, *secrets: str) -> Message:
    return Message("msg_1", "1", "w", 1, url, BODY, secrets or (SECRET,))


def sender(timeout: float = 5) -> HookSender:
    return HookSender(local=True, timeout=timeout)


def test_the_librarys_own_verifier_accepts_what_is_sent(receiver: Receiver) -> None:
    assert sender().send(message(receiver.url)) == Answer(Fate.TAKEN, "204")
    assert receiver.told == [json.loads(BODY)]
    (got,) = receiver.got
    assert (got["webhook-id"], got["content-type"], got["path"]) == ("msg_1", "application/json", "/hook")
    assert got["host"] == f"127.0.0.1:{receiver.port}"


def test_another_word_another_id_or_another_secret_is_not_accepted(receiver: Receiver) -> None:
    sender().send(message(receiver.url))
    (got,) = receiver.got
    for body, headers, secret in (
        (BODY.replace("decided", "refused"), got, SECRET),
        (BODY, {**got, "webhook-id": "msg_2"}, SECRET),
        (BODY, {**got, "webhook-timestamp": str(int(got["webhook-timestamp"]) + 1)}, SECRET),
        (BODY, got, OLDER),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)
    assert Webhook(SECRET).verify(BODY, got) == json.loads(BODY)


def test_while_a_secret_is_replaced_both_of_them_sign(receiver: Receiver) -> None:
    receiver.secret = OLDER
    assert sender().send(message(receiver.url, SECRET, OLDER)).fate is Fate.TAKEN
    assert receiver.got[0]["webhook-signature"].count("v1,") == 2
    assert Webhook(SECRET).verify(BODY, receiver.got[0]) == json.loads(BODY)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer(Fate.TAKEN, "200")),
        (202, Answer(Fate.TAKEN, "202")),
        (302, Answer(Fate.FAILED, "302")),
        (400, Answer(Fate.FAILED, "400")),
        (410, Answer(Fate.GONE, "410")),
        (429, Answer(Fate.FAILED, "429")),
        (500, Answer(Fate.FAILED, "500")),
    ],
)
def test_each_answer_has_its_meaning_and_no_redirect_is_followed(
    receiver: Receiver, status: int, answer: Answer
) -> None:
    receiver.answers = [status]
    assert sender().send(message(receiver.url)) == answer
    assert len(receiver.got) == 1


def test_a_receiver_that_is_slow_drips_or_is_not_there_holds_up_nobody(receiver: Receiver) -> None:
    receiver.waits = 1.0
    assert sender(0.2).send(message(receiver.url)) == Answer(Fate.FAILED, "no answer in time")
    receiver.waits, receiver.drips = 0, True
    began = time.monotonic()
    assert sender(0.3).send(message(receiver.url)) == Answer(Fate.FAILED, "no answer in time")
    assert time.monotonic() - began < 2
    assert sender().send(message("http://127.0.0.1:9/")) == Answer(Fate.FAILED, "no connection")


def test_what_a_receiver_writes_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.floods = "body"
    assert sender().send(message(receiver.url)) == Answer(Fate.TAKEN, "200")
    receiver.floods = "head"
    assert sender().send(message(receiver.url)) == Answer(Fate.FAILED, "RemoteProtocolError")
    assert not receiver.swallowed


def test_no_proxy_from_the_surroundings_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert sender().send(message(receiver.url)).fate is Fate.TAKEN


class Names:
    """A resolver with prepared answers, used up one by one; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_by_now_is_not_connected_to(receiver: Receiver, address: str) -> None:
    names = Names(["93.184.216.34", address])
    url = f"https://hooks.example.org:{receiver.port}/hook"
    assert HookSender(resolve=names).send(message(url)) == Answer(Fate.FAILED, "address_internal")
    assert receiver.got == []


def test_a_name_that_is_not_known_is_said_so() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    assert HookSender(resolve=unknown).send(message("https://hooks.example.org/")).status == "address_unknown"
    assert HookSender(resolve=Names([])).send(message("https://hooks.example.org/")).status == "address_unknown"


def test_it_connects_to_what_was_checked_under_the_receivers_own_name(tmp_path: Path) -> None:
    """One look-up for each try: what the name says a moment later is never asked."""
    shown, trusting = certificate(tmp_path, "hooks.example.org")
    with open_receiver(tls=shown) as receiver:
        receiver.secret = SECRET
        names = Names(["127.0.0.1"], ["127.0.0.9"])
        url = f"https://hooks.example.org:{receiver.port}/hook"
        answer = HookSender(local=True, resolve=names, trust=trusting).send(message(url))
        assert answer == Answer(Fate.TAKEN, "204")
        assert names.asked == [("hooks.example.org", receiver.port)]
        assert receiver.names == ["hooks.example.org"]
        assert receiver.got[0]["host"] == f"hooks.example.org:{receiver.port}"
        assert receiver.told


def test_a_certificate_of_somebody_else_or_of_nobody_is_not_accepted(tmp_path: Path) -> None:
    shown, trusting = certificate(tmp_path, "other.example.org")
    with open_receiver(tls=shown) as receiver:
        names = Names(["127.0.0.1"])
        url = f"https://hooks.example.org:{receiver.port}/hook"
        for sending in (
            HookSender(local=True, resolve=names, trust=trusting),
            HookSender(local=True, resolve=names),
        ):
            answer = sending.send(message(url))
            assert answer == Answer(Fate.FAILED, "the certificate or its encryption is not accepted")
        assert receiver.got == []


NEEDED = {
    "GATEHOUSE_DATABASE_URL": "postgresql://127.0.0.1/x", "GATEHOUSE_REDIS_URL": "redis://127.0.0.1",
    "GATEHOUSE_SECRET_KEY": "s" * 32,
}  # fmt: skip


def test_the_waits_are_a_setting_and_by_default_those_of_the_specification() -> None:
    usual = Settings.from_env(NEEDED)
    assert [wait.total_seconds() for wait in usual.webhook_waits] == [
        5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400,
    ]  # fmt: skip
    assert not usual.webhook_local
    own = Settings.from_env({**NEEDED, "GATEHOUSE_WEBHOOK_WAITS": "1, 60", "GATEHOUSE_WEBHOOK_LOCAL": "1"})
    assert [wait.total_seconds() for wait in own.webhook_waits] == [1, 60]
    assert own.webhook_local


@pytest.mark.parametrize("value", ["0", "-1", "5,,6", "5;6", "soon", "604801", "1.5", ",".join(["1"] * 21)])
def test_waits_that_cannot_be_are_refused_by_name(value: str) -> None:
    with pytest.raises(SettingError, match="GATEHOUSE_WEBHOOK_WAITS must be at most 20 whole numbers"):
        Settings.from_env({**NEEDED, "GATEHOUSE_WEBHOOK_WAITS": value})
