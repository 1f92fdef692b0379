"""How long a case takes, and whom it shows: `python -m lab.case FOLDER`.

Every video of the folder is worked off in a real browser (1440 × 900) to the end, with the keys
that a careful assistant would press: whoever is seen longest is the client, kept with a reason, and
confirmed in all close pictures; every risky moment is gone to; a result is asked for, and she goes
on while it is made; what an audit finds is hidden, and a result is asked for again; at last a
report and the index are opened. Nobody looks at a picture: only work is counted. Then the pixels of
each copy are compared with its source: was anybody shown about whom nobody decided that?

Printed for each step: keys, clicks, and minutes of the page's own time, of the time that a person
would look (`PAUSES`, assumed, not waited), and of waiting with nothing else to do. `plan.json`
files beside the videos spare the search; decisions are written into them, so give a copy.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from redact.media import Decode, probe
from redact.pipeline import plan_to_review
from redact.plan import read_plan
from redact.types import Action
from tests.review import browser as real
from tests.review.browser import Page, until

PAUSES = {"video": 10.0, "decision": 4.0, "picture": 0.12, "moment": 1.0, "finding": 4.0}
"""Seconds that a person looks: at a video that opens, before a decision or *Finish*, at a close
picture of several, at a risky moment, at a finding."""

LEAST_PIXELS, LEAST_CONTRAST = 30, 6.0
"""Of a place that can be compared: pixels, and their standard deviation."""

ALIKE = 0.9
"""Correlation of the pixels of a place with its source from which somebody is recognisable."""

LONGEST = 3600.0
"""Seconds to wait for all results together."""

CLIENT = "state.one && state.one.target === 'face' && state.one.certainty !== 'unsure'"
FACES = "[...state.subjects.values()].some((s) => s.target === 'face' && s.certainty !== 'unsure')"
UNANSWERED = "state.findings.filter((f) => !f.answer).length"
ASKED = "state.findings.some((f) => f.number === state.finding && !f.answer)"


class Assistant:
    """Presses keys on the page, and counts.

    Attributes:
        steps: by name: keys, clicks, how often, and seconds of page, person and waiting.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps: dict[str, Counter[str]] = {}
        self._now = Counter[str]()

    @contextmanager
    def step(self, name: str, seconds: str = "page") -> Iterator[None]:
        """A step of the work; the time that it takes is the page's, or waiting."""
        self._now = self.steps.setdefault(name, Counter())
        since = time.monotonic()
        yield
        self._now[seconds] += time.monotonic() - since
        self._now["times"] += 1

    def press(self, *keys: str, **held: bool) -> None:
        self._now["keys"] += len(keys)
        self.page.press(*keys, **held)

    def click(self, css: str) -> None:
        self._now["clicks"] += 1
        self.page.click(css)

    def look(self, at: str, many: int = 1) -> None:
        """What a person looks at before the next key."""
        self._now["person"] += PAUSES[at] * many
        self._now[at] += many

    def work_off(self) -> None:
        """All videos of the case, in the order in which its page offers them."""
        while self._next_video():
            if self.page.state("state.findings.length"):
                self.findings()
            else:
                self.client()
                self.moments()
            self.finish()
        with self.step("report and index"):
            self.click("[data-report]")
            self.page.find("dialog iframe")
            self.press("ESCAPE")
            self.click("#index")

    def _next_video(self) -> bool:
        """Open the video that has the focus, as soon as there is one; False if all are ready."""
        states = "return [...document.querySelectorAll('.video')].map((v) => v.dataset.state)"
        focused = "return document.activeElement?.dataset.look"
        with self.step("wait for results", "waiting"):
            until(
                lambda: self.page.js(focused) or set(self.page.js(states)) <= {"ready", "refused"},
                LONGEST,
            )
            if not self.page.js(focused):
                return False
        with self.step("open"):
            self.press("ENTER")
            self.page.until(lambda: self.page.js("return location.pathname") != "/")
            self.page.opened()
            self.look("video")
        print(time.strftime("%H:%M:%S"), self.page.text("#clip-name"), flush=True)
        return True

    def client(self) -> None:
        """Keep whoever is seen longest, with a reason, and confirm all close pictures."""
        if not self.page.state(FACES):
            return
        with self.step("client"):
            while not self.page.state(CLIENT):
                before = self.page.state("state.selected[0]")
                self.press("ARROW_DOWN")
                self.page.until(lambda b=before: self.page.state("state.selected[0]") != b)
            self.look("decision")
            self.press("k", *"client")
            ready = "return document.getElementById('look-done')?.disabled === false"
            self.page.until(lambda: self.page.js(ready))
            self.press("ENTER")
            self.page.until(lambda: self.page.state("state.one.decision") == "keep")
        with self.step("confirm"):
            if unsure := self.page.state("state.one.unsure"):
                self.press("v")
            pictures = "return document.querySelectorAll('[data-asks=will_show] .picture').length"
            focus = "return document.activeElement?.id"
            while unsure:
                self.page.until(lambda: self.page.js(pictures))
                self.page.until(lambda: self.page.js(focus) == "look-done")
                self.look("picture", self.page.js(pictures))
                self.press("ENTER")
                self.page.until(lambda n=unsure: self.page.state("state.one.unsure") < n)
                unsure = self.page.state("state.one.unsure")
            self.page.until(lambda: not self.page.state("state.dialog"))

    def moments(self) -> None:
        """Go to every risky moment until its mark was in view."""
        with self.step("risky moments"):
            unseen = "state.moments.filter((m) => !m.seen).length"
            while left := self.page.state(unseen):
                self.press("n")
                self.look("moment")
                self.page.until(lambda n=left: self.page.state(unseen) < n)

    def findings(self) -> None:
        """Hide what the audit found."""
        with self.step("findings"):
            # The end of the work is told first, and leads to them.
            focus = "return document.activeElement?.id"
            self.page.until(lambda: self.page.js(focus) == "to-findings")
            self.press("ENTER")
            self.page.until(lambda: self.page.state("state.tab") == "findings")
            self.page.until(lambda: self.page.js("return !document.querySelector('dialog[open]')"))
            self.page.until(lambda: self.page.state("state.shot.view") == "result")
            while left := self.page.state(UNANSWERED):
                self.page.until(lambda: self.page.state(ASKED))
                self.look("finding")
                self.press("h")
                self.page.until(lambda n=left: self.page.state(UNANSWERED) < n)
                self.page.until(lambda: not self.page.state("state.job"))

    def finish(self) -> None:
        """Ask for a result, and go on while it is made."""
        with self.step("Finish"):
            self.press("ENTER", ctrl=True)
            focus = "return document.activeElement?.id"
            # A short clip's result is there before she has gone on.
            there = "return document.getElementById('start-finish')?.disabled === false"
            self.page.until(lambda: self.page.js(there))
            while self.page.js(focus) != "start-finish":  # past what is left to do
                self.press("TAB")
            self.look("decision")
            self.press("ENTER")
            self.page.until(lambda: self.page.js(focus) in ("to-others", "to-all"))
            self.press("ENTER")
            self.page.until(lambda: self.page.js("return location.pathname") == "/")
            self.page.opened()


