"""Filters of the board by name: save the one that applies now, open one, remove one."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp.forms import command_id, one_line
from webapp.guards import signed_in
from webapp.house import house
from webapp.views import board_filters as filter_words
from webapp.views.board import managed_place
from webapp.views.desk import Sent, me, new_id
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.service.saved_filters import SavedFilters

blueprint = Blueprint("board_saved", __name__)


@blueprint.get("/board/saved")
@signed_in
def page() -> Response:
    """Name the filter that the address holds; and what was saved before."""
    filter_words.of_address(request.args)
    return _page(Sent({"command_id": new_id()}, status=200))


def _page(form: Sent) -> Response:
    filters, group = filter_words.of_address(request.values)
    body = render_template(
        "board/saved.html",
        form=form,
        errors=form.errors,
        kept=filter_words.kept(filters, group),
        board_url=filter_words.url(filters, group),
        saved=filter_words.saved_links(SavedFilters(house().engine).of(me(), managed_place())),
    )
    return make_response(body, form.status)


@blueprint.post("/board/saved")
@signed_in
def save() -> Response:
    """Keep the filter under a name."""
    form = Sent({"command_id": command_id(request.form), "name": one_line(request.form.get("name", ""), most=200)})
    try:
        filters, group = filter_words.read(request.form)
    except filter_words.BadFilter:
        raise BadRequest from None
    try:
        SavedFilters(house().engine).save(
            me(),
            managed_place(),
            filter_id=form.get("command_id"),
            name=form.get("name"),
            filters=filter_words.kept(filters, group),
            now=g.now,
        )
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        form.errors = {each.field: each.say for each in refused.refusals}
        return _page(form)
    flash(f"The filter was saved as “{form.get('name')}”.")
    return redirect(filter_words.url(filters, group), 303)


@blueprint.post("/board/saved/<uuid:filter_id>/remove")
@signed_in
def remove(filter_id: uuid.UUID) -> Response:
    """Forget a filter."""
    SavedFilters(house().engine).remove(me(), str(filter_id))
    flash("The filter was removed.")
    return redirect(url_for("board_saved.page"), 303)
