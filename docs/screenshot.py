"""Makes `docs/images/review.jpg`: `python -m docs.screenshot`, with Chromium and its driver.

The page of review on the real footage of `redact demo`, with one person kept, as a reader of the
documentation sees it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from tests.pipeline.conftest import ROOT
from tests.review.browser import Page, driver, look_like, served

SAMPLE = ROOT / "samples" / "demo.mp4"
PICTURE = Path(__file__).resolve().parent / "images" / "review.jpg"


def main() -> None:
    browser = driver(1280, 740)
    try:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, SAMPLE.name)
            source.write_bytes(SAMPLE.read_bytes())
            plan = source.with_name(f"{source.stem}.redacted.mp4.redact") / "plan.json"
            search = [
                sys.executable,
                "-m",
                "redact",
                "detect",
                source,
                "-o",
                plan,
                "--targets",
                "faces",
            ]
            subprocess.run(search, check=True)
            with served(source) as (address, _):
                page = Page(browser, address)
                look_like(page, "en", "light")
                longest = "[...state.subjects.values()].sort((a, b) => b.pictures - a.pictures)[0]"
                client = int(page.state(f"{longest}.id"))
                page.choose(client)
                page.go(int(page.state(f"Math.round(({longest}.first + {longest}.last) / 2)")))
                page.write("#why", "client")
                page.click("#d-keep")
                page.answer()
                page.until(lambda: "client" in page.text(f"#card-{client}"))
                page.js("document.activeElement.blur()")
                time.sleep(6)  # what is said of a decision goes away
                shown = np.frombuffer(browser.get_screenshot_as_png(), np.uint8)
    finally:
        browser.quit()
    cv2.imwrite(str(PICTURE), cv2.imdecode(shown, cv2.IMREAD_COLOR), [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    main()
