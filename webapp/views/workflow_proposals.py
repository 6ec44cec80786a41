"""Versions of workflows on their way: written or loaded with every fault named, compared, published by a second person.

No data of any request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.statuses import status_of
from webapp.views.desk import Sent, casework, me, new_id, sent
from webapp.views.showing import counted, long_instant
from webapp.views.workflow_changes import fact_rows, same_titles, sentence, stage_sides
from workflows.core.definition import Definition
from workflows.core.pack_versions import administers
from workflows.core.refusals import NOT_YOURS, Refusal, Refused
from workflows.core.simulated import ASKS, holds_one
from workflows.core.version_changes import VersionDiff, diff
from workflows.core.workflow_versions import answering_refusal
from workflows.definitions.faults import BadDefinition, Fault
from workflows.definitions.lint import check
from workflows.definitions.source import MOST_CHARACTERS
from workflows.service.proposing import Proposal, Proposals
from workflows.service.shown_workflows import latest_before, shown, source_of
from workflows.service.simulation import Simulations

blueprint = Blueprint("workflow_proposals", __name__)

SOURCE = "workflow.yaml"
"""What the text is called in faults."""
MOST_FAULTS = 50
"""So many faults are shown at once; the first ones are often the cause of others."""


def desk() -> Proposals:
    """The proposed versions."""
    return Proposals(house().engine)


# --- Comparing


@blueprint.get("/workflows/<workflow>/<int:version>/changes")
@signed_in
def changes(workflow: str, version: int) -> str:
    """What changed in a published version since another: the one before, or the one that the address names."""
    engine, library = house().engine, casework().library
    after = shown(engine, library, me(), workflow, version)
    since = request.args.get("since", "")
    named = int(since) if since.isascii() and since.isdigit() and len(since) < 9 else None
    before = (
        shown(engine, library, me(), workflow, named)
        if named is not None
        else latest_before(engine, library, me(), workflow, version)
    )
    return render_template(
        "workflows/changes.html",
        definition=after,
        other=before,
        **_compared(diff(before, after) if before else None),
    )


def _compared(found: VersionDiff | None) -> dict[str, object]:
    if found is None:
        return {"found": None}
    return {
        "found": sentence(found),
        "facts": fact_rows(found),
        "stages": stage_sides(found),
        "same": same_titles(found),
        "before_name": f"Version {found.before.ref.version}",
        "after_name": f"Version {found.after.ref.version}",
    }


# --- Proposing


@blueprint.get("/workflows/propose")
@signed_in
def form() -> Response:
    """The page on which a version is written, or loaded from a file."""
    _check_administers()
    return _form_page(Sent({"command_id": new_id()}, status=200))


@blueprint.get("/workflows/<workflow>/<int:version>/propose")
@signed_in
def begin(workflow: str, version: int) -> Response:
    """The same page, beginning as a published version."""
    _check_administers()
    text = source_of(house().engine, me(), workflow, version)
    return _form_page(Sent({"command_id": new_id(), "source": text}, status=200))


@blueprint.post("/workflows/propose")
@signed_in
def propose() -> Response:
    """Check the text, or propose it; nothing is kept of what has a fault, and what was typed stays on the page."""
    _check_administers()
    used = command_id(request.form)
    page = sent("note")
    text = _typed()
    page.values |= {"source": _shown(text), "command_id": new_id()}
    if "check" in request.form:
        page.status = 200
        return _form_page(page, check(text, source=SOURCE), checked=True)
    try:
        number = desk().propose(
            text, source=SOURCE, note=page.get("note"), by=me().id, command_id=used, at=g.now
        )  # fmt: skip
    except BadDefinition as bad:
        return _form_page(page, bad.faults, checked=True)
    except Refused as refused:
        if status_of(refused) == 404 or refused.code == NOT_YOURS:
            raise
        page.errors, page.status = {each.field or "source": each.say for each in refused.refusals}, status_of(refused)
        return _form_page(page)
    flash("It is proposed. Another administrator has to publish it.")
    return redirect(url_for("workflow_proposals.page", number=number), 303)


@blueprint.post("/workflows/check")
@signed_in
def lint() -> Response:
    """What is wrong with the text now, for the page that asks while somebody types. Keeps nothing."""
    _check_administers()
    faults = check(_typed(), source=SOURCE)
    return make_response(render_template("workflows/_faults.html", **_faults(faults)), 200)


def _typed() -> str:
    """The text: of the file where one was chosen, else what was typed. A file that is no text is one fault."""
    file = request.files.get("file")
    if file is not None and file.filename:
        content: bytes = file.read(4 * MOST_CHARACTERS + 4)
        return content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return request.form.get("source", "").replace("\r\n", "\n")


def _shown(text: str) -> str:
    """The text as a page can show it: a character that no page may hold is marked."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)


