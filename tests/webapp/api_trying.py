"""Every act on a case as a system sends it, with all its answers: the API's side of trying what is offered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.applying import FORMS
from tests.builders import House
from tests.undoing import Undoing
from tests.webapp.api_client import Caller
from tests.webapp.trying import VERSION, Tried
from webapp.api.operations import OPERATIONS, of_command
from webapp.intake.parts import ItemModel
from workflows.core.case import Case
from workflows.core.definition import CommandType as C
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.request import PersonRole
from workflows.core.reveal import open_asks
from workflows.core.rounds import to_release

Body = dict[str, Any]


def bodies(case: Case, house: House, *, to: str) -> Iterator[tuple[C, Body]]:
    """Each command with a body that lacks nothing, as far as a case like this one lets it be given."""
    subjects = [p.label for p in case.request.people if PersonRole.DATA_SUBJECT in p.roles]
    waits = {each.label for each in open_asks(case.reveals)}
    label = next((p.label for p in case.request.people if p.label not in waits), "Adult A")
    reveal = next((each.number for each in open_asks(case.reveals)), 1)
    because = {"reason": "Because it is needed here."}
    keys = [item.key for item in case.request.items]
    found = [{"person": each, "finding": "not_a_bar", "reason": "Not a bar."} for each in subjects]
    yield C.RECORD_CONSENT, {"finding": "not_a_bar", "note": "Not a bar.", "people": found}
    yield C.WITHDRAW_CONSENT, {"person": (subjects or ["Adult A"])[0], "how": "verbal", "given_by": "data_subject"}
    yield C.RECORD_CPIS_CHECK, checked(case)
    yield C.ADVISE, {"advice": "supports", "why": "It is needed."}
    yield C.DECIDE, decision(keys)
    yield C.RELEASE, {"contents": [{"key": key, "text": "Words."} for key in to_release(case)]}
    yield (
        C.SHARE_NOW,
        {"items": keys, "how": "spoken", "told": "Sgt Hill", "said_by": "Nadia Roy", "call_back_verified": True},
    )
    yield C.REVIEW_SHARE, {"finding": "proportionate", "why": "Needed.", "learning": "None."}
    yield C.ASK, {"question": "Which school?", "harm_of_waiting": "A child may be harmed."}
    yield C.ANSWER, {"answer": "The infant school."}
    yield C.SAVE, {"purpose": {"purpose": "Another purpose.", "threshold": "section_47"}}
    yield C.SUBMIT, {}
    yield C.CHOOSE_HOLDERS, {"others": [house.organisation("larkfield").id]}
    yield C.WITHDRAW, because
    yield C.COMPLETE, {"answers": {name: list(each) for name, each in FORMS.get(case.stage, {}).items()}}
    yield C.SEND_BACK, {"why": "Is the basis right?"}
    before = [ItemModel.from_core(each).model_dump(mode="json") for each in case.request.items]
    new = {"key": "new-1", "category": "school", "describe": "Attendance", "justify": "To plan."}
    yield C.REOPEN, {"new_information": "She moved.", "items": [*before, new]}
    yield C.CHALLENGE, {"grounds": "It is wrong.", "on_behalf": "Her mother"}
    yield C.REVIEW_USE, {"outcome": "end", "why": "No longer needed."}
    yield C.CHASE, {}
    yield C.REASSIGN, {"to_person": to, **because}
    yield C.DEMAND_SECOND, because
    yield C.DECLARE_CONFLICT, because
    yield C.ASK_IDENTITY, {"label": label, **because}
    yield C.GRANT_IDENTITY, {"number": reveal, "answer": "Because it is needed here."}
    yield C.REFUSE_IDENTITY, {"number": reveal, "answer": "Because it is needed here."}
    yield C.EXTEND, {"amount": 1, **because}
    for number in [each.number for each in waiting(case) if each.kind is not FollowUpKind.REVIEW_USE] or [1]:
        yield C.FINISH_FOLLOW_UP, {"number": number, "note": "It was done."}


def checked(case: Case) -> Body:
    """A CP-IS check of somebody in the request, made when it was sent."""
    person = case.request.people[0].label if case.request.people else "Adult A"
    at = (case.submitted_at or case.created_at).isoformat()
    said = {"setting": "general_practice", "result": "no_plan_recorded", "number_used": True}
    return {"person": person, "checked_at": at, "checked_by": "Dr Ode, GP", **said}


def decision(keys: list[str]) -> Body:
    """Everything is refused, with all that such a decision must say."""
    no = {"outcome": "refuse", "reason": "not_necessary", "text": "It is not needed."}
    risk = {"likelihood": "possible", "severity": "serious", "affected": "Adult A"}
    return {
        "items": [{"key": key, **no} for key in keys],
        "harm_of_sharing": "He may leave.", "harm_of_not_sharing": "Some.", "would_change_it": "A new risk.",
        "risk_of_sharing": risk, "risk_of_not_sharing": risk,
    }  # fmt: skip


def listed(caller: Caller, case: Case) -> frozenset[C] | None:
    """The acts that the API says this caller can do now; None when there is no such case for her."""
    answer = caller.http.get(f"/api/v1/cases/{case.id}/standing", headers=caller.headers())
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.get_data(as_text=True)
    actions = answer.get_json()["actions"]
    assert {each["command"] for each in actions} == {one.command.value for one in OPERATIONS.values() if one.command}
    assert all((each["reason"] is None) is each["allowed"] for each in actions)
    return frozenset(C(each["command"]) for each in actions if each["allowed"])


def posts(caller: Caller, world: Undoing, case: Case, command: C, body: Body, house: House) -> Tried:
    """Post the act to the API; whatever it does is undone."""
    one = of_command(command)
    assert one is not None, f"no operation stands for {command}"
    before = world.number(VERSION, case.id)
    path = one.path.replace("<uuid:case_id>", case.id)
    with world.undone():
        answer = caller.send(path, body, key=house.new_id(), seen=before)
        after = world.number(VERSION, case.id)
    return Tried(after != before, answer.status_code, answer.get_data(as_text=True))
