"""A file's statements about pixel aspect, clock and rotation may be false."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from redact.auditing import AuditSettings, audit_file
from redact.auditing.scan_schedule import scheduled_scans
from redact.media import probe
from redact.pipeline import Journal, detect
from redact.progress import Silent
from redact.schedule import schedule_of
from redact.settings import DetectSettings, Sensitivity
from redact.types import DEFAULT_TARGETS, Detections, Frame, Target, Timeline

from ..media.footage import Clip, make
from ..review.plans import plan_of
from .conftest import SAMPLE

FAST = DetectSettings()
LIES = [("1/16", "mp4"), ("16", "avi")]


def street(path: Path, shape: Fraction = Fraction(1), squeezed: Fraction = Fraction(1)) -> Path:
    """Some frames of the sample, in which two faces are in view.

    Args:
        shape: what container and coded pictures say of a pixel.
        squeezed: what it really is.
    """
    wide = 480 / max(squeezed, 1)
    tall = 270 * min(squeezed, Fraction(1))
    with av.open(str(SAMPLE)) as source, av.open(str(path), "w") as out:
        options = {"preset": "veryfast", "crf": "16"}
        video: Any = out.add_stream("libx264", rate=25, options=options)
        video.width, video.height, video.pix_fmt = (
            round(wide / 2) * 2,
            round(tall / 2) * 2,
            "yuv420p",
        )
        video.codec_context.sample_aspect_ratio = shape
        for number, frame in enumerate(source.decode(video=0)):
            if number == 74:
                break
            if number >= 70:
                small = frame.reformat(video.width, video.height, interpolation="AREA")
                small.pts, small.time_base = number - 70, Fraction(1, 25)
                out.mux(video.encode(small))
        out.mux(video.encode(None))
    return path


def faces_in(path: Path) -> int:
    """Faces that the search detects and believes."""
    plan = detect(probe(path), FAST, Journal(Silent()))
    return sum(track.target is Target.FACE for track in plan.tracks)


@pytest.mark.parametrize(("said", "container"), LIES)
def test_faces_are_detected_whatever_the_stated_pixel_aspect(
    tmp_path: Path, said: str, container: str
) -> None:
    shape = Fraction(said)
    path = street(tmp_path / f"lie.{container}", shape)
    assert probe(path).video.sample_aspect == shape  # the lie was told
    assert faces_in(path) == 2


def test_the_audit_detects_faces_whatever_the_stated_pixel_aspect(tmp_path: Path) -> None:
    path = street(tmp_path / "lie.mp4", Fraction(16))
    info, settings = probe(path), AuditSettings(targets=(Target.FACE,))
    plan = replace(detect(info, FAST, Journal(Silent())), tracks=())
    assert len(audit_file(info, path, plan, settings=settings, progress=Silent()).findings) == 2


def test_faces_are_detected_if_container_and_stream_disagree(tmp_path: Path) -> None:
    """Each of the two shapes is ordinary."""
    path = street(tmp_path / "lie.mp4", Fraction(4, 3))
    data = path.read_bytes()
    at = data.index(b"pasp") + 4
    path.write_bytes(data[:at] + (3).to_bytes(4) + (4).to_bytes(4) + data[at + 8 :])
    video = probe(path).video
    assert (video.sample_aspect, video.coded_aspect) == (Fraction(3, 4), Fraction(4, 3))
    assert any("as declared and as stored" in str(w) for w in probe(path).warnings)
    assert {p.aspect for p in video.presentations} == {0.75, 4 / 3, 1.0}


def test_faces_are_detected_in_truly_odd_pixels(tmp_path: Path) -> None:
    shape = Fraction(1, 4)
    assert faces_in(street(tmp_path / "true.mp4", shape, squeezed=shape)) >= 1


def test_faces_are_detected_upright_and_upside_down_if_the_file_states_a_half_turn(
    tmp_path: Path,
) -> None:
    """A matrix that turns upright footage upside down."""
    upright, path = street(tmp_path / "upright.mp4"), tmp_path / "turned.mp4"
    with av.open(str(upright)) as old, av.open(str(path), "w") as new:
        stream: Any = new.add_stream_from_template(old.streams.video[0])
        stream.set_display_rotation(180)
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    assert probe(path).video.orientation.turns == 2
    assert faces_in(path) == 2


def with_clock(path: Path, times: int) -> Path:
    """The same file with its time scale multiplied by `times`."""
    data = bytearray(path.read_bytes())
    at = data.index(b"mdhd") + 4 + 12  # version and flags, created, changed
    scale = int.from_bytes(data[at : at + 4]) * times
    data[at : at + 4] = scale.to_bytes(4)
    path.write_bytes(data)
    return path


def test_no_stated_clock_leaves_many_pictures_unscanned(tmp_path: Path) -> None:
    """Search and audit count pictures as well: 60 of them last a millisecond here."""
    frames = 60
    path = make(tmp_path / "in.mp4", Clip(pts=range(frames), time_base=Fraction(1, 25)))
    info = probe(with_clock(path, 2000))
    assert info.duration is not None and info.duration < Fraction(1, 100)
    looked: list[int] = []

    class Looks:
        name, weights_sha256, targets = "nobody", "", DEFAULT_TARGETS

        def detect_frame(self, frame: Frame) -> Detections:
            looked.append(frame.index)
            return Detections.empty()

        def detect(self, rgb: Any) -> Detections:
            return Detections.empty()

    detect(info, DetectSettings(), Journal(Silent()), Looks())
    assert max(np.diff([*looked, frames])) <= 10

    plan = plan_of(frames=600)
    times = Timeline(Fraction(1, 50_000), tuple(range(600)))
    plan = replace(plan, source=replace(plan.source, timeline=times))
    whole = scheduled_scans(plan, schedule_of(Sensitivity.BALANCED))
    assert max(np.diff([n for n, places in sorted(whole.items()) if places is None])) <= 256
