"""What is on the screen: the very frame, kept in no file, and kept up where a network changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from redact.media import Decode, probe
from redact.plan import Plan, write_plan

from .browser import Page, resize, served_here


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    write_plan(found, tmp_path / "p.json")
    resize(browser, 1280, 720)
    with served_here(source, tmp_path / "p.json") as server:
        yield Page(browser, server.address)


def shown(page: Page) -> np.ndarray:
    """The picture that is on the page's canvas, without its borders: [54, 96, 3]."""
    sample = page.browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "import('/player.js').then(({ place }) => { const p = place();"
        "const c = document.getElementById('picture');"
        "const k = c.width / c.clientWidth;"
        "const s = new OffscreenCanvas(96, 54).getContext('2d');"
        "s.drawImage(c, p.left * k, p.top * k, p.wide * k, p.tall * k, 0, 0, 96, 54);"
        "done([...s.getImageData(0, 0, 96, 54).data]); })"
    )
    return np.array(sample, float).reshape(54, 96, 4)[..., :3]


def small(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture.astype(np.float32), (96, 54), interpolation=cv2.INTER_AREA)


def test_it_is_the_very_frame_and_lies_in_no_file(page: Page, street: Path) -> None:
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


def readable(path: Path) -> bytes:
    """What a file holds; a browser removes some of its own at any moment."""
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
