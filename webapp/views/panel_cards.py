"""Two adjudicators in words: where they stand, and what each decided once both may be read."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.views.case_words import ITEM_OUTCOMES
from webapp.views.showing import joined, long_instant
from workflows.core.events import Decided
from workflows.service.panels import PanelView
from workflows.service.views import CasePage

Row = dict[str, object]
HOW = {
    "agreed": "Two adjudicators decided apart from each other and came to the same.",
    "settled": "Two adjudicators differed; a third settled it.",
}
"""How a decision of more than one adjudicator was come to."""


def panel_rows(page: CasePage) -> Iterator[Row]:
    """The rows of the card "Two adjudicators"."""
    panel = page.panel
    if panel is None:
        return
    if panel.needed:
        yield {"key": "Where it stands", "value": standing(page, panel)}
        yield {"key": "Why two", "value": panel.why}
    for vote in panel.votes:
        for one in vote.decided:
            yield {"key": f"{one.by_name}, {one.position}", "value": vote_lines(page, one)}


def standing(page: CasePage, panel: PanelView) -> str:
    """One sentence on where the two adjudicators stand."""
    if panel.decided:
        return (
            "You have decided. Your decision is shown to nobody until the second adjudicator has decided as well."
            if panel.mine
            else "One of two has decided. That decision is shown when the second is in."
        )
    if panel.differ:
        titles = joined([f"“{_title(page, key)}”" for key in panel.differ])
        return (
            f"The two adjudicators differ about {titles}. A third adjudicator settles it and says why, "
            "or both decide again."
        )
    return "Two adjudicators decide, each alone. Neither is shown the other's decision until both are in."


def vote_lines(page: CasePage, one: Decided) -> list[str]:
    """One adjudicator's decision, item by item, with both risks."""
    lines = []
    for each in one.items:
        reason = page.definition.reason(each.reason)
        parts = [ITEM_OUTCOMES[each.outcome], each.reduction, reason.words if reason else "", each.text]
        said = ". ".join(part.rstrip(". ") for part in parts if part)
        lines.append(f"{_title(page, each.key)}: {said}.")
    lines += [f"If we share: {one.harm_of_sharing}"] if one.harm_of_sharing else []
    lines += [f"If we do not: {one.harm_of_not_sharing}"] if one.harm_of_not_sharing else []
    lines += [f"Condition: {condition}" for condition in one.conditions]
    return [*lines, long_instant(one.at)]


def _title(page: CasePage, key: str) -> str:
    item = next((item for item in page.items if item.key == key), None)
    return (item.describe or page.definition.categories.get(item.category, item.category)) if item else "An item"
