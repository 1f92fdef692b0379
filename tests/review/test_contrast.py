"""Every word on the rendered page can be told from what it stands on (WCAG AA)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, write_plan

from .browser import Page, look_like, resize, served_here

FAINT = """
const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
function paint(layers) {
  pen.clearRect(0, 0, 1, 1);
  for (const colour of layers) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
function grounds(node) {
  const layers = [];
  for (let n = node; n; n = n.parentElement) layers.unshift(getComputedStyle(n).backgroundColor);
  return ['#fff', ...layers];
}
const light = (rgb) => rgb.map((v) => v / 255)
  .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const found = [];
for (const node of document.querySelectorAll('body *')) {
  const words = [...node.childNodes].filter((n) => n.nodeType === 3 && n.data.trim());
  if (!words.length || node.closest(':disabled, script, option, #opening')) continue;
  if (!node.checkVisibility({ visibilityProperty: true })) continue;
  const style = getComputedStyle(node), ground = grounds(node);
  const [a, b] = [paint(ground), paint([...ground, style.color])].map(light);
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const large = parseFloat(style.fontSize) >= 24;
  const large2 = parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
  if (ratio < (large || large2 ? 3 : 4.5)) found.push([words[0].data.trim(), ratio.toFixed(2)]);
}
return [found, document.querySelectorAll('body *').length];
"""


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    write_plan(found, tmp_path / "p.json")
    resize(browser, 1280, 720)
    with served_here(source, tmp_path / "p.json") as server:
        yield Page(browser, server.address)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_can_be_read(page: Page, found: Plan, theme: str) -> None:
    first, second, third = (t.id for t in found.tracks[:3])
    steps: list[Callable[[], None]] = [
        lambda: page.choose(first),
        lambda: page.press("k"),
        lambda: (page.choose(second), page.press("h"))[0],
        lambda: (page.choose(third), page.press("x"))[0],
        lambda: (page.press("d"), page.press("ENTER"))[0],
        lambda: page.press("ESCAPE"),
        lambda: page.click("#tab-findings"),
        lambda: page.click("#tab-sound"),
        lambda: page.click("#tone"),  # refused: a message in red
        lambda: page.click("#tab-seen"),
        lambda: page.press("?"),
        lambda: page.press("ESCAPE"),
        lambda: page.click("#finish"),
        lambda: page.press("ESCAPE"),
    ]
    look_like(page, "en", theme)
    for step in steps:
        step()
        page.until(lambda: page.js(FAINT)[1] > 100)
        assert page.js(FAINT)[0] == []
