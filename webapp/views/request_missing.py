"""Where on which page something is asked, and how far each task of a draft has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.views.request_base import at
from workflows.core.refusals import Refusal
from workflows.core.request import Purpose, Task
from workflows.service.views import Draft

LISTS = {Task.PEOPLE: "people", Task.ITEMS: "items", Task.RECIPIENTS: "recipients"}
"""Tasks whose answers are lists, with the name of their pages."""
PAGE_OF = {
    "threshold": "purpose",
    "purpose": "purpose",
    "risk_of_not_sharing": "risks",
    "risk_of_sharing": "risks",
    "urgency": "urgency",
    "state": "consent",
    "grounds": "details",
    "necessary_for": "tests",
    "article_6": "basis",
    "article_9": "special",
    "schedule_1": "special",
    "common_law": "confidence",
    "regime": "confidence",
}
FIRST_PAGE = {Task.PURPOSE: "purpose", Task.CONSENT: "consent", Task.BASIS: "basis"}
TITLES = {
    Task.PEOPLE: ("The people", "Whose information it is, and whom sharing would protect"),
    Task.PURPOSE: ("Purpose and both risks", "What you need it for, and what could happen either way"),
    Task.ITEMS: ("The information you need", "Each item with its own reason"),
    Task.RECIPIENTS: ("Who would receive it", "Named people, each with the items they need"),
    Task.CONSENT: ("Consent and openness", "Where consent stands, and whether the person has been told"),
    Task.BASIS: ("Legal basis", "The law that you rely on"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing, and the address of the field that asks for it."""

    say: str
    url: str


def place_of(refusal: Refusal, draft: Draft) -> str:
    """The address of the field that a refusal is about; the page of the tasks when it is about none."""
    case_id = draft.case.id
    if refusal.task not in [task.value for task in Task]:
        return at("tasks", case_id=case_id)
    task = Task(refusal.task)
    if task in LISTS:
        return _place_in_list(refusal, draft, LISTS[task])
    page = PAGE_OF.get(refusal.field, FIRST_PAGE[task])
    return at("question", case_id=case_id, page=page, anchor=refusal.field, back=True)


def _place_in_list(refusal: Refusal, draft: Draft, kind: str) -> str:
    case_id = draft.case.id
    unfinished = {"item_not_described": "describe", "item_not_justified": "justify"}.get(refusal.code, "")
    if unfinished:
        lacking = (n for n, item in enumerate(draft.case.request.items, 1) if not getattr(item, unfinished).strip())
        number = next(lacking, None)
        if number is not None:
            return at("row", case_id=case_id, kind=kind, number=number, anchor=unfinished, back=True)
    if not getattr(draft.case.request, kind):
        return at("add_row", case_id=case_id, kind=kind, back=True)
    return at("rows", case_id=case_id, kind=kind, anchor="rows", back=True)


def task_rows(draft: Draft) -> list[dict[str, Any]]:
    """The seven tasks with their states, as the task list shows them."""
    lacking = {refusal.task for refusal in draft.missing}
    rows: list[dict[str, Any]] = [
        {
            "title": title,
            "hint": hint,
            "url": task_url(draft, task),
            "status": _state(draft, task, lacking=task.value in lacking),
            "status_text": "",
        }
        for task, (title, hint) in TITLES.items()
    ]
    for row in rows:
        row["status_text"] = "Incomplete" if row["status"] == "in_progress" else None
    rows.append(
        {
            "title": "Check your answers and send",
            "hint": "You can look at any time; you can send when the other tasks are completed",
            "url": at("check", case_id=draft.case.id),
            "status": "not_started",
            "status_text": "Ready to send" if not draft.missing else None,
        }
    )
    return rows


def task_url(draft: Draft, task: Task) -> str:
    """The first page of a task: its list, the first row of an empty list, or its first question."""
    if task not in LISTS:
        return at("question", case_id=draft.case.id, page=FIRST_PAGE[task])
    page = "rows" if getattr(draft.case.request, LISTS[task]) else "add_row"
    return at(page, case_id=draft.case.id, kind=LISTS[task])


def _state(draft: Draft, task: Task, *, lacking: bool) -> str:
    asked = draft.case.request
    if task in asked.saved:
        return "in_progress" if lacking else "completed"
    if task is Task.PURPOSE and asked.purpose != Purpose():
        return "in_progress"
    # A request that names nobody at risk asks for fewer things: a task can be complete without an answer,
    # but until its page has been seen it has not been started.
    return "not_started"
