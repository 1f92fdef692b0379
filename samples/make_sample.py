"""Make `samples/street.mp4`: real faces and readable plates in a small rendered street.

    pip install -e '.[samples]' && python samples/make_sample.py samples/street.mp4

Two public-domain portraits that Python packages ship (Eileen Collins in scikit-image, Grace
Hopper in matplotlib) are cut out and walk past a wall; two rendered cars with rendered plates
drive by; a spoken-range tone melody is the sound track, so that the run has audio to carry.
Deterministic: the same package versions give the same frames. Credits: `samples/CREDITS.md`.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from matplotlib import cbook
from numpy.typing import NDArray
from skimage import data

Image = NDArray[np.uint8]

WIDTH, HEIGHT, RATE, SECONDS = 960, 540, 25, 8
ROAD_TOP = 400


# Rough outlines of the two persons, pixels of the portraits; GrabCut finds the exact edge.
COLLINS = (
    (22, 511), (22, 330), (60, 250), (112, 215), (125, 170), (165, 148), (150, 100), (155, 45),
    (200, 12), (255, 12), (300, 55), (302, 110), (270, 160), (305, 215), (350, 265), (362, 350),
    (300, 395), (278, 511),
)  # fmt: skip
HOPPER = (
    (12, 599), (25, 420), (60, 375), (190, 318), (160, 240), (148, 170), (150, 95), (180, 40),
    (240, 18), (320, 25), (352, 80), (374, 100), (372, 190), (350, 300), (360, 330), (490, 385),
    (511, 440), (511, 599),
)  # fmt: skip


def cut_out(picture: Image, outline: tuple[tuple[int, int], ...]) -> Image:
    """RGBA cut-out of the person inside `outline`, the edge refined by GrabCut."""
    inside = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.array(outline)], 1)
    core = cv2.erode(inside, np.ones((25, 25), np.uint8), borderValue=1)
    rim = cv2.dilate(inside, np.ones((9, 9), np.uint8))
    mask = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    mask[rim > 0] = cv2.GC_PR_BGD
    mask[inside > 0] = cv2.GC_PR_FGD
    mask[core > 0] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    models = np.zeros((2, 1, 65))
    cv2.grabCut(bgr, mask, None, models[0], models[1], 4, cv2.GC_INIT_WITH_MASK)
    solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    alpha = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 1.2)
    return np.dstack([picture, (alpha * 255).astype(np.uint8)])


def street() -> Image:
    """The empty scene: a brick wall, a pavement and a road."""
    brick = cv2.resize(data.brick(), (270, 270), interpolation=cv2.INTER_AREA)
    gravel = cv2.resize(data.gravel(), (256, 256), interpolation=cv2.INTER_AREA)
    wall = np.tile(brick, (2, 4))[:ROAD_TOP, :WIDTH].astype(np.float32) / 255
    road = np.tile(gravel, (1, 4))[: HEIGHT - ROAD_TOP, :WIDTH].astype(np.float32) / 255
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    picture[:ROAD_TOP] = wall[..., None] * (190, 120, 95) + 30
    picture[ROAD_TOP:] = road[..., None] * (70, 72, 78) + 45
    picture[ROAD_TOP - 26 : ROAD_TOP] = (168, 165, 158)
    for x in (90, 420, 730):
        cv2.rectangle(picture, (x, 50), (x + 150, 210), (225, 222, 214), 10)
        cv2.rectangle(picture, (x, 50), (x + 150, 210), (58, 76, 92), -1)
        cv2.line(picture, (x + 75, 50), (x + 75, 210), (225, 222, 214), 6)
    return picture.clip(0, 255).astype(np.uint8)


def plate(text: str, background: tuple[int, int, int]) -> Image:
    """A rendered plate, 208×48 pixels, that fits no real vehicle."""
    picture = np.full((48, 208, 3), background, np.uint8)
    cv2.rectangle(picture, (0, 0), (207, 47), (20, 20, 20), 2)
    cv2.rectangle(picture, (2, 2), (22, 45), (20, 60, 160), -1)
    cv2.putText(picture, text, (30, 37), cv2.FONT_HERSHEY_DUPLEX, 1.1, (15, 15, 15), 2, cv2.LINE_AA)
    return picture


def car(colour: tuple[int, int, int], number: Image) -> Image:
    """The rear of a rendered car with its plate, RGBA 300×210."""
    picture = np.zeros((210, 300, 4), np.uint8)
    roof = np.array([[60, 78], [84, 12], [216, 12], [240, 78]])
    body = np.array([[18, 92], [52, 70], [248, 70], [282, 92], [288, 180], [12, 180]])
    cv2.fillPoly(picture, [roof], (*colour, 255), cv2.LINE_AA)
    cv2.fillPoly(picture, [roof // 2 + (75, 24)], (40, 52, 60, 255), cv2.LINE_AA)
    cv2.fillPoly(picture, [body], (*colour, 255), cv2.LINE_AA)
    for x in (20, 232):
        cv2.rectangle(picture, (x, 96), (x + 48, 122), (190, 24, 24, 255), -1)
        cv2.rectangle(picture, (x + 4, 176), (x + 44, 206), (18, 18, 18, 255), -1)
    cv2.rectangle(picture, (8, 150), (292, 182), (*(c // 2 for c in colour), 255), -1)
    small = cv2.resize(number, (104, 24), interpolation=cv2.INTER_AREA)
    picture[112:136, 98:202, :3] = small
    return picture


def paste(scene: Image, item: Image, x: float, y: float, scale: float) -> None:
    """Draw RGBA `item` with its top left corner at (x, y), sub-pixel exact, cut at the border."""
    move = np.array([[scale, 0, x], [0, scale, y]], np.float32)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    moved = cv2.warpAffine(item, move, (WIDTH, HEIGHT), flags=flags)
    alpha = moved[..., 3:].astype(np.float32) / 255
    scene[:] = (scene * (1 - alpha) + moved[..., :3] * alpha).astype(np.uint8)


def frames() -> list[Image]:
    collins = cut_out(np.ascontiguousarray(data.astronaut()), COLLINS)
    hopper_file = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    hopper = cut_out(cv2.imread(str(hopper_file))[..., ::-1].copy(), HOPPER)
    red = car((168, 44, 40), plate("RDX 204", (238, 238, 232)))
    blue = car((42, 74, 140), plate("FOOT 46", (240, 200, 40)))
    ground = street()
    made = []
    for n in range(RATE * SECONDS):
        t = n / RATE
        scene = ground.copy()
        bob = 4 * np.sin(2 * np.pi * 1.6 * t)
        paste(scene, hopper, -150 + 130 * t, 128 + bob, 0.46)
        paste(scene, collins, 860 - 120 * t, 150 - bob, 0.44)
        paste(scene, blue, 1000 - 150 * t, 318, 0.62)
        paste(scene, red, -260 + 210 * t, 330, 0.95)
        # A camera is never quite still: one slow sway, and sensor noise.
        sway = np.array([[1, 0, 3 * np.sin(0.9 * t)], [0, 1, 2 * np.cos(0.7 * t)]], np.float32)
        scene = cv2.warpAffine(scene, sway, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        noise = np.random.default_rng(n).normal(0, 2, scene.shape)
        made.append((scene + noise).clip(0, 255).astype(np.uint8))
    return made


def melody(rate: int = 48_000) -> NDArray[np.float32]:
    """A quiet eight-second tune, float32 [1, samples]."""
    notes = (262, 330, 392, 523, 440, 349, 294, 262)
    t = np.arange(rate) / rate
    parts = [np.sin(2 * np.pi * f * t) * np.minimum(1, 12 * t) * np.exp(-3 * t) for f in notes]
    return (0.2 * np.concatenate(parts)).astype(np.float32)[None]


def write(path: Path) -> None:
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        out.metadata["location"] = "+48.8584+002.2945/"
        out.metadata["title"] = "Sample street"
        video = out.add_stream("libx264", rate=RATE, options={"crf": "24", "preset": "slow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = out.add_stream("aac", rate=48_000)
        for n, picture in enumerate(frames()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        samples = av.AudioFrame.from_ndarray(melody(), format="fltp", layout="mono")
        samples.sample_rate, samples.pts = 48_000, 0
        out.mux(sound.encode(samples))
        out.mux(sound.encode(None))


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "samples/street.mp4"))
