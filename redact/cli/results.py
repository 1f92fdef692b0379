"""The output of a run: options for the files besides the video, and results in words: findings,
what is held back and why.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from ..auditing import finding_sentence
from ..files import work_folder
from ..pipeline import (
    Delivery,
    HeldBack,
    Result,
    ResultState,
    deletion_of,
    held_in,
    name_to_fix,
    relative_to_here,
)
from ..plan import Plan, census
from ..record import OpenPart, file_name, manifest_path
from ..report import census_in_words
from ..types import Decided, Finding, FindingKind, as_argument, clock
from ..words import said, say, spoken, word, words_of
from .app import PATH, as_typed, together, typed, typed_options
from .destination import is_folder
from .evidence_options import evidence_options
from .terminal import Terminal

PLACES_TOLD: Final = 3
"""Places told after a run (a judgement): `plan show`, the record and the page have all of them."""

finish_options = together(
    evidence_options,
    click.option("--plan", "plan_out", type=PATH),
    click.option("--release", is_flag=True),
    click.option("--strict", is_flag=True),
)
"""Options of `run` and `apply` for the files besides the video."""


def chosen_delivery(params: Mapping[str, Any], output: Path | None) -> Delivery:
    """The options of `finish_options` and --force as one value.

    Args:
        params: of the current command.
        output: file or folder for the result, as given.
    """
    return Delivery(
        output=output,
        in_folder=output is not None and is_folder(output),
        force=params["force"],
        release=params["release"],
        sound_chosen=typed("audio"),
        evidence=params["evidence"],
        plan_out=params["plan_out"],
        keep_plan=not params.get("no_plan", False),
        strict=params["strict"],
        command=typed_command(),
    )


def typed_command() -> tuple[str, ...]:
    """What the user asked for, for the record: the arguments of the current command, then its
    options. A path, told by the type of its parameter, is without its folders."""
    context = click.get_current_context()
    arguments: list[Any] = []
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument):
            value = context.params[parameter.name or ""]
            arguments += value if isinstance(value, tuple) else (value,)
    # One of several processes is given --json by the first, and not by the user.
    given = ("one_of_several", *(("as_json",) if context.params.get("one_of_several") else ()))
    options = typed_options(given, _on_record)
    return ("redact", context.info_name or "", *map(_on_record, arguments), *options)


def _on_record(value: Any) -> str:
    return file_name(value) if isinstance(value, Path) else as_typed(value)


def tell_result(
    result: Result, terminal: Terminal, verbose: bool, fixed: HeldBack | None = None
) -> None:
    """Tell the user how a run went, and what to do next.

    Args:
        result: of the run.
        terminal: to print on.
        verbose: say more about what was done.
        fixed: the held-back result that this run fixed, if any.
    """
    if result.record is None:
        _tell_earlier(result, terminal)
        return
    tell_findings(result, verbose, terminal)
    if result.needs_review:
        terminal.error(
            say("held_back", path=result.output),
            what_to_do(result),
        )
        if result.wanted.exists():
            terminal.say(say("older_result_there", path=result.wanted))
    else:
        terminal.say(_counted(result))
        for line in may_be_open_in_words(result.may_be_open[:PLACES_TOLD]):
            terminal.say(line)
        _tell_old_copy(result, terminal, fixed)
    for limit in result.record.plan.not_searched:
        terminal.say(say("not_searched_everywhere", limit=limit))
    if result.missing:
        terminal.say(say("source_incomplete", what=result.missing))
    if result.likely_open is not None:
        at = clock(result.likely_open.seconds, 0)
        terminal.say(say("likely_open", at=at))


def _tell_old_copy(result: Result, terminal: Terminal, fixed: HeldBack | None) -> None:
    """Offer to delete an older copy that was held back, because it shows what was found."""
    held = fixed or held_in(result.folder or work_folder(result.output))
    if held is None or not Path(held.output).exists():
        return
    name, count = relative_to_here(held.output), len(held.all_files()) - 1
    terminal.say(say("old_copy_left", name=name, count=count))
    terminal.say(deletion_of(held))


def tell_findings(result: Result, verbose: bool, terminal: Terminal) -> None:
    """Print the audit's findings, in plain words or, if verbose, with all numbers."""
    audit, record = result.audit, result.record
    assert audit is not None and record is not None
    timeline = record.plan.source.timeline
    first = float(timeline.time(0)) if len(timeline) else 0.0
    if verbose:
        for line in audit.in_words(first):
            terminal.say(line)
        for step in record.steps:
            # What the audit found stands above, line by line.
            detail = (
                say("see_above")
                if step.name == "audit"
                else word("term", "semicolon").join(map(said, step.detail))
            )
            seconds = step.seconds
            terminal.say(say("step_took", step=step.name, detail=detail, seconds=seconds))
    elif not audit.passed:
        source = record.source
        start = None if source.photograph else first
        size = source.video.upright_size
        answers = record.answers
        for line in in_plain_words(audit.findings, size, result.pictures, start, answers):
            terminal.say(line)
        for check in audit.checks:
            if not check.passed:
                terminal.say(say("check_failed", check=check.in_words()))
        if result.pictures:
            folder = result.pictures[0].parent
            terminal.say(say("pictures_are_in", folder=folder))


