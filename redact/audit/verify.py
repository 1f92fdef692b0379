"""The audit: looks at the finished file as somebody would who wants to see what is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import RedactError, UnsafeError
from ..media import Decode, SourceInfo, probe
from ..memory import give_back, trim_at_times
from ..plan import Plan, with_held
from ..progress import Progress
from ..silenced import silenced_by
from ..types import Action
from .alone import Alone, decode_alone
from .changed import PixelCovers
from .container import check_container
from .cover import Covers, PlanCovers
from .eyes import Eyes
from .findings import Places, findings_of
from .judge import judge, worth_a_recheck
from .lockstep import pairs
from .recheck import Evidence, Recheck
from .result import AuditResult, AuditSettings, Check, Kept, Looked
from .scan import Scan, size_check
from .sound import check_sound
from .suspects import Suspect, gather
from .times import TimeCheck


def verify(
    source: SourceInfo,
    output: Path,
    plan: Plan | None,
    *,
    settings: AuditSettings,
    progress: Progress,
    held: Iterable[int] = (),
) -> AuditResult:
    """Audit a finished file against its source.

    The output is decoded by itself; then both files are decoded side by side, once or, where
    something was sighted, twice. One frame of each is in memory at a time. Neither is changed.

    Args:
        source: the original.
        output: the finished file.
        plan: what was to be hidden. None: the hidden area is worked out from the pixels, and
            checks that need a plan are left out.
        settings: how hard to look, and the margin that the masks were drawn with.
        held: frames in which masks were drawn held because of damage that the plan does not
            know; without them larger masks than the plan's count as changes of the picture.
        progress: told about three stages, "decode", "audit" and "recheck".

    Raises:
        InputError: a file cannot be read.
        ModelError: a detector is missing.
        UnsafeError: a frame could not be checked.
    """
    plan = None if plan is None else with_held(plan, held)
    checks = check_container(source, output, settings.audio_expected)
    try:
        finished = probe(output)
    except RedactError as error:
        return _blind(settings, plan, [*checks, Check("decodes", False, error.message)])
    same_size = size_check(source.video.upright_size, finished.video.upright_size)
    checks += [_upright(finished), same_size]
    checks += check_sound(output, finished, silenced_by(plan) if plan is not None else ())
    if not same_size.passed:
        return _blind(settings, plan, checks)
    seen = collect(source, finished, plan, settings, progress)
    if seen.frames == 0:
        raise UnsafeError(f"{output}: no frame could be compared", "Render the file again.")
    return _judged(seen, settings, plan, checks)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the passes saw, before anything is judged.

    Attributes:
        frames: pairs of frames that were compared.
        suspects: places that may be visible, with the evidence on each.
        undrawn: track id → (frame, box) of masks under which the source shows.
        let_go: the same of places that a mask let go of while the picture stayed.
        between: the same of places between two tracks of what shows there.
        checks: of times and pixels.
        times: frame → seconds.
        looked: how much was looked at.
    """

    frames: int
    suspects: tuple[tuple[Suspect, tuple[Evidence, ...]], ...]
    undrawn: Places
    let_go: Places
    between: Places
    checks: tuple[Check, ...]
    times: dict[int, float]
    looked: Looked


def collect(
    source: SourceInfo,
    finished: SourceInfo,
    plan: Plan | None,
    settings: AuditSettings,
    progress: Progress,
) -> Seen:
    """All passes of the audit; see `verify` for arguments and errors."""
    output = decode_alone(finished, progress)
    covers: Covers = PixelCovers() if plan is None else PlanCovers(plan, settings.margin)
    eyes = Eyes(settings, float(source.video.upright_sample_aspect))
    scan, clock, times = Scan(settings, covers, plan, eyes), TimeCheck(), dict[int, float]()
    _scan(source, output, scan, clock, times, progress)
    tracks = plan.tracks if plan is not None else ()
    suspects = [s for s in gather(scan.sightings) if worth_a_recheck(s, tracks)]
    scan.sightings.clear()  # most were seen once, weakly
    give_back()
    evidence = _recheck(source, output, suspects, covers, eyes, progress)
    looked = Looked(
        scan.frames, scan.whole, scan.fine, eyes.close.looks, eyes.detectors, eyes.targets
    )
    return Seen(
        scan.frames,
        tuple(zip(suspects, evidence, strict=True)),
        dict(scan.undrawn),
        dict(scan.let_go.places),
        scan.between,
        (*clock.checks(output.errors), output.check(), *scan.checks()),
        times,
        looked,
    )


def _scan(
    source: SourceInfo,
    output: Alone,
    scan: Scan,
    clock: TimeCheck,
    times: dict[int, float],
    progress: Progress,
) -> None:
    """First pass, over all frames; no frame of it lives on beside those of the second."""
    with progress.stage("audit", source.expected_frames) as stage:
        for pair in pairs(iter(Decode(source)), output.frames()):
            clock.add(pair)
            # A frame that the output has besides bears the number of the one before it.
            if pair.source is not None:
                times[pair.index] = float(pair.source.time)
            scan.add(pair)
            trim_at_times(pair.index)
            stage.advance()
    scan.finish()


def _recheck(
    source: SourceInfo,
    output: Alone,
    suspects: list[Suspect],
    covers: Covers,
    eyes: Eyes,
    progress: Progress,
) -> list[tuple[Evidence, ...]]:
    """Last pass over the frames around suspects; nothing is decoded if there is none."""
    if not suspects:
        return []
    recheck = Recheck(suspects, covers, eyes)
    with progress.stage("recheck", recheck.last + 1) as stage:
        for pair in pairs(iter(Decode(source)), output.frames()):
            if pair.index > recheck.last:
                break
            recheck.add(pair)
            trim_at_times(pair.index)
            stage.advance()
    recheck.finish()
    return [tuple(e) for e in recheck.evidence]


def _judged(
    seen: Seen, settings: AuditSettings, plan: Plan | None, checks: list[Check]
) -> AuditResult:
    """What follows from all that was seen; `checks` are those made before."""
    tracks = plan.tracks if plan is not None else ()
    verdicts = [v for v in (judge(s, e, tracks) for s, e in seen.suspects) if v is not None]
    targets = {t.id: t.target for t in tracks}
    return AuditResult(
        settings.sensitivity,
        plan is not None,
        findings_of(
            verdicts, seen.undrawn, seen.let_go, seen.between, targets, seen.times, Eyes.NAMES
        ),
        (*checks, *seen.checks),
        _kept(plan),
        seen.looked,
    )


def _upright(finished: SourceInfo) -> Check:
    """The output is written upright: a display matrix left over would turn it twice."""
    turned = not (finished.video.orientation.identity and finished.video.orientation.exact)
    words = "a display matrix turns or flips it" if turned else "no display matrix turns it"
    return Check("upright", not turned, words)


def _kept(plan: Plan | None) -> tuple[Kept, ...]:
    if plan is None:
        return ()
    return tuple(
        Kept(t.id, t.target, t.first, t.last, t.reason, tuple(plan.shown_spans(t)))
        for t in plan.tracks
        if t.action is Action.KEEP
    )


def _blind(settings: AuditSettings, plan: Plan | None, checks: list[Check]) -> AuditResult:
    """Result where pictures could not be compared: the failed check says why."""
    looked = Looked(0, 0, 0, 0, ())
    return AuditResult(
        settings.sensitivity, plan is not None, (), tuple(checks), _kept(plan), looked
    )
