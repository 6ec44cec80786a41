"""The demo: fictional organisations and people, and cases at different stages, played through the real door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from workflows.core.definition import Role
from workflows.definitions import demo
from workflows.service.library import CALENDARS


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """One organisation of the demo."""

    key: str
    name: str
    kind: str
    nation: str
    public_authority: bool
    law_enforcement: bool = False
    adjudicator_title: str = ""

    def columns(self) -> dict[str, Any]:
        """What an organisation is stored with, except its id."""
        return {
            "key": self.key, "name": self.name, "kind": self.kind, "nation": self.nation,
            "calendar": CALENDARS[self.nation], "public_authority": self.public_authority,
            "law_enforcement": self.law_enforcement, "adjudicator_title": self.adjudicator_title,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demo with her roles as (organisation key, role)."""

    name: str
    email: str
    roles: tuple[tuple[str, Role], ...]


@cache
def organisations() -> tuple[DemoOrganisation, ...]:
    """Every organisation of the demo."""
    return tuple(
        DemoOrganisation(**{name: value for name, value in org.items() if name != "officers"})
        for org in demo.read("organisations")["organisations"]
    )


@cache
def people() -> tuple[DemoPerson, ...]:
    """Everybody of the demo, the added roles included, in the order of the files."""
    found: dict[str, DemoPerson] = {}
    for name in ("organisations", "additions"):
        for org in demo.read(name)["organisations"]:
            for officer in org["officers"]:
                known = found.get(officer["email"], DemoPerson(officer["name"], officer["email"], ()))
                more = tuple((org["key"], Role(role)) for role in officer["roles"])
                found[known.email] = DemoPerson(known.name, known.email, (*known.roles, *more))
    return tuple(found.values())
