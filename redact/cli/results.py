"""What comes out of a run: options about what is written besides the video, and results in words:
of findings, of what is held back and why.
"""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from ..auditing import Finding, FindingKind
from ..files import PRIVATE
from ..pipeline import Delivery, HeldBack, Result, ResultState, from_here, held_back_for
from ..plan import Plan
from ..record import Manifest, manifest_path
from ..types import Action, as_argument, clock, counted, numbered
from .destination import is_folder
from .evidence_options import evidence_options, take_acceptance
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
                metavar="NUMBERS=REASON",
                callback=take_acceptance,
                help="Publish in spite of these findings of the run before, for example '1,3=a "
                "statue', or 'all=…'. The reason goes on record. You cannot accept findings "
                "on a first run, and never a check that failed or a mask that was not drawn.",
            ),
            click.option(
                "--release",
                is_flag=True,
                help="Write only the video, under a neutral name unless -o names a file. Nothing "
                "in the file or its dates says who made it, and no record is kept.",
            ),
            click.option(
                "--review-dir",
                type=click.Path(path_type=Path),
                help="Also write a sheet of doubtful places into a private folder here. It shows "
                "faces: never hand it out.",
            ),
        )
    ):
        function = option(function)
    return evidence_options(function)


def chosen_delivery(params: Mapping[str, Any], output: Path | None) -> Delivery:
    """The options of `finish_options` and --force as one value.

    Args:
        params: of the command that runs now.
        output: file or folder for the result, as it was given.
    """
    sound = click.get_current_context().get_parameter_source("audio")
    return Delivery(
        output=output,
        in_folder=output is not None and is_folder(output),
        force=params["force"],
        release=params["release"],
        sound_chosen=sound is ParameterSource.COMMANDLINE,
        evidence=params["evidence"],
        plan_out=params["plan_out"],
        keep_plan=not params.get("no_plan", False),
        review_dir=params["review_dir"],
        acceptance=params["accept_findings"],
        command=typed_command(),
    )


def typed_command() -> tuple[str, ...]:
    """The command line as it was typed, for the record."""
    return ("redact", *(word for word in sys.argv[1:] if word != "--one-of-several"))


def tell_result(
    result: Result, terminal: Terminal, verbose: bool, mended: HeldBack | None = None
) -> None:
    """Tell the user how a run went, and what to do next.

    Args:
        result: of the run.
        terminal: to tell it on.
        verbose: say more about what was done.
        mended: what was held back, where the run mended that.
    """
    if result.sheet is not None:
        terminal.say(f"{result.sheet}: not for release")
    if result.record is None:
        _tell_earlier(result, terminal)
        return
    tell_findings(result, verbose, terminal)
    if result.needs_review:
        terminal.error(
            f"{result.output}: needs review, so it did not get the final name",
            what_to_do(result),
        )
        if result.wanted.exists():
            terminal.say(f"note: {result.wanted} is there from an earlier run; it is not this one")
    else:
        terminal.say(f"{result.output}: {_counted(result)}")
        _tell_old_copy(result, terminal, mended)
    for limit in result.record.plan.not_searched:
        terminal.say(f"NOT SEARCHED EVERYWHERE: {limit}")
    if result.missing:
        terminal.say(f"SOURCE INCOMPLETE: {result.missing}")


def _tell_old_copy(result: Result, terminal: Terminal, mended: HeldBack | None) -> None:
    """Offer to delete an older copy that was held back: it shows what was found."""
    folders = (place.parent / PRIVATE for place in (result.output, result.source))
    found = (held_back_for(result.wanted, folder) for folder in folders)
    held = mended or next(filter(None, found), None)
    files = [] if held is None else held.all_files()
    if held is None or not files:
        return
    name = from_here(held.output)
    beside = f" and {counted(len(files) - 1, 'file')} beside it" if len(files) > 1 else ""
    terminal.say(f"{name}{beside} show what was found before. To delete them:")
    terminal.say(shlex.join(["redact", "fix", as_argument(name), "--remove"]))


def tell_findings(result: Result, verbose: bool, terminal: Terminal) -> None:
    """What the audit of this run found, in plain words or, verbose, with all numbers."""
    audit, record = result.audit, result.record
    assert audit is not None and record is not None
    if verbose:
        for line in audit.in_words():
            terminal.say(line)
        for step in record.steps:
            # What the audit found stands above, line by line.
            said = "; ".join(map(str, step.detail))
            detail = "see above" if step.name == "audit" else said
            terminal.say(f"{step.name}: {detail} ({step.seconds:.1f} s)")
    elif not audit.passed:
        source = record.source
        timeline = record.plan.source.timeline
        start = float(timeline.time(0)) if len(timeline) else 0.0
        size = source.video.upright_size
        for line in in_plain_words(audit.findings, size, result.pictures, start):
            terminal.say(line)
        for check in audit.checks:
            if not check.passed:
                terminal.say(f"check failed: {check.in_words()}")
        if result.pictures:
            folder = result.pictures[0].parent
            terminal.say(f"The pictures are in {folder}; --verbose gives all numbers.")


