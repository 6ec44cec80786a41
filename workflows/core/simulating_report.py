"""Adding up replays: figures, the ten largest differences of each kind, and the stages that nobody can work on today.

What is kept does not grow with the number of requests: counts by kind, by stage and by holder, and ten of each kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappush, heappushpop

from workflows.core.definition import REQUESTER_COMMANDS, Definition, Role, Side, Stage
from workflows.core.permissions import role_words
from workflows.core.simulated import Crew, Difference, Kind, Partial, Replayed, hands
from workflows.core.timeliness import Result

TOP = 10
"""So many differences of each kind are shown first."""
MOST_ROUTES = 50
"""So many different pairs of stages are counted; further ones are counted together."""


@dataclass(frozen=True, slots=True, order=True)
class Ranked:
    """A difference with what it is ranked by: how much it weighs, then how late it was, then which request it is."""

    weight: int
    at: datetime
    case_id: str
    reference: str = field(compare=False)
    open: bool = field(compare=False)
    difference: Difference = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unmanned:
    """A stage on which nobody at this holder can work today. ``came`` requests that were looked at came there."""

    holder: str
    stage: str
    who: str
    came: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run found, without the list of all differences.

    ``requests`` is how many were looked at, ``same`` how many would have gone as they did in every way.
    ``results`` counts pairs of results (recorded, simulated; nothing where it cannot be known). ``apart``: the workflow
    keeps its requests from all but its own roles; those are not among them.
    """

    requests: int
    open: int
    same: int
    kinds: tuple[tuple[Kind, int], ...]
    results: tuple[tuple[Result, Result | None, int], ...]
    routes: tuple[tuple[str, str, int], ...]
    partial: tuple[tuple[Partial, int], ...]
    unmanned: tuple[Unmanned, ...]
    top: tuple[tuple[Kind, tuple[Ranked, ...]], ...]
    apart: bool = False

    def count(self, kind: Kind) -> int:
        """How many requests differ in this way."""
        return dict(self.kinds)[kind]

    def pair(self, before: Result, after: Result | None) -> int:
        """How many requests have this result and would have that one."""
        return next((number for was, will, number in self.results if (was, will) == (before, after)), 0)


@dataclass(slots=True)
class Tally:
    """Adds replays up, one after another."""

    requests: int = 0
    open: int = 0
    same: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    results: Counter[tuple[Result, Result | None]] = field(default_factory=Counter)
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)
    partial: Counter[Partial] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    holders: set[str] = field(default_factory=set)
    tops: dict[Kind, list[Ranked]] = field(default_factory=dict)

    def add(self, found: Replayed) -> None:
        """Count one request."""
        self.requests += 1
        self.open += found.open
        self.same += not found.differences and not found.partial
        self.holders.add(found.holder)
        self.partial.update(found.partial)
        self.reached.update((found.holder, stage) for stage in found.reached)
        self.results[(found.before, found.after)] += 1
        for each in found.differences:
            self.kinds[each.kind] += 1
            if each.kind is Kind.ROUTE:
                self._routed(each)
            self._rank(found, each)

    def _routed(self, each: Difference) -> None:
        pair = (each.before, each.after)
        if pair not in self.routes and len(self.routes) >= MOST_ROUTES:
            pair = ("Other stages", "Other stages")
        self.routes[pair] += 1

    def _rank(self, found: Replayed, each: Difference) -> None:
        ranked = Ranked(each.weight, each.at, found.case_id, found.reference, found.open, each)
        top = self.tops.setdefault(each.kind, [])
        if len(top) < TOP:
            heappush(top, ranked)
        else:
            heappushpop(top, ranked)

    def summary(self, candidate: Definition, crew: Crew, *, apart: bool = False) -> Summary:
        """What came of it."""
        return Summary(
            self.requests, self.open, self.same,
            tuple((kind, self.kinds[kind]) for kind in Kind),
            self._results(),
            tuple((*pair, number) for pair, number in self.routes.most_common()),
            tuple((each, self.partial[each]) for each in Partial if self.partial[each]),
            tuple(self._unmanned(candidate, crew)),
            tuple((kind, tuple(sorted(self.tops.get(kind, ()), reverse=True))) for kind in Kind),
            apart,
        )  # fmt: skip

    def _results(self) -> tuple[tuple[Result, Result | None, int], ...]:
        after: tuple[Result | None, ...] = (*Result, None)
        pairs = ((was, will) for was in Result for will in after)
        return tuple((was, will, self.results[(was, will)]) for was, will in pairs if self.results[(was, will)])

    def _unmanned(self, candidate: Definition, crew: Crew) -> Iterator[Unmanned]:
        for holder in sorted(self.holders):
            for stage in candidate.stages.values():
                for roles in _work(candidate, stage):
                    if not hands(crew, holder, roles):
                        yield Unmanned(holder, stage.title, role_words(roles), self.reached[(holder, stage.name)])


def _work(candidate: Definition, stage: Stage) -> list[tuple[Role, ...]]:
    """Who can do each piece of the holder's work at a stage, each group of roles once."""
    if stage.side is not Side.HOLDER:
        return []
    commands = [each for each in stage.commands if each not in REQUESTER_COMMANDS]
    return list(dict.fromkeys(candidate.performers(stage.name, each) for each in commands))
