"""How tracks are made: the numbers of the tracker, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """How tracks are made. Times are in seconds, so that the frame rate does not matter.

    Attributes:
        leak_cost: the cost of leaving somebody open, if hiding an object of ordinary size for
            nothing costs 1: such a track is hidden from a probability of 1 / (1 + leak_cost) on.
        scan_every: seconds between scans where nothing requires more.
        whole_every: seconds between scans of the whole picture if only parts of it change; more
            while these detect nothing new (`IncrementalScanner`); 0: every scan is of the whole
            picture.
        small_scan_every: seconds between small scans for faces (`SmallScans`): one falls into a
            tenth of a second, every other picture at 30 a second; 0: every picture.
        small_scan_score: CenterFace's score in a small scan from which an untracked face requests a
            scan.
            With .25 that is twice as often as with .35 on 18 dev clips, and faces of one or two
            frames are hidden that were open in a clip of `lab.short_faces`.
        lost_time: how long an unseen object may be found again by its motion alone.
        stitch_time: longest gap over which two tracklets become one object; 0: none do.
        late: seconds that a track is extended before its first sighting, as detectors begin late;
            no more than `grace` longer than it was seen. With .2 two more of 60 labelled plates
            are open on 42 clips, at a stray of .43 instead of .51 %.
        grace: likewise after its last sighting.
        follow_time: longest time for which a plate is followed by its pixels without a detection.
    """

    leak_cost: float = 10.0
    scan_every: float = 0.15
    whole_every: float = 1.0
    small_scan_every: float = 0.06
    small_scan_score: float = 0.35
    lost_time: float = 0.5
    stitch_time: float = 1.0
    late: float = 0.4
    grace: float = 0.2
    follow_time: float = 2.0


AROUND_PLACE = 1.0
"""Own sizes around a place into which the object may have moved: they are scanned with it, and
noise counts as a change there. Each scan of a doubtful face gives another score, and the best one
counts: with 0 a man on a dev clip stayed open, with .5, 1 and 2 he is hidden."""

JITTER = 5e-4
"""Seconds by which sums of frame times may be off: half a millisecond."""
