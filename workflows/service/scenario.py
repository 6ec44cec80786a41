"""A request of the demo data as the commands that carry it out, step by step, with every recorded detail."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID, uuid5

from pydantic import TypeAdapter

from workflows.core import commands as c
from workflows.core import request as r
from workflows.core.grounds import BasisOverride
from workflows.core.permissions import Principal
from workflows.core.weighing import Likelihood, RiskAssessment, Severity
from workflows.definitions import demo
from workflows.service import scenario_rounds as rounds
from workflows.service.execute import Done
from workflows.service.office import Organisation
from workflows.service.scenario_rounds import DECISION_WORDS as DECISION_WORDS
from workflows.service.scenario_rounds import GAP as GAP

NAMESPACE = UUID("0b0e4f0a-6a0f-4c39-8c8f-7a1d5f0c9be2")
"""Ids of the commands and cases played from the data derive from it: playing twice is a repetition."""
LEAD = timedelta(minutes=40)
"""The draft is begun this long before it is sent."""
SAVING = timedelta(minutes=6)

FINDINGS: Mapping[r.ConsentState, c.ConsentFinding] = {
    r.ConsentState.GIVEN: c.ConsentFinding.VALID,
    r.ConsentState.REFUSED: c.ConsentFinding.NOT_A_BAR,
    r.ConsentState.WITHDRAWN: c.ConsentFinding.NOT_A_BAR,
    r.ConsentState.NOT_SOUGHT: c.ConsentFinding.NOT_SOUGHT,
    r.ConsentState.CANNOT_BE_GIVEN: c.ConsentFinding.CANNOT_BE_GIVEN,
    r.ConsentState.NOT_THE_BASIS: c.ConsentFinding.NOT_THE_BASIS,
}
"""What a consent officer finds when the request is right about consent; the data tells the rest in words."""
COVERS_ALL = "consent covers every item and recipient"
REASONS = (("not necessary", "not_necessary"), ("not relevant", "not_relevant"), ("detriment", "detriment"))
"""The reason code for the words with which the data refuses an item."""

PLAYED = frozenset({"standard", "emergency"})
"""The workflows whose requests are played."""
RECORDING = timedelta(minutes=6)
"""In an emergency, between the spoken share and its record."""

T = TypeVar("T")
_Adapters: dict[type[Any], TypeAdapter[Any]] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route: the stage or act, the e-mail address of who acts, and what is recorded."""

    stage: str
    actor: str
    says: Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """One request of the data. ``requester`` is an e-mail address, ``holder`` an organisation's key.

    ``spoken`` is a share by word of mouth: who, when, whether the caller was rung back.
    """

    key: str
    title: str
    submitted: datetime
    requester: str
    holder: str
    answers: tuple[tuple[r.Task, r.Answers], ...]
    steps: tuple[Step, ...]
    contents: Mapping[str, str]
    expect: Mapping[str, Any]
    workflow: str = "standard"
    spoken: Mapping[str, Any] | None = None

    def part(self, kind: type[T]) -> T:
        """The answers of one kind. Raises StopIteration when there are none."""
        return next(answers for _, answers in self.answers if isinstance(answers, kind))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: people by e-mail address, organisations by key, and the stage roles' first hands."""

    people: Mapping[str, Principal]
    organisations: Mapping[str, Organisation]

    def actor(self, email: str) -> c.Actor:
        """The actor with this address. Raises KeyError."""
        person = self.people[email]
        return c.Actor(person.id, person.name)


