"""Who may do what in one version of a workflow: the permission matrix in words, made from the one function."""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import casework, me
from webapp.views.permission_words import command_words, reason_words
from webapp.views.showing import joined
from workflows.core.matrix import Ruling, StageRulings, by_stage
from workflows.service.shown_workflows import shown

blueprint = Blueprint("permission_page", __name__)


@blueprint.get("/workflows/<workflow>/<int:version>/permissions")
@signed_in
def page(workflow: str, version: int) -> str:
    """Stage by stage: each act, who may do it, and who may not and why."""
    definition = shown(house().engine, casework().library, me(), workflow, version)
    return render_template(
        "workflows/permissions.html",
        definition=definition,
        stages=[_stage(each) for each in by_stage(definition)],
    )


def _stage(found: StageRulings) -> dict[str, object]:
    return {
        "id": found.stage.name.replace("_", "-"),
        "title": found.stage.title,
        "rows": [_row(each) for each in found.rulings],
        "outside": joined(found.outside),
    }


def _row(ruling: Ruling) -> list[str | Markup]:
    may = _listed([(who, "") for who in ruling.may]) if ruling.may else "Nobody"
    may_not = _listed([(joined(who), reason_words(code)) for code, who in ruling.may_not])
    return [command_words(ruling.command), may, may_not or "Nobody else knows of it"]


def _listed(lines: list[tuple[str, str]]) -> Markup:
    """Lines of a cell as a list: people, and after them the reason."""
    inner = Markup("").join(
        Markup("<li>{}{}</li>").format(who, f": {why}" if why else "") for who, why in lines
    )  # fmt: skip
    return Markup('<ul class="govuk-list govuk-!-margin-bottom-0">{}</ul>').format(inner) if lines else Markup("")
