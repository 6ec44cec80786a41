"""A bad workflow is refused with the rule, the line and how to mend it; never with a stack trace."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import workflows.definitions
from tests.definitions.broken import ALL as OF_REQUESTS
from tests.definitions.broken import STANDARD, Broken
from tests.definitions.broken_fields import FIELDS
from workflows.core.definition import Role
from workflows.definitions.faults import BadDefinition
from workflows.definitions.lint import check, load_checked, unheard
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.definitions.rule_words import RULES, page
from workflows.definitions.rules_paths import demands_delegation
from workflows.definitions.source import MOST_CHARACTERS, MOST_DEPTH, MOST_NODES, read

pytestmark = pytest.mark.feature("C16", "F20")

ALL = (*OF_REQUESTS, *FIELDS)


@pytest.mark.parametrize("name", builtin_names())
def test_every_shipped_workflow_is_clean(name: str) -> None:
    assert check(read_builtin(name), source=name) == ()
    assert load_checked(read_builtin(name), source=name) is load(read_builtin(name), source=name)


@pytest.mark.parametrize("broken", ALL, ids=[f"{index}-{each.rule}" for index, each in enumerate(ALL)])
def test_a_broken_workflow_is_refused_by_rule_and_line(broken: Broken) -> None:
    faults = check(broken.text, source="ours.yaml")
    assert {fault.rule for fault in faults} == {broken.rule, *broken.also}
    assert broken.line in {fault.line for fault in faults if fault.rule == broken.rule}, [str(f) for f in faults]
    for fault in faults:
        assert re.fullmatch(r"ours\.yaml:\d+: \[[a-z-]+\] .+[.?}\w]", str(fault), re.DOTALL)
        assert "Traceback" not in fault.say


def test_a_version_with_faults_is_not_loaded_for_publishing() -> None:
    text = next(each for each in reversed(ALL) if each.base is STANDARD).text
    assert load(text, source="ours.yaml").ref.workflow == "standard"
    with pytest.raises(BadDefinition) as refused:
        load_checked(text, source="ours.yaml")
    assert refused.value.faults == check(text, source="ours.yaml")


ASKED_WHERE_PEOPLE_ARE_KNOWN = {"rung-reaches-nobody", "stage-reaches-nobody"}
"""Rules that no file breaks by itself."""


def test_every_rule_has_a_broken_workflow_and_words_in_the_list_of_rules() -> None:
    rules = _rules_in_the_code()
    assert rules == {broken.rule for broken in ALL} | ASKED_WHERE_PEOPLE_ARE_KNOWN
    listed = [rule for group in RULES.values() for rule in group]
    assert sorted(listed) == sorted(rules)
    assert len(rules) >= 40
    text = page("<!-- made -->")
    assert all(
        f"\n| `{rule}` | {found} | {mend} |\n" in text
        for group in RULES.values()
        for rule, (found, mend) in group.items()
    )


@pytest.mark.feature("C20")
def test_a_step_that_nobody_would_be_told_by_is_found_where_the_people_are_known() -> None:
    everybody = frozenset(Role)
    no_advisers = unheard(STANDARD, source="ours.yaml", held=everybody - {Role.IG_LEAD})
    assert [fault.rule for fault in no_advisers] == ["stage-reaches-nobody"]
    assert no_advisers[0].line == STANDARD.count("\n", 0, STANDARD.index("    roles: [ig_lead]\n")) + 1
    assert unheard(STANDARD, source="ours.yaml", held=everybody) == ()
    assert unheard(STANDARD, source="ours.yaml", held=everybody - {Role.DEPUTY_GUARDIAN}) == ()
    (fault,) = unheard(STANDARD, source="ours.yaml", held=everybody - {Role.NAMED_SENIOR})
    line = STANDARD.count("\n", 0, STANDARD.index("tell: [named_senior]")) + 1
    assert (fault.rule, fault.line) == ("rung-reaches-nobody", line)
    assert "no organisation has anybody as “named_senior”" in fault.say


def _rules_in_the_code() -> set[str]:
    """Every text in the package that looks like the name of a rule: small words joined by hyphens."""
    found: set[str] = set()
    for path in Path(workflows.definitions.__file__).parent.glob("*.py"):
        # Packs have their own lint and tests; the list of rules is held to what is found here.
        if path.name in ("calendars.py", "packs.py", "pack_models.py", "rule_words.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"^[a-z]+(?:-[a-z]+)+$", node.value))
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    title: Consent check\n    side: holder\n", "    title: Consent check\n"),
        ("    title: Draft\n    side: requester\n", "    title: Draft\n"),
        ("request.threshold != ''", "request.threshold != 'it\\'s.not'"),
        ("routine: 50%, priority: 50%", "priority: 50%"),
        ("emergency: 2 hours}\n\nstages:", "emergency: 6 working_hours}\n\nstages:"),
        ("      withdraw: {to: withdrawn}\n    clock:", "    clock:"),
        ("needs: size(people) > 0", "needs: true"),
    ],
)
def test_what_an_organisation_may_change_is_accepted(old: str, new: str) -> None:
    assert old in STANDARD
    assert check(STANDARD.replace(old, new, 1), source="ours.yaml") == ()


HOSTILE = {
    "nothing": "",
    "only a comment": "# nothing\n",
    "a list": "- a\n- b\n",
    "a word": "hello",
    "10 MB": "a: b\n" * 2_000_000,
    "10 MB on one line": "[" * 10_000_000,
    "deep lists": "[" * 200_000,
    "deep mappings": "{a: " * 60_000,
    "deep indents": "- " * 100_000,
    "deep keys": "? " * 100_000,
    "a bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "an alias to itself": "a: &a [*a]\n",
    "a merge": "a: &a {b: c}\nd:\n  <<: *a\n",
    "an object": "a: !!python/object/apply:os.system [ls]\n",
    "a custom tag": "%TAG ! tag:example,2000:\n---\n!x a: b\n",
    "a number too long": f"format: {'9' * 5_000}\n",
    "an unknown escape": 'a: "\\q"\n',
    "an impossible character": 'a: "\\UFFFFFFFF"\n',
    "half a character": 'a: "\\ud800"\n',
    "a byte order mark": "\ufeffformat: x\n",
    "a bell": "a: \x07\n",
    "two documents": "a: b\n---\nc: d\n",
    "tabs": "a:\n\tb: c\n",
    "an open quote": 'a: "b\n',
    "a bad directive": "%FOO\n",
    "an endless key": "a" * 200_000 + ": b\n",
    "many keys": "".join(f"k{index}: v\n" for index in range(15_000)),
    "keys that are not text": "1: a\ntrue: b\nnull: c\n~: d\n",
    "a guard too long": STANDARD.replace("needs: size(people) > 0", f"needs: {'true && ' * 200}true"),
    "a guard too deep": STANDARD.replace("needs: size(people) > 0", f"needs: {'(' * 200}true{')' * 200}"),
    "a start that is not one": STANDARD.replace("start: draft", "start: release"),
    "a start at the end": STANDARD.replace("start: draft", "start: shared"),
    "a name with a line break": STANDARD.replace("    kind: check", '    kind: "check\\n  x: y"'),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_refused_in_words(text: str) -> None:
    faults = check(text, source="ours.yaml")
    assert faults
    assert all(fault.line >= 1 and fault.say for fault in faults)


GIVEN_UP_AFTER = {"10 MB": 0, "10 MB on one line": 0, "deep lists": 2_000, "deep mappings": 2_000,
                  "deep indents": 200, "deep keys": 200, "a bomb": 40, "an alias to itself": 11}  # fmt: skip
"""Characters of the worst texts that may be read at all, of up to ten million."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_given_up_after_little_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[Any] = []
    readers: list[YAML] = []
    parse = YAML.parse

    def counted(reader: YAML, stream: str) -> Iterator[Any]:
        readers.append(reader)
        for event in parse(reader, stream):
            parts.append(event)
            yield event

    monkeypatch.setattr(YAML, "parse", counted)
    with contextlib.suppress(BadDefinition):
        read(HOSTILE[name], source="ours.yaml")
    assert len(parts) <= 2 * MOST_NODES + MOST_DEPTH
    looked_at = sum(reader.reader.index for reader in readers)
    assert looked_at <= GIVEN_UP_AFTER.get(name, MOST_CHARACTERS + 1)


