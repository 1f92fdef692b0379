"""Keyframes stored in arrays equal the given ones, to the bit."""

from __future__ import annotations

import copy
import pickle
import sys
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.types import Box, Keyframe, Keyframes, State, Target, Track

number = st.floats(allow_nan=False, allow_infinity=False)
keys = st.lists(
    st.builds(
        Keyframe,
        st.integers(0, 1 << 40),
        st.builds(Box, number, number, number, number),
        st.sampled_from(State),
        st.none() | st.floats(0, 1),
    ),
    max_size=12,
    unique_by=lambda k: k.frame,
).map(lambda found: tuple(sorted(found, key=lambda k: k.frame)))


@given(keys=keys, frame=st.integers(-1, 1 << 40))
def test_they_are_stored_exactly(keys: tuple[Keyframe, ...], frame: int) -> None:
    kept = Keyframes(keys)
    assert tuple(kept) == keys and len(kept) == len(keys) and bool(kept) == bool(keys)
    assert kept == keys and kept == Keyframes(keys) and hash(kept) == hash(keys)
    assert [repr(k) for k in kept] == [repr(k) for k in keys]
    assert kept[1:] == keys[1:] and kept[::-2] == keys[::-2]
    for i in range(len(keys)):
        assert kept[i] == keys[i] and kept[i - len(keys)] == keys[i - len(keys)]
    for outside in (len(keys), -len(keys) - 1):
        with pytest.raises(IndexError):
            kept[outside]
    assert kept.last_up_to(frame) == bisect_right([k.frame for k in keys], frame) - 1
    assert copy.deepcopy(kept) == kept and pickle.loads(pickle.dumps(kept)) == kept


def test_a_track_is_the_same_from_any_kind_of_sequence() -> None:
    keys = (
        Keyframe(3, Box(0, 0, 9, 9), State.DETECTED, 0.5),
        Keyframe(7, Box(4, 0, 13, 9), State.PADDED),
    )
    one, two = Track(1, Target.FACE, keys), Track(1, Target.FACE, list(keys))
    assert one == two == Track(1, Target.FACE, one.keyframes) and hash(one) == hash(two)
    assert (one.first, one.last, one.score) == (3, 7, 0.5)
    assert one.at(5) == Keyframe(5, Box(2, 0, 11, 9), State.DETECTED, 0.5)
    assert one.keyframes != keys[:1] and one.keyframes != "something else"


def test_a_long_track_is_small() -> None:
    keys = Keyframes(
        Keyframe(n, Box(n + 0.1, n + 0.2, n + 0.3, n + 0.4), State.DETECTED, n / 999)
        for n in range(999)
    )
    parts = [getattr(keys, name) for name in Keyframes.__slots__]
    assert sum(map(sys.getsizeof, parts)) < 70 * len(keys)
