"""Which suspects are findings, and from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from ..types import Action, Box, Target, Track
from .belief import Clues, belief
from .limits import (
    BELIEVED,
    EXTENT,
    EXTENT_SHARE,
    FIT_SCORE,
    KNOWN,
    KNOWN_TRACK_SCORE,
    MISFIT_SCORE,
    MISFIT_SECOND,
    NARROWEST_PLATE,
    RECHECK,
    SAME_KNOWN,
    SAME_TRACK_SCORE,
    SECOND_ALONE,
    SUSPECT,
    SUSPECT_SECOND,
)
from .recheck import Evidence
from .suspects import LINK_FRAMES, Suspect, seen_by_ours

_BESIDE_FRAMES = 15
"""How long before or after a suspect a track may end or begin to be called beside it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A suspect that is believed.

    Attributes:
        first, last: frames, both included.
        path: (frame, box) where it is visible, rising frames.
        ours, second, verified: best score of each network in close looks.
        rule: why it is believed, in words.
        track: id of the hidden track beside it, None where there is none.
    """

    suspect: Suspect
    first: int
    last: int
    path: tuple[tuple[int, Box], ...]
    ours: float
    second: float
    verified: float
    rule: str
    track: int | None


def strength(values: Iterable[float]) -> float:
    """How strongly one detector sees a suspect: mean of the best quarter of its frames, or of two.

    The single best frame would not do where there are more: of a tree that is looked at long
    enough, some frame looks like a face. What is there for one frame has only that one.
    """
    seen = sorted((v for v in values if v > 0), reverse=True)
    best = seen[: max(2, len(seen) // 4)]
    return sum(best) / len(best) if best else 0.0


def worth_a_recheck(suspect: Suspect, tracks: Sequence[Track]) -> bool:
    """Whether a suspect can still become a finding: most are foliage seen once, weakly."""
    best = max(seen_by_ours(s.score, s.whole) for s in suspect.sightings)
    if suspect.misfit or suspect.same or best >= RECHECK[suspect.target]:
        return True
    if best < SUSPECT[suspect.target]:
        return max(s.second for s in suspect.sightings) >= SECOND_ALONE
    agreed = max(s.second for s in suspect.sightings) >= SUSPECT_SECOND
    return agreed or beside(suspect, tracks) is not None


def judge(
    suspect: Suspect, evidence: Sequence[Evidence], tracks: Sequence[Track]
) -> Verdict | None:
    """Decide on one suspect.

    Args:
        suspect: with its sightings.
        evidence: what close looks saw, rising frames.
        tracks: of the plan, empty where there is none.
    """
    clues = clues_of(suspect, evidence)
    peak = max((e.ours for e in evidence), default=0.0)
    known = beside(suspect, tracks)
    sure = known is not None and (known.score is None or known.score >= SAME_TRACK_SCORE)
    same = suspect.same and sure
    rule = _rule(suspect, clues, peak if known is not None else 0.0, same)
    if not rule:
        return None
    path = _extent(suspect, evidence)
    if not path or _too_narrow(suspect, path):
        return None
    track = known.id if known is not None else None
    # Reports tell the best frame, which a person can look at, not the means that were weighed.
    second = max(e.second for e in evidence)
    verified = max(e.verified for e in evidence)
    return Verdict(suspect, path[0][0], path[-1][0], path, peak, second, verified, rule, track)


def clues_of(suspect: Suspect, evidence: Sequence[Evidence]) -> Clues:
    """What the passes over the frames tell of a suspect, in numbers.

    Only frames in which a detector sees it count, if there are any: a face that is bare for one
    frame must not be made doubtful by its neighbours, in which it is hidden or not there.
    """
    best = suspect.best
    seen = [e for e in evidence if max(e.ours, e.second) >= EXTENT] or evidence
    return Clues(
        close=strength(e.ours for e in seen),
        whole=strength(s.whole for s in suspect.sightings if s.turns == 0),
        second=strength(e.second for e in seen),
        verified=strength(e.verified for e in seen),
        height=best.box.height,
        turned=best.turns != 0,
    )


def _too_narrow(suspect: Suspect, path: Sequence[tuple[int, Box]]) -> bool:
    """Whether an upright plate is mostly seen as something that no plate's outline is."""
    if suspect.target is not Target.PLATE or suspect.best.turns != 0:
        return False
    narrow = sum(box.width < NARROWEST_PLATE * box.height for _, box in path)
    return 2 * narrow > len(path)


