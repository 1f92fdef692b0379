"""Planted leaks are found at their place and time; clean outputs pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from redact.auditing import AuditSettings, passes, still_visible
from redact.media import probe
from redact.schedule import schedule_of
from redact.settings import Corner, RenderSettings, Sensitivity, Stamp, Style
from redact.track import MOST_PATIENCE
from redact.types import Action, Box, FindingKind, Keyframe, Region, State, Target, Track

from .conftest import FRAMES, HEIGHT, WIDTH, Clip, face_box, picture, scenery, write_video


def _hole(first: int, length: int):
    return lambda n: None if first <= n < first + length else face_box(n)


def test_clean_output_passes(clip: Clip, clean: Path) -> None:
    result = clip.audit(clean, clip.plan())
    assert result.passed, result.in_words()
    assert result.looked.frames_compared == FRAMES
    assert (
        result.looked.frames_looked_at == 2
    )  # the first picture and the last: the track is always there
    assert "not proof" in result.in_words()[0]


@pytest.mark.parametrize(("first", "length"), [(12, 1), (6, 30)])
def test_missing_masks_are_found(clip: Clip, first: int, length: int) -> None:
    plan = clip.plan(_hole(first, length))
    result = clip.audit(clip.render(plan, f"hole{length}.mp4"), plan)
    assert not result.passed
    leaks = [f for f in result.findings if f.kind is FindingKind.UNCOVERED]
    assert len(leaks) == 1, result.in_words()
    (leak,) = leaks
    # Right to a frame or two at both ends, and on the face.
    assert abs(leak.first - first) <= 2 and abs(leak.last - (first + length - 1)) <= 2
    frame, box = leak.path[len(leak.path) // 2]
    assert box.iou(face_box(frame)) > 0.35
    assert leak.start == pytest.approx(leak.first / 25, abs=1e-3)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> AuditSettings:
    """The whole picture is scanned every fifth of a second."""
    usual = schedule_of(Sensitivity.BALANCED)
    monkeypatch.setattr(passes, "schedule_of", lambda _: replace(usual, audit_every=0.2))
    monkeypatch.setattr(still_visible, "SAME_SECONDS", MOST_PATIENCE * 0.2)
    return AuditSettings(render=RenderSettings())


@pytest.mark.slow
def test_only_the_time_around_a_leak_is_rescanned(clip: Clip, often: AuditSettings) -> None:
    """To rescan the whole file because of one suspect would take as long again."""
    plan = clip.plan(_hole(26, 2))
    whole = clip.audit(clip.render(clip.plan(), "whole.mp4"), clip.plan(), often)
    result = clip.audit(clip.render(plan, "late.mp4"), plan, often)
    (leak,) = [f for f in result.findings if f.kind is FindingKind.UNCOVERED]
    assert abs(leak.first - 26) <= 2 and abs(leak.last - 27) <= 2
    assert result.looked.frames_looked_at < 2 * whole.looked.frames_looked_at


@pytest.mark.slow
def test_a_still_picture_is_scanned_less_often_and_a_mask_that_ends_over_it_is_missed(
    tmp_path: Path, often: AuditSettings
) -> None:
    write_video(tmp_path / "still.mp4", [picture(10)] * FRAMES)
    still = Clip(probe(tmp_path / "still.mp4"), tmp_path)
    plan = still.plan(lambda _: face_box(10))
    result = still.audit(still.render(plan, "whole.mp4"), plan, often)
    assert result.passed and result.looked.frames_looked_at <= 3
    plan = still.plan(lambda n: face_box(10) if n < 20 else None)
    result = still.audit(still.render(plan, "half.mp4"), plan, often)
    (leak,) = [f for f in result.findings if f.kind is FindingKind.UNCOVERED]
    assert abs(leak.first - 20) <= 2 and leak.last >= FRAMES - 3


def test_a_subject_missing_from_the_plan_is_found(clip: Clip) -> None:
    plan = clip.plan(lambda n: None)
    result = clip.audit(clip.render(plan, "unknown.mp4"), plan)
    (leak,) = result.findings
    assert leak.first <= 2 and leak.last >= FRAMES - 3
    assert leak.track is None


def test_masks_that_do_not_fit_are_found_where_they_are_scanned(
    clip: Clip, often: AuditSettings
) -> None:
    def wrong(n: int) -> Box:
        box = face_box(n)
        return box.moved(30, 15) if 5 <= n < 35 else box

    plan = clip.plan(wrong)
    result = clip.audit(clip.render(plan, "shifted.mp4"), plan, often)
    assert any(5 <= f.first < 35 for f in result.findings), result.in_words()


def test_mask_that_was_not_drawn_is_found_in_a_single_frame(clip: Clip) -> None:
    plan = clip.plan()

    def forget(n: int, regions: list[Region]) -> list[Region]:
        return [] if n == 17 else regions

    result = clip.audit(clip.render(plan, "undrawn.mp4", forget), plan)
    undrawn = [f for f in result.findings if f.kind is FindingKind.UNDRAWN]
    assert [(f.first, f.last, f.track) for f in undrawn] == [(17, 17, 1)]


def test_a_mask_drawn_beside_its_place_is_found(clip: Clip) -> None:
    plan = clip.plan()

    def aside(n: int, regions: list[Region]) -> list[Region]:
        moved = [Box(r.box.x1 + 120, r.box.y1, r.box.x2 + 120, r.box.y2) for r in regions]
        return [replace(r, box=b) for r, b in zip(regions, moved, strict=True)]

    result = clip.audit(clip.render(plan, "aside.mp4", aside), plan)
    undrawn = [f for f in result.findings if f.kind is FindingKind.UNDRAWN]
    assert undrawn and undrawn[0].first == 0 and undrawn[-1].last == FRAMES - 1
    elsewhere = next(c for c in result.checks if c.name == "picture_elsewhere")
    assert not elsewhere.passed


def test_a_kept_subject_is_listed_and_not_a_leak(clip: Clip) -> None:
    plan = clip.plan(keep=True)
    result = clip.audit(clip.render(plan, "kept.mp4"), plan)
    assert result.passed, result.in_words()
    assert [k.track for k in result.kept] == [1]
    assert any("visible by decision: track 1" in line for line in result.in_words())
    cut = replace(plan, tracks=(replace(plan.tracks[0], action=Action.CUT_OFF),), subjects=())
    # Who ends a mask has not said that somebody is to be seen.
    found = clip.audit(clip.folder / "kept.mp4", cut).findings
    assert {(f.rule, f.track) for f in found} == {("sure_cut_off", 1)}
    alarm = replace(plan.tracks[0], action=Action.FALSE_ALARM)
    plan = replace(plan, tracks=(alarm,), subjects=())
    called_none = clip.audit(clip.folder / "kept.mp4", plan)
    words = called_none.in_words()
    assert "false alarm by decision, no mask: track 1" in words
    # A network is sure that it is a face, whatever a person called it.
    assert not called_none.passed
    assert {(f.rule, f.track) for f in called_none.findings} == {("sure_alarm", 1)}
    assert not any("visible by decision" in line for line in words)
    cut_off = tuple(msgspec.structs.replace(k, action=Action.CUT_OFF) for k in result.kept)
    words = replace(result, kept=cut_off).in_words()
    assert "not hidden (cut off by hand): track 1" in words
    assert not any("false alarm" in line for line in words)


def test_a_kept_track_that_is_only_guessed_to_be_on_somebody_leaks_them(clip: Clip) -> None:
    """Following does not tell who it is: the decision to keep was about somebody else."""
    plan = clip.plan(keep=True)
    (sure,) = plan.tracks
    guessed = [
        k.but(state=State.FOLLOWED, score=None) if k.frame < 15 else k for k in sure.keyframes
    ]
    plan = replace(plan, tracks=(replace(sure, keyframes=tuple(guessed)),))
    result = clip.audit(clip.render(plan, "partly.mp4"), plan)
    assert result.passed, result.in_words()
    assert result.kept[0].shown == ((15, FRAMES - 1),)
    result = clip.audit(clip.render(plan, "bare.mp4", lambda n, regions: []), plan)
    assert not result.passed
    assert min(f.first for f in result.findings) == 0


@pytest.mark.parametrize(
    ("target", "box_of"),
    [
        (Target.PLATE, lambda n: face_box(n).grown(0.3)),
        (Target.FACE, lambda n: Box(20, 20, WIDTH - 20, HEIGHT - 20)),
    ],
    ids=["a plate in the same place", "a face as large as the picture"],
)
def test_a_decision_about_one_subject_does_not_cover_another(
    clip: Clip, target: Target, box_of: Callable[[int], Box]
) -> None:
    keyframes = tuple(Keyframe(n, box_of(n), State.DETECTED, 0.9) for n in range(FRAMES))
    kept = Track(1, target, keyframes, Action.KEEP, reason="asked for")
    plan = replace(clip.plan(lambda n: None), tracks=(kept,))
    result = clip.audit(clip.render(plan, f"kept{target}.mp4"), plan)
    assert any(f.target is Target.FACE for f in result.findings), result.in_words()


def test_strong_compression_is_not_a_finding(clip: Clip) -> None:
    """At H.264's coarsest quality, blocks differ by far more than by a small change."""
    plan = clip.plan()
    result = clip.audit(clip.render(plan, "crf51.mp4", crf=51), plan)
    assert result.passed, result.in_words()


