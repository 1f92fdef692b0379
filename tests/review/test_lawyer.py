"""What a lawyer does with a case, in a real browser: a folder in; see, decide, correct, mute,
answer what is found, finish; report, index, check. On the way the page is looked at in both
languages and themes and in several widths, and nothing of it may be cut off.
"""

from __future__ import annotations

import json
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe, read_sound
from redact.plan import Plan, read_plan, write_plan
from redact.types import Action, Box, State, Target

from ..cli.conftest import call
from ..pipeline.conftest import SAMPLE, shorten
from ..side_files import held_of, note_of, record_of, report_of
from .browser import Page, look_like, resize, served

VIEWER = """#!/bin/sh
printf '%s\\n' "$1" >> "$(dirname "$0")/opened"
"""
"""In the place of the system's programs: notes what they were to open."""


def rgb(path: Path) -> list[np.ndarray]:
    return [f.picture.to_ndarray(format="rgb24").astype(int) for f in Decode(probe(path))]


def inside(box: Box) -> tuple[slice, slice]:
    return np.s_[int(max(box.y1, 0)) : int(box.y2), int(max(box.x1, 0)) : int(box.x2)]


def longest(plan: Plan, target: Target) -> list[int]:
    """Subjects, by their tracks' numbers, the longest visible first."""
    tracks = [t for t in plan.tracks if t.target is target]
    seen = {t.id: sum(k.state is State.DETECTED for k in t.keyframes) for t in tracks}
    return sorted(seen, key=lambda n: -seen[n])


