"""What cameras and codecs do to pixels: light, noise, motion, rescaling and compression.

All functions take and give an image uint8 [H, W, 3] RGB and draw from the given generator.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def tone(image: Image, rng: np.random.Generator) -> Image:
    """Contrast, brightness, gamma and colour cast through one table per channel."""
    x = np.arange(256, dtype=np.float32) / 255.0
    gamma = float(np.exp(rng.normal(0, 0.25)))
    contrast, shift = float(np.exp(rng.normal(0, 0.2))), float(rng.normal(0, 0.08))
    base = (x**gamma - 0.5) * contrast + 0.5 + shift
    cast = np.exp(rng.normal(0, 0.06, 3)) if rng.random() < 0.6 else np.ones(3)
    table = np.clip(base[:, None] * cast[None, :] * 255.0, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def grey(image: Image, rng: np.random.Generator) -> Image:
    """Monochrome as of an infrared camera; sometimes only less colour."""
    g = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.6:
        return np.asarray(g, np.uint8)
    k = float(rng.uniform(0.2, 0.8))
    return np.asarray(cv2.addWeighted(image, k, g, 1 - k, 0), np.uint8)


def night(image: Image, rng: np.random.Generator) -> Image:
    """Few photons: darken in linear light, add shot and read noise, lift as a camera's gain does.

    Noise model: Poisson-Gaussian (Foi et al., IEEE TIP 17(10), 2008), variance = a * signal + b.
    """
    linear = (image.astype(np.float32) / 255.0) ** 2.2
    exposure = float(np.exp(rng.uniform(np.log(0.03), np.log(0.4))))
    x = linear * exposure
    noise = rng.standard_normal(x.shape, dtype=np.float32)
    x += noise * np.sqrt(float(rng.uniform(2e-4, 2e-3)) * np.maximum(x, 0) + 1e-5)
    gain = min(1.0 / exposure, float(rng.uniform(1.0, 6.0)))
    out = np.clip(x * gain, 0, 1) ** (1 / 2.2) * 255.0
    return np.asarray(out, np.uint8)


def noise(image: Image, rng: np.random.Generator) -> Image:
    """Additive Gaussian noise, the same or different in the three channels."""
    sigma = float(rng.uniform(2, 18))
    shape = image.shape if rng.random() < 0.5 else (*image.shape[:2], 1)
    n = rng.standard_normal(shape, dtype=np.float32) * sigma
    return np.asarray(np.clip(image + n, 0, 255), np.uint8)


def motion(image: Image, rng: np.random.Generator) -> Image:
    """Blur along a line of 3 to 13 pixels, as of a panning camera."""
    n = int(rng.choice((3, 5, 7, 9, 11, 13)))
    kernel = np.zeros((n, n), np.float32)
    a = float(rng.uniform(0, np.pi)) if rng.random() < 0.5 else 0.0
    c, dx, dy = n // 2, np.cos(a) * (n // 2), np.sin(a) * (n // 2)
    cv2.line(kernel, (round(c - dx), round(c - dy)), (round(c + dx), round(c + dy)), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def soften(image: Image, rng: np.random.Generator) -> Image:
    """Defocus, or the loss of detail of a small picture which was scaled up."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 2.2))), np.uint8)
    h, w = image.shape[:2]
    k = float(rng.uniform(0.35, 0.8))
    small = cv2.resize(
        image, (max(8, int(w * k)), max(8, int(h * k))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)


def compress(image: Image, rng: np.random.Generator) -> Image:
    """Blocks and smeared colour of a low bit rate (JPEG stands in for video codecs)."""
    quality = int(rng.integers(12, 80))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


#: Each step with its probability, in the order in which a camera applies them.
STEPS: tuple[tuple[Any, float], ...] = (
    (tone, 0.7),
    (night, 0.18),
    (grey, 0.12),
    (motion, 0.12),
    (soften, 0.15),
    (noise, 0.15),
    (compress, 0.35),
)


def degrade(image: Image, rng: np.random.Generator) -> Image:
    """The whole chain, each step drawn independently."""
    for step, p in STEPS:
        if rng.random() < p:
            image = step(image, rng)
    return image
