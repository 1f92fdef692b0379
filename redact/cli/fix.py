"""`redact fix`: mend a result that was held back, with one command."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..auditing import Finding, FindingKind, hiding_places
from ..case import HeldBack, find_held, held_back_for, settings_from_json
from ..errors import MismatchError, UsageError
from ..evidence import CaseFields, EvidenceChoice, case_from_mapping, checked_option
from ..files import check_writable
from ..media import probe
from ..pipeline import apply as apply_stage
from ..plan import Plan, edit, read_plan
from ..running import Delivery, Journal, keep_plan, require_same_source
from ..types import counted
from . import options
from .accepting import Acceptance, parse_acceptance
from .evidence_options import private_key
from .finish import finish
from .terminal import Terminal


def _accepting(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Acceptance | None:
    return None if value is None else parse_acceptance(value)


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--accept-findings",
    metavar="NUMBERS=REASON",
    callback=_accepting,
    help="Hide all but these, which are no leaks, for example '1,3=a statue', or 'all=…'.",
)
@click.option("--by", default="", help="Who decided; goes on record.")
@click.option("--remove", is_flag=True, help="Remove what was held back, and mend nothing.")
@options.json_option
@options.verbose_option
def fix(
    name: Path,
    accept_findings: Acceptance | None,
    by: str,
    remove: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """Mend the result NAME that was held back: hide what was found in it, and check it again.

    NAME is the result in the folder NOT-FOR-RELEASE, the name that it should have had, or the
    original if the results lie beside it. What was found is added to
    its plan, and the plan is drawn with the options of the first run, under the name that it
    should have had. What was held back stays until 'redact fix NAME --remove'.
    """
    terminal = Terminal()
    held = find_held(name)
    if remove:
        return _remove(held, accept_findings, terminal)
    journal = Journal(terminal)
    info, plan_file = probe(_near(held.source)), _near(held.plan)
    plan = read_plan(plan_file)
    require_same_source(plan, info, journal)
    found = held.found()
    accepted = () if accept_findings is None else accept_findings.among(held)
    delivery, params = _as_before(held)
    check_writable(_near(held.final), held.force, never=(info.path, plan_file))
    mended = _hiding(plan, [f for f in found if f not in accepted], checked_option(by, "--by"))
    if mended is not plan:
        keep_plan(mended, plan_file)
        added = len(mended.tracks) - len(plan.tracks)
        terminal.say(f"{plan_file}: {counted(added, 'track')} added, to hide what was found")
    if accept_findings is not None:
        delivery = replace(
            delivery, accept_findings=accept_findings.reason, accepted_before=accepted
        )
    settings = settings_from_json(held.settings, str(held.note))
    outcome = apply_stage(info, mended, settings.draw, delivery, journal)
    params |= {"verbose": verbose, "as_json": as_json}
    result = finish(outcome, params, terminal, plan_file)
    left = held.all_files()
    if not outcome.needs_review and left:
        terminal.say(
            f"{_near(held.output)} and {counted(len(left) - 1, 'file')} beside it show what was "
            f"found. To delete them: redact fix {name} --remove"
        )
    if as_json:
        print(json.dumps(result, indent=1))
    return int(result["exit_code"])


def _as_before(held: HeldBack) -> tuple[Delivery, dict[str, Any]]:
    """The options of the run that was held back. The key's passphrase is asked for again.

    Raises:
        PlanError, UsageError: its case fields or key cannot be read.
    """
    case = case_from_mapping(held.case, str(held.note))
    key_file = Path(held.sign_key) if held.sign_key else None
    evidence = EvidenceChoice(
        manifest=not held.no_manifest,
        case=None if case == CaseFields() else case,
        log=Path(held.log) if held.log else None,
        key=None if key_file is None else private_key(key_file),
        key_file=key_file,
    )
    delivery = Delivery(
        output=_near(held.final),
        force=held.force,
        accepted_before=(),
        case=evidence.case,
        command=("redact", *sys.argv[1:]),
        release=held.release,
        closed=_near(held.output).parent,
    )
    params = {"evidence": evidence, "force": held.force, "release": held.release}
    return delivery, {**params, "plan_out": None, "review_dir": None, "output": None}


def _hiding(plan: Plan, findings: list[Finding], by: str) -> Plan:
    """The plan with a track for each finding. A mask that was not drawn is in it already."""
    last = len(plan.source.timeline) - 1
    for finding in findings:
        if finding.kind is not FindingKind.UNDRAWN:
            plan, _ = edit.add_track(
                plan,
                finding.target,
                hiding_places(finding, last),
                reason=f"found by the audit ({finding.number})",
                decided_by=by,
            )
    return plan


def _remove(held: HeldBack, accepted: Acceptance | None, terminal: Terminal) -> int:
    """Remove all that was held back from one name. Raises UsageError, MismatchError."""
    if accepted is not None:
        raise UsageError("--remove mends nothing", "Leave out --accept-findings.")
    folder, one = Path(held.output).parent, held
    while True:
        files = [path for path in one.all_files() if path.parent == folder]
        if Path(one.source) in files:
            raise MismatchError(f"{one.source}: is the original", "Delete by hand what may go.")
        for path in files:
            path.unlink()
            terminal.say(f"{_near(path)}: removed")
        other = held_back_for(Path(held.final), folder)
        if other is None or other == one:
            break
        one = other
    with contextlib.suppress(OSError):  # something else is in it
        folder.rmdir()
    return 0


def _near(path: Path | str) -> Path:
    """The path as seen from the working folder, if it lies there."""
    place, here = Path(path), Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place
