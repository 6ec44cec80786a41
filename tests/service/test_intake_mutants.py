"""Broken requests, tried on a whole house: each is refused where it is broken, or does no harm; none is an error."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.builders import House
from tests.webapp.intake_mutants import Mutant, mutants
from webapp.intake.reading import read
from webapp.intake.taking import faults_in, take
from workflows.core.imported import FaultyDocument
from workflows.service.intake import Intake
from workflows.service.unit_of_work import Engine

pytestmark = pytest.mark.feature("C28", "N03", "N20")

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PARTS = 16
PICK = 8
"""Of those that the models refuse, every eighth: where they refuse them is tried elsewhere for all."""
FOLLOWS = {
    "/items": ("/recipients", "/differs", "/consent"),
    "/people": ("/differs",),
    "/recipients": ("/items",),
    "/requester_organisation": ("/requester", "/holder", "/other_holders"),
    "/requester": ("/holder",),
    "/holder": ("/other_holders",),
    "/other_holders": ("/holder",),
    "/purpose/threshold": ("/people",),
    "/consent": ("/differs",),
    "/differs": ("/consent",),
}  # fmt: skip
"""Where else a change may show: what a recipient gets hangs on the items, and so on."""


def chosen() -> list[Mutant]:
    """Everything that has the right shape, and a part of the rest."""
    everything = list(mutants())
    fine = [each for each in everything if not read(each.said).faults]
    return [*fine, *[each for each in everything if read(each.said).faults][::PICK]]


ALL = chosen()


@pytest.fixture
def intake(engine: Engine) -> Intake:
    house = House.found(engine)
    return Intake(house.engine, house.casework.library)


def in_place(mutant: Mutant, path: str) -> bool:
    """Whether a fault stands where the document was broken, around it, or where that shows."""
    if path.startswith(mutant.path) or mutant.path.startswith(path):
        return True
    also = [place for start, places in FOLLOWS.items() if mutant.path.startswith(start) for place in places]
    return any(path.startswith(place) for place in also)


@pytest.mark.parametrize("start", range(PARTS))
def test_each_is_refused_in_its_place_or_does_no_harm(intake: Intake, start: int) -> None:
    lost: list[str] = []
    harmless: list[Mutant] = []
    for mutant in ALL[start::PARTS]:
        faults = faults_in(intake, read(mutant.said), by=None, now=NOW)
        if not faults:
            harmless.append(mutant)
        elif not any(in_place(mutant, each.path) for each in faults):
            lost.append(f"{mutant.what} at {mutant.path}: {[each.path for each in faults]}")
        lost += [f"{mutant.what} at {mutant.path} says {each.say}" for each in faults if not _fit(each.say)]
    assert lost == []
    for mutant in harmless[::5]:
        assert take(intake, read(mutant.said), by=None, now=NOW)[0].reference.startswith("GH-")


def _fit(say: str) -> bool:
    return say.endswith(".") and re.search(r"x{5}|DROP|Orrin|Priya", say) is None


def test_a_broken_one_takes_nothing_by_any_way(intake: Intake) -> None:
    for mutant in [each for each in ALL if read(each.said).faults][::8]:
        with pytest.raises(FaultyDocument):
            take(intake, read(mutant.said), by=None, now=NOW)


def test_there_are_enough_of_them() -> None:
    assert len(ALL) > 600
