"""What is said in a video, on the page: searched, and muted by one decision.

The transcript is what a real model gave of this very sound, see `tests/speech/test_words.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, read_plan, write_plan
from redact.review.session import Session
from redact.settings import DetectSettings, RenderSettings

from ..program import QUICK, program
from ..speech.spoken import film, with_voice
from ..speech.test_words import MODEL, TRANSCRIPT, needs_model
from .browser import Page, look_like, resize, served_here, until


@pytest.fixture(scope="module")
def case(street: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    folder = tmp_path_factory.mktemp("words")
    clip = film(folder / "cam.mkv", [with_voice(12, 4)], pictures=street)
    assert program("detect", clip, "-o", folder / "p.json", *QUICK).returncode == 0
    return clip, replace(read_plan(folder / "p.json"), texts=())


@pytest.fixture
def plan(case: tuple[Path, Plan], tmp_path: Path) -> Path:
    write_plan(case[1], tmp_path / "p.json")
    return tmp_path / "p.json"


def rows(page: Page) -> list[str]:
    return list(
        page.js("return [...document.querySelectorAll('#words bdi')].map((b) => b.innerText)")
    )


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_a_name_is_found_and_muted_wherever_it_is_said(
    browser: Any,
    case: tuple[Path, Plan],
    plan: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    theme: str,
) -> None:
    monkeypatch.setattr("redact.review.word_list.known_model", lambda: None)
    monkeypatch.setattr("redact.review.word_list.has_whisper", lambda: False)
    resize(browser, 1280, 760)
    with served_here(case[0], plan) as server:
        page = Page(browser, server.address, f"words-{language}-")
        look_like(page, language, theme)
        page.click("#tab-words")
        assert "constraints/extras.txt" in page.text("#words-extra")
        page.shot("without")
        page.click("#transcribe")
        page.until(lambda: "Whisper" in page.text("#toasts"))
        assert len(page.complaints()) == 1, "of the refusal"
        page.write("#words-model", str(plan))
        page.click("#transcribe")
        page.until(lambda: str(plan) in page.text("#to-transcribe .warn"))
        page.write("#words-model", str(TRANSCRIPT))
        page.click("#transcribe")
        page.until(lambda: rows(page))
        assert "my name is John Miller" in rows(page)[0] and not read_plan(plan).muted
        page.write("#find-words", "zebra")
        page.until(lambda: not rows(page))
        page.write("#find-words", "john míller")
        page.until(lambda: rows(page))
        assert page.js("return [...document.querySelectorAll('#words mark')].length") == 2
        assert page.browser.find_elements("css selector", "#timeline .said")
        page.shot("found")
        assert not page.cut_off()
        page.click("#mute-words")
        page.until(lambda: read_plan(plan).muted)
        page.until(lambda: page.browser.find_elements("css selector", "#words .tag.hide"))
        page.shot("muted")
        assert not page.cut_off() and page.complaints() == []
        (span,) = read_plan(plan).muted
        assert (span.start, span.end) == (5380, 6620) and span.reason in ("words", "paroles")
        page.press("z", ctrl=True)
        page.until(lambda: not read_plan(plan).muted)
        assert read_plan(plan).spoken, "what was transcribed stays"
        page.write("#find-words", " ")
        page.until(lambda: not page.browser.find_elements("css selector", "#words mark"))
        page.click("#words .card > button:last-child")
        page.until(lambda: read_plan(plan).muted)
        assert [(m.start, m.end) for m in read_plan(plan).muted] == [(3180, 8540)]


@needs_model
def test_a_real_model_transcribes_on_the_page(case: tuple[Path, Plan], plan: Path) -> None:
    session = Session(case[0], plan, DetectSettings(), RenderSettings().margin)
    try:
        until(lambda: session.open)
        spoken = session.ready().spoken
        spoken.begin(MODEL)
        until(lambda: (spoken.state() or {})["over"], 60)
        assert [row for row in spoken.rows("miller")["rows"] if any(w[1] for w in row["words"])]
        session.edit({"op": "words", "find": "miller", "line": None})
        assert len(read_plan(plan).muted) == 1
    finally:
        session.close()