_PIECES = st.sampled_from(
    ["", " ", "\n", "\t", ":", "- ", "{", "}", "[", "]", "'", '"',
     "&a ", "*a", "!!x ", "|", ">", "%", "#", "? ", "null", "true", "12", "0x1f", ".nan", "\\", "\x85",
     "\u2028", "\x00", "é", "back", "draft", "<<: ", "---\n"]
)  # fmt: skip


@settings(max_examples=25, deadline=None, database=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), _PIECES), min_size=1, max_size=4))
def test_damaged_text_never_gives_a_stack_trace(damage: list[tuple[float, int, str]]) -> None:
    text = STANDARD
    for place, length, piece in damage:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + length :]
    _is_answered(text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["back", "due", "50%", "ask"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=25, deadline=None, database=None)
@given(st.data())
def test_a_workflow_with_wrong_parts_never_gives_a_stack_trace(data: st.DataObject) -> None:
    value = _small()
    for _ in range(data.draw(st.integers(1, 3))):
        _damage(value, data)
    _is_answered(json.dumps(value, indent=1))


def _small() -> Any:
    """The standard workflow with fewer words and conditions, so that each try is short."""
    value: Any = read(STANDARD, source="standard").value
    del value["stages"]["draft"]["commands"]["submit"]["needs"][2:]
    value["categories"] = {"health": "Health"}
    value["sensitive"] = ["health"]
    return value


def _damage(value: Any, data: st.DataObject) -> None:
    """Walk down from ``value`` and replace, delete or move one part."""
    here = value
    for _ in range(data.draw(st.integers(0, 6))):
        key = data.draw(st.sampled_from(_keys(here)))
        if not isinstance(here[key], dict | list) or not here[key]:
            break
        here = here[key]
    key = data.draw(st.sampled_from(_keys(here)))
    match data.draw(st.sampled_from(["replace", "delete", "swap"])):
        case "replace":
            here[key] = data.draw(_VALUES)
        case "delete":
            del here[key]
        case _:
            other = data.draw(st.sampled_from(_keys(here)))
            here[key], here[other] = here[other], here[key]
    if not value:
        value["left"] = "over"


def _keys(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(len(value)))


def _is_answered(text: str) -> None:
    faults = check(text, source="ours.yaml")
    assert all(1 <= fault.line <= text.count("\n") + 2 and fault.say for fault in faults)
    if not faults:
        assert load(text, source="ours.yaml").stages


@pytest.mark.parametrize(
    ("guard", "counts"),
    [
        ("advice.delegated_release", True),
        ("check.done && advice.delegated_release", True),
        ("advice.delegated_release == true && (check.done || check.covers_all)", True),
        ("advice.advice == 'a && b' && command.delegated_release", True),
        (None, False),
        ("check.done", False),
        ("!advice.delegated_release", False),
        ("!(check.done && advice.delegated_release && check.covers_all)", False),
        ("check.done || check.covers_all && advice.delegated_release", False),
        ("(check.done || advice.delegated_release)", False),
        ("check.done ? true : check.covers_all && advice.delegated_release", False),
        ("advice.advice != 'x && advice.delegated_release && y'", False),
        ("advice.advice != \"'\" + ' && advice.delegated_release && '", False),
        ("check.done // && advice.delegated_release", False),
        ("advice.advice != '\\'' && advice.delegated_release", False),
    ],
)
def test_only_a_plain_demand_for_delegation_counts_as_a_decision(guard: str | None, counts: bool) -> None:
    assert demands_delegation(guard) is counts
