"""Time that the renderer takes per frame: `python -m lab.render`.

1080p noise with one face of 100 pixels, and with a crowd of 40 of 20 to 90 pixels. Median and
best of 30 frames; wall-clock time on an otherwise busy machine says little, so processor time
of all threads is given beside it.
"""

from __future__ import annotations

import time
from fractions import Fraction

import av
import numpy as np

from redact.render import Renderer
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

WIDTH, HEIGHT, FRAMES = 1920, 1080, 30
FORMATS = ("yuv420p", "yuv420p10le", "yuv444p")


def picture(form: str) -> av.VideoFrame:
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return av.VideoFrame.from_ndarray(small, format="rgb24").reformat(format=form)


def face(track: int, x: float, y: float, size: float) -> Region:
    return Region(track, Target.FACE, Box(x, y, x + size, y + 1.25 * size), State.DETECTED)


def crowd() -> list[Region]:
    rng = np.random.default_rng(1)
    places = zip(rng.uniform(0, 1850, 40), rng.uniform(300, 900, 40), strict=True)
    return [face(i, x, y, rng.uniform(20, 90)) for i, (x, y) in enumerate(places)]


def milliseconds(style: Style, form: str, regions: list[Region]) -> str:
    """Median and best wall-clock time, and median processor time, as text."""
    renderer = Renderer(RenderSettings(style=style))
    shown = picture(form)
    wall, busy = [], []
    for index in range(FRAMES):
        frame = Frame(index, index, Fraction(1, 25), shown)
        start, ticks = time.perf_counter(), time.process_time()
        renderer.draw(frame, regions)
        wall.append(1e3 * (time.perf_counter() - start))
        busy.append(1e3 * (time.process_time() - ticks))
    return f"{np.median(wall):.1f} (best {min(wall):.1f}, processor {np.median(busy):.1f})"


def main() -> None:
    print("| style | format | one face, ms | crowd of 40, ms |\n|---|---|---|---|")
    for style in (Style.BLUR, Style.MOSAIC, Style.SOLID):
        for form in FORMATS:
            one = milliseconds(style, form, [face(1, 400, 400, 100)])
            many = milliseconds(style, form, crowd())
            print(f"| {style} | {form} | {one} | {many} |")


if __name__ == "__main__":
    main()
