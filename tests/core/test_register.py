"""The chain: whatever is changed, deleted, reordered, inserted or cut off is found and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workflows.core.register import GENESIS, Entry, Head, StoredEntry, canonical, commitment, first_break, seal

SALT = "ab" * 16


def chain(length: int = 4, *, stream: str = "case") -> tuple[list[StoredEntry], Head]:
    entries: list[StoredEntry] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        texts = {"reason": f"because {seq}"}
        commitments = {"reason": commitment(SALT, texts["reason"])} if seq % 2 == 0 else {}
        entry = Entry(stream, seq, "Advised", "2026-11-02T09:30:00+00:00", "ig", f"c{seq}", {"n": seq}, commitments)
        previous = seal(previous, entry)
        kept = texts if commitments else None
        entries.append(StoredEntry(entry, previous, SALT if kept else None, kept, erased=False))
    return entries, Head(stream, length, previous)


def edited(stored: StoredEntry, **fields: object) -> StoredEntry:
    return replace(stored, entry=replace(stored.entry, **fields))  # type: ignore[arg-type]


@pytest.mark.feature("C3")
def test_a_whole_chain_is_whole() -> None:
    entries, head = chain()
    assert first_break(entries, head) is None
    assert first_break([], Head("case", 0, GENESIS)) is None


@pytest.mark.feature("C3")
@pytest.mark.parametrize("field", ["type", "at", "by", "command", "facts", "stream"])
def test_any_changed_field_is_found_where_it_stands(field: str) -> None:
    entries, head = chain()
    value: object = {"n": 99} if field == "facts" else "other"
    entries[2] = edited(entries[2], **{field: value})
    found = first_break(entries, head)
    assert found is not None
    assert found.seq == 3


@pytest.mark.feature("C3")
def test_deleting_reordering_inserting_and_cutting_are_found() -> None:
    entries, head = chain()
    gone = first_break([*entries[:1], *entries[2:]], head)
    assert gone is not None
    assert (gone.seq, "missing" in gone.why) == (2, True)
    swapped = first_break([entries[0], entries[2], entries[1], entries[3]], head)
    assert swapped is not None
    assert swapped.seq == 2
    doubled = first_break([*entries[:2], entries[1], *entries[2:]], head)
    assert doubled is not None
    assert doubled.seq == 3
    cut = first_break(entries[:-1], head)
    assert cut is not None
    assert "should have 4 entries" in cut.why
    last = entries[-1].entry
    rewritten = replace(last, facts={"n": 0})
    forged = replace(entries[-1], entry=rewritten, digest=seal(entries[-2].digest, rewritten))
    rebuilt = first_break([*entries[:-1], forged], head)
    assert rebuilt is not None
    assert (rebuilt.seq, "digest kept with the case" in rebuilt.why) == (4, True)


@pytest.mark.feature("C3")
def test_personal_parts_are_bound_and_can_be_erased() -> None:
    entries, head = chain()
    words = list(entries)
    words[1] = replace(entries[1], texts={"reason": "another"})
    found = first_break(words, head)
    assert found is not None
    assert (found.seq, "reason" in found.why) == (2, True)
    words[1] = replace(entries[1], texts={"reason": "because 2", "more": "x"})
    assert first_break(words, head) is not None
    words[1] = replace(entries[1], texts=None, salt=None)
    missing = first_break(words, head)
    assert missing is not None
    assert "no erasure is recorded" in missing.why
    words[1] = replace(entries[1], texts=None, salt=None, erased=True)
    unsaid = first_break(words, head)
    assert unsaid is not None
    assert (unsaid.seq, "no entry of the chain says why" in unsaid.why) == (2, True)


@pytest.mark.feature("C3")
@pytest.mark.parametrize(
    ("kind", "facts", "whole"),
    [("Redirected", {}, True), ("Withdrawn", {"discarded": True}, True), ("Withdrawn", {"discarded": False}, False)],
)
def test_an_erasure_needs_an_entry_that_says_why(kind: str, facts: dict[str, object], whole: bool) -> None:
    entries, head = chain()
    why = Entry("case", 5, kind, "2026-11-02T09:30:00+00:00", "ig", "c5", facts, {})
    last = StoredEntry(why, seal(head.digest, why), None, None, erased=False)
    gone = replace(entries[1], texts=None, salt=None, erased=True)
    found = first_break([entries[0], gone, *entries[2:], last], Head("case", 5, last.digest))
    assert (found is None) is whole


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert commitment(SALT, {"b": 1, "a": 2}) == commitment(SALT, {"a": 2, "b": 1})
    assert commitment("00" * 16, "x") != commitment("01" * 16, "x")


@pytest.mark.feature("C3")
def test_every_flipped_bit_of_a_digest_is_found() -> None:
    entries, head = chain()
    for bit in range(256):
        digest = f"{int(entries[1].digest, 16) ^ (1 << bit):064x}"
        found = first_break([entries[0], replace(entries[1], digest=digest), *entries[2:]], head)
        assert found is not None
        assert found.seq == 2
