"""Every threshold of the audit, in one place, with the command that measured it.

Where no other command is named, the values come from `python -m benchmarks.audit --sweep`, which
prints for each candidate value how many planted leaks are found and how many false spans a
minute of clean output gives. Run it again whenever the detector's weights change. On which clips
they were chosen, and what is mistaken for a subject there: `benchmarks/audit/README.md`. Limits on
our scores of faces were chosen before these scores were raised by 0.15 logits
(`training/README.md`) and then moved by as much, as were the scores that the comments name; those
of masks that do not fit were chosen anew since, `BELIEVED` by `python -m benchmarks.audit.weigh`.
"""

from __future__ import annotations

from typing import Final

from ..settings import Sensitivity
from ..types import Target

# --- which frames are looked at -----------------------------------------------------------------

LOOK_EVERY: Final[dict[Sensitivity, int]] = {
    Sensitivity.FAST: 5,
    Sensitivity.BALANCED: 5,
    Sensitivity.THOROUGH: 1,
}
"""Frames from one whole-picture look to the next. 5, so that no leak of 5 frames or more falls
between two looks, whatever the frame rate."""

FINE_EVERY_SECONDS: Final[dict[Sensitivity, float]] = {
    Sensitivity.FAST: 2.0,
    Sensitivity.BALANCED: 1.0,
    Sensitivity.THOROUGH: 0.0,
}
"""Seconds from one fine look (tiles, turned pictures, second detector on tiles) to the next."""

EDGE_REACH: Final = 6
"""Frames before a track's start and after its end in which its surroundings are looked at closely,
one by one: what a tracker misses, it misses there."""

# --- what counts as seen ------------------------------------------------------------------------

GLIMPSE: Final[dict[Target, float]] = {Target.FACE: 0.125, Target.PLATE: 0.15}
"""Score of our detector in a whole picture from which a place is looked at again, closely."""

GLIMPSE_SECOND: Final = 0.5
"""The same for the second detector, whose scores are probabilities of another scale."""

SUSPECT: Final[dict[Target, float]] = {Target.FACE: 0.28, Target.PLATE: 0.25}
"""Close-look score from which a place is a suspect and is followed from frame to frame."""

SUSPECT_SECOND: Final = 0.7
"""The same for the second detector's score."""

LEAST_SIDE: Final[dict[Target, float]] = {Target.FACE: 10.0, Target.PLATE: 6.0}
"""Height in pixels below which nothing is reported: nobody recognises a face of 10 pixels, and
letters on a plate of 6 are 4 pixels high."""

RECHECK: Final[dict[Target, float]] = {Target.FACE: 0.3, Target.PLATE: 0.28}
"""Best close-look score from which a suspect is worth a second pass over its neighbourhood.
Beside a sure hidden track `SUSPECT` is enough, and so is it where the second detector agrees."""

NARROWEST_PLATE: Final = 0.8
"""Least width of a plate over its height: even one seen from 80° to the side is wider."""

# --- covered or not -----------------------------------------------------------------------------

OUTSIDE: Final = 0.4
"""A detection in the output of which at least this share lies under masks is the covered head
itself (hair and shoulders around a fill look like a face to a detector), not a leak."""

FITS: Final = 0.8
"""Share of the middle of a subject (see `FIT_CORE`), detected in the *source*, that its mask must
cover. Boxes of two looks at one face differ by some ten per cent of its size."""

FIT_CORE: Final = 0.1
"""Taken off every side of a box before its cover is measured, share of its size."""

FIT_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.385, Target.PLATE: 0.35}
"""Least score of a detection whose cover is judged: a weak box has unsure sides."""

# --- confirmed or not ---------------------------------------------------------------------------

BELIEVED: Final[dict[Target, float]] = {Target.FACE: 0.9, Target.PLATE: 1.7}
"""Log odds (see `belief.py`) from which a suspect is believed for what the detectors and the
verifier see of it: each gives at most half a false suspect a minute, cross-validated."""

SECOND_ALONE: Final = 0.9
"""Score of the second detector at which a suspect is looked at again though ours hardly sees it."""

KNOWN: Final[dict[Target, float]] = {Target.FACE: 0.435, Target.PLATE: 0.5}
"""Close-look score that is enough beside a track of the same kind, in time and place: that
something hidden a moment ago is still there needs less proof than that something new is."""

KNOWN_TRACK_SCORE: Final = 0.45
"""Least score of a track whose neighbourhood is believed like that."""

ALIKE: Final = 0.9
"""Correlation from which a place beside a track shows the very pixels that the track hides."""

