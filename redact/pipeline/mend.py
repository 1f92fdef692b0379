"""A result that was held back: what was found in it is hidden as well, and it is checked again."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..auditing import Finding, FindingKind, hiding_places
from ..errors import MismatchError, OutputExistsError, UsageError
from ..files import check_writable, made_folder, sweep
from ..media import probe
from ..plan import Plan, edit, read_plan
from ..progress import Progress
from ..record import CaseFields, Credentials, EvidenceChoice, case_from_mapping
from ..types import counted
from .acceptance import Acceptance
from .delivery import Delivery
from .done import record_beside, settings_from_json
from .held import HeldBack, among, held_back_for
from .journal import Journal
from .kept_plan import keep_plan, require_same_source
from .outcome import Result
from .prepare_finish import finish
from .run import apply


def mend(
    held: HeldBack,
    progress: Progress,
    *,
    acceptance: Acceptance | None = None,
    decided_by: str = "",
    key: Ed25519PrivateKey | None = None,
    credentials: Credentials | None = None,
    command: tuple[str, ...] = (),
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Hide what was found in a result that was held back, and draw and check it again.

    Args:
        held: the note beside the result.
        progress: told about stages and warnings.
        acceptance: findings that are no leaks and are not hidden.
        decided_by: who decided; goes on record.
        key: private key that signs, where the first run signed.
        credentials: that sign content credentials, where the first run did.
        command: for the record.
        tell: told in a sentence what was added to the plan.

    Raises:
        RedactError: it could not be drawn, or a finding is not to be accepted.
    """
    if held.credentials and credentials is None:
        raise UsageError(
            f"{held.final}: was to carry content credentials, and nothing is given to sign them",
            f"Certificate and key of the first run: {', '.join(held.credentials)}.",
        )
    for path in (held.final, held.output):
        sweep(near(path).parent)
    journal = Journal(progress)
    info, plan_file = probe(near(held.source)), near(held.plan)
    plan = read_plan(plan_file)
    require_same_source(plan, info, journal)
    found = held.found()
    accepted = None if acceptance is None else among(acceptance, held)
    delivery = replace(delivery_as_before(held, key, command, credentials), acceptance=accepted)
    # The first run left nothing in the folder for its result, so it may have taken it away again.
    with made_folder(near(held.final).parent):
        _refuse_mended(held)
        check_writable(near(held.final), held.force, never=(info.path, plan_file))
        shown = () if accepted is None else accepted.findings
        mended = hiding(plan, [f for f in found if f not in shown], decided_by)
        if mended is not plan:
            keep_plan(mended, plan_file)
            added = len(mended.tracks) - len(plan.tracks)
            tell(f"{plan_file}: {counted(added, 'track')} added, to hide what was found")
        draw = settings_from_json(held.settings, str(held.note)).draw
        return finish(apply(info, mended, draw, delivery, journal), delivery, plan_file)


def _refuse_mended(held: HeldBack) -> None:
    """Raise OutputExistsError where the result has its name already and is not to be replaced."""
    final = near(held.final)
    if held.force or not os.path.lexists(final):
        return
    delete = shlex.join(["redact", "fix", str(near(held.output)), "--remove"])
    record = record_beside(final)
    if record is not None and record.source.sha256_before == held.source_sha256:
        raise OutputExistsError(
            f"{final}: is mended already",
            f"Nothing is left to do. To delete what was held back: {delete}",
        )
    raise OutputExistsError(
        f"{final}: is there already, and no record beside it says what it was made from",
        "If an earlier 'redact fix' made it, nothing is left to do; to delete what was held back: "
        f"{delete}. If it is something else, rename it, and give this command again.",
    )


def delivery_as_before(
    held: HeldBack,
    key: Ed25519PrivateKey | None,
    command: tuple[str, ...],
    credentials: Credentials | None = None,
) -> Delivery:
    """The delivery of the run that was held back. Raises PlanError: its case cannot be read."""
    case = case_from_mapping(held.case, str(held.note))
    evidence = EvidenceChoice(
        manifest=not held.no_manifest,
        case=None if case == CaseFields() else case,
        log=Path(held.log) if held.log else None,
        key=key,
        key_file=Path(held.sign_key) if held.sign_key else None,
        credentials=credentials,
    )
    return Delivery(
        output=near(held.final),
        force=held.force,
        release=held.release,
        sound_chosen=True,
        evidence=evidence,
        command=command,
        closed=near(held.output).parent,
    )


def hiding(plan: Plan, findings: list[Finding], decided_by: str) -> Plan:
    """The plan with a track for each finding. A mask that was not drawn is in it already."""
    last = len(plan.source.timeline) - 1
    for finding in findings:
        if finding.kind is not FindingKind.UNDRAWN:
            plan, _ = edit.add_track(
                plan,
                finding.target,
                hiding_places(finding, last),
                reason=f"found by the audit ({finding.number})",
                decided_by=decided_by,
            )
    return plan


def remove_held(held: HeldBack) -> list[Path]:
    """Remove all that was held back from one name; returns what was removed.

    Raises:
        MismatchError: the original is among it.
    """
    folder, one = Path(held.output).parent, held
    removed: list[Path] = []
    while True:
        files = [path for path in one.all_files() if path.parent == folder]
        if Path(one.source) in files:
            raise MismatchError(f"{one.source}: is the original", "Delete by hand what may go.")
        for path in files:
            path.unlink()
            removed.append(path)
        other = held_back_for(Path(held.final), folder)
        if other is None or other == one:
            break
        one = other
    with contextlib.suppress(OSError):  # something else is in it
        folder.rmdir()
    return removed


def near(path: Path | str) -> Path:
    """The path as seen from the working folder, if it lies there."""
    place, here = Path(path), Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place
