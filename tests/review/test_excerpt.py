"""A person marks on the page what is to be made; only that is made, audited and on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from redact.media import Decode, probe
from redact.plan import Plan, read_plan, write_plan
from redact.record import read_manifest

from .browser import Page, served_here


@pytest.mark.slow
def test_in_and_out_make_an_excerpt(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    source, plan_file = tmp_path / "cam.mp4", tmp_path / "cam.mp4.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(found, plan_file)
    times = [frame.time for frame in Decode(probe(source))]
    with served_here(source, plan_file) as server:
        page = Page(browser, server.address, "excerpt-")
        page.opened()
        page.go(4)
        page.press("i")
        page.until(lambda: page.state("state.summary.excerpt") == [4, len(times) - 1])
        for frame in range(5, 10):  # each is on the screen
            page.press("ARROW_RIGHT")
            page.until(lambda frame=frame: page.frame() == frame)
        page.press("o")
        page.until(lambda: page.state("state.summary.excerpt") == [4, 9])
        assert read_plan(plan_file).review.excerpt == (4, 9)  # type: ignore[union-attr]
        page.shot("marked")
        page.press("ENTER", ctrl=True)
        page.find("#excerpt")
        for frame in range(4, 10):
            page.until(
                lambda frame=frame: page.state(
                    f"state.seen.some(([a, b]) => a <= {frame} && {frame} <= b)"
                )
            )
        left = page.browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "import('/api.js').then(({ get }) => get('left')).then(({ left }) => done(left))"
        )
        assert not [one for one in left if one["what"] == "pictures"], "all six were on the screen"
        page.shot("finish")
        page.until(lambda: page.find("#start-finish").is_enabled())
        page.click("#start-finish")
        if page.js("return Boolean(document.getElementById('nameless'))"):
            page.click("#start-finish")
        page.find("#close-result")
        page.shot("result")
    outputs = list(tmp_path.rglob("cam.0m0.16s-0m0.4s.redacted*.mp4"))
    assert len(outputs) == 1, sorted(tmp_path.rglob("*"))
    made = [frame.time for frame in Decode(probe(outputs[0]))]
    assert made == [t - times[4] for t in times[4:10]]
    record = read_manifest(next(tmp_path.rglob("record.json")))
    assert record.cut == (0.16, 0.4)
    part = read_plan(next(tmp_path.rglob("cam.0m0.16s-0m0.4s*/plan.json")))
    assert len(part.source.timeline) == 6
    assert json.loads((plan_file).read_bytes())["review"]["excerpt"] == [4, 9]
