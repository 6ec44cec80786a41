"""What can be found, advised and decided: the codes that commands and events share."""

from __future__ import annotations

from enum import StrEnum


class AdviceType(StrEnum):
    """What an adviser can say."""

    SUPPORTS = "supports"
    SUPPORTS_WITH_CONDITIONS = "supports_with_conditions"
    DOES_NOT_SUPPORT = "does_not_support"
    INSUFFICIENT_INFORMATION = "insufficient_information"
    OUT_OF_SCOPE = "out_of_scope"


class ItemOutcome(StrEnum):
    """What can be decided about one item."""

    SHARE = "share"
    SHARE_REDUCED = "share_reduced"
    REFUSE = "refuse"


class Reduction(StrEnum):
    """How an item can be shared reduced."""

    SUMMARY = "summary"
    REDACTED = "redacted"
    SHORTER_PERIOD = "shorter_period"
    CONFIRM_ONLY = "confirm_only"


class ConsentFinding(StrEnum):
    """What the consent officer found."""

    VALID = "valid"
    NOT_A_BAR = "not_a_bar"
    NOT_SOUGHT = "not_sought"
    CANNOT_BE_GIVEN = "cannot_be_given"
    NOT_THE_BASIS = "not_the_basis"
