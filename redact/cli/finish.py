"""What comes before and after a run on the command line: names, plan, record, words."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..audit import review_sheet, sheet_path
from ..delivery import Delivery, Outcome, review_plan
from ..errors import ExitCode, OutputError, UsageError
from ..evidence import (
    EvidenceChoice,
    EvidenceFiles,
    check_evidence,
    checked_option,
    clear_times,
    manifest_path,
    release_path,
    write_evidence,
)
from ..media import SourceInfo, choose_encoding, container_for, default_output, probe
from ..output import check_folder, check_writable
from ..plan import write_plan
from ..render import Renderer
from ..settings import Settings
from ..types import Action, counted, numbered
from .evidence_options import evidence_options
from .place import check_result, is_folder
from .repair import what_to_do
from .terminal import Terminal


def _reason(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """Callback of --accept-findings: who publishes in spite of findings says why.

    Raises:
        UsageError: what is given says nothing, or cannot stand in a record.
    """
    if value is None:
        return ""
    reason = checked_option(value.strip(), "--accept-findings")
    if not any(c.isalnum() for c in reason):
        raise UsageError(
            "--accept-findings: the reason is empty",
            "Say why the findings are no leaks, for example --accept-findings 'a statue'.",
        )
    return reason


def finish_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options of `run` and `apply` about what is written besides the video."""
    for option in reversed(
        (
            click.option(
                "--plan",
                "plan_out",
                type=click.Path(path_type=Path),
                help="Keep the plan in this file.",
            ),
            click.option(
                "--accept-findings",
                metavar="REASON",
                callback=_reason,
                help="Publish in spite of what the detectors saw; the reason goes on record. "
                "A check that fails, or a mask that was not drawn, cannot be accepted.",
            ),
            click.option(
                "--release",
                is_flag=True,
                help="Write the video alone, under a neutral name unless -o gives a file's, with "
                "nothing in it or its times that says who made it.",
            ),
            click.option(
                "--review-dir",
                type=click.Path(path_type=Path),
                help="Write a private sheet of doubtful places here. It shows faces: not for "
                "release.",
            ),
        )
    ):
        function = option(function)
    return evidence_options(function)


def prepare(
    source: Path, output: Path | None, settings: Settings, params: dict[str, Any]
) -> Delivery:
    """Where the result goes; refuses now what could only fail after a long run."""
    evidence: EvidenceChoice = params["evidence"]
    force, plan_out = params["force"], params["plan_out"]
    info = probe(source)
    if params["release"]:
        evidence.refuse_with("--release")
        params["evidence"] = evidence = EvidenceChoice(manifest=False)
    final = _final(info, output, params["release"])
    choose_encoding(info, settings.encode, container_for(final))
    Renderer(settings.render)
    check_result(final, force, source)
    if plan_out is not None:
        check_writable(plan_out, force, never=_others(source, final), whole=True)
    if params["review_dir"] is not None:
        check_folder(sheet_path(final, params["review_dir"]).parent)
    check_evidence(evidence, final, force)
    return Delivery(
        output=final,
        force=force,
        accept_findings=params["accept_findings"],
        case=evidence.case,
        command=("redact", *sys.argv[1:]),
        release=params["release"],
    )


def _final(info: SourceInfo, output: Path | None, release: bool) -> Path:
    """Name of the result; in a folder, or where none is given, one of ours."""
    usual = default_output(info)
    if output is not None and not is_folder(output):
        return output
    folder = output or usual.parent
    # A release must not carry the source's name, in whatever folder it lies.
    return release_path(folder, usual.suffix) if release else folder / usual.name


def _others(source: Path, output: Path) -> tuple[Path, ...]:
    """Files of a run that its plan must not replace."""
    return source, output, manifest_path(output)


def finish(
    outcome: Outcome, params: dict[str, Any], terminal: Terminal, plan_file: Path | None = None
) -> dict[str, Any]:
    """Write what was asked for, tell the user how it went; returns the result as JSON values."""
    try:
        files = write_evidence(outcome.record, params["evidence"], params["force"])
        plan_file = _keep_plan(outcome, params, plan_file)
        if params["review_dir"] is not None:
            record, folder = outcome.record, params["review_dir"]
            sheet = review_sheet(record.source, outcome.output, outcome.audit, record.plan, folder)
            if params["release"]:
                clear_times(outcome.output)  # which was read just now
            terminal.say(f"{sheet}: not for release")
    except Exception as error:
        # The output has its name already: a failure must say that it has.
        raise OutputError(
            f"{outcome.output}: is written, but what belongs beside it is not ({error})",
            "Mend what the message names, then run the same command again with --force.",
        ) from error
    _tell(outcome, params, terminal, plan_file)
    return _as_json(outcome, files, plan_file)


def _keep_plan(outcome: Outcome, params: dict[str, Any], plan_file: Path | None) -> Path | None:
    """Write the plan where the user wants it, or where it is needed; returns where it is."""
    record, wanted = outcome.record, params["plan_out"]
    if wanted is not None:
        never = _others(record.source.path, outcome.output)
        write_plan(record.plan, wanted, force=params["force"], never=never)
        return Path(wanted)
    if outcome.needs_review and plan_file is None:
        # The plan is what the user repairs; without it the whole search would be repeated.
        plan_file = review_plan(outcome.output)
        write_plan(record.plan, plan_file)
    return plan_file


def _tell(
    outcome: Outcome, params: dict[str, Any], terminal: Terminal, plan_file: Path | None
) -> None:
    for line in outcome.audit.in_words():
        if params["verbose"] or not outcome.audit.passed:
            terminal.say(line)
    if params["verbose"]:
        for step in outcome.record.steps:
            # What the audit found stands above, line by line.
            detail = "see above" if step.name == "audit" else step.detail
            terminal.say(f"{step.name}: {detail} ({step.seconds:.1f} s)")
    if outcome.needs_review:
        terminal.error(
            f"{outcome.output}: needs review, so it did not get the final name",
            what_to_do(outcome, params, plan_file),
        )
        if outcome.wanted.exists():
            terminal.say(f"note: {outcome.wanted} is there from an earlier run; it is not this one")
    else:
        terminal.say(f"{outcome.output}: {_counted(outcome)}")


def _as_json(outcome: Outcome, files: EvidenceFiles, plan_file: Path | None) -> dict[str, Any]:
    record = outcome.record
    return {
        "source": str(record.source.path),
        "output": str(outcome.output),
        "exit_code": int(ExitCode.NEEDS_REVIEW if outcome.needs_review else ExitCode.DONE),
        "frames": record.frames_written,
        "tracks": dict(Counter(t.target.word for t in record.plan.tracks)),
        "plan": None if plan_file is None else str(plan_file),
        "manifest": None if files.manifest is None else str(files.manifest),
        "sha256": record.output_sha256,
        "warnings": list(record.warnings),
        "audit": outcome.audit.to_json(),
    }


def _counted(outcome: Outcome) -> str:
    tracks = outcome.record.plan.tracks
    hidden = Counter(t.target.word for t in tracks if t.action is Action.REDACT)
    words = [f"{counted(n, f'{word} track')} hidden" for word, n in sorted(hidden.items())]
    # What stays visible must never be counted among what is hidden.
    kept = [t.id for t in tracks if t.action is Action.KEEP]
    words += [f"{numbered(kept)} visible by decision"] if kept else []
    nothing = "audit passed, which is no proof: look through it"
    passed = nothing if outcome.audit.passed else "published in spite of findings"
    return f"{', '.join(words) or 'nothing found to hide'}; {passed}"
