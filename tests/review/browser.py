"""A real headless browser on the page, and the page's process as a user starts it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from redact.record import EvidenceChoice
from redact.review import Session, server_of
from redact.review.server import PageServer
from redact.settings import DetectSettings, RenderSettings

from ..pipeline.conftest import ROOT

SHOTS = os.environ.get("REDACT_SCREENSHOTS")
"""Folder for a picture of every step, for whoever wants to look."""


def driver(width: int = 1280, height: int = 720) -> Any:
    """A headless Chromium with a page of this size; the test is skipped if it is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    service = pytest.importorskip("selenium.webdriver.chrome.service")
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    chromedriver = shutil.which("chromedriver")
    if binary is None or chromedriver is None:
        pytest.skip("needs Chromium and its driver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for word in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *("--lang=en", f"--window-size={width},{height}"),
    ):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=service.Service(chromedriver))
    resize(made, width, height)
    made.set_script_timeout(60)
    return made


def resize(browser: Any, width: int, height: int) -> None:
    """Resize the page itself."""

    def fits() -> bool:
        inner = browser.execute_script("return [innerWidth, innerHeight]")
        if inner == [width, height]:
            return True
        outer = browser.get_window_size()
        browser.set_window_size(
            outer["width"] + width - inner[0], outer["height"] + height - inner[1]
        )
        return False

    until(fits)


