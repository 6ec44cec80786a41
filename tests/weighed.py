"""Both sides of the scales as a decision needs them, for tests that are about something else."""

from __future__ import annotations

from typing import Any

from workflows.core.weighing import Likelihood, RiskAssessment, Severity

RATED = RiskAssessment(Likelihood.POSSIBLE, Severity.SERIOUS, "Adult A", "The request.")
RISKS: dict[str, Any] = {"risk_of_sharing": RATED, "risk_of_not_sharing": RATED}
"""How likely, how bad and to whom: what stands beside the harm in words."""
