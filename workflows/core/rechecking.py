"""When a newer version of a policy pack comes into force, open requests are looked at again; none changes by itself."""

from __future__ import annotations

from workflows.core import commands as c
from workflows.core.case import Case
from workflows.core.definition import Definition, Side
from workflows.core.following import deciding_roles
from workflows.core.followups import FollowUpKind, opened
from workflows.core.packs import PackRef
from workflows.core.refusals import NO_LONGER_DUE, Refusal, Refused
from workflows.core.routing import Events


def pinned_instead(case: Case, name: str) -> str:
    """The other version of the same pack that an open request is pinned to; empty where there is nothing to check."""
    pack = PackRef.read(name).pack
    asked = any(each.kind is FollowUpKind.RECHECK_PACK and each.about == name for each in case.followups)
    if case.submitted_at is None or case.closed or asked or name in case.packs:
        return ""
    return next((each for each in case.packs if PackRef.read(each).pack == pack), "")


def raise_recheck(case: Case, command: c.RaiseRecheck, definition: Definition) -> Events:
    """Once for each version, and never on a request that has ended."""
    kept = pinned_instead(case, command.rung)
    if not kept:
        raise Refused(Refusal(NO_LONGER_DUE, "There is nothing to check again."))
    note = (
        f"{command.rung} is in force now. This request keeps {kept}, under which it was sent. "
        "Look at what changed, and write whether it matters here."
    )
    return [
        opened(
            case, kind=FollowUpKind.RECHECK_PACK, side=Side.HOLDER, roles=deciding_roles(definition), due=None,
            note=note, at=command.at, by=command.actor.person_id, about=command.rung,
        )
    ]  # fmt: skip
