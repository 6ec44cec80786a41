"""Who may propose a version of a workflow, and who may publish what was proposed: two people, never one."""

from __future__ import annotations

from workflows.core.pack_versions import administers
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_YOURS, Refusal

MOST_NOTE = 600
"""The longest note, in characters."""
_NOT_ADMINISTRATOR = Refusal(NOT_YOURS, "Only an administrator can decide which version new requests start on.")


def proposing_refusal(person: Principal, *, version: int, latest: int, open_number: int | None) -> Refusal | None:
    """Why this person may not propose this version, or None.

    ``latest`` is the newest published version (0 for none), ``open_number`` the proposal that waits for an answer.
    """
    if not administers(person):
        return _NOT_ADMINISTRATOR
    if open_number is not None:
        say = f"Proposal {open_number} for this workflow waits for an answer. Publish it or turn it down first."
        return Refusal("proposal_open", say)
    if version <= latest:
        say = f"Version {latest} has been published, and a published version never changes. Write version: {latest + 1}"
        return Refusal("not_newer", say, field="source")
    return None


def answering_refusal(person: Principal, *, proposed_by: str) -> Refusal | None:
    """Why this person may not publish what ``proposed_by`` (a person's id) proposed, or None."""
    if not administers(person):
        return _NOT_ADMINISTRATOR
    if person.id == proposed_by:
        return Refusal("second_person", "You proposed this version, so another administrator must publish it.")
    return None


def words_refusal(text: str, *, field: str, missing: str) -> Refusal | None:
    """What is wrong with a note, or None. ``missing`` is said where there is none."""
    if not text.strip():
        return Refusal("words_missing", missing, field=field)
    if len(text) > MOST_NOTE:
        return Refusal("words_too_long", f"Use at most {MOST_NOTE} characters.", field=field)
    return None
