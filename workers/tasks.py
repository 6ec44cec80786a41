"""What beat wakes. No task holds a rule, takes anything but ids, or minds being run twice or late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import UUID

from celery import Celery, Task

from workers.holidays import HolidaySource, look
from workers.hooks import HookSender
from workers.letters import compose, compose_digest
from workers.notify import NotifySender
from workers.senders import SmtpSender
from workflows.service import arriving, calling, registering
from workflows.service.announcing import Announcements
from workflows.service.beating import note_beat
from workflows.service.digesting import Digest, drain_digests
from workflows.service.holiday_feed import HolidayFeed
from workflows.service.library import Library
from workflows.service.office import Office, SessionLimits
from workflows.service.once import Once
from workflows.service.posting import Letter, Posted, Sending, drain
from workflows.service.sealing import Safe
from workflows.service.simulation_run import work
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, make_engine
from workflows.settings import Settings

log = logging.getLogger(__name__)

SWEEP = "gatehouse.sweep_due"
DRAIN = "gatehouse.drain_outbox"
CALL = "gatehouse.call_webhooks"
ASK = "gatehouse.ask_arrival"
HEARTBEAT = "gatehouse.heartbeat"
CHECK = "gatehouse.check_record"
TIDY = "gatehouse.tidy"
HOLIDAYS = "gatehouse.fetch_holidays"
SIMULATE = "gatehouse.simulate"


class IdsOnly(Task):  # type: ignore[type-arg]
    """A task that refuses to be sent with anything but ids: whoever reads the queue must learn nothing."""

    abstract = True

    def apply_async(  # type: ignore[override]  # the many options are passed on as they are
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """Send the task. Raises ValueError for an argument that is not a UUID."""
        for value in (*(args or ()), *(kwargs or {}).values()):
            UUID(value)
        return super().apply_async(args, kwargs, **options)


@dataclass
class Means:
    """What the tasks of one process share. The engine is made on first use, so never across a fork."""

    settings: Settings
    library: Library = field(default_factory=Library)
    _turns: dict[str, Lock] = field(default_factory=dict)

    @cached_property
    def engine(self) -> Engine:
        """The way to the database."""
        return make_engine(self.settings.database_url, pool_size=4, name="gatehouse worker")

    @property
    def notify(self) -> NotifySender | None:
        """GOV.UK Notify, when mails go by it."""
        settings = self.settings
        if (to := settings.notify) is None:
            return None
        return NotifySender(to.url, to.key, to.template, settings.base_url)

    def send(self, letter: Letter) -> Sending:
        """Write one letter and hand it to Notify or to the mail server."""
        if (notify := self.notify) is not None:
            return notify.send(letter)
        message = compose(letter, base_url=self.settings.base_url, sender=self.settings.mail_from)
        return SmtpSender(self.settings.smtp_url).send(message)

    def send_digest(self, digest: Digest) -> Sending:
        """Write one digest and hand it to Notify or to the mail server."""
        settings = self.settings
        if (notify := self.notify) is not None:
            return notify.send_digest(digest)
        message = compose_digest(digest, base_url=settings.base_url, sender=settings.mail_from)
        return SmtpSender(settings.smtp_url).send(message)

    @cached_property
    def hooks(self) -> HookSender:
        """Hands webhooks over."""
        return HookSender(local=self.settings.webhook_local)

    def alone(self, name: str, work: Callable[[], None]) -> None:
        """Do the work unless this process is at it already: the round that runs will see to what is new.

        Otherwise a mail server that hangs would take every thread, and the sweep would stand still.
        """
        turn = self._turns.setdefault(name, Lock())
        if turn.acquire(blocking=False):
            try:
                work()
            finally:
                turn.release()


def register(app: Celery[IdsOnly], means: Means) -> None:
    """Make the tasks known to ``app``."""

    @app.task(name=SWEEP, shared=False)
    def sweep_due() -> None:
        """Turn what has fallen due into commands."""
        means.alone(SWEEP, lambda: _said("sweep", sweep(means.engine, means.library)))

    @app.task(name=DRAIN, shared=False)
    def drain_outbox() -> None:
        """Send the mails that wait."""
        in_hours = means.settings.mail_in_hours
        means.alone(DRAIN, lambda: _said("post", drain(means.engine, means.library, means.send, in_hours=in_hours)))
        means.alone(DRAIN, lambda: _said("digests", drain_digests(means.engine, means.library, means.send_digest)))

    @app.task(name=CALL, shared=False)
    def call_webhooks() -> None:
        """Send the webhooks that wait."""
        means.alone(CALL, lambda: _said("webhooks", _called(means)))

    @app.task(name=ASK, shared=False)
    def ask_arrival() -> None:
        """Ask GOV.UK Notify what became of the mails that it took."""
        if (notify := means.notify) is not None:
            look = notify.look
            means.alone(ASK, lambda: _said("arrivals", arriving.ask(means.engine, look)))

    @app.task(name=HEARTBEAT, shared=False)
    def heartbeat() -> None:
        """Note that beat, queue and worker are alive."""
        note_beat(means.engine)

    _register_upkeep(app, means)


def _register_upkeep(app: Celery[IdsOnly], means: Means) -> None:
    """What is done a few times a day."""

    @app.task(name=CHECK, shared=False)
    def check_record() -> None:
        """Every night: the chain is whole, and every case is what its events add up to."""
        means.alone(CHECK, lambda: _checked(means))

    @app.task(name=HOLIDAYS, shared=False)
    def fetch_holidays() -> None:
        """Some times a day: look whether other bank holidays have been published, where a list is named."""
        url = means.settings.holidays_feed
        if url:
            feed = HolidayFeed(means.engine)
            means.alone(HOLIDAYS, lambda: _said("bank holidays", look(feed, HolidaySource(url))))

    @app.task(name=SIMULATE, shared=False)
    def simulate() -> None:
        """Try a version on past requests, where somebody waits for that; one at a time."""
        means.alone(SIMULATE, lambda: _said("simulations", work(means.engine, means.library)))

    @app.task(name=TIDY, shared=False)
    def tidy() -> None:
        """Every hour: forget what is over: sessions, attempts to sign in, webhooks, events, answers of the API."""
        settings = means.settings
        limits = SessionLimits(
            timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
        )
        means.alone(
            TIDY, lambda: _said("tidied", Office(means.engine, secret=settings.secret_key, limits=limits).tidy())
        )
        means.alone(TIDY, lambda: _said("webhooks forgotten", calling.tidy(means.engine)))
        told = Announcements(means.engine, keep=timedelta(days=settings.events_days))
        means.alone(TIDY, lambda: _said("events forgotten", told.tidy()))
        means.alone(TIDY, lambda: _said("answers forgotten", Once(means.engine).tidy()))


def _called(means: Means) -> Posted:
    settings = means.settings
    return calling.drain_calls(
        means.engine, Safe(settings.secret_key), means.hooks.send, waits=settings.webhook_waits
    )  # fmt: skip


def _said(what: str, done: object) -> None:
    if done != type(done)():
        log.info("%s: %s", what, done)


def _checked(means: Means) -> None:
    found = registering.verify(means.engine)
    if isinstance(found, registering.Break):
        log.critical("THE REGISTER IS BROKEN at entry %s of stream %s: %s", found.seq, found.stream, found.why)
    for fault in registering.check_folds(means.engine, means.library):
        log.critical("CASE %s IS NOT WHAT ITS EVENTS ADD UP TO: %s", fault.case_id, fault.what)
