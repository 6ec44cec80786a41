"""What would change? A version of a workflow tried on past and open requests, before it is published.

An administrator asks for it, managers and auditors read it too. Nothing of what a request says is ever shown: its
reference, titles of stages, roles and dates, and a link where who is looking may open the request.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.exports import Value, as_csv
from webapp.forms import command_id, date_parts, real_date
from webapp.guards import signed_in
from webapp.house import house
from webapp.live import Live, answer, live
from webapp.statuses import status_of
from webapp.views import charts
from webapp.views import simulation_words as words
from webapp.views.desk import Sent, casework, me, new_id, page_number, sent
from webapp.views.showing import long_instant, tag_markup
from workflows.core.definition import Urgency
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.core.simulated import ASKS, KINDS, MOST, READS, READS_REFERENCES, Chosen, Kind, holds_one
from workflows.core.simulating_report import Ranked, Summary
from workflows.service.proposing import Proposals
from workflows.service.simulation import Found, Run, Simulations, Version

blueprint = Blueprint("simulations", __name__)

SECONDS = 3
"""How often a run that is under way is looked at again."""
HIDDEN = "A request of other organisations"
PROPOSAL = "_proposal"
"""Stands for a workflow's name where a version is only proposed; no workflow can be called so."""
KIND = "result,due,route,decider,refused,dead_end"


def desk() -> Simulations:
    """The simulations."""
    return Simulations(house().engine, casework().library)


def _organisations() -> dict[str, str]:
    return {each.id: each.name for each in desk().organisations()}


# --- Asking


@blueprint.get("/workflows/simulations")
@signed_in
def listing() -> str:
    """Every run, the newest first."""
    return _list(url_for("simulations.listing"))


@blueprint.get("/workflows/<workflow>/<int:version>/simulations")
@signed_in
def of_version(workflow: str, version: int) -> str:
    """The runs that tried the text of one published version: what publishing it could rest on."""
    found = _version(workflow, version)
    there = url_for("simulations.of_version", workflow=workflow, version=version)
    return _list(there, found)


def _version(workflow: str, version: int) -> Version:
    """A published version, for who may read simulations. Raises Refused (NOT_FOUND)."""
    found = [each for each in desk().versions() if (each.workflow, each.version) == (workflow, version)]
    if not found or not holds_one(me(), READS):
        raise Refused(Refusal(NOT_FOUND, "There is no such version."))
    return found[0]


def _list(there: str, of: Version | None = None) -> str:
    page = page_number()
    runs, more = desk().listing(me(), page=page, digest=of.digest if of else "")
    return render_template(
        "workflows/simulations.html",
        rows=[_line(each) for each in runs],
        of=of,
        may_ask=holds_one(me(), ASKS),
        pages={
            "previous_url": f"{there}?page={page - 1}" if page > 1 else None,
            "next_url": f"{there}?page={page + 1}" if more else None,
        },
    )


def _line(run: Run) -> dict[str, Any]:
    return {
        "number": run.number,
        "url": url_for("simulations.page", simulation_id=run.id),
        "title": words.title_of(run),
        "published": long_instant(run.published_at) if run.published_at else "Not published",
        "asked": f"{run.asker}, {long_instant(run.asked_at)}",
        "state": tag_markup(*words.STATES[run.state]),
        "done": f"{run.done:,} of {run.total:,}" if run.under_way else words.counted_many(run.done),
    }


@blueprint.get("/workflows/simulations/new")
@signed_in
def new() -> Response:
    """The form: which text, and which requests."""
    _check_asks()
    return _form(Sent(_fresh(), status=200))


@blueprint.get("/workflows/<workflow>/<int:version>/simulate")
@signed_in
def new_of_version(workflow: str, version: int) -> Response:
    """The form for a published version."""
    _check_asks()
    _version(workflow, version)
    return _form(Sent({**_fresh(), "version": f"{workflow}/{version}"}, status=200))


@blueprint.get("/workflows/proposals/<int:number>/simulate")
@signed_in
def new_of_proposal(number: int) -> Response:
    """The form for a version that waits to be published."""
    _check_asks()
    found = Proposals(house().engine).one(me(), number)
    return _form(Sent({**_fresh(), "version": f"{PROPOSAL}/{found.number}"}, status=200))


def _fresh() -> dict[str, str]:
    return {"command_id": new_id(), "most": f"{min(MOST, 10_000)}"}


def _check_asks() -> None:
    if not holds_one(me(), ASKS):
        raise Refused(Refusal(NOT_YOURS, "Only an administrator can try a version on past requests."))