STILL: Final = 0.8
"""Correlation from which a place shows what a mask hid the frame before. Lower than `ALIKE`: the
subject moves on while its mask is gone, and nothing else lies where it was."""

SAME_PLACE: Final = 0.25
"""Overlap of that place and of what the detector sees there: next to a subject that shows, all
kinds of things are a little like a face."""

SAME_SUSPECT: Final[dict[Target, float]] = {Target.FACE: 0.135, Target.PLATE: 0.15}
"""`SUSPECT` for places that do: the detector need only agree a little."""

SAME_KNOWN: Final[dict[Target, float]] = {Target.FACE: 0.225, Target.PLATE: 0.25}
"""`KNOWN` for such places."""

SAME_TRACK_SCORE: Final = 0.6
"""Least score of the track beside them: foliage hidden by mistake looks like itself, too."""

MISFIT_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.68, Target.PLATE: 0.52}
"""Close-look score, in the source, of a subject that its mask does not cover."""

MISFIT_SECOND: Final = 0.8
"""Score of the second detector that confirms a face that ours sees beyond its mask."""

EXTENT: Final = 0.2
"""Close-look score down to which a confirmed span extends over neighbouring frames."""

EXTENT_SHARE: Final = 0.55
"""And down to this share of the best frame's score: hair beside a mask scores a little too."""

# --- pixels -------------------------------------------------------------------------------------

UNDRAWN_MATCH: Final = 0.7
"""Correlation of output and source in one cell of a mask, after taking off what any smooth fill
would give (a plane), from which the cell shows the source."""

UNDRAWN_GAIN: Final = (0.4, 1.8)
"""Slope of output over source in such a cell: 1 when it shows the source as it is."""

UNDRAWN_TEXTURE: Final = 3.0
"""Least standard deviation (8-bit luma, plane taken off) of a source cell that can tell anything:
in a flatter one fill and source look the same, and nothing is there to be seen."""

UNDRAWN_SHARE: Final = 0.34
"""Share of the telling cells that must show the source for a mask to count as not drawn."""

LEAST_PSNR: Final = 24.0
"""Least PSNR in dB of luma and chroma outside masks, every frame. x264 at CRF 45 keeps noise above
it but for the noisiest of pictures."""

CHANGED_BLOCK: Final = 20.0
"""Mean difference, luma or chroma, of a 16×16 block outside all masks that no codec explains, in a
picture that is not coded coarsely (see `COARSE_TIMES`)."""

# --- without a plan -----------------------------------------------------------------------------

CHANGED_LEAST: Final = 6.0
"""Mean luma difference of a 16×16 block that may be hidden; codecs at usable rates stay below."""

CHANGED_NOISE: Final = 3.0
"""And at least this many times the difference that a tenth of the frame's blocks stays below: codec
noise, even where most of the picture is hidden."""

SURVIVES_MATCH: Final = 0.7
"""Correlation of output and source in a window from which the source's detail is still there."""

SURVIVES_GAIN: Final = 0.3
"""Least slope of output over source there; a smooth fill and a face agree a little by chance."""

SURVIVES_TEXTURE: Final = 3.0
"""Least standard deviation of the source's detail (8-bit luma) that can tell anything."""

# --- pixels: colour, and blocks in coarse pictures --------------------------------------------
# `python -m benchmarks.audit.pixels FOLDER` measured these, on the 39 smaller ones of our real
# clips: whole pictures coded from the usual quality down to CRF 45, and boxes of many sizes at
# random places, hidden in all styles, with and without the source's chroma under the mask.

UNDRAWN_COLOUR_TEXTURE: Final = 1.0
"""`UNDRAWN_TEXTURE` of chroma, U and V taken together; chroma is fainter than luma."""

UNDRAWN_COLOUR_SHARE: Final = 0.5
"""`UNDRAWN_SHARE` of chroma, with which a mosaic that is coded coarsely may agree by chance."""

COARSE_TIMES: Final = 15.0
"""In a picture that is coded coarsely, a block must differ by this many times as much as the median
block, too."""

COARSE_MOST: Final = 50.0
"""A block that differs by this much was changed, however coarsely the picture is coded."""

LOST_COLOUR: Final = 0.6
"""Error of a chroma plane, share of its distance from grey (both as energy), from which the
output's colours are not the source's: 1 where it is grey."""

FAINT_COLOUR: Final = 38.0
"""PSNR in dB of a chroma plane from which its colours are not judged like that: of the colours of
a picture that is nearly grey, a codec may leave nothing."""
