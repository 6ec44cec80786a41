"""Who may enter: every route says so, or the application does not start."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.house import house

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__gatehouse_guard__"
_DEMO = "__gatehouse_demo__"


class Guard(StrEnum):
    """Who may enter a route. What a person may see and do behind it is the rulebook's answer."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    TOKEN = "by token"  # noqa: S105 - a kind of guard


class UnguardedRoute(RuntimeError):
    """A route does not say who may enter."""


def public(view: View) -> View:
    """Anybody may enter."""
    setattr(view, _MARK, Guard.PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Only somebody who is signed in may enter; others are sent to the sign-in page."""
    setattr(view, _MARK, Guard.SIGNED_IN)
    return view


def by_token(view: View) -> View:
    """Only who brings a token may enter, which the operation itself asks for; being signed in gives nothing."""
    setattr(view, _MARK, Guard.TOKEN)
    return view


def entered_by_token(app: Flask) -> bool:
    """Whether the request asked for a route of the API: its caller brings a token in every request."""
    return request.endpoint is not None and guard_of(app, request.endpoint) is Guard.TOKEN


def demo_only(view: View) -> View:
    """Outside the demo this route does not exist. Comes in addition to public or signed_in."""
    setattr(view, _DEMO, True)
    return view


def guard_of(app: Flask, endpoint: str) -> Guard:
    """What a route declares. Raises UnguardedRoute when it declares nothing."""
    if endpoint == "static":
        return Guard.PUBLIC
    guard = getattr(app.view_functions[endpoint], _MARK, None)
    if guard is None:
        raise UnguardedRoute(
            f"The route “{endpoint}” does not say who may enter: mark it @public, @signed_in or @by_token."
        )
    return Guard(guard)


def check_all_guarded(app: Flask) -> None:
    """Refuse to start with an unmarked route."""
    for rule in app.url_map.iter_rules():
        guard_of(app, rule.endpoint)


def enforce(app: Flask) -> Response | None:
    """Before each request: keep out who may not enter. Returns the way to the sign-in page, or None."""
    if request.endpoint is None:
        return None
    if getattr(app.view_functions[request.endpoint], _DEMO, False) and not house().settings.demo:
        abort(404)
    if guard_of(app, request.endpoint) is Guard.SIGNED_IN and g.person is None:
        asked = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
        return redirect(url_for("signin.sign_in", next=asked), 303)
    return None
