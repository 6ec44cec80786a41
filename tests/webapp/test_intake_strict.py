"""JSON that could be read in two ways, or that only costs time, is refused at once and with its place."""

from __future__ import annotations

import pytest

from webapp.intake.pointers import pointer
from webapp.intake.strict import BadJson, loads

pytestmark = pytest.mark.feature("C28", "N20")

MOST = 2_000_000
DEEPEST = 32


def read(raw: bytes) -> object:
    return loads(raw, most=MOST, deepest=DEEPEST)


def refused(raw: bytes) -> BadJson:
    with pytest.raises(BadJson) as caught:
        read(raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"{}", {}),
        (b' {"a": [1, -2, 0.5, true, false, null, "x"]} \n', {"a": [1, -2, 0.5, True, False, None, "x"]}),
        ('{"name": "Zo\u00eb \U0001f600"}'.encode(), {"name": "Zo\u00eb \U0001f600"}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b'{"a": {"b": 1}, "b": 1}', {"a": {"b": 1}, "b": 1}),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ \\" [[[["', "[" * 42 + ' " [[[['),
        (b"[" * 32 + b"]" * 32, None),
    ],
)
def test_what_can_be_read_is_read(raw: bytes, found: object) -> None:
    assert read(raw) == found or found is None


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        (b'{"a": 1, "a": 1}', "key_twice", "/a"),
        (b'{"people": [{}, {"born": "x", "born": "y"}]}', "key_twice", "/people/1/born"),
        (b'{"a": 1, "\\u0061": 2}', "key_twice", "/a"),
        (b'{"__proto__": 1, "__proto__": 1}', "key_twice", "/__proto__"),
        (b'{"a": [NaN]}', "not_a_number", "/a/0"),
        (b"Infinity", "not_a_number", ""),
        (b'{"a": -Infinity}', "not_a_number", "/a"),
        (b'{"a": 1e400}', "number_too_large", "/a"),
        (b'{"a": -1e400}', "number_too_large", "/a"),
        (b"[9223372036854775808]", "number_too_large", "/0"),
        (b"[-9223372036854775809]", "number_too_large", "/0"),
        (b"[1" + b"0" * 1_000_000 + b"]", "number_too_large", "/0"),
        (b"[0." + b"1" * 1_000_000 + b"]", "number_too_large", "/0"),
        (b'{"a": "\\ud800"}', "half_a_character", "/a"),
        (b'{"a": "\\ude00\\ud83d"}', "half_a_character", "/a"),
        (b'{"\\ud800": 1}', "half_a_character", ""),
        (b'{"a": ["x\\u0000y"]}', "zero_character", "/a/0"),
        (b'{"a": "x\x00y"}', "not_json", ""),
        (b"\x00{}", "not_json", ""),
        (b"\xef\xbb\xbf{}", "byte_order_mark", ""),
        (b"\xff\xfe{\x00}\x00", "not_utf8", ""),
        (b'{"a": "\xe9"}', "not_utf8", ""),
        (b'{"a": "\xed\xa0\x80"}', "not_utf8", ""),
        (b'{"a": "\xc0\x80"}', "not_utf8", ""),
        (b"", "not_json", ""),
        (b"  \n", "not_json", ""),
        (b"{'a': 1}", "not_json", ""),
        (b'{"a": 1,}', "not_json", ""),
        (b'{"a": 01}', "not_json", ""),
        (b"{} {}", "not_json", ""),
        (b'{"a": 1} // note', "not_json", ""),
        (b'"never ended', "not_json", ""),
        (b'"never ended \\', "not_json", ""),
        (b"]]]]", "not_json", ""),
        (b"[" * 33 + b"]" * 33, "too_deep", ""),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep", ""),
        (b"[" * 10_000, "too_deep", ""),
        (b'{"a":' * 10_000, "too_deep", ""),
        (b"[" * 1_000_000, "too_deep", ""),
        (b'{"a":[' * 300_000 + b"]}" * 10, "too_deep", ""),
        (b'"' + b'\\"' * 900_000, "not_json", ""),
        (b" " * (MOST + 1), "too_large", ""),
        (b"[" * 50_000_000, "too_large", ""),
    ],
    ids=lambda value: value[:20].hex() if isinstance(value, bytes) else value,
)
def test_what_cannot_is_refused_with_its_place(raw: bytes, code: str, path: str) -> None:
    bad = refused(raw)
    assert (bad.code, bad.path) == (code, path)
    assert bad.say.endswith(".")


def test_no_sentence_repeats_what_was_written() -> None:
    for raw in (b'{"a": Tamsin}', b'{"a": "Tamsin}', b'{"a": "Tamsin\\ud800"}', b'{"a": "Tamsin", "a": "Orrin"}'):
        assert "Tamsin" not in f"{refused(raw).say} {refused(raw).path}"


def test_a_place_is_printed_whatever_its_keys_hold() -> None:
    assert pointer(()) == ""
    assert pointer(("people", 0, "born")) == "/people/0/born"
    assert pointer(("a/b", "c~d", "e\n\x1b[2J")) == "/a~1b/c~0d/e??[2J"
    assert pointer(("x" * 61,)) == "/" + "x" * 60 + "…"
