"""The further rounds of the demo data: what is reopened and reviewed, when, and the release after each decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from workflows.core import commands as c
from workflows.core import request as r
from workflows.core.uses import UseOutcome
from workflows.definitions import demo

if TYPE_CHECKING:
    from workflows.service.scenario import Scenario, Step

GAP = timedelta(hours=2)
"""Between one step and the next, when nothing else is said."""
REVIEW_AT = time(10)
DECISION_WORDS = frozenset({"would_change_it", "review_by"})
_ITEM = TypeAdapter(r.Item)


def acts(story: Scenario) -> Iterator[Step]:
    """The steps of the data, with the release that follows a decision to share."""
    adviser = next((step.actor for step in story.steps if step.stage == "ig_advice"), "")
    for step in story.steps:
        yield step
        if keys := approved(story, step):
            yield replace(step, stage="release", actor=adviser, says=keys)


def usual(steps: Sequence[Step], sent: datetime) -> list[datetime]:
    """When the steps happen if nothing is said: one after the other, and a review on its day."""
    when = [sent + GAP * (n + 1) for n in range(len(steps))]
    days = [step.says["review_by"] for step in steps if step.stage == "adjudication" and "review_by" in step.says]
    return [
        datetime.combine(days[-1], REVIEW_AT, sent.tzinfo) if step.stage == "review" and days else at
        for step, at in zip(steps, when, strict=True)
    ]


def reopen(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    """The items by their keys: those asked for before, and new ones as the additions describe them."""
    known = {item.key: item for item in story.part(r.Items).items}
    more = demo.read("additions").get("reopened", {}).get(story.key, {})
    items = tuple(known.get(key) or _ITEM.validate_python({"key": key, **more[key]}) for key in step.says["items"])
    return c.Reopen(
        id="", actor=actor, at=at, case_id=case_id, new_information=step.says["new_information"], items=items
    )


def review(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    """Until the use ends anyway, it goes on as changed."""
    until = max(
        item.continuing.until for item in story.part(r.Items).items if item.continuing and item.continuing.until
    )
    change = step.says["change"]
    return c.ReviewUse(
        id="", actor=actor, at=at, case_id=case_id, outcome=UseOutcome.CHANGE, change=change,
        why=f"Still needed, but less often: {change}.", review_by=until,
    )  # fmt: skip


def approved(story: Scenario, step: Step) -> tuple[str, ...]:
    """Keys of the items that a step decides to share."""
    if step.stage == "ig_advice" and step.says.get("delegated_release"):
        return tuple(item.key for item in story.part(r.Items).items)
    if step.stage != "adjudication":
        return ()
    return tuple(key for key, says in step.says.items() if key not in DECISION_WORDS and not isinstance(says, dict))