def test_a_leak_in_the_last_frame_of_a_clip_is_found(tmp_path: Path) -> None:
    """Whatever the schedule: nothing comes after it that could be followed back."""
    path, frames = tmp_path / "end.mp4", 7
    empty = scenery()
    write_video(path, [picture(n) if n == frames - 1 else empty for n in range(frames)])
    clip = Clip(probe(path), tmp_path)
    result = clip.audit(clip.info.path, clip.plan(lambda n: None))
    assert [(f.first, f.last) for f in result.findings] == [(frames - 1, frames - 1)]


@pytest.mark.slow
def test_text_written_on_a_mask_changes_no_verdict(clip: Clip) -> None:
    """What the source shows beside a mask is judged by source and mask alone."""
    plan, told = clip.plan(aside), []
    for label in ("", "X{track}"):
        settings = RenderSettings(style=Style.SOLID, label=label)
        output = clip.render(plan, f"label{len(label)}.mp4", settings=settings)
        # Boxes may differ by a hair: the two files are not coded alike beside the masks.
        findings = clip.audit(output, plan, AuditSettings(render=settings)).findings
        told.append([(f.kind, f.target, f.first, f.last) for f in findings])
    assert told[0] and told[0] == told[1]


@pytest.mark.slow
def test_a_stamp_is_not_a_defect_and_hides_nobody(clip: Clip) -> None:
    """The settings tell what was drawn on purpose; somebody behind it counts as visible."""
    stamp = Stamp("copy 24-117", Corner.TOP_LEFT)
    drawn, known = RenderSettings(stamp=stamp), AuditSettings(stamp=stamp)
    output = clip.render(clip.plan(), "stamped.mp4", settings=drawn)
    assert clip.audit(output, clip.plan(), known).passed
    assert not clip.audit(output, clip.plan()).passed
    # As large as the face: if it counted as a mask, nobody would be found there.
    large = Stamp("M" * 60, Corner.BOTTOM_LEFT)
    bare = clip.plan(lambda n: None)
    path = clip.render(bare, "behind.mp4", settings=RenderSettings(stamp=large))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("redact.auditing.what_is_hidden.stamp_box", lambda *_: Box(0, 0, 480, 320))
        result = clip.audit(path, bare, AuditSettings(stamp=large))
    assert [f.kind for f in result.findings] == [FindingKind.UNCOVERED]


def aside(frame: int) -> Box:
    """A mask that slowly slips off the face, until half of it shows."""
    box = face_box(frame)
    away = box.width * min(frame / 25, 0.6)
    return Box(box.x1 + away, box.y1, box.x2 + away, box.y2)