class Looks:
    """The page's looks; each is tried as soon as it is available."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def be(self, language: str, theme: str, width: int, height: int = 760) -> None:
        resize(self._page.browser, width, height)
        look_like(self._page, language, theme)
        self.check()

    def check(self) -> None:
        for _ in range(40):  # it is drawn anew for a moment
            if not self._page.cut_off():
                return
            time.sleep(0.25)
        cut = self._page.cut_off()
        assert not cut, "\n".join(cut)


@pytest.mark.slow
def test_the_story_of_a_case(browser: Any, street: Path, found: Plan, tmp_path: Path) -> None:
    case, programs = tmp_path / "case 24-117", tmp_path / "programs"
    case.mkdir()
    programs.mkdir()
    viewer = programs / "xdg-open"
    viewer.write_text(VIEWER)
    viewer.chmod(viewer.stat().st_mode | stat.S_IXUSR)
    source = case / "street.mp4"
    source.write_bytes(street.read_bytes())
    shorten(SAMPLE, case / "yard.mp4", 8, skip=20, size="320x180")
    (case / "notes.mp4").write_text("no video")
    plan_file = case / "street.mp4.plan.json"
    kept, missed = longest(found, Target.FACE)[:2]
    alarm = longest(found, Target.PLATE)[0]
    # One face is not in the plan: the audit has to find it, and the lawyer has to hide it.
    # Of a plate that the networks are sure of, the page would ask twice.
    doubted = (replace(t, certainty=0.6) if t.id == alarm else t for t in found.tracks)
    hole = replace(found, tracks=tuple(t for t in doubted if t.id != missed))
    write_plan(hole, plan_file)
    gone = next(t for t in found.tracks if t.id == missed)
    words = ("--set", "operator=R. Roe", "--set", "case=24-117")
    resize(browser, 1280, 760)
    with served(case, *words, programs=programs) as (address, _):
        page = Page(browser, address, "story-")
        looks = Looks(page)
        state_of = lambda n: page.js(  # noqa: E731
            "return document.querySelector(`[data-video='${arguments[0]}']`)?.dataset.state", n
        )
        page.until(lambda: state_of(2) == "look" and state_of(1) == "refused")
        looks.check()
        assert page.text(".lead h2") == "case 24-117", "its number stands in the folder's name"
        page.shot("case")
        page.until(lambda: state_of(3) == "look", 120)  # it was searched in the background
        page.click("[data-look='2']")
        page.opened()
        looks.check()
        page.shot("opened")

        # keep one throughout, with a reason: uncertain pictures are viewed and confirmed
        page.choose(kept)
        page.write("#why", "client")
        page.click("#d-keep")
        page.answer()
        page.until(lambda: track(plan_file, kept).action is Action.KEEP)
        assert track(plan_file, kept).reason == "client"
        assert track(plan_file, kept).decided_by == "R. Roe"
        page.shot("chosen")
        looks.be("fr", "dark", 1024)
        page.shot("kept")
        unsure = f"state.subjects.get({kept}).unsure"
        if page.state(unsure):
            page.press("v")
            page.find(".faces [data-frame]")
            looks.check()
            page.shot("to-confirm")
        for _ in range(12):
            left = page.state(unsure)
            if not left:
                break
            page.until(lambda: page.js("return document.activeElement.id") == "look-done")
            page.press("ENTER")
            page.until(lambda left=left: page.state(unsure) < left)
        assert page.state(unsure) == 0
        page.press("ESCAPE")
        page.choose(kept)
        page.shot("confirmed")

        looks.be("en", "light", 1440, 900)

        # a false alarm, with a key
        page.choose(alarm)
        page.press("x")
        page.answer()
        page.until(lambda: track(plan_file, alarm).action is Action.FALSE_ALARM)
        page.press("z", ctrl=True)  # it was a plate after all
        page.until(lambda: track(plan_file, alarm).action is Action.REDACT)
        page.press("z", ctrl=True, shift=True)
        page.until(lambda: track(plan_file, alarm).action is Action.FALSE_ALARM)
        looks.be("fr", "dark", 1024)
        page.shot("false-alarm")
        looks.be("en", "light", 1440, 900)

        # draw a box on something that moves, and have it followed; and one for a moment only
        car = plan_box(found, longest(found, Target.PLATE)[1], 10)
        sign = Box(car.x1 - 20, car.y1 - 25, car.x2 + 20, car.y2)
        page.go(10)
        page.press("d")
        page.drag((sign.x1, sign.y1), (sign.x2, sign.y2))
        looks.check()
        page.shot("drawn")
        page.click("#draw-follow")
        page.until(lambda: drawn_in(plan_file))
        (drawn,) = drawn_in(plan_file)
        assert drawn.first == 0 and drawn.last > 10, (drawn.first, drawn.last)
        page.until(lambda: page.state("state.selected") == [drawn.id])
        page.press("d")
        page.drag((20, 20), (60, 60))
        page.click("#draw-here")
        page.until(lambda: len(drawn_in(plan_file)) == 2)
        assert {(t.first, t.last) for t in drawn_in(plan_file)} == {
            *((drawn.first, drawn.last), (10, 10))
        }
        moment = next(t.id for t in drawn_in(plan_file) if t.first == t.last)
        page.until(lambda: "–" not in page.text(f"#card-{moment} .line"))  # one time, not twice

        # cut a track in two, and join it again
        looks.be("en", "dark", 1100)
        page.choose(kept)
        page.go(8)
        page.press("s")
        page.answer()
        page.until(lambda: len(read_plan(plan_file).tracks) == len(hole.tracks) + 3)
        other = max(t.id for t in read_plan(plan_file).tracks)
        assert track(plan_file, other).first == 8
        assert track(plan_file, other).action is Action.REDACT  # nobody decided about it
        page.choose(other, add=True)
        page.shot("two-chosen")
        page.press("j")
        page.answer()  # the other part will be visible
        page.until(
            lambda: any({kept, other} <= set(s.tracks) for s in read_plan(plan_file).subjects)
        )
        # Whoever is joined to a kept one is kept.
        page.until(lambda: track(plan_file, other).action is Action.KEEP)
        page.until(lambda: page.state("state.selected.length") == 1)

        # mute a sentence
        page.click("#tab-sound")
        page.write("#mute-from", "0.2")
        page.write("#mute-to", "0.4")
        page.write("#mute-reason", "an address")
        looks.check()
        page.shot("muted")
        page.click("#mute")
        page.until(lambda: [m.end for m in read_plan(plan_file).muted] == [400])

        # after a reload, the page is where it was
        page.press("2")
        page.until(lambda: page.state("state.shot.view") == "result")
        page.browser.refresh()
        page.opened()
        assert page.frame() == 8 and page.state("state.view") == "result"
        assert page.state("state.tab") == "sound" and kept in page.state("state.selected")
        page.shot("as-it-will-be")
        page.press("1")

        # finish: the audit finds who was missed
        looks.be("fr", "light", 1920, 1080)
        page.click("#finish")
        assert page.find("#f-case").get_property("value") == "24-117"
        page.click("#finish-more summary")
        page.write("#f-stamp", "redacted copy")
        looks.check()
        page.shot("finish")
        page.start()
        page.until(lambda: page.browser.find_elements("id", "result-path"), 200)
        looks.check()
        page.shot("needs-a-look")
        held = held_of(case / "street.redacted.mp4")
        assert held.exists() and note_of(case / "street.redacted.mp4").exists(), (
            "redact fix can mend it"
        )
        page.click("#to-findings")
        page.until(lambda: page.state("state.shot.view") == "result")
        looks.check()
        page.find("#outlines .place")  # its place, in the large picture
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
        looks.be("fr", "dark", 1024)
        page.shot("answered")
        looks.be("fr", "light", 1920, 1080)
        page.click("#finish")
        page.start()
        # It is made without this page; with Enter she is among the others, and finds it there.
        page.until(lambda: page.js(_FOCUS) in AWAY)
        page.shot("making")
        page.until(lambda: left_by_enter(page))
        page.opened()
        page.until(lambda: state_of(2) == "ready", 200)
        page.click("[data-look='2']")
        page.opened()
        page.until(lambda: page.browser.find_elements("id", "result-path"), 200)
        looks.be("fr", "light", 1920, 1080)
        page.shot("done")
        result = Path(page.text("#result-path"))
        assert result == case / "street.redacted.mp4", "it got its final name"
        page.click("#show-report")
        looks.check()
        page.until(lambda: page.js("return document.querySelector('iframe')"))
        assert page.text("#shown-path") == f"{report_of(result)}"
        page.shot("report")
        page.until(lambda: tab_leads_into_the_report(page))  # keys scroll it
        page.click("#close-shown")
        page.click("#old-copy button")
        page.until(lambda: not held.parent.exists())  # nothing is left of what was held back

        # back to the case: play it, and the index of all
        page.click("#to-all")
        page.opened()
        page.until(lambda: state_of(2) == "ready")
        looks.be("fr", "dark", 1440, 900)
        looks.be("en", "light", 1024)
        page.shot("case-ready")
        # A row under a pressed pointer is not redrawn before the pointer is released.
        press = "document.body.dispatchEvent(new PointerEvent('pointer%s', { buttons: %d }))"
        page.js(press % ("down", 1))
        away = result.rename(result.with_suffix(".away"))
        time.sleep(2.5)  # the page asks every second
        assert state_of(2) == "ready"
        page.js(press % ("up", 0))
        page.until(lambda: state_of(2) != "ready")
        away.rename(result)
        page.until(lambda: state_of(2) == "ready")
        page.click("[data-play='2']")
        plays = "return document.querySelector('video')?.videoWidth > 0"
        page.until(lambda: page.js(plays))
        assert page.text("#shown-path") == f"{result}", "and nothing of the system was needed"
        page.shot("played-here")
        page.press("ESCAPE")
        page.click("#index")
        wanted = [f"{case / 'case.html'}"]
        # Programs of the system are started one by one, and may be slow to begin.
        page.until(lambda: sorted(opened_by(programs)) == sorted(wanted))
        assert page.complaints() == []
    assert "notes.mp4" in (case / "case.html").read_text("utf-8")
    report = report_of(result).read_text("utf-8")
    assert "Rapport" in report, "in the language of the page"
    check_output(source, result, read_plan(plan_file), gone, kept, drawn.id)
    check_record(result)
    assert call("check", result, "--source", source).returncode == ExitCode.DONE


_FOCUS = "return document.activeElement.id"
AWAY = ("to-others", "to-all")
"""What leads to the other videos: while the result is made, and once it is there."""


def tab_leads_into_the_report(page: Page) -> bool:
    page.js("document.querySelector('dialog .path button').focus()")
    page.press("TAB")
    return bool(page.js("return document.activeElement.matches('iframe')"))


def left_by_enter(page: Page) -> bool:
    if page.js("return location.pathname") == "/":
        return True
    if page.js(_FOCUS) in AWAY:
        page.press("ENTER")
        time.sleep(1)
    return False


def opened_by(programs: Path) -> list[str]:
    noted = programs / "opened"
    return noted.read_text("utf-8").splitlines() if noted.exists() else []


def drawn_in(plan_file: Path) -> list[Any]:
    return [t for t in read_plan(plan_file).tracks if t.target is Target.REGION]


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
    """In the pixels, the missed face and the drawn object are hidden, and the kept face is
    unchanged in every picture in which no mask lies on it."""
    before, after = rgb(source), rgb(result)
    assert len(before) == len(after)
    hidden, mine = 0, next(t for t in plan.tracks if t.id == drawn)
    theirs = [t for s in plan.subjects if kept in s.tracks for t in plan.tracks if t.id in s.tracks]
    for frame, (a, b) in enumerate(zip(before, after, strict=True)):
        seen = gone.at(frame)
        if seen is not None and seen.state is State.DETECTED:
            change = np.abs(a - b)[inside(seen.box.grown(-0.2))].mean()
            assert change > 8, (frame, change)
            hidden += 1
        for key in filter(None, (t.at(frame) for t in theirs)):
            if not any(key.box.common(r.box.grown(0.4)) for r in plan.regions_at(frame)):
                assert np.abs(a - b)[inside(key.box)].mean() < 6, frame
    assert hidden >= 5
    for frame in (mine.first, (mine.first + mine.last) // 2, mine.last):
        box = mine.at(frame).box.grown(-0.2)
        assert np.abs(before[frame] - after[frame])[inside(box)].mean() > 4, frame
    check_sound(result)


def check_sound(result: Path) -> None:
    loud = np.zeros(3000)
    for second, samples in read_sound(probe(result), probe(result).audio[0].index, 1000):
        at = round(float(second) * 1000)
        loud[at : at + len(samples)] = np.abs(samples)[: len(loud) - at]
    assert loud[230:370].max() < 0.002  # the codec smears a little at both ends
    assert loud[50:150].max() > 0.02 and loud[450:550].max() > 0.02


def check_record(result: Path) -> None:
    manifest = json.loads(record_of(result).read_text())
    assert manifest["case"]["case"] == "24-117"
    assert manifest["run"]["settings"]["render"]["stamp"]["text"] == "redacted copy"
    review = manifest["review"]
    assert review["reviewer"] == "R. Roe" and review["frames_seen"] > 2
    assert review["findings_answered"] == review["findings"] > 0
    assert manifest["muted"][0]["reason"] == "an address"
    assert [check for check in manifest["audit"]["checks"] if check["name"] == "muted_sound"]
