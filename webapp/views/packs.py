"""Policy packs: every version, what changed between two, and bringing one into force. No data of any request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.forms import command_id, date_parts, real_date
from webapp.guards import signed_in
from webapp.house import house
from webapp.statuses import status_of
from webapp.views import pack_words as say
from webapp.views.desk import Sent, me, new_id, sent
from webapp.views.showing import long_instant
from workflows.core.pack_versions import Change, PackDiff, administers, answering_refusal, diff
from workflows.core.refusals import Refusal, Refused
from workflows.service import packing
from workflows.service.packing import PackLine
from workflows.service.policy_report import may_read

blueprint = Blueprint("packs", __name__)

DAY = "starts_on"


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the list, in words."""

    number: int
    version: str
    review: Markup
    reviewer: str
    state: Markup
    state_words: str
    holds: str
    count: int


@blueprint.get("/packs")
@signed_in
def listing() -> str:
    """Every version of every pack: reviewed or not, in force or not."""
    groups: dict[str, list[PackLine]] = {}
    for line in packing.shelf(house().engine, at=g.now):
        groups.setdefault(line.pack.ref.pack, []).append(line)
    shown = [(say.pack_name(lines[0].pack), [_row(line) for line in lines]) for lines in groups.values()]
    return render_template("packs/list.html", groups=shown, may_read=may_read(me(), g.viewer.organisation_id))


def _row(line: PackLine) -> Row:
    pack = line.pack
    return Row(
        number=line.number,
        version=pack.ref.version,
        review=say.review_tag(pack, short=True),
        reviewer=say.reviewer_words(pack),
        state=say.state_tag(line),
        state_words=say.state_words(line) if line.since or line.starts or line.proposal else "",
        holds=say.holds_words(pack),
        count=len(pack.items),
    )


@blueprint.get("/packs/<int:number>")
@signed_in
def page(number: int) -> str:
    """One version: where it comes from, what it says, and what became of it."""
    line, _ = _find(number)
    return render_template(
        "packs/page.html",
        line=line,
        name=say.pack_name(line.pack),
        state=say.state_tag(line),
        review=say.review_tag(line.pack),
        unapproved=say.review_words(line.pack) if not line.pack.approved_by else "",
        facts=list(say.facts(line)),
        groups=say.items_by_group(line.pack),
        history=say.told(line.history),
        may_act=administers(me()),
    )


@blueprint.get("/packs/<int:number>/changes")
@signed_in
def changes(number: int) -> Response:
    """What changed since another version; administrators propose and activate it here."""
    return _changes_page(number, _empty())


def _empty() -> Sent:
    return Sent({"command_id": new_id()}, status=200)


def _changes_page(number: int, form: Sent) -> Response:
    line, others = _find(number)
    other = _compared(line, others)
    found = diff(other.pack, line.pack) if other else None
    # Each form on the page is an act of its own, so each has an id of its own.
    ids = {act: str(uuid5(UUID(form.get("command_id")), act)) for act in ("propose", "activate", "turn-down")}
    body = render_template(
        "packs/changes.html",
        line=line,
        name=say.pack_name(line.pack),
        other=other,
        state=say.state_tag(line),
        review=say.review_words(line.pack),
        versions=[(str(each.number), f"{each.pack.ref.version}: {each.pack.title}") for each in others],
        **_compared_views(found),
        **_acts(line),
        form=form,
        errors=form.errors,
        ids=ids,
        day={part: form.get(f"{DAY}-{part}") for part in ("day", "month", "year")},
    )
    return make_response(body, form.status)


def _compared_views(found: PackDiff | None) -> dict[str, object]:
    if found is None:
        return {"found": None}
    return {
        "found": say.changed_sentence(found),
        "facts": say.fact_rows(found),
        "changed": say.changes(found, Change.CHANGED, Change.ADDED, Change.REMOVED),
        "same": say.changes(found, Change.SAME),
    }


def _acts(line: PackLine) -> dict[str, object]:
    """What can be done about the version by who is looking, and what stands against it."""
    proposal = line.proposal
    against: Refusal | None = None
    if proposal is not None:
        against = answering_refusal(me(), proposed_by=proposal.proposed_by)
    elif line.since is not None or line.starts is not None:
        against = Refusal("in_force_already", f"{say.state_words(line)}: there is nothing to propose.")
    return {
        "proposal": proposal,
        "proposed": say.told((proposal,)) if proposal else [],
        "starts": long_instant(proposal.starts_at) if proposal and proposal.starts_at else "",
        "against": against.say if against else "",
        "may_act": administers(me()),
    }


def _find(number: int) -> tuple[PackLine, list[PackLine]]:
    """A version and the others of the same pack, newest first. Not found where there is none."""
    lines = packing.shelf(house().engine, at=g.now)
    line = next((each for each in lines if each.number == number), None)
    if line is None:
        abort(404)
    return line, [each for each in lines if each.pack.ref.pack == line.pack.ref.pack and each is not line]


def _compared(line: PackLine, others: list[PackLine]) -> PackLine | None:
    """The version to compare with: the one asked for, else the one in force, else the one before, else any."""
    asked = request.args.get("since", "")
    if asked:
        found = next((each for each in others if str(each.number) == asked), None)
        if found is None:
            abort(404)
        return found
    in_force = [each for each in others if each.since is not None]
    before = [each for each in others if each.pack.effective_from <= line.pack.effective_from]
    return next(iter([*in_force, *before, *others]), None)


@blueprint.post("/packs/<int:number>/propose")
@signed_in
def propose(number: int) -> Response:
    """Propose that the version comes into force."""
    line, _ = _find(number)
    form = sent("note")
    parts = date_parts(request.form, DAY)
    form.values |= {f"{DAY}-{part}": value for part, value in parts.items()}
    used = command_id(request.form)
    day: date | None = None
    try:
        day = real_date(parts)
    except ValueError as wrong:
        form.errors[DAY] = str(wrong)
        return _again(number, form)
    return _act(
        number,
        form,
        lambda: packing.propose(
            house().engine, line.pack.ref, by=me().id, note=form.get("note"), starts_on=day, command_id=used, at=g.now
        ),
        done=f"{line.pack.ref} is proposed. Another administrator has to activate it.",
    )


@blueprint.post("/packs/<int:number>/activate")
@signed_in
def activate(number: int) -> Response:
    """Bring the proposed version into force. Not for whoever proposed it."""
    line, _ = _find(number)
    used = command_id(request.form)
    return _act(
        number,
        Sent(),
        lambda: packing.activate(house().engine, line.pack.ref, by=me().id, command_id=used, at=g.now),
        done=f"{line.pack.ref} is activated. Requests sent before keep the version that they were sent under.",
    )


@blueprint.post("/packs/<int:number>/turn-down")
@signed_in
def turn_down(number: int) -> Response:
    """Answer the proposal with no."""
    line, _ = _find(number)
    form = sent("why")
    used = command_id(request.form)
    return _act(
        number,
        form,
        lambda: packing.turn_down(
            house().engine, line.pack.ref, by=me().id, why=form.get("why"), command_id=used, at=g.now
        ),
        done=f"The proposal of {line.pack.ref} is turned down.",
    )


def _act(number: int, form: Sent, act: Callable[[], None], *, done: str) -> Response:
    """Do it and go to the version, or show the form again. Raises Refused for who may not."""
    try:
        act()
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        form.errors = {each.field: each.say for each in refused.refusals}
        return _again(number, form)
    flash(done)
    return redirect(url_for("packs.page", number=number), 303)


def _again(number: int, form: Sent) -> Response:
    form.values["command_id"] = new_id()
    return _changes_page(number, form)
