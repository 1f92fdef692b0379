"""The page takes nothing out of sound that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from redact.plan import edit, read_plan, write_plan
from redact.review.overview import Overview
from redact.review.refused import RefusedError
from redact.review.session import Session
from redact.settings import DetectSettings, RenderSettings

from ..media.footage import Clip, Sound, make
from ..pipeline.test_mask import plan_of
from .browser import until


def opened(folder: Path, sounds: tuple[Sound, ...]) -> Session:
    clip = make(folder / "cam.mp4", Clip(pts=range(50), sounds=sounds))
    write_plan(plan_of(clip), folder / "p.json")
    session = Session(clip, folder / "p.json", DetectSettings(), RenderSettings().margin)
    until(lambda: session.open is not None)
    return session


def test_a_span_of_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    session = opened(tmp_path, ())
    try:
        with pytest.raises(RefusedError) as caught:
            session.edit({"op": "mute", "start": 0.5, "end": 1, "how": "mute"})
        assert caught.value.refusal == "no_sound"
    finally:
        session.close()
    assert read_plan(tmp_path / "p.json").muted == ()


def test_a_span_over_the_end_is_drawn_to_the_end(tmp_path: Path) -> None:
    session = opened(tmp_path, (Sound(seconds=2.0),))
    try:
        plan = session.edit({"op": "mute", "start": 0.5, "end": 99, "how": "mute"})
        (span,) = plan.muted
        assert (span.start, span.end) == (500, 99000)
        (shown,) = Overview().changes(plan)["muted"]
        assert (shown["start"], shown["end"], shown["number"]) == (500, 2000, 1)
        assert edit.unmute(plan, [1]).muted == ()
    finally:
        session.close()
