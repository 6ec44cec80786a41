"""Advice without identity: what is known of people is taken out of every text. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.core.play import PARTS
from workflows.core.ages import UNKNOWN, age_band, age_in_years, is_child
from workflows.core.case import Advice, ConsentCheck, Question
from workflows.core.commands import AdviceType, ConsentFinding
from workflows.core.masking import Mask, mask_of, masked, masked_advice, masked_check, masked_question, names_in
from workflows.core.request import (
    Consent,
    Continuing,
    Item,
    LegalBasis,
    Period,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Request,
    Task,
    Told,
)

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

KIT = Person("Child K", "Kit Penrose", date(2013, 9, 9), (PersonRole.PROTECTED,), nhs_number="9990096112")
DARREN = Person("Adult A", "D. Orrin", date(1990, 7, 2), (PersonRole.DATA_SUBJECT,), nhs_number="9990041199")
PAT = Person("Child P", "P. Orrin", date(2021, 5, 19))
SHIV = Person("Adult B", "Dr Siobhán O'Brien-Long aka Shiv")
GRACE = Person("Adult G", "Grace Hill")
JO = Person("Adult J", "Jo Do")
PEOPLE = (KIT, DARREN, PAT, SHIV, GRACE, JO)

pytestmark = pytest.mark.feature("C1")


def mask(*people: Person, text: str = "", **parts: object) -> Mask:
    """A mask for these people, or for the six."""
    request = Request(people=people or PEOPLE, purpose=Purpose(text))
    return mask_of(replace(request, **parts), on=TODAY)  # type: ignore[arg-type]


SIX = mask(text="Darren Orrin lives at 14 Mill Lane. It was seen by Sarah Orrin, his sister.")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Kit Penrose was seen.", "Child K was seen."),
        ("KIT PENROSE, kit penrose, KitPenrose", "Child K, Child K, Child K"),
        ("Penrose, Kit", "Child K"),
        ("Kit Mary Penrose", "Child K"),
        ("Kit's friend; Penrose’s school; the Penroses", "Child K's friend; Child K’s school; the Child K"),
        (
            "K. Penrose, K Penrose, kpenrose, K.P., KP and Kit P.",
            "Child K, Child K, Child K, Child K., Child K and Child K.",
        ),
        ("p e n r o s e; Pen rose; k.i.t; PEN-ROSE", "Child K; Child K; Child K; Child K"),
        ("Kit\n  Penrose", "Child K"),
        ("Ｋｉｔ; Pen\u200brose; К\u0456t; Pe\u0301nrose", "Child K; Child K; Child K; Child K"),
        ("kitten, a kit-bag, skit", "kitten, a Child K-bag, skit"),
        ("kit_photo.jpg, PhotoKit.png, kit2013.doc", "Child K_photo.jpg, PhotoChild K.png, Child K2013.doc"),
        ("PenroseReport.docx, penrose2013", "[name].docx, Child K"),
        ("Siobhan O'Brien Long, OBrien, O Brien, brien, SHIV", "Adult B, Adult B, Adult B, Adult B, Adult B"),
        ("Siobha\u0301n and Dr O’Brien", "Adult B and Dr Adult B"),
        ("D. Orrin and P. Orrin", "Adult A and Child P"),
        ("the Orrins, Mr Orrin, Miss Orrin", "the Adult A or Child P, Mr Adult A, Miss Adult A or Child P"),
        ("Mrs Penrose called", "Mrs [name] called"),
        ("Darren called; darren did not; Darren Orrin", "Adult A called; darren did not; Adult A"),
        ("Rita Orrin and Paula Orrin", "[name] and Child P"),
        ("They met Sarah there", "They met [name] there"),
        (
            "Grace Hill, grace hill, by the grace of, on the hill; Grace",
            "Adult G, Adult G, by the grace of, on the hill; Adult G",
        ),
        ("Jo Do, Jo, do an, jo", "Adult J, Adult J, do an, jo"),
        ("The GP and an AA meeting", "The GP and an AA meeting"),
    ],
)  # fmt: skip
def test_names_are_labels_however_they_are_written(written: str, read: str) -> None:
    assert SIX.text(written) == read
    assert SIX.names(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "9 September 2013", "9th of Sept, 2013", "09/09/2013", "9.9.13", "09-09-2013", "9 9 2013", "2013-09-09",
        "20130909", "09092013", "September 9th 2013", "Sep 9, 2013", "9 Sep '13", "2013/9/9",
    ],
)  # fmt: skip
def test_a_date_of_birth_is_an_age_band(written: str) -> None:
    assert SIX.text(f"Seen {written}.") == "Seen [age 11 to 15]."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("born in 2013", "born in [age 11 to 15]"),
        ("DOB: 4/5/1999", "DOB: [date of birth]"),
        ("date of birth 4 May", "date of birth [date of birth]"),
        ("born in May 1990", "born in [age 26 to 39]"),
        ("born in May", "born in May"),
        ("born 3 weeks early", "born 3 weeks early"),
        ("seen 2026-11-02, 3 Nov 2026, 2/11/26 and 02.11.2026", "seen 2026-11-02, 3 Nov 2026, 2/11/26 and 02.11.2026"),
        ("in 2024-2026 and 2024/25", "in 2024-2026 and 2024/25"),
        ("on 31/02/2013 or 99 99 9999", "on 31/02/2013 or 99 99 9999"),
    ],
)
def test_other_dates_stay_unless_they_are_said_to_be_of_birth(written: str, read: str) -> None:
    assert SIX.text(written) == read


def test_two_people_born_in_one_year_are_not_told_apart() -> None:
    assert mask(KIT, replace(PAT, born=date(2013, 1, 1))).text("born in 2013") == "born in [age 11 to 15]"
    assert mask(KIT, replace(PAT, born=date(2013, 12, 1))).text("dob 9/9/2013") == "dob [age 11 to 15]"
    twins = mask(replace(KIT, born=date(2008, 1, 1)), replace(PAT, born=date(2008, 12, 1)))
    assert twins.text("born in 2008") == "born in [date of birth]"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "999 009 6112, 999-009-6112, 9 9 9 0 0 9 6 1 1 2, 9990096112",
            "[NHS number], [NHS number], [NHS number], [NHS number]",
        ),
        ("NHS no. ٩٩٩٠٠٩٦١١٢ or 999/009/6112", "NHS no. [NHS number] or [NHS number]"),
        ("999 002 7463 is nobody's here", "[NHS number] is nobody's here"),
        ("07700 900123, +44 (0)20 7946 0958, (0117) 496 0123", "[phone number], [phone number], [phone number]"),
        ("01 23 45 67 89", "[phone number]"),
        ("ring 0117", "ring 0117"),
        ("QQ 12 34 56 C", "[National Insurance number]"),
        (
            "case LCS-123456, UPN H801200001001, 123456",
            "case [reference number], UPN [reference number], [reference number]",
        ),
        ("a.b+c@council.example. x@y", "[e-mail address]. [e-mail address]"),
        ("@ alone, a@ b and @c", "@ alone, a@ b and @c"),
        ("see https://x.example/kit-penrose?x=1 or www.x.example", "see [web address] or [web address]"),
        ("in TE5 7ST and te57st", "in [postcode] and [postcode]"),
        ("at 14 Mill Lane", "at [address]"),
        ("at 14 mill ln, on Mill-Lane, in milllane", "at [address], on [address], in [address]"),
        ("Flat 2, 14a Acacia Avenue, Testtown TE5 7ST.", "[address]."),
        ("ROSE COTTAGE and flat 12", "[address] and [address]"),
        (
            "14 Mill Dr, then a long way from there to here and there until at last one comes to TE5 7ST",
            "[address], then a long way from there to here and there until at last one comes to [postcode]",
        ),
        (
            "under s.47 and s.16LA, 6(1)(e), 2 cars on the road, 12 months, 3.5",
            "under s.47 and s.16LA, 6(1)(e), 2 cars on the road, 12 months, 3.5",
        ),
        ("12 14 16", "12 14 16"),
    ],
)  # fmt: skip
def test_numbers_and_places_are_neutral_words(written: str, read: str) -> None:
    assert SIX.text(written) == read


def test_a_longer_match_hides_the_shorter_one_whole() -> None:
    one = mask(Person("Child A", "Mill Penrose", nhs_number="9990096112"))
    assert one.text("14 Penrose Lane") == "[address]"
    assert one.text("penrose@x.example") == "[e-mail address]"
    assert one.text("1999009611234") == "[reference number]"
    martin = mask(Person("Child M", "Martin"))
    assert martin.text("Martinez, Smartins, Martins, martin") == "[name], [name], Child M, Child M"
    assert mask(Person("Child C", "Violence")).text("non-violence") == "non-Child C"


def test_words_that_hold_a_name_and_are_ordinary_stay() -> None:
    assert mask(Person("Child R", "Strate")).text("a strategy") == "a strategy"


def test_a_single_name_of_two_parts() -> None:
    assert mask(Person("Child O", "O'Brien")).text("obrien, O' Brien and Brien") == "Child O, Child O and Child O"


def test_many_of_one_name_are_not_listed() -> None:
    many = tuple(Person(f"Adult {letter}", f"Applicant {at:02}") for at, letter in enumerate("ABCD", start=1))
    of = mask(*many)
    assert of.text("Applicant 03 and applicant 04") == "Adult C and Adult D"
    assert of.text("Applicant 031") == "[name] 031"
    assert mask(*many[:3]).text("The Applicant called") == "The Adult A, Adult B or Adult C called"


@pytest.mark.parametrize(
    ("label", "name", "called"),
    [
        ("Kit  Penrose", "Kit Penrose", "Person 1"),
        ("", "Kit Penrose", "Person 1"),
        ("Kit", "Kit Person", "Individual 1"),
        ("One", "Person Individual Somebody One", "[name]"),
        ("dob 9/9/2013", "Kit", "Person 1"),
        (" Child  A ", "Kit", "Child A"),
    ],
)
def test_a_label_that_gives_somebody_away_is_not_used(label: str, name: str, called: str) -> None:
    assert mask(Person(label, name)).labels == (called,)


def test_without_people_nothing_is_a_name() -> None:
    assert mask_of(Request(), on=TODAY).text("Kit Penrose, 9990096112") == "Kit Penrose, [NHS number]"
    assert mask(Person("Child A", "- / ()")).text("Child A - / ()") == "Child A - / ()"


REQUEST = Request(
    people=(KIT, replace(DARREN, relation="father of Kit", contact="at 14 Mill Lane", capacity="Kit says no")),
    purpose=Purpose("Is Kit safe with Darren Orrin?", "Kit is harmed.", "D. Orrin leaves.", "section_47"),
    items=(
        Item("kit-1", "school", "Kit's marks", "As K. Penrose fails", Period(TODAY, None), True,
             Continuing("Kit's term", TODAY)),
    ),
    recipients=(
        Recipient("Priya Anand", "priya.anand@x.example", "Kit's social worker", ("kit-1",)),
        Recipient("Darren Orrin", "do@x.example", "Father", ("kit-1",)),
        Recipient("Paula Reeve", "penrose.k@x.example", "", ()),
    ),
    consent=Consent(kinds=("uk_gdpr",), how="by phone 07700 900123", by="Kit", why="Kit Penrose said so"),
    told=Told(False, "Darren Orrin must not know"),
    basis=LegalBasis("6(1)(c)", "For Kit", "9(2)(g)", schedule_1="para 18", regime="part_3"),
    saved=(Task.PEOPLE,),
)  # fmt: skip


def test_the_whole_request_without_identity() -> None:
    found = masked(REQUEST, mask_of(REQUEST, on=TODAY))
    for secret in ("kit ", "kit'", "penrose", "darren", "orrin", "999009", "mill lane", "07700", "2013"):
        assert secret not in repr(found).lower()
    assert [person.label for person in found.people] == ["Child K", "Adult A"]
    assert all(person.born is None for person in found.people)
    assert found.people[0].roles == KIT.roles
    assert found.purpose == Purpose(
        "Is Child K safe with Adult A?", "Child K is harmed.", "Adult A leaves.", "section_47"
    )
    assert found.items[0].key == "kit-1"
    assert found.items[0].period == REQUEST.items[0].period
    assert found.items[0].continuing == Continuing("Child K's term", TODAY)
    assert found.recipients[0] == replace(REQUEST.recipients[0], role="Child K's social worker")
    assert found.recipients[1] == Recipient("Adult A", "", "Father", ("kit-1",))
    assert found.recipients[2].email == ""
    assert found.basis == replace(REQUEST.basis, provision="For Child K")
    assert found.saved == REQUEST.saved


def test_texts_of_a_case_without_identity() -> None:
    of = mask_of(REQUEST, on=TODAY)
    asked = masked_question(Question(1, "Where is Kit?", "ig", AT, "s", "With D. Orrin.", AT), of)
    assert (asked.question, asked.answer) == ("Where is Child K?", "With Adult A.")
    check = ConsentCheck(ConsentFinding.VALID, True, "Kit agrees.", "consent", AT)
    assert masked_check(check, of) == replace(check, note="Child K agrees.")
    advice = Advice(AdviceType.SUPPORTS, "For Kit.", ("Not to Darren.",), False, "Ask Kit", "ig", "Ig", "IG", AT, 1)
    wanted = replace(advice, why="For Child K.", conditions=("Not to Adult A.",), redirect="Ask Child K")
    assert masked_advice(advice, of) == wanted


def test_the_requester_is_warned_of_names_that_are_left() -> None:
    request = replace(
        REQUEST, purpose=Purpose("Is Kit safe with his aunt Sarah Bolt?", "Sarah Bolt. Dr reeve knows Priya.")
    )
    assert names_in(request, mask_of(request, on=TODAY)) == ("Sarah Bolt",)
    assert names_in(REQUEST, mask_of(REQUEST, on=TODAY)) == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Sarah Bolt called. She met Bolt.", ("Sarah Bolt", "Bolt")),
        ("Sarah called. Bolt\nSarah\n- Bolt", ()),
        ("The GP, Dr Singh, told Social Services on Monday in May.", ("Singh",)),
        ("dr singh came. Mr the", ("singh",)),
        ("he saw Jean-Luc and O’Neill’s Anglo-Irish friend in Section-Two", ("Jean-Luc", "O’Neill", "Anglo-Irish")),
        ("Mary J. Blige and X met BOLT, MARAC and the GP of A1B", ("Mary J. Blige", "BOLT")),
        ("Kit Penrose met Kit Adams", ("Adams",)),
        ("in Harrowmere, the Trust", ()),
        ("the father's recent risk; the father recent; an unborn baby", ()),
        ("", ()),
        ("he met Zoë  Bolt's dog", ("Zoë Bolt",)),
    ],
)  # fmt: skip
def test_what_looks_like_a_name(text: str, left: tuple[str, ...]) -> None:
    of = mask_of(Request(people=(KIT,)), on=TODAY, known=("Harrowmere NHS Trust",))
    assert of.left(text) == left


def test_the_usual_request_keeps_its_sense() -> None:
    request = Request(people=PARTS[Task.PEOPLE].people, purpose=PARTS[Task.PURPOSE], items=PARTS[Task.ITEMS].items)
    found = masked(request, mask_of(request, on=TODAY))
    assert (found.purpose, found.items) == (request.purpose, request.items)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, UNKNOWN), (date(2026, 1, 1), "under 1"), (date(2021, 11, 23), "1 to 4"), (date(2021, 11, 22), "5 to 10"),
        (date(2008, 11, 23), "16 to 17"), (date(2008, 11, 22), "18 to 25"), (date(1950, 1, 1), "65 or over"),
    ],
)  # fmt: skip
def test_age_bands(born: date | None, band: str) -> None:
    assert age_band(born, on=TODAY) == band


def test_ages() -> None:
    assert age_in_years(date(2008, 2, 29), on=date(2026, 2, 28)) == 17
    assert is_child(date(2008, 2, 29), on=date(2026, 2, 28)) is True
    assert is_child(date(2008, 2, 29), on=date(2026, 3, 1)) is False
    assert is_child(None, on=TODAY) is None


def test_two_names_of_one_person_side_by_side_are_one_person() -> None:
    named = mask(Person("Child K", "Kit Penrose aka Kitty", date(2013, 9, 9), (PersonRole.PROTECTED,)), GRACE)
    assert named.text("Kit Kitty Penrose ran.") == "Child K ran."
    assert named.text("Kitty-Kit ran to Grace Hill.") == "Child K ran to Adult G."
