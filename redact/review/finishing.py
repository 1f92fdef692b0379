"""From the plan on the page to a finished file: draw, audit, record, and say where it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..auditing import AuditResult, require_detectors
from ..errors import PlanError, UsageError
from ..files import PRIVATE, check_writable, make_folder
from ..inspect import release_path
from ..media import default_output
from ..pipeline import Journal, Order, Result, apply
from ..plan import Plan
from ..record import (
    CaseFields,
    EvidenceChoice,
    RunRecord,
    TrackPart,
    check_evidence,
    checked_option,
    ledger,
    manifest_path,
    read_manifest,
    signature_path,
    write_evidence,
)
from ..settings import Audio, DrawSettings, EncodeSettings, Style
from ..words import LANGUAGES, Words
from .answered import accepted, noted
from .jobs import Job
from .open_plan import ChangedOutsideError, OpenPlan
from .refused import RefusedError
from .session import Session


def begin_finish(session: Session, wish: dict[str, Any]) -> None:
    """Start to make the output.

    Args:
        session: with its plan.
        wish: "style", "audio" (keep or mute), "release" (bool), "case" (its name), "replace"
            (bool): a result that is there already may go.

    Raises:
        RefusedError: a result is there, and nobody said that it may go.
        RedactError: the output or its record could not be written in the end.
    """
    here = session.ready()
    here.open_plan.keep()
    plan = here.open_plan.plan
    draw = DrawSettings(
        replace(session.render, style=_release_style(str(wish.get("style", Style.COVER)))),
        EncodeSettings(audio=Audio(str(wish.get("audio", "keep")))),
    )
    release = bool(wish.get("release"))
    final = _place(session, default_output(here.info), release)
    choice = _evidence(session, plan, wish, release)
    replaced = bool(wish.get("replace"))
    if not replaced and (final.exists() or manifest_path(final).exists()):
        raise RefusedError("result_there", name=final.name, holds=_held_by(final, plan))
    check_writable(final, replaced, never=(session.source,))
    check_evidence(choice, final, replaced)
    require_detectors(plan.settings.targets)
    order = Order(
        here.info,
        draw,
        final,
        final.parent / PRIVATE,
        plan_file=session.plan_path,
        evidence=choice,
        release=release,
        force=replaced,
        command=("redact", "review", session.source.name, session.plan_path.name),
    )

    def work(job: Job) -> dict[str, Any]:
        result = apply(order, plan, Journal(job), accepted(plan))
        assert result.record is not None and result.audit is not None
        session.last_output = result.output
        files = [] if release else _written(result.record, choice, replaced)
        now = _note(here.open_plan, result.audit)
        # The page can be used meanwhile, and so can the commands.
        overtaken = (now.tracks, now.muted) != (plan.tracks, plan.muted)
        return {**_result(result, result.record, result.audit, files), "overtaken": overtaken}

    session.begin("finish", work)


def _note(open_plan: OpenPlan, audit: AuditResult) -> Plan:
    """Note what was found; also in a plan that somebody else wrote meanwhile. Raises PlanError."""

    def found(now: Plan) -> Plan:
        return noted(now, audit)

    try:
        return open_plan.change(found)
    except ChangedOutsideError:  # the new one is open now
        return open_plan.change(found)


def _release_style(name: str) -> Style:
    style = Style(name)
    if style is Style.OUTLINE:
        raise UsageError("outlines hide nothing", "Choose cover, blur, mosaic or solid.")
    return style


def _place(session: Session, usual: Path, release: bool) -> Path:
    """A free name for the output, in the folder for results, which is made."""
    if session.folder is not None:
        make_folder(session.folder)
        usual = session.folder / usual.name
    return release_path(usual.parent, usual.suffix) if release else usual


def _held_by(final: Path, plan: Plan) -> str:
    """Whether the result that is there was made of the decisions of a plan: "all" or "other".

    What was only looked at since makes no difference.
    """
    try:
        record = read_manifest(manifest_path(final))
    except PlanError:
        return "other"
    now = ledger(plan, "", CaseFields())
    same = [_decided(t) for t in now] == [_decided(t) for t in record.tracks]
    return (
        "all"
        if same and [m.start / 1000 for m in plan.muted] == [m.start_seconds for m in record.muted]
        else "other"
    )


def _decided(track: TrackPart) -> tuple[object, ...]:
    ends = track.first_frame, track.last_frame
    return (track.track, track.action, ends, track.shown, track.decided_by, track.decided_at)


def _evidence(session: Session, plan: Plan, wish: dict[str, Any], release: bool) -> EvidenceChoice:
    """The record that the command line asked for, with what the page adds; none for a release."""
    if release:
        session.evidence.refuse_with("a publication")
        return EvidenceChoice(manifest=False)
    given = CaseFields(
        case=checked_option(str(wish.get("case") or "").strip()[:200], "the case"),
        reviewer=plan.review.reviewer if plan.review else "",
    )
    case = (session.evidence.case or CaseFields()).overridden_by(given)
    return replace(session.evidence, case=None if case.empty else case)


def _written(record: RunRecord, choice: EvidenceChoice, replaced: bool) -> list[str]:
    manifest = write_evidence(record, choice, replaced)
    if manifest is None:
        return []
    return [manifest.name, *([] if choice.key is None else [signature_path(manifest).name])]


def _result(
    result: Result, record: RunRecord, audit: AuditResult, files: list[str]
) -> dict[str, Any]:
    return {
        "output": str(result.output),
        "name": result.output.name,
        "folder": str(result.output.parent),
        "needs_review": result.needs_review,
        "may_be_accepted": audit.may_be_accepted,
        "findings": len(audit.findings),
        "failed": {name: _failed(audit, Words(name)) for name in LANGUAGES},
        "accepted": record.accepted,
        "sha256": record.output_sha256,
        "beside": files,
        "warnings": {
            name: [Words(name).message(w.code, w.values) for w in record.warnings]
            for name in LANGUAGES
        },
    }


def _failed(audit: AuditResult, words: Words) -> list[str]:
    """A line for each check that did not hold."""
    return [
        f"{words.word('check', check.name)}: "
        + "; ".join(words.message(said.code, said.values) for said in check.said)
        for check in audit.checks
        if not check.passed
    ]
