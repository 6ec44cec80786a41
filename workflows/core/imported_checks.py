"""What the pages see to before the rulebook is asked, for a request that comes whole: no rule is left out by it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from workflows.core.bases import PRIVATE_BASES
from workflows.core.definition import CommandType, Definition
from workflows.core.imported import Fault
from workflows.core.refusals import Refusal
from workflows.core.request import PersonRole, Request, Task

_ASKED_FOR = frozenset({PersonRole.DATA_SUBJECT, PersonRole.PROTECTED})
_FACTS = {
    "people": {Task.PEOPLE}, "request.continuing": {Task.ITEMS}, "request": {Task.PURPOSE}, "items": {Task.ITEMS},
    "recipients": {Task.RECIPIENTS}, "consent": {Task.CONSENT}, "basis": {Task.BASIS},
}  # fmt: skip
"""The parts of a request that a fact of a guard is about."""
_NAMES = re.compile(r"\b(" + "|".join(map(re.escape, _FACTS)) + r")\b")
_OTHERS = {"foreign_item": Task.ITEMS, "foreign_person": Task.PEOPLE}


def page_faults(request: Request, *, today: date, public_bodies_only: bool) -> Iterator[Fault]:
    """What no page would have taken. ``public_bodies_only``: both organisations are public authorities."""
    for index, person in enumerate(request.people):
        if person.born is not None and person.born > today:
            yield Fault(f"/people/{index}/born", "born_later", "Date of birth must be in the past.")
        if set(person.roles) - _ASKED_FOR:
            say = "Use data_subject or protected: other roles stand only in applications from the public."
            yield Fault(f"/people/{index}/roles", "role_of_applications", say)
    if public_bodies_only and request.basis.article_6 in PRIVATE_BASES:
        say = "Choose another basis: this one is not for public authorities."
        yield Fault("/basis/article_6", "basis_of_public_body", say)


def certain(
    refusals: Collection[Refusal], definition: Definition, *, bad: Collection[Task]
) -> Iterator[Refusal]:  # fmt: skip
    """The refusals that hold whatever the parts that could not be read (``bad``) would have said."""
    rule = definition.rule(definition.first, CommandType.SUBMIT)
    unsure = {
        need.code
        for need in (rule.needs if rule else ())
        if set().union(*(_FACTS[name] for name in _NAMES.findall(need.needs.text))) & set(bad)
    }
    for each in refusals:
        if each.code in unsure or each.task in set(bad) or _OTHERS.get(each.code) in set(bad):
            continue
        yield each
