"""What comes out of a form is clean text of bounded length, or a refusal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from webapp import forms

ID = "01a204ce-bdf0-743e-9075-f9efef3b960b"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\r\nlines\r ", "two\nlines"),
        ("a\x00b\x1bc", "abc"),
        ("left\u202eright", "leftright"),
        ("e\u0301", "\u00e9"),
        ("a\ud800b", "ab"),
        ("tab\there", "tab here"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
@pytest.mark.feature("N20")
def test_text_is_cleaned_and_never_cut_into_something_else(typed: str, kept: str) -> None:
    assert forms.clean(typed) == kept


@given(st.text(max_size=200))
def test_clean_text_can_be_stored_and_stays_as_it_is(typed: str) -> None:
    cleaned = forms.clean(typed)
    assert "\x00" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == forms.clean(cleaned)


def test_a_text_that_is_too_long_is_refused_with_its_limit() -> None:
    assert forms.words({"why": "x" * 4000}, "why") == "x" * 4000
    with pytest.raises(forms.TooLong, match="at most 4,000 characters"):
        forms.words({"why": "x" * 4001}, "why")
    assert forms.words({}, "why") == ""
    assert forms.one_line("a\n b" + "c" * 300, most=5) == "a bcc"


def test_ids_and_versions_are_taken_in_one_spelling_only() -> None:
    assert forms.command_id({"command_id": ID}) == ID
    assert forms.seen_version({"version": "12"}) == 12
    for wrong in ("", ID.upper(), f"{{{ID}}}", ID.replace("-", ""), "x", "0" * 5000):
        with pytest.raises(BadRequest):
            forms.command_id({"command_id": wrong})
    for wrong in ("", "-1", "1.0", "٣", "9" * 10, "1e3", " 1"):
        with pytest.raises(BadRequest):
            forms.seen_version({"version": wrong})


def test_a_date_is_three_boxes() -> None:
    def read(day: str, month: str, year: str) -> date | None:
        return forms.real_date(forms.date_parts({"d-day": day, "d-month": month, "d-year": year}, "d"))

    assert read(" 2", "05", "2027 ") == date(2027, 5, 2)
    assert read("", "", "") is None
    for wrong in (("31", "2", "2027"), ("1", "", "2027"), ("1", "5", "27"), ("x", "5", "2027"), ("٣", "5", "2027")):
        with pytest.raises(ValueError, match="real date"):
            read(*wrong)
