"""A CSV file of answers of CP-IS: one row for each plan, or one without a type where no plan is recorded.

Only the rows of the one person are used. A cell that looks like a formula is text here, as every other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from webapp.checking.answers import MOST_BYTES, MOST_FAULTS, Answer, Fault, Unreadable, digits_of, number_fault
from webapp.forms import clean
from workflows.core.checking import MOST_PLANS
from workflows.core.cpis import Authority, CpisPlan, CpisResult, CpisVia, PlanType
from workflows.core.request import Period
from workflows.core.spans import instant

COLUMNS = (
    "nhs_number", "plan_type", "start", "end", "la_code", "la_name", "la_phone_office", "la_phone_edt",
    "checked_at", "checked_by",
)  # fmt: skip
TYPES = {"CPP": PlanType.CHILD_PROTECTION, "LAC": PlanType.LOOKED_AFTER, "UCPP": PlanType.UNBORN}
MOST_ROWS = 5_000
LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be read. ``number`` counts lines from the head, which is 1."""

    number: int
    nhs_number: str
    plan: CpisPlan | None
    authority: Authority
    checked_at: datetime
    checked_by: str


def read_csv(raw: bytes, *, number: str, demo: bool) -> Answer:
    """What the file says about the person with this NHS number. Raises Unreadable."""
    rows = _rows(raw, demo=demo)
    mine = [row for row in rows if row.nhs_number == digits_of(number)]
    if not mine:
        say = "No row has the NHS number of the person that you chose. That says nothing about a plan."
        raise Unreadable(Fault("", say))
    newest = max(row.checked_at for row in mine)
    now = [row for row in mine if row.checked_at == newest]
    plans = tuple(row.plan for row in now if row.plan is not None)
    if plans and len(plans) < len(now):
        raise Unreadable(Fault(f"Row {now[0].number}", "One row tells of a plan, another of none."))
    if len(plans) > MOST_PLANS:
        raise Unreadable(Fault(f"Row {now[MOST_PLANS].number}", f"There are more than {MOST_PLANS} plans."))
    first = max(now, key=_newest)
    remarks = []
    if others := len(rows) - len(mine):
        remarks.append(f"{others} {'row is' if others == 1 else 'rows are'} about other people and not kept.")
    if older := len(mine) - len(now):
        remarks.append(f"{older} {'row tells' if older == 1 else 'rows tell'} of an earlier check, which is not used.")
    result = CpisResult.PLAN if plans else CpisResult.NO_PLAN_RECORDED
    return Answer(
        CpisVia.CSV, result, plans, first.authority, checked_at=newest, checked_by=first.checked_by,
        remarks=tuple(remarks),
    )  # fmt: skip


def _newest(row: Row) -> tuple[bool, date]:
    period = row.plan.period if row.plan else Period()
    return period.end is None, period.start or date.min


def _rows(raw: bytes, *, demo: bool) -> list[Row]:
    """Every row of the file. Raises Unreadable for the whole file when one of them cannot be read."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(Fault("", f"The file is larger than {MOST_BYTES:,} bytes."))
    try:
        lines = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        head = [clean(cell).casefold() for cell in next(lines, [])]
        if sorted(head) != sorted(COLUMNS):
            raise Unreadable(Fault("Row 1", f"The columns must be {', '.join(COLUMNS)}."))
        found: list[Row] = []
        faults: list[Fault] = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) >= MOST_ROWS:
                raise Unreadable(Fault(f"Row {lines.line_num}", f"There are more than {MOST_ROWS:,} rows."))
            made = _row(lines.line_num, head, cells, demo=demo)
            faults += made if isinstance(made, list) else []
            found += [made] if isinstance(made, Row) else []
            if len(faults) >= MOST_FAULTS:
                break
    except UnicodeDecodeError:
        raise Unreadable(Fault("", "The file is not text in UTF-8.")) from None
    except csv.Error:
        raise Unreadable(Fault(f"Row {lines.line_num}", "This is not a row of a CSV file.")) from None
    if faults:
        raise Unreadable(faults)
    return found


def _row(line: int, head: list[str], cells: list[str], *, demo: bool) -> Row | list[Fault]:
    where = f"Row {line}"
    if len(cells) != len(head):
        return [Fault(where, f"There must be {len(head)} cells.")]
    cell = dict(zip(head, (" ".join(clean(each).split()) for each in cells), strict=True))
    faults = [Fault(f"{where}, {name}", say) for name, say in _faults(cell, demo=demo)]
    if faults:
        return faults
    at = _instant(cell["checked_at"])
    assert at is not None
    type_ = TYPES.get(cell["plan_type"].upper())
    plan = CpisPlan(type_, Period(_day(cell["start"]), _day(cell["end"]))) if type_ else None
    authority = Authority(cell["la_name"], cell["la_code"], cell["la_phone_office"], cell["la_phone_edt"])
    return Row(line, digits_of(cell["nhs_number"]), plan, authority, at, cell["checked_by"])


def _faults(cell: dict[str, str], *, demo: bool) -> Iterator[tuple[str, str]]:
    if say := number_fault(cell["nhs_number"], demo=demo):
        yield "nhs_number", say
    if cell["plan_type"] and cell["plan_type"].upper() not in TYPES:
        yield "plan_type", f"Write one of {', '.join(TYPES)}, or nothing where no plan is recorded."
    for name in ("start", "end"):
        if cell[name] and _day(cell[name]) is None:
            yield name, "Write a day such as 2026-03-02, or nothing."
        elif cell[name] and not cell["plan_type"]:
            yield name, "There is a day, but no kind of plan."
    start, end = _day(cell["start"]), _day(cell["end"])
    if start and end and end < start:
        yield "end", "The plan ends before it begins."
    if _instant(cell["checked_at"]) is None:
        yield "checked_at", "Write when CP-IS was asked, such as 2026-11-22T14:30."
    if cell["plan_type"] and not cell["la_name"]:
        yield "la_name", "A plan needs the name of the responsible local authority."
    for name in COLUMNS:
        if len(cell[name]) > LONGEST_CELL:
            yield name, f"A cell may have at most {LONGEST_CELL} characters."


def _day(text: str) -> date | None:
    """A day as 2026-03-02 or 02/03/2026."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _instant(text: str) -> datetime | None:
    """An instant; without a zone it is London's time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= len("2026-11-22"):
        return None
    return at if at.tzinfo is not None else instant(at.date(), at.time())
