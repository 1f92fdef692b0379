"""A person asks for the footage of herself: she is kept, the others hidden, the copy holds only the
part in which she is seen, without the sound; then the files that would be sent."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redact.media import Decode, probe
from redact.plan import Plan, read_plan, write_plan
from redact.record import read_manifest
from redact.types import Action, Confirmed, Keyframe, State, Target

from ..program import program
from .browser import Page, look_like, served_here

FIRST, LAST = 3, 12
"""Frames in which she is seen."""


def alone_from_to(plan: Plan, her: int) -> Plan:
    """The plan, with her face only from `FIRST` to `LAST`, surely hers."""

    def cut(track: Any) -> Any:
        if track.id != her:
            return track
        keys = [track.at(n) for n in range(FIRST, LAST + 1)]
        sure = tuple(Keyframe(k.frame, k.box, State.DETECTED, 0.9) for k in keys)
        return replace(track, keyframes=sure, shapes=(), confirmed=(Confirmed(FIRST, LAST),))

    return replace(plan, tracks=tuple(map(cut, plan.tracks)), doubts=())


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_the_request_to_the_files(
    browser: Any, street: Path, found: Plan, tmp_path: Path, language: str
) -> None:
    source, plan_file = tmp_path / "cam.mp4", tmp_path / "cam.mp4.plan.json"
    source.write_bytes(street.read_bytes())
    faces = sorted(
        (t for t in found.tracks if t.target is Target.FACE), key=lambda t: -t.keyframes[0].box.area
    )
    her, other = faces[0].id, faces[1].id
    write_plan(alone_from_to(found, her), plan_file)
    with served_here(source, plan_file) as server:
        page = Page(browser, server.address, f"request-{language}-")
        look_like(page, language, "light")
        page.choose(her)
        page.write("#why", "client")
        page.click("#d-keep")
        page.answer()
        page.until(lambda: action_of(plan_file, her) is Action.KEEP)
        page.choose(her)
        page.press("a")
        page.until(lambda: page.state("state.summary.excerpt") == [FIRST, LAST])
        page.press("ENTER", ctrl=True)
        page.find("#excerpt")
        page.pick("#f-audio", "mute")
        page.write("#f-reviewer", "J. Doe")
        page.until(lambda: page.find("#start-finish").is_enabled())
        page.shot("finish")
        page.click("#start-finish")
        page.find("#close-result")
        page.shot("result")
        assert not page.complaints()
    output = next(path for path in tmp_path.rglob("cam.*.mp4") if "redacted" in path.name)
    record = read_manifest(next(tmp_path.rglob("record.json")))

    # The pictures: hers unchanged, the other's hidden, and none before or after.
    before = [f for f in Decode(probe(source)) if FIRST <= f.index <= LAST]
    after = list(Decode(probe(output)))
    assert [f.time for f in after] == [f.time - before[0].time for f in before]
    plan = read_plan(plan_file)
    for old, new in zip(before, after, strict=True):
        a, b = (f.picture.to_ndarray(format="gray").astype(int) for f in (old, new))
        shown, hidden = (np.abs(a - b)[place(plan, n, old.index)].mean() for n in (her, other))
        assert shown < 8 and hidden > 2 * shown, (old.index, shown, hidden)
    assert not probe(output).audio

    # The papers: which part of what, whom nobody may see and why she is seen.
    span = float(before[0].time), float(before[-1].time + Fraction(1, 25))
    assert record.cut == pytest.approx(span) and record.source.sound_tracks == 1
    kept = [track for track in record.tracks if track.action is Action.KEEP]
    assert [track.reason for track in kept] == ["client"]
    places = ("--html", tmp_path / "r.html", "--csv", tmp_path / "log.csv", "--lang", language)
    if output.parent == tmp_path:
        assert program("report", output, *places).returncode == 0
        said = {"en": "The output is an excerpt", "fr": "est un extrait"}[language]
        assert said in (tmp_path / "r.html").read_text("utf-8")
        rows = list(csv.reader((tmp_path / "log.csv").read_text("utf-8-sig").splitlines()))
        assert len(rows) > 2


def action_of(plan_file: Path, number: int) -> Action:
    return next(t.action for t in read_plan(plan_file).tracks if t.id == number)


def place(plan: Plan, number: int, frame: int) -> tuple[slice, slice]:
    """The middle of a face."""
    box = next(t for t in plan.tracks if t.id == number).at(frame).box  # type: ignore[union-attr]
    dx, dy = box.width / 4, box.height / 4
    return np.s_[int(box.y1 + dy) : int(box.y2 - dy), int(box.x1 + dx) : int(box.x2 - dx)]
