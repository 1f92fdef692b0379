"""Errors about files are shown in the language of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, write_plan
from redact.review.open_plan import locked_for_review

from .browser import Page, look_like, resize, served_here, until
from .test_case import serving

FOLDER = "écriture impossible (ce n’est pas un dossier). Choisissez un autre emplacement."
SPAN = "Le passage à couper doit finir après son début. Écrivez deux temps, le premier d’abord."
OPENED = "street.mp4 ne peut être ouvert"
DETAIL = "c’est un fichier de texte, non une vidéo. Donnez"


def test_errors_speak_the_language_of_the_page(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    source, plan_file = tmp_path / "street.mp4", tmp_path / "p.json"
    source.write_bytes(street.read_bytes())
    write_plan(found, plan_file)
    (tmp_path / "taken").write_text("no folder")
    resize(browser, 1280, 720)
    with served_here(source, plan_file, tmp_path / "taken" / "out") as server:
        page = Page(browser, server.address)
        look_like(page, "fr", "light")
        page.click("#tab-sound")
        page.write("#mute-from", "3")
        page.write("#mute-to", "2")
        page.click("#mute")
        page.until(lambda: page.text("#toasts") == SPAN)
        page.click("#finish")
        page.find("#nameless")
        page.start()
        page.until(lambda: page.text("#toasts").endswith(FOLDER))
        page.press("ESCAPE")


def test_a_file_that_is_not_a_video_is_refused_with_an_explanation(
    browser: Any, tmp_path: Path
) -> None:
    source = tmp_path / "street.mp4"
    source.write_text("no video")
    with served_here(source, tmp_path / "p.json") as server:
        browser.get(server.address)  # the language is of the address: a port of its own
        browser.execute_script("localStorage.setItem('redact.language', 'fr')")
        browser.refresh()
        names = "['opening-text', 'opening-detail']"
        ask = f"return {names}.map((name) => document.getElementById(name)?.innerText)"
        until(lambda: browser.execute_script(ask)[0] == OPENED)
        assert DETAIL in browser.execute_script(ask)[1]


@pytest.mark.slow
def test_a_video_that_is_open_elsewhere_can_be_left_and_tried_again(
    browser: Any, street: Path, found: Plan, tmp_path: Path
) -> None:
    """The page used to say so, showed endless progress, and offered no way out."""
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.mp4.plan.json"
    source.write_bytes(street.read_bytes())
    write_plan(found, plan_file)
    with serving(tmp_path) as (_, server):
        page = Page(browser, server.address)
        with locked_for_review(plan_file):
            page.click("[data-look='1']")
            page.until(lambda: "another review" in page.text("#opening-detail"))
            assert page.js("return document.getElementById('opening-bar').hidden")
            actions = page.text("#opening-detail .actions")
        assert actions.splitlines() == ["‹ All files", "Try again"]
        page.click("#opening .actions button:last-child")
        page.opened()
