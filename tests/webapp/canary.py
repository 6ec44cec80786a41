"""A case in which every text that anybody writes repeats who the child is."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from tests.builders import House
from workflows.core.request import People, Person, PersonRole
from workflows.service.scenario import Beat, perform, scenarios, script

BORN = date(2013, 9, 9)
CHILD = Person(
    "Child K", "Tobiah Quillfeather aka Tobes", BORN, (PersonRole.PROTECTED,), relation="son of Adult A",
    contact="14 Larkspur Mews, HX1 9ZZ", nhs_number="9990734429",
)  # fmt: skip
SAYS = "Tobiah Quillfeather, called Tobes, 999 073 4429, 14 Larkspur Mews, HX1 9ZZ"
"""What every text repeats."""
TEXTS = frozenset(
    {
        "answer", "assessed_by", "assessed_for", "authority", "by", "conditions", "contact", "describe", "every",
        "harm_of_not_sharing", "harm_of_sharing", "justify", "note", "provision", "public_interest", "purpose",
        "question", "redirect", "reduction", "reason", "relation", "risk_of_not_sharing", "risk_of_sharing", "role",
        "said", "learning", "support", "taken_by", "text", "views", "when", "why", "would_change_it",
    }
)  # fmt: skip
"""Fields in which people write as they like."""
_CODES = {("ItemDecision", "reason")}
_TELLS = re.compile(
    r"tobiah|quillfeather|tobes|larkspur|hx1 ?9zz|999 ?073 ?4429|9 sep\w* 2013|2013-09-09|9/9/2013", re.IGNORECASE
)


def tells(words: str) -> list[str]:
    """What of the child's identity a page or mail tells, with what stands around it."""
    plain = unescape(words)
    return [plain[max(0, each.start() - 60) : each.end() + 20] for each in _TELLS.finditer(plain)]


def repeated(value: Any, *, text: bool = False) -> Any:
    """Frozen data in which every free text repeats who the child is; the people are the child and one more."""
    if isinstance(value, str):
        return f"{value} {SAYS}".strip() if text and type(value) is str else value
    if isinstance(value, tuple):
        return tuple(repeated(each, text=text) for each in value)
    if isinstance(value, People):
        others = tuple(person for person in value.people if PersonRole.PROTECTED not in person.roles)
        child = next(person for person in value.people if PersonRole.PROTECTED in person.roles)
        return People((replace(CHILD, roles=child.roles), *(replace(person, contact=SAYS) for person in others)))
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        return replace(
            value,
            **{
                each.name: repeated(
                    getattr(value, each.name), text=each.name in TEXTS and (kind, each.name) not in _CODES
                )
                for each in fields(value)
                if each.name not in ("actor", "at")
            },
        )
    return value


def canary(house: House, *, upto: str | None, story: str = "S2") -> str:
    """A case of the data so repeated, played up to an act; its id. Sent a few days ago: pages know only the present."""
    sent = datetime.now(UTC) - timedelta(days=3)
    times = [sent + timedelta(minutes=10 * step) for step in range(1, 12)]
    beats = script(scenarios()[story], house.cast, tag=house.new_id(), submitted=sent, times=times)
    told = [Beat(beat.act, repeated(beat.command)) for beat in beats]
    return perform(told, house.casework.execute, upto=upto).case_id
