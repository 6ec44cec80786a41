"""The Celery application. Beat nudges, workers look in the database; the queue holds nothing of worth."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab

from workers import tasks
from workers.lines import Lines
from workflows.settings import Settings

TIME_LIMIT = 300
"""Seconds after which a forking worker kills a task. Threads cannot be killed: there each round keeps to
its own budget, and every wait for the database or the mail server has an end."""

VISIBILITY = 1800
"""Seconds until an unfinished nudge is given to somebody else; longer than any task may take."""

QUEUE = "gatehouse"
DEMO_PERIOD = 2

PATIENCE = 60
"""Seconds by which a nudge may come late. A machine under load takes longer than a period to hear one: were each
to expire before the next, nothing would ever be done. Late ones cost nothing, a round that runs sees to all."""


def make_app(settings: Settings, *, means: tasks.Means | None = None) -> Celery[tasks.IdsOnly]:
    """An application for these settings, working with ``means`` if given. Connects to nothing yet."""
    app = Celery(
        "gatehouse", broker=settings.redis_url, amqp=Lines, task_cls=tasks.IdsOnly, set_as_current=False
    )  # fmt: skip
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_time_limit=TIME_LIMIT,
        task_soft_time_limit=None,
        # One at a time: a nudge that waits behind a long round expires instead of piling up.
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY,
            "socket_connect_timeout": 5,
            "socket_timeout": 30,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        # UTC, or the hour that the clocks go forward would be missed.
        timezone="UTC",
        enable_utc=True,
        beat_schedule=schedule(settings),
    )
    tasks.register(app, means or tasks.Means(settings))
    for name in ("celery.worker.strategy", "celery.worker.request", "celery.app.trace"):
        # A line for each nudge would bury what matters: rounds that did something say so themselves.
        logging.getLogger(name).setLevel(logging.WARNING)
    return app


def schedule(settings: Settings) -> dict[str, Any]:
    """What beat nudges. Each nudge expires within a minute or so: an outage leaves no long backlog of them."""
    period = min(settings.sweep_seconds, DEMO_PERIOD) if settings.demo else settings.sweep_seconds
    often = {"schedule": float(period), "options": {"expires": period + PATIENCE}}
    return {
        "sweep": {"task": tasks.SWEEP, **often},
        "post": {"task": tasks.DRAIN, **often},
        "webhooks": {"task": tasks.CALL, **often},
        "arrivals": {"task": tasks.ASK, "schedule": 60.0, "options": {"expires": 60 + PATIENCE}},
        "heartbeat": {"task": tasks.HEARTBEAT, **often},
        "simulations": {"task": tasks.SIMULATE, **often},
        "check": {"task": tasks.CHECK, "schedule": crontab(hour=2, minute=30), "options": {"expires": 3600}},
        "holidays": {
            "task": tasks.HOLIDAYS,
            "schedule": crontab(minute=20, hour="*/6"),
            "options": {"expires": 3600},
        },
        "tidy": {"task": tasks.TIDY, "schedule": crontab(minute=50), "options": {"expires": 1800}},
    }


def __getattr__(name: str) -> Any:
    """``app``, made when Celery asks for it, so that reading this file needs no settings."""
    if name != "app":
        raise AttributeError(name)
    app = make_app(Settings.from_env(os.environ))
    globals()["app"] = app
    return app
