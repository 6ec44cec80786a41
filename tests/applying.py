"""An application to the disclosure scheme and the forms that follow, as the data of scenario S10 tells them."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.core.definition import Role
from workflows.core.permissions import Membership, Principal

HOLDER = "holder-org"
Raw = Mapping[str, tuple[str, ...]]

OFFICER = Principal("officer", "Mona Clarke", "officer@x.example",
                    frozenset({Membership(HOLDER, Role.CSODS_COORDINATOR)}))  # fmt: skip
DECIDER = Principal("decider", "Piers Holt", "decider@x.example",
                    frozenset({Membership(HOLDER, Role.CSODS_DECISION_MAKER)}))  # fmt: skip


def raw(**texts: str | tuple[str, ...]) -> Raw:
    """What a form sends: a double underscore parts a field from one of its boxes."""
    return {name.replace("__", "-"): (value,) if isinstance(value, str) else value for name, value in texts.items()}


APPLICATION = raw(
    applicant__name="N. Garrow", applicant__relation="grandmother of Child L", contact_by="phone",
    contact_when="weekday mornings", no_email="yes", subject__name="T. Brisk",
    subject__relation="neighbour who babysits", subject__contact="alone with the child",
    child__name="L. Garrow", child__born="2019-04-04", best_placed__name="M. Garrow",
    best_placed__relation="mother of Child L", worry="He is alone with her on two evenings a week.",
    declaration="yes", declaration__name="N. Garrow", declaration__how="agreed_aloud",
)  # fmt: skip

FORMS: Mapping[str, Raw] = {
    "initial_contact": raw(
        checked="yes", danger_now="no", scope="in_scope", contact=("alone",), note="in scope"
    ),
    "face_to_face": raw(
        held="in_person", held_at="2026-11-09T10:30", identity_seen="passport", address_seen="yes",
        relationship_seen="yes", nothing_told="yes", contact_still_safe="yes", verified="verified", danger_now="no",
        note="identity and address and relationship seen",
    ),
    "risk_assessment": raw(
        found="relevant_conviction", poses_risk="yes", agencies=("mappa",), danger_now="no",
        assessment="relevant conviction found",
    ),
    "decision": raw(
        presumption="yes", necessary="yes", proportionate="yes", decision="disclose", disclose_to=("Adult M",),
        not_to=("applicant",), subject_told="not_told", subject_why="It would put the child at risk.",
        reason="The mother can protect her.",
    ),
    "disclosure": raw(
        done="made", told=("Adult M",), held_at="2026-11-25T14:00", in_person="yes", undertaking_signed="yes",
        undertaking="yes", undertaking__name="M. Garrow", undertaking__how="on_paper", documents_left="none",
    ),
}  # fmt: skip
