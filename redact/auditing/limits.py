"""Every number that decides a verdict, in one frozen value, each with where it comes from.

A number that is marked "chosen" follows from what it means, and no measurement could give it. All
others are moved up and down by a command; what other values gave stands in `lab/TRIED.md`,
"Audit":

* `--sweep`: `python -m lab.audit --half dev --sweep`, planted leaks found and false spans;
* `pixels`: `python -m lab.audit.pixels --sweep CLIP...`, what codecs and fills do to pixels,
  on real clips.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..plan import COVERED
from ..risk import LEAST_HEIGHTS, SECONDS_BETWEEN_MOMENTS
from ..settings import Sensitivity
from ..track import MOST_PATIENCE, SAME_LOOK
from ..types import DOUBTFUL, LOOSELY_SAME_IOU, NEARLY_ALL, WALKING_PACE, PerKind, Target
from .planes import COMPARED_BLOCK


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and where the audit scans, and the thresholds from which it believes what it
    detects.

    Attributes:
        share: of the search's scans, as many as the second opinion makes at places (`thorough`:
            twice) (chosen): its price.
        least_part: of a scan of all of the picture, what a scan of a place takes at least (chosen):
            about as large a part is what networks are shown around a place.
        whole_every: seconds from one of its scans of all of the picture to the next (`thorough`:
            half), if anything changed (chosen): in each scene that a person would call one.
        read_every: seconds of video for which one picture is read, two at least (chosen): its
            price, a third of a second of one processor.
        scan_every: seconds from one scan to the next there (`fast`: twice as many; `thorough`:
            every frame) (chosen): two or three scans of whoever shows for a second.
        least: height in pixels below which nothing is reported (chosen): `LEAST_HEIGHTS`.
        candidate: probability of one scan from which a place is followed (`--sweep`).
        believed: probability of all that was seen of it from which a place is a finding (chosen):
            more likely than not, at every sensitivity.
        covered: share of a thing under masks from which it is the hidden thing itself (`--sweep`).
        fits: share of a thing's middle that its mask must cover (`--sweep`).
        core: taken off every side of a face before that share is measured, share of the box
            (chosen): boxes of two scans of one face differ by so much.
        beside_odds, alike_odds: log odds that a place gains beside a hidden track of its kind, and
            if its pixels are those of what that track hides (`--sweep`).
        edge_frames: frames at each end of a track in which its pixels are searched for (chosen): a
            face hardly changes in a quarter of a second.
        alike: correlation from which a place shows what was hidden a moment before: `SAME_LOOK` of
            the search (`--sweep`).
        side: samples along a side of a patch that is compared so (chosen): enough to tell two
            faces, too few for a codec's errors.
        same: overlap (IoU) of two boxes from which they are one place (chosen): two scans of one
            face frame it from the eyebrows or from the hair.
        pace: own sizes that a subject moves in a second at most (chosen): `WALKING_PACE`.
        apart: seconds without a sighting after which the next is another finding (chosen): whoever
            views one has seen what is nearer, as of the moments of `redact.risk`.
        nearer, nearer_lossy: levels (8 bit) of luma by which a place that shows the source is
            nearer to it than to what was to be drawn, and at least so many times what the codec
            changes on average; of chroma half as many (`pixels`).
        detail: correlation of output and source from which the source's detail shows (`pixels`).
        gain: slope of output over source from which it does, 1 as it is (`pixels`).
        texture, colour_texture: deviation of luma (8 bit) and chroma below which a place tells
            nothing (`pixels`).
        undrawn: share of a mask's telling cells that must show the source for the mask to count as
            not drawn (`pixels`).
        grid: a mask is judged in so many rows and columns of cells, and as many cells as one row
            has must show the source (chosen): half a face left visible is a leak, too.
        fewest: pixels along a cell below which a plane explains nearly everything; of chroma twice
            as many, whose samples may each stand for two (chosen).
        block: mean difference of a 16x16 block that nothing explains but a change (`pixels`).
        lost: error of a plane, share of its distance from grey or from its mean, from which it
            is not the source's picture (`pixels`).
        changed, changed_times: without a plan, mean difference of a 16x16 block that may be hidden,
            and at least so many times what the least changed blocks differ by (`pixels`).
        window: without a plan, side in pixels of the window in which the two pictures are
            correlated (chosen): as large as a block, and odd, so that it has a middle.
        within: share of such a window that must have changed, for the rim of a mask shows what
            lies outside; and of the picture that may be hidden (chosen): `NEARLY_ALL`.
        scales: at which that is done (chosen): a strong blur or a mosaic leaves coarse detail
            alone, and of a large face that is enough.
        quiet, tone_left: largest sample, 1 being full, of a span whose sound was taken out; the
            same once a bleep in its place is taken off (chosen): -40 and -26 dB.
        tone_level: share by which the level of that bleep may differ from what it should be
            (chosen): speech under it would move it by more.
        smear: seconds at either end of such a span that are left out (chosen): a codec spreads the
            sound beside a span into it. Beside the loudest noise AAC at 8 to 48 kHz was silent from
            30 ms on, and Opus below -45 dB.
    """

    share: float = 0.06
    least_part: float = 0.15
    whole_every: float = 4.0
    read_every: float = 6.0
    scan_every: float = 0.4
    least: PerKind[float] = LEAST_HEIGHTS
    candidate: float = 0.05
    believed: float = DOUBTFUL
    covered: float = COVERED
    fits: float = 0.8
    core: float = 0.1
    beside_odds: float = 1.0
    alike_odds: float = 2.0
    edge_frames: int = 6
    alike: float = SAME_LOOK
    side: int = 24
    same: float = LOOSELY_SAME_IOU
    pace: float = WALKING_PACE
    apart: float = SECONDS_BETWEEN_MOMENTS
    nearer: float = 12.0
    nearer_lossy: float = 7.5
    detail: float = 0.7
    gain: float = 0.4
    texture: float = 3.0
    colour_texture: float = 0.5
    undrawn: float = 0.34
    grid: int = 4
    fewest: int = 4
    block: float = 20.0
    lost: float = 0.6
    changed: float = 6.0
    changed_times: float = 3.0
    window: int = COMPARED_BLOCK - 1
    within: float = NEARLY_ALL
    scales: tuple[int, ...] = (1, 2, 4)
    quiet: float = 0.01
    tone_left: float = 0.05
    tone_level: float = 0.2
    smear: float = 0.03

    @property
    def same_seconds(self) -> float:
        """Seconds for which a picture in which nothing changes is not scanned again: as many times
        as long as from one scan to the next as in the search."""
        return MOST_PATIENCE * self.whole_every

    def least_height(self, target: Target) -> float:
        """Pixels below which a thing is not reported; 0 for what a person marked."""
        return self.least[target] if target.spec.searched else 0.0

    def scan_seconds(self, sensitivity: Sensitivity) -> float:
        """Seconds from one scan of the whole picture to the next."""
        if sensitivity is Sensitivity.THOROUGH:
            return 0.0
        return (2 if sensitivity is Sensitivity.FAST else 1) * self.scan_every


LIMITS = Limits()
"""As they are unless somebody measures others."""
