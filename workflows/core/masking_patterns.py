"""What tells who somebody is without being a name: dates of birth, numbers, addresses, postcodes, e-mail.

Every pattern is bounded, so that no text makes the search slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from workflows.core.limits import nhs_number_valid
from workflows.core.masking_fold import Folded, fold
from workflows.core.masking_words import STREETS, SURE_STREETS

NHS = "[NHS number]"
PHONE = "[phone number]"
NUMBER = "[reference number]"
INSURANCE = "[National Insurance number]"
EMAIL = "[e-mail address]"
WEB = "[web address]"
ADDRESS = "[address]"
POSTCODE = "[postcode]"
BIRTH = "[date of birth]"


SHORTEST_NUMBER = 6
"""Digits from which a known number is looked for: fewer are found everywhere."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the folded text, and what stands there instead."""

    start: int
    end: int
    instead: str

    @property
    def length(self) -> int:
        """In characters of the folded text."""
        return self.end - self.start


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_GAP = r"[ ./\-,]{0,3}"
_YEAR = r"('?\d{2}|\d{4})"
_NUMERIC = re.compile(r"(?<!\d)(\d{4}|\d{1,2}) ?[/.\- ] ?(\d{1,2}) ?[/.\- ] ?(\d{4}|\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<![^\W_])(\d{8})(?![^\W_])")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}}) ?(?:st|nd|rd|th)?{_GAP}(?:of )?{_MONTH}{_GAP}{_YEAR}(?!\d)")
_MONTH_FIRST = re.compile(rf"(?<![^\W_]){_MONTH}{_GAP}(\d{{1,2}}) ?(?:st|nd|rd|th)?{_GAP}{_YEAR}(?!\d)")
_BORN = re.compile(
    r"\b(?:born|birthday|dob|d\.o\.b|date of birth|birth date)\b[ .:,]{0,3}(?:is|was|on|in|about)?[ :,]{0,2}(?:the )?"
    rf"(\d{{1,4}}(?: ?(?:st|nd|rd|th))?(?:{_GAP}(?:of )?{_MONTH})?(?:{_GAP}\d{{1,4}}){{0,2}}(?!\d)"
    rf"|{_MONTH}{_GAP}\d{{1,4}}(?!\d))(?! ?(?:minute|hour|day|week|month|year))"
)
_WRITTEN = re.compile(
    r"(?<![\d.\-/])(?:\d{1,2}([/.\-])\d{1,2}\1\d{4}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d\d"
    r"|(?:19|20)\d\d ?[-/] ?(?:(?:19|20)\d\d|\d\d))(?!\d|[.\-/]\d)"
)
"""Dates and spans of years in which the digits are certainly no number of a person."""
_DIGITS = re.compile(r"(?:\+ ?)?[(]?\d(?:[ ().\-_]{0,3}\d){5,}")
_INSURANCE = re.compile(r"(?<![^\W_])[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d](?![^\W_])")
_REFERENCE = re.compile(r"(?<![^\W_])[a-z]{1,8}[\-/]?\d{5,20}[a-z]{0,3}(?![^\W_])")
_POSTCODE = re.compile(r"(?<![^\W_])[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}(?![^\W_])")
_WEB = re.compile(r"(?:https?://|www\.)\S{1,2000}")
_HOUSE = r"(?:(?:flat|unit|apartment|apt|room) ?\d{1,4}[a-z]?,? )?\d{1,4} ?[a-z]?,? "
_WORDS = r"(?:[^\W\d_][^\W\d_'\-]{0,30} ){1,2}"
_NUMBERED = re.compile(rf"(?<![^\W_]){_HOUSE}{_WORDS}(?:{'|'.join(SURE_STREETS)})(?![^\W_])")
_CAPITAL = r"((?:[A-Z][^\W\d_'\-]{0,30} ){0,2}[A-Z][^\W\d_'\-]{0,30}) "
_TYPES = "|".join(f"[{each[0].upper()}{each[0]}]{each[1:]}|{each.upper()}" for each in STREETS)
_NUMBERED_CAPITAL = re.compile(rf"(?<![^\W_])(?i:{_HOUSE}){_CAPITAL}({_TYPES})(?![^\W_])")
_STREET = re.compile(
    rf"(?<![^\W_]){_CAPITAL}({'|'.join(f'{each.title()}|{each.upper()}' for each in SURE_STREETS)})(?![^\W_])"
)
_FLAT = re.compile(r"(?<![^\W_])(?:flat|apartment|apt) ?\d{1,4}[a-z]?(?![^\W_])")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}$")
_HOST = re.compile(r"[^\s@<>()\[\],;:\"]{1,255}")


def spans(folded: Folded, births: Mapping[date, str], known: re.Pattern[str]) -> Iterator[Span]:
    """Everything in the text that tells who somebody is.

    ``births`` gives for each known date of birth what stands in its place, ``known`` finds the known NHS numbers.
    """
    low = folded.low
    yield from _emails(low)
    yield from _all(_WEB, low, WEB)
    yield from _addresses(folded)
    yield from _all(_POSTCODE, low, POSTCODE)
    yield from _all(known, low, NHS)
    dates = tuple(_dates(low, births))
    yield from (span for span in dates if span.instead)
    yield from _numbers(_without(low, dates))


