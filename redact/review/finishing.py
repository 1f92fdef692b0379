"""From the plan on the page to a finished file: draw, audit, record, and say where it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..auditing import AuditResult
from ..detection import require_models
from ..errors import PlanError, UsageError
from ..files import belongs_to_user, make_folder, ready_folder
from ..pipeline import (
    Delivery,
    Journal,
    Order,
    Result,
    apply,
    check_order,
    claimed,
    held_in,
    order_to_apply,
    set_plan_aside,
    with_codes,
    write_beside,
)
from ..plan import Plan, write_plan
from ..record import (
    CaseFields,
    EvidenceChoice,
    checked_option,
    decisions_sha256,
    manifest_path,
    read_manifest,
    signature_path,
)
from ..settings import (
    Audio,
    Corner,
    DrawSettings,
    EncodeSettings,
    RenderSettings,
    Stamp,
    Style,
)
from ..words import LANGUAGES, Message, Words, problem, words_of
from .answers import noted
from .excerpts import wanted
from .jobs import Job
from .refused_error import RefusedError
from .session import Session, place_of


def begin_finish(session: Session, wish: dict[str, Any]) -> None:
    """Start to make the output.

    Args:
        session: with its plan.
        wish: "style", "codes" (bool: printed on the masks that have one), "audio" (keep or mute),
            "release" (bool), "case" (its name), "stamp" and
            "corner" (words in a corner of every picture; "" for none), "replace" (bool): an
            existing result may be replaced.

    Raises:
        RefusedError: there is a result, and "replace" was not chosen.
        RedactError: the output or its record could not be written in the end.
    """
    here = session.ready()
    here.open_plan.keep()
    what = wanted(session, here)
    plan = what.plan
    audio = EncodeSettings(audio=Audio(str(wish.get("audio", "keep"))))
    draw = DrawSettings(look_of(session, wish), audio)
    release, replaced = bool(wish.get("release")), bool(wish.get("replace"))
    folder = place_of(what.info, session.folder).parent
    make_folder(folder)
    delivery = Delivery(
        folder,
        in_folder=True,
        force=replaced,
        release=release,
        sound_chosen=True,
        evidence=_evidence(session, wish, release),
        command=session.evidence.command,
    )
    order = order_to_apply(what.info, draw, delivery, what.plan_file)
    final = order.final
    if not replaced and final.exists():
        raise RefusedError(
            "result_there", name=final.name, holds="all" if holds(final, plan) else "other"
        )
    check_order(order)
    require_models(plan.settings.kinds)

    def work(job: Job) -> dict[str, Any]:
        journal = Journal(job)
        if plan is not what.whole:
            if what.plan_file not in session.excerpts:
                set_plan_aside(what.plan_file, journal)
                session.excerpts.add(what.plan_file)
            with ready_folder(what.plan_file.parent):
                write_plan(plan, what.plan_file, force=True, never=(session.source,))
        with job.in_turn(), claimed(order) as (allowed, claim):
            made = apply(allowed, plan, journal, what.accepted(), publishing=claim.publishing)
            result = write_beside(made, allowed)
        assert result.audit is not None
        session.last_output, session.last_folder = result.output, order.folder
        findings = what.on_the_page(result.audit.findings)
        now = here.open_plan.take(lambda plan: noted(plan, findings))
        # The page can be used meanwhile, and so can the commands.
        overtaken = (now.tracks, now.muted) != (what.whole.tracks, what.whole.muted)
        return {**_result(result, order), "overtaken": overtaken}

    session.begin("finish", work)


def look_of(session: Session, wish: dict[str, Any]) -> RenderSettings:
    """How pictures of the result look."""
    style = Style(str(wish.get("style", Style.COVER)))
    lettered = wish.get("codes") is True and style in (Style.COVER, Style.SOLID)
    render = replace(session.render, style=style, stamp=_stamp(wish))
    return with_codes(replace(render, label="{code}" if lettered else ""), session.case)


def _stamp(wish: dict[str, Any]) -> Stamp | None:
    text = str(wish.get("stamp") or "").strip()
    return Stamp(text, Corner(str(wish.get("corner", Corner.BOTTOM_RIGHT)))) if text else None


def holds(final: Path, plan: Plan) -> bool:
    """Whether the existing result was made from a plan's decisions, by this user.

    What was only viewed since makes no difference.
    """
    if not all(map(belongs_to_user, (final, manifest_path(final)))):
        return False  # somebody may have put another video and its record in this place
    try:
        record = read_manifest(manifest_path(final))
    except PlanError:
        return False
    return record.run.decisions_sha256 == decisions_sha256(plan)


def _evidence(session: Session, wish: dict[str, Any], release: bool) -> EvidenceChoice:
    """The record that the command line asked for, with what the page adds; none for a release."""
    if release:
        refuse_release(session)
        return EvidenceChoice(manifest=False)
    given = CaseFields(case=checked_option(str(wish.get("case") or "").strip()[:200], "the case"))
    case = (session.evidence.case or CaseFields()).overridden_by(given)
    return replace(session.evidence, case=None if case.empty else case)


def refuse_release(session: Session) -> None:
    """Raise UsageError if options of the command line rule out a publication."""
    if rest := bars_release(session.evidence):
        raise problem(UsageError, "publication_alone", others=", ".join(rest))


def bars_release(evidence: EvidenceChoice) -> list[str]:
    """Options that ask for a record, and so rule out a publication from the page. Case fields
    alone do not: a publication simply has none."""
    return [word for word in evidence.given if word != "--set"]


def _result(result: Result, order: Order) -> dict[str, Any]:
    """The result as the page shows it; for a finished one also how many files of an older copy
    that was held back still exist."""
    record, audit, beside = result.record, result.audit, result.manifest
    assert record is not None and audit is not None
    files = [] if beside is None else [beside, signature_path(beside)]
    held = None if result.needs_review else held_in(order.folder)
    return {
        "output": str(result.output.absolute()),
        "needs_review": result.needs_review,
        "findings": len(audit.findings),
        "incomplete": result.missing
        and {n: words_of(n).message(result.missing.code, result.missing.values) for n in LANGUAGES},
        "failed": {name: _failed(audit, words_of(name)) for name in LANGUAGES},
        "accepted": record.accepted,
        "sha256": record.output_sha256,
        "beside": [f"{path.parent.name}/{path.name}" for path in files if path.exists()],
        "held": 0 if held is None else len(held.all_files()),
        "warnings": {
            name: [_on_page(said, words_of(name)) for said in record.warnings] for name in LANGUAGES
        },
    }


def _on_page(said: Message, words: Words) -> str:
    """A warning in the page's words, which name no command options."""
    entry = words.tables["on_page"].get(said.code)
    return words.message(said.code, said.values) if not entry else words.filled(entry, said.values)


def _failed(audit: AuditResult, words: Words) -> list[str]:
    """A line for each failed check."""
    return [
        f"{words.word('check', check.name)}: "
        + "; ".join(words.message(said.code, said.values) for said in check.said)
        for check in audit.checks
        if not check.passed
    ]