def _rule(suspect: Suspect, clues: Clues, known: float, same: bool) -> str:
    """The first rule that believes a suspect, in words; "" if none does.

    Args:
        known: best single score beside a sure hidden track, 0 elsewhere.
        same: whether it shows the pixels of a very sure one.
    """
    target = suspect.target
    if suspect.misfit:
        both = clues.second >= MISFIT_SECOND and clues.close >= FIT_SCORE[target]
        return "seen beyond its mask" if both or clues.close >= MISFIT_SCORE[target] else ""
    if belief(target, clues) >= BELIEVED[target]:
        return "the detectors and the verifier agree"
    if same and known >= SAME_KNOWN[target]:
        return "looks exactly like what was hidden a moment before or after"
    if known >= KNOWN[target]:
        return "seen where a hidden subject was a moment before or after"
    return ""


def beside(suspect: Suspect, tracks: Sequence[Track]) -> Track | None:
    """The sure hidden track of the same kind that ends or begins next to a suspect."""
    best: tuple[float, Track] | None = None
    for track in tracks:
        sure = track.score is None or track.score >= KNOWN_TRACK_SCORE
        if track.target is not suspect.target or track.action is Action.KEEP or not sure:
            continue
        gap, mine, theirs = _gap(suspect, track)
        if gap > _BESIDE_FRAMES or not _same_place(mine, theirs, gap):
            continue
        if best is None or gap < best[0]:
            best = (gap, track)
    return best[1] if best is not None else None


def _gap(suspect: Suspect, track: Track) -> tuple[int, Box, Box]:
    """Frames between a suspect and a track, and the box of each where they are closest."""
    if track.last < suspect.first:
        return suspect.first - track.last, suspect.sightings[0].box, track.keyframes[-1].box
    if track.first > suspect.last:
        return track.first - suspect.last, suspect.sightings[-1].box, track.keyframes[0].box
    frame = max(track.first, suspect.first)
    here = track.at(frame)
    assert here is not None
    return 0, suspect.box_at(frame), here.box


def _same_place(a: Box, b: Box, gap: int) -> bool:
    """Whether one subject can be at both boxes, `gap` frames apart."""
    if not 1 / 3 <= a.area / max(b.area, 1e-6) <= 3:
        return False
    (x, y), (u, v) = a.centre, b.centre
    side = max(a.width, a.height, b.width, b.height)
    return hypot(x - u, y - v) <= side * (0.6 + 0.1 * gap)


def _extent(suspect: Suspect, evidence: Sequence[Evidence]) -> tuple[tuple[int, Box], ...]:
    """Frames around the best one in which it is visible.

    A span ends where three frames in a row that were looked at closely show it no more, or
    where nothing at all was seen for LINK_FRAMES.
    """
    if not evidence:
        return ()
    best = max(evidence, key=lambda e: max(e.ours, e.second))
    least = max(EXTENT, EXTENT_SHARE * max(best.ours, best.second * EXTENT_SHARE))
    looked = {e.frame: e for e in evidence}
    seen = {s.frame: s.box for s in suspect.sightings if s.frame not in looked}
    seen |= {f: e.box for f, e in looked.items() if max(e.ours, e.second) >= least}
    path = [best.frame]
    for frames in (
        sorted(f for f in seen.keys() | looked.keys() if f > best.frame),
        sorted((f for f in seen.keys() | looked.keys() if f < best.frame), reverse=True),
    ):
        last, blank = best.frame, 0
        for frame in frames:
            blank = 0 if frame in seen else blank + 1
            if blank == 3 or abs(frame - last) > LINK_FRAMES:
                break
            if frame in seen:
                path.append(frame)
                last = frame
    return tuple((f, seen.get(f, best.box)) for f in sorted(path))