def number_pattern(numbers: Iterable[str]) -> re.Pattern[str]:
    """Finds these numbers, whatever stands between their digits; finds nothing when there are none."""
    digits = ("".join(each for each in fold(number).low if each.isdigit()) for number in numbers)
    ways = sorted({r"[\W_]{0,4}".join(each) for each in digits if len(each) >= SHORTEST_NUMBER})
    return re.compile("|".join(ways) or r"(?!)")


def _all(pattern: re.Pattern[str], text: str, instead: str) -> Iterator[Span]:
    return (Span(*found.span(), instead) for found in pattern.finditer(text))


def _emails(low: str) -> Iterator[Span]:
    at = low.find("@")
    while at >= 0:
        local = _LOCAL.search(low[max(0, at - 64) : at])
        host = _HOST.match(low, at + 1)
        if local and host:
            yield Span(at - len(local[0]), host.end() - host[0].endswith("."), EMAIL)
        at = low.find("@", at + 1)


def streets(folded: Folded) -> Iterator[tuple[str, ...]]:
    """The words of each street or house that is named in the text, in lower case."""
    for pattern in (_NUMBERED_CAPITAL, _STREET):
        for found in pattern.finditer(folded.plain):
            yield (*found[1].lower().split(), found[2].lower())


def _addresses(folded: Folded) -> Iterator[Span]:
    yield from _all(_NUMBERED, folded.low, ADDRESS)
    yield from _all(_NUMBERED_CAPITAL, folded.plain, ADDRESS)
    yield from _all(_STREET, folded.plain, ADDRESS)
    yield from _all(_FLAT, folded.low, ADDRESS)


def _without(text: str, taken: Iterable[Span]) -> str:
    """The text with every date blotted out, so that its digits are taken for no number."""
    parts, last = [], 0
    for span in sorted(taken):
        if span.start >= last:
            parts += [text[last : span.start], "\0" * span.length]
            last = span.end
    return "".join((*parts, text[last:]))


def _dates(low: str, births: Mapping[date, str]) -> Iterator[Span]:
    """Every date, with what stands in its place: nothing for a date that is nobody's date of birth."""
    for pattern, read in _READINGS:
        for found in pattern.finditer(low):
            if instead := next((births[day] for day in read(found) if day in births), ""):
                yield Span(*found.span(), instead)
    for pattern in (_WRITTEN, _DAY_FIRST, _MONTH_FIRST):
        yield from _all(pattern, low, "")
    for found in _BORN.finditer(low):
        yield Span(*found.span(1), _known(found[1], births) or BIRTH)


def _known(words: str, births: Mapping[date, str]) -> str:
    """What stands for the date of birth whose year, month or day these words tell, when there is only one."""
    told = set(re.findall(r"\d+", words))
    fits = {instead for day, instead in births.items() if str(day.year) in told}
    return fits.pop() if len(fits) == 1 else ""


def _day(year: int, month: int, day: int) -> Iterator[date]:
    if year < 100:
        yield from _day(1900 + year, month, day)
        yield from _day(2000 + year, month, day)
        return
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _numeric(found: re.Match[str]) -> Iterator[date]:
    first, middle, last = (int(each) for each in found.groups())
    if len(found[1]) != 4 and len(found[3]) != 1:
        yield from _day(last, middle, first)
        yield from _day(last, first, middle)
    if len(found[3]) != 4:
        yield from _day(first, middle, last)


def _compact(found: re.Match[str]) -> Iterator[date]:
    digits = found[1]
    yield from _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    yield from _day(int(digits[4:]), int(digits[2:4]), int(digits[:2]))


def _day_first(found: re.Match[str]) -> Iterator[date]:
    yield from _day(int(found[3].lstrip("'")), _MONTHS.index(found[2][:3]) + 1, int(found[1]))


def _month_first(found: re.Match[str]) -> Iterator[date]:
    yield from _day(int(found[3].lstrip("'")), _MONTHS.index(found[1][:3]) + 1, int(found[2]))


_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[date]]], ...] = (
    (_NUMERIC, _numeric), (_COMPACT, _compact), (_DAY_FIRST, _day_first), (_MONTH_FIRST, _month_first),
)  # fmt: skip


def _numbers(low: str) -> Iterator[Span]:
    yield from _all(_INSURANCE, low, INSURANCE)
    yield from _all(_REFERENCE, low, NUMBER)
    for found in _DIGITS.finditer(low):
        if instead := _number(found[0]):
            yield Span(*found.span(), instead)


def _number(written: str) -> str:
    """What a run of digits is; empty for one that is too short to tell who somebody is."""
    digits = "".join(each for each in written if each.isdigit())
    if written.startswith(("0", "+", "(0")) and len(digits) >= 10:
        return PHONE
    if nhs_number_valid(digits):
        return NHS
    return NUMBER if len(digits) >= 9 or written.isdigit() else ""
