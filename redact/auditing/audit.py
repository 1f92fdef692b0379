"""The audit: examines the finished file as a hostile viewer would."""

from __future__ import annotations

from pathlib import Path

from ..errors import RedactError, UnsafeError
from ..media import SourceInfo, for_web, probe
from ..plan import Plan
from ..progress import Stages
from ..record import KeptPart, LookedPart
from ..types import Action
from ..words import Message, problem
from .file_checks import check_container
from .findings import findings_of
from .muted_sound import check_sound
from .passes import collect
from .result import AuditResult, AuditSettings, Check
from .speech_left import check_speech


def audit_file(
    source: SourceInfo,
    output: Path,
    plan: Plan,
    *,
    settings: AuditSettings,
    progress: Stages,
) -> AuditResult:
    """Audit a finished file against its source.

    Both files are decoded side by side, with a few frames of each in memory. Neither is changed.

    Args:
        source: of the original.
        output: the finished file.
        plan: as drawn (`redact.plan.with_damage` adds damage that only drawing met).
        settings: how to audit.
        progress: receives the stage "audit".

    Raises:
        InputError: a file cannot be read.
        ModelError: a model is missing or is not the pinned one.
        UnsafeError: a frame could not be checked.
    """
    checks = check_container(source, output, settings.audio_expected)
    try:
        finished = probe(output)
    except RedactError:
        return _blind(settings, plan, [*checks, Check("decodes", False, (Message("unreadable"),))])
    if _made_for_web(source, finished):
        source = for_web(source)
    sizes = source.video.upright_size, finished.video.upright_size
    same_size = size_check(*sizes)
    checks += [_upright(finished), same_size]
    first = plan.source.timeline.time(0)
    checks += check_sound(finished, plan.muted_on_clock(), first)
    checks += check_speech(finished, plan.muted_on_clock(), settings.no_speech, first)
    if not same_size.passed:
        return _blind(settings, plan, checks)
    collected = collect(source, finished, plan, settings, progress)
    if collected.looked.frames_compared == 0:
        raise problem(UnsafeError, "nothing_compared", output=output)
    return AuditResult(
        settings.sensitivity,
        findings_of(collected.evidence),
        (*checks, *collected.checks),
        _kept(plan),
        collected.looked,
        plan.not_searched,
    )


def _made_for_web(source: SourceInfo, finished: SourceInfo) -> bool:
    """Whether the output was converted for browsers."""
    was, now = source.video, finished.video
    other = was.frame_format != now.frame_format or was.colour.hdr
    return now.codec == "h264" and now.frame_format == "yuv420p" and not now.colour.hdr and other


def size_check(source: tuple[int, int], output: tuple[int, int]) -> Check:
    """Check that the output has the size (width, height) of the upright source."""
    (a, b), (c, d) = source, output
    if source == output:
        return Check("size", True, (Message("size", width=c, height=d),))
    told = Message("size_differs", width=c, height=d, wanted_width=a, wanted_height=b)
    return Check("size", False, (told,))


def _upright(finished: SourceInfo) -> Check:
    """Check that no display matrix is left: the output is upright, so one would turn it twice."""
    turned = not (finished.video.orientation.identity and finished.video.orientation.exact)
    told = Message("display_matrix_left") if turned else Message("no_display_matrix")
    return Check("upright", not turned, (told,))


def _kept(plan: Plan) -> tuple[KeptPart, ...]:
    return tuple(
        KeptPart(
            *(t.id, t.target.word, (t.first, t.last), tuple(plan.shown_spans(t))),
            t.reason,
            t.action,
        )
        for t in plan.tracks
        if t.action is not Action.REDACT
    )


def _blind(settings: AuditSettings, plan: Plan, checks: list[Check]) -> AuditResult:
    """The result if the pictures could not be compared; a failed check says why."""
    looked = LookedPart(0, 0, 0, (), ())
    return AuditResult(settings.sensitivity, (), tuple(checks), _kept(plan), looked)
