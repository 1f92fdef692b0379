"""The two passes of the audit over a finished file and its source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..detection import READER, in_use, with_turns
from ..media import Decode, SourceInfo, read_ahead, top_left
from ..memory import give_back, trim_at_times
from ..plan import Plan
from ..progress import Stages
from ..reading import NumberReader
from ..record import DetectorPart, LookedPart
from ..schedule import schedule_of
from ..types import Frame, Presentation, Target, Track, without_nested
from .audit_detectors import AuditDetectors
from .compared import Compared, Pair, TimeCheck, pairs
from .file_checks import check_all_shown
from .findings import Evidence
from .pixel_covers import PixelCovers
from .planes import Both, Plane, is_padded, luma
from .result import AuditSettings, Check
from .scan_schedule import Due
from .second_opinion import SecondOpinion
from .still_visible import StillVisible, followed
from .suspects import Circumstances, believed
from .what_is_hidden import Covers, MakeMask, PlanCovers

Load = Callable[[tuple[Target, ...], Sequence[Presentation]], AuditDetectors]
"""Creates detectors: `AuditDetectors`, or a function with the same parameters."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that the passes over the frames found.

    Attributes:
        evidence: for findings.
        checks: of times and pixels.
        looked: how much was scanned.
    """

    evidence: Evidence
    checks: tuple[Check, ...]
    looked: LookedPart


def collect(
    source: SourceInfo,
    finished: SourceInfo,
    plan: Plan | None,
    settings: AuditSettings,
    progress: Stages,
    load: Load = AuditDetectors,
) -> Collected:
    """Run both passes of the audit; for arguments and errors see `audit_file`.

    The first pass compares every frame (the proof of drawing), and detectors scan where somebody
    was most probably missed. The second scans often, and follows, around the moments at which they
    probably saw somebody; without a plan, everywhere.
    """
    give_back()
    covers: Covers = PixelCovers() if plan is None else PlanCovers(plan, settings.margin)
    ways = with_turns(source.video.presentations, () if plan is None else plan.turned)
    # A plan may have no targets but texts; without a plan, something must be searched for.
    targets = without_nested(settings.targets) if plan is None else settings.targets
    detectors = load(targets, ways)
    reads = in_use([READER], detectors.targets)
    reader = NumberReader() if reads else None
    opinion, schedule = None, schedule_of(settings.sensitivity)
    if plan is not None:
        opinion = SecondOpinion(plan, covers, detectors, schedule, reader)
    compared = Compared(plan, settings, source.video.upright_size, finished.photograph)
    clock, times, played = TimeCheck(), dict[int, float](), Decode(finished)
    with (
        progress.stage("audit", source.expected_frames) as stage,
        # One thread decodes, one compares, and in this one the networks scan the pair before.
        read_ahead(_decoded(source, played, plan), most=1) as decoded,
        read_ahead(_comparing(decoded, covers, compared), most=1) as passing,
    ):
        for pair, mask in passing:
            clock.add(pair)
            # An extra frame of the output has the index of the frame before it.
            if pair.source is not None:
                times[pair.index] = pair.source.seconds
                if opinion is not None and mask is not None:
                    opinion.take(pair.source, mask)
            trim_at_times(pair.index)
            stage.advance()
    around, last = Circumstances(plan, covers, times), max(times, default=0)
    spans = [(0, last)] if opinion is None else opinion.spans
    misfits, tracks = [] if opinion is None else opinion.misfits, list[Track]()
    if spans:
        seconds = schedule.audit_suspects_every
        # If every frame is scanned, the whole of it is.
        every = schedule.tracking.whole_every if seconds else 0.0
        again = StillVisible(plan, covers, detectors, every)
        due, known = Due(seconds, last), {} if opinion is None else opinion.seen
        with progress.stage("audit", spans[-1][1] + 1) as stage:
            shown = _frames_to_scan(source, finished, plan, covers, stage.advance)
            tracks = followed(shown, spans, due, again, detectors, reader, known)
        misfits = [*misfits, *again.misfits]
    if opinion is not None:
        tracks += opinion.uncounted(tracks)
    names = [*detectors.names, *((n.name, n.weights_sha256) for n in reads)]
    return Collected(
        Evidence(
            believed(tracks, around),
            misfits,
            compared.undrawn,
            times,
            {track.id: track.target for track in around.tracks},
            [] if opinion is None else opinion.open,
            [] if opinion is None else opinion.repeated,
        ),
        (
            *clock.checks(max(played.errors, clock.damaged) and _damage_alone(finished)),
            check_all_shown(finished, clock.output),
            compared.check(),
        ),
        LookedPart(
            compared.frames,
            detectors.scans,
            detectors.close_scans,
            tuple(DetectorPart(*named) for named in names),
            tuple(target.word for target in detectors.targets),
            None if opinion is None else opinion.bodies,
        ),
    )


def _decoded(source: SourceInfo, finished: Decode, plan: Plan | None) -> Iterator[Pair]:
    """Decode both files, frame by frame."""
    # The search has found out which frames are damaged.
    known = None if plan is None else frozenset(plan.unchecked)
    return pairs(iter(Decode(source, known)), _without_padding(finished, source.video.upright_size))


def _without_padding(frames: Iterable[Frame], size: tuple[int, int]) -> Iterator[Frame]:
    """Yield frames without the padding that another tool may have added on the right or below."""
    for frame in frames:
        if frame.size != size and is_padded(size, frame.size):
            frame = replace(frame, picture=top_left(frame.picture, *size))
        yield frame


def _damage_alone(finished: SourceInfo) -> int:
    """Number of decoding errors when a file is decoded alone. FFmpeg counts errors for the whole
    process, so of two files decoded side by side, each is blamed for the other's."""
    alone = Decode(finished)
    return max(sum(frame.damaged for frame in alone), alone.errors)


def _comparing(
    decoded: Iterator[Pair], covers: Covers, compared: Compared
) -> Iterator[tuple[Pair, MakeMask | None]]:
    """Compare every pair, and yield it with a function that makes its mask; None if the two cannot
    be compared."""
    for pair in decoded:
        source, output = pair.source, pair.output
        if source is None or output is None or source.size != output.size:
            yield pair, None  # the checks of frames and size report it
            continue
        both = Both.of(source, output)
        mask = _mask_maker(covers, pair.index, both.luma)
        compared.add(source, output, both, mask)
        yield pair, mask


def _frames_to_scan(
    source: SourceInfo,
    finished: SourceInfo,
    plan: Plan | None,
    covers: Covers,
    done: Callable[[], object],
) -> Iterator[tuple[Frame, MakeMask]]:
    """Yield the frames that the second pass scans, each with a function that makes its mask. With a
    plan they are the source's, which equals the output outside the masks; without one they are the
    output's."""
    if plan is not None:
        for frame in Decode(source, frozenset(plan.unchecked)):
            yield frame, _mask_maker(covers, frame.index, (luma(frame),) * 2)
            done()
        return
    for pair in _decoded(source, Decode(finished), plan):
        if pair.source is None:
            continue
        output = pair.output or pair.source
        shown = output if output.size == pair.source.size else pair.source
        damaged = pair.source.damaged or output.damaged
        yield (
            replace(pair.source, picture=shown.picture, damaged=damaged),
            _mask_maker(covers, pair.index, (luma(pair.source), luma(shown))),
        )
        done()


def _mask_maker(covers: Covers, index: int, lumas: tuple[Plane, Plane]) -> MakeMask:
    """A function that makes the mask of a frame only once, because drawing that of a crowd takes
    long."""
    return functools.cache(functools.partial(covers.mask, index, *lumas))
