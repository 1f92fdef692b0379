"""The audit: scans the finished file as somebody would who wants to see what is hidden."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..detection import READER, in_use, load_calibration, with_turns
from ..errors import RedactError, UnsafeError
from ..media import Decode, SourceInfo, for_web, probe, read_ahead, top_left
from ..memory import give_back, trim_at_times
from ..plan import Plan
from ..progress import Stages
from ..reading import NumberReader
from ..record import DetectorPart, KeptPart, LookedPart
from ..settings import OptionalNetwork
from ..track import settings_of
from ..types import Action, Box, Frame, Presentation, Target, Track, without_nested
from ..words import Message, problem
from .audit_detectors import AuditDetectors
from .compared import Compared, Pair, TimeCheck, pairs
from .file_checks import check_all_shown, check_container
from .findings_and_fixes import Evidence, findings_of
from .headcount import Headcount
from .legible import Legible, Number
from .limits import Limits
from .muted_sound import check_sound
from .planes import COMPARED_BLOCK, Both, Plane, luma
from .result import AuditResult, AuditSettings, Check
from .scan_schedule import Due, scheduled_scans, spans_to_rescan
from .still_visible import Misfit, StillVisible, followed, probable
from .suspects import Circumstances, believed, judged
from .template_match import MakeMask
from .what_is_hidden import Covers, PixelCovers, PlanCovers

Load = Callable[
    [tuple[Target, ...], Sequence[Presentation], Limits, Sequence[OptionalNetwork]], AuditDetectors
]
"""Makes detectors as `AuditDetectors` does, from what that takes."""


def audit_file(
    source: SourceInfo,
    output: Path,
    plan: Plan | None,
    *,
    settings: AuditSettings,
    progress: Stages,
    load: Load = AuditDetectors,
) -> AuditResult:
    """Audit a finished file against its source.

    Both files are decoded side by side, a few frames of each in memory at a time. Neither is
    changed.

    Args:
        source: the original.
        output: the finished file.
        plan: what was to be hidden, as it was drawn: `redact.plan.with_held` adds damage that
            only drawing met. None: the hidden area is worked out from the pixels, and checks
            that need a plan are left out.
        settings: how hard to search, and the margin that the masks were drawn with.
        progress: told about a stage "audit".
        load: makes the detectors.

    Raises:
        InputError: a file cannot be read.
        ModelError: a detector is missing.
        UnsafeError: a frame could not be checked.
    """
    checks = check_container(source, output, settings.audio_expected, settings.credentials)
    try:
        finished = probe(output)
    except RedactError:
        return _blind(settings, plan, [*checks, Check("decodes", False, (Message("unreadable"),))])
    if _made_for_web(source, finished):
        source = for_web(source)
    sizes = source.video.upright_size, finished.video.upright_size
    same_size = size_check(*sizes, other_tool=plan is None)
    checks += [_upright(finished), same_size]
    if plan is not None:
        first = plan.source.timeline.time(0)
        checks += check_sound(finished, plan.muted_on_clock(), settings.limits, first)
    if not same_size.passed:
        return _blind(settings, plan, checks)
    collected = collect(source, finished, plan, settings, progress, load)
    if collected.looked.frames_compared == 0:
        raise problem(UnsafeError, "nothing_compared", output=output)
    return AuditResult(
        settings.sensitivity,
        plan is not None,
        findings_of(collected.seen(settings), settings.limits),
        (*checks, *collected.checks),
        _kept(plan),
        collected.looked,
        () if plan is None else plan.not_searched,
    )


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that the pass over the frames saw, before anything is judged.

    Attributes:
        tracks: what detectors saw outside the masks.
        misfits: subjects that their masks do not cover.
        around: what the tracks are judged against.
        compared: what the pixels tell.
        checks: of times and pixels.
        looked: how much was scanned.
        open, repeated: numbers that were read, see `Legible`.
    """

    tracks: tuple[Track, ...]
    misfits: tuple[Misfit, ...]
    around: Circumstances
    compared: Compared
    checks: tuple[Check, ...]
    looked: LookedPart
    open: tuple[Number, ...] = ()
    repeated: tuple[Number, ...] = ()

    def seen(self, settings: AuditSettings) -> Evidence:
        """What is believed of it."""
        compared, limits = self.compared, settings.limits
        return Evidence(
            believed(self.tracks, self.around, limits),
            self.misfits,
            dict(compared.undrawn),
            compared.let_go,
            compared.between(),
            self.around.times,
            {t.id: t.target for t in self.around.tracks},
            load_calibration().tracks,
            self.open,
            self.repeated,
        )


