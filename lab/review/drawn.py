"""How long a person waits until the page itself, in a real browser, has drawn what they did.

    python -m lab.review.drawn [--rounds 10]

The hour of `answers`, opened in a headless Chromium. Each time is from the key or click, inside the
page, until the browser has drawn the picture that follows the answer: network, server, scripts and
layout together. Memory is that of the page's scripts, after the browser has tidied up.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from .answers import LIMIT
from .hour import made_hour
from .served import review

ACTS = {
    "the next in the list": "key('ArrowDown')",
    "hide": "key('h')",
    "keep": "key('k')",
    "hide all but one": "key('o')",
    "undo": "key('z', true)",
    "redo": "key('z', true, true)",
    "only the undecided": "click('[data-filter=open]')",
    "all again": "click('[data-filter=all]')",
    "next risky moment": "key('n')",
}
"""What a person does, by the key or the button."""

TIMED = """
const done = arguments[arguments.length - 1];
const { inTurn } = await import('/store.js');
const key = (key, ctrlKey = false, shiftKey = false) =>
  document.body.dispatchEvent(
    new KeyboardEvent('keydown', { key, ctrlKey, shiftKey, bubbles: true }));
const click = (css) => document.querySelector(css).click();
const begun = performance.now();
%s;
await inTurn(async () => {});
await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
done(performance.now() - begun);
"""


def measure(video: Path, plan: Path, rounds: int) -> tuple[dict[str, list[float]], list[float]]:
    from tests.review.browser import Page, driver

    browser = driver(1280, 720)
    rows: dict[str, list[float]] = {}
    memory = []
    try:
        with review(video, plan) as (address, _):
            page = Page(browser, address)
            for _ in range(rounds):
                for name, act in ACTS.items():
                    rows.setdefault(name, []).append(timed(browser, act))
                    page.until(lambda: page.frame() == page.state("state.frame"))
                memory.append(heap(browser))
    finally:
        browser.quit()
    return rows, memory


def timed(browser: Any, act: str) -> float:
    return float(browser.execute_async_script(TIMED % act))


def heap(browser: Any) -> float:
    """Megabytes that the page's scripts hold."""
    browser.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    told = browser.execute_cdp_cmd("Runtime.getHeapUsage", {})
    return float(told["usedSize"]) / (1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows, memory = measure(*made_hour(Path(name)), args.rounds)
    print("| act | median ms | worst ms |\n|---|---|---|")
    for name, times in rows.items():
        median = statistics.median(times)
        late = " (over the limit)" if median > LIMIT else ""
        print(f"| {name} | {median:.0f}{late} | {max(times):.0f} |")
    print(f"\nmemory of the page: {memory[0]:.0f} MB after round 1, ", end="")
    print(f"{memory[-1]:.0f} MB after round {len(memory)}")


if __name__ == "__main__":
    main()
