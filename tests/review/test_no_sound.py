"""The page mutes no sound that does not exist."""

from __future__ import annotations

import base64
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redact.media import probe
from redact.plan import read_plan, write_plan
from redact.review.refused_error import RefusedError
from redact.review.session import Session
from redact.review.sound import MOST_PEAKS, Waveform, heard, sound_span
from redact.settings import DetectSettings, RenderSettings

from ..media.footage import Clip, Sound, make
from ..pipeline.plans import plan_of
from ..speech.spoken import film, with_voice
from .browser import Page, served_here, until


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


def test_sound_without_a_stated_end_ends_with_the_file(tmp_path: Path) -> None:
    clip = make(tmp_path / "cam.mp4", Clip(pts=range(50), sounds=[Sound(seconds=2.0)]))
    info, plan = probe(clip), plan_of(clip)
    info = replace(info, audio=tuple(replace(sound, ends=None) for sound in info.audio))
    for length, end in ((9.0, 9.0), (1.0, 2.0), (None, 2.0)):  # that of the pictures at least
        told = sound_span(replace(info, duration=length), plan)
        assert told == pytest.approx((0, end), abs=0.05), length


def test_sound_that_says_it_lies_months_away_takes_no_gigabytes(tmp_path: Path) -> None:
    far, near = Sound("pcm_s16le", start=Fraction(10_000_000)), Sound("pcm_s16le")
    clip = make(tmp_path / "cam.mkv", Clip(pts=range(25), sounds=[far, near]))
    wave = Waveform(probe(clip), plan_of(clip))
    until(lambda: wave.state()["done"])
    peaks = base64.b64decode(wave.state()["peaks"])
    assert peaks[5] > 50 and len(peaks) <= MOST_PEAKS


@pytest.mark.slow
def test_sound_outside_the_pictures_is_on_the_page(tmp_path: Path) -> None:
    """It begins 0.84 s before the first picture and ends 1.16 s after the last one."""
    clip = make(tmp_path / "cam.mp4", Clip(pts=range(21, 46), sounds=[Sound(seconds=3.0)]))
    write_plan(plan_of(clip), tmp_path / "p.json")
    session = Session(clip, tmp_path / "p.json", DetectSettings(), RenderSettings().margin)
    until(lambda: session.open is not None)
    here = session.ready()
    try:
        told = here.overview.everything(here.open_plan.plan, here.info)["sound_span"]
        assert told == pytest.approx((-0.84, 2.16), abs=0.05)
        here.waveform.state()
        until(lambda: here.waveform.state()["done"])
        wave = here.waveform.state()
        peaks = base64.b64decode(wave["peaks"])
        assert wave["from"] == pytest.approx(-0.84, abs=0.05)
        assert all(peaks[n] > 50 for n in (5, 30, 58)) and not any(peaks[62:])

        def loudest(start: float, end: float) -> int:
            plan = here.open_plan.plan
            return int(np.abs(np.frombuffer(heard(here.info, plan, start, end, True), "<i2")).max())

        assert loudest(-0.8, -0.1) > 5000 and loudest(1.1, 2.1) > 5000
        for begin, end in ((-0.83, -0.4), (-0.4, 0.2), (1.5, 2.13)):
            session.edit({"op": "mute", "start": begin, "end": end, "how": "mute"})
        assert loudest(-0.84, 0.2) == 0 == loudest(1.5, 2.16) < loudest(0.3, 1.4)
        shown = here.overview.changes(here.open_plan.plan)["muted"]
        assert [(m["start"], m["end"]) for m in shown] == [(-840, -400), (-400, 200), (1500, 2160)]
        with pytest.raises(RefusedError, match="must end after it begins"):
            session.edit({"op": "mute", "start": 3, "end": 2, "how": "mute"})
        for begin, end in ((-5, -1), (2.2, 4)):
            with pytest.raises(RefusedError, match="no sound in that span") as caught:
                session.edit({"op": "mute", "start": begin, "end": end, "how": "mute"})
            assert "from -0:00.840 to 0:02" in caught.value.hint
    finally:
        session.close()


@pytest.mark.slow
def test_the_whole_strip_is_muted_with_one_drag(browser: Any, tmp_path: Path) -> None:
    """It used to show the pictures' time alone: sound before and after them stayed."""
    clip = make(tmp_path / "cam.mp4", Clip(pts=range(21, 46), sounds=[Sound(seconds=3.0)]))
    write_plan(plan_of(clip), tmp_path / "p.json")
    from selenium.webdriver import ActionChains

    with served_here(clip, tmp_path / "p.json") as server:
        page = Page(browser, server.address)
        span = page.state("[state.span.from, state.span.to]")
        assert span == pytest.approx((-0.84, 2.16), abs=0.05)
        strip = page.find(".lane.sound > div")
        wide = strip.size["width"]  # to the right end, and beyond it
        chain = ActionChains(browser).move_to_element_with_offset(strip, 1 - wide / 2, 0)
        chain.click_and_hold().move_by_offset(wide + 5, 0).release().perform()
        page.until(lambda: page.state("state.tab") == "sound")
        page.shot("marked")
        page.click("#mute")
        page.until(lambda: page.state("state.muted.length") == 1)
        shown = page.state("state.muted.map((m) => [m.start, m.end])")[0]
        assert shown == [round(1000 * at) for at in span]
        page.shot("muted")
        page.write("#mute-from", "-0:00.6")
        page.write("#mute-to", "0:00.5")
        page.click("#tone")
        page.until(lambda: page.state("state.muted.length") == 2)
        assert "the record will have none for muting this" in page.text("#panel")
        # What follows the last picture can be listened to as well; it used to play from the start.
        page.write("#mute-from", "2")
        page.write("#mute-to", "2.1")
        page.write("#mute-reason", "a name")
        page.click("#mute")
        page.until(lambda: page.state("state.muted.length") == 3)
        page.click("#panel .item:last-of-type .row button")
        asked = "return performance.getEntriesByType('resource').map((e) => e.name)"
        page.until(lambda: any("sound?from=1&" in name for name in page.js(asked)))
        page.until(lambda: not page.state("state.playing"))
        assert page.frame() == 24 and page.complaints() == []
    plan = read_plan(tmp_path / "p.json")
    assert sorted(str(s.how) for s in plan.muted) == ["mute", "mute", "tone"]
    heard_from = sorted(s.start for s in plan.muted_on_clock())
    assert heard_from[0] < -1000 and float(heard_from[1]) - 0.84 == pytest.approx(-0.6)


def test_all_speech_is_muted_with_one_button(browser: Any, tmp_path: Path) -> None:
    """It is on the waveform, can be given back, and in the result, where Finish can mute it too."""
    clip = film(tmp_path / "cam.mkv", [with_voice(9, 3)])
    write_plan(plan_of(clip), tmp_path / "p.json")
    with served_here(clip, tmp_path / "p.json") as server:
        page = Page(browser, server.address)
        page.state("(state.tab = 'sound')")
        page.click("#mute-speech")
        page.until(lambda: page.state("state.muted.length") == 1)
        assert page.find(".lane.sound .silent").is_displayed()
        page.shot("speech-muted")
        (span,) = read_plan(tmp_path / "p.json").muted
        assert 2000 < span.start < 3000 and 7500 < span.end < 9000 and span.reason == "speech"
        page.state("(state.dialog = { kind: 'finish' })")
        page.pick("#f-audio", "mute-speech")
        page.shot("finish-mute-speech")
