"""People who see little, or nothing, can use every state of the page: axe finds no fault in either
theme, and a screen reader has a name for every control."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, write_plan
from redact.types import Box, Doubt, Target

from .browser import Page, look_like, resize, served_here
from .test_case import serving
from .test_decisions import GUESSED, guessed_in, painted

AXE = Path(__file__).parent / "axe" / "axe.min.js"
pytestmark = pytest.mark.skipif(not AXE.exists(), reason="an sdist has no copy of axe")

FAULTS = """
const [rules, done] = arguments;
const told = ({ violations }) => violations.flatMap(({ id, help, nodes }) =>
  nodes.map((node) => `${id} (${help}): ${node.html}`));
axe.run(document, rules).then((found) => done(told(found)), (error) => done([String(error)]));
"""
USED = ("button", "radio", "tab", "option", "checkbox", "combobox", "slider", "textbox", "link")
PLACES = ("dialog", "region", "tabpanel", "listbox", "radiogroup", "progressbar")


FOCUSED = {"type": "booleanOrUndefined", "value": True}


def faults(page: Page, rules: dict[str, Any]) -> list[str]:
    """The faults that axe finds on the page in its current state."""
    if not page.js("return 'axe' in window"):
        page.js(AXE.read_text("utf-8"))
    return list(page.browser.execute_async_script(FAULTS, rules))


def nameless(page: Page) -> list[str]:
    """Controls that a screen reader would announce by their role alone, from the accessibility
    tree."""
    tree = page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    told = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in tree if "role" in n]
    return [role for role, name in told if role in USED + PLACES and not name.strip()]


def run_together(page: Page) -> list[str]:
    """Buttons read as "HideH" or "All12": a key or a number joined to their words."""
    tree = page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names = [n.get("name", {}).get("value", "") for n in tree if n["role"]["value"] == "button"]
    return [name for name in names if re.search(r"[a-z]([A-Z[\]]|\d+)$", name)]


def check(page: Page, state: str) -> None:
    for theme, rules in (("dark", {"runOnly": ["color-contrast"]}), ("light", {})):
        look_like(page, page.js("return document.documentElement.lang"), theme)
        assert faults(page, rules) == [], (state, theme)
    assert nameless(page) == [], state
    assert run_together(page) == [], state


@pytest.fixture
def page(
    every_doubt_is_risky: None, browser: Any, street: Path, found: Plan, tmp_path: Path
) -> Iterator[Page]:
    shutil.copy(street, tmp_path / "street.mp4")
    # Of a plate that the networks are sure of, the page would ask twice.
    first, *others = (replace(t, certainty=0.6) for t in found.tracks)
    tracks = (guessed_in(first, *GUESSED), *others)
    doubt = Doubt(9, Target.FACE, Box(90, 40, 120, 70), 0.4)
    write_plan(replace(found, tracks=tracks, doubts=(doubt,)), tmp_path / "p.json")
    # So high that nothing has to be scrolled to: axe judges no colours that it cannot see.
    resize(browser, 1280, 1500)
    with served_here(tmp_path / "street.mp4", tmp_path / "p.json") as server:
        yield Page(browser, server.address)
    resize(browser, 1280, 720)


JOB = "{ number: 1, kind: 'finish', stage: 'detect', done: 3, total: 9 }"
LINES = "{ en: ['a line'], fr: ['une ligne'] }"
MADE = f"""{{
  needs_review: true, findings: 2, overtaken: true, incomplete: {LINES}, failed: {LINES},
  warnings: {LINES}, beside: ['a.json'], sha256: '00', held: 1, output: '/a/b.mp4',
}}"""
REFUSED = """{
  error: 'alarm', values: { number: 1, percent: 98 }, pictures: [[1, 3], [1, 9]], hides: [[1, 3]],
}"""
DIALOGS = [
    "{ kind: 'replace', name: 'a.mp4', holds: 'all' }",
    "{ kind: 'making' }",
    "{ kind: 'who' }",
    f"{{ kind: 'look', path: 'edit', body: {{}}, done: '', refusal: {REFUSED} }}",
    f"{{ kind: 'result', result: {MADE} }}",
    "{ kind: 'show', what: 'result', path: '/a/b.mp4', at: '/none.mp4' }",
]
OPENINGS = [
    f"{{ job: {JOB} }}",
    "{ end: 'elsewhere', lost: true, take: () => 1 }",
    "{ problem: { error: 'not_open' } }",
]


@pytest.mark.slow
def test_every_state_of_the_page(page: Page, found: Plan) -> None:
    first, second, third = (t.id for t in found.tracks[:3])

    def decided(subject: int, key: str) -> None:
        page.choose(subject)
        page.press(key)
        if key in "kx":
            page.find("#look-done")
            check(page, f"asks: {key}")
            page.answer()
        page.until(lambda: page.state(f"state.subjects.get({subject}).decision"))
        page.press("ESCAPE")
        page.choose(subject)

    steps: dict[str, Callable[[], Any]] = {
        "opened": lambda: None,
        "kept": lambda: (decided(first, "k"), page.find("#confirm")),
        "to confirm": lambda: (page.press("v"), page.until(lambda: painted(page))),
        "somebody else": lambda: page.click(".faces [data-frame]"),
        "hidden": lambda: (page.press("ESCAPE"), decided(second, "h")),
        "false alarm": lambda: decided(third, "x"),
        "several": lambda: (page.press("a", ctrl=True), page.find("#join")),
        "drawing": lambda: page.press("d"),
        "drawn": lambda: (page.press("ENTER"), page.find("#draw-menu")),
        "findings": lambda: (page.press("ESCAPE"), page.click("#tab-findings")),
        "sound": lambda: page.click("#tab-sound"),
        "refused": lambda: (page.click("#tone"), page.find(".toast.bad")),
        "texts": lambda: page.click("#tab-texts"),
        "words": lambda: page.click("#tab-words"),
        "more": lambda: (page.choose(first), page.click("#more summary"), page.find("#more[open]")),
        "keys": lambda: (page.press("ESCAPE"), page.press("?"), page.find(".keys kbd")),
        "finish": lambda: (page.press("ESCAPE"), page.click("#finish"), page.find(".todo")),
        "finish more": lambda: page.click("#finish-more summary"),
    }
    look_like(page, "en", "light")
    for state, step in steps.items():
        step()
        check(page, state)
    page.state(f"(state.job = {JOB})")
    for name, values in [("dialog", DIALOGS), ("opening", OPENINGS)]:
        for value in values:
            page.state(f"(state.{name} = {value})")
            page.until(lambda name=name: page.js(f"return document.querySelector('#{name} h2')"))
            check(page, value)
            page.state(f"(state.{name} = null)")


@pytest.mark.slow
def test_every_state_of_a_case(
    browser: Any, street: Path, street_plan: Path, tmp_path: Path
) -> None:
    shutil.copy(street, tmp_path / "a.mp4")
    shutil.copy(street_plan, tmp_path / "a.mp4.plan.json")
    (tmp_path / "b.mp4").write_bytes(b"no video")
    resize(browser, 1280, 720)
    with serving(tmp_path) as (_, server):
        page = Page(browser, server.address)
        page.until(lambda: page.js("return document.querySelector('[data-look]')"))
        check(page, "case")
    with serving() as (_, server):
        page = Page(browser, server.address)
        page.until(lambda: page.js("return document.querySelector('#folder-list')"))
        check(page, "folders")