def _tell_earlier(result: Result, terminal: Terminal) -> None:
    """Tell what an earlier run has done."""
    output = result.output
    if result.state is ResultState.NEEDS_REVIEW:
        terminal.error(
            f"{output}: needs review since an earlier run",
            f"{shlex.join(['redact', 'fix', str(output)])}\nIts pictures lie beside it. Change the "
            "plan, or add --force, to run it again.",
        )
    else:
        terminal.say(f"{output}: is done already, from the same source in the same way")
    if result.missing:
        terminal.say(f"SOURCE INCOMPLETE: {result.missing}")


def _counted(result: Result) -> str:
    assert result.audit is not None and result.plan is not None
    nothing = "the check found nothing, which is not a proof: look through it"
    passed = nothing if result.audit.passed else "published in spite of findings"
    return f"{tracks_in_words(result.plan)}; {passed}"


def tracks_in_words(plan: Plan) -> str:
    """How many tracks a plan hides, and which it keeps."""
    tracks = plan.tracks
    hidden = Counter(t.target.word for t in tracks if t.action is Action.REDACT)
    words = [f"{counted(n, f'{word} track')} hidden" for word, n in sorted(hidden.items())]
    # What stays visible must never be counted among what is hidden.
    kept = [t.id for t in tracks if t.action is Action.KEEP]
    words += [f"{numbered(kept)} visible by decision"] if kept else []
    alarms = [t.id for t in tracks if t.action is Action.FALSE_ALARM]
    words += [f"{numbered(alarms)} called a false alarm"] if alarms else []
    return ", ".join(words) or "nothing found to hide"


def words_for(output: Path, record: Manifest, plan: Path | None) -> str:
    """What is used, for the user."""
    name = manifest_path(output).name
    if plan is None:
        return (
            f"{name}: margin and targets are taken from it; the plan that it names is not beside "
            f"{output.name} (--plan names it), so what is hidden is worked out from the pixels"
        )
    return f"{name}: margin and targets are taken from it, and {plan.name} is the plan it names"


_ACROSS = ("left", "centre", "right")
_DOWN = ("upper", "middle", "lower")


def in_plain_words(
    findings: Sequence[Finding], size: tuple[int, int], pictures: Sequence[Path], start: float
) -> Iterator[str]:
    """One line a finding, with its number.

    Args:
        findings: of one audit.
        size: width and height of the upright picture.
        pictures: of the first findings, in order.
        start: time of the first picture in seconds; players count from there.
    """
    doubtful = [finding for finding in findings if finding.doubtful]
    folded = doubtful if _FEW < len(doubtful) < len(findings) else []
    for n, finding in enumerate(findings):
        if finding not in folded:
            when = _when(finding.start - start, finding.end - start)
            hide = "" if finding.kind is FindingKind.UNDRAWN else " Hide it?"
            perhaps = " Perhaps it is nothing." if finding.doubtful else ""
            picture = f" See {pictures[n].name}" if n < len(pictures) else ""
            told = f"{_what(finding)} {when}, {place(finding, size)}."
            yield f"{finding.number}. {told}{perhaps}{hide}{picture}"
    if folded:
        times = ", ".join(clock(max(0, int(f.start - start)), 0) for f in folded)
        numbers = f"{folded[0].number} to {folded[-1].number}"
        yield f"{numbers}. Doubtful, each perhaps nothing: at {times}. --verbose tells each."


_FEW: Final = 2
"""Doubtful findings that are told one by one beside those that are not."""


def _what(finding: Finding) -> str:
    thing = finding.target.spec.names["en"].a
    whose = "" if finding.track is None else f" of track {finding.track}"
    if finding.kind is FindingKind.UNDRAWN:
        return f"The mask{whose}, {thing}, was not drawn"
    if finding.kind is FindingKind.MISFIT:
        return f"The mask{whose} may leave part of {thing} visible"
    seen = finding.target.spec.names["en"].seen
    return f"{seen[0].upper()}{seen[1:]} may be visible"


def place(finding: Finding, size: tuple[int, int]) -> str:
    """Where in the picture, in thirds: "upper left", "centre"."""
    x, y = finding.path[len(finding.path) // 2][1].centre
    across = _ACROSS[min(2, max(0, int(3 * x / size[0])))]
    down = _DOWN[min(2, max(0, int(3 * y / size[1])))]
    if down == "middle":
        return across
    return down if across == "centre" else f"{down} {across}"


def _when(first: float, last: float) -> str:
    a, b = (clock(max(0, int(seconds)), 0) for seconds in (first, last))
    return f"at {a}" if a == b else f"from {a} to {b}"


def what_to_do(result: Result) -> str:
    """Lines for a person: commands stand alone on theirs, so that they can be copied."""
    audit = result.audit
    assert audit is not None
    name, findings = as_argument(result.output), audit.findings
    if not findings:
        return (
            "Look at what failed above; the file is kept for you to look at. To delete it:\n"
            f"{shlex.join(['redact', 'fix', name, '--remove'])}"
        )
    lines = ["To hide what was found:", shlex.join(["redact", "fix", name])]
    if audit.may_be_accepted:
        lines.append(
            "If you have looked at it and some of it is not a face or plate, say which, and why:"
        )
        lines.append(
            shlex.join(["redact", "fix", name, "--accept-findings", f"{_all(len(findings))}=…"])
        )
    return "\n".join(lines)


def _all(count: int) -> str:
    return ",".join(map(str, range(1, count + 1))) if count <= 3 else "1,2"
