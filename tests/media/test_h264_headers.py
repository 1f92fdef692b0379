"""The H.264 header parser reads the fields that the encoder wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.formats.nal_units import units
from redact.media.h264_headers import (
    picture_parameters_of,
    sequence_parameters_of,
    slice_of,
)

from .h264_streams import B, Coded, I, P, Stream

STREAMS = st.builds(
    Stream,
    profile=st.sampled_from([66, 77, 100, 110, 244]),
    chroma=st.integers(0, 3),
    planes=st.booleans(),
    scaling=st.booleans(),
    frame_bits=st.integers(4, 16),
    order=st.integers(0, 2),
    gaps=st.booleans(),
    fields=st.booleans(),
    bottom=st.booleans(),
    weighted=st.booleans(),
    bipred=st.integers(0, 2),
    redundant=st.booleans(),
    references=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)

OPERATIONS = st.one_of(
    st.tuples(st.sampled_from([1, 2, 4, 6]), st.integers(0, 40)),
    st.tuples(st.just(3), st.integers(0, 40), st.integers(0, 5)),
    st.just((5,)),
)

PICTURES = st.builds(
    Coded,
    number=st.integers(0, 1 << 16),
    kind=st.sampled_from([P, B, I]),
    idr=st.booleans(),
    reference=st.booleans(),
    order=st.integers(0, 200),
    field=st.integers(0, 2),
    operations=st.lists(OPERATIONS, max_size=4),
    own_references=st.sampled_from([(), (1, 1), (3, 2)]),
    reordered=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300)), max_size=3),
    weights=st.booleans(),
)


@given(STREAMS, st.lists(PICTURES, min_size=1, max_size=4))
def test_fields_are_read_as_written(stream: Stream, pictures: list[Coded]) -> None:
    first, second = units(stream.head(), 0)
    number, sequence = sequence_parameters_of(first)
    which, picture = picture_parameters_of(second)
    assert (number, which) == (0, 0) and picture is not None
    assert (sequence.frame_bits, sequence.gaps) == (stream.frame_bits, stream.gaps)
    assert (sequence.fields, sequence.colour) == (stream.fields, stream.colour)
    assert picture.references == stream.references
    for coded in pictures:
        (unit,) = units(coded.written(stream), 0)
        read = slice_of(unit, {0: sequence}, {0: picture})
        assert read is not None and read.number == coded.number % (1 << stream.frame_bits)
        assert (read.idr, read.reference) == (coded.idr, coded.reference)
        marked = coded.reference and not coded.idr
        assert read.restarts is (marked and (5,) in coded.operations)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_units_with_a_length_prefix(size: int) -> None:
    given = [b"\x67abc", b"\x68", b"\x65" + b"x" * 100]
    packet = b"".join(len(u).to_bytes(size) + u for u in given)
    assert list(units(packet, size)) == given
    assert list(units(packet[:-5], size)) == [*given[:2], given[2][:-5]]
