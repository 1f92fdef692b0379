"""Numbers of the tracker, one frozen value per sensitivity, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..settings import Caution, Sensitivity


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """How tracks are made. Times are in seconds, so that a frame rate changes nothing.

    Attributes:
        leak_cost: what leaving somebody open costs, if hiding a thing of ordinary size for nothing
            costs 1: such a track is hidden from a probability of 1 / (1 + leak_cost) on. The one
            number in which the sensitivities differ in what they hide.
        scan_every: seconds from one scan to the next where nothing asks for more.
        whole_every: seconds from one scan of the whole picture to the next where only parts of it
            change, more where these detect nothing new (`IncrementalScanner`); 0: every scan is of
            the whole picture.
        ring_every: seconds from one small scan for faces to the next (`Bell`): one falls into a
            tenth of a second, every other picture at 30 a second; 0: every picture.
        ring_score: score of CenterFace in a small scan from which a face that is not tracked asks
            for a scan. With .25 that is twice as often as with .35 on 18 dev clips; `thorough` has
            it, and then hides whoever shows for one frame or two of a clip of `lab.short_faces` in
            which they were open.
        lost_time: how long an unseen object may be found again by its motion alone.
        stitch_time: longest gap over which two tracklets become one object; 0: none do.
        grace: before a track's first and after its last sighting, less where it is hardly believed
            (`fill`).
        follow_time: longest time the pixel tracker may go without a detection; 0: it does not
            follow.
        ring_time: how far back small pictures are kept.
        ring_bytes: most memory that they may take.
    """

    leak_cost: float = 10.0
    scan_every: float = 0.15
    whole_every: float = 1.0
    ring_every: float = 0.06
    ring_score: float = 0.35
    lost_time: float = 0.5
    stitch_time: float = 2.0
    grace: float = 0.2
    follow_time: float = 2.0
    ring_time: float = 3.0
    ring_bytes: int = 64 << 20


CAUTION = {Caution.LOW: 0.25, Caution.NORMAL: 1.0, Caution.HIGH: 4.0}
"""What the cost of a leak is multiplied by: as far apart as two sensitivities and more, so
that a user sees it; chosen by whoever runs it, not fitted."""


AROUND_PLACE = 1.0
"""Own sizes around a place into which whoever is there may have moved: they are scanned with it,
and there noise counts as a change. Each scan of a doubtful face gives another score, and the best
of them counts: with 0 a man on a dev clip stayed open, with .5, 1 and 2 he is hidden."""

JITTER = 5e-4
"""Seconds by which sums of frame times may be off: half a millisecond."""


def settings_of(sensitivity: Sensitivity, caution: Caution = Caution.NORMAL) -> TrackSettings:
    """The tracker's numbers for a sensitivity and a caution; `fast` has those of `balanced`, and
    smaller pictures to look at."""
    base = TrackSettings()
    if sensitivity is Sensitivity.THOROUGH:
        base = replace(base, leak_cost=20.0, stitch_time=3.0, grace=0.4)
        base = replace(base, ring_every=0.0, ring_score=0.25)
    return replace(base, leak_cost=base.leak_cost * CAUTION[caution])
