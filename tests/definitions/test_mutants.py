"""Hundreds of broken workflows: each is refused by the right rule, or is a workflow that people can be given."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.definitions.mutants import OPERATORS, SEED, Mutant, of, some
from tests.definitions.schema_check import refused
from tests.definitions.soundness import unsound
from workflows.definitions.json_schema import schema
from workflows.definitions.lint import check, check_source
from workflows.definitions.loader import builtin_names, load
from workflows.definitions.source import Source

pytestmark = pytest.mark.feature("C16", "F20")

MOST = 16
"""Mutants of one sort and one workflow in one test."""
SCHEMA = schema()

BASES = builtin_names()


def faults(mutant: Mutant) -> set[str]:
    """The rules by which it is refused."""
    return {fault.rule for fault in check_source(Source(mutant.what, mutant.value, {}))}


def wrong(mutant: Mutant) -> str:
    """What is wrong with how it is answered; empty when nothing is."""
    found = faults(mutant)
    if found:
        return "" if found & mutant.rules else f"refused by {sorted(found)}"
    if not mutant.harmless:
        return "not refused"
    sound = list(unsound(load(json.dumps(mutant.value))))
    return "; ".join([*sound, *refused(mutant.value, SCHEMA)])


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_every_mutant_is_refused_by_the_right_rule_or_proves_harmless(
    operator: Callable[[str], Iterator[Mutant]], base: str
) -> None:
    answered = [(mutant, wrong(mutant)) for mutant in some(operator, base, MOST)]
    assert answered
    assert [f"{mutant.kind}, {mutant.what}: {why}" for mutant, why in answered if why] == []


def test_there_are_hundreds_and_most_are_refused() -> None:
    drawn = [mutant for operator in OPERATORS for base in BASES for mutant in some(operator, base, MOST)]
    assert len({json.dumps(mutant.value, sort_keys=True) for mutant in drawn}) >= 400
    counted = Counter(mutant.kind for mutant in drawn if not mutant.harmless)
    assert sum(counted.values()) >= 200
    assert len(counted) >= 12


def test_a_mutant_in_a_file_is_refused_with_its_line() -> None:
    chance = random.Random(SEED)
    drawn = [
        chance.choice([m for m in some(operator, "standard", MOST) if not m.harmless] or [None])
        for operator in OPERATORS
    ]
    for mutant in drawn:
        if mutant is not None:
            text = json.dumps(mutant.value, indent=1)
            answer = check(text, source="ours.yaml")
            assert {fault.rule for fault in answer} & mutant.rules
            assert all(1 <= fault.line <= text.count("\n") + 1 for fault in answer)


@pytest.mark.parametrize("base", BASES)
def test_what_is_shipped_is_sound(base: str) -> None:
    assert list(unsound(load(json.dumps(of(base))))) == []
