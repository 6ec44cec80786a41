"""Who asked to see an identity and what was answered: a card on the case page, for ever."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.views.case_cards import Card, row
from webapp.views.showing import long_instant
from workflows.core.reveal import RevealState
from workflows.service.revealing import RevealView
from workflows.service.views import CasePage


def reveal_cards(page: CasePage) -> tuple[Card, ...]:
    """The card of all requests to see an identity, refused ones too; nothing when nobody asked."""
    if not page.reveals:
        return ()
    rows = tuple(row(f"{each.label}, asked by {each.asked_by}", list(_lines(each))) for each in page.reveals)
    return (Card("identity", "Who asked to see an identity", rows),)


def _lines(reveal: RevealView) -> Iterator[str]:
    yield f"Asked on {long_instant(reveal.asked_at)}: {reveal.reason}"
    if reveal.at is None:
        yield "Not answered yet"
        return
    how = "Shown" if reveal.state is RevealState.GRANTED else "Refused"
    yield f"{how} by {reveal.answered_by} on {long_instant(reveal.at)}{f': {reveal.answer}' if reveal.answer else ''}"
    if reveal.until is not None:
        yield f"{'Can be seen' if reveal.shows else 'Could be seen'} until {long_instant(reveal.until)}"


def shown_now(page: CasePage) -> str:
    """What to tell a viewer who sees a name because it was shown to her; nothing when she sees none so."""
    shown = [each for each in page.reveals if each.shows and each.until is not None]
    return " ".join(
        f"You can see who {each.label} is on this page until {long_instant(each.until)}. Each look is recorded."
        for each in shown
        if each.until is not None
    )
