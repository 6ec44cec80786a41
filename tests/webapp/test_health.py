"""Health tells the truth."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.page import PageClient
from webapp import create_app
from workflows.service.office import Cost, Office
from workflows.service.unit_of_work import Engine, make_engine, transaction
from workflows.settings import Settings


def run(engine: Engine, *statements: str) -> None:
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def beat(engine: Engine, ago: str = "1 second") -> None:
    run(engine, f"INSERT INTO heartbeats VALUES ('beat', clock_timestamp() - interval '{ago}')")


def waiting_mail(engine: Engine, office: Office, *, ago: str, state: str = "waiting") -> None:
    from tests.webapp.people import person

    person(office)
    run(
        engine,
        """INSERT INTO cases (id, reference, workflow, definition_version, version, head, state, stage, kind, urgency,
             requester, requester_org, holder_org, created_at, stage_since)
           SELECT gen_random_uuid(), 'GH-1', 'standard', 1, 1, '', '{}', 'draft', 'draft', 'routine', p.id, o.id, o.id,
             now(), now() FROM people p, organisations o""",
        """INSERT INTO notices (id, person_id, case_id, kind, stage_title, created_at)
           SELECT gen_random_uuid(), requester, id, 'x', 'x', now() FROM cases""",
        f"""INSERT INTO outbox (id, notice_id, channel, state, created_at, next_at, give_up_at, message_id)
           SELECT gen_random_uuid(), id, 'mail', '{state}', now(), now() - interval '{ago}', now(), 'x' FROM notices""",
    )


def due_item(engine: Engine, *, at: str) -> None:
    run(
        engine,
        f"""INSERT INTO due_items (case_id, clock, rung, command, due_at)
           SELECT id, 1, 'first', 'remind', clock_timestamp() {at} FROM cases""",
    )


def parts(client: PageClient, *, status: int) -> set[str]:
    answer = client.http.get("/health/ready")
    assert answer.status_code == status
    found = answer.get_json()
    assert found["ready"] is (status == 200)
    assert ("Retry-After" in answer.headers) is (status == 503)
    return {name for name, state in found["parts"].items() if state == "bad"}


def test_alive_is_alive_whatever_else_is_down(settings: Settings, cheap: Cost) -> None:
    app = create_app(settings, engine=make_engine("postgresql://nobody@127.0.0.1:1/nothing"), cost=cheap)
    answer = app.test_client().get("/health/live")
    assert (answer.status_code, answer.text) == (200, "live\n")
    assert "Set-Cookie" not in answer.headers
    assert parts(PageClient(app), status=503) == {"database", "migrations", "due_work", "beat"}


def test_ready_when_everything_is_there(client: PageClient, engine: Engine) -> None:
    beat(engine)
    assert parts(client, status=200) == set()


@pytest.mark.parametrize(("ago", "bad"), [("119 seconds", set()), ("121 seconds", {"beat"})])
def test_a_beat_that_fell_silent_is_told(client: PageClient, engine: Engine, ago: str, bad: set[str]) -> None:
    beat(engine, ago)
    assert parts(client, status=503 if bad else 200) == bad


def test_a_beat_that_was_never_heard_is_told(client: PageClient) -> None:
    assert parts(client, status=503) == {"beat"}


@pytest.mark.parametrize(
    ("ago", "state", "bad"),
    [("100 seconds", "waiting", set()), ("130 seconds", "waiting", {"due_work"}), ("1 day", "sent", set())],
)
def test_a_mail_that_waits_too_long_is_told(
    client: PageClient, engine: Engine, office: Office, ago: str, state: str, bad: set[str]
) -> None:
    beat(engine)
    waiting_mail(engine, office, ago=ago, state=state)
    assert parts(client, status=503 if bad else 200) == bad


@pytest.mark.feature("C24")
@pytest.mark.parametrize(
    "waits",
    [
        "hold_until = clock_timestamp() + interval '9 hours'",  # for the morning
        "channel = 'digest'",  # for a digest, as somebody chose
    ],
)
def test_a_mail_that_waits_on_purpose_is_nobodys_fault(
    client: PageClient, engine: Engine, office: Office, waits: str
) -> None:
    beat(engine)
    waiting_mail(engine, office, ago="8 hours")
    run(engine, f"UPDATE outbox SET {waits}, created_at = clock_timestamp() - interval '8 hours'")
    assert parts(client, status=200) == set()
    assert client.http.get("/health/ready").get_json()["oldest_unsent_message_seconds"] == 0


@pytest.mark.feature("C24")
def test_messages_that_do_not_arrive_are_told_beside_ready(client: PageClient, engine: Engine, office: Office) -> None:
    beat(engine)
    waiting_mail(engine, office, ago="-1 hour", state="waiting")
    found = client.http.get("/health/ready").get_json()
    assert (found["undeliverable_messages"], found["degraded"]) == (0, False)
    run(engine, "UPDATE outbox SET created_at = clock_timestamp() - interval '16 minutes'")
    answer = client.http.get("/health/ready")
    assert answer.status_code == 200
    assert answer.get_json()["degraded"] is True
    assert 960 <= answer.get_json()["oldest_unsent_message_seconds"] < 1000
    run(engine, "UPDATE outbox SET state = 'dead'")
    answer = client.http.get("/health/ready")
    assert answer.status_code == 200
    found = answer.get_json()
    assert (found["ready"], found["degraded"], found["undeliverable_messages"]) == (True, True, 1)
    assert found["oldest_unsent_message_seconds"] == 0


@pytest.mark.feature("C24")
def test_a_receiver_that_fails_does_not_make_us_unready(client: PageClient, engine: Engine, office: Office) -> None:
    beat(engine)
    waiting_mail(engine, office, ago="0 seconds", state="sent")
    run(
        engine,
        """INSERT INTO webhooks (id, organisation_id, url, kinds, secret, made_at, made_by)
           SELECT gen_random_uuid(), o.id, 'https://a.example.org', '{}', 'x', now(), p.id
           FROM organisations o, people p""",
        """INSERT INTO webhook_deliveries (id, webhook_id, kind, happened_at, created_at, next_at)
           SELECT gen_random_uuid(), id, 'x', now(), clock_timestamp() - interval '1 hour',
             clock_timestamp() - interval '1 hour' FROM webhooks""",
    )
    assert parts(client, status=200) == set()
    assert client.http.get("/health/ready").get_json()["degraded"] is True
    run(engine, "UPDATE webhook_deliveries SET state = 'dead'")
    assert client.http.get("/health/ready").get_json()["undeliverable_messages"] == 1


@pytest.mark.parametrize(
    ("at", "bad"),
    [("- interval '100 seconds'", set()), ("- interval '125 seconds'", {"due_work"}), ("+ interval '1 day'", set())],
)
def test_due_work_that_is_not_done_is_told(
    client: PageClient, engine: Engine, office: Office, at: str, bad: set[str]
) -> None:
    beat(engine)
    waiting_mail(engine, office, ago="0 seconds", state="sent")
    due_item(engine, at=at)
    assert parts(client, status=503 if bad else 200) == bad


def test_a_database_of_another_version_is_not_ready(app: Flask, client: PageClient, engine: Engine) -> None:
    beat(engine)
    run(engine, "UPDATE alembic_version SET version_num = 'older'")
    try:
        assert parts(client, status=503) == {"migrations", "due_work", "beat"}
    finally:
        from workflows.store.migrate import heads

        run(engine, f"UPDATE alembic_version SET version_num = '{heads()[0]}'")
