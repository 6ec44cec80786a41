"""Sessions: a random id in a cookie, everything else in PostgreSQL.

Who is not signed in has no row: the cookie's id alone gives, under the secret key, the token that forms need,
so looking at the sign-in page writes nothing. Signing in starts a row under a new id. Saving never brings back
a session that was ended meanwhile.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Any, cast

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from flask_login import login_user, logout_user
from werkzeug.datastructures import CallbackDict

from webapp.house import House
from webapp.logs import note
from workflows.service.office import Visit
from workflows.service.unit_of_work import Busy, Unavailable

_ID = re.compile(r"[as]-[A-Za-z0-9_-]{43}")
_VISITOR, _SIGNED_IN = "a-", "s-"
CSRF_KEY = "csrf_token"
NO_SESSION = ("/static/", "/health/", "/calendar/", "/api/v1/")
"""Where no page needs to know who asks."""


LOOK_AGAIN = "X-Look-Again"
"""The header with which a page's script asks whether the page has changed: nobody's act."""


def looks_again(asked: Request) -> bool:
    """Whether a page's script asks, and not a person."""
    return asked.method == "GET" and LOOK_AGAIN in asked.headers


class HouseSession(CallbackDict[str, Any], SessionMixin):
    """The session of one request. ``visit`` is None for somebody who is not signed in."""

    def __init__(self, session_id: str, data: dict[str, Any], *, visit: Visit | None = None, fresh: bool) -> None:
        def changed(_: Any) -> None:
            self.modified = self.used = True

        super().__init__(data, changed)
        self.id = session_id
        self.visit = visit
        self.new = fresh
        self.ended = False
        self.modified = False
        # Flask marks a session as accessed whenever anybody looks at it; we mean: its content was wanted.
        self.used = False
        self.nowhere = False
        self.failed: Exception | None = None

    @property
    def signed_in(self) -> bool:
        """True when the session belongs to a person."""
        return self.id.startswith(_SIGNED_IN)

    def __getitem__(self, key: str) -> Any:
        self.used = True
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        self.used = True
        return super().get(key, default)


class HouseSessions(SessionInterface):
    """Loads, saves, begins and ends sessions through the office."""

    def __init__(self, house: House) -> None:
        self._office = house.office
        self._secret = house.settings.secret_key.encode()
        self._secure = house.settings.base_url.startswith("https://")
        self.cookie = "__Host-sid" if self._secure else "sid"

    def open_session(self, app: Flask, request: Request) -> HouseSession:
        """The session a request belongs to; a failing database is told later, by the first hook."""
        given = request.cookies.get(self.cookie, "")
        if request.path.startswith(NO_SESSION):
            session = self._visitor()
            session.nowhere = True
            return session
        if not _ID.fullmatch(given):
            return self._visitor()
        if given.startswith(_VISITOR):
            return self._visitor(given)
        try:
            visit = self._office.visit(given, used=not looks_again(request))
        except (Unavailable, Busy) as fault:
            session = self._visitor()
            session.failed = fault
            return session
        if visit is None:
            return self._visitor()
        return HouseSession(given, dict(visit.data), visit=visit, fresh=False)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed and send the cookie where it is new."""
        session = cast(HouseSession, session)
        if session.failed is not None or session.nowhere:
            return
        if session.signed_in and session.modified and not session.ended:
            try:
                self._office.save_session(session.id, dict(session))
            except (Unavailable, Busy):
                note("session_not_saved")
        if session.used:
            response.vary.add("Cookie")
        if session.ended:
            response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")
        elif session.new and session.used:
            response.set_cookie(self.cookie, session.id, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def begin(self, session: HouseSession, person: Any) -> None:
        """Sign a person in under a new id and with a new form token. Raises Unavailable."""
        before, session.id = session.id, _SIGNED_IN + secrets.token_urlsafe(32)
        session.clear()
        session[CSRF_KEY] = secrets.token_hex(32)
        login_user(person)
        self._office.begin_session(
            session.id,
            person_id=person.get_id(),
            data=dict(session),
            ends=before if before.startswith(_SIGNED_IN) else "",
        )
        session.new, session.modified = True, False

    def end(self, session: HouseSession) -> None:
        """Sign out: the row is deleted, the cookie too. Raises Unavailable."""
        if session.signed_in:
            self._office.end_session(session.id)
        logout_user()
        session.clear()
        session.ended = True

    def _visitor(self, given: str = "") -> HouseSession:
        session_id = given or _VISITOR + secrets.token_urlsafe(32)
        token = hmac.new(self._secret, b"form token:" + session_id.encode(), hashlib.sha256).hexdigest()
        return HouseSession(session_id, {CSRF_KEY: token}, fresh=not given)
