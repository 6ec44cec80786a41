"""Names that masking would leave, each with the field it stands in. No database."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.core.masking import mask_of
from workflows.core.masking_warning import Left, names_left_in
from workflows.core.request import Consent, Differs, Item, Person, Purpose, Recipient, Request, Task, Told

ON = date(2026, 11, 22)


@pytest.mark.feature("C1")
def test_each_name_is_listed_with_the_field_it_stands_in() -> None:
    request = Request(
        people=(Person("Child K", "Kit Penrose", contact="with her aunt Sarah Bolt"),),
        purpose=Purpose("Kit sees Sarah Bolt and Bolt again."),
        items=(Item("a", "school"), Item("b", "school", describe="Notes of Wendel Crake")),
        recipients=(Recipient("Priya Anand", "priya@x.example", "colleague of Olga Stern"),),
        told=Told(why="He may ask Gisela."),
        differs=(Differs("Child K", consent=Consent(why="Seen by Tamsin Veil.")),),
    )
    assert names_left_in(request, mask_of(request, on=ON)) == (
        Left("Sarah Bolt", Task.PEOPLE, 1, "contact"),
        Left("Sarah Bolt", Task.PURPOSE, 0, "purpose"),
        Left("Bolt", Task.PURPOSE, 0, "purpose"),
        Left("Wendel Crake", Task.ITEMS, 2, "describe"),
        Left("Gisela", Task.CONSENT, 0, "told.why"),
        Left("Tamsin Veil", Task.CONSENT, 1, "differs.consent.why"),
    )
    assert names_left_in(Request(), mask_of(Request(), on=ON)) == ()
