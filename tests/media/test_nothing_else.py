"""Only what is allowed reaches an output, and equal runs give equal bytes."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from redact.errors import OutputError
from redact.inspect import inspect_file
from redact.media import Decode, VideoWriter, probe
from redact.media.writer import without_user_data
from redact.settings import EncodeSettings

from .footage import FAST, Clip, Sound, audio_packets, make, rewrite, times

SECRETS = ("Jane Camerawoman", "+48.8577+002.295/", "SN-0042", "2024-05-01")
TAGS = {
    "title": SECRETS[0],
    "artist": SECRETS[0],
    "location": SECRETS[1],
    "comment": SECRETS[2],
    "creation_time": SECRETS[3] + "T10:00:00Z",
}
SIGNATURE = re.compile(rb"(?i)x26[45] - |libx26|Lavf\d|Lavc\d|libvpx|SVT-AV1|libopus")
PRESETS = {"h264": "ultrafast", "hevc": "ultrafast", "vp9": "8", "av1": "10", "ffv1": None}


def loaded(tmp_path: Path) -> Path:
    """An MKV with everything that must not survive."""

    def attach(output: Any, video: Any) -> None:
        output.set_chapters(
            [{"id": 1, "start": 0, "end": 200, "time_base": Fraction(1, 1000),
              "metadata": {"title": SECRETS[0]}}]
        )  # fmt: skip
        output.add_attachment("notes.txt", "text/plain", SECRETS[2].encode() * 20)
        video.metadata["title"] = SECRETS[0]
        second = output.add_stream("libx264", rate=25)
        second.width, second.height, second.pix_fmt = 64, 48, "yuv420p"
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(second.encode(frame))
        output.mux(second.encode(None))

    return make(
        tmp_path / "in.mkv",
        Clip(tags=TAGS, sounds=[Sound("libopus", language="fra")], prepare=attach),
    )


def test_everything_that_is_dropped_is_listed(tmp_path: Path) -> None:
    info = probe(loaded(tmp_path))
    kinds = {d.kind for d in info.dropped}
    assert {"tag", "chapter", "attachment", "video"} <= kinds
    said = " ".join(str(d.what) for d in info.dropped)
    assert all(secret in said for secret in (SECRETS[0], SECRETS[1], SECRETS[2], SECRETS[3]))
    assert info.video.upright_size == (160, 96), "the larger video is the one that is kept"


def test_a_tag_that_is_not_utf8_is_listed_and_can_be_printed(tmp_path: Path) -> None:
    """FFmpeg returns it unchanged; unprintable text would crash a run."""
    source = make(tmp_path / "in.mkv", Clip(tags={"title": "cafe of Jane"}))
    source.write_bytes(source.read_bytes().replace(b"cafe of", b"caf\xe9 of"))
    said = " ".join(str(d.what) for d in probe(source).dropped)
    assert "caf\ufffd of Jane" in said and said.encode()
    assert "caf\ufffd of Jane" in [f.value for f in inspect_file(source).found]


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm"])
def test_nothing_but_picture_and_sound_is_left(tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"out.{suffix}"
    settings = EncodeSettings(preset="8") if suffix == "webm" else FAST
    rewrite(loaded(tmp_path), output, settings)
    data = output.read_bytes()
    assert not [s for s in (*SECRETS, "notes.txt") if s.encode() in data]
    assert not SIGNATURE.search(data)
    with av.open(str(output)) as container:
        assert [s.type for s in container.streams] == ["video", "audio"]
        assert not container.chapters()
        technical = {"major_brand", "minor_version", "compatible_brands", "encoder"}
        assert {k.lower() for k in container.metadata} <= technical
        assert container.metadata.get("encoder", "Lavf") == "Lavf"
        video, audio = container.streams
        assert {k.lower() for k in video.metadata} <= {"duration", "language", "vendor_id",
                                                       "handler_name"}  # fmt: skip
        assert not video.metadata.get("handler_name", "").strip()
        assert video.metadata.get("language", "und") == "und"
        assert audio.metadata["language"] in ("fra", "fre")


@pytest.mark.parametrize("codec", PRESETS)
def test_two_runs_give_the_same_bytes(tmp_path: Path, codec: str) -> None:
    source = make(tmp_path / "in.mp4", Clip(sounds=[Sound()]))
    settings = EncodeSettings(codec, preset=PRESETS[codec])
    outputs = [tmp_path / f"{n}.mkv" for n in "ab"]
    for output in outputs:
        rewrite(source, output, settings, release=True)
    first, second = (o.read_bytes() for o in outputs)
    assert first == second
    assert not SIGNATURE.search(first)


def test_closed_captions_inside_the_video_are_not_carried(tmp_path: Path) -> None:
    """User data of H.264 (ITU-T T.35, ATSC A/53 captions) is attached to the frames themselves."""
    caption = bytes.fromhex("b500314741393403c1fffc9420ff")
    sei = b"\x00\x00\x00\x01\x06\x04" + bytes([len(caption)]) + caption + b"\x80"
    plain = make(tmp_path / "plain.h264", Clip()).read_bytes()
    at = plain.index(b"\x00\x00\x01\x65")
    source = tmp_path / "in.h264"
    source.write_bytes(plain[:at] + sei[1:] + plain[at:])
    assert any("closed captions" in str(d.what) for d in probe(source).dropped)
    rewrite(source, tmp_path / "out.mp4")
    assert b"GA94" in source.read_bytes()
    assert b"GA94" not in (tmp_path / "out.mp4").read_bytes()


def test_only_unregistered_user_data_is_cut_from_packets() -> None:
    def unit(*body: int) -> bytes:
        return b"\x00\x00\x01" + bytes(body)

    timing, text, slice_ = unit(6, 1, 2, 9, 128), unit(6, 5, 3, 1, 2, 3, 128), unit(0x65, 7, 7)
    assert without_user_data(timing + text + slice_) == timing + slice_
    assert without_user_data(text + timing + text + slice_ + text) == timing + slice_
    assert without_user_data(timing + slice_) == timing + slice_


def test_audio_packets_are_copied_untouched_with_their_languages(tmp_path: Path) -> None:
    sounds = [
        Sound(language="eng"),
        Sound("ac3", language="deu", hertz=880),
        Sound("libmp3lame", layout="mono", hertz=220, language="Jane Doe"),
    ]
    source = make(tmp_path / "in.mkv", Clip(sounds=sounds, pts=range(25)))
    assert "Jane Doe" in " ".join(str(d.what) for d in probe(source).dropped)
    rewrite(source, tmp_path / "out.mkv")
    assert b"Jane Doe" not in (tmp_path / "out.mkv").read_bytes()
    writer = rewrite(source, tmp_path / "out.mp4")
    assert writer.notes == []
    before, after = audio_packets(source), audio_packets(tmp_path / "out.mp4")
    assert [[p for _, p in track] for track in before] == [[p for _, p in t] for t in after]
    assert [a.language for a in probe(tmp_path / "out.mp4").audio] == ["eng", "deu", ""]


@pytest.mark.parametrize(("codec", "source", "output", "result"), [
    ("pcm_s16le", "mov", "mov", "pcm_s16le"),
    ("pcm_s16le", "mov", "mp4", "aac"),
    ("pcm_s16le", "avi", "mp4", "aac"),
    ("libopus", "webm", "webm", "opus"),
    ("libopus", "webm", "mp4", "opus"),
    ("aac", "mp4", "webm", "opus"),
    ("aac", "ts", "mp4", "aac"),
    ("flac", "mkv", "mkv", "flac"),
    ("libmp3lame", "avi", "mp4", "mp3"),
])  # fmt: skip
def test_sound_is_copied_if_it_fits_and_transcoded_if_not(
    tmp_path: Path, codec: str, source: str, output: str, result: str
) -> None:
    clip = Clip(sounds=[Sound(codec)], pts=range(25))
    settings = FAST
    if source == "webm":
        clip.codec, clip.options = "libvpx-vp9", {"cpu-used": "8", "deadline": "realtime"}
    if output == "webm":
        settings = EncodeSettings(preset="8")
    made = make(tmp_path / f"in.{source}", clip)
    writer = rewrite(made, tmp_path / f"out.{output}", settings)
    after = probe(tmp_path / f"out.{output}").audio
    assert [a.codec for a in after] == [result]
    again = probe(made).audio[0].codec != result
    assert bool([n for n in writer.notes if n.code == "audio_converted"]) == again
    if not again and source != "ts":
        kept = [p for _, p in audio_packets(tmp_path / f"out.{output}")[0]]
        assert kept == [p for _, p in audio_packets(made)[0]]


def test_sound_of_unknown_loudspeakers_is_copied_or_refused(tmp_path: Path) -> None:
    """It was told to check the space on the disk."""
    clip = Clip(sounds=[Sound("pcm_s16le", layout="5.1.4")], pts=range(5))
    source = make(tmp_path / "in.mkv", clip)
    rewrite(source, tmp_path / "out.mkv")
    assert probe(tmp_path / "out.mkv").audio[0].channels == 10
    with pytest.raises(OutputError, match=r"in\.mkv: nothing says which loudspeakers") as refused:
        rewrite(source, tmp_path / "out.mp4")
    assert "--audio mute" in refused.value.hint


def test_sound_before_zero_goes_into_matroska(tmp_path: Path) -> None:
    """The priming packets of AAC lie before zero, which Matroska cannot hold."""
    source = make(tmp_path / "in.mp4", Clip(sounds=[Sound()], pts=range(25)))
    assert audio_packets(source)[0][0][0] < 0
    rewrite(source, tmp_path / "out.mkv")
    assert times(tmp_path / "out.mkv") == times(source)
    before = {p: t for t, p in audio_packets(source)[0]}
    for start, packet in audio_packets(tmp_path / "out.mkv")[0]:
        assert abs(before[packet] - start) <= Fraction(1, 1000)


def test_a_copy_of_the_sound_can_be_refused(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(sounds=[Sound()]))
    assert SIGNATURE.search(b"".join(p for _, p in audio_packets(source)[0]))
    info = probe(source)
    with VideoWriter(tmp_path / "out.mp4", info, FAST, release=True) as writer:
        for frame in Decode(info):
            writer.write(frame)
    assert [n.code for n in writer.notes] == ["audio_coded_for_release"]
    assert not SIGNATURE.search((tmp_path / "out.mp4").read_bytes())
