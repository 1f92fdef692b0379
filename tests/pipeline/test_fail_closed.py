"""A frame that could not be checked is never passed through as clean."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import redact
from redact.auditing import audit_detectors
from redact.errors import ModelError, RedactError, UnsafeError
from redact.media import Decode, plane_array, probe, sha256_of
from redact.pipeline import (
    CheckedFrames,
    Journal,
    apply,
    detect,
    order_to_apply,
    redact_video,
    search_detectors,
)
from redact.plan import DAMAGE_REACH, Plan, SourceRef, read_plan
from redact.progress import Silent, Stage
from redact.record import build_manifest, dump_manifest, manifest_path
from redact.settings import Damaged, DetectSettings, Sensitivity, Settings
from redact.types import Box, Detections, Frame, Keyframe, State, Target, Timeline, Track

from ..media.footage import Clip, make
from ..media.test_damage import spoil
from ..side_files import put_record
from .conftest import SAMPLE, alone, shorten

FAST = Settings(DetectSettings())


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough for damage that lasts longer than masks are held."""
    return shorten(SAMPLE, tmp_path_factory.mktemp("street") / "street.mp4", 30, skip=70)


class FailsAt:
    """The real detector, until it meets a frame that it cannot scan."""

    def __init__(self, detector: Any, frame: int) -> None:
        self._detector, self._frame = detector, frame
        self.asked: list[int] = []
        self.name, self.weights_sha256 = detector.name, detector.weights_sha256
        self.targets = detector.targets

    def detect_frame(self, frame: Frame, only: Any = None) -> Detections:
        self.asked.append(frame.index)
        if frame.index >= self._frame:
            raise UnsafeError("frame could not be checked", "")
        found: Detections = self._detector.detect_frame(frame, only)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._detector, name)


@pytest.mark.parametrize("frame", [0, 15])
def test_a_detector_that_fails_once_stops_the_run(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frame: int
) -> None:
    real, made = search_detectors.load_detector, []

    def load(*arguments: Any, **options: Any) -> FailsAt:
        made.append(FailsAt(real(*arguments, **options), frame))
        return made[-1]

    monkeypatch.setattr(search_detectors, "load_detector", load)
    with pytest.raises(UnsafeError, match="could not be checked"):
        redact_video(street, FAST, alone(tmp_path / "out.mp4"), Silent())
    assert made[0].asked[-1] >= frame and (len(made[0].asked) > 1) == (frame > 0)
    assert list(tmp_path.iterdir()) == []


