"""What the models of the API have in common, and where a case stands: the answer to every act."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from workflows.core.definition import CommandType
from workflows.core.scopes import Scope, scope_refusal
from workflows.service.standing import Standing
from workflows.service.views import Offer


class Sent(BaseModel):
    """Something that is sent to the API: unknown fields are refused, and nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """Something that the API says."""

    model_config = ConfigDict(extra="forbid", frozen=True)


UUID_TEXT = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
Id = Annotated[str, Field(pattern=f"^{UUID_TEXT}$")]
"""An id as the API gives it. Nothing else may come near a column of ids."""
NoId = Annotated[str, Field(pattern=f"^(?:{UUID_TEXT})?$")]
"""An id, or nothing."""


class Empty(Sent):
    """Nothing has to be said besides the act itself: send {}."""


class ReasonModel(Told):
    """Why something cannot be done."""

    code: str = Field(description="For machines; it never changes.", examples=["wrong_stage"])
    say: str = Field(description="For people.", examples=["This request is not at the stage where that is done."])


class ActionModel(Told):
    """One thing that people can do to a request, and whether you can do it now."""

    command: str = Field(description="Which act.", examples=["advise"])
    href: str = Field(description="Where it is posted.", examples=["/api/v1/cases/…/advise"])
    allowed: bool = Field(description="Whether you can do it now, with this token.")
    reason: ReasonModel | None = Field(description="Why you cannot; null where you can.")


class StandingModel(Told):
    """Where a request stands. Nothing of what anybody wrote is in it."""

    id: str = Field(description="Its id, in addresses.", examples=["0d0c6a53-3a5e-5c1b-9a53-8f2a8d1f7c11"])
    reference: str = Field(description="What people call it.", examples=["GH-7K2M-4QXD"])
    version: int = Field(description="It grows with every change; the ETag carries it.", examples=[3])
    workflow: str = Field(examples=["standard"])
    workflow_version: int = Field(examples=[1])
    stage: str = Field(description="Its stage, by the workflow's own name.", examples=["advice"])
    stage_title: str = Field(examples=["Information governance advice"])
    kind: str = Field(description="What sort of work that stage is.", examples=["advice"])
    urgency: str = Field(examples=["routine"])
    requester_organisation: str = Field(description="The id of the organisation that asks.")
    holder_organisation: str = Field(description="The id of the organisation that holds the information.")
    created_at: datetime
    submitted_at: datetime | None = Field(description="Null while it is a draft.")
    due_at: datetime | None = Field(
        description="When the clock that runs falls due (UTC); null while none runs, or where the bank holidays of "
        "that time are not known yet."
    )
    paused: bool = Field(description="Whether its clock stands still, because a question is open.")
    overdue: bool
    closed_at: datetime | None
    outcome: str = Field(description="How it ended; empty while it has not.", examples=["shared"])
    round: int = Field(description="1, and one more each time that it is opened again, challenged or sent back.")
    actions: list[ActionModel] = Field(description="Everything that people can do, and what of it you can do now.")

    @classmethod
    def of(cls, standing: Standing, scopes: frozenset[Scope]) -> StandingModel:
        """The view as an answer to the bearer of a token with these scopes."""
        names = [name for name in cls.model_fields if name != "actions"]
        values = {name: getattr(standing, name) for name in names}
        return cls(**values, actions=actions_of(standing.id, standing.offers, scopes))


class GoneModel(Told):
    """The act was done, and with it the request is no longer yours to see."""

    id: str = Field(description="Its id.")
    gone: Literal[True] = Field(default=True, description="You may no longer know of it.")


class ActedModel(RootModel[StandingModel | GoneModel]):
    """Where the request stands after the act."""

    model_config = ConfigDict(frozen=True)


def actions_of(case_id: str, offers: tuple[Offer, ...], scopes: frozenset[Scope]) -> list[ActionModel]:
    """What may be done next, and why not what may not: as the rules say, and as far as the token goes."""
    found = []
    for offer in offers:
        refusal = offer.refusal or scope_refusal(scopes, offer.command)
        reason = ReasonModel(code=refusal.code, say=refusal.say) if refusal else None
        found.append(
            ActionModel(
                command=offer.command.value,
                href=f"/api/v1{command_path(offer.command, case_id)}",
                allowed=refusal is None,
                reason=reason,
            )
        )
    return found


def command_path(command: CommandType, case_id: str) -> str:
    """Where a command is posted, after the prefix."""
    return f"/cases/{case_id}/{command.value.replace('_', '-')}"
