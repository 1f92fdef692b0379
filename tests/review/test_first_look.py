"""A long video: the page opens at once with the survey; only what is marked there is searched."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

from redact.media import probe
from redact.plan import read_plan
from redact.record import EvidenceChoice
from redact.review import Case, ReviewOptions
from redact.settings import DetectSettings, RenderSettings

from ..side_files import plan_of
from .browser import Page, look_like, resize, served, until
from .test_accessible import check
from .test_case import Asking

EVERY = 10
"""Seconds between two pictures of the film: it is long, and cheap."""

SEEN = 150, 300
"""When somebody is in it, in seconds."""

LASTS = 660


def film(path: Path, street: Path) -> Path:
    """An empty place, in which people stand for a while."""
    with av.open(str(street)) as file:
        people = next(file.decode(video=0)).to_ndarray(format="rgb24")
    empty = cv2.GaussianBlur(people, (0, 0), 25)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(1, EVERY), options={"preset": "ultrafast"})
        stream.height, stream.width = people.shape[:2]
        for n in range(LASTS // EVERY):
            shown = people if SEEN[0] <= n * EVERY < SEEN[1] else empty
            frame = av.VideoFrame.from_ndarray(shown, "rgb24")
            frame.pts, frame.time_base = n, Fraction(EVERY)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def test_what_is_no_part_of_the_video_is_refused(street: Path, tmp_path: Path) -> None:
    clip = film(tmp_path / "cam.mp4", street)
    options = ReviewOptions(DetectSettings(), RenderSettings().margin, EvidenceChoice())
    case = Case(options, long=probe(clip))
    server = case.server()
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        ask = Asking(case, server)
        assert ask("/api/survey", X_Redact_Token=None)[0] == 401
        assert ask("/api/join", {})[0] == 200
        case.close()  # nothing is searched, and the survey ends
        for cuts, code in (
            ([[600, 700]], "cut_outside"),
            ([[-1, 5]], "cut_outside"),
            ([[20, 10]], "refused"),
            ([[10, 30], [20, 40]], "refused"),
        ):
            status, told = ask("/api/search", {"cuts": cuts})
            assert (status, told["error"]) == (422, code), cuts
        assert ask("/api/search", {"cuts": None})[0] == 400
        assert ask("/api/glance?at=7") == (200, b"") and ask.videos() == []
        until(case.first_look.job.over.is_set)  # type: ignore[union-attr]
        assert ask("/api/search", {"cuts": [[30, 40], [10, 20.04]]})[0] == 200
        assert ask("/api/search", {"cuts": [[10, 20]]})[0] == 200
        assert [video["cut"] for video in ask.videos()] == [[10, 20], [30, 40]], "none twice"
    finally:
        server.shutdown()
        server.server_close()


def states(page: Page) -> list[str]:
    script = "return [...document.querySelectorAll('.video')].map((v) => v.dataset.state)"
    return list(page.js(script))


def marked(page: Page) -> list[list[float]]:
    """Excerpts by what stands in their fields."""
    script = """const seconds = (text) => text.split(":").reduce((sum, part) =>
      sum * 60 + Number(part.replace(",", ".")), 0);
    return [...document.querySelectorAll("#marks li")].map((one) =>
      [...one.querySelectorAll("input")].map((field) => seconds(field.value)))"""
    return list(page.js(script))


def drag(page: Page, first: float, last: float) -> None:
    """From one time on the strip to another."""
    from selenium.webdriver import ActionChains

    bar = page.js("return document.querySelector('[role=slider]').getBoundingClientRect().toJSON()")
    places = [
        (int(bar["left"] + bar["width"] * time / LASTS), int(bar["bottom"]) - 30)
        for time in (first, last)
    ]
    chain = ActionChains(page.browser, duration=100)
    pointer = chain.w3c_actions.pointer_action
    pointer.move_to_location(*places[0])
    pointer.pointer_down()
    pointer.move_to_location(*places[1])
    pointer.pointer_up()
    chain.perform()


def rows(page: Page) -> dict[str, str]:
    script = """return Object.fromEntries([...document.querySelectorAll("[data-row]")].map((row) =>
      [row.dataset.row, row.querySelector("path").getAttribute("d")]))"""
    return dict(page.js(script))


@pytest.mark.slow
def test_what_is_marked_with_the_mouse_is_searched_and_made(
    browser: Any, street: Path, tmp_path: Path
) -> None:
    clip = film(tmp_path / "cam.mp4", street)
    with served(clip) as (address, _):
        begun = time.monotonic()
        page = Page(browser, address, "survey-")
        page.find("[role=slider]")
        took = time.monotonic() - begun
        assert took < 15, f"usable after {took:.1f} s, which a quiet machine does in one"
        page.until(lambda: rows(page)["people"])
        page.until(lambda: page.text("#survey .lead").endswith("from beginning to end"))
        assert page.text("[data-row=speech]") == "the video has no sound"
        page.shot("surveyed")
        page.click("#mark-found")
        (found,) = marked(page)
        assert found[0] <= SEEN[0] and SEEN[1] <= found[1]
        page.click("#marks button")
        page.until(lambda: marked(page) == [])
        drag(page, 155, 212)
        page.until(lambda: len(marked(page)) == 1)
        page.write("#marks li input:first-child", "2:30\ue007")
        page.until(lambda: marked(page)[0][0] == 150)
        page.write("#marks li span + input", "3:20\ue007")
        page.until(lambda: marked(page) == [[150, 200]])
        drag(page, 400, 440)
        page.until(lambda: len(marked(page)) == 2)
        page.browser.refresh()
        page.opened()
        page.until(lambda: len(marked(page)) == 2)  # what is marked is not lost
        page.click("#marks li:last-child button")
        page.until(lambda: marked(page) == [[150, 200]])
        assert not page.cut_off()
        page.shot("marked")
        page.click("#search-marked")
        page.until(lambda: states(page) == ["look"])
        assert page.text("#name-1") == "cam.mp4 · 2:30.0 – 3:20.0"
        result = tmp_path / "cam.2m30s-3m20s.redacted.mp4"
        plan = read_plan(plan_of(result))
        assert plan.settings.scope.cut == (150.0, 200.0) and len(plan.source.timeline) == 5
        assert len(list(tmp_path.glob("*.redact"))) == 1, "nothing else was searched"
        page.shot("searched")
        page.click("[data-look='1']")
        page.opened()
        page.press("ENTER", ctrl=True)
        page.start()
        page.find("#result-path")
        page.shot("made")
        assert page.complaints() == []
    assert result.exists() or list(plan_of(result).parent.glob("NOT-FOR-RELEASE/*.mp4"))
    # Another day: what was searched is there, and more can be marked.
    with served(clip) as (address, _):
        page = Page(browser, address, "again-")
        page.until(lambda: len(states(page)) == 1)
        page.click("#mark-more")
        page.find("[role=slider]")
        page.click("#to-excerpts")
        page.until(lambda: len(states(page)) == 1)


@pytest.mark.slow
def test_by_keys_and_in_french(browser: Any, street: Path, tmp_path: Path) -> None:
    clip = film(tmp_path / "cam.mp4", street)
    with served(clip, "--lang", "fr") as (address, _):
        page = Page(browser, address, "relevé-")
        look_like(page, "fr", "dark")
        page.find("[role=slider]")
        page.js("document.querySelector('[role=slider]').focus()")
        page.press("PAGE_UP", "PAGE_UP", "i", "ARROW_RIGHT", "ARROW_RIGHT", "o")
        page.until(lambda: len(marked(page)) == 1)
        ((start, end),) = marked(page)
        assert 0 < start < end < LASTS / 5
        page.press("HOME", "i", "i", "END", "ESCAPE", "HOME", "o")
        page.until(lambda: "ne peut pas" in page.text("#toasts"))
        page.press("DELETE")
        assert marked(page) == [[start, end]], "only what is under the cursor is removed"
        page.until(lambda: "personnes" in page.text("#strip"))
        page.until(lambda: "du début à la fin" in page.text("#survey .lead"))
        check(page, "survey")
        resize(browser, 720, 450)
        page.until(lambda: page.js("return document.body.scrollWidth <= innerWidth"))
        assert not page.cut_off()
        resize(browser, 1280, 720)
        page.shot("marqué")
        page.click("#search-all")
        page.until(lambda: states(page) == ["look"])
        assert page.text("#name-1") == "cam.mp4"
        assert page.complaints() == []
    plan = read_plan(plan_of(tmp_path / "cam.redacted.mp4"))
    assert plan.settings.scope.cut is None and len(plan.source.timeline) == LASTS // EVERY