def test_a_detector_of_the_audit_that_fails_publishes_nothing(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finished file exists under its hidden name, and must not get another."""
    real, made = audit_detectors.Networks.ensemble, []

    def load(*arguments: Any, **options: Any) -> FailsAt:
        made.append(FailsAt(real(*arguments, **options), 1))
        return made[-1]

    monkeypatch.setattr(audit_detectors.Networks, "ensemble", load)
    with pytest.raises(UnsafeError, match="could not be checked"):
        redact_video(street, FAST, alone(tmp_path / "out.mp4"), Silent())
    assert made[0].asked[0] == 0 and len(made[0].asked) == 2  # the second one failed
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_changes_during_the_run_is_noticed_before_publishing(
    street: Path, tmp_path: Path
) -> None:
    """It has the same length and still decodes. Nothing ever gets the final name."""
    source, out = tmp_path / "clip.mp4", tmp_path / "out"
    shutil.copy(street, source)
    out.mkdir()
    given: list[tuple[Path, str]] = []

    class Changes(Silent):
        """Changes the file when only the last look at the result remains."""

        @contextmanager
        def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
            if name == "audit":
                # No picture, nothing that any reader needs; the audit may look twice.
                source.write_bytes(source.read_bytes().replace(b"Lavf", b"Lavg"))
            with super().stage(name, total, unit) as stage:
                yield stage

    info, journal = probe(source), Journal(Changes())
    order = order_to_apply(info, FAST.draw, alone(out / "out.mp4"))
    plan = detect(info, FAST.detect, journal)
    with pytest.raises(UnsafeError, match="changed while it was being read"):
        apply(order, plan, journal, publishing=lambda path, digest: given.append((path, digest)))
    assert given == [] and list(out.iterdir()) == []
    assert source.read_bytes() != street.read_bytes()


def test_changed_weights_are_not_used(tmp_path: Path, street: Path) -> None:
    from redact.detection import weights

    folder = tmp_path / "models"
    shutil.copytree(Path(weights.__file__).parents[1] / "models", folder)
    for path in folder.glob("*.onnx"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(ModelError) as caught:
            weights.read_weights(path.name, folder)
        assert path.name in caught.value.message


def test_scores_that_are_not_finite_are_an_error() -> None:
    with pytest.raises(ValueError, match="not finite"):
        Detections(
            np.zeros((1, 4), np.float32), np.array([np.nan], np.float32), np.ones(1, np.int8)
        )


@pytest.fixture(scope="module")
def torn(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip with a picture in its middle partly overwritten; it still opens and plays."""
    path = tmp_path_factory.mktemp("torn") / "torn.mp4"
    data = bytearray(street.read_bytes())
    media = data.index(b"mdat") + 8
    # Somewhere in the later pictures: the first one must stay whole for the decoder to start.
    for at in range(media + (len(data) - media) // 2, media + (len(data) - media) // 2 + 400, 7):
        data[at] ^= 0x5A
    path.write_bytes(data)
    return path


def differing(torn: Path, street: Path) -> list[int]:
    """Frames of the damaged clip whose picture differs from the intact one."""
    pairs = zip(Decode(probe(torn)), Decode(probe(street)), strict=True)
    return [
        a.index
        for a, b in pairs
        if not np.array_equal(plane_array(a.picture, 0), plane_array(b.picture, 0))
    ]


@pytest.fixture(scope="module")
def torn_plan(torn: Path) -> Plan:
    return detect(probe(torn), FAST.detect, Journal(Silent()))


def test_damaged_frames_hold_the_masks_around_them(
    street: Path, torn: Path, torn_plan: Plan
) -> None:
    spoilt = differing(torn, street)
    assert spoilt, "the clip is not damaged"
    assert set(spoilt) <= set(torn_plan.unchecked), "a spoilt picture passed as checked"
    assert set(spoilt) <= {f.index for f in Decode(probe(torn)) if f.damaged}
    # Decoders report damage late: which frames are marked may differ from pass to pass, so the
    # second pass holds masks in frames that either of them has marked.
    untold = replace(torn_plan, unchecked=())
    for plan, known in ((torn_plan, False), (untold, True)):
        held = [r for r in plan.regions_at(spoilt[0], damaged=known) if r.state is State.HELD]
        assert held, "two people and two plates are in view around the damage"


def test_a_damaged_key_frame_does_not_count_as_checked(tmp_path: Path) -> None:
    """A key frame refers to no other frame, but that says nothing about its content."""
    source = tmp_path / "in.mkv"
    make(source, Clip("ffv1", pts=range(20), options={"level": "3", "g": "1"}))
    spoil(source, 0.5, 3)
    info = probe(source)
    damaged = [frame for frame in Decode(info) if frame.damaged]
    assert damaged
    settings = DetectSettings(sensitivity=Sensitivity.BALANCED, targets=(Target.PLATE,))
    plan = detect(info, settings, Journal(Silent()))
    assert plan.unchecked
    # Decoders on several threads report damage late: which frames are marked may differ.
    assert abs(len(plan.unchecked) - len(damaged)) < 10


def test_lasting_damage_hides_the_whole_picture(street: Path, tmp_path: Path) -> None:
    """Half a second after the last intact frame, nobody knows who is in the picture."""
    path, out = tmp_path / "broken.mp4", tmp_path / "out.mp4"
    data = bytearray(street.read_bytes())
    media = data.index(b"mdat") + 8
    for at in range(media + (len(data) - media) // 4, len(data) - 2000, 1500):
        data[at] ^= 0x5A
    path.write_bytes(data)
    outcome = redact_video(path, FAST, alone(out), Silent())
    unchecked = outcome.record.plan.unchecked
    assert len(unchecked) > DAMAGE_REACH
    shown = [f for f in Decode(probe(outcome.output)) if f.index in unchecked]
    deep = [f for f in shown if {*range(f.index - DAMAGE_REACH, f.index + 1)} <= {*unchecked}]
    assert deep
    assert all(plane_array(f.picture, 0).std() < 3 for f in deep), "something shows"


def test_damage_found_only_in_the_second_pass_is_reported_and_recorded(
    street: Path, torn: Path, torn_plan: Plan, tmp_path: Path
) -> None:
    known, missed = torn_plan.unchecked[:-5], torn_plan.unchecked[-5:]
    people = tuple(t for t in torn_plan.tracks if t.target is not Target.REGION)
    plan, journal = replace(torn_plan, tracks=people, unchecked=known), Journal(Silent())
    outcome = apply(
        order_to_apply(probe(torn), FAST.draw, alone(tmp_path / "out.mp4")), plan, journal
    )
    spoilt = set(differing(torn, street))
    assert set(missed) <= set(outcome.record.unknown_damage)
    assert spoilt <= {*known, *outcome.record.unknown_damage}
    failed = [c for c in outcome.audit.checks if not c.passed]
    assert not failed, "the audit expected the masks that were drawn"
    said = " ".join(map(str, journal.warnings))
    assert "the decoder reported damage" in said
    assert f"{len(outcome.record.unknown_damage)} more frames turned out to be damaged" in said
    manifest = build_manifest(outcome.record)
    assert spoilt <= set(manifest.damaged_frames)
    assert "damaged_frames" in {limit.code for limit in manifest.not_checked}
    held = {s.certainty for track in manifest.tracks for s in track.spans}
    assert "held" in held
    assert outcome.record.plan == plan, "the plan on record is the one that was given"
    manifest_path(outcome.output).parent.mkdir(exist_ok=True)
    put_record(outcome.output, dump_manifest(manifest))
    again = redact.audit(torn, outcome.output, plan)
    assert all(c.passed for c in again.checks), "verify expects these masks, too"


def test_lasting_damage_unknown_to_the_plan_stops_the_second_pass(
    torn: Path, torn_plan: Plan, tmp_path: Path
) -> None:
    plan = replace(torn_plan, unchecked=())
    order = order_to_apply(probe(torn), FAST.draw, alone(tmp_path / "out.mp4"))
    with pytest.raises(UnsafeError, match="are damaged"):
        apply(order, plan, Journal(Silent()))
    assert list(tmp_path.iterdir()) == []


def test_the_second_pass_stops_when_it_meets_other_frames(street: Path, tmp_path: Path) -> None:
    info = probe(street)
    plan = detect(info, FAST.detect, Journal(Silent()))
    line = plan.source.timeline
    shorter = replace(
        plan, source=replace(plan.source, timeline=Timeline(line.time_base, line.pts[:-3]))
    )
    moved = replace(
        plan,
        source=replace(
            plan.source, timeline=Timeline(line.time_base, (*line.pts[:-1], line.pts[-1] + 1))
        ),
    )
    order = order_to_apply(info, FAST.draw, alone(tmp_path / "out.mp4"))
    for wrong in (shorter, moved):
        with pytest.raises(UnsafeError):
            apply(order, wrong, Journal(Silent()))
        assert list(tmp_path.iterdir()) == []


def test_a_file_cut_before_its_index_is_refused(street: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(street.read_bytes()[: street.stat().st_size // 2])
    with pytest.raises(RedactError) as caught:
        redact_video(cut, FAST, alone(tmp_path / "out.mp4"), Silent())
    assert "cut.mp4" in caught.value.message
    assert [p.name for p in tmp_path.iterdir()] == ["cut.mp4"]


def test_a_truncated_file_that_plays_has_its_last_frames_marked(tmp_path: Path) -> None:
    """MPEG-TS returns the half picture at the cut."""
    whole = shorten(SAMPLE, tmp_path / "whole.ts", 16, skip=70)
    with av.open(str(whole)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.size > 3000]
    at, size = places[len(places) // 2]  # a large picture, to which others refer
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[: at + size // 2])
    before = {f.pts: plane_array(f.picture, 0).copy() for f in Decode(probe(whole))}
    frames = list(Decode(probe(cut)))
    assert 0 < len(frames) < 16
    spoilt = {
        f.index for f in frames if not np.array_equal(plane_array(f.picture, 0), before[f.pts])
    }
    assert spoilt
    heard = Silent()
    outcome = redact_video(cut, FAST, alone(tmp_path / "out.mkv"), heard)
    assert spoilt <= {*outcome.record.plan.unchecked, *outcome.record.unknown_damage}
    assert any("damage" in text for text in heard.warnings)
    assert outcome.record.frames_written == len(frames)


def test_unreadable_plans_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(RedactError) as caught:
        read_plan(tmp_path / "absent.plan.json")
    assert "absent.plan.json" in caught.value.message


@pytest.mark.parametrize("damaged", [Damaged.HOLD, Damaged.HIDE])
def test_one_broken_unmasked_picture_stops_the_second_pass(
    tmp_path: Path, damaged: Damaged
) -> None:
    """The first pass did not know of it, and there is no mask nearby to hold over it."""
    whole = make(tmp_path / "whole.mkv", Clip("ffv1", pts=range(40), options={"g": "1"}))
    broken = spoil(Path(shutil.copy(whole, tmp_path / "broken.mkv")), 0.4, 8000)
    bad = [f.index for f in Decode(probe(broken)) if f.damaged and f.broken]
    assert 0 < len(bad) <= DAMAGE_REACH, "the masks would not be too old"
    settings = replace(FAST.detect, damaged=damaged)
    bare = Plan(source_of(broken), settings, ())
    with pytest.raises(UnsafeError, match="damaged"):
        list(CheckedFrames(probe(broken), bare))
    # A mask held there hides what it can, and a plan that knows about the damage was queried.
    keys = (Keyframe(bad[0], Box(0, 0, 40, 40), State.DETECTED),)
    masked = replace(bare, tracks=(Track(1, Target.FACE, keys),))
    frames = len(bare.source.timeline)
    known = replace(bare, unchecked=tuple(range(frames)))
    for plan in (masked, known):
        assert len(list(CheckedFrames(probe(broken), plan))) == frames


def source_of(path: Path) -> SourceRef:
    info = probe(path)
    timeline = Timeline(info.video.time_base, tuple(f.pts for f in Decode(info)))
    return SourceRef(path.name, sha256_of(path), info.size, *info.video.upright_size, timeline)
