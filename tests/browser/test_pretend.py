"""A manager reads who may do what, and tries a pretend case, at a desk and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE

pytestmark = pytest.mark.timeout(180)


@pytest.mark.feature("C7", "C17", "C26")
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("scripts", [True, False])
def test_who_may_do_what_and_a_pretend_case_step_by_step(visit: Visit, width: int, scripts: bool) -> None:
    martin = visit("martin.shaw", width=width, scripts=scripts)
    martin.open("/workflows/standard/1")
    martin.follow("Who may do what")
    martin.sees("Adviser who can also decide", "they gave advice on it, and nobody both advises and decides")
    martin.open("/workflows/standard/1/try")
    martin.follow("Send it")
    martin.follow("Record the consent check: There is no consent, and that is not a bar")
    martin.sees("After step 2: Information governance advice", "reminds whoever has it")
    martin.follow("Give advice: Supports sharing")
    martin.follow("Decide: Refuse every item")
    martin.sees("Met: decision.outcome == 'declined', so it goes to “Declined”")
    martin.follow("Go back to here after step 2")
    martin.sees("After step 2: Information governance advice")
