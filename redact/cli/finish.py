"""What comes before and after a run on the command line: names, plan, record, words."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..auditing import review_sheet
from ..errors import ExitCode, OutputError, UsageError
from ..evidence import (
    EvidenceChoice,
    EvidenceFiles,
    RunRecord,
    check_evidence,
    clear_times,
    manifest_path,
    release_path,
    write_evidence,
)
from ..files import PRIVATE, check_folder, check_writable
from ..media import SourceInfo, choose_encoding, container_for, default_output, probe
from ..plan import write_plan
from ..render import Renderer
from ..running import Delivery, Outcome, keep_plan, review_plan
from ..settings import DrawSettings
from ..types import Action, counted, numbered
from .accepting import Acceptance, parse_acceptance
from .destination import check_result, is_folder
from .evidence_options import evidence_options
from .finding_words import in_plain_words
from .held_back import hold_back, what_to_do
from .terminal import Terminal


def _accepting(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Acceptance | None:
    """Callback of --accept-findings: which findings, and why they are no leaks.

    Raises:
        UsageError: what is given says nothing, or cannot stand in a record.
    """
    return None if value is None else parse_acceptance(value)


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
                metavar="NUMBERS=REASON",
                callback=_accepting,
                help="Publish in spite of these findings of the run before, for example '1,3=a "
                "statue', or 'all=…'; the reason goes on record. Of a first run nothing can be "
                "accepted, nor a check that fails or a mask that was not drawn.",
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
    source: Path,
    output: Path | None,
    draw: DrawSettings,
    params: dict[str, Any],
    plan_file: Path | None = None,
) -> Delivery:
    """Where the result goes; refuses now what could only fail after a long run.

    Args:
        source, output, draw, params: of the command.
        plan_file: where the plan is kept during the run, and taken up from; None: nowhere.
    """
    evidence: EvidenceChoice = params["evidence"]
    force, plan_out = params["force"], params["plan_out"]
    info = probe(source)
    if params["release"]:
        evidence.refuse_with("--release")
        params["evidence"] = evidence = EvidenceChoice(manifest=False)
        _require_choice_of_sound(info)
    final = final_name(info, output, params["release"])
    choose_encoding(info, draw.encode, container_for(final))
    Renderer(draw.render)
    check_result(final, force, source)
    if plan_file is not None or plan_out is not None:
        # A plan that an earlier run kept is taken up, or refused for what it is.
        check_writable(
            plan_file or plan_out,
            force or plan_file is not None,
            never=_others(source, final),
            whole=True,
        )
    closed = closed_folder(source, final, params)
    check_folder(closed)
    check_evidence(evidence, final, force)
    acceptance: Acceptance | None = params["accept_findings"]
    return Delivery(
        output=final,
        force=force,
        accept_findings="" if acceptance is None else acceptance.reason,
        accepted_before=() if acceptance is None else acceptance.findings_of(final, closed),
        case=evidence.case,
        command=("redact", *(word for word in sys.argv[1:] if word != "--one-of-several")),
        release=params["release"],
        closed=closed,
        plan_file=plan_file,
    )


def _require_choice_of_sound(info: SourceInfo) -> None:
    """Raise UsageError where nobody said whether voices are to be published."""
    source = click.get_current_context().get_parameter_source("audio")
    if info.audio and source is not ParameterSource.COMMANDLINE:
        raise UsageError(
            f"--release: {info.path.name} has sound, and voices identify people",
            "Choose: --audio mute drops it, --audio keep publishes it as it is.",
        )


def closed_folder(source: Path, final: Path, params: dict[str, Any]) -> Path:
    """Where a result goes that is held back: never into a folder that is to be handed out."""
    beside = source if params["release"] else final
    folder = params["review_dir"] or beside.parent
    return Path(folder) / PRIVATE


def final_name(info: SourceInfo, output: Path | None, release: bool) -> Path:
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
        pictures = [] if not outcome.needs_review else hold_back(outcome, params, plan_file, files)
    except Exception as error:
        # The output has its name already: a failure must say that it has.
        raise OutputError(
            f"{outcome.output}: is written, but what belongs beside it is not ({error})",
            "Mend what the message names, then run the same command again with --force.",
        ) from error
    _tell(outcome, params, terminal, pictures)
    return _as_json(outcome, files, plan_file, pictures)


def _keep_plan(outcome: Outcome, params: dict[str, Any], plan_file: Path | None) -> Path | None:
    """Write the plan where the user wants it, or where it is needed; returns where it is."""
    record, wanted = outcome.record, params["plan_out"]
    if wanted is not None:
        if wanted != plan_file:
            never = _others(record.source.path, outcome.output)
            write_plan(record.plan, wanted, force=params["force"], never=never)
        return Path(wanted)
    if outcome.needs_review and plan_file is None:
        # The plan is what the user repairs; without it the whole search would be repeated.
        plan_file = review_plan(outcome.output)
        keep_plan(record.plan, plan_file)
    return plan_file


def _tell(
    outcome: Outcome, params: dict[str, Any], terminal: Terminal, pictures: list[Path]
) -> None:
    audit = outcome.audit
    if params["verbose"]:
        for line in audit.in_words():
            terminal.say(line)
        for step in outcome.record.steps:
            # What the audit found stands above, line by line.
            said = "; ".join(map(str, step.detail))
            detail = "see above" if step.name == "audit" else said
            terminal.say(f"{step.name}: {detail} ({step.seconds:.1f} s)")
    elif not audit.passed:
        for line in _plainly(outcome, pictures):
            terminal.say(line)
    if outcome.needs_review:
        terminal.error(
            f"{outcome.output}: needs review, so it did not get the final name",
            what_to_do(outcome),
        )
        if outcome.wanted.exists():
            terminal.say(f"note: {outcome.wanted} is there from an earlier run; it is not this one")
    else:
        terminal.say(f"{outcome.output}: {_counted(outcome)}")
    missing = incomplete(outcome.record)
    if missing:
        terminal.say(f"SOURCE INCOMPLETE: {missing}")


def _plainly(outcome: Outcome, pictures: list[Path]) -> Iterator[str]:
    """What the audit found, for a person who has not read its documentation."""
    audit, source = outcome.audit, outcome.record.source
    timeline = outcome.record.plan.source.timeline
    start = float(timeline.time(0)) if len(timeline) else 0.0
    size = source.video.upright_size
    yield from in_plain_words(audit.findings, size, pictures, start)
    yield from (f"check failed: {c.in_words()}" for c in audit.checks if not c.passed)
    if pictures:
        yield f"The pictures are in {pictures[0].parent}; --verbose gives all numbers."


def _as_json(
    outcome: Outcome, files: EvidenceFiles, plan_file: Path | None, pictures: list[Path]
) -> dict[str, Any]:
    record = outcome.record
    return {
        "source": str(record.source.path),
        "output": str(outcome.output),
        "exit_code": int(exit_code(outcome)),
        "frames": record.frames_written,
        "tracks": dict(Counter(t.target.word for t in record.plan.tracks)),
        "plan": None if plan_file is None else str(plan_file),
        "manifest": None if files.manifest is None else str(files.manifest),
        "sha256": record.output_sha256,
        "warnings": [str(w) for w in record.warnings],
        "incomplete": incomplete(record),
        "audit": outcome.audit.to_json(),
        "pictures": [str(p) for p in pictures],
    }


def exit_code(outcome: Outcome) -> ExitCode:
    if outcome.needs_review:
        return ExitCode.NEEDS_REVIEW
    return ExitCode.INCOMPLETE if incomplete(outcome.record) else ExitCode.DONE


def incomplete(record: RunRecord) -> str:
    """What is missing at the end of the source, in words; "" if nothing is known to be."""
    source = record.source
    return missing_words(
        source.path.name, record.frames_written, source.video.frames, source.missing
    )


def missing_words(name: str, frames: int, declared: int | None, missing: int) -> str:
    """As `incomplete`, from the numbers: pictures read and declared, bytes that are missing."""
    again = "What is there was redacted. Copy the file again from its origin."
    if declared is not None and frames < declared:
        return f"{name} has {frames} of {declared} pictures; the others are missing. {again}"
    return f"{name} ends early. {again}" if missing else ""


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