def _form_page(page: Sent, faults: Sequence[Fault] = (), *, checked: bool = False) -> Response:
    if faults:
        page.errors = {"source": f"The text has {counted(len(faults), 'fault')}. Mend them and send it again."}
        page.status = 422
    body = render_template(
        "workflows/propose.html",
        form=page,
        errors=page.errors,
        checked=checked,
        most=MOST_CHARACTERS,
        **_faults(faults),
    )
    return make_response(body, page.status)


def _faults(faults: Sequence[Fault]) -> dict[str, object]:
    return {
        "rows": [(each.line, each.rule, each.say) for each in faults[:MOST_FAULTS]],
        "count": counted(len(faults), "fault"),
        "more": max(len(faults) - MOST_FAULTS, 0),
    }


def _check_administers() -> None:
    if not administers(me()):
        raise Refused(Refusal(NOT_YOURS, "Only an administrator can propose a version of a workflow."))


# --- One proposal


@blueprint.get("/workflows/proposals/<int:number>")
@signed_in
def page(number: int) -> Response:
    """One proposal: what it changes, who proposed it and why, and the answer."""
    return _page(number, Sent({"command_id": new_id()}, status=200))


def _page(number: int, form: Sent) -> Response:
    found = desk().one(me(), number)
    after = desk().definition(found)
    before = latest_before(house().engine, casework().library, me(), found.workflow, found.version)
    against = answering_refusal(me(), proposed_by=found.proposed_by) if found.open else None
    body = render_template(
        "workflows/proposal.html",
        proposal=found,
        definition=after,
        history=_history(found),
        may_act=administers(me()) and found.open,
        against=against.say if against else "",
        form=form,
        errors=form.errors,
        other=before,
        may_try=holds_one(me(), ASKS),
        tried=[
            (url_for("simulations.page", simulation_id=each.id), long_instant(each.asked_at))
            for each in Simulations(house().engine, casework().library).of_text(found.digest)
        ],
        **_compared(diff(before, after) if before else None),
    )
    return make_response(body, form.status)


def _history(found: Proposal) -> list[dict[str, str]]:
    entries = [_entry("Proposed", found.proposer, found.note, found)]
    if found.answered_at is not None:
        title = "Published" if found.published else "Turned down"
        entries.insert(
            0,
            {
                "title": title,
                "who": found.answerer or "",
                "when_text": long_instant(found.answered_at),
                "when_iso": found.answered_at.isoformat(),
                "text": found.why or "",
            },
        )
    return entries


def _entry(title: str, who: str | None, text: str, found: Proposal) -> dict[str, str]:
    at = found.proposed_at
    return {"title": title, "who": who or "", "when_text": long_instant(at), "when_iso": at.isoformat(), "text": text}


@blueprint.post("/workflows/proposals/<int:number>/publish")
@signed_in
def publish(number: int) -> Response:
    """Publish what was proposed. Not for whoever proposed it."""
    used = command_id(request.form)
    return _act(number, Sent(), lambda: desk().publish(number, by=me().id, command_id=used, at=g.now), published=True)


@blueprint.post("/workflows/proposals/<int:number>/turn-down")
@signed_in
def turn_down(number: int) -> Response:
    """Answer a proposal with no."""
    form, used = sent("why"), command_id(request.form)
    return _act(
        number,
        form,
        lambda: desk().turn_down(number, why=form.get("why"), by=me().id, command_id=used, at=g.now),
        published=False,
    )


def _act(number: int, form: Sent, act: Callable[[], None], *, published: bool) -> Response:
    try:
        act()
    except BadDefinition as bad:
        form.errors = {"": str(bad.faults[0])}
        form.values["command_id"] = new_id()
        return _page(number, form)
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        form.errors = {each.field: each.say for each in refused.refusals}
        form.values["command_id"] = new_id()
        return _page(number, form)
    if published:
        found: Definition = desk().definition(desk().one(me(), number))
        flash(f"Version {found.ref.version} is published. New requests start on it; others keep the version they have.")
        return redirect(url_for("workflows.page", workflow=found.ref.workflow, version=found.ref.version), 303)
    flash("The proposal is turned down. Nothing has changed.")
    return redirect(url_for("workflow_proposals.page", number=number), 303)
