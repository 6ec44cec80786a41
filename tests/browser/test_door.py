"""Coming in and going out in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_person_comes_in_and_goes_out(visit: Visit, width: int) -> None:
    """Sign in, see one's work and account, sign out; the way back then leads to the sign-in page."""
    visitor = visit(width=width)
    visitor.sign_in("anne.whitcombe")
    visitor.open("/account")
    visitor.page.locator("summary.gh-account__summary").click()
    visitor.press("Sign out")
    visitor.sees("You have signed out.")
    visitor.open("/work")
    assert visitor.heading == "Sign in"
