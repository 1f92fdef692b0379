"""Hand-made boxes, chunks and units: every place of a file that can name its maker."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from redact.errors import InputError
from redact.formats.nal_units import units
from redact.inspect import inspect_file
from redact.inspect.disclosures import (
    Disclosures,
    Kind,
    printable_text,
    readable,
    shown,
)
from redact.inspect.matroska import inspect_matroska
from redact.inspect.mp4 import inspect_mp4
from redact.inspect.release import _mp4_edits
from redact.inspect.streams import (
    _length_size,
    inspect_av1,
    inspect_h264,
    inspect_hevc,
    inspect_jpeg,
    inspect_mpeg,
    inspect_strings,
)

from ..formats.test_walks import element

FTYP = struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\2\0"


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def said_by(data: bytes) -> list[tuple[Kind, str, str]]:
    found = Disclosures()
    inspect_mp4(io.BytesIO(data), len(data), found)
    return [(f.kind, str(f.where), str(f.value)) for f in found.found]


def header(kind: bytes, created: int, changed: int, language: int = 0x55C4) -> bytes:
    return box(kind, struct.pack(">IIIIIHH", 0, created, changed, 1000, 10, language, 0))


def wide_header(created: int, language: int) -> bytes:
    return box(b"mdhd", struct.pack(">IQQIQHH", 1 << 24, created, 0, 1000, 10, language, 0))


def handler(name: bytes, maker: bytes = bytes(4)) -> bytes:
    return box(b"hdlr", bytes(8), b"vide", maker, bytes(8), name)


def track(entry: bytes, media: bytes = b"vide") -> bytes:
    told = box(b"hdlr", bytes(8), media, bytes(12), b"\0")
    table = box(b"stbl", box(b"stsd", struct.pack(">II", 0, 1), entry))
    return box(b"moov", box(b"trak", box(b"mdia", told, box(b"minf", table))))


def video_entry(*parts: bytes, vendor: bytes = bytes(4), compressor: bytes = b"") -> bytes:
    name = bytes([len(compressor)]) + compressor.ljust(31, b"\0")
    return box(b"mp4v", bytes(12), vendor, bytes(26), name, bytes(4), *parts)


DAY = 2_082_844_800 + 86400  # 2 January 1970


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header(b"mvhd", 0, 0), []),
        (
            header(b"mvhd", DAY, DAY + 60),
            [(Kind.DATE, "created 1970-01-02"), (Kind.DATE, "changed 1970-01-02")],
        ),
        (box(b"mvhd", bytes(7)), [(Kind.UNUSUAL, "")]),
        (box(b"trak", box(b"mdia", header(b"mdhd", 0, 0))), []),
        (box(b"trak", box(b"mdia", header(b"mdhd", 0, 0, 0x1A41))), [(Kind.LANGUAGE, "fra")]),
        (box(b"trak", box(b"mdia", header(b"mdhd", 0, 0, 1))), [(Kind.LANGUAGE, "language 1")]),
        (box(b"trak", box(b"mdia", header(b"mdhd", 0, 0, 0x7FFF))), []),
        (
            box(b"trak", box(b"mdia", box(b"mdhd", bytes(20) + b"\x1a\x41"))),
            [(Kind.LANGUAGE, "fra")],
        ),
        (box(b"trak", box(b"mdia", wide_header(0, 0x1A41))), [(Kind.LANGUAGE, "fra")]),
        (
            box(b"trak", box(b"mdia", wide_header(2**60, 0x55C4))),
            [(Kind.DATE, f"created {2**60} s after 1904")],
        ),
        (handler(b"VideoHandler\0"), []),
        (handler(b"\5Jane."), [(Kind.NAME, "Jane.")]),
        (handler(b"Jane's camera\0"), [(Kind.NAME, "Jane's camera")]),
        (handler(b"\0", b"appl"), [(Kind.ENCODER, "appl")]),
        (box(b"udta", box(b"\xa9mak", b"\0\3\x15\xc7Abc")), [(Kind.DEVICE, "Abc")]),
        (box(b"udta", box(b"titl", b"\0\0\0\0\x15\xc7Abc")), [(Kind.TAG, "Abc")]),
        (box(b"udta", box(b"loci", b"Paris")), [(Kind.LOCATION, "Paris")]),
        (box(b"udta", box(b"thmb", bytes(90))), [(Kind.THUMBNAIL, "90 bytes")]),
        (box(b"udta", bytes(4)), []),
        (box(b"udta", b"note"), [(Kind.UNUSUAL, "note")]),
        (box(b"udta", box(b"free", bytes(9))), []),
        (box(b"udta", box(b"skip", b"hello")), [(Kind.UNUSUAL, "hello")]),
        (box(b"free", bytes(9)), []),
        (box(b"free", bytes(9) + b"x"), [(Kind.UNUSUAL, "")]),
        (box(b"abcd", b"secret"), [(Kind.UNUSUAL, "secret")]),
        (
            box(b"meta", bytes(4), box(b"ilst", box(b"\xa9too", box(b"data", bytes(8), b"Lavf")))),
            [(Kind.ENCODER, "Lavf")],
        ),
        (
            box(
                b"meta",
                bytes(4),
                box(
                    b"keys",
                    struct.pack(">II", 0, 2),
                    struct.pack(">I4s", 13, b"mdta") + b"other",
                    struct.pack(">I4s", 17, b"mdta") + b"loc.gps__",
                ),
                box(b"ilst", box(b"\0\0\0\2", box(b"data", bytes(8), b"+48.8"))),
            ),
            [(Kind.LOCATION, "+48.8")],
        ),
        (
            box(b"meta", bytes(4), box(b"ilst", box(b"covr", box(b"data", bytes(8), bytes(70))))),
            [(Kind.THUMBNAIL, "70 bytes")],
        ),
    ],
)
def test_a_box_of_a_movie(content: bytes, said: list[tuple[Kind, str]]) -> None:
    found = said_by(FTYP + box(b"moov", content))
    assert [kind for kind, _, _ in found] == [kind for kind, _ in said]
    for (_, _, value), (_, wanted) in zip(found, said, strict=True):
        assert wanted in value


@pytest.mark.parametrize(
    ("entry", "media", "said"),
    [
        (video_entry(), b"vide", []),
        (video_entry(vendor=b"FFMP"), b"vide", [(Kind.ENCODER, "FFMP")]),
        (video_entry(compressor=b"Lavc 1"), b"vide", [(Kind.ENCODER, "Lavc 1")]),
        (video_entry(box(b"colr", b"nclx")), b"vide", []),
        (video_entry(box(b"colr", b"prof", b"Jane's")), b"vide", [(Kind.UNUSUAL, "profJane's")]),
        (video_entry(box(b"uuid", b"Jane")), b"vide", [(Kind.UNUSUAL, "Jane")]),
        (video_entry(bytes(4)), b"vide", []),
        (box(b"mp4a", bytes(28), box(b"wave", box(b"frma", b"mp4a"), bytes(8))), b"soun", []),
        (box(b"mp4a", bytes(28), box(b"wave", box(b"xxxx", b"1"))), b"soun", [(Kind.UNUSUAL, "1")]),
        (box(b"mp4a", bytes(28), box(b"wave", box(b"mp4a", bytes(4)))), b"soun", []),
        (box(b"sowt", bytes(28), box(b"wave", box(b"enda", b"\0\1"))), b"soun", []),
        (box(b"mp4a", bytes(28), box(b"xxxx", b"1")), b"soun", [(Kind.UNUSUAL, "1")]),
        (box(b"gpmd", bytes(8)), b"meta", [(Kind.STREAM, "track of kind meta")]),
    ],
)
def test_a_sample_entry(entry: bytes, media: bytes, said: list[tuple[Kind, str]]) -> None:
    found = said_by(FTYP + track(entry, media))
    assert [(kind, value) for kind, _, value in found] == said


def test_every_reference_and_every_last_box_is_inspected() -> None:
    entries = [box(b"url ", b"\0\0\0\1"), box(b"url ", bytes(4), b"/home/jane/a.mov\0")]
    data = box(b"dref", struct.pack(">II", 0, 2), *entries)
    assert [v for _, _, v in said_by(FTYP + data)] == ["/home/jane/a.mov"]
    assert [v for _, _, v in said_by(FTYP + box(b"uuid", b"first") + box(b"uuid", b"last"))] == [
        "first",
        "last",
    ]
    padded = FTYP + box(b"free", b"hello")
    assert [where for _, where, _ in said_by(padded)] == ["free (padding that is not empty)"]


def test_a_truncated_file_is_reported_as_truncated() -> None:
    """It used to be listed as "bytes that are no box", which most users do not understand."""
    long = struct.pack(">I4sQ", 1, b"mdat", 500)
    for cut in (FTYP + box(b"mdat", bytes(492))[:200], FTYP + (long + bytes(484))[:200]):
        ((kind, where, what),) = said_by(cut)
        assert (kind, where) == (Kind.UNUSUAL, "mdat")
        assert what == "the file ends early: 300 bytes of its last box, mdat, are missing"
    assert said_by(FTYP + b"\0\0\1\0junk" + bytes(20)) == [
        (Kind.UNUSUAL, "?", "28 bytes that are no box")
    ]


def test_the_vendor_of_every_sample_entry_is_blanked() -> None:
    """A sound entry without parts has 28 bytes; in a longer header the language comes later."""
    entry = box(b"sowt", bytes(12), b"FFMP", bytes(12))
    media = box(b"mdia", wide_header(0, 0x1A41), box(b"stsd", struct.pack(">II", 0, 1), entry))
    data = bytearray(FTYP + box(b"moov", box(b"trak", media)))
    for at, new in _mp4_edits(io.BytesIO(bytes(data)), len(data)):
        data[at : at + len(new)] = new
    assert b"FFMP" not in data
    (language,) = struct.unpack_from(">H", data, data.index(b"mdhd") + 4 + 32)
    assert language == 0x55C4


def length_tag(value: bytes) -> bytes:
    """The tag with which writers repeat how long a track is."""
    tag = element("TagName", b"DURATION") + element("TagString", value)
    return element("Tags", element("Tag", element("SimpleTag", tag)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            element(
                "Tags",
                element(
                    "Tag",
                    element(
                        "SimpleTag",
                        element("TagName", b"MAKE") + element("TagBinary", b"Jane's \xff\xfe"),
                    ),
                ),
            ),
            [(Kind.DEVICE, "9 bytes: 4a 61 6e 65 27 73 20 ff fe")],
        ),
        (length_tag(b"00:00:12.000000000\0"), []),
        (length_tag(b"12 s, by Jane"), [(Kind.TAG, "12 s, by Jane")]),
        (b"\x4f\xfe\x84Jane", [(Kind.UNUSUAL, "Jane")]),
        (element("Tracks", element("TrackEntry", b"\x4f\xfe\x84Jane")), [(Kind.UNUSUAL, "Jane")]),
        (
            element("Attachments", element("AttachedFile", element("FileData", bytes(2_000_000)))),
            [(Kind.ATTACHMENT, "2000000 bytes")],
        ),
        (element("Tracks", element("TrackEntry", element("MinCache", b"\1"))), []),
    ],
)
def test_an_element_of_matroska(content: bytes, said: list[tuple[Kind, str]]) -> None:
    data = element("EBML") + element("Segment", content)
    found = Disclosures()
    inspect_matroska(io.BytesIO(data), len(data), found)
    assert [(f.kind, str(f.value)) for f in found.found] == said


def said_by_units(inspect: object, data: bytes) -> list[tuple[Kind, str]]:
    found = Disclosures()
    inspect(data, "v", found)  # type: ignore[operator]
    return [(f.kind, str(f.value)) for f in found.found]


def test_units_of_coded_pictures() -> None:
    named = bytes([5, 16 + 5]) + bytes(range(1, 17)) + b"hello"
    blob = bytes([5, 16 + 3]) + bytes(range(1, 17)) + b"\xff\xfe\1"
    for inspect, first in ((inspect_h264, b"\x06"), (inspect_hevc, b"\x4e\1")):
        found = said_by_units(inspect, first + named + blob + b"\x80")
        assert found == [
            (Kind.ENCODER, "hello"),
            (Kind.USER_DATA, f"uuid {bytes(range(1, 17)).hex()}"),
        ]
        assert said_by_units(inspect, first + b"\4\3\xb5\0\x31\x80")[0][1].endswith("b5 00 31")
        captions = first + b"\4\7\xb5\0\x31GA94\x80"
        assert said_by_units(inspect, captions) == [(Kind.USER_DATA, "captions")]
        timing = first + b"\1\1\0\x80"
        assert said_by_units(inspect, timing) == []
        assert said_by_units(inspect, first + b"\3\2\xff\xff\x80") == []
        assert said_by_units(inspect, first + b"\3\2\xffx\x80")[0][0] is Kind.UNUSUAL
        assert said_by_units(inspect, first + b"\xff\1\1x\x80")[0] == (Kind.UNUSUAL, "1 byte")
        assert said_by_units(inspect, b"") == []
    assert said_by_units(inspect_h264, b"\x1cabc") == [(Kind.UNUSUAL, "4 bytes")]
    assert said_by_units(inspect_hevc, b"\x62\1abc") == [(Kind.UNUSUAL, "5 bytes")]
    assert said_by_units(inspect_hevc, b"\x7c\1abc") == []  # a layer of Dolby Vision


def test_other_codings() -> None:
    user = b"\0\0\1\xb2XviD0064\0\0\1\xb6\0"
    assert said_by_units(inspect_mpeg, user) == [(Kind.ENCODER, "XviD0064")]
    assert said_by_units(inspect_mpeg, b"\0\0\1\xb2\xff\xfe\xfd\xfc\xfb")[0][0] is Kind.USER_DATA
    assert said_by_units(inspect_mpeg, b"\0\0\1\xb2\0\0\0\0\1\xb3abc") == []
    # AV1: sized metadata, extended, unsized, of unknown type, and a unit type that is reserved.
    assert said_by_units(inspect_av1, b"\x2a\5\4\xb5\0\x31x") == [(Kind.USER_DATA, "T.35 b5 00 31")]
    assert said_by_units(inspect_av1, b"\x12\0\x2e\0\5\4\xb5\0\x31x")[0][0] is Kind.USER_DATA
    assert said_by_units(inspect_av1, b"\x28\4\xb5\0\x31")[0][0] is Kind.USER_DATA
    assert said_by_units(inspect_av1, b"\x2a\2\6x") == [(Kind.USER_DATA, "type 6")]
    assert said_by_units(inspect_av1, b"\x2a\2\1x\x12\0") == []
    assert said_by_units(inspect_av1, b"\x4a\x80\1" + bytes(128)) == [(Kind.UNUSUAL, "128 bytes")]
    jpeg = b"\xff\xd8\xff\xe0\0\7JFIF\0\xff\xfe\0\7Jane!\xff\xda\0\2\xff\xfe\0\4no"
    assert said_by_units(inspect_jpeg, jpeg) == [(Kind.USER_DATA, "Jane!")]
    small = b"\xff\xd8\xff\xe1\0\x08Ex\xff\xd8\xff\0"
    assert said_by_units(inspect_jpeg, small)[0][0] is Kind.THUMBNAIL
    assert said_by_units(inspect_strings, b"\0\1Lavc60.3 x\0Lavc60.3 x") == [
        (Kind.ENCODER, "Lavc60.3 x")
    ]


def test_the_prefix_of_units_is_read_from_the_codec_header() -> None:
    assert _length_size("h264", b"\1\x64\0\x0a\xff\xe1") == 4
    assert _length_size("h264", b"\1\x64\0\x0a\xfd\xe1") == 2
    assert _length_size("hevc", b"\1" + bytes(20) + b"\x0f") == 4
    assert _length_size("hevc", b"\1" + bytes(20)) == 0
    assert _length_size("h264", b"\0\0\0\1\x67") == 0
    assert _length_size("h264", b"") == 0
    assert list(units(b"\0\0\0\1ab\0\0\1cd", 0)) == [b"ab", b"cd"]
    assert list(units(b"\0\0\0\2ab\0\0\0\1c", 4)) == [b"ab", b"c"]


def test_text_is_told_from_binary_data() -> None:
    assert printable_text(b"\0Caf\xc3\xa9\0") == "Café"
    assert printable_text(b"\0\0") == ""
    assert printable_text(b"a long enough text with one \xe9 in it") is not None
    assert printable_text(b"\xff\xfe\xfd\xfc") is None
    assert printable_text(b"a\1b") is None
    assert str(shown(b"\xff\xfe\1")) == "3 bytes: ff fe 01"
    assert readable("a\nb") == "a b" and len(readable("x" * 500)) == 121


def test_a_file_that_cannot_be_read_says_why_and_its_name_once(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\x81no video at all" * 50)
    with pytest.raises(InputError) as caught:
        inspect_file(path)
    assert caught.value.message.count(f"{path}") == 1
    assert "is not a video file that can be read" in caught.value.message
    assert "None" not in caught.value.message
