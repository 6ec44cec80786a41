"""The door for people: pages over the product's services."""

from __future__ import annotations

import os
import pkgutil
import secrets
import time
from datetime import timedelta
from importlib import import_module
from typing import cast

from flask import Flask, g, session
from werkzeug.wrappers import Response

from webapp import context, errors, guards, health, logs, security, signin, views
from webapp.api.routes import blueprint as api_blueprint
from webapp.checking.fhir_source import FhirSource
from webapp.house import House, furnish
from webapp.sessions import HouseSession, HouseSessions
from workflows.service.casework import Casework
from workflows.service.office import Cost, Office, SessionLimits
from workflows.service.unit_of_work import Engine, make_engine
from workflows.settings import Settings


def create_app(settings: Settings | None = None, *, engine: Engine | None = None, cost: Cost | None = None) -> Flask:
    """The web application. Without ``settings`` they are read from the environment (SettingError names a bad one).

    ``engine`` and ``cost`` (of password hashes) are for tests. Raises UnguardedRoute when a route does not say
    who may enter.
    """
    settings = settings or Settings.from_env(os.environ)
    app = Flask(__name__)
    house = _house(settings, engine or make_engine(settings.database_url, name="gatehouse-web"), cost)
    furnish(app, house)
    security.secure(app, settings)
    app.session_interface = HouseSessions(house)
    logs.watch(app)
    errors.install(app)
    context.install(app)
    _guard_requests(app, settings)
    signin.install(app)
    app.register_blueprint(health.blueprint)
    for module in pkgutil.iter_modules(views.__path__):
        blueprint = getattr(import_module(f"{views.__name__}.{module.name}"), "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
    app.register_blueprint(api_blueprint)
    guards.check_all_guarded(app)
    return app


def _house(settings: Settings, engine: Engine, cost: Cost | None) -> House:
    limits = SessionLimits(
        idle=timedelta(minutes=settings.session_idle_minutes), longest=timedelta(hours=settings.session_hours)
    )
    office = Office(engine, secret=settings.secret_key, limits=limits, cost=cost)
    cpis = FhirSource(settings.cpis.url, settings.cpis.token, demo=settings.demo) if settings.cpis else None
    return House(settings=settings, engine=engine, office=office, casework=Casework(engine), cpis=cpis)


def _guard_requests(app: Flask, settings: Settings) -> None:
    @app.before_request
    def begin() -> Response | None:
        g.request_id = secrets.token_hex(8)
        g.started = time.perf_counter()
        current = cast(HouseSession, session._get_current_object())  # type: ignore[attr-defined]
        g.person = g.viewer = None
        if current.failed is not None:
            raise current.failed
        context.recognise()
        answer = guards.enforce(app)
        if answer is None and not guards.entered_by_token(app):
            # No browser sends a token by itself: such a request needs no other sign that it was meant.
            security.check_origin(settings)
        return answer
