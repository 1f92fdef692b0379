"""Which pixels of an output frame no longer show what the source frame showed.

The measure sees two decoded pictures and nothing else. A re-encoded picture differs from its
source everywhere, and a filled area may equal its source where the source was flat, so neither
"differs" nor "is the same" can be read off one pixel. Every pixel gets one of three verdicts:

* hidden: the difference in its neighbourhood is larger than the codec explains;
* shown: the source has detail there and the output repeats it;
* silent: the source has no detail that would tell a copy from a fill.

Silent pixels follow a verdict a few pixels away, and count for neither side where there is none.
The constants were read off clips at CRF 18, 23 and 28 with known masks; the figures stand in
lab/leak/README.md and tests/leak holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .video import Picture

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]

PREFILTER = 1.0
"""Gaussian sigma, px: sensor noise, which encoders drop everywhere, is not detail."""
WINDOW = 5
"""Side of the neighbourhood, px: smaller is noisier, larger blunts the edges of masks."""
CHROMA_WEIGHT = 0.5
"""Of a squared chroma difference beside a luma one: 4:2:0 chroma is the coarser measure."""
SHARE = 0.55
"""Of the local standard deviation of the source. A fill that knows nothing of the detail errs by
about all of it or more; x264 at CRF 28 errs by less than this in 99 of 100 detailed windows."""
FLOOR = (0.8, 3.0)
"""Lower and upper bound of a codec's error in flat areas, 8-bit levels."""
FLOOR_FACTOR = 2.0
"""A window may err by this many times the codec's typical error in flat areas on top."""
TELLING = 0.85
"""Detail is telling where the threshold is under this share of it: hiding it would show."""
FLAT = 3.0
"""Levels of standard deviation under which an area counts as flat when noise is learnt."""
SPECK = 3
"""Side of the opening, px, that removes specks too small to be a mask or a leak."""
BRIDGE = 7
"""Side of the closing, px, that joins hidden pixels over chance agreements of fill and source."""
OWN = 0.4
"""Share of the threshold that a pixel's own difference must reach."""
ISLAND = 24
"""Area, px, under which a patch that is shown amid hidden ones is chance agreement."""
REACH = 4.0
"""How far, px, a silent pixel looks for a verdict to follow."""


def _components(picture: Picture) -> Float:
    ycc = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(ycc, (0, 0), PREFILTER), np.float32)


def _mean(values: Float) -> Float:
    return np.asarray(cv2.blur(values, (WINDOW, WINDOW)), np.float32)


def _energy(squares: Float) -> Float:
    return np.asarray(
        squares[..., 0] + CHROMA_WEIGHT * (squares[..., 1] + squares[..., 2]), np.float32
    )


def detail_of(source: Float) -> Float:
    """Local standard deviation of the source in 8-bit levels, [H, W]."""
    variance = _mean(source * source) - np.square(_mean(source))
    return np.sqrt(np.maximum(_energy(variance), 0.0))


@dataclass(frozen=True)
class Levels:
    """Gain and offset per component (Y, Cr, Cb) that turn source levels into the output's.

    Tools may convert ranges or matrices on the way; that hides nothing.
    """

    gain: Float
    offset: Float

    @classmethod
    def fit(cls, source: Float, output: Float) -> Levels:
        """Robust line per component: twice refitted on the half that fits best."""
        gain, offset = np.ones(3, np.float32), np.zeros(3, np.float32)
        for c in range(3):
            s, o = source[..., c].ravel(), output[..., c].ravel()
            for _ in range(3):
                error = np.abs(gain[c] * s + offset[c] - o)
                near = error <= np.median(error)
                if s[near].std() < 4.0:
                    offset[c] = np.median(o[near] - gain[c] * s[near])
                    continue
                x, y = s[near].astype(np.float64), o[near].astype(np.float64)
                gain[c] = ((x - x.mean()) * (y - y.mean())).mean() / x.var()
                offset[c] = y.mean() - gain[c] * x.mean()
            if not 0.8 < gain[c] < 1.25:
                gain[c], offset[c] = 1.0, 0.0
        return cls(gain, offset)