@dataclass(frozen=True, slots=True)
class Beat:
    """One command with the name of the act, such as "submit" or "adjudication"."""

    act: str
    command: c.Command


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Every request of the data that a shipped workflow can carry, by key."""
    cases = demo.read("cases")["cases"]
    return {case["key"]: scenario(case) for case in cases if case["workflow"] in PLAYED}


def scenario(case: Mapping[str, Any]) -> Scenario:
    """One request from its data. Raises ValueError for a detail that has no place in a request."""
    return Scenario(
        key=case["key"], title=case["title"], submitted=case["submitted"], requester=case["requester"],
        holder=case["holder"], answers=tuple(_answers(case)), steps=tuple(Step(*step) for step in case["route"]),
        contents=demo.read("additions")["contents"].get(case["key"], {}), expect=case["expect"],
        workflow=case["workflow"], spoken=case.get("verbal_share"),
    )  # fmt: skip


def moved(key: str, *, days: int) -> Scenario:
    """The request of the data with every date but the births moved, so that reviews stay in the future."""
    case = next(case for case in demo.read("cases")["cases"] if case["key"] == key)
    return scenario(_moved(case, timedelta(days=days)))


def _moved(value: Any, by: timedelta, *, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _moved(each, by, key=name) for name, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, by) for each in value]
    return value + by if isinstance(value, date) and key != "born" else value


def _answers(case: Mapping[str, Any]) -> Iterator[tuple[r.Task, r.Answers]]:
    known = {"key", "title", "workflow", "submitted", "requester", "holder", "people", "items", "recipients",
             "consent", "told_person", "basis", "verbal_share", "route", "expect"}  # fmt: skip
    purpose = {name: value for name, value in case.items() if name not in known}
    yield r.Task.PEOPLE, r.People(tuple(_build(r.Person, each) for each in case["people"]))
    yield r.Task.PURPOSE, _build(r.Purpose, purpose)
    yield r.Task.ITEMS, r.Items(tuple(_build(r.Item, _item(each)) for each in case["items"]))
    if "recipients" in case:
        recipients = tuple(_build(r.Recipient, each) for each in case["recipients"])
        yield r.Task.RECIPIENTS, r.Recipients(recipients)
    consent = {"kinds" if name == "kind" else name: value for name, value in case["consent"].items()}
    told = _build(r.Told, case.get("told_person", {}))
    yield r.Task.CONSENT, r.ConsentAndOpenness(_build(r.Consent, consent), told)
    if "basis" in case:
        yield r.Task.BASIS, _build(r.LegalBasis, case["basis"])


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    if "period" not in item:
        return dict(item)
    period = {"from": "start", "to": "end"}
    return {**item, "period": {period[name]: value for name, value in item["period"].items()}}


def _build(kind: type[T], data: Mapping[str, Any]) -> T:
    """A frozen part of a request from plain data; a key that it does not have would be lost, so it is refused."""
    names = {field.name for field in dataclasses.fields(cast(Any, kind))}
    if strange := set(data) - names:
        raise ValueError(f"{kind.__name__} has no place for: {', '.join(sorted(strange))}")
    adapter = _Adapters.setdefault(kind, TypeAdapter(kind))
    return cast(T, adapter.validate_python(dict(data)))


def script(
    story: Scenario,
    cast_of: Cast,
    *,
    tag: str,
    submitted: datetime | None = None,
    times: Sequence[datetime] | None = None,
) -> tuple[Beat, ...]:
    """The commands of the whole request in order. ``tag`` tells one playing from another.

    ``times`` are the instants of the steps after submission, release included; without them each step
    follows the one before by GAP.
    """
    sent = submitted or story.submitted
    case_id = str(uuid5(NAMESPACE, f"{tag}/{story.key}/case"))
    steps = list(rounds.acts(story))
    when = list(times) if times is not None else _times(story, steps, sent)
    acts = [*_drafting(story, cast_of, tag=tag, case_id=case_id, sent=sent)]
    for step, at in zip(steps, when, strict=False):
        if step.stage == "emergency_release":
            acts.append((step.stage, _share_now(story, step, at, cast_of, case_id, sent=sent)))
            continue
        acts.append((step.stage, _COMMANDS[step.stage](story, step, at, cast_of.actor(step.actor), case_id)))
    return tuple(
        Beat(act, replace(command, id=command_id(tag, story.key, number))) for number, (act, command) in enumerate(acts)
    )


def _times(story: Scenario, steps: Sequence[Step], sent: datetime) -> list[datetime]:
    """The instants of the steps; what was spoken is written down soon after, and a review comes on its day."""
    times = rounds.usual(steps, sent)
    return times if story.spoken is None else [_spoken_at(story, sent) + RECORDING, *times[1:]]


def _spoken_at(story: Scenario, sent: datetime) -> datetime:
    """When a spoken share was made, in a playing that was sent at ``sent``."""
    assert story.spoken is not None
    at: datetime = story.spoken["at"]
    return sent + (at - story.submitted)


def command_id(tag: str, key: str, number: int | str) -> str:
    """The id of the command with this number (or name) in one playing of a request: always the same."""
    return str(uuid5(NAMESPACE, f"{tag}/{key}/{number}"))


def perform(beats: Sequence[Beat], door: Callable[[c.Command], Done], *, upto: str | None = None) -> Done:
    """Give the commands in order, stopping before the act called ``upto``; what the last one did.

    Playing again repeats nothing, and goes on where an interrupted playing stopped. Raises Refused, Busy.
    """
    done: Done | None = None
    for beat in beats:
        if beat.act == upto:
            break
        seen = done.version if done else None
        done = door(replace(beat.command, seen_version=seen))
    if done is None:
        raise ValueError(f"nothing is played before {upto}")
    return done


def _drafting(
    story: Scenario, cast_of: Cast, *, tag: str, case_id: str, sent: datetime
) -> Iterator[tuple[str, c.Command]]:
    actor = cast_of.actor(story.requester)
    holder = cast_of.organisations[story.holder]
    own = sorted(org.id for org in cast_of.organisations.values() if _domain(org.key, story.requester))
    begun = sent - LEAD
    yield "start", c.Start(
        id="", actor=actor, at=begun, case_id=case_id, reference=reference(case_id), requester_org=own[0],
        holder_org=holder.id, calendar=holder.calendar, workflow=story.workflow,
    )  # fmt: skip
    for number, (task, answers) in enumerate(story.answers):
        at = begun + SAVING * (number + 1)
        yield "save", c.Save(id="", actor=actor, at=at, case_id=case_id, task=task, answers=answers)
    yield "submit", c.Submit(id="", actor=actor, at=sent, case_id=case_id)


def _domain(key: str, email: str) -> bool:
    return email.partition("@")[2].partition(".")[0] == key


def reference(case_id: str) -> str:
    """A reference made from the case's id, in the alphabet of references."""
    letters, number, code = "23456789BCDFGHJKMNPQRSTVWXYZ", UUID(case_id).int, ""
    for _ in range(8):
        number, place = divmod(number, len(letters))
        code += letters[place]
    return f"GH-{code[:4]}-{code[4:]}"