def compared(folder: Path) -> str:
    """How many masked places the copies have of people about whom nobody decided to show them, and
    how many of them look as in the source."""
    places, open_ = 0, 0
    for copy in sorted(folder.glob("*.redacted.mp4")):
        source = next(p for p in folder.glob("*.mp4") if f"{p.stem}.redacted" == copy.stem)
        plan = read_plan(plan_to_review(probe(source), None))
        hidden = {track.id for track in plan.tracks if track.action is Action.REDACT}
        frames = zip(Decode(probe(source)), Decode(probe(copy)), strict=True)
        for n, pair in enumerate(frames):
            before, after = (one.picture.to_ndarray(format="gray").astype(int) for one in pair)
            for track in plan.tracks_near(n):
                key = track.at(n)
                if track.id not in hidden or key is None:
                    continue
                x1, y1, x2, y2 = (max(0, round(v)) for v in key.box.grown(-0.2))
                was, now = before[y1:y2, x1:x2], after[y1:y2, x1:x2]
                if was.size < LEAST_PIXELS or was.std() < LEAST_CONTRAST:
                    continue
                places += 1
                alike = now.std() > 0 and np.corrcoef(was.ravel(), now.ravel())[0, 1] > ALIKE
                open_ += bool(alike)
    return f"masked places: {places}, of which still as in the source: {open_}"


def table(steps: dict[str, Counter[str]]) -> str:
    """A row for each step, in Markdown."""
    rows = ["| step | keys | clicks | person | page | waiting |", "|---|---|---|---|---|---|"]
    total = Counter[str]()
    for name, step in steps.items():
        total.update(step)
        rows.append(_row(name, step))
    return "\n".join([*rows, _row("all, minutes", total)])


def _row(name: str, step: Counter[str]) -> str:
    minutes = " | ".join(f"{step[of] / 60:.1f}" for of in ("person", "page", "waiting"))
    return f"| {name} | {step['keys']} | {step['clicks']} | {minutes} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="videos, and plans if they were searched")
    parser.add_argument("--sensitivity", default="balanced", help="of search and audit")
    parser.add_argument("--out", type=Path, help="JSON file for what was counted")
    options = parser.parse_args()
    case = ("--set", "operator=R. Roe", "--set", "case=24-117")
    words = (*case, "--sensitivity", options.sensitivity)
    chromium: Any = real.driver(1440, 900)
    try:
        with real.served(options.folder.resolve(), *words) as (address, _):
            assistant = Assistant(Page(chromium, address))
            try:
                assistant.work_off()
            finally:
                print(table(assistant.steps))
                if options.out:
                    options.out.write_text(json.dumps(assistant.steps, indent=1))
            print("complaints of the browser:", assistant.page.complaints())
        print(compared(options.folder))
    finally:
        chromium.quit()


if __name__ == "__main__":
    main()
