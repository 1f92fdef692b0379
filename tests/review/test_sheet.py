"""The sheet of risky moments: each is answered with one click, and not asked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import FindingNote, Plan, ReviewState, read_plan, write_plan
from redact.types import Box, Doubt, Keyframe, State, Target, Track

from .browser import Page, resize, served_here

pytestmark = pytest.mark.usefixtures("every_doubt_is_risky")

SPANS = [(2, 5), (8, 13), (9, 12)]
DOUBTS = tuple(Doubt(frame, Target.FACE, Box(90, 40, 120, 70), 0.4) for frame in (1, 6, 14))


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    """Three doubts beside the masks."""
    tracks = tuple(
        Track(n, Target.FACE, [Keyframe(f, Box(40, 40, 70, 70), State.DETECTED, 0.9) for f in span])
        for n, span in enumerate(SPANS, 1)
    )
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(replace(found, tracks=tracks, subjects=(), doubts=DOUBTS), plan_file)
    resize(browser, 1280, 720)
    with served_here(source, plan_file) as server:
        yield Page(browser, server.address, "sheet-")


def test_moments_are_answered_on_their_pictures_and_not_asked_again(
    page: Page, tmp_path: Path
) -> None:
    page.until(lambda: page.state("state.moments.length") > 0)
    total = page.state("state.summary.moments")
    page.press("m")
    page.until(lambda: page.js("return document.querySelectorAll('.tile').length") == total)
    painted = """
        const c = document.querySelector(".tile canvas");
        return c.getContext("2d").getImageData(0, 0, 480, c.height).data.some((v) => v > 60)"""
    page.until(lambda: page.js(painted))
    page.shot("open")
    page.until(lambda: page.js("return document.activeElement.dataset.answer") == "fine")
    page.click("[data-more]")
    page.until(lambda: page.js("return document.querySelectorAll('.tile li canvas').length"))
    page.shot("more")

    # What the server learns meanwhile of the picture behind the sheet takes no button away: the
    # one under a finger turned into that which takes the answer back.
    button = page.find("[data-answer=fine]")
    page.js("arguments[0].focus()", button)
    page.browser.execute_async_script("""
        const done = arguments[0];
        Promise.all([import("/api.js"), import("/store.js")]).then(async ([api, store]) => {
          const marks = store.state.moments.map((m) => [m.frame, m.why, m.track]);
          store.taken(await api.post("seen", { shown: [], marks }));
          done();
        })""")
    page.until(lambda: page.state("state.moments.every((m) => m.seen)"))
    assert page.js("return document.activeElement === arguments[0]", button)
    page.press("ENTER")
    page.until(lambda: page.state("state.summary.moments_answered") == 1)
    review = read_plan(tmp_path / "street.plan.json").review
    assert page.complaints() == []
    before = page.state("[state.summary.moments_seen, state.moments[0].seen]")
    assert before[1]
    # A decision changes the ranking; answered moments do not come back.
    page.press("ESCAPE")
    page.choose(1)
    page.press("x")
    page.answer()
    page.until(lambda: page.state("state.subjects.get(1).decision") == "false alarm")
    assert page.state("state.summary.moments_seen") >= before[0]
    assert review is None or all(m.frame < 16 for m in review.moments)
    page.press("z", ctrl=True)
    page.until(lambda: page.state("state.subjects.get(1).decision") == "")
    assert page.state("state.moments.filter((m) => m.seen).length") >= 1
    page.browser.refresh()
    page.opened()
    assert page.state("state.summary.moments_answered") == 1

    # What is answered is what is asked.
    page.browser.execute_async_script("""
        const done = arguments[0];
        import("/store.js").then(({ state }) => {
          const one = { track: 1, frame: 3, shown: 3, more: 0, seen: false, answered: false };
          state.moments = ["visible", "drawn", "body"].map((why) => ({ ...one, why }));
          state.dialog = { kind: "moments" };
          done();
        })""")
    answers = "return [...document.querySelectorAll('[data-answer=fine]')].map((b) => b.innerText)"
    wanted = ["It is the same", "It stays on it", "Nothing to hide"]
    page.until(lambda: page.js(answers) == wanted)


def test_what_was_found_comes_first_when_the_video_is_opened_again(
    page: Page, tmp_path: Path
) -> None:
    """ "Look at the findings" led to whoever was chosen before the copy was made."""
    page.choose(1)
    plan_file = tmp_path / "street.plan.json"
    note = FindingNote(1, "possible_leak", "face", 6, 6, ((6, (90.0, 40.0, 120.0, 70.0)),))
    plan = replace(read_plan(plan_file), review=ReviewState(findings=(note,)))
    write_plan(plan, plan_file, force=True)
    page.until(lambda: page.state("state.findings.length"))
    page.browser.refresh()
    page.opened()
    page.until(lambda: page.state("state.tab") == "findings")
    # Once it is looked at, she stays where she goes.
    page.click("#tab-seen")
    page.browser.refresh()
    page.opened()
    page.until(lambda: page.state("state.tab") == "seen")
