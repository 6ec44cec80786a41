"""The report of timeliness against an independent count of the event log, and who may see what of it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.builders import House, build, play
from tests.counting import statements
from workflows.core.case import Case, apply
from workflows.core.clocks import due_at
from workflows.core.commands import Extend, Withdraw
from workflows.core.definition import Side
from workflows.core.events import Event, Withdrawn
from workflows.core.refusals import Refused
from workflows.core.rounds import Challenged, Reopened
from workflows.service.demo_history import history
from workflows.service.filling import Mix, fill
from workflows.service.report_views import Filters, Line, Report
from workflows.service.reporting import Timeliness
from workflows.service.unit_of_work import reading
from workflows.store import events

pytestmark = pytest.mark.feature("C23")

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOLDER = "harrowmere"


# --- A second reading of the record, which shares no line with the first


@dataclass
class Clock:
    """One clock as a naive reader of the log follows it."""

    stage: str
    start: datetime
    holder_side: bool
    away: timedelta = timedelta()
    left: datetime | None = None


@dataclass(frozen=True)
class Seen:
    """One finished clock, or a request (stage "")."""

    stage: str
    month: str
    result: str
    ran: float
    urgency: str
    other: str
    outcome: str
    silent: bool
    mine: bool


def read_log(house: House, org: str) -> Iterator[Seen]:
    """Every finished clock and closed request of a holder, told from its events alone."""
    with reading(house.engine) as connection:
        ids = connection.execute(text("SELECT id::text FROM cases ORDER BY id")).scalars().all()
        logs = [[past.event for past in events.of_stream(connection, each)] for each in ids]
        for log in logs:
            first = log[0]
            if getattr(first, "holder_org", "") == org:
                yield from follow(house, connection, log)


def follow(house: House, connection: object, log: list[Event]) -> Iterator[Seen]:
    case: Case | None = None
    running: Clock | None = None
    held: Clock | None = None
    sent: datetime | None = None
    turn: list[tuple[Clock, datetime, bool, bool]] = []
    silent_at: list[tuple[str, datetime]] = []
    for event in log:
        before, case = case, apply(case, event)
        definition = house.casework.library.definition(connection, case.definition)  # type: ignore[arg-type]
        if type(event).__name__ == "NotSharedByDefault":
            silent_at.append((event.stage, event.at))  # type: ignore[attr-defined]
        if isinstance(event, Reopened | Challenged):
            sent, turn, silent_at = event.at, [], []
        if type(event).__name__ == "Submitted" and sent is None:
            sent = event.at
        move = event.move
        if move is None or before is None:
            continue
        ended = []
        if move.pause:
            held, running = running, None
            assert held is not None
            held.left = event.at
        elif running is not None:
            ended.append(running)
            running = None
        if held is not None and not move.pause:
            assert held.left is not None
            held.away += event.at - held.left
            held.left = None
            running, held = (held, None) if move.resume else (ended.append(held), None)  # type: ignore[func-returns-value]
        if move.clock is not None:
            running = Clock(move.stage, event.at, definition.stage(move.stage).side is Side.HOLDER)
        for clock in ended:
            known = next(
                each for each in case.past_clocks if each.started_at == clock.start and each.stage == clock.stage
            )
            due = due_at(known, house.casework.library.calendar(case.calendar))
            assert due is not None
            turn.append((clock, event.at, event.at > due, isinstance(event, Withdrawn)))
        if case.closed and not before.closed and sent is not None:
            yield from tell(case, sent, event.at, turn, silent_at)
            turn = []
    if case is not None and not case.closed and turn:
        yield from tell(case, None, None, turn, silent_at)


def tell(
    case: Case,
    sent: datetime | None,
    closed: datetime | None,
    turn: list[tuple[Clock, datetime, bool, bool]],
    silent_at: list[tuple[str, datetime]],
) -> Iterator[Seen]:
    outcome = case.outcome.value if case.outcome and closed else ""
    about = (case.urgency.value, case.requester_org, outcome)
    for clock, stop, late, withdrawn in turn:
        result = "late" if late else "not_counted" if withdrawn else "in_time"
        silent = any(stage == clock.stage and clock.start <= at <= stop for stage, at in silent_at)
        ran = math.floor((stop - clock.start - clock.away).total_seconds())
        yield Seen(clock.stage, month(stop), result, ran, *about, silent, clock.holder_side)
    if sent is not None and closed is not None:
        late = any(late and clock.holder_side for clock, _, late, _ in turn)
        result = "late" if late else "not_counted" if outcome == "withdrawn" else "in_time"
        asked = sum(((stop - clock.start) for clock, stop, _, _ in turn if not clock.holder_side), timedelta())
        ran = math.floor((closed - sent - asked).total_seconds())
        yield Seen("", month(closed), result, ran, *about, bool(silent_at), True)


def month(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%Y-%m}"


def percentile(values: list[float], share: float) -> float | None:
    """By linear interpolation, as the definition on the page has it."""
    if not values:
        return None
    values = sorted(values)
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def agrees(line: Line, seen: list[Seen]) -> None:
    counts = Counter(each.result for each in seen)
    assert (line.in_time, line.late, line.not_counted) == (counts["in_time"], counts["late"], counts["not_counted"])
    ran = [each.ran for each in seen if each.result != "not_counted"]
    for found, share in ((line.median, 0.5), (line.ninety, 0.9)):
        wanted = percentile(ran, share)
        assert (found is None) == (wanted is None)
        assert found is None or wanted is None or abs(found - wanted) < 0.01
    assert line.silent == sum(each.silent for each in seen)


# --- The report


def report(house: House, filters: Filters | None = None, **more: object) -> Report:
    person, org = house.person("martin.shaw"), house.organisation(HOLDER).id
    timely = Timeliness(house.engine, house.casework.library, fewest=int(str(more.pop("fewest", 5))))
    return timely.report(person, org, filters or Filters(), now=NOW, **more)  # type: ignore[arg-type]


def grouped(seen: list[Seen], name: str) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for each in seen:
        found[getattr(each, name)].append(each)
    return dict(found)


def mixed(house: House, cases: int) -> None:
    """Requests through the door, and many more made the same way in memory."""
    for number, key in enumerate(("S1", "S2", "S4", "S7", "S9", "S11", "S12") * 6):
        submitted = NOW - timedelta(days=200 - 4 * number, hours=number % 7)
        stop = "information_needed" if number % 5 == 3 and key in ("S7", "S9") else None
        build(house, key, upto=stop, submitted=submitted)
    for number in range(4):
        case_id = build(house, "S2", upto="ig_advice", submitted=NOW - timedelta(days=50 + number))
        house.give(Extend, "martin.shaw", case_id, amount=1, reason="The adviser is ill.")
        house.give(Withdraw, "priya.anand", case_id, reason="Not needed any more.")
    # Questions, things taken back, stages that take their time: made in memory, as the demo's are.
    paced = cases // 3
    history(house.engine, house.casework.library, now=NOW, cases=paced)
    fill(house.engine, house.casework.library, Mix(cases - 46 - paced, ended=0.8, seed=7), now=NOW)


def test_the_report_equals_a_second_reading_of_five_hundred_cases(house: House) -> None:
    mixed(house, 500)
    org = house.organisation(HOLDER).id
    seen = list(read_log(house, org))
    period = report(house).period
    inside = [each for each in seen if each.month in period.months]
    whole, clocks = [each for each in inside if not each.stage], [each for each in inside if each.stage]
    assert len(whole) > 40
    assert {each.result for each in clocks} == {"in_time", "late", "not_counted"}
    assert {each.mine for each in clocks} == {True, False}
    found = report(house, fewest=0)
    agrees(found.requests, whole)
    agrees(found.by_stage.total, clocks)
    for table, lines in (
        (found.by_urgency, grouped(whole, "urgency")),
        (found.by_outcome, grouped(whole, "outcome")),
        (found.by_other, grouped(whole, "other")),
        (found.by_stage, grouped(clocks, "stage")),
    ):
        assert {line.key for line in table.lines if line.total} == set(lines)
        for line in table.lines:
            agrees(line, lines.get(line.key, []))
    for line in found.trend:
        agrees(line, [each for each in seen if not each.stage and each.month == line.key])
    late = Counter((each.stage, each.month) for each in clocks if each.result == "late")
    assert sum(cell.late or 0 for row in found.heat for cell in row.cells) == late.total()
    assert sum(cause.number or 0 for cause in found.causes) == late.total()
    for urgency, wanted in grouped(whole, "urgency").items():
        agrees(report(house, Filters(urgency=urgency), fewest=0).requests, wanted)
    for outcome, wanted in grouped(whole, "outcome").items():
        agrees(report(house, Filters(outcome=outcome), fewest=0).requests, wanted)
    for key, wanted in grouped(whole, "month").items():
        agrees(report(house, Filters(period=key), fewest=0).requests, wanted)


def test_the_funnel_begins_with_all_and_its_ends_add_up_to_them(house: House) -> None:
    history(house.engine, house.casework.library, now=NOW, cases=45)
    found = report(house)
    ends = [step.number or 0 for step in found.funnel if step.end]
    assert sum(ends) == found.funnel[0].number == found.requests.total
    assert all((step.number or 0) <= (found.requests.total or 0) for step in found.funnel)


def test_it_takes_five_statements_however_many_cases_there_are(house: House) -> None:
    play(house, "S4")
    with statements(house.engine) as few:
        report(house)
    fill(house.engine, house.casework.library, Mix(60, ended=0.5), now=NOW)
    with statements(house.engine) as many:
        report(house, Filters(side="asked", urgency="routine"))
    assert len(few) == len(many) == 5


def test_what_is_open_and_late_is_said_beside_what_has_ended(house: House) -> None:
    build(house, "S7", upto="information_needed", submitted=NOW - timedelta(hours=20))
    build(house, "S2", upto="adjudication", submitted=NOW - timedelta(days=90))
    lines = {line.label: line for line in report(house, fewest=0).by_stage.lines}
    assert (lines["Adjudication"].overdue, lines["Adjudication"].total) == (1, 0)
    org = house.organisation("tolland").id
    timely = Timeliness(house.engine, house.casework.library)
    found = timely.report(house.person("paul.sefton"), org, Filters(), now=NOW).by_stage.lines
    asked = {line.label: (line.waiting, line.running, line.theirs) for line in found}
    assert asked["Information governance advice"] == (1, 0, False)
    assert asked["Information needed"] == (0, 1, True)


def test_without_anything_there_is_an_empty_report(house: House) -> None:
    found = report(house)
    assert found.empty
    assert (found.requests.total, found.funnel, found.causes, found.heat) == (0, (), (), ())
    assert report(house, leaving=True).empty


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("martin.shaw", True),
        ("anne.whitcombe", False),
        ("priya.anand", False),
        ("elaine.foster", True),
        ("amina.yusuf", True),
        ("joan.pike", False),
    ],
)
def test_only_managers_seniors_and_auditors_of_the_organisation_see_its_figures(
    house: House, who: str, may: bool
) -> None:
    org = house.organisation(HOLDER).id
    timely = Timeliness(house.engine, house.casework.library)
    if may:
        assert timely.report(house.person(who), org, Filters(), now=NOW).empty
        return
    with pytest.raises(Refused):
        timely.report(house.person(who), org, Filters(), now=NOW)


@pytest.mark.parametrize("wrong", [Filters(period="1999-01"), Filters(side="both")])
def test_a_filter_that_is_not_offered_is_not_found(house: House, wrong: Filters) -> None:
    with pytest.raises(Refused):
        report(house, wrong)


# --- Small numbers


def test_what_leaves_the_house_has_no_small_numbers(house: House) -> None:
    history(house.engine, house.casework.library, now=NOW, cases=60)
    open_one, leaving = report(house), report(house, leaving=True)
    assert not open_one.sheltered
    assert leaving.sheltered
    tables = ((open_one.by_urgency, leaving.by_urgency), (open_one.by_outcome, leaving.by_outcome),
              (open_one.by_stage, leaving.by_stage))  # fmt: skip
    hidden = 0
    for before, after in tables:
        for line, shown in zip(before.lines, after.lines, strict=True):
            for name in ("in_time", "late", "not_counted", "silent", "running", "overdue", "waiting"):
                number = getattr(shown, name)
                assert number in (None, getattr(line, name))
                assert number is None or number == 0 or number >= 5
                hidden += number is None
    assert hidden
    for line in open_one.by_other.lines:
        assert all(number is None or number == 0 or number >= 5 for number in (line.in_time, line.late))
    other = open_one.offered.others[0][0]
    assert report(house, Filters(other=other)).sheltered


def test_a_request_that_was_reopened_counts_twice_and_its_first_answer_stays(house: House) -> None:
    play(house, "S4", submitted=NOW - timedelta(days=60))
    found = report(house, fewest=0)
    assert found.requests.total == 2
    assert [(line.label, line.total) for line in found.by_outcome.lines] == [("Partly shared", 1), ("Declined", 1)]


def test_the_export_is_on_record_once(house: House) -> None:
    timely, person = Timeliness(house.engine, house.casework.library), house.person("martin.shaw")
    org, command_id = house.organisation(HOLDER).id, house.new_id()
    for _ in range(2):
        timely.note_export(person, org, Filters(), form="csv", command_id=command_id, at=NOW)
    with reading(house.engine) as connection:
        wanted = "SELECT facts ->> 'form', actor FROM events WHERE type = 'FiguresExported'"
        assert connection.execute(text(wanted)).all() == [("csv", person.id)]
