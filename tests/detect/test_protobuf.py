"""What is read of Protocol Buffers, and written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.detection.protobuf import fields, first, integer, integers, part, texts, within

NUMBERS = st.integers(1, 500)
WHOLE = st.integers(0, 2**40)


@given(st.lists(st.tuples(NUMBERS, st.binary(max_size=300)), max_size=8))
def test_what_was_written_is_read(written: list[tuple[int, bytes]]) -> None:
    message = b"".join(part(number, data) for number, data in written)
    assert [(number, payload) for number, _, payload in fields(message)] == written
    assert b"".join(whole for _, whole, _ in fields(message)) == message


@given(NUMBERS, st.lists(WHOLE, max_size=8))
def test_whole_numbers_are_read_one_by_one_and_packed(number: int, values: list[int]) -> None:
    apart = b"".join(integer(number, value) for value in values)
    assert integers(apart, number) == values
    packed = b"".join(integer(1, value)[1:] for value in values)
    if packed:
        assert integers(part(number, packed), number) == values


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_only_what_is_named_is_changed(before: bytes, after: bytes) -> None:
    message = integer(4, 7) + part(1, part(2, before) + part(3, "kept")) + part(5, "too")
    changed = within(message, (1, 2), lambda _: after)
    assert changed == integer(4, 7) + part(1, part(2, after) + part(3, "kept")) + part(5, "too")
    assert first(first(changed, 1), 2) == after and texts(changed, 5) == ["too"]


@given(st.binary(min_size=1, max_size=40), st.data())
def test_what_is_cut_off_is_told(payload: bytes, data: st.DataObject) -> None:
    message = part(1, payload)
    cut = message[: data.draw(st.integers(1, len(message) - 1))]
    with pytest.raises((IndexError, ValueError)):
        list(fields(cut))
