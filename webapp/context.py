"""What every page is given, and who is looking at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, g, session

from webapp.house import house
from webapp.security import nonce
from webapp.sessions import HouseSession
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.service.reporting import READERS as FIGURE_READERS
from workflows.service.shown_workflows import may_read
from workflows.service.unit_of_work import Busy, Unavailable

LONDON = ZoneInfo("Europe/London")
ORGANISATION_KEY = "organisation"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a person, in one of her organisations. ``unread`` counts notices up to 100."""

    person_id: str
    name: str
    email: str
    organisation_id: str
    organisation_name: str
    organisations: tuple[tuple[str, str], ...]
    roles: frozenset[Role]
    is_manager: bool
    administers: bool
    reads_figures: bool
    reads_workflows: bool
    may_ask: bool
    unread: int


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's strip shows."""

    clock_text: str


def recognise() -> None:
    """Before each request: set g.person (Principal or None), g.viewer and, for who is signed in, g.now."""
    current = cast(HouseSession, session._get_current_object())  # type: ignore[attr-defined]
    g.person = g.viewer = None
    visit = current.visit
    if visit is None:
        return
    g.person = visit.person
    g.now = visit.now
    # Read past the session's own bookkeeping: this is the request's affair, not the page's.
    g.viewer = _viewer(
        visit.person, visit.organisations, chosen=dict.get(current, ORGANISATION_KEY), unread=visit.unread
    )


def _viewer(
    person: Principal, organisations: tuple[tuple[str, str], ...], *, chosen: str | None, unread: int
) -> Viewer:
    names = dict(organisations)
    place = chosen if chosen in names else next(iter(names), "")
    roles = person.roles_in(place)
    return Viewer(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=place,
        organisation_name=names.get(place, ""),
        organisations=organisations,
        roles=roles,
        is_manager=place in person.organisations_as(Role.MANAGER),
        administers=Role.ADMINISTRATOR in roles,
        reads_figures=bool(roles & FIGURE_READERS),
        reads_workflows=may_read(person),
        may_ask=bool(person.organisations_as(Role.REQUESTER)),
        unread=unread,
    )


def now() -> datetime:
    """The product's time of this request (UTC), the same however often it is asked."""
    if "now" not in g:
        g.now = house().office.now()
    return cast(datetime, g.now)


def clock_text(moment: datetime) -> str:
    """An instant as people here read it: Tue 3 Nov 2026 09:12."""
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def _demo() -> Demo | None:
    if not house().settings.demo:
        return None
    try:
        return Demo(clock_text(now()))
    except (Unavailable, Busy):
        return None


class Assets:
    """Names of built files: gatehouse.css -> /static/dist/gatehouse-0a1b2c3d4e5f.css."""

    def __init__(self, folder: Path, *, base: str) -> None:
        self._manifest = folder / "dist" / "manifest.json"
        self._base = base.rstrip("/")
        self._names: dict[str, str] = {}
        self._read_at = -1

    def url(self, name: str) -> str:
        """Where a built file is served; the plain name when nothing has been built."""
        try:
            changed = self._manifest.stat().st_mtime_ns
        except OSError:
            return f"{self._base}/dist/{name}"
        if changed != self._read_at:
            self._names, self._read_at = json.loads(self._manifest.read_text(encoding="utf-8")), changed
        return f"{self._base}/dist/{self._names.get(name, name)}"


def install(app: Flask) -> None:
    """Give every template its context."""
    assets = Assets(Path(app.static_folder or ""), base=app.static_url_path or "/static")
    app.jinja_env.globals["asset"] = assets.url

    @app.context_processor
    def common() -> dict[str, Any]:
        return {"viewer": g.get("viewer"), "demo": _demo(), "csp_nonce": nonce()}
