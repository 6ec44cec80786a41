"""Coming in and going out; one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask import session as flask_session
from flask_login import LoginManager, UserMixin
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from webapp.context import ORGANISATION_KEY
from webapp.forms import one_line
from webapp.guards import public, signed_in
from webapp.house import house
from webapp.logs import note
from webapp.security import CLEAR_ALL
from webapp.sessions import HouseSession, HouseSessions
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.service.office import SignedIn

blueprint = Blueprint("signin", __name__)
login_manager = LoginManager()
HOME = "/"
"""Leads on to where somebody's work is."""
WRONG = "The e-mail address and the password do not belong together. Check both and try again."


@dataclass(frozen=True, slots=True)
class Signed(UserMixin):  # type: ignore[misc]
    """What Flask-Login is told about a person: only who it is."""

    id: str


def install(app: Flask) -> None:
    """Let Flask-Login find the person that the session belongs to. There is no remember-me cookie."""
    login_manager.session_protection = None  # the session lies on the server and is ended there
    login_manager.init_app(app)
    app.register_blueprint(blueprint)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(person_id: str) -> Signed | None:
    person = g.get("person")
    return Signed(person.id) if person is not None and person.id == person_id else None


def _session() -> HouseSession:
    return cast(HouseSession, flask_session._get_current_object())  # type: ignore[attr-defined]


def _sessions() -> HouseSessions:
    return cast(HouseSessions, current_app.session_interface)


@blueprint.get("/")
@public
def home() -> AnyResponse:
    """The way in: one's work, the board for who is a manager and nothing else, or the sign-in page."""
    if g.person is None:
        return redirect("/sign-in", 303)
    return redirect("/board" if g.viewer.roles == {Role.MANAGER} else "/work", 303)


@blueprint.get("/sign-in")
@public
def sign_in() -> AnyResponse | str:
    """The sign-in form."""
    onward = safe_next(request.args.get("next", ""))
    if g.person is not None:
        return redirect(onward or HOME, 303)
    return _form(onward=onward, said_goodbye="signed_out" in request.args)


@blueprint.post("/sign-in")
@public
def enter() -> AnyResponse:
    """Check name and password, and start a session."""
    email = one_line(request.form.get("email", ""), most=320)
    password = request.form.get("password", "")
    onward = safe_next(request.form.get("next", ""))
    errors = {}
    if not email:
        errors["email"] = "Enter your e-mail address."
    if not password:
        errors |= {"password": "Enter your password."}
    if errors:
        return make_response(_form(email=email, onward=onward, errors=errors), 422)
    answer = house().office.sign_in(email, password, address=request.remote_addr or "")
    if isinstance(answer, SignedIn):
        _sessions().begin(_session(), Signed(answer.person_id))
        return redirect(onward or HOME, 303)
    if answer.wait:
        note("sign_in_limited")
        errors["email"] = f"Too many attempts. Wait {_minutes(answer.wait)}, then try again."
        response = make_response(_form(email=email, onward=onward, errors=errors), 429)
        response.headers["Retry-After"] = str(answer.wait)
        return response
    note("sign_in_refused")
    return make_response(_form(email=email, onward=onward, errors={"email": WRONG}), 422)


@blueprint.post("/sign-out")
@signed_in
def leave() -> AnyResponse:
    """End the session and have the browser forget everything of this site."""
    _sessions().end(_session())
    response = redirect("/sign-in?signed_out=1", 303)
    response.headers["Clear-Site-Data"] = CLEAR_ALL
    return response


@blueprint.get("/account")
@signed_in
def account() -> str:
    """Who I am here."""
    names = dict(g.viewer.organisations)
    held = [
        (names[place], ", ".join(sorted(ROLE_TITLES[role] for role in g.person.roles_in(place)))) for place in names
    ]
    return render_template("account.html", held=held)


@blueprint.get("/organisation")
@signed_in
def organisation() -> str:
    """Choose for which of one's organisations to work."""
    return render_template("organisation.html", errors={})


@blueprint.post("/organisation")
@signed_in
def choose_organisation() -> AnyResponse:
    """Work for another of one's organisations from now on."""
    chosen = request.form.get("organisation", "")
    if chosen not in dict(g.viewer.organisations):
        page = render_template("organisation.html", errors={"organisation": "Choose one of your organisations."})
        return make_response(page, 422)
    flask_session[ORGANISATION_KEY] = chosen
    return redirect(HOME, 303)


def safe_next(target: str) -> str:
    """A local page that exists and may be opened by GET, or nothing."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return ""
    if not all(0x20 < ord(letter) < 0x7F for letter in target) or len(target) > 500:
        return ""
    path, _, query = target.partition("?")
    adapter = current_app.url_map.bind("localhost")
    try:
        endpoint, _arguments = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return ""
    if endpoint in ("static", "signin.sign_in", "signin.home"):
        return ""
    return f"{path}?{query}" if query else path


def _form(
    *, email: str = "", onward: str = "", errors: dict[str, str] | None = None, said_goodbye: bool = False
) -> str:
    return render_template("signin.html", email=email, onward=onward, errors=errors or {}, said_goodbye=said_goodbye)


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "1 minute" if minutes <= 1 else f"{minutes} minutes"


__all__ = ["Response", "blueprint", "install", "safe_next"]
