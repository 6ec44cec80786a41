"""What a command stands on: settings from the environment or the home, an engine, the services."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from webapp.house import House
from workflows.service.casework import Casework
from workflows.service.office import Office, SessionLimits
from workflows.service.unit_of_work import make_engine
from workflows.settings import Settings


@contextmanager
def settled() -> Iterator[Settings]:
    """The settings. Without GATEHOUSE_DATABASE_URL the home's servers are used, and started for this if need be.

    Raises SettingError and the launcher's Trouble; main() tells both in a sentence.
    """
    from launch.homes import MARK, attached, home_folder
    from launch.saying import Trouble

    if not os.environ.get("GATEHOUSE_DATABASE_URL") and not (home_folder(None) / MARK).exists():
        # A mistyped folder must not become a new and empty home that then looks broken.
        raise Trouble(
            f"There is no Gatehouse home at {home_folder(None)}.", "Look at --home, or make it with: ./gatehouse up"
        )
    with attached():
        yield Settings.from_env(os.environ)


@contextmanager
def opened(*, pool_size: int = 4) -> Iterator[House]:
    """The services over the database; its connections are closed at the end."""
    with settled() as settings:
        engine = make_engine(settings.database_url, pool_size=pool_size, name="gatehouse-cli")
        limits = SessionLimits(
            idle=timedelta(minutes=settings.session_idle_minutes), longest=timedelta(hours=settings.session_hours)
        )
        office = Office(engine, secret=settings.secret_key, limits=limits)
        try:
            yield House(settings=settings, engine=engine, office=office, casework=Casework(engine))
        finally:
            engine.dispose()
