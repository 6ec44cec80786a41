"""A whole request that another system sends: where it comes from, what it says, and what is wrong with it, by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflows.core.limits import blank, text_fault
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import Request, Task

MOST_SYSTEM = 60
MOST_REFERENCE = 100
STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Origin:
    """The system that a request comes from, and what it is called there.

    ``by_operator``: somebody who runs the house brought it in, in the requester's name; ``account``: the account of a
    system did (its id and its name).
    """

    system: str
    reference: str
    by_operator: bool = False
    account: str = ""
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole request as it was sent. Organisations go by their keys, people by their e-mail address.

    ``others`` are the keys of further organisations that are asked the same; ``send``: do not leave it a draft;
    ``place`` is where it stands in what was sent, as a JSON pointer.
    """

    origin: Origin
    requester: str
    requester_org: str
    holder: str
    answers: Request = Request()
    workflow: str = STANDARD
    send: bool = False
    others: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong in a document: where (a JSON pointer), a stable code, and what to do about it."""

    path: str
    code: str
    say: str


class FaultyDocument(Refused):
    """Raised for a document that is not taken; carries every fault that could be found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(tuple(Refusal(each.code, each.say, each.path) for each in self.faults))


def origin_faults(origin: Origin) -> Iterator[Refusal]:
    """What is wrong with the name of a system or with its reference."""
    if blank(origin.system) or blank(origin.reference):
        say = "Name the system that sends this, and what the request is called there."
        yield Refusal("source_missing", say, "source")
    for value, limit in ((origin.system, MOST_SYSTEM), (origin.reference, MOST_REFERENCE)):
        if fault := text_fault(value, field="source", limit=limit):
            yield fault


_OWN = {
    "holder": "/holder", "requester": "/requester", "others": "/other_holders", "source": "/source", "send": "/send",
    "workflow": "/workflow",
}  # fmt: skip
_PART = {task: f"/{task.value}" for task in Task}
_LISTS = frozenset({Task.PEOPLE, Task.ITEMS, Task.RECIPIENTS})
_RENAMED = {"start": "from", "end": "to", "told": "told_person"}
_IN_CONSENT = frozenset({"state", "grounds"})
_EMERGENCY = {"who": "people", "what": "items"}
"""What one page in an emergency calls its fields."""


def place(refusal: Refusal) -> str:
    """Where in a document a refusal of the rulebook belongs, as a JSON pointer."""
    if refusal.task not in set(Task):
        return _OWN.get(refusal.field, "")
    task = Task(refusal.task)
    steps = refusal.field.split("-") if refusal.field else []
    if steps == [task.value] and task is not Task.PURPOSE:
        steps = []
    if len(steps) == 1 and steps[0] in _EMERGENCY:
        return f"/{_EMERGENCY[steps[0]]}"
    if task is Task.CONSENT:
        return _in_consent(steps)
    return _PART[task] + "".join(f"/{_RENAMED.get(step, step)}" for step in steps)


def _in_consent(steps: list[str]) -> str:
    if not steps:
        return "/consent"
    if steps[0].isdigit():
        inner = ["consent", *steps[1:]] if steps[-1] in _IN_CONSENT and len(steps) == 2 else steps[1:]
        return f"/differs/{steps[0]}" + "".join(f"/{_RENAMED.get(step, step)}" for step in inner)
    if steps[0] in ("consent", "told", "differs"):
        return "".join(f"/{_RENAMED.get(step, step)}" for step in steps)
    return "/consent/" + "/".join(steps)


_EACH = {
    "role_missing": ("people", "roles"),
    "name_missing": ("people", "name"),
    "item_not_described": ("items", "describe"),
    "item_not_justified": ("items", "justify"),
}
"""Needs that speak of every row of a list: which list, and what some row lacks."""
_SAID = {
    "item_key": "Each item needs a key of its own: small letters, digits, - and _, at most 40.",
    "foreign_item": "The request asks for no item with this key. Use the keys under /items.",
    "foreign_person": "The request names nobody with this label. Use the labels under /people.",
    "label_twice": "Two people have this label. Give each a label of their own.",
}
"""Sentences for whoever writes a file, where those for the pages speak of pages."""


def faults_of(refusals: Iterable[Refusal], request: Request) -> Iterator[Fault]:
    """Refusals of the rulebook as faults of a document, each at the row that lacks something."""
    for each in refusals:
        say = _SAID.get(each.code, each.say)
        rows = list(_rows(each, request))
        for where in rows or [place(each)]:
            yield Fault(where, each.code, say)


def _rows(refusal: Refusal, request: Request) -> Iterator[str]:
    if refusal.code == "item_key":
        keys = [item.key for item in request.items]
        yield from (f"/items/{index}/key" for index, key in enumerate(keys) if keys.index(key) != index)
    elif refusal.code == "foreign_item" and refusal.task == Task.RECIPIENTS:
        known = {item.key for item in request.items}
        row = int(refusal.field.partition("-")[0])
        for index, key in enumerate(request.recipients[row].items):
            if key not in known:
                yield f"/recipients/{row}/items/{index}"
    elif refusal.code in _EACH:
        rows, lacking = _EACH[refusal.code]
        for index, row in enumerate(getattr(request, rows)):
            value = getattr(row, lacking)
            if not value or (isinstance(value, str) and blank(value)):
                yield f"/{rows}/{index}/{lacking}"
