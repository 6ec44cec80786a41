"""A hundred thousand clocks of every unit and calendar, paused and extended by chance, against counting by hand."""

from __future__ import annotations

import pytest

from tests.core.agreeing import disagreements

pytestmark = pytest.mark.feature("C8")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [11, 12])
def test_a_hundred_thousand_clocks_agree_with_counting_by_hand(seed: int) -> None:
    assert disagreements(seed, 50_000, explain=10)[:3] == []