def _consent_check(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    said = story.part(r.ConsentAndOpenness)
    assert said.consent.state is not None
    finding = FINDINGS[said.consent.state]
    people = tuple(
        _found(person, finding, step.says, said.told, at=at)
        for person in story.part(r.People).people
        if r.PersonRole.DATA_SUBJECT in person.roles
    )
    return c.RecordConsent(
        id="", actor=actor, at=at, case_id=case_id, finding=finding, covers_all=COVERS_ALL in step.says,
        note=step.says, people=people,
    )  # fmt: skip


def _found(person: r.Person, finding: c.ConsentFinding, words: str, told: r.Told, *, at: datetime) -> c.PersonFinding:
    """The finding for one person. Whether she is told is the officer's to say only where its day is to come."""
    later = told.tell_by if told.told is False and told.tell_by and told.tell_by > at.date() else None
    return c.PersonFinding(
        person.label, finding, words, told=False if later else None,
        told_why=told.why if later else "", revisit_on=later,
    )  # fmt: skip


def _advise(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    says = dict(step.says)
    advice, conditions = c.AdviceType(says.pop("advice")), tuple(says.pop("conditions", ()))
    return c.Advise(id="", actor=actor, at=at, case_id=case_id, advice=advice, conditions=conditions, **says)


def _decide(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    purpose = story.part(r.Purpose)
    terms = demo.read("additions")["terms"].get(story.key, {})
    conditions = (*_advised_conditions(story), *terms.get("conditions", ()))
    extra = {name: value for name, value in step.says.items() if name in DECISION_WORDS}
    items = tuple(_item_decision(key, says) for key, says in step.says.items() if key not in DECISION_WORDS)
    return c.Decide(
        id="", actor=actor, at=at, case_id=case_id, items=items, harm_of_sharing=purpose.risk_of_sharing,
        harm_of_not_sharing=purpose.risk_of_not_sharing, conditions=conditions, retention=terms.get("retention", ""),
        onward=terms.get("onward", ""), risk_of_sharing=_weighed(story, r.PersonRole.DATA_SUBJECT),
        risk_of_not_sharing=_weighed(story, r.PersonRole.PROTECTED), overrides=_overrides(story), **extra,
    )  # fmt: skip


def _overrides(story: Scenario) -> tuple[BasisOverride, ...]:
    """Why the data's adjudicator shares against advice about the basis, where she does."""
    reasons = demo.read("additions")["overrides"].get(story.key, {})
    return tuple(BasisOverride(code, reason) for code, reason in reasons.items())


def _weighed(story: Scenario, affected: r.PersonRole) -> RiskAssessment:
    """One side as the adjudicators of the demo rate it: the data has the harm in words, and whom it is about."""
    labels = [person.label for person in story.part(r.People).people if affected in person.roles]
    return RiskAssessment(Likelihood.POSSIBLE, Severity.SERIOUS, " and ".join(labels) or "the person", "")


def _advised_conditions(story: Scenario) -> tuple[str, ...]:
    """The adjudicators of the data make the adviser's conditions their own."""
    return tuple(
        condition
        for step in story.steps
        if step.stage == "ig_advice" and isinstance(step.says, dict)
        for condition in step.says.get("conditions", ())
    )


def _item_decision(key: str, says: Any) -> c.ItemDecision:
    if isinstance(says, dict):
        ((outcome, words),) = says.items()
        code = next(code for start, code in REASONS if words.startswith(start))
        return c.ItemDecision(key, c.ItemOutcome(outcome), code, words)
    return c.ItemDecision(key, c.ItemOutcome(says), "necessary")


def _share_now(story: Scenario, step: Step, at: datetime, cast_of: Cast, case_id: str, *, sent: datetime) -> c.Command:
    shared = tuple(key for key, says in step.says.items() if says == c.ItemOutcome.SHARE)
    spoken, told = story.spoken, story.part(r.Recipients).recipients[0]
    assert spoken is not None
    share = c.Share(
        items=shared, how=c.ShareHow.SPOKEN, told=", ".join(part for part in (told.name, told.role) if part),
        said_at=min(_spoken_at(story, sent), at), said_by=cast_of.actor(spoken["by"]).name,
        call_back_verified=spoken["call_back_verified"],
        contents=tuple(c.ItemContent(key, story.contents[key]) for key in shared if key in story.contents),
    )  # fmt: skip
    return c.ShareNow(id="", actor=cast_of.actor(step.actor), at=at, case_id=case_id, share=share)


def _review_share(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    says = dict(step.says)
    finding = c.ReviewFinding(says.pop("finding"))
    return c.ReviewShare(id="", actor=actor, at=at, case_id=case_id, finding=finding, **says)


def _withdraw(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    return c.Withdraw(id="", actor=actor, at=at, case_id=case_id, reason=step.says["reason"])


def _release(story: Scenario, step: Step, at: datetime, actor: c.Actor, case_id: str) -> c.Command:
    words = {item.key: f"{item.describe}: see the record of today." for item in story.part(r.Items).items}
    contents = tuple(c.ItemContent(key, story.contents.get(key) or words[key]) for key in step.says)
    return c.Release(id="", actor=actor, at=at, case_id=case_id, contents=contents)


_COMMANDS: Mapping[str, Callable[[Scenario, Step, datetime, c.Actor, str], c.Command]] = {
    "consent_check": _consent_check,
    "ig_advice": _advise,
    "adjudication": _decide,
    "retrospective_review": _review_share,
    "release": _release,
    "reopen": rounds.reopen,
    "review": rounds.review,
    "withdraw": _withdraw,
}