@dataclass(frozen=True)
class NoiseModel:
    """What the codec of one output explains.

    Attributes:
        levels: change of levels between source and output.
        floor: typical error in flat areas, 8-bit levels.
    """

    levels: Levels
    floor: float

    @classmethod
    def learn(cls, pairs: Sequence[tuple[Picture, Picture]]) -> NoiseModel:
        """From a few (source, output) pairs spread over the clip."""
        parts = [(_components(s), _components(o)) for s, o in pairs]
        levels = Levels.fit(
            np.concatenate([s[::3, ::3].reshape(-1, 1, 3) for s, _ in parts]),
            np.concatenate([o[::3, ::3].reshape(-1, 1, 3) for _, o in parts]),
        )
        errors = []
        for s, o in parts:
            flat = detail_of(s) < FLAT
            errors.append(_error(s, o, levels)[flat])
        error = np.concatenate(errors)
        typical = float(np.median(error)) if error.size > 500 else FLOOR[1]
        return cls(levels, float(np.clip(typical, *FLOOR)))

    def threshold(self, detail: Float) -> Float:
        """Error above which a pixel is hidden, for local detail in 8-bit levels."""
        return np.asarray(SHARE * detail + FLOOR_FACTOR * self.floor, np.float32)


def _error(source: Float, output: Float, levels: Levels) -> Float:
    """Root mean square difference in the neighbourhood, 8-bit levels, [H, W]."""
    squares = np.square(output - (source * levels.gain + levels.offset))
    return np.sqrt(_mean(_energy(squares)))


def _own_error(source: Picture, output: Picture, levels: Levels) -> Float:
    """Luma difference at the pixel itself, unfiltered, so that it ends where a mask ends."""
    s = cv2.cvtColor(source, cv2.COLOR_RGB2GRAY).astype(np.float32)
    o = cv2.cvtColor(output, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.abs(o - (s * levels.gain[0] + levels.offset[0]))


def opened(mask: Mask, side: int) -> Mask:
    """Morphological opening with a square of `side` px: drops what is thinner."""
    work = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return work.astype(bool)


def _closed(mask: Mask, side: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel).astype(bool)


def _without_specks(shown: Mask) -> Mask:
    """Drop islands of chance agreement: less of a face or plate than that tells nothing."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(shown.astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < ISLAND
    return shown & ~small[labels]


@dataclass(frozen=True)
class Verdict:
    """bool [H, W] each; a pixel in neither is silent."""

    hidden: Mask
    shown: Mask


def judge(source: Picture, output: Picture, noise: NoiseModel) -> Verdict:
    """Verdict on every pixel of one frame.

    Args:
        source, output: RGB pictures of the same size.
        noise: learnt from the same pair of clips.
    """
    s, o = _components(source), _components(output)
    detail = detail_of(s)
    threshold = noise.threshold(detail)
    differs = _error(s, o, noise.levels) > threshold
    # A window that reaches over the edge of a mask differs too: the pixel itself must take part.
    own = _own_error(source, output, noise.levels) > OWN * threshold
    hidden = opened(_closed(differs & own, BRIDGE), SPECK)
    telling = threshold < TELLING * detail
    shown = _without_specks(opened(telling & ~differs & ~hidden, SPECK))
    return Verdict(hidden, shown)


def follow(verdict: Verdict) -> Verdict:
    """Silent pixels take the nearest verdict within `REACH`."""
    if not verdict.hidden.any() and not verdict.shown.any():
        return verdict
    far_hidden = cv2.distanceTransform((~verdict.hidden).astype(np.uint8), cv2.DIST_L2, 3)
    far_shown = cv2.distanceTransform((~verdict.shown).astype(np.uint8), cv2.DIST_L2, 3)
    to_hidden = (far_hidden <= far_shown) & (far_hidden <= REACH)
    to_shown = (far_shown < far_hidden) & (far_shown <= REACH)
    return Verdict(verdict.hidden | to_hidden, verdict.shown | (to_shown & ~verdict.hidden))
