"""CP-IS checks for tests: the fields of the command, as they are when nothing is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from workflows.core.cpis import Authority, CpisDetails, CpisPlan, CpisResult, CpisSetting, PlanType

COUNCIL = Authority("Marlbridge County Council", "M1", "01632 960001", "01632 960002")


def check(*, at: datetime, **fields: Any) -> dict[str, Any]:
    """A check of Child P in general practice, an hour old, that found no plan. Fields of the details are told apart."""
    details = {name: fields.pop(name) for name in tuple(fields) if name in CpisDetails.__dataclass_fields__}
    usual = {
        "checked_at": at - timedelta(hours=1), "setting": CpisSetting.GENERAL_PRACTICE, "number_used": True,
        "result": CpisResult.NO_PLAN_RECORDED,
    }  # fmt: skip
    return {"details": CpisDetails(**{"person": "Child P", "checked_by": "Dr Ode, GP", **details}), **usual, **fields}


def plan(*types: PlanType, at: datetime, **fields: Any) -> dict[str, Any]:
    """A check that found a plan, by default one for child protection."""
    plans = tuple(CpisPlan(each) for each in types or (PlanType.CHILD_PROTECTION,))
    return check(at=at, **{"result": CpisResult.PLAN, "plans": plans, "authority": COUNCIL, **fields})
