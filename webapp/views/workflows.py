"""Workflows: every published version, and one of them in words. No data of any request."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.case_cards import Row, row
from webapp.views.desk import casework, me
from webapp.views.showing import counted, long_instant, tag_markup
from webapp.views.workflow_words import stages
from workflows.core.definition import Definition
from workflows.core.pack_versions import administers
from workflows.core.refusals import not_found
from workflows.service.library import Library
from workflows.service.proposing import Proposal, Proposals
from workflows.service.shown_workflows import Listed, shown, versions

blueprint = Blueprint("workflows", __name__)


@blueprint.get("/workflows")
@signed_in
def listing() -> str:
    """Every published version of every workflow, the newest first."""
    groups: dict[str, list[Listed]] = {}
    for line in versions(house().engine, me()):
        groups.setdefault(line.workflow, []).append(line)
    return render_template(
        "workflows/list.html",
        groups=[_group(lines) for lines in groups.values()],
        proposals=[_proposed(each) for each in Proposals(house().engine).every(me())],
        may_act=administers(me()),
    )


def _group(lines: list[Listed]) -> dict[str, object]:
    """One workflow: its newest version tells what it is called."""
    newest = _definition(lines[0].workflow, lines[0].version)
    return {
        "title": newest.title,
        "summary": newest.summary,
        "rows": [_line(each, newest=each is lines[0]) for each in lines],
    }


def _proposed(found: Proposal) -> list[object]:
    here = url_for("workflow_proposals.page", number=found.number)
    link = Markup('<a class="govuk-link" href="{}">{}: {} version {}</a>')
    answer = "Waits for another administrator"
    if found.answered_at is not None:
        words = "Published" if found.published else "Turned down"
        answer = f"{words} by {found.answerer}, {long_instant(found.answered_at)}"
    return [
        link.format(here, found.number, found.workflow, found.version),
        f"{long_instant(found.proposed_at)}, by {found.proposer}",
        answer,
    ]


def _line(line: Listed, *, newest: bool) -> list[object]:
    here = url_for("workflows.page", workflow=line.workflow, version=line.version)
    link = Markup('<a class="govuk-link" href="{}">Version {}<span class="govuk-visually-hidden"> of {}</span></a>')
    return [
        link.format(here, line.version, line.workflow),
        Markup('{}<br><span class="gh-muted">by {}</span>').format(long_instant(line.published_at), _by(line)),
        tag_markup("completed", "New requests start on it") if newest else "Only requests that began on it",
        line.open_cases,
    ]


def _by(line: Listed) -> str:
    return line.publisher or "whoever runs this service"


def _definition(workflow: str, version: int) -> Definition:
    return shown(house().engine, _library(), me(), workflow, version)


def _library() -> Library:
    return casework().library


@blueprint.get("/workflows/<workflow>/<int:version>")
@signed_in
def page(workflow: str, version: int) -> str:
    """One version: what it is, its stages, times and ladders, and what else there is to see of it."""
    definition = _definition(workflow, version)
    lines = [each for each in versions(house().engine, me()) if each.workflow == workflow]
    line = next((each for each in lines if each.version == version), None)
    if line is None:
        raise not_found()
    return render_template(
        "workflows/version.html",
        definition=definition,
        facts=_facts(definition, line, newest=line is lines[0]),
        stages=stages(definition),
        others=[each for each in lines if each is not line],
        may_act=administers(me()),
    )


def _facts(definition: Definition, line: Listed, *, newest: bool) -> list[Row]:
    return [
        row("Name in files", Markup("<code>{}</code>").format(definition.ref.workflow)),
        row("New requests", "start on this version" if newest else "start on a newer version"),
        row("Open requests on it", counted(line.open_cases, "request")),
        row("Published", f"{long_instant(line.published_at)}, by {_by(line)}"),
        row("Policy packs", list(definition.packs)),
        row("Fingerprint (SHA-256)", Markup('<code class="gh-break">{}</code>').format(definition.ref.digest)),
    ]