def _form(form: Sent, faults: Iterable[tuple[str, str]] = ()) -> Response:
    errors = [*form.errors.items(), *faults]
    body = render_template(
        "workflows/simulate.html",
        form=form,
        errors=errors,
        of=dict(reversed(errors)),
        versions=[("", "A file, chosen below"), *_versions()],
        organisations=[("", "Any"), *_organisations().items()],
        urgencies=[("", "Any"), *((each.value, each.value.capitalize()) for each in Urgency)],
        packs=[("", "Each its own"), *((each, each) for each in desk().packs())],
        states=[("", "Both"), ("open", "Open"), ("closed", "Closed")],
        most=words.most_words(),
        dates={
            name: {part: form.get(f"{name}-{part}") for part in ("day", "month", "year")} for name in ("since", "until")
        },
    )
    return make_response(body, form.status)


def _versions() -> list[tuple[str, str]]:
    proposed = [
        (f"{PROPOSAL}/{each.number}", f"{each.workflow}, version {each.version} (proposal {each.number})")
        for each in Proposals(house().engine).every(me())
        if each.open
    ]
    return proposed + [
        (
            f"{each.workflow}/{each.version}",
            f"{each.workflow}, version {each.version}{' (new requests start on it)' if each.latest else ''}",
        )
        for each in desk().versions()
    ]


@blueprint.post("/workflows/simulations")
@signed_in
def ask() -> Response:
    """Have a text tried in the background. Nothing is kept when anything is wrong with it."""
    _check_asks()
    form, used = sent("version", "state", "urgency", "organisation", "most", "pack"), command_id(request.form)
    form.values["command_id"] = new_id()
    chosen, source = _chosen(form), _source(form)
    if form.errors:
        return _form(form)
    try:
        run = desk().ask(me(), source, chosen, run_id=used, at=g.now)
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        return _form(form, [(each.field, each.say) for each in refused.refusals])
    return redirect(url_for("simulations.page", simulation_id=run.id), 303)


def _chosen(form: Sent) -> Chosen:
    days = {}
    for name in ("since", "until"):
        parts = date_parts(request.form, name)
        form.values |= {f"{name}-{part}": value for part, value in parts.items()}
        try:
            days[name] = real_date(parts)
        except ValueError as wrong:
            form.errors[name] = str(wrong)
    most, urgency = form.get("most"), form.get("urgency")
    if not (most.isascii() and most.isdigit() and len(most) < 7):
        form.errors["most"] = f"Write a whole number from 1 to {MOST:,}."
    if urgency not in ("", *Urgency):
        form.errors["urgency"] = "Choose an urgency, or any."
    if form.get("state") not in ("", "open", "closed"):
        form.errors["state"] = "Choose open, closed, or both."
    if form.get("organisation") not in ("", *_organisations()):
        form.errors["organisation"] = "Choose an organisation, or any."
    if form.errors:
        return Chosen()
    return Chosen(
        since=days["since"],
        until=days["until"],
        state=form.get("state"),
        urgency=Urgency(urgency) if urgency else None,
        organisation=form.get("organisation"),
        most=int(most),
        pack=form.get("pack"),
    )


def _source(form: Sent) -> str:
    """The text to try: that of a published or proposed version, or of a file."""
    file = request.files.get("file")
    there = file is not None and bool(file.filename)
    workflow, _, version = form.get("version").partition("/")
    if there == bool(version):
        form.errors["file"] = "Choose a version or a file, one of the two."
        return ""
    if version:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        try:
            if workflow == PROPOSAL:
                return Proposals(house().engine).one(me(), number).source
            return desk().source(workflow, number)
        except Refused:
            form.errors["version"] = "Choose a version from the list."
            return ""
    assert file is not None
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError:
        form.errors["file"] = "The file is not text. Choose the YAML file of a workflow."
        return ""


@blueprint.post("/workflows/simulations/<uuid:simulation_id>/again")
@signed_in
def again(simulation_id: uuid.UUID) -> Response:
    """The same once more."""
    run = desk().again(me(), str(simulation_id), run_id=command_id(request.form), at=g.now)
    flash("It runs again, on the requests as they are now.")
    return redirect(url_for("simulations.page", simulation_id=run.id), 303)


# --- Reading


@blueprint.get("/workflows/simulations/<uuid:simulation_id>")
@signed_in
def page(simulation_id: uuid.UUID) -> Response | str:
    """How far it is, and what it found. It looks again by itself while it is under way."""
    run = desk().one(me(), str(simulation_id))
    shown = _live(run)
    return answer(shown) or render_template(
        "workflows/simulation.html",
        run=run,
        title=words.title_of(run),
        live=shown,
        may_ask=holds_one(me(), ASKS),
        may_export=holds_one(me(), READS_REFERENCES) and run.summary is not None,
        command_id=new_id(),
        chosen=words.chosen_words(run.chosen, _organisations()),
        asked=f"{run.asker}, {long_instant(run.asked_at)}",
        published=long_instant(run.published_at) if run.published_at else "",
    )


