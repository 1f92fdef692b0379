"""Text in a video, on the page: found, searched, and hidden by one decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redact.media import Decode, probe
from redact.plan import FoundText, Plan, read_plan, write_plan
from redact.types import Action, Box, Target

from ..pipeline.text_film import COUNT, NAME, board, write_film
from ..program import program
from .browser import Page, look_like, resize, served_here

HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    folder = tmp_path_factory.mktemp("film")
    write_film(folder / "a.mp4")
    made = program("detect", folder / "a.mp4", "-o", folder / "p.json", "--targets", "plates")
    assert made.returncode == 0, made.stderr
    return folder / "a.mp4", read_plan(folder / "p.json")


@pytest.fixture
def case(film: tuple[Path, Plan], tmp_path: Path) -> tuple[Path, Path]:
    """A video and its plan, in which no text has been read."""
    source = tmp_path / "a.mp4"
    source.write_bytes(film[0].read_bytes())
    write_plan(film[1], tmp_path / "p.json")
    return source, tmp_path / "p.json"


def rows(page: Page) -> list[str]:
    return list(
        page.js("return [...document.querySelectorAll('#texts bdi')].map((b) => b.innerText)")
    )


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_a_name_is_found_and_hidden_everywhere(
    browser: Any, case: tuple[Path, Path], language: str, theme: str
) -> None:
    source, plan_file = case
    resize(browser, 1280, 760)
    with served_here(source, plan_file) as server:
        page = Page(browser, server.address, f"texts-{language}-")
        look_like(page, language, theme)
        page.click("#tab-texts")
        page.until(lambda: len(rows(page)) >= 2)  # it was read in the background
        assert read_plan(plan_file).tracks == (), "nothing is hidden by being read"
        page.shot("read")
        page.write("#find-text", "dupônt")
        page.until(lambda: rows(page) == [NAME])
        width = "return document.querySelector('#texts canvas').width"
        page.until(lambda: page.js(width) > 40)  # its picture
        assert not page.cut_off()
        page.click("#hide-all-texts")
        page.until(lambda: hidden(plan_file))
        page.until(lambda: page.browser.find_elements("css selector", "#texts .tag.hide"))
        page.shot("hidden")
        assert not page.cut_off()
        # By keys, too: taken back, and shown, and hidden again.
        page.press("z", ctrl=True)
        page.until(lambda: not hidden(plan_file))
        assert read_plan(plan_file).texts, "what was read stays"
        page.click("#texts .card .picture")
        page.press("h")
        page.until(lambda: hidden(plan_file))
        page.press("k")
        page.answer()
        page.until(lambda: not hidden(plan_file))
        page.press("h")
        page.until(lambda: hidden(plan_file))
        page.click("#finish")
        page.find("#nameless")
        page.start()
        page.until(lambda: page.browser.find_elements("id", "result-path"), 200)
        result = Path(page.text("#result-path"))
        page.shot("done")
        assert page.complaints() == []
    for n, (was, now) in enumerate(zip(pictures(source), pictures(result), strict=True)):
        x1, y1, x2, y2 = map(int, board(n))
        letters = np.s_[y1 + 6 : y2 - 6, x1 + 10 : x2 - 12]
        assert now[letters].std() < was[letters].std() / 4, "nothing of the name is left"
        assert np.abs(now[:26, :190] - was[:26, :190]).mean() < 12, "the clock is as it was"
    for file in result.parent.iterdir():
        if file.is_file() and file != plan_file:
            assert b"Dupont" not in file.read_bytes(), file


def hidden(plan_file: Path) -> list[Any]:
    tracks = [t for t in read_plan(plan_file).tracks if t.target is Target.TEXT]
    return [t for t in tracks if t.action is Action.REDACT and (t.first, t.last) == (0, COUNT - 1)]


def pictures(path: Path) -> Iterator[np.ndarray]:
    for frame in Decode(probe(path)):
        yield frame.picture.to_ndarray(format="rgb24").astype(int)


@pytest.mark.slow
def test_what_was_read_is_shown_as_text(browser: Any, case: tuple[Path, Path]) -> None:
    """A poster may contain a script, characters that change the direction of text, or a novel."""
    source, plan_file = case
    place = ((0, Box(10, 10, 60, 30)), (9, Box(10, 10, 60, 30)))
    readings = (HOSTILE, "abc\u202egpj.exe", "W" * 200)
    texts = tuple(FoundText(n, (line,), False, 0.9, 0, place) for n, line in enumerate(readings, 1))
    write_plan(replace(read_plan(plan_file), texts=texts), plan_file, force=True)
    with served_here(source, plan_file) as server:
        page = Page(browser, server.address)
        page.click("#tab-texts")
        page.until(lambda: len(rows(page)) == 3)
        script, turned, long = rows(page)
        assert script == HOSTILE[:80] and turned == "abc\ufffdgpj.exe" and long == "W" * 80
        assert page.js("return document.title") == "a.mp4 – redact"
        assert page.js("return document.querySelector('#texts img')") is None
        # What is found and is none is refused, and changes nothing.
        page.write("#find-text", "<img")
        page.until(lambda: len(rows(page)) == 1)
        assert not page.cut_off() and page.complaints() == []
