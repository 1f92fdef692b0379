"""Every number that decides a verdict, in one frozen value, each with where it comes from.

Where no command is named, a number is one of meaning. The commands:

* `python -m benchmarks.audit --sweep`: planted leaks found and false spans a minute, with other
  values of limits that judge what was seen; `--with NAME=VALUE`: the same of those that decide
  what is looked at;
* `python -m benchmarks.audit.pixels FOLDER`: what codecs and fills do to pixels, on real clips.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Sensitivity
from ..types import Target


@dataclass(frozen=True, slots=True)
class Limits:
    """What the audit looks at, and from when on it believes what it sees.

    Attributes:
        look_every: seconds from one whole look to the next (`fast`: twice as many; `thorough`:
            every frame). Meaning: two or three looks at whoever shows for a second.
        risky_looks: most looks a second at frames in which something may have gone wrong.
            Meaning: with those above, about half as many as the detection makes.
        least_face, least_plate: height in pixels below which nothing is reported. Meaning: nobody
            recognises a face of 10 pixels; letters on a plate of 6 are 4 high.
        candidate: probability of one look from which a place is followed (`--with`).
        believed: probability of all that was seen of it from which a place is a finding. Meaning:
            more likely than not, at every sensitivity.
        covered: share of a thing under masks from which it is the hidden thing itself (`--with`).
        fits_face, fits_plate: share of a thing's middle that its mask must cover (`--with`).
        core: taken off every side before that share is measured, share of the box. Meaning: boxes
            of two looks at one face differ by so much.
        beside_odds, alike_odds: log odds that a place gains beside a hidden track of its kind, and
            if its pixels are those of what that track hides (`--sweep`).
        edge_frames: frames at each end of a track in which its pixels are searched for. Meaning: a
            face hardly changes in a quarter of a second.
        alike: correlation from which a place shows what a track hides (`--sweep`).
        still: the same of what a mask hid the frame before. Meaning: less, for it moves on.
        detail: correlation of output and source from which the source's detail shows (`pixels`).
        gain_least, gain_most: slope of output over source there, 1 as it is (`pixels`).
        texture, colour_texture: deviation of luma (8 bit) and chroma below which a place tells
            nothing (`pixels`).
        undrawn, undrawn_colour: share of a mask's telling cells that must show the source for the
            mask to count as not drawn, in luma and in chroma (`pixels`).
        least_psnr: dB of luma and chroma outside masks. x264 at CRF 45 stays above it (`pixels`).
        block: mean difference of a 16x16 block that no codec explains (`pixels`).
        coarse_times, coarse_most: in a picture that is coded coarsely a block must also differ by
            so many times as much as the median block; but so much is too much anywhere (`pixels`).
        lost_colour: error of a chroma plane, share of its distance from grey, from which its
            colours are not the source's; not asked from `faint_colour` dB of PSNR on (`pixels`).
        changed, changed_times: without a plan, mean difference of a 16x16 block that may be hidden,
            and at least so many times what a tenth of the blocks stays below (`pixels`).
    """

    look_every: float = 0.3
    risky_looks: float = 2.0
    least_face: float = 10.0
    least_plate: float = 6.0
    candidate: float = 0.05
    believed: float = 0.5
    covered: float = 0.4
    fits_face: float = 0.8
    fits_plate: float = 0.88
    core: float = 0.1
    beside_odds: float = 1.0
    alike_odds: float = 2.0
    edge_frames: int = 6
    alike: float = 0.9
    still: float = 0.8
    detail: float = 0.7
    gain_least: float = 0.4
    gain_most: float = 1.8
    texture: float = 3.0
    colour_texture: float = 1.0
    undrawn: float = 0.34
    undrawn_colour: float = 0.5
    least_psnr: float = 24.0
    block: float = 20.0
    coarse_times: float = 15.0
    coarse_most: float = 50.0
    lost_colour: float = 0.6
    faint_colour: float = 38.0
    changed: float = 6.0
    changed_times: float = 3.0

    def look_seconds(self, sensitivity: Sensitivity) -> float:
        """Seconds from one whole look to the next."""
        if sensitivity is Sensitivity.THOROUGH:
            return 0.0
        return (2 if sensitivity is Sensitivity.FAST else 1) * self.look_every

    def least_height(self, target: Target) -> float:
        """Pixels below which a thing is not reported."""
        if target is Target.FACE:
            return self.least_face
        return self.least_plate if target is Target.PLATE else 0.0

    def fits(self, target: Target) -> float:
        """Share of a thing's middle that its mask must cover."""
        return self.fits_face if target is Target.FACE else self.fits_plate


LIMITS = Limits()
"""As they are unless somebody measures others."""
