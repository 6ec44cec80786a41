"""Decisions by policy pack: figures for managers and information governance leads. No names, no requests."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import me
from webapp.views.pack_words import PACKS, review_tag
from workflows.core.packs import PackRef
from workflows.core.refusals import not_found
from workflows.service.policy_report import PackFigures, decisions_by_pack, may_read

blueprint = Blueprint("pack_report", __name__)


@blueprint.get("/packs/decisions")
@signed_in
def page() -> str:
    """How often each outcome was decided under each version, in the organisation that she works for now."""
    place = g.viewer.organisation_id
    if not may_read(me(), place):
        raise not_found()
    groups: dict[str, list[PackFigures]] = {}
    for each in decisions_by_pack(house().engine, [place]):
        groups.setdefault(PackRef.read(each.name).pack, []).append(each)
    return render_template(
        "packs/decisions.html",
        groups=[(PACKS.get(pack, pack), [_row(each) for each in figures]) for pack, figures in groups.items()],
    )


def _row(each: PackFigures) -> list[object]:
    review = review_tag(each.pack, short=True) if each.pack else "Not published here"
    return [PackRef.read(each.name).version, review, each.shared, each.partly_shared, each.declined, each.total]
