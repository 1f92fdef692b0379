"""The two passes of the audit over a finished file and its source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..detection import READER, in_use, with_turns
from ..media import Decode, SourceInfo, read_ahead
from ..memory import give_back, trim_at_times
from ..plan import Plan
from ..progress import Stages
from ..reading import NumberReader
from ..record import DetectorPart, LookedPart
from ..schedule import schedule_of
from ..types import Frame, Presentation, Target, Track
from .audit_detectors import AuditDetectors
from .compared import Compared, Pair, TimeCheck, pairs
from .file_checks import check_all_shown
from .findings import Evidence
from .planes import Both
from .result import AuditSettings, Check
from .scan_schedule import Due
from .second_opinion import SecondOpinion
from .still_visible import StillVisible, followed
from .suspects import Circumstances, believed
from .what_is_hidden import Covers, MakeMask

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
    plan: Plan,
    settings: AuditSettings,
    progress: Stages,
    load: Load = AuditDetectors,
) -> Collected:
    """Run both passes of the audit; for arguments and errors see `audit_file`.

    The first pass compares every frame (the proof of drawing), and detectors scan where somebody
    was most probably missed. The second scans often, and follows, around the moments at which they
    probably saw somebody.
    """
    give_back()
    covers, schedule = Covers(plan, settings.margin), schedule_of(settings.sensitivity)
    detectors = load(settings.targets, with_turns(source.video.presentations, plan.turned))
    reads = in_use([READER], detectors.targets)
    reader = NumberReader() if reads else None
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
                if mask is not None:
                    opinion.take(pair.source, mask)
            trim_at_times(pair.index)
            stage.advance()
    around, last = Circumstances(plan, covers, times), max(times, default=0)
    spans, misfits, tracks = opinion.spans, opinion.misfits, list[Track]()
    if spans:
        seconds = schedule.audit_suspects_every
        # If every frame is scanned, the whole of it is.
        every = schedule.tracking.whole_every if seconds else 0.0
        again = StillVisible(plan, covers, detectors, every)
        due = Due(seconds, last)
        with progress.stage("audit", spans[-1][1] + 1) as stage:
            shown = _frames_to_scan(source, plan, covers, stage.advance)
            tracks = followed(shown, spans, due, again, detectors, reader, opinion.seen)
        misfits = [*misfits, *again.misfits]
    tracks += opinion.uncounted(tracks)
    names = [*detectors.names, *((n.name, n.weights_sha256) for n in reads)]
    return Collected(
        Evidence(
            believed(tracks, around),
            misfits,
            compared.undrawn,
            times,
            {track.id: track.target for track in around.tracks},
            opinion.open,
            opinion.repeated,
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
            opinion.bodies,
        ),
    )


def _decoded(source: SourceInfo, finished: Decode, plan: Plan) -> Iterator[Pair]:
    """Decode both files, frame by frame."""
    # The search has found out which frames are damaged.
    return pairs(iter(Decode(source, frozenset(plan.unchecked))), iter(finished))


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
        mask = _mask_maker(covers, source)
        compared.add(source, output, both, mask)
        yield pair, mask


def _frames_to_scan(
    source: SourceInfo, plan: Plan, covers: Covers, done: Callable[[], object]
) -> Iterator[tuple[Frame, MakeMask]]:
    """Yield the frames of the source, which equals the output outside the masks, each with a
    function that makes its mask."""
    for frame in Decode(source, frozenset(plan.unchecked)):
        yield frame, _mask_maker(covers, frame)
        done()


def _mask_maker(covers: Covers, frame: Frame) -> MakeMask:
    """A function that makes the mask of a frame only once, because drawing that of a crowd takes
    long."""
    return functools.cache(functools.partial(covers.mask, frame.index, *frame.size))