def _live(run: Run) -> Live:
    parts = {"progress": "workflows/_simulation_progress.html", "report": "workflows/_simulation_report.html"}
    found = live(
        parts,
        [run.state, run.done, run.total, run.silent],
        url=url_for("simulations.page", simulation_id=run.id),
        run=run,
        state=tag_markup(*words.STATES[run.state]),
        why=words.WHY.get(run.why, ""),
        nothing=words.NOTHING_KEPT,
        ended=long_instant(run.ended_at) if run.ended_at else "",
        report=_report(run, run.summary) if run.summary is not None else None,
    )
    return replace(found, seconds=SECONDS)


def _report(run: Run, found: Summary) -> dict[str, Any]:
    organisations = _organisations()
    shown = _shower([each for _, top in found.top for each in top])
    bars = [(KINDS[kind][0], number, "late" if kind is Kind.RESULT else "whole") for kind, number in found.kinds]
    return {
        "said": words.said(found),
        "any": bool(found.requests),
        "chart": charts.bars(bars, key="differences", title="How many requests would have gone otherwise"),
        "kinds": [(KINDS[kind][0], KINDS[kind][1], f"{number:,}") for kind, number in found.kinds],
        "results": words.result_rows(found),
        "routes": [(before, after, f"{number:,}") for before, after, number in found.routes],
        "unmanned": [
            (organisations.get(each.holder, each.holder), each.stage, each.who, f"{each.came:,}")
            for each in found.unmanned
        ],
        "partial": words.partial_words(found),
        "head": words.HEAD,
        "top": [
            {
                "title": KINDS[kind][0],
                "means": KINDS[kind][1],
                "number": found.count(kind),
                "rows": [_row(each, shown) for each in top],
                "url": url_for("simulations.listed", simulation_id=run.id, kind=kind.value),
            }
            for kind, top in found.top
            if top
        ],
    }


def _shower(rows: list[Ranked] | list[Found]) -> dict[str, str | Markup]:
    """How each request is shown: its reference, as a link for who may open it."""
    return {
        each: Markup('<a class="govuk-link" href="{}">{}</a>').format(
            url_for("cases.page", case_id=each), one.reference
        )
        if one.opens
        else one.reference or HIDDEN
        for each, one in desk().shown(me(), rows).items()
    }  # fmt: skip


def _row(each: Ranked | Found, shown: dict[str, str | Markup]) -> tuple[str | Markup, ...]:
    found = each.difference
    note = words.note_words(found, open_now=each.open)
    return shown[each.case_id], found.stage or "–", words.before_words(found), words.after_words(found), note or "–"


@blueprint.get(f"/workflows/simulations/<uuid:simulation_id>/<any({KIND}):kind>")
@signed_in
def listed(simulation_id: uuid.UUID, kind: str) -> str:
    """Every request that differs in one way, a page at a time."""
    number, wanted = page_number(), Kind(kind)
    run = desk().one(me(), str(simulation_id))
    rows, more = desk().found(me(), run.id, wanted, page=number)
    shown = _shower(rows)
    there = url_for("simulations.listed", simulation_id=run.id, kind=kind)
    return render_template(
        "workflows/simulation_kind.html",
        run=run,
        title=KINDS[wanted][0],
        means=KINDS[wanted][1],
        about=words.title_of(run),
        head=words.HEAD,
        rows=[_row(each, shown) for each in rows],
        pages={
            "previous_url": f"{there}?page={number - 1}" if number > 1 else None,
            "next_url": f"{there}?page={number + 1}" if more else None,
            "words": f"Page {number}" if number > 1 or more else None,
        },
    )


@blueprint.post("/workflows/simulations/<uuid:simulation_id>/export")
@signed_in
def export(simulation_id: uuid.UUID) -> Response:
    """Every difference as a file: references, titles and dates. That somebody took it is put on record first."""
    run = desk().one(me(), str(simulation_id))
    found = desk().export(me(), run.id, command_id=command_id(request.form), at=g.now)
    head: list[Value] = ["What would change", *words.HEAD]
    rows: list[list[Value]] = [head]
    rows += [
        [
            KINDS[kind][0], each.reference, each.difference.stage, words.before_words(each.difference),
            words.after_words(each.difference), words.note_words(each.difference, open_now=each.open),
        ]
        for kind, some in found
        for each in some
    ]  # fmt: skip
    file = Response(as_csv(rows), content_type="text/csv; charset=utf-8")
    file.headers["Content-Disposition"] = f'attachment; filename="simulation-{run.number}.csv"'
    return file
