"""The audit reads: unmasked plate numbers, and captions that repeat a hidden one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from redact.auditing import AuditResult, AuditSettings, audit_file, finding_in_words, legible
from redact.auditing.audit_detectors import AuditDetectors
from redact.auditing.legible import frames_to_read
from redact.media import probe
from redact.progress import Silent
from redact.reading import Reader
from redact.settings import RenderSettings
from redact.types import (
    Box,
    Doubt,
    FindingKind,
    Frame,
    Keyframe,
    State,
    Target,
    Track,
    folded,
)

from .conftest import FRAMES, Clip, scenery, write_video

NUMBER = "KX72 BRT"
PLATE = Box(150, 200, 290, 232)


def written(picture: np.ndarray, text: str, at: tuple[int, int], size: float = 0.9) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (15,) * 3, 2, cv2.LINE_AA)


def street(caption: str) -> np.ndarray:
    """The rear of a drawn car with a plate, and a caption over it."""
    picture = scenery()
    cv2.rectangle(picture, (60, 90), (400, 290), (120, 20, 20), -1)
    cv2.rectangle(picture, (100, 100), (360, 160), (40, 45, 50), -1)
    for x in (66, 360):
        cv2.rectangle(picture, (x, 180), (x + 34, 215), (220, 60, 40), -1)
    x1, y1, x2, y2 = map(int, PLATE)
    cv2.rectangle(picture, (x1, y1), (x2, y2), (245, 245, 240), -1)
    cv2.rectangle(picture, (x1, y1), (x2, y2), (20, 20, 20), 1)
    written(picture, NUMBER, (x1 + 6, y2 - 9), 0.85)
    cv2.rectangle(picture, (0, 0), (480, 28), (255, 255, 255), -1)
    written(picture, caption, (6, 21), 0.7)
    return picture


@pytest.fixture
def film(tmp_path: Path) -> Callable[[str], Clip]:
    def make(caption: str) -> Clip:
        path = tmp_path / "street.mp4"
        write_video(path, [street(caption)] * FRAMES)
        return Clip(probe(path), tmp_path)

    return make


def hidden(n: int) -> Box:
    return PLATE


def audited(clip: Clip, box: Callable[[int], Box | None]) -> AuditResult:
    plan = clip.plan(box)
    plan = replace(
        plan,
        tracks=tuple(replace(t, target=Target.PLATE) for t in plan.tracks),
        settings=replace(plan.settings, targets=(Target.PLATE,)),
    )
    output = clip.render(plan, "out.mp4")
    settings = AuditSettings(render=RenderSettings(), targets=(Target.PLATE,))
    return audit_file(clip.info, output, plan, settings=settings, progress=Silent())


def test_an_unchanged_picture_is_read_once_and_judged_under_each_mask(
    film: Callable[[str], Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, whole = list[object](), Reader.read

    def counted(self: Reader, rgb: np.ndarray, part: object = None) -> object:
        read.append(part)
        return whole(self, rgb, part)  # type: ignore[arg-type]

    monkeypatch.setattr(Reader, "read", counted)
    result = audited(film("GATE 3"), lambda n: PLATE if n < FRAMES // 3 else None)
    assert read[0] is None and None not in read[1:]  # a caption's noise is read again, at most
    assert folded(NUMBER) in {folded(finding.text) for finding in result.findings}


def test_an_unmasked_plate_is_a_finding_that_states_its_number(
    film: Callable[[str], Clip],
) -> None:
    result = audited(film("GATE 3"), lambda n: None)
    (finding,) = result.findings
    assert finding.kind is FindingKind.UNCOVERED and finding.target is Target.PLATE
    assert folded(finding.text) == folded(NUMBER)
    assert finding.shown_text in finding_in_words(finding)
    # Nothing that is written down says it.
    assert finding.shown_text not in json.dumps(result.to_json())


def test_a_caption_that_repeats_the_number_of_a_hidden_plate_is_a_finding(
    film: Callable[[str], Clip],
) -> None:
    result = audited(film("GATE 3 KX72BRT"), hidden)
    (finding,) = result.findings
    assert finding.kind is FindingKind.REPEATED
    assert folded(NUMBER) in folded(finding.text)
    assert finding.track == 1 and finding.box.y2 < 40


@pytest.mark.parametrize("caption", ["2026-03-14 12:41:07", "GATE 3 CAM04"])
def test_clocks_and_other_captions_are_no_findings(
    film: Callable[[str], Clip], caption: str
) -> None:
    assert audited(film(caption), hidden).findings == ()


@pytest.mark.parametrize(("drift", "later"), [(0.0, NUMBER), (1.5, "KX72 BRZ")])
def test_a_moving_number_is_not_a_caption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drift: float, later: str
) -> None:
    """A close scan that doubts it, as for a plate that is on no car, clears only numbers that stay
    in place. The last picture may be read with a wrong letter."""

    def doubts(
        self: AuditDetectors, frame: Frame, boxes: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        return np.full(len(boxes), -2.9, np.float32)

    monkeypatch.setattr(AuditDetectors, "ask", doubts)
    pictures = []
    for n in range(FRAMES):
        picture = scenery()
        x = round(150 + drift * n)
        cv2.rectangle(picture, (x, 200), (x + 140, 232), (245, 245, 240), -1)
        written(picture, NUMBER if n < FRAMES // 2 else later, (x + 6, 223), 0.85)
        pictures.append(picture)
    write_video(tmp_path / "street.mp4", pictures)
    result = audited(Clip(probe(tmp_path / "street.mp4"), tmp_path), lambda n: None)
    assert [folded(f.text) for f in result.findings] == [folded(later)] * (drift > 0)


def test_pictures_with_doubts_and_with_large_plates_are_read(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = clip.plan()
    keys = tuple(Keyframe(n, Box(0, 0, 20 + n, 10), State.DETECTED, 0.9) for n in range(9, 13))
    plan = replace(
        plan,
        tracks=(Track(1, Target.PLATE, keys),),
        doubts=(Doubt(30, Target.PLATE, Box(0, 0, 9, 9), 0.2), Doubt(5, Target.FACE, PLATE, 0.4)),
    )
    assert len(frames_to_read(plan)) == 2
    pts = plan.source.timeline.pts
    stood_still = replace(plan.source.timeline, pts=(*pts[:9], *(p + 10**9 for p in pts[9:])))
    late = replace(plan, source=replace(plan.source, timeline=stood_still))
    assert len(frames_to_read(late)) == 2, "no more pictures in a day without any"
    hurried = replace(plan.source.timeline, time_base=plan.source.timeline.time_base / 3)
    brief = replace(plan, source=replace(plan.source, timeline=hurried))
    assert frames_to_read(brief) == {30}, "half a second is worth one picture"
    monkeypatch.setattr(legible, "READ_EVERY", 0.5)
    assert frames_to_read(plan) >= {30, 12}
