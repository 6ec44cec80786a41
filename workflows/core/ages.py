"""How old somebody is, exactly for rules and in bands for people who may not know who it is."""

from __future__ import annotations

from datetime import date

ADULT_AT = 18
"""The age in years from which somebody is no longer a child."""

BANDS = (
    (1, "under 1"), (5, "1 to 4"), (11, "5 to 10"), (16, "11 to 15"), (18, "16 to 17"), (26, "18 to 25"),
    (40, "26 to 39"), (65, "40 to 64"),
)  # fmt: skip
OLDEST = "65 or over"
UNKNOWN = "age not known"


def age_in_years(born: date, *, on: date) -> int:
    """Whole years lived by the day ``on``; somebody born on 29 February has her birthday on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_child(born: date | None, *, on: date) -> bool | None:
    """Whether somebody is under 18 on that day; None when her date of birth is not known."""
    return None if born is None else age_in_years(born, on=on) < ADULT_AT


def age_band(born: date | None, *, on: date) -> str:
    """An age in bands: enough to advise, too little to identify."""
    if born is None:
        return UNKNOWN
    age = age_in_years(born, on=on)
    return next((words for limit, words in BANDS if age < limit), OLDEST)
