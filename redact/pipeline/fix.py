"""Fixes a held-back result: hides what the audit found as well, then draws and audits it again."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..auditing import hiding_places
from ..errors import MismatchError, OutputExistsError, PlanError
from ..files import RECORD, check_writable, made_folder, sweep
from ..follow_drawn import Frames, follow_on, index_packets
from ..media import SourceInfo, probe, probe_excerpt
from ..plan import Plan, edit, read_plan, save_change
from ..progress import Progress, Stages
from ..record import checked_case, read_manifest
from ..settings import Audio
from ..types import EVERYWHERE, Decided, Finding, FindingKind, Keyframe, Scope, as_argument
from ..words import Message, problem, say
from .claim import claimed
from .held_back import HeldBack, accepted_of, name_in, name_to_fix, relative_to_here
from .journal import Journal
from .mute_speech import mute_heard, still_heard, with_speech_muted
from .order import Acceptance, Order
from .publish import write_beside
from .result import Result
from .run import apply
from .saved_plan import require_same_source


def fix_held(
    held: HeldBack,
    progress: Progress,
    *,
    acceptance: Acceptance | None = None,
    decided_by: str = "",
    key: Ed25519PrivateKey | None = None,
    command: tuple[str, ...] = (),
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Hide the findings of a held-back result, then draw and audit it again.

    Args:
        held: the note beside the result.
        progress: receives stages and warnings.
        acceptance: findings that are not leaks; they are not hidden.
        decided_by: who decided; goes on record.
        key: private key that signs the record, if the first run signed it.
        command: the command line, for the record.
        tell: receives a sentence about what was added to the plan.

    Raises:
        RedactError: it could not be drawn, a finding cannot be accepted, or the plan was changed
            meanwhile.
    """
    refuse_foreign_paths(held)
    journal = Journal(progress)
    plan_file = relative_to_here(held.plan)
    plan = read_plan(plan_file)
    order = order_as_before(held, key, command, plan.settings.scope)
    info = order.info
    require_same_source(plan, info, journal)
    found = held.found()
    by = decided_by or name_in(order.delivery.evidence.case)
    accepted = None if acceptance is None else accepted_of(acceptance, held, by)
    if accepted is not None and not by and not order.delivery.release:
        journal.warn(Message("accepted_by_nobody"))
    # The first run may have removed the folder again, as it left no result there.
    with made_folder(order.final.parent), claimed(order) as (order, claim):
        if not claim.unfinished:
            _refuse_fixed(held)
        check_writable(order.final, order.delivery.force, never=(info.path, plan_file))
        shown = () if accepted is None else accepted.findings
        fixed = _hiding(plan, info, [f for f in found if f not in shown], decided_by, journal)
        if order.draw.encode.audio is Audio.MUTE_SPEECH:
            fixed = with_speech_muted(info, fixed, journal)
            output = relative_to_here(held.output)
            if output.exists():  # encoding may have made audible what the source hides
                fixed = mute_heard(fixed, still_heard(probe(output), fixed, journal))
        if fixed is not plan:
            save_change(fixed, plan, plan_file, own=True)
            added = len(fixed.tracks) - len(plan.tracks)
            if added:
                tell(say("tracks_hide_found", path=plan_file, count=added))
            if silenced := len(set(fixed.muted) - set(plan.muted)):
                tell(say("spans_mute_heard", path=plan_file, count=silenced))
        result = apply(order, fixed, journal, accepted, publishing=claim.publishing)
        return write_beside(result, order)


def refuse_foreign_paths(held: HeldBack) -> None:
    """Raise MismatchError if a note that this user's redact did not write here names files, to be
    written, read or replaced, that are not beside it."""
    if held.own:
        return
    here = held.folder
    evidence = held.delivery.evidence
    places = [held.final, held.output, held.plan]
    known = (here, here.parent, held.note.parent)
    strange = [path for path in places if Path(path).parent not in known]
    strange += [str(path) for path in (evidence.log, evidence.key_file) if path]
    if strange:
        raise problem(MismatchError, "note_of_others", path=held.note, other=strange[0])
    if held.delivery.force:
        raise problem(MismatchError, "note_with_force", path=held.note)


def _refuse_fixed(held: HeldBack) -> None:
    """Raise OutputExistsError if the result already has its name and may not be replaced."""
    final = relative_to_here(held.final)
    if held.delivery.force or not os.path.lexists(final):
        return
    code = "fix_done" if _is_of_its_source(held) else "fix_there"
    raise problem(OutputExistsError, code, path=final, delete=deletion_of(held))


def deletion_of(held: HeldBack) -> str:
    """The command that deletes a held-back result."""
    name = name_to_fix(held.folder, relative_to_here(held.source))
    return shlex.join(["redact", "fix", as_argument(name), "--remove"])


def superseded_by(held: HeldBack) -> Path | None:
    """The finished result of the same source that got the name since; None if there is none."""
    final = relative_to_here(held.final)
    newer = final.exists() and final.stat().st_mtime_ns > held.note.stat().st_mtime_ns
    return final if newer and _is_of_its_source(held) else None


def _is_of_its_source(held: HeldBack) -> bool:
    try:
        record = read_manifest(held.folder / RECORD)
    except PlanError:
        return False
    return record.source.sha256_before == held.source_sha256


def order_as_before(
    held: HeldBack,
    key: Ed25519PrivateKey | None = None,
    command: tuple[str, ...] = (),
    scope: Scope = EVERYWHERE,
) -> Order:
    """The order of the held-back run, with the keys, which no note stores, the new command, and the
    scope of its plan. Raises PlanError if the note cannot be read."""
    evidence = replace(held.delivery.evidence, key=key)
    if evidence.case is not None:
        evidence = replace(evidence, case=checked_case(evidence.case, str(held.note)))
    return Order(
        probe_excerpt(relative_to_here(held.source), scope),
        held.draw,
        relative_to_here(held.final),
        relative_to_here(held.folder),
        replace(held.delivery, evidence=evidence, command=command),
        plan_file=relative_to_here(held.plan),
    )


def _hiding(
    plan: Plan, info: SourceInfo, findings: list[Finding], decided_by: str, progress: Stages
) -> Plan:
    """The plan with a track added for each finding, except masks that were not drawn: the plan has
    those already."""
    open_ones = [f for f in findings if f.kind is not FindingKind.UNDRAWN]
    if not open_ones:
        return plan
    last = len(plan.source.timeline) - 1
    frames = Frames(info, plan, index_packets(info, plan))
    with contextlib.closing(frames), progress.stage("follow", None) as stage:

        def go_on(_: Keyframe) -> bool:
            stage.advance()
            return True

        for finding in open_ones:
            ends = finding.path[0], finding.path[-1]
            more = ((key.frame, key.box) for key in follow_on(frames, plan, ends, go_on))
            plan, _ = edit.add_track(
                plan,
                finding.target,
                hiding_places(finding, last, more),
                Decided(say("found_by_audit", number=finding.number), decided_by),
            )
    return plan


def remove_held(held: HeldBack) -> list[Path]:
    """Remove everything that was held back; returns the removed paths.

    Raises:
        MismatchError: the original is one of the files.
    """
    folder = Path(held.output).parent
    sweep(folder)
    files = held.all_files()
    if Path(held.source) in files:
        raise problem(MismatchError, "removes_original", path=held.source)
    for path in files:
        path.unlink()
    with contextlib.suppress(OSError):  # the folder is not empty
        folder.rmdir()
    return files