def _tell_earlier(result: Result, terminal: Terminal) -> None:
    """Say what an earlier run did."""
    output = result.output
    if result.state is ResultState.NEEDS_REVIEW:
        terminal.error(
            say("held_back_before", path=output),
            f"{shlex.join(['redact', 'fix', _name_of(result)])}\n{say('held_back_before_cure')}",
        )
    else:
        terminal.say(say("done_already", path=output))
    if result.missing:
        terminal.say(say("source_incomplete", what=result.missing))


def _counted(result: Result) -> str:
    assert result.audit is not None and result.plan is not None
    nothing = "found_nothing_look_first" if result.may_be_open else "found_nothing"
    passed = say(nothing if result.audit.passed else "published_anyway")
    what = hidden_by(result.plan)
    return say("result_made", path=result.output, what=what, passed=passed)


def hidden_by(plan: Plan) -> str:
    """How many people, vehicles and so on a plan hides, and how many it leaves visible."""
    return census_in_words(census(plan), words_of(spoken())) or say("finds_nothing")


def may_be_open_in_words(places: Iterable[OpenPart]) -> list[str]:
    """One line for each place where somebody may be open: the time, what is there, where, and how
    probable it is."""
    return [_place_in_words(place) for place in places]


def _place_in_words(place: OpenPart) -> str:
    at, what = clock(place.seconds, 1), word("open", place.why)
    percent = round(100 * place.chance)
    if place.box is None:
        return say("may_be_open_somewhere", at=at, what=what, percent=percent)
    box = _corner_and_size(place.box)
    return say("may_be_open", at=at, what=what, box=box, percent=percent)


def _corner_and_size(box: tuple[float, float, float, float]) -> str:
    """A box as `plan show` writes it."""
    left, top, right, bottom = map(round, box)
    return f"{left},{top} {right - left}×{bottom - top}"


def record_in_words(output: Path, plan: Path) -> str:
    """Say which record and plan of a finished file are used."""
    return say("record_with_plan", name=manifest_path(output).name, plan=plan.name)


def in_plain_words(
    findings: Sequence[Finding],
    size: tuple[int, int],
    pictures: Sequence[Path],
    start: float | None,
    answers: Mapping[int, Decided] = MappingProxyType({}),
) -> Iterator[str]:
    """One line per finding, with its number.

    Args:
        findings: of one audit.
        size: width and height of the upright picture.
        pictures: of the first findings, in order.
        start: time of the first picture in seconds, from which players count; None: a photograph.
        answers: why a finding was accepted, by its number; the line of any other is a question.
    """
    doubtful = [finding for finding in findings if finding.doubtful]
    folded: list[Finding] = []
    if start is not None and _MOST_DOUBTFUL < len(doubtful) < len(findings):
        folded = doubtful
    for n, finding in enumerate(findings):
        if finding not in folded:
            parts = [f"{finding.number}. {_sentence(finding, size, start)}"]
            parts += [say("reads", text=finding.shown_text)] if finding.text else []
            parts += [say("perhaps_nothing")] if finding.doubtful else []
            if finding.number in answers:
                parts.append(say("accepted_as", reason=answers[finding.number].reason))
            elif finding.kind is not FindingKind.UNDRAWN:
                parts.append(say("hide_it"))
            parts += [say("see_picture", name=pictures[n].name)] if n < len(pictures) else []
            yield " ".join(parts)
    if start is not None and folded:
        times = ", ".join(clock(max(0, int(f.start - start)), 0) for f in folded)
        first, last = folded[0].number, folded[-1].number
        yield say("doubtful_findings", first=first, last=last, times=times)


_MOST_DOUBTFUL: Final = 2
"""Doubtful findings that are listed one by one after the others, at most."""


def _sentence(finding: Finding, size: tuple[int, int], start: float | None) -> str:
    seconds = None if start is None else (finding.start - start, finding.end - start)
    box = finding.path[len(finding.path) // 2][1]
    said_in = words_of(spoken())
    return finding_sentence(
        said_in, finding.kind, finding.target, seconds, box, size, finding.track
    )


def what_to_do(result: Result) -> str:
    """Lines for a person: each command is on its own line, so that it can be copied."""
    audit = result.audit
    assert audit is not None
    name, findings = _name_of(result), audit.findings
    if not findings:
        remove = shlex.join(["redact", "fix", name, "--remove"])
        return f"{say('to_look_at_failed')}\n{remove}"
    lines = [say("to_hide_found"), shlex.join(["redact", "fix", name])]
    if audit.may_be_accepted:
        lines.append(say("to_accept_found"))
        lines.append(
            shlex.join(["redact", "fix", name, "--accept-findings", f"{_all(len(findings))}=…"])
        )
    return "\n".join(lines)


def _name_of(result: Result) -> str:
    """The shortest name of a held-back result, as `redact fix` takes it."""
    return as_argument(name_to_fix(result.folder or work_folder(result.output), result.source))


def _all(count: int) -> str:
    return ",".join(map(str, range(1, count + 1))) if count <= 3 else "1,2"