@contextmanager
def served(
    source: Path, *words: object, programs: Path | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of the page of a review in its own process, which looks for system programs in
    the folder `programs` first."""
    command = [sys.executable, "-m", "redact", "review", source, *words, "--no-open"]
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join([*([str(programs)] if programs else []), os.environ["PATH"]]),
        },
        # A shell has its background jobs ignore Ctrl-C, and so their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.stderr and process.stderr.read()
        yield address, process
    finally:
        process.terminate()
        process.communicate(timeout=200)


@contextmanager
def served_here(
    source: Path,
    plan_file: Path,
    folder: Path | None = None,
    evidence: EvidenceChoice | None = None,
) -> Iterator[PageServer]:
    """The same in this process, which starts quickly; results go into `folder`. The page does not
    ask who is at it."""
    options = DetectSettings(), RenderSettings().margin, evidence, folder
    session = Session(source, plan_file, *options, reviewer="")
    server = server_of(session)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        session.close()


_CUT_OFF = """
const style = (node) => getComputedStyle(node);
const scrolls = (node) => node && node !== document.body
  && (/auto|scroll/.test(style(node).overflowY) || scrolls(node.parentElement));
const cuts = (node) => style(node).textOverflow !== "ellipsis" && node.clientWidth
  && node.scrollWidth > node.clientWidth + 1;
const parts = "button, select, input, h1, h2, h3, label, a, .tag, .mark, #clock, #saved";
const root = document.querySelector("dialog[open]") || document.body;
const there = [...root.querySelectorAll(parts)].filter((node) =>
  node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert]"));
return there.filter((node) => {
  const r = node.getBoundingClientRect(), around = node.parentElement;
  const below = !scrolls(node) && (r.bottom > innerHeight + 1 || r.top < -1);
  return r.left < -1 || r.right > innerWidth + 1 || below
    || (!/INPUT|SELECT/.test(node.tagName) && cuts(node))
    || (node.matches(".tag") && (node.scrollWidth > node.clientWidth + 1
      || r.right > around.getBoundingClientRect().right + 1))
    || (style(around).overflowX === "hidden" && cuts(around));
}).map((node) => `${node.tagName} ${node.id} ${node.innerText || node.value}`.slice(0, 80));
"""


def look_like(page: Page, language: str, theme: str) -> None:
    """Switch to a language with the page's own button, and to light or dark as the system does."""
    feature = {"name": "prefers-color-scheme", "value": theme}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    now = "return document.documentElement.lang"
    if page.js(now) != language:
        page.click("#language")
    page.until(lambda: page.js(now) == language)


PATIENCE = 200.0
"""Seconds to wait before giving up: the machine may be overloaded twentyfold."""


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The value of a condition as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen on the page")


class Page:
    """A person's actions on the page."""

    def __init__(self, browser: Any, address: str, name: str = "") -> None:
        self.browser = browser
        self._server = address.split("#")[0]
        self._name, self._number = name, 0
        browser.get_log("browser")  # what an earlier page complained about
        browser.get(address)
        self.opened()

    def opened(self) -> None:
        """Wait until the page of a case, or of a video with its first picture, has loaded."""
        there = (
            "document.getElementById('opening')?.hidden && (document.getElementById('case-main')"
        )
        there += "?.children.length || document.getElementById('viewport')?.dataset.frame)"
        self.until(lambda: self.js(f"return {there}"), 200)
        if self.js("return document.querySelector('dialog.who[open]') !== null"):
            self.write("#who", "R. Roe")
            self.click("#begin")
            self.until(lambda: self.state("state.dialog === null"))

    def answer(self) -> None:
        """Go on where the page asks with pictures before it shows or hides somebody."""
        self.until(
            lambda: self.js("return document.getElementById('look-done')?.disabled === false")
        )
        self.click("#look-done")
        self.until(lambda: self.state("state.dialog === null"))

    def start(self) -> None:
        """Have the copy made, once the list of what is left is there."""
        live = "return document.getElementById('start-finish')?.disabled === false"
        self.until(lambda: self.js(live))
        self.click("#start-finish")

    def js(self, script: str, *values: Any) -> Any:
        return self.browser.execute_script(script, *values)

    def state(self, what: str) -> Any:
        """A value of the page's own state, for example "state.frame"."""
        return self.browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            f"import('/store.js').then(({{ state }}) => done({what}))"
        )

    def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        return until(true, seconds)

    def shot(self, name: str) -> None:
        """Save a screenshot, if they are wanted."""
        self._number += 1
        if SHOTS:
            time.sleep(0.7)
            folder = Path(SHOTS)
            folder.mkdir(parents=True, exist_ok=True)
            self.browser.save_screenshot(str(folder / f"{self._name}{self._number:02}-{name}.png"))

    def find(self, css: str) -> Any:
        from selenium.webdriver.common.by import By

        return self.until(lambda: self.browser.find_elements(By.CSS_SELECTOR, css))[0]

    def text(self, css: str) -> str:
        """Text of an element, once it exists; read at once, because it may be rendered anew."""
        script = "return document.querySelector(arguments[0])?.innerText ?? null"
        self.until(lambda: self.js(script, css) is not None)
        return str(self.js(script, css) or "")

    def click(self, css: str) -> None:
        def clicked() -> None:
            node = self.find(css)
            # Clear of what stays in sight below it, as it is scrolled when it gets the focus.
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'nearest'})", node)
            node.click()

        self._again(clicked)

    def write(self, css: str, text: str) -> None:
        def written() -> None:
            node = self.find(css)
            node.clear()
            node.send_keys(text)

        self._again(written)

    def pick(self, css: str, value: str) -> None:
        """One of the values of a list to choose from."""
        from selenium.webdriver.support.select import Select

        self._again(lambda: Select(self.find(css)).select_by_value(value))

    def _again(self, act: Callable[[], None]) -> None:
        """Repeat an action: an element may be rendered anew between finding and touching it."""
        from selenium.common.exceptions import StaleElementReferenceException

        for _ in range(3):
            try:
                return act()
            except StaleElementReferenceException:
                time.sleep(0.2)
        return act()

    def press(self, *keys: str, ctrl: bool = False, shift: bool = False, alt: bool = False) -> None:
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        chain = ActionChains(self.browser)
        held = [Keys.CONTROL] * ctrl + [Keys.SHIFT] * shift + [Keys.ALT] * alt
        for key in held:
            chain.key_down(key)
        chain.send_keys(*(getattr(Keys, key, key) for key in keys))
        for key in held:
            chain.key_up(key)
        chain.perform()

    def choose(self, subject: int, *, add: bool = False) -> None:
        """Click on a card; with Ctrl, to select one more."""
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        card = self.find(f"#card-{subject}")
        self.js("arguments[0].scrollIntoView({block: 'nearest'})", card)
        chain = ActionChains(self.browser)
        if add:
            chain = chain.key_down(Keys.CONTROL).click(card).key_up(Keys.CONTROL)
        else:
            chain = chain.click(card)
        chain.perform()
        self.until(lambda: subject in self.state("state.selected"))

    def frame(self) -> int:
        return int(self.js("return document.getElementById('viewport').dataset.frame"))

    def go(self, frame: int) -> None:
        """Go to a frame by keys alone: Home, then steps."""
        self.press("HOME")
        # A key may come while the page is being drawn anew; a person presses it again.
        for _ in range(10):
            with contextlib.suppress(AssertionError):
                self.until(lambda: self.frame() == 0, 3)
                break
            self.press("HOME")
        self.until(lambda: self.frame() == 0)
        for _ in range(frame // 10):
            self.press("ARROW_RIGHT", shift=True)
        for _ in range(frame % 10):
            self.press("ARROW_RIGHT")
        self.until(lambda: self.frame() == frame)

    def drag(self, first: tuple[float, float], last: tuple[float, float]) -> None:
        """With the mouse, over the picture, in upright source pixels."""
        from selenium.webdriver import ActionChains

        (ax, ay), (bx, by) = self._on_page(*first), self._on_page(*last)
        chain = ActionChains(self.browser, duration=120)
        chain.w3c_actions.pointer_action.move_to_location(int(ax), int(ay))
        chain.w3c_actions.pointer_action.pointer_down()
        chain.w3c_actions.pointer_action.move_to_location(int((ax + bx) / 2), int((ay + by) / 2))
        chain.w3c_actions.pointer_action.move_to_location(int(bx), int(by))
        chain.w3c_actions.pointer_action.pointer_up()
        chain.perform()

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        place = self.browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "import('/player.js').then(({ place }) => {"
            " const r = document.getElementById('viewport').getBoundingClientRect();"
            " const p = place(); done([r.left + p.left, r.top + p.top, p.sx, p.sy]); })"
        )
        return place[0] + x * place[2], place[1] + y * place[3]

    def cut_off(self) -> list[str]:
        """Elements that a person cannot read or reach: outside the window, or longer than their
        place. Text with an ellipsis and scrollable lists are meant to be so."""
        return list(self.js(_CUT_OFF))

    def complaints(self) -> list[str]:
        """Errors in the browser's console, except superseded pictures and requests to an earlier
        page's server, which has ended."""
        lines = [f"{e['level']} {e['message']}" for e in self.browser.get_log("browser")]
        return [
            line
            for line in lines
            if line.startswith("SEVERE")
            and self._server in line
            and " 409 " not in line
            and not ("api/edit" in line and " 422 " in line)  # it asked first
        ]
