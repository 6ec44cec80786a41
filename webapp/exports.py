"""Tables as files: CSV and XLSX. What a spreadsheet would take for a formula is made plain words."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

import xlsxwriter

Value = str | int | float | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet carries out; the last four are the wide forms of the first four."""
BOM = "\ufeff"
"""Before a CSV file: without it spreadsheets take the letters beyond ASCII for others."""
WIDEST = 60


def harmless(value: Value) -> Value:
    """The value, with an apostrophe before words that begin like a formula. Numbers are left alone."""
    if isinstance(value, str) and value.lstrip(" ").startswith(DANGEROUS):
        return f"'{value}"
    return value


def as_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """Rows as CSV in UTF-8, with a byte order mark and line ends as RFC 4180 has them."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if value is None else harmless(value) for value in row])
    return (BOM + text.getvalue()).encode("utf-8")


def as_xlsx(sheets: Iterable[tuple[str, Sequence[Sequence[Value]]]], *, title: str) -> bytes:
    """Sheets (name, rows with a head) as a workbook. Words are written as words, never as formulas or links."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "author": "Gatehouse"})
        bold, plain = book.add_format({"bold": True, "text_wrap": True}), book.add_format()
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    _write(sheet, i, j, harmless(value), bold if i == 0 else plain)
            sheet.freeze_panes(1, 1)
            for j, width in enumerate(_widths(rows)):
                sheet.set_column(j, j, width)
    return file.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, how: object) -> None:
    if value is None:
        sheet.write_blank(row, column, None, how)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, how)
    else:
        sheet.write_number(row, column, value, how)


def _widths(rows: Sequence[Sequence[Value]]) -> list[int]:
    columns = zip(*rows, strict=True) if rows else ()
    return [min(max(len(str(value or "")) for value in column) + 2, WIDEST) for column in columns]
