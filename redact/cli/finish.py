"""What comes before and after a run on the command line: names, plan, record, words."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..audit import fix_command, review_sheet
from ..errors import ExitCode, OutputError, OutputExistsError
from ..evidence import EvidenceChoice, EvidenceFiles, check_evidence, release_path, write_evidence
from ..media import default_output, probe
from ..pipeline import Delivery, Outcome
from ..plan import write_plan
from ..types import Action
from .evidence_options import evidence_options
from .terminal import Terminal


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
                default="",
                help="Publish in spite of possible leaks; the reason goes on record.",
            ),
            click.option(
                "--release",
                is_flag=True,
                help="Write the video alone, under a neutral name, with nothing in it, its name "
                "or its times that says who made it.",
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


def prepare(source: Path, output: Path | None, params: dict[str, Any]) -> Delivery:
    """Where the result goes; refuses now what could only fail after a long run."""
    evidence: EvidenceChoice = params["evidence"]
    final = output or default_output(probe(source))
    if params["release"]:
        evidence.refuse_with("--release")
        params["evidence"] = evidence = EvidenceChoice(manifest=False)
        final = output or release_path(source.parent, final.suffix)
    _check_free(params["plan_out"], params["force"])
    check_evidence(evidence, final, params["force"])
    return Delivery(
        output=final,
        force=params["force"],
        accept_findings=params["accept_findings"],
        case=evidence.case,
        command=("redact", *sys.argv[1:]),
        release=params["release"],
    )


def finish(
    outcome: Outcome, params: dict[str, Any], terminal: Terminal, plan_file: Path | None = None
) -> dict[str, Any]:
    """Write what was asked for, tell the user how it went; returns the result as JSON values."""
    record = outcome.record
    source = record.source.path
    if outcome.needs_review and plan_file is None and params["plan_out"] is None:
        # The plan is what the user repairs; without it the whole search would be repeated.
        plan_file = _free(outcome.output.with_suffix(".plan.json"))
        write_plan(record.plan, plan_file)
    elif params["plan_out"] is not None:
        plan_file = params["plan_out"]
        write_plan(record.plan, plan_file)
    if params["review_dir"] is not None:
        folder = params["review_dir"]
        review_sheet(record.source, outcome.output, outcome.audit, record.plan, folder)
    files = _write_record(outcome, params)
    code = ExitCode.NEEDS_REVIEW if outcome.needs_review else ExitCode.DONE
    for line in outcome.audit.in_words():
        if params["verbose"] or not outcome.audit.passed:
            terminal.say(line)
    if params["verbose"]:
        for step in record.steps:
            terminal.say(f"{step.name}: {step.detail} ({step.seconds:.1f} s)")
    if outcome.needs_review:
        terminal.error(
            f"{outcome.output}: possible leaks, so it did not get the final name",
            fix_command(
                outcome.audit.findings,
                plan_file or "PLAN",
                source,
                len(record.plan.source.timeline) - 1,
            ),
        )
    else:
        terminal.say(f"{outcome.output}: {_counted(outcome)}")
    return {
        "source": str(source),
        "output": str(outcome.output),
        "exit_code": int(code),
        "frames": record.frames_written,
        "tracks": dict(Counter(t.target.word for t in record.plan.tracks)),
        "plan": None if plan_file is None else str(plan_file),
        "manifest": None if files.manifest is None else str(files.manifest),
        "sha256": record.output_sha256,
        "warnings": list(record.warnings),
        "audit": outcome.audit.to_json(),
    }


def _write_record(outcome: Outcome, params: dict[str, Any]) -> EvidenceFiles:
    """The record of an output that already has its name: a failure must say that it has."""
    force = params["force"] or outcome.needs_review
    try:
        return write_evidence(outcome.record, params["evidence"], force)
    except Exception as error:
        raise OutputError(
            f"{outcome.output}: is written, but its record is not ({error})",
            "Mend what the message names, then run the same command again with --force.",
        ) from error


def _check_free(path: Path | None, force: bool) -> None:
    """Refuse, before a long run, to replace a file that it would write."""
    if path is not None and path.exists() and not force:
        raise OutputExistsError(f"{path}: already exists", "Choose another name or add --force.")


def _free(path: Path) -> Path:
    """`path`, or the first numbered name like it that is free."""
    number, candidate = 2, path
    while candidate.exists():
        stem = path.name.removesuffix(".plan.json")
        candidate, number = path.with_name(f"{stem}-{number}.plan.json"), number + 1
    return candidate


def _counted(outcome: Outcome) -> str:
    tracks = outcome.record.plan.tracks
    hidden = Counter(t.target.word for t in tracks if t.action is Action.REDACT)
    words = [f"{n} {word} tracks hidden" for word, n in sorted(hidden.items())]
    # What stays visible must never be counted among what is hidden.
    kept = ", ".join(str(t.id) for t in tracks if t.action is Action.KEEP)
    words += [f"track {kept} visible by decision"] if kept else []
    passed = "audit passed" if outcome.audit.passed else "published in spite of findings"
    return f"{', '.join(words) or 'nothing found to hide'}; {passed}"
