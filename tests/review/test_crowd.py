"""Many people: anybody can be selected in the picture, and a long list stays fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.mask_size import with_margin
from redact.plan import Plan, Subject, read_plan, write_plan
from redact.settings import RenderSettings
from redact.types import Box, Keyframe, State, Target, Track

from .browser import Page, resize, served_here

PEOPLE = 300
BESIDE = [Box(40, 20, 56, 38), Box(44, 22, 60, 40), Box(20, 5, 90, 60)]
"""Two heads of which one covers half of the other, and a large plate around both."""


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    frames = len(found.source.timeline)
    boxes = [*BESIDE, *(Box(100 + n % 20, 60, 120 + n % 20, 84) for n in range(PEOPLE - 3))]
    kinds = {3: Target.PLATE}
    tracks = [
        Track(
            n,
            kinds.get(n, Target.FACE),
            [Keyframe(f, box, State.DETECTED, 0.9) for f in (0, frames - 1)],
        )
        for n, box in enumerate(boxes, 1)
    ]
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    alone = tuple(Subject((track.id,)) for track in tracks)
    write_plan(replace(found, tracks=tuple(tracks), subjects=alone), tmp_path / "p.json")
    resize(browser, 1280, 720)
    with served_here(source, tmp_path / "p.json") as server:
        yield Page(browser, server.address)


def in_view(page: Page, card: str) -> bool:
    """Whether a card of the list is wholly visible."""
    script = """
        const a = document.querySelector(arguments[0])?.getBoundingClientRect();
        const b = document.getElementById('cards').getBoundingClientRect();
        return !!a && b.top <= a.top && a.bottom <= b.bottom"""
    return bool(page.js(script, card))


def click(page: Page, x: float, y: float) -> None:
    from selenium.webdriver import ActionChains

    chain = ActionChains(page.browser, duration=0)
    chain.w3c_actions.pointer_action.move_to_location(*(round(v) for v in page._on_page(x, y)))
    chain.w3c_actions.pointer_action.click()
    chain.perform()


@pytest.mark.slow
def test_a_click_selects_the_nearest(page: Page) -> None:
    for number, box in enumerate(BESIDE[:2], 1):
        click(page, *box.centre)
        page.until(lambda number=number: page.state("state.selected") == [number])
    page.js("document.getElementById('cards').scrollTop = 1e9")
    page.until(lambda: not in_view(page, "#card-3"))
    click(page, 25, 55)
    page.until(lambda: page.state("state.selected") == [3])
    page.until(lambda: in_view(page, "#card-3"), 10)  # the list goes to whoever is chosen


@pytest.mark.slow
def test_a_corner_can_be_dragged(page: Page, tmp_path: Path) -> None:
    box = BESIDE[2]
    click(page, 25, 55)
    page.until(lambda: page.state("state.selected") == [3])
    margin = RenderSettings().margin
    mask = with_margin(box, margin, Target.PLATE)  # what is seen on screen, and taken hold of
    page.drag((mask.x2, mask.y2), (mask.x2 + 20, mask.y2 + 10))

    def placed() -> Any:
        return next(t for t in read_plan(tmp_path / "p.json").tracks if t.id == 3).at(page.frame())

    page.until(lambda: placed().state is State.MANUAL)
    moved = placed().box
    wanted = (mask.x1, mask.y1, mask.x2 + 20, mask.y2 + 10)
    assert tuple(with_margin(moved, margin, Target.PLATE)) == pytest.approx(wanted, abs=1)