def collect(
    source: SourceInfo,
    finished: SourceInfo,
    plan: Plan | None,
    settings: AuditSettings,
    progress: Stages,
    load: Load = AuditDetectors,
) -> Collected:
    """All passes of the audit; see `audit_file` for arguments and errors.

    The first compares every frame (the proof of drawing), and detectors scan where somebody is most
    probably overlooked. Around those whom they believe they see there a second one scans often, and
    follows; where no plan tells where, everywhere.

    Args:
        load: makes the detectors; benchmarks give some that remember what they saw.
    """
    limits = settings.limits
    give_back()
    covers: Covers = PixelCovers(limits) if plan is None else PlanCovers(plan, settings.margin)
    without = () if plan is None else plan.settings.without
    ways = with_turns(source.video.presentations, () if plan is None else plan.turned)
    # Of a plan for texts alone nothing else is searched for; without a plan something must be.
    targets = without_nested(settings.targets) if plan is None else settings.targets
    detectors = load(targets, ways, limits, without)
    compared = Compared(plan, settings, source.video.upright_size)
    clock, times, played = TimeCheck(), dict[int, float](), Decode(finished)
    wanted: dict[int, list[Box] | None] = {}
    if plan is not None and settings.targets:
        wanted = scheduled_scans(plan, settings.sensitivity, limits)
    opinion = StillVisible(plan, covers, detectors, limits, unless_same=True)
    reads = in_use([READER], detectors.targets, without)
    reader = NumberReader() if reads else None
    names = [*detectors.names, *((n.name, n.weights_sha256) for n in reads)]
    legible = None
    if plan is not None and reader is not None:
        legible = Legible(plan, covers, detectors, limits, reader)
    sought, headcount = detectors.sought, None
    if sought is not None and plan is not None:
        scope = plan.settings.scope
        headcount = Headcount(detectors, sought, covers, plan.regions_at, limits, scope)
    suspects: list[tuple[float, Target, int, Box]] = []
    with (
        progress.stage("audit", source.expected_frames) as stage,
        # A thread decodes, one compares, and in this one the networks scan the pair before.
        read_ahead(_decoded(source, played, plan), most=1) as decoded,
        read_ahead(_compared(decoded, covers, compared), most=1) as passing,
    ):
        for pair, mask in passing:
            clock.add(pair)
            # A frame that the output has besides bears the number of the one before it.
            if pair.source is not None:
                times[pair.index] = pair.source.seconds
                if pair.index in wanted and mask is not None:
                    found = opinion.scan(pair.source, mask, wanted[pair.index])
                    if found is not None:
                        suspects += opinion.suspects(pair.source, found)
                        if headcount is not None and wanted[pair.index] is None:
                            headcount.scan(pair.source, mask)
                if legible is not None and pair.index in legible.frames and mask is not None:
                    numbers = legible.read(pair.source, mask())
                    suspects += [(n.probability, Target.PLATE, n.frame, n.box) for n in numbers]
            trim_at_times(pair.index)
            stage.advance()
    around = Circumstances(plan, covers, compared.matcher, times)
    if headcount is not None:
        suspects += headcount.suspicions
    if plan is None:
        spans = [(0, max(times, default=0))]
    else:
        weights = load_calibration().tracks
        beliefs = [(m.frame, probable([m], weights)) for m in opinion.misfits]
        beliefs += [(s[2], judged(*s[:2], (s[2:],), around, limits).probability) for s in suspects]
        seen = [frame for frame, probability in beliefs if probability >= limits.believed]
        spans = spans_to_rescan(seen, plan, settings.sensitivity, limits)
    misfits, tracks = opinion.misfits, list[Track]()
    if spans:
        seconds = limits.scan_seconds(settings.sensitivity)
        # Who scans every frame scans all of it.
        every = settings_of(settings.sensitivity).whole_every if seconds else 0.0
        again = StillVisible(plan, covers, detectors, limits, every)
        due = Due(seconds, {*wanted, max(times, default=0)})
        with progress.stage("audit", spans[-1][1] + 1) as stage:
            shown = _shown(source, finished, plan, covers, stage.advance)
            tracks = followed(shown, spans, due, again, detectors, reader)
        misfits = [*misfits, *again.misfits]
    if headcount is not None:
        tracks += headcount.tracks(tracks)
    return Collected(
        tuple(tracks),
        tuple(misfits),
        around,
        compared,
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
            None if headcount is None else headcount.counted,
        ),
        () if legible is None else tuple(legible.open),
        () if legible is None else tuple(legible.repeated()),
    )


