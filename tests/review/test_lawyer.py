"""What a lawyer does, in a real browser: see, decide, correct, mute, answer, finish."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redact.media import Decode, probe, read_sound
from redact.plan import Plan, read_plan, write_plan
from redact.types import Action, Box, State, Target

from .browser import SHOTS, Page, look_like, resize, served

EVERY_LOOK = [
    (language, *size, theme)
    for language in ("en", "fr")
    for size in ((1280, 720), (1920, 1080))
    for theme in ("light", "dark")
]
LOOKS = EVERY_LOOK if SHOTS else EVERY_LOOK[:1]
"""One is enough to prove that it works; all of them are for whoever looks at the pictures."""


def rgb(path: Path) -> list[np.ndarray]:
    return [f.picture.to_ndarray(format="rgb24").astype(int) for f in Decode(probe(path))]


def inside(box: Box) -> tuple[slice, slice]:
    return np.s_[int(max(box.y1, 0)) : int(box.y2), int(max(box.x1, 0)) : int(box.x2)]


def longest(plan: Plan, target: Target) -> list[int]:
    """Subjects, by their tracks' numbers, the one that is seen longest first."""
    tracks = [t for t in plan.tracks if t.target is target]
    seen = {t.id: sum(k.state is State.DETECTED for k in t.keyframes) for t in tracks}
    return sorted(seen, key=lambda n: -seen[n])


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_what_a_lawyer_does(
    browser: Any, look: tuple[str, int, int, str], street: Path, found: Plan, tmp_path: Path
) -> None:
    language, width, height, theme = look
    resize(browser, width, height)
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    plan_file = tmp_path / "street.plan.json"
    kept, missed = longest(found, Target.FACE)[:2]
    alarm = longest(found, Target.PLATE)[0]
    # One face is not in the plan: the audit has to find it, and the lawyer has to hide it.
    hole = replace(found, tracks=tuple(t for t in found.tracks if t.id != missed))
    write_plan(hole, plan_file)
    gone = next(t for t in found.tracks if t.id == missed)
    with served(source, plan_file) as (address, _):
        page = Page(browser, address, f"{language}-{width}-{theme}-")
        look_like(page, language, theme)
        page.shot("opened")
        page.click("#tab-seen")
        page.write("#reviewer", "R. Roe")
        page.press("TAB")
        page.until(
            lambda: (read_plan(plan_file).review or 0) and read_plan(plan_file).review.reviewer
        )
        page.click("#tab-subject")

        # keep one, with a reason
        page.choose(kept)
        page.write("#keep-reason", "client")
        page.click("#d-keep")
        page.until(lambda: track(plan_file, kept).action is Action.KEEP)
        assert track(plan_file, kept).reason == "client"
        assert track(plan_file, kept).decided_by == "R. Roe"
        page.shot("kept")

        # a false alarm, with a key
        page.choose(alarm)
        page.press("x")
        page.until(lambda: track(plan_file, alarm).action is Action.FALSE_ALARM)
        page.shot("false-alarm")
        page.press("z", ctrl=True)  # it was a plate after all
        page.until(lambda: track(plan_file, alarm).action is Action.REDACT)
        page.press("z", ctrl=True, shift=True)
        page.until(lambda: track(plan_file, alarm).action is Action.FALSE_ALARM)

        # draw a box on something that moves, and have it followed
        car = plan_box(found, longest(found, Target.PLATE)[1], 10)
        sign = Box(car.x1 - 20, car.y1 - 25, car.x2 + 20, car.y2)
        page.go(10)
        page.press("d")
        page.drag((sign.x1, sign.y1), (sign.x2, sign.y2))
        page.shot("drawn")
        page.click("#draw-follow")
        page.until(lambda: any(t.target is Target.REGION for t in read_plan(plan_file).tracks))
        drawn = next(t for t in read_plan(plan_file).tracks if t.target is Target.REGION)
        assert drawn.last - drawn.first >= 15, (drawn.first, drawn.last)
        page.until(lambda: page.state("state.selected") == [drawn.id])
        page.shot("followed")

        # split a track, and join it again
        page.choose(kept)
        page.go(15)
        page.press("s")
        page.until(lambda: len(read_plan(plan_file).tracks) == len(hole.tracks) + 2)
        other = max(t.id for t in read_plan(plan_file).tracks)
        assert track(plan_file, other).first == 15
        assert track(plan_file, other).action is Action.REDACT  # nobody decided about it
        page.choose(other, add=True)
        page.shot("two-chosen")
        page.press("j")
        page.until(
            lambda: any({kept, other} <= set(s.tracks) for s in read_plan(plan_file).subjects)
        )
        # Whoever is joined to a kept one is kept.
        page.until(lambda: track(plan_file, other).action is Action.KEEP)
        page.shot("joined")

        # mute a sentence
        page.click("#tab-sound")
        page.write("#mute-from", "0.2")
        page.write("#mute-to", "0.4")
        page.write("#mute-reason", "an address")
        page.click("#mute")
        page.until(lambda: read_plan(plan_file).muted)
        page.shot("muted")

        # finish: the audit finds who was missed
        page.press("2")
        page.until(
            lambda: page.js("return document.getElementById('viewport').dataset.view") == "result"
        )
        page.shot("as-it-will-be")
        page.press("1")
        page.click("#finish")
        page.shot("finish")
        page.click("#start-finish")
        page.shot("making")
        page.until(lambda: page.browser.find_elements("id", "result-path"), 200)
        page.shot("needs-a-look")
        assert (tmp_path / "NOT-FOR-RELEASE" / "street.redacted.needs-review.mp4").exists()
        page.click("#to-findings")
        page.shot("findings")
        notes = read_plan(plan_file).review.findings
        assert any(near(n.places, gone) for n in notes)
        for note in notes:
            css = f'[data-finding="{note.number}"] '
            if near(note.places, gone):
                page.click(css + '[data-answer="hide"]')
            else:
                page.write(css + "input", "a drawing on the wall")
                page.click(css + '[data-answer="none"]')
            page.until(
                lambda number=note.number: (
                    next(
                        n for n in read_plan(plan_file).review.findings if n.number == number
                    ).answer
                )
            )
        page.shot("answered")
        page.click("#finish")
        page.click("#start-finish")
        page.until(lambda: page.browser.find_elements("id", "result-path"), 200)
        page.shot("done")
        result = Path(page.text("#result-path"))
        page.click("#close-result")
        assert page.complaints() == []
    assert result == tmp_path / "street.redacted.mp4", "it got its final name"
    check_output(source, result, read_plan(plan_file), gone, kept, drawn.id)
    check_record(result)


