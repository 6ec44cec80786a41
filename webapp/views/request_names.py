"""The warning before a request is sent: names that an adviser would read, each with the way to its field."""

from __future__ import annotations

from datetime import date

from webapp.views.request_base import at
from webapp.views.request_missing import FIRST_PAGE, LISTS, PAGE_OF, Missing
from workflows.core.masking import mask_of
from workflows.core.masking_warning import Left, names_left_in
from workflows.service.views import Draft

PLACES = {
    "told.why": ("told", "told_why"),
    "told.said": ("told", "said"),
    "told.views": ("told", "views"),
    "provision": ("basis", "provision"),
    "public_interest": ("tests", "public_interest"),
}
"""For texts whose field on the page has another name, or stands on another page than its task's first."""
WORDS = {
    "people": "person {row}", "items": "item {row}", "recipients": "recipient {row}", "purpose": "the purpose",
    "risk_of_not_sharing": "the risk if it is not shared", "risk_of_sharing": "the risk if it is shared",
    "consent": "consent",
    "differs": "where consent differs, {row}", "told": "whether the person was told",
    "provision": "the legal power or duty",
}  # fmt: skip
"""Where a name stands, in words, by the list or by the beginning of the way to its field."""


def names_warned_of(draft: Draft, *, on: date, known: tuple[str, ...]) -> tuple[Missing, ...]:
    """Each name that would be left, with the address of its field. ``known`` are colleagues and organisations."""
    request = draft.case.request
    mask = mask_of(request, on=on, known=(*known, draft.holder_name))
    return tuple(
        Missing(f"“{left.name}” in {_where(left)}", _address(left, draft)) for left in names_left_in(request, mask)
    )


def _where(left: Left) -> str:
    key = LISTS.get(left.task) or left.field.split(".")[0]
    return WORDS.get(key, "the legal basis").format(row=left.row)


def _address(left: Left, draft: Draft) -> str:
    case_id, field = draft.case.id, left.field.rsplit(".", 1)[-1]
    if left.task in LISTS:
        return at("row", case_id=case_id, kind=LISTS[left.task], number=left.row, anchor=field, back=True)
    if left.field.startswith("differs."):
        return at("other", case_id=case_id, number=left.row, back=True)
    if left.field.startswith("consent."):
        return at("question", case_id=case_id, page="details", anchor=field, back=True)
    page, anchor = PLACES.get(left.field, (PAGE_OF.get(field, FIRST_PAGE[left.task]), field))
    return at("question", case_id=case_id, page=page, anchor=anchor, back=True)
