"""Sending over a real socket to a server that behaves, and to servers that do not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.workers.house import House, make_house
from tests.workers.postbox import Mode, PostBox, open_box
from workers.letters import compose
from workers.senders import SmtpSender
from workflows.service.posting import Fate, Letter, Posted, Sending, drain, undeliverable
from workflows.store.engine import Engine


@pytest.fixture
def box() -> Iterator[PostBox]:
    with open_box() as box:
        yield box


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "gatehouse@localhost"
    message["To"] = "colin@holder.example"
    message["Message-ID"] = "<one@gatehouse>"
    message.set_content("Hello")
    return message


@pytest.mark.feature("F22")
@pytest.mark.parametrize(
    ("mode", "fate", "code"),
    [
        (Mode.TAKES, Fate.SENT, ""),
        (Mode.REFUSES_US, Fate.LATER, "553"),
        (Mode.BUSY_421, Fate.LATER, "421"),
        (Mode.LATER_450, Fate.LATER, "450"),
        (Mode.NEVER_550, Fate.NEVER, "550"),
        (Mode.NEVER_AFTER_DATA, Fate.NEVER, "554"),
        (Mode.LATER_AFTER_DATA, Fate.LATER, "451"),
        (Mode.DROPS_AFTER_DATA, Fate.UNREACHABLE, "SMTPServerDisconnected"),
        (Mode.SLOW, Fate.UNREACHABLE, ""),
    ],
)
def test_each_behaviour_has_its_answer_without_the_servers_words(
    box: PostBox, mode: Mode, fate: Fate, code: str
) -> None:
    box.mode = mode
    answer = SmtpSender(box.url, timeout=0.3).send(mail())
    assert answer.fate is fate
    assert answer.why.startswith(code)
    assert "colin" not in answer.why


@pytest.mark.feature("F22")
def test_no_server_is_told_as_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = SmtpSender(f"smtp://127.0.0.1:{taken.getsockname()[1]}").send(mail())
    assert answer == Sending(Fate.UNREACHABLE, "ConnectionRefusedError")


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        answer = SmtpSender(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).send(mail())
    assert answer.fate is Fate.UNREACHABLE


def test_a_password_is_never_sent_in_the_clear(box: PostBox) -> None:
    url = box.url.replace("smtp://", "smtp://name:secret@")
    answer = SmtpSender(url).send(mail())
    assert answer.fate is Fate.LATER
    assert "secret" not in answer.why
    assert box.got == []


@pytest.mark.feature("F22", "I7")
def test_a_mail_that_was_taken_before_the_line_broke_is_sent_again_under_the_same_id(
    box: PostBox, engine: Engine
) -> None:
    house = make_house(engine)
    house.request()
    box.mode = Mode.DROPS_AFTER_DATA
    assert post(house, box) == Posted(later=1)
    box.mode = Mode.TAKES
    house.sql("UPDATE outbox SET next_at = clock_timestamp()")
    assert post(house, box) == Posted(sent=1)
    assert len(box.got) == 2
    assert len(set(box.ids())) == 1


@pytest.mark.feature("F22")
def test_one_bad_address_is_dead_and_the_rest_arrive(box: PostBox, engine: Engine) -> None:
    house = make_house(engine)
    house.request()
    box.mode = Mode.NEVER_550
    assert post(house, box) == Posted(dead=1)
    box.mode = Mode.TAKES
    house.request()
    assert post(house, box) == Posted(sent=1)
    assert undeliverable(engine) == 1


def post(house: House, box: PostBox) -> Posted:
    def send(letter: Letter) -> Sending:
        return SmtpSender(box.url, timeout=2).send(compose(letter, base_url="http://g", sender="g@g.example"))

    return drain(house.engine, house.library, send)