def _decoded(source: SourceInfo, finished: Decode, plan: Plan | None) -> Iterator[Pair]:
    """Both files, frame by frame."""
    # Those who searched and drew have found out what is damaged.
    known = None if plan is None else frozenset(plan.unchecked)
    return pairs(iter(Decode(source, known)), _common(finished, source.video.upright_size))


def _common(frames: Iterable[Frame], size: tuple[int, int]) -> Iterator[Frame]:
    """Frames without what another tool put to the right of the picture, or below it."""
    for frame in frames:
        if frame.size != size and is_padded(size, frame.size):
            frame = replace(frame, picture=top_left(frame.picture, *size))
        yield frame


def _damage_alone(finished: SourceInfo) -> int:
    """Errors in a file that is decoded by itself: beside another one, it is blamed for both."""
    alone = Decode(finished)
    return max(sum(frame.damaged for frame in alone), alone.errors)


def _compared(
    decoded: Iterator[Pair], covers: Covers, compared: Compared
) -> Iterator[tuple[Pair, MakeMask | None]]:
    """Every pair once it has been compared, with what makes its mask; None where the two pictures
    cannot be compared."""
    for pair in decoded:
        source, output = pair.source, pair.output
        if source is None or output is None or source.size != output.size:
            yield pair, None  # the checks of frames and size tell of it
            continue
        both = Both.of(source, output)
        mask = _mask_maker(covers, pair.index, both.luma)
        compared.add(source, output, both, mask)
        yield pair, mask


def _shown(
    source: SourceInfo,
    finished: SourceInfo,
    plan: Plan | None,
    covers: Covers,
    done: Callable[[], object],
) -> Iterator[tuple[Frame, MakeMask]]:
    """Every picture that is to be scanned, with what makes its mask: with a plan the source's,
    which the output is outside the masks; without one the output's."""
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
    """Makes the mask of a frame once for all that need it: drawing it is what takes time in a
    crowd."""
    return functools.cache(functools.partial(covers.mask, index, *lumas))


def _made_for_web(source: SourceInfo, finished: SourceInfo) -> bool:
    """Whether the output was made for browsers from what not all of them show."""
    was, now = source.video, finished.video
    other = was.frame_format != now.frame_format or was.colour.hdr
    return now.codec == "h264" and now.frame_format == "yuv420p" and not now.colour.hdr and other


def is_padded(source: tuple[int, int], output: tuple[int, int]) -> bool:
    """Whether a picture is as large as the source's, or larger by less than a coded block: some
    tools write whole ones."""
    return all(0 <= now - was < COMPARED_BLOCK for was, now in zip(source, output, strict=True))


def size_check(source: tuple[int, int], output: tuple[int, int], other_tool: bool = False) -> Check:
    """Is the output as large as the upright source? That of another tool may be padded."""
    (a, b), (c, d) = source, output
    if source == output:
        return Check("size", True, (Message("size", width=c, height=d),))
    if other_tool and is_padded(source, output):
        told = Message("size_padded", width=c, height=d, wanted_width=a, wanted_height=b)
        return Check("size", True, (told,))
    told = Message("size_differs", width=c, height=d, wanted_width=a, wanted_height=b)
    return Check("size", False, (told,))


def _upright(finished: SourceInfo) -> Check:
    """The output is written upright: a display matrix left over would turn it twice."""
    turned = not (finished.video.orientation.identity and finished.video.orientation.exact)
    told = Message("display_matrix_left") if turned else Message("no_display_matrix")
    return Check("upright", not turned, (told,))


def _kept(plan: Plan | None) -> tuple[KeptPart, ...]:
    if plan is None:
        return ()
    return tuple(
        KeptPart(
            *(t.id, t.target.word, (t.first, t.last), tuple(plan.shown_spans(t))),
            t.reason,
            t.action,
        )
        for t in plan.tracks
        if t.action is not Action.REDACT
    )


def _blind(settings: AuditSettings, plan: Plan | None, checks: list[Check]) -> AuditResult:
    """Result where pictures could not be compared: the failed check says why."""
    looked = LookedPart(0, 0, 0, (), ())
    return AuditResult(
        settings.sensitivity, plan is not None, (), tuple(checks), _kept(plan), looked
    )