def track(plan_file: Path, number: int) -> Any:
    return next(t for t in read_plan(plan_file).tracks if t.id == number)


def plan_box(plan: Plan, number: int, frame: int) -> Box:
    key = next(t for t in plan.tracks if t.id == number).at(frame)
    assert key is not None
    return key.box


def near(places: Any, gone: Any) -> bool:
    return any(
        (key := gone.at(frame)) is not None and key.box.iou(Box(*box)) > 0.3
        for frame, box in places
    )


def check_output(source: Path, result: Path, plan: Plan, gone: Any, kept: int, drawn: int) -> None:
    """Pixels: the missed face and the drawn thing are hidden, the kept face is as it was."""
    before, after = rgb(source), rgb(result)
    assert len(before) == len(after)
    hidden = 0
    for frame, (a, b) in enumerate(zip(before, after, strict=True)):
        seen = gone.at(frame)
        if seen is not None and seen.state is State.DETECTED:
            change = np.abs(a - b)[inside(seen.box.grown(-0.2))].mean()
            assert change > 8, (frame, change)
            hidden += 1
        for region in plan.shown_at(frame):
            covered = any(region.box.common(r.box.grown(0.4)) for r in plan.regions_at(frame))
            if region.track == kept and not covered:
                assert np.abs(a - b)[inside(region.box)].mean() < 6
    assert hidden >= 5
    mine = next(t for t in plan.tracks if t.id == drawn)
    for frame in (mine.first, (mine.first + mine.last) // 2, mine.last):
        box = mine.at(frame).box.grown(-0.2)
        assert np.abs(before[frame] - after[frame])[inside(box)].mean() > 4, frame
    check_sound(result)


def check_sound(result: Path) -> None:
    loud = np.zeros(3000)
    for time, samples in read_sound(result, probe(result).audio[0].index, 1000):
        at = round(float(time) * 1000)
        loud[at : at + len(samples)] = np.abs(samples)[: len(loud) - at]
    assert loud[230:370].max() < 0.002  # the codec smears a little at both ends
    assert loud[50:150].max() > 0.02 and loud[450:550].max() > 0.02


def check_record(result: Path) -> None:
    manifest = json.loads(result.with_name(result.name + ".manifest.json").read_text())
    assert manifest["case"]["reviewer"] == "R. Roe"
    review = manifest["review"]
    assert review["reviewer"] == "R. Roe" and review["frames_seen"] > 2
    assert review["findings_answered"] == review["findings"] > 0
    assert manifest["muted"][0]["reason"] == "an address"
    assert [check for check in manifest["audit"]["checks"] if check["name"] == "muted_sound"]
