"""The page asks before it reveals; what is typed is typed; Finish waits for its list. In a real
browser, in both languages where words matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Decision, Plan, all_subjects, read_plan, subject_of, write_plan
from redact.review.server import PageServer
from redact.types import Target
from redact.words import surface

from .browser import Page, look_like, resize, served_here
from .test_lawyer import longest


@pytest.fixture
def review(street: Path, found: Plan, tmp_path: Path) -> Iterator[tuple[PageServer, Path]]:
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.plan.json"
    source.write_bytes(street.read_bytes())
    # Of what the networks are sure of, a reason would be needed.
    write_plan(_doubted(found), plan_file)
    with served_here(source, plan_file) as server:
        yield server, plan_file


def _doubted(plan: Plan) -> Plan:
    return replace(plan, tracks=tuple(replace(t, certainty=0.6) for t in plan.tracks))


@pytest.fixture(params=["fr", pytest.param("en", marks=pytest.mark.slow)])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Any, review: tuple[PageServer, Path], language: str) -> Page:
    resize(browser, 1280, 720)
    made = Page(browser, review[0].address, f"asks-{language}-")
    look_like(made, language, "light")
    return made


def decisions_in(plan_file: Path) -> dict[int, str]:
    return {s.tracks[0]: s.decision.value for s in all_subjects(read_plan(plan_file))}


def asked(page: Page) -> dict[str, int]:
    """How many pictures of whom the page would show and hide it asks about."""
    page.until(lambda: page.js("return document.getElementById('look-done')?.disabled === false"))
    script = "return document.querySelectorAll(`[data-asks=${arguments[0]}] canvas`).length"
    return {name: page.js(script, f"will_{name}") for name in ("show", "hide")}


def test_revealing_asks(page: Page, review: tuple[PageServer, Path], found: Plan) -> None:
    """One key showed a third party, and hid the client."""
    plan_file = review[1]
    client, other = longest(found, Target.FACE)[:2]
    undecided = decisions_in(plan_file)
    page.choose(other)
    for key in "ok":  # the one key, and the other
        page.press(key)
    assert asked(page)["show"] > 0
    page.shot("shows")
    page.press("ESCAPE")
    page.until(lambda: page.state("state.dialog === null"))
    assert decisions_in(plan_file) == undecided

    page.choose(client)
    assert not page.browser.find_elements("id", "only")
    page.press("k")
    assert asked(page) == {"show": asked(page)["show"], "hide": 0}
    page.press(*"client", "ENTER")  # the reason is written where it is asked
    page.until(lambda: decisions_in(plan_file)[client] == "keep")
    assert subject_of(read_plan(plan_file), client).reason == "client"
    # Everybody else: only for who has just been kept, and not whoever was decided about before.
    page.choose(other)
    page.press("h", "ENTER")
    page.until(lambda: decisions_in(plan_file)[other] == "hide")
    assert not page.browser.find_elements("id", "only")
    page.press("z", ctrl=True)
    page.until(lambda: decisions_in(plan_file)[other] == "")

    page.choose(client)
    page.press("h")
    assert asked(page)["hide"] > 0 and asked(page)["show"] == 0
    page.shot("hides")
    page.press("ESCAPE")
    page.until(lambda: page.state("state.dialog === null"))
    page.press("]")  # what follows would be hidden again, and nobody sees it
    assert decisions_in(plan_file)[client] == "keep"
    assert page.complaints() == [] or all("422" in line for line in page.complaints())


def test_everybody_but_who_was_just_kept(
    page: Page, review: tuple[PageServer, Path], found: Plan
) -> None:
    plan_file = review[1]
    client, other = longest(found, Target.FACE)[:2]
    alarm = longest(found, Target.PLATE)[0]
    for number, key in ((alarm, "x"), (client, "k")):
        page.choose(number)
        page.press(key)
        page.answer()
        page.until(lambda number=number: decisions_in(plan_file)[number])
    page.click("#only")
    page.until(lambda: decisions_in(plan_file)[other] == "hide")
    decided = decisions_in(plan_file)
    assert (decided[client], decided[alarm]) == ("keep", "false alarm")
    assert "" not in decided.values()


def reasons(language: str) -> list[str]:
    """Every word that the page offers as a reason."""
    words = surface(language, "page")
    texts = [
        str(text) for key, text in words.items() if "example" in key or key.startswith("reason.")
    ]
    return sorted({word for text in texts for word in text.split()})


def test_typing_is_typing(
    language: str, page: Page, review: tuple[PageServer, Path], found: Plan
) -> None:
    """ "opposant" after H used to show the third party, cut her track, and hide the client."""
    plan_file = review[1]
    words = reasons(language)
    assert "client" in words and len(words) > 10
    kept, other = longest(found, Target.FACE)[:2]
    alarm = longest(found, Target.PLATE)[0]
    field = "return (document.getElementById('look-why') ?? document.getElementById('why')).value"
    for number, key, ends in ((other, "h", "ENTER"), (kept, "k", "ENTER"), (alarm, "x", "ENTER")):
        page.choose(number)
        page.press(key, *" ".join(words))  # all at once: nobody waits for the answer
        # After H, the decision stands while the reason is written; the others are asked about.
        before = decisions_in(plan_file)
        page.until(lambda: page.js(field).endswith(" ".join(words)[-40:]))
        assert page.js(field) == " ".join(words)
        assert page.state("state.selected") == [number]
        if key != "h":
            page.until(
                lambda: page.js("return document.getElementById('look-done')?.disabled === false")
            )
        page.press(ends)
        page.until(lambda number=number: subject_of(read_plan(plan_file), number).reason)
        now = decisions_in(plan_file)
        assert {**now, number: before[number]} == before, "nobody else was decided about"
        assert subject_of(read_plan(plan_file), number).reason == " ".join(words)
    plan = read_plan(plan_file)
    assert len(plan.tracks) == len(found.tracks), "and nothing was cut"
    assert [subject_of(plan, n).decision for n in (other, kept, alarm)] == [
        Decision.HIDE,
        Decision.KEEP,
        Decision.FALSE_ALARM,
    ]


_HOLD = """
const asked = fetch;
window.fetch = async (path, how) => {
  if (String(path).includes("api/left")) await new Promise((done) => (window.go = done));
  return asked(path, how);
};
"""


def test_finish_waits_for_its_list(page: Page, review: tuple[PageServer, Path]) -> None:
    """Enter, Enter made a copy of which one of sixteen was decided."""
    page.js(_HOLD)
    page.press("ENTER", ctrl=True)
    page.find("#start-finish")
    assert page.find("#start-finish").get_property("disabled")
    page.press("ENTER", "ENTER", " ")
    assert page.state("state.dialog.kind") == "finish" and not page.state("state.job")
    page.js("window.go()")
    page.until(lambda: not page.find("#start-finish").get_property("disabled"))
    assert page.js("return document.activeElement.closest('.todo') !== null"), (
        "what is left is first"
    )
    page.shot("finish")
    told = page.text("#standing")
    assert told.startswith("0 ") and "%" in told, (
        "and what was not looked at is said beside the button"
    )
    assert page.find("#standing").get_attribute("class") == "doubt"
