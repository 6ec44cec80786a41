"""A year of finished requests for the demo, so that its figures show something: quick ones, late ones, questions.

Played through the rulebook in memory and copied in, as ``filling`` does: the record is whole and every figure can be
made anew from it. Nobody is written to about requests that ended long ago.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from workflows.core import commands as c
from workflows.core import request as r
from workflows.core.clocks import Clock, due_at
from workflows.core.definition import Definition, StageKind
from workflows.core.refusals import Refused
from workflows.service.filling import LONDON, Pattern, Play, crew_of, latest, write
from workflows.service.library import Library
from workflows.service.scenario import Beat, Scenario, moved, script
from workflows.service.unit_of_work import Engine
from workflows.store import bulk

CASES = 420
DAYS = 350
SEED = 23
OFFICE_HOURS = range(9, 17)
QUESTION, ANSWER = "Which months do you need most?", "September and October."
WITHDRAWN = "The family has moved away; another team asks now."
ASKED, TAKEN_BACK = 0.18, 0.07
"""How often a question is asked, and a request taken back."""
SLOW = {StageKind.CHECK: 0.08, StageKind.ADVICE: 0.16, StageKind.ADJUDICATION: 0.24, StageKind.RELEASE: 0.06}
"""How often a stage ends late; more so in the months of leave, less so than a year ago."""
LEAVE = frozenset({8, 12})
BETTER = 0.5


@dataclass(frozen=True, slots=True)
class Past(Play):
    """Plays requests that ended, over a year, at a pace of their own."""

    def _one(self, number: int) -> Pattern | None:
        """One request; None when this throw of the dice cannot be played, or would end after now."""
        sent = self._office_time(self.now - timedelta(days=self.chance.uniform(4, DAYS)))
        story, own = self._story()
        weeks = (sent - story.submitted) // timedelta(weeks=1)
        story = replace(
            moved(story.key, days=7 * weeks), requester=story.requester, holder=story.holder, answers=story.answers,
            steps=story.steps,
        )  # fmt: skip
        tag = f"history/{number}/{self.chance.getrandbits(64):x}"
        commands = self._timed(story, script(story, own, tag=tag, submitted=sent), own.actor)
        if commands is None:
            return None
        try:
            played = self._played(commands)
        except Refused:
            return None
        return played if played is not None and played.case.closed else None

    def _office_time(self, day: datetime) -> datetime:
        """An hour at which people work, near this day."""
        local = day.astimezone(LONDON)
        local -= timedelta(days=max(local.weekday() - 4, 0))
        return datetime.combine(local.date(), time(self.chance.choice(OFFICE_HOURS), 12), LONDON).astimezone(UTC)

    def _timed(
        self, story: Scenario, beats: tuple[Beat, ...], actor: Callable[[str], c.Actor]
    ) -> list[c.Command] | None:
        """The commands at their own pace, some with a question on the way, some taken back."""
        first = next(place for place, beat in enumerate(beats) if beat.act == "submit")
        commands = [beat.command for beat in beats[: first + 1]]
        at, urgency = commands[-1].at, story.part(r.Purpose).urgency
        taken_back = self.chance.random() < TAKEN_BACK
        for beat in beats[first + 1 :]:
            start, stage = at, self.definition.stages.get(beat.act)
            rule = stage.clocks.get(urgency) if stage else None
            if stage is None or rule is None:
                at = beat.command.at if beat.command.at > at else at + timedelta(days=2)
            else:
                clock = Clock(1, stage.name, start, rule.length, "england-and-wales", rule.due_time)
                due = due_at(clock, self.library.calendar(clock.calendar))
                assert due is not None
                if stage.kind is StageKind.ADVICE and self.chance.random() < ASKED:
                    asked = start + (due - start) * 0.3
                    start = asked + timedelta(hours=self.chance.uniform(3, 150))
                    due += start - asked
                    commands += self._question(story, commands[0].case_id, asked, start, actor)
                at = start + (due - start) * self._pace(stage.kind, start)
            if at >= self.now:
                return None
            if taken_back and stage is not None and stage.kind is StageKind.ADJUDICATION:
                withdraw = c.Withdraw(
                    id="", actor=actor(story.requester), at=at, case_id=commands[0].case_id, reason=WITHDRAWN
                )
                return [*commands, withdraw]
            commands.append(replace(beat.command, at=at))
        return commands

    def _question(
        self, story: Scenario, case_id: str, asked: datetime, answered: datetime, actor: Callable[[str], c.Actor]
    ) -> list[c.Command]:
        asker = next(step.actor for step in story.steps if step.stage == "ig_advice")
        return [
            c.Ask(id="", actor=actor(asker), at=asked, case_id=case_id, question=QUESTION),
            c.Answer(id="", actor=actor(story.requester), at=answered, case_id=case_id, answer=ANSWER),
        ]

    def _pace(self, kind: StageKind, start: datetime) -> float:
        """The share of the time that a stage takes; above one is late."""
        long_ago = (self.now - start) / timedelta(days=DAYS)
        chance = SLOW.get(kind, 0.1) * (BETTER + long_ago) + (0.2 if start.month in LEAVE else 0.0)
        return self.chance.uniform(1.05, 2.4) if self.chance.random() < chance else self.chance.uniform(0.15, 0.95)


def history(
    engine: Engine,
    library: Library,
    *,
    now: datetime,
    cases: int = CASES,
    told: Callable[[int], None] = lambda made: None,
) -> int:
    """Add requests that ended in the year before ``now``; how many. ``told`` hears how many there are.

    Raises Refused when there is nobody who could ask or answer; Busy, Unavailable.
    """
    chance = random.Random(SEED)  # noqa: S311  no secret hangs on it: it mixes demo cases
    definition: Definition = latest(engine, library)
    play = Past(crew_of(engine), definition, library, now, chance, ended=True)
    made = 0
    while made < cases:
        patterns = play.patterns(min(60, cases - made))
        batch = bulk.Batch.empty()
        for pattern in patterns:
            batch.add(pattern, reference=play.reference())
        write(engine, batch)
        made += len(patterns)
        told(made)
    bulk.refresh_statistics(engine)
    return made
