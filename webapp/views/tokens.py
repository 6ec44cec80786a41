"""Tokens for other systems: one's own, and those of the accounts of systems, which an administrator minds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import command_id, one_line
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import me, new_id
from webapp.views.showing import long_instant
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.core.principals import SERVICE_ROLES
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.core.scopes import SERVICE_SCOPES, Scope
from workflows.service.tokens import AccountRow, MadeToken, TokenRow, Tokens

blueprint = Blueprint("tokens", __name__)

SCOPES: Mapping[Scope, str] = {
    Scope.READ: "Look at requests, lists, clocks and notifications",
    Scope.REQUEST: "Make requests, and do what a requester does",
    Scope.WORK: "Check consent, advise, decide and share, as far as your roles go",
    Scope.MANAGE: "Chase, reassign and give more time",
    Scope.EVENTS: "Read what has happened to requests of the organisation",
}
OF_SYSTEMS: Mapping[Scope, str] = {**SCOPES, Scope.MANAGE: "Chase what is overdue"}
"""For the account of a system, to which less is open."""
DAYS: Mapping[str, str] = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
USUAL_DAYS = "90"


def _tokens() -> Tokens:
    return Tokens(house().engine)


@blueprint.get("/account/tokens")
@signed_in
def page() -> str:
    """My tokens."""
    return render_template("tokens/list.html", rows=[_row(each) for each in _tokens().mine(me())], ids=_ids())


def _ids() -> Callable[[], str]:
    return new_id


def _row(token: TokenRow, *, account: AccountRow | None = None) -> dict[str, Any]:
    """``account``: the system that it is for, whose end is its end."""
    state = f"Until {long_instant(token.expires_at)}"
    over = account is not None and account.disabled_at is not None
    if over:
        state = "No more: the account was ended"
    if token.revoked_at is not None:
        state = f"Revoked on {long_instant(token.revoked_at)}"
    elif token.over:
        state = f"Ended on {long_instant(token.expires_at)}"
    return {
        "id": token.id,
        "name": token.name,
        "ending": f"…{token.ending}",
        "organisation": token.organisation,
        "scopes": [_scope_words(Scope(each), of_system=account is not None) for each in token.scopes],
        "state": state,
        "living": token.living and not over,
        "made": f"{long_instant(token.made_at)} by {token.made_by}",
        "used": long_instant(token.last_used_at) if token.last_used_at else "never",
    }


def _scope_words(scope: Scope, *, of_system: bool) -> str:
    """What it allows, and the name by which the API calls it."""
    return f"{(OF_SYSTEMS if of_system else SCOPES)[scope]} ({scope.value})"


@blueprint.get("/account/tokens/new")
@signed_in
def new() -> Response:
    """The form for a token of mine."""
    return _form({"organisation": g.viewer.organisation_id, "days": USUAL_DAYS}, [], {}, 200)


def _form(
    values: Mapping[str, str], scopes: list[str], errors: dict[str, str], status: int, *, account: str = ""
) -> Response:
    # Events are for administrators and for the accounts of systems: to others it would be an empty promise.
    hers = frozenset(Scope) if me().organisations_as(Role.ADMINISTRATOR) else frozenset(Scope) - {Scope.EVENTS}
    offered = SERVICE_SCOPES if account else hers
    body = render_template(
        "tokens/form.html",
        values=values,
        scopes=scopes,
        errors=errors,
        command_id=values.get("command_id") or new_id(),
        account=account,
        organisations=[] if account else list(g.viewer.organisations),
        scope_options=[(each.value, _scope_words(each, of_system=bool(account))) for each in SCOPES if each in offered],
        day_options=list(DAYS.items()),
    )
    return make_response(body, status)


def _sent() -> tuple[dict[str, str], list[str], int]:
    values = {name: one_line(request.form.get(name, ""), most=300) for name in ("name", "organisation", "days")}
    values["command_id"] = command_id(request.form)
    return values, request.form.getlist("scopes"), int(values["days"]) if values["days"] in DAYS else 0


@blueprint.post("/account/tokens/new")
@signed_in
def add() -> Response:
    """Make it; it is shown on this page and never again."""
    values, scopes, days = _sent()

    def make() -> MadeToken:
        return _tokens().add(
            me(), values["organisation"], name=values["name"], scopes=scopes, days=days,
            command_id=values["command_id"], now=g.now,
        )  # fmt: skip

    return _made(make, values, scopes, back=url_for("tokens.page"))


def _made(
    make: Callable[[], MadeToken], values: dict[str, str], scopes: list[str], *, back: str, account: str = ""
) -> Response:
    try:
        made = make()
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        errors = {each.field or "name": each.say for each in refused.refusals}
        return _form(values, scopes, errors, 422, account=account)
    return make_response(render_template("tokens/secret.html", name=values["name"], token=made.token, leads_back=back))


@blueprint.post("/account/tokens/<uuid:token_id>/revoke")
@signed_in
def revoke(token_id: uuid.UUID) -> Response:
    """Nobody comes with it any more."""
    _tokens().revoke(me(), str(token_id), command_id=command_id(request.form), now=g.now)
    flash("The token was revoked. Nobody can come with it any more.")
    account = request.form.get("account", "")
    known = {each.id for each in _administered()}
    to = url_for("tokens.account", account_id=account) if account in known else url_for("tokens.page")
    return redirect(to, 303)


def _administered() -> Iterable[AccountRow]:
    return _tokens().accounts(me(), g.viewer.organisation_id) if g.viewer.administers else ()


# Accounts of systems


@blueprint.get("/organisation/systems")
@signed_in
def accounts() -> str:
    """The accounts of the systems of the organisation that I administer."""
    found = _tokens().accounts(me(), g.viewer.organisation_id)
    return render_template("tokens/accounts.html", rows=[_account_row(each) for each in found])


def _account_row(account: AccountRow) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "roles": ", ".join(title for role, title in ROLE_TITLES.items() if role.value in account.roles),
        "ended": f"Ended on {long_instant(account.disabled_at)}" if account.disabled_at else "",
        "used": long_instant(account.last_used_at) if account.last_used_at else "never",
    }


@blueprint.get("/organisation/systems/new")
@signed_in
def new_account() -> Response:
    """The form for another system."""
    _tokens().accounts(me(), g.viewer.organisation_id)
    return _account_form({}, [], {}, 200)


def _account_form(values: Mapping[str, str], roles: list[str], errors: dict[str, str], status: int) -> Response:
    body = render_template(
        "tokens/account_form.html",
        values=values,
        roles=roles,
        errors=errors,
        command_id=values.get("command_id") or new_id(),
        role_options=[(role.value, title) for role, title in ROLE_TITLES.items() if role in SERVICE_ROLES],
    )
    return make_response(body, status)


@blueprint.post("/organisation/systems/new")
@signed_in
def add_account() -> Response:
    """Add the account of a system."""
    values = {name: one_line(request.form.get(name, ""), most=300) for name in ("name", "email")}
    values["command_id"], roles = command_id(request.form), request.form.getlist("roles")
    try:
        account_id = _tokens().add_account(
            me(), g.viewer.organisation_id, name=values["name"], email=values["email"], roles=roles,
            command_id=values["command_id"], now=g.now,
        )  # fmt: skip
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        return _account_form(values, roles, {each.field or "name": each.say for each in refused.refusals}, 422)
    flash("The account was added. Now make a token for it.")
    return redirect(url_for("tokens.account", account_id=account_id), 303)


@blueprint.get("/organisation/systems/<uuid:account_id>")
@signed_in
def account(account_id: uuid.UUID) -> str:
    """One system and its tokens."""
    found, tokens = _tokens().account(me(), g.viewer.organisation_id, str(account_id))
    return render_template(
        "tokens/account.html",
        account=_account_row(found),
        rows=[_row(each, account=found) for each in tokens],
        ids=_ids(),
    )


@blueprint.get("/organisation/systems/<uuid:account_id>/tokens/new")
@signed_in
def new_account_token(account_id: uuid.UUID) -> Response:
    """The form for a token of a system."""
    found, _ = _tokens().account(me(), g.viewer.organisation_id, str(account_id))
    return _form({"days": USUAL_DAYS}, [], {}, 200, account=found.id)


@blueprint.post("/organisation/systems/<uuid:account_id>/tokens/new")
@signed_in
def add_account_token(account_id: uuid.UUID) -> Response:
    """Make a token for a system."""
    values, scopes, days = _sent()

    def make() -> MadeToken:
        return _tokens().add_account_token(
            me(), g.viewer.organisation_id, str(account_id), name=values["name"], scopes=scopes, days=days,
            command_id=values["command_id"], now=g.now,
        )  # fmt: skip

    back = url_for("tokens.account", account_id=account_id)
    return _made(make, values, scopes, back=back, account=str(account_id))


@blueprint.post("/organisation/systems/<uuid:account_id>/end")
@signed_in
def end_account(account_id: uuid.UUID) -> Response:
    """Nobody comes as this system any more."""
    _tokens().end_account(
        me(), g.viewer.organisation_id, str(account_id), command_id=command_id(request.form), now=g.now
    )  # fmt: skip
    flash("The account was ended. None of its tokens counts any more; its requests stay as they are.")
    return redirect(url_for("tokens.accounts"), 303)
