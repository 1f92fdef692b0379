"""One source of `redact run`: taken up where it was stopped, passed over where it is done."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..case import Earlier, HeldBack, State, Work, earlier_result
from ..errors import ExitCode, OutputExistsError, RedactError
from ..evidence import manifest_path, read_manifest
from ..media import probe
from ..pipeline import run as run_pipeline
from ..running import review_plan
from ..settings import Settings
from .finish import closed_folder, final_name, finish, missing_words, prepare
from .terminal import Terminal


def run_one(
    source: Path,
    output: Path | None,
    settings: Settings,
    params: dict[str, Any],
    terminal: Terminal,
    several: bool,
) -> dict[str, Any]:
    """Result of one source as JSON values, with its time in seconds and its state in a word.

    Args:
        source, output, settings, params: of the command.
        several: sources are worked on: an error of one is told and does not stop the others, and
            what is done already is left even with --force.

    Raises:
        RedactError: it failed, and there are no others.
    """
    begun = time.monotonic()
    try:
        result = _run(source, output, settings, dict(params), terminal, several)
    except RedactError as error:
        if not several:
            raise
        terminal.error(error.message, error.hint)
        result = {"source": str(source), "exit_code": int(error.exit_code)}
        result |= {"error": error.message, "hint": error.hint}
    result.setdefault("state", STATES.get(ExitCode(result["exit_code"]), "refused"))
    return result | {"seconds": round(time.monotonic() - begun, 1)}


STATES = {
    ExitCode.DONE: "done",
    ExitCode.INCOMPLETE: "source incomplete",
    ExitCode.NEEDS_REVIEW: "needs review",
}
"""What a source is called in a summary, by its exit code; all others are refused."""


def _run(
    source: Path,
    output: Path | None,
    settings: Settings,
    params: dict[str, Any],
    terminal: Terminal,
    several: bool,
) -> dict[str, Any]:
    info = probe(source)
    if params["release"]:  # nothing but the video may lie there, be it for a moment
        delivery = prepare(source, output, settings.draw, params, params["plan_out"])
        outcome = run_pipeline(source, settings, delivery, terminal)
        return finish(outcome, {**params, "output": output}, terminal)
    final = final_name(info, output, False)
    work = Work.begin(final)
    try:
        result = _resumed(source, final, output, settings, params, terminal, several, work)
    except BaseException:
        work.stop()
        raise
    work.end()
    return result


def _resumed(
    source: Path,
    final: Path,
    output: Path | None,
    settings: Settings,
    params: dict[str, Any],
    terminal: Terminal,
    several: bool,
    work: Work,
) -> dict[str, Any]:
    """What is left to do for one result, done."""
    plan_file, closed = kept_plan(final, params), closed_folder(source, final, params)
    for path in work.unfinished:
        if path.parent != final.parent:  # held back, and its run was stopped before it said so
            path.unlink(missing_ok=True)
    known = Earlier(State.NOTHING)
    if not work.unfinished and (several or not params["force"]):
        evidence = params["evidence"]
        known = earlier_result(source, final, closed, settings, evidence, plan_file, terminal)
    if known.state is State.DONE:
        return _done(source, final, plan_file, terminal)
    if known.held is not None and params["accept_findings"] is None:
        return _held(source, known.held, closed, terminal)
    params["force"] = params["force"] or final in work.unfinished
    if known.state is State.OTHER and not params["force"]:
        raise OutputExistsError(
            f"{final}: is already there, and {known.why}",
            "choose another name with -o, or replace it with --force",
        )
    delivery = prepare(source, output, settings.draw, params, plan_file)
    if plan_file is not None and plan_file.exists():
        terminal.say(f"{plan_file.name}: plan of an earlier run, taken up if it fits")
    delivery = replace(delivery, publishing=work.publishing)
    outcome = run_pipeline(source, settings, delivery, terminal)
    return finish(outcome, {**params, "output": output}, terminal, plan_file)


def kept_plan(final: Path, params: dict[str, Any]) -> Path | None:
    """Where the plan of a result is kept."""
    if params["plan_out"] is not None:
        return Path(params["plan_out"])
    return None if params["no_plan"] else review_plan(final)


def _done(source: Path, final: Path, plan_file: Path | None, terminal: Terminal) -> dict[str, Any]:
    terminal.say(f"{final}: is done already, from the same source in the same way")
    said = read_manifest(manifest_path(final)).source
    missing = missing_words(source.name, said.frames, said.declared_frames, said.bytes_missing)
    if missing:
        terminal.say(f"SOURCE INCOMPLETE: {missing}")
    return {
        "source": str(source),
        "output": str(final),
        "exit_code": int(ExitCode.INCOMPLETE if missing else ExitCode.DONE),
        "state": "done before",
        "plan": str(plan_file) if plan_file is not None and plan_file.exists() else None,
        "manifest": str(manifest_path(final)),
        "incomplete": missing,
    }


def _held(source: Path, held: HeldBack, closed: Path, terminal: Terminal) -> dict[str, Any]:
    output = closed / Path(held.output).name
    terminal.error(
        f"{output}: needs review since an earlier run",
        f"{shlex.join(['redact', 'fix', str(output)])}\nIts pictures lie beside it. Change the "
        "plan, or add --force, to run it again.",
    )
    return {
        "source": str(source),
        "output": str(output),
        "exit_code": int(ExitCode.NEEDS_REVIEW),
        "state": "needs review",
        "plan": held.plan,
    }
