"""Keyframes stored in arrays equal the given ones, to the bit."""

from __future__ import annotations

import copy
import pickle
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.types import Box, Keyframe, Keyframes, State

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
