"""A decision that is challenged, as tests play it."""

from __future__ import annotations

from tests.builders import House, build
from tests.core.play import RISKS
from workflows.core.commands import Challenge, Decide, ItemDecision, ItemOutcome

REASONS = {ItemOutcome.SHARE: "necessary", ItemOutcome.REFUSE: "not_necessary"}


def challenged(house: House) -> str:
    """S2, shared in part, and challenged by who asked."""
    case_id = build(house, "S2", upto=None)
    house.give(Challenge, "priya.anand", case_id, grounds="The whole record is needed to see the pattern.")
    return case_id


def decide_again(house: House, case_id: str, *shared: str, who: str = "femi.adeyemi") -> None:
    """Decide every item: ``shared`` are shared, the others refused."""
    items = tuple(
        ItemDecision(item.key, outcome, REASONS[outcome], "Weighed again.")
        for item in house.case(case_id).request.items
        for outcome in (ItemOutcome.SHARE if item.key in shared else ItemOutcome.REFUSE,)
    )
    words = {"harm_of_sharing": "Some.", "harm_of_not_sharing": "More.", "would_change_it": "New risk.", **RISKS}
    overrides = house.overrides(case_id, items) if hasattr(house, "overrides") else ()
    house.give(Decide, who, case_id, items=items, overrides=overrides, **words)


def overturned(house: House) -> str:
    """The same, decided otherwise on every item."""
    case_id = challenged(house)
    decide_again(house, case_id, "record")
    return case_id
