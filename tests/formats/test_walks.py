"""Walks through untrusted files: every byte once, nothing outside a parent, always an end."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.formats import matroska, mp4, tags
from redact.formats.matroska import IDS, Element
from redact.formats.mp4 import Mp4Box


def box(kind: bytes, content: bytes = b"", size: int | None = None, wide: bool = False) -> bytes:
    """A box that claims to have `size` bytes, its true size by default."""
    true = len(content) + (16 if wide else 8)
    said = true if size is None else size
    if wide:
        return (1).to_bytes(4, "big") + kind + said.to_bytes(8, "big") + content
    return said.to_bytes(4, "big") + kind + content


def element(name: str, content: bytes = b"", size: int | None = None) -> bytes:
    """An element with a length of eight bytes; a `size` of -1 is the unknown length."""
    number = IDS[name]
    said = (len(content) if size is None else size) % (1 << 56)
    head = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return head + (1 << 56 | said).to_bytes(8, "big") + content


def boxes_in(data: bytes) -> list[Mp4Box]:
    file = io.BytesIO(data)
    enter = lambda b: _first(file, b) if b.kind in PARENTS else None  # noqa: E731
    return list(mp4.walk(file, 0, len(data), enter))


PARENTS = frozenset((b"moov", b"trak", b"meta", b"stsd"))
NAMED = ("EBML", "Segment", "Info", "Cluster", "Tags", "Void")


def _first(file: io.BytesIO, parent: Mp4Box) -> int:
    return mp4.first_inside(file, parent, False)


def elements_in(data: bytes, enter: Callable[[Element], bool] | None = None) -> list[Element]:
    held = enter or (lambda e: e.name in NAMED[:-1])
    return list(matroska.walk(io.BytesIO(data), 0, len(data), held))


SIZES = st.sampled_from((0, 1, 2, 7, 8, 9, 15, 16, 17, 100, 2**31, 2**32 - 1))
WIDE_SIZES = st.sampled_from((0, 1, 8, 15, 16, 17, 40, 2**32, 2**63, 2**64 - 1))
KINDS = st.sampled_from((*sorted(PARENTS), b"mdat", b"free", b"\0\0\0\0", b"\xa9xyz"))
BOXES = st.recursive(
    st.binary(max_size=20),
    lambda inner: st.one_of(
        st.builds(box, KINDS, inner, st.none() | SIZES),
        st.builds(box, KINDS, inner, st.none() | WIDE_SIZES, st.just(True)),
        st.lists(inner, max_size=3).map(b"".join),
    ),
    max_leaves=12,
)
LENGTHS = st.sampled_from((-1, 0, 1, 7, 100, 2**32, 2**56 - 2))
ELEMENTS = st.recursive(
    st.binary(max_size=20),
    lambda inner: st.one_of(
        st.builds(element, st.sampled_from(NAMED), inner, st.none() | LENGTHS),
        st.lists(inner, max_size=3).map(b"".join),
    ),
    max_leaves=12,
)


def covered(parts: list[Mp4Box] | list[Element], start: int, end: int) -> bool:
    """Whether the parts of one level follow each other from the first byte to the last."""
    at = start
    for part in parts:
        if part.start != at or not part.start <= part.body <= part.end <= end:
            return False
        at = part.end
    return at == end


@given(BOXES)
def test_the_boxes_of_a_level_cover_it_and_lie_in_their_parent(data: bytes) -> None:
    file = io.BytesIO(data)
    assert covered(list(mp4.boxes(file, 0, len(data))), 0, len(data))
    for found in boxes_in(data):
        inside = list(mp4.boxes(file, found.body, found.end))
        assert covered(inside, found.body, found.end)
        assert found.path.isprintable()


@given(ELEMENTS)
def test_elements_lie_in_their_parent(data: bytes) -> None:
    top = elements_in(data, lambda e: False)
    known = [e for e in top if not e.above]
    if not any(e.endless for e in top):
        assert covered(known, 0, len(data))
    for found in elements_in(data):
        assert 0 <= found.start <= found.body <= found.end <= len(data)
        assert found.path.isprintable()
    starts = [e.start for e in elements_in(data)]
    assert starts == sorted(starts)  # no byte is gone over twice


@given(BOXES, st.integers(0, 2**62))
def test_a_file_that_is_shorter_than_it_claims(data: bytes, end: int) -> None:
    """Truncated after its size was read: the walk ends without an error."""
    found = list(mp4.boxes(io.BytesIO(data), 0, max(end, len(data))))
    assert found[-1].end == max(end, len(data)) if found else not end and not data
    matroska.element_at(io.BytesIO(data), 0, matroska.ANYWHERE)


def test_sizes_of_64_bits_and_to_the_end() -> None:
    wide, rest = boxes_in(box(b"mdat", b"abc", wide=True) + box(b"free", b"xyz", size=0))
    assert (wide.kind, wide.body, wide.end) == (b"mdat", 16, 19)
    assert (rest.kind, rest.body, rest.end) == (b"free", 27, 30)


def test_a_size_beyond_the_parent_is_no_box() -> None:
    """Neither by its 32-bit nor by its 64-bit size, even though the file continues after the
    parent."""
    for wide, size in ((False, 9), (True, 17)):
        inner = box(b"free", size=size, wide=wide)
        found = boxes_in(box(b"moov", inner) + box(b"free", b"more"))
        assert [f.path for f in found] == ["moov", "moov/?", "free"]


def test_a_parent_too_short_for_what_precedes_its_boxes() -> None:
    found = boxes_in(box(b"stsd", bytes(4)))
    assert [f.path for f in found] == ["stsd", "stsd/?"]


def test_depth_is_limited() -> None:
    """At about a thousand levels, Python would stop with an unexpected error."""
    data, deep = b"", b""
    for _ in range(5000):
        data, deep = box(b"moov", data), element("Segment", deep)
    assert len(boxes_in(data)) == mp4.MAX_DEPTH + 1
    assert len(elements_in(deep)) == matroska.MAX_DEPTH + 1


def test_clusters_of_a_live_recording_are_siblings() -> None:
    """Thousands of them, none with a stated end."""
    block = element("SimpleBlock", bytes(9))
    data = element("Segment", element("Cluster", block, -1) * 3000 + element("Tags"), -1)
    found = elements_in(data)
    assert [e.path for e in found[:3]] == [
        "Segment",
        "Segment/Cluster",
        "Segment/Cluster/SimpleBlock",
    ]
    assert len(found) == 2 + 2 * 3000 and found[-1].path == "Segment/Tags"


@given(st.binary(max_size=9), st.integers(1, 8))
def test_number_lengths(data: bytes, longest: int) -> None:
    length = matroska.number_length(data[:1], longest)
    if length is not None:
        assert 1 <= length <= longest and data[0] >> 8 - length == 1


def test_tags_are_allowed_only_in_their_place() -> None:
    good = {"major_brand": "isom", "Encoder": "Lavf62.3.100", "duration": "00:01:02.5"}
    assert list(tags.not_allowed(good, stream=False)) == []
    assert list(tags.not_allowed({"language": "fra", "HANDLER_NAME": ""}, stream=True)) == []
    # A tag of the file on a stream, and words where a number belongs.
    assert list(tags.not_allowed({"major_brand": "isom"}, stream=True)) == ["major_brand"]
    assert list(tags.not_allowed({"language": "fra"}, stream=False)) == ["language"]
    wrong = {"duration": "Anna", "title": "x", "encoder": "HandBrake"}
    assert list(tags.not_allowed(wrong, stream=True)) == list(wrong)


@pytest.mark.parametrize("key", ["major_brand", "minor_version", "duration", "handler_name"])
@pytest.mark.parametrize("stream", [True, False])
def test_text_after_an_allowed_value_is_not_allowed(key: str, stream: bool) -> None:
    """The whole of a value must have the format, not only its beginning."""
    good = {"minor_version": "512", "duration": "00:01:02.5", "handler_name": "VideoHandler"}
    value = good.get(key, "isom")
    if not list(tags.not_allowed({key: value}, stream)):
        told = {key: f"{value}\nAnna", key.upper(): f"{value} Anna Example, 12 Rue Haute"}
        assert list(tags.not_allowed(told, stream)) == list(told)
    words = {"encoder": "Lavf62.3.100 of Anna Example", "language": "fra Anna"}
    assert list(tags.not_allowed(words, stream=True)) == list(words)


def test_tags_without_text_are_structural() -> None:
    assert tags.is_structural("Major_Brand") and tags.is_structural("handler_name")
    assert not any(map(tags.is_structural, ("encoder", "language", "title")))
    assert re.fullmatch(tags.LAVF, "Lavf") and not re.fullmatch(tags.LAVF, "Lavf 1; Anna")
