"""The parts that pages are made of: what they write is whole HTML, named, described, and safe to fill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import jinja2
import pytest

from tests.webapp.markup import MACRO_NAMES, MACROS, NASTY, Tree, environment_of, words, write_with

Render = Callable[..., Tree]


@pytest.fixture(params=[jinja2.StrictUndefined, jinja2.Undefined], ids=["strict", "lenient"])
def render(request: pytest.FixtureRequest) -> Render:
    """Write a piece of template; optional parts must be left out without harm, however strict the setting."""
    return write_with(environment_of(request.param))


def a_time(**changes: object) -> SimpleNamespace:
    """Time left as the views give it."""
    given = {
        "state": "on_time", "words": "2 working days left", "due_text": "Thu 5 Nov 17:00",
        "due_iso": "2026-11-05T17:00:00+00:00", "fraction_used": 0.4, "why": (),
    }  # fmt: skip
    return SimpleNamespace(**(given | changes))


def a_row(**changes: object) -> SimpleNamespace:
    """One row of a worklist."""
    given = {
        "reference": "GH-7Q4K-2M", "url": "/cases/1", "asked": "Decide 3 items", "asker": "Marlbridge",
        "stage": ("adjudication", "With the Guardian"), "urgency": "priority", "time": a_time(),
    }  # fmt: skip
    return SimpleNamespace(**(given | changes))


def test_every_macro_file_shows_each_of_its_macros_in_use() -> None:
    assert MACROS
    for path in MACROS:
        source = path.read_text(encoding="utf-8")
        head = source[: source.index("-#}")]
        for name in MACRO_NAMES.findall(source):
            assert f"{name}(" in head or name == "value_of", f"{path.name}: {name} has no example"


@pytest.mark.parametrize("status", ["adjudication", "overdue", "shared", "emergency", "never_heard_of"])
def test_a_tag_says_its_status_in_words_and_by_a_shape(render: Render, status: str) -> None:
    page = render("{{ tag(status) }}", status=status)
    tag = page.one("strong", class_="govuk-tag")
    assert words(tag) == status.replace("_", " ").capitalize()
    assert tag.find("svg").get("aria-hidden") == "true"  # type: ignore[union-attr]


def test_statuses_of_the_same_colour_differ_in_shape(render: Render) -> None:
    shapes = [
        render("{{ tag(status) }}", status=status).one("path").get("d")
        for status in ("shared", "partly_shared", "declined", "information_needed", "overdue", "draft")
    ]
    assert len(set(shapes)) == len(shapes)


def test_time_is_said_twice_and_its_date_explained(render: Render) -> None:
    days = (
        SimpleNamespace(day=date(2026, 11, 2), counted=False, why="day of receipt"),
        SimpleNamespace(day=date(2026, 11, 3), counted=True, why="working day"),
    )
    page = render("{{ time_left(view) }}", view=a_time(why=days))
    assert "2 working days left" in page.text()
    assert page.one("time").get("datetime") == "2026-11-05T17:00:00+00:00"
    assert words(page.one("summary")) == "Why this date?"
    assert [words(one) for one in page.all("li")] == [
        "Mon 2 Nov 2026 Not counted: day of receipt",
        "Tue 3 Nov 2026 Counted: working day",
    ]
    assert not render("{{ time_left(view, compact=true) }}", view=a_time(why=days)).all("details")


@pytest.mark.parametrize(("fraction", "width"), [(-1, "0.0"), (0.4, "40.0"), (1.7, "100.0")])
def test_the_bar_fills_and_never_overflows(render: Render, fraction: float, width: str) -> None:
    page = render("{{ time_left(view) }}", view=a_time(fraction_used=fraction))
    assert page.one("rect", class_="gh-bar__fill").get("width") == width


def test_a_paused_clock_names_no_due_time(render: Render) -> None:
    page = render("{{ time_left(view) }}", view=a_time(state="paused", words="Paused", due_text="", due_iso=""))
    assert words(page.one("div", class_="gh-time")) == "Paused"


def test_the_identity_bar_is_the_heading_only_where_it_is_asked(render: Render) -> None:
    call = '{{ identity_bar("GH-1", ("advice", "IG advice"), "Harrowmere", "Marlbridge", "routine", time, heading=h) }}'
    page = render(call, time=a_time(), h=True)
    assert words(page.one("h1")) == "Request GH-1"
    for said in ("IG advice", "Harrowmere", "Marlbridge", "Routine", "2 working days left"):
        assert said in page.text()
    assert not render(call, time=None, h=False).all("h1")


def test_what_happens_next_gives_one_main_act_and_a_reason_for_each_closed_one(render: Render) -> None:
    page = render(
        '{{ next_box("You decide.", acts=[{"text": "Decide", "url": "/d"}, {"text": "Ask", "url": "/a"}],'
        ' closed=[{"text": "Reassign", "reason": "only a manager can."}]) }}'
    )
    main, other = page.all("a")
    assert "govuk-button--secondary" not in main.get("class", "")
    assert "govuk-button--secondary" in other.get("class", "")
    assert "Reassign is closed to you: only a manager can." in page.text()


def test_a_summary_card_says_not_provided_and_names_what_a_link_changes(render: Render) -> None:
    page = render(
        '{{ summary_card("Purpose", rows, actions=[{"text": "History", "url": "/h"}], id="purpose") }}',
        rows=[
            {"key": "Purpose", "value": NASTY, "change_url": "/p"},
            {"key": "Risk", "value": ""},
            {"key": "Items", "value": ["one", "two"]},
            {"key": "None", "value": []},
        ],
    )
    values = [words(one) for one in page.all("dd", class_="govuk-summary-list__value")]
    assert values == [NASTY, "Not provided", "onetwo", "Not provided"]
    assert [words(one) for one in page.all("a")] == ["History (Purpose)", "Change purpose"]
    assert not page.all("script")


def test_the_timeline_says_what_who_and_when(render: Render) -> None:
    page = render(
        "{{ timeline(entries) }}",
        entries=[
            {"title": "Advised", "who": "Lucy Brandt", "when_text": "3 November", "when_iso": "2026-11-03"},
            {"title": "Sent", "who": "Priya Anand", "when_text": "2 November", "text": NASTY, "status": "shared"},
        ],
    )
    assert words(page.all("li")[0]) == "Advised Lucy Brandt, 3 November"
    assert NASTY in words(page.all("li")[1])
    assert page.one("time").get("datetime") == "2026-11-03"


def test_both_sides_of_a_decision_are_written_alike(render: Render) -> None:
    page = render(
        '{% set a %}{{ textarea("yes", "Harm") }}{% endset %}{% set b %}{{ textarea("no", "Harm") }}{% endset %}'
        '{{ two_columns("If we share", a, "If we do not", b) }}'
    )
    assert [words(one) for one in page.all("h3")] == ["If we share", "If we do not"]
    assert len(page.all("div", class_="gh-scales__side")) == 2


def test_a_worklist_row_is_reached_by_its_reference_alone(render: Render) -> None:
    page = render("{{ worklist('Mine', rows) }}", rows=[a_row(), a_row(reference="GH-2", url="/cases/2")])
    assert [(words(one), one.get("href")) for one in page.all("a")] == [
        ("GH-7Q4K-2M", "/cases/1"),
        ("GH-2", "/cases/2"),
    ]
    assert words(page.one("caption")) == "Mine"
    assert len(page.all("th", scope="col")) == 6


def test_a_table_keeps_its_roles_and_names_when_rows_become_cards(render: Render) -> None:
    page = render(
        '{{ data_table("Open", ["Stage", {"text": "Open", "numeric": true, "sort_url": "?s", "sort": "ascending"}],'
        " [[first, 4]]) }}",
        first=NASTY,
    )
    assert page.one("table").get("role") == "table"
    assert words(page.one("th", scope="row")) == NASTY
    cell = page.one("td")
    assert (cell.get("role"), cell.get("data-label"), words(cell)) == ("cell", "Open", "4")
    assert page.all("th", scope="col")[1].get("aria-sort") == "ascending"


def test_a_task_that_cannot_start_is_no_link(render: Render) -> None:
    page = render(
        "{{ task_list(tasks) }}",
        tasks=[
            {"title": "People", "url": "/p", "status": "completed"},
            {"title": "Items", "url": "/i", "status": "problem", "hint": "One reason each"},
            {"title": "Check", "url": "/c", "status": "cannot_start"},
        ],
    )
    assert [words(one) for one in page.all("a")] == ["People", "Items"]
    said = [words(one) for one in page.all("div", class_="govuk-task-list__status")]
    assert said == ["Completed", "There is a problem", "Cannot start yet"]


def test_filters_are_a_get_form_that_can_be_undone(render: Render) -> None:
    page = render(
        '{% call filters("/board", applied=[{"text": "Stage: Advice", "remove_url": "/b?x"}], clear_url="/b") %}'
        '{{ select("stage", "Stage", "b", [("a", "A"), ("b", "B")]) }}{% endcall %}'
    )
    assert page.one("form").get("method") == "get"
    assert "Remove this filter: Stage: Advice" in page.text()
    assert page.one("option", value="b").get("selected") is not None
    assert page.one("option", value="a").get("selected") is None


def test_pagination_and_tabs_say_where_one_is(render: Render) -> None:
    page = render(
        '{{ sub_nav([{"text": "Mine", "url": "/m", "current": true, "count": 0}, {"text": "Team", "url": "/t"}]) }}'
        '{{ pagination(next_url="?p=2", words="Page 1 of 2") }}'
    )
    assert words(page.one("a", aria_current="page")) == "Mine 0"
    assert words(page.one("a", rel="next")).startswith("Next page")
    assert not page.all("a", rel="prev")
    assert render("x{{ pagination() }}").text() == "tx"


@pytest.mark.parametrize(
    "call",
    [
        'text("f", "Label", value, hint="Hint", error="Wrong", width=10, inputmode="numeric", prefix="£")',
        'textarea("f", "Label", value, hint="Hint", error="Wrong", limit=200)',
        'select("f", "Label", value, [("a", "A")], hint="Hint", error="Wrong")',
        'radios("f", "Label", value, [("a", "A"), ("b", "B")], hint="Hint", error="Wrong")',
        'checkboxes("f", "Label", [value], [("a", "A"), ("b", "B")], hint="Hint", error="Wrong")',
        'date("f", "Label", none, hint="Hint", error="Wrong")',
        'password("f", "Label", error="Wrong", hint="Hint")',
    ],
)
def test_each_field_is_labelled_described_and_reached_from_the_error_summary(render: Render, call: str) -> None:
    page = render("{{ error_summary({'f': 'Wrong'}) }}{{ " + call + " }}", value=NASTY)
    fields = [one for tag in ("input", "textarea", "select") for one in page.all(tag)]
    named = {one.get("for") for one in page.all("label")}
    assert fields
    assert all(one.get("id") in named for one in fields)
    assert page.one("a").get("href") == "#f"
    assert fields[0].get("id") == "f", "the summary's link puts the focus into the first input"
    described = [one for one in page.root.iter() if "f-error" in str(one.get("aria-describedby", "")).split()]
    assert len(described) == 1
    assert "f-hint" in described[0].get("aria-describedby", "").split()
    assert words(page.one("p", id="f-error")) == "Error: Wrong"
    assert not page.all("script")


def test_what_was_typed_is_given_back_and_passwords_never(render: Render) -> None:
    page = render('{{ text("a", "A", value) }}{{ textarea("b", "B", value) }}{{ text("c", "C", none) }}', value=NASTY)
    assert page.one("input", id="a").get("value") == NASTY
    assert page.one("textarea").text == NASTY
    assert page.one("input", id="c").get("value") == ""
    assert render('{{ password("p", "P") }}').one("input").get("value") == ""


def test_a_text_that_begins_with_an_empty_line_keeps_it(render: Render) -> None:
    assert render('{{ textarea("b", "B", value) }}', value="\n\nthird").one("textarea").text == "\n\nthird"


def test_chosen_answers_stay_chosen_and_may_reveal_a_question(render: Render) -> None:
    page = render(
        '{% set more %}{{ text("why", "Why?") }}{% endset %}'
        '{{ radios("r", "R", "no", [{"value": "yes", "text": "Yes", "hint": "Hint"}, {"divider": "or"},'
        ' {"value": "no", "text": "No", "reveal": more}]) }}'
        '{{ checkboxes("c", "C", ["x"], [("x", "X"), ("y", "Y")]) }}'
    )
    checked = [one.get("value") for one in page.all("input") if one.get("checked") is not None]
    assert checked == ["no", "x"]
    assert words(page.one("div", class_="gh-reveal")) == "Why?"
    assert "aria-expanded" not in page.source


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ["", "", ""]),
        ({"day": "31", "month": "x", "year": ""}, ["31", "x", ""]),
        (date(2027, 5, 2), ["2", "5", "2027"]),
    ],
)
def test_a_date_is_three_inputs_and_keeps_what_was_typed(render: Render, value: object, shown: list[str]) -> None:
    page = render('{{ date("on", "When?", value, error="Wrong", bad=("year",)) }}', value=value)
    assert [one.get("value") for one in page.all("input")] == shown
    assert [one.get("name") for one in page.all("input")] == ["on-day", "on-month", "on-year"]
    assert [one.get("name") for one in page.all("input", class_="govuk-input--error")] == ["on-year"]


def test_a_form_carries_its_token_its_command_and_the_version_seen(render: Render) -> None:
    page = render('{% call form("/x", "tok", command_id="c1", version=0) %}{{ button("Send") }}{% endcall %}')
    hidden = {one.get("name"): one.get("value") for one in page.all("input", type="hidden")}
    assert hidden == {"csrf_token": "tok", "command_id": "c1", "version": "0"}
    assert page.one("form").get("method") == "post"
    assert page.one("button").get("data-prevent-double-click") == "true"


def test_no_error_no_summary_and_pairs_do_as_well(render: Render) -> None:
    assert render("x{{ error_summary({}) }}").text() == "tx"
    page = render("{{ error_summary([('a', 'First'), (none, 'Second')]) }}<input id='a' aria-label='a'>")
    assert [words(one) for one in page.all("a")] == ["First"]
    assert "Second" in page.text()


def test_a_dangerous_act_is_a_page_with_a_way_back(render: Render) -> None:
    page = render(
        '{% call confirm_action("Withdraw?", "/w", "tok", "Withdraw it", "/case", command_id="c", version=2,'
        " danger=true) %}<p>Nobody will decide it.</p>{% endcall %}"
    )
    assert words(page.one("h1")) == "Withdraw?"
    assert "govuk-button--warning" in page.one("button").get("class", "")
    assert page.one("a").get("href") == "/case"


def test_notices_speak_for_themselves(render: Render) -> None:
    page = render(
        '{{ banner("Saved.", success=true) }}{{ inset("Note") }}{{ warning("Call 999") }}'
        '{{ details("More", "Words") }}{% call details("Other") %}Inner{% endcall %}{{ panel("Sent", "GH-1") }}'
        '{{ good_box("Be short.", "Like this.") }}{{ exit_link("https://e.example") }}{{ back_link("/b") }}'
        '{{ badge(3) }}{{ empty("Nothing yet.", "Start", "/s") }}'
        '{{ figures([{"number": 3, "text": "overdue", "url": "/o", "state": "overdue", "current": true}]) }}'
        '{{ row_checkbox("case", "GH-1", "Select GH-1") }}'
        '{% call card("Item 1", label="Sensitive") %}<p>in</p>{% endcall %}'
        '{% call fieldset("The person", hint="Hint") %}<p>in</p>{% endcall %}'
        "{% call buttons() %}{{ button('Go', kind='secondary', name='act', value='go', once=false) }}{% endcall %}"
    )
    for said in ("Done", "Saved.", "Warning Call 999", "Inner", "For example: Like this.", "3 unread", "3 overdue"):
        assert said in page.text()
    assert page.one("div", role="alert")
    assert page.one("button", name="act").get("value") == "go"
    assert words(page.one("h1")) == "Sent"
