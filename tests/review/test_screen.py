"""The screen: the exact frame, stored in no file, and kept up when a network changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from redact.media import Decode, probe
from redact.plan import Plan, write_plan
from redact.render import mask_of
from redact.settings import RenderSettings
from redact.types import Target

from .browser import Page, look_like, resize, served_here


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    write_plan(found, tmp_path / "p.json")
    resize(browser, 1280, 720)
    with served_here(source, tmp_path / "p.json") as server:
        yield Page(browser, server.address)


def shown(page: Page) -> np.ndarray:
    """The picture on the page's canvas: [54, 96, 3]."""
    sample = page.js("""
        const pen = new OffscreenCanvas(96, 54).getContext("2d");
        pen.drawImage(document.getElementById("picture"), 0, 0, 96, 54);
        return [...pen.getImageData(0, 0, 96, 54).data];
    """)
    return np.array(sample, float).reshape(54, 96, 4)[..., :3]


def small(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture.astype(np.float32), (96, 54), interpolation=cv2.INTER_AREA)


def test_it_is_the_exact_frame_and_is_stored_in_no_file(page: Page, street: Path) -> None:
    """Read back from the page's canvas, jump after jump; then in the browser's own folder."""
    pictures = [f.picture.to_ndarray(format="rgb24") for f in Decode(probe(street))]
    page.press("3")
    page.until(
        lambda: page.js("return document.getElementById('viewport').dataset.view") == "original"
    )
    for wanted in (11, 3, 15, 0, 7):
        page.go(wanted)
        errors = [np.abs(small(picture) - shown(page)).mean() for picture in pictures]
        assert int(np.argmin(errors)) == wanted, (wanted, np.argmin(errors))
    assert page.complaints() == []
    # Every picture that it was sent is a JFIF file.
    profile = Path(page.browser.capabilities["chrome"]["userDataDir"])
    files = [path for path in profile.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert b"JFIF" not in readable(path), path.relative_to(profile)


_EDGES = """
const { place } = await import("/player.js"), { left, top, sx, sy } = place(), done = arguments[0];
const points = (shape) => {
  const long = shape.getTotalLength(), along = (_, i) => shape.getPointAtLength((long * i) / 400);
  return Array.from({ length: 400 }, along).map(({ x, y }) => [(x - left) / sx, (y - top) / sy]);
};
done([...document.querySelectorAll("#outlines .mask .line")].map(points));
"""


def test_outlines_show_the_edge_of_the_masks(page: Page, found: Plan) -> None:
    """The shapes over the picture, compared with the masks that will be drawn."""
    page.go(7)
    width, height = found.source.width, found.source.height
    drawn = np.zeros((height, width), np.uint8)
    for shape in page.browser.execute_async_script(_EDGES):
        cv2.polylines(drawn, [np.array(shape).round().astype(np.int32)], True, (1,))
    near = cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0
    margin = RenderSettings().margin
    regions = [r for r in found.regions_at(7) if found.source.holds(r.box)]
    assert {r.target for r in regions} == {Target.FACE, Target.PLATE}
    for region in regions:
        mask = mask_of([region], width, height, margin).astype(np.uint8)
        inside = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=1)
        edge = (mask > 0) & (inside == 0)
        assert near[edge].mean() > 0.95, (region, near[edge].mean())


def readable(path: Path) -> bytes:
    """Content of a file; a browser may delete some of its own at any moment."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_laptop_that_changes_its_network_does_not_end_the_review(page: Page) -> None:
    for offline in (True, False):
        page.browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        if offline:
            page.press("HOME")
            page.press("ARROW_RIGHT")
    page.until(lambda: page.frame() == 1)
    assert page.js("return document.getElementById('opening').hidden")


def test_of_two_windows_the_newest_works_and_the_other_can_take_over(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    """Where there is nothing to finish, 'Finish…' used to be there, and failed."""
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    write_plan(found, tmp_path / "p.json")
    with served_here(source, tmp_path / "p.json") as server:
        page = Page(browser, server.address, "windows-")
        server.presence.join("another window")
        page.click("#opening-detail button")
        page.until(lambda: page.js("return document.getElementById('finish')?.disabled === false"))
        server.presence.join("another window")
        page.until(lambda: page.js("return document.getElementById('finish').disabled"))
        page.press("ENTER", ctrl=True)
        assert page.text("#opening-text") == "This review is open in another window"
        assert page.state("state.dialog") is None


LABELS = "return document.querySelectorAll('#viewport .label').length > 1"
COVERED = """
const [labels, masks] = ["#viewport .label", "#outlines .mask .line"].map((css) =>
  [...document.querySelectorAll(css)].map((node) => node.getBoundingClientRect()));
const area = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))
  * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
return labels.some((label) => masks.filter((mask) => area(label, mask) > 9).length > 0);
"""
SIZE = "const v = document.getElementById('viewport'); return [v.clientWidth, v.clientHeight]"


def test_at_200_percent_the_picture_is_still_there(page: Page) -> None:
    """In a window of 640 pixels, the two columns beside the picture used to leave it 22; a screen
    of 1440 or 1920 pixels had to be scrolled sideways, and *Finish* lay outside."""
    root = "document.documentElement"
    try:
        for (width, height), language in (
            ((720, 450), "fr"),
            ((720, 450), "en"),
            ((960, 540), "fr"),
        ):
            resize(page.browser, width, height)
            look_like(page, language, "light")
            page.choose(1)
            assert page.js(f"return {root}.scrollWidth <= {root}.clientWidth")
            assert page.cut_off() == [], (width, language)
            assert (
                page.js("return document.getElementById('finish').getBoundingClientRect().right")
                <= width
            )
            page.until(lambda: page.js(LABELS))
            assert not page.js(COVERED), "a label lies on somebody else's face"
            page.press("ESCAPE")
        look_like(page, "en", "light")
        resize(page.browser, 640, 360)
        wide, tall = page.js(SIZE)
        assert wide > 300 and tall > 100
        page.click("#finish")  # scrolled to
        page.until(lambda: page.js("return document.getElementById('dialog').open"))
        below = "return document.getElementById('start-finish').getBoundingClientRect().bottom"
        assert page.js(below) <= 360, "what begins it lay below the window"
        page.press("ESCAPE")
    finally:
        resize(page.browser, 1280, 720)


def on_screen(page: Page) -> float:
    """Mean grey of the middle of the picture, as shown on the screen."""
    shot = page.find("#viewport").screenshot_as_png
    picture = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    height, width = picture.shape
    return float(picture[height // 2 :, width // 4 : -width // 4].mean())


@pytest.mark.slow
def test_the_view_is_brightened_and_the_result_is_not(page: Page) -> None:
    page.go(7)
    before = on_screen(page)
    page.click("#more summary")
    page.find("#brightness").send_keys(*["\ue014"] * 20)
    page.until(lambda: on_screen(page) > before + 25)
    assert "the result is not changed" in page.text("#notice")
    assert not page.js(_DIFFERS), "only how it is shown"
    page.shot("brighter")
    page.click("#brightness")  # by mouse; the keys are keys again, and not about the slider
    page.press("ARROW_RIGHT")
    page.until(lambda: page.frame() == 8)


_DIFFERS = """
const pen = document.getElementById("picture").getContext("2d");
return pen.filter !== "none";
"""
