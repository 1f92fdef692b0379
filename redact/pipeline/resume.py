"""Decides whether an earlier run has already made the result: from the record and the plan beside
it, or from the note of a held-back result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..detection import Detector
from ..errors import OutputExistsError, PlanError, RedactError
from ..files import belongs_to_user
from ..media import sha256_of
from ..plan import read_plan
from ..progress import Progress
from ..record import (
    CaseFields,
    CheckResult,
    EvidenceChoice,
    Manifest,
    check_output,
    raw_public,
    read_manifest,
    settings_as_json,
)
from ..settings import DetectSettings, Settings
from ..words import Message, problem
from .beside_result import hash_of, record_beside
from .claim import Claim
from .held_back import HeldBack, held_in
from .order import Order
from .result import Result, ResultState
from .search_detectors import detectors_used


def earlier_result(
    order: Order,
    claim: Claim,
    settings: DetectSettings,
    detector: Detector | None,
    progress: Progress,
    *,
    leave_done: bool,
) -> Result | None:
    """The result of an earlier run of the same source with the same settings; None if a run is
    needed.

    Writes nothing, and hashes files only if everything else matches.

    Args:
        order, claim, settings, detector: of the run that was asked for.
        progress: told about hashing.
        leave_done: keep a finished result even if it may be replaced.

    Raises:
        OutputExistsError: another file has the name and may not be replaced.
        UsageError, DependencyError: a result was held back, and the detector that the settings name
            cannot be loaded.
    """
    if claim.unfinished or (order.delivery.force and not leave_done):
        return None
    wanted = _Wanted(order, settings, detector)
    source, final = order.info.path, order.final
    # The source itself is no earlier result, and `--force` would not replace it: `check_order`.
    if final.exists() and not final.samefile(source):
        why = _why_other(wanted, progress)
        if not why:
            plan = order.plan_file if order.plan_file and order.plan_file.exists() else None
            known = read_manifest(order.record)
            before, strict = ResultState.DONE_BEFORE, order.delivery.strict
            shown = None if order.delivery.release else order.record
            return Result.of_earlier(source, final, final, before, known, plan, shown, strict)
        if not order.delivery.force:
            raise problem(OutputExistsError, "result_in_the_way", path=final, why=why)
        return None
    held = held_in(order.folder)
    if held is None or _held_differs(held, wanted, progress):
        return None
    known_held = record_beside(order.held)  # none where --no-manifest was given
    return Result.of_earlier(
        source, order.held, final, ResultState.NEEDS_REVIEW, known_held, Path(held.plan)
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Everything that the result depends on."""

    order: Order
    settings: DetectSettings
    detector: Detector | None

    @property
    def detectors_used(self) -> tuple[tuple[str, str], ...]:
        """See `search_detectors.detectors_used`: the settings alone do not determine them."""
        return detectors_used(self.order.info, self.settings, self.detector)

    def differs_from(self, before: Mapping[str, Any]) -> list[str]:
        """Names of the settings that differ from the recorded ones, such as "style" or "stamp"."""
        draw = self.order.draw
        now = settings_as_json(Settings(self.settings, draw.render, draw.encode))
        then, today = _flat(before), _flat(json.loads(json.dumps(now)))
        keys = sorted(key for key in then.keys() | today.keys() if then.get(key) != today.get(key))
        return list(dict.fromkeys(key.split(".")[1] for key in keys))


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def _why_other(wanted: _Wanted, progress: Progress) -> Message | RedactError | None:
    """Why the existing result is not the one asked for; None if it is."""
    order = wanted.order
    if not order.delivery.evidence.manifest or not order.record.exists():
        return Message("result_no_record")
    try:
        manifest = read_manifest(order.record)
        return next(_unlike(manifest, wanted, progress), None)
    except RedactError as error:
        return error


def _unlike(manifest: Manifest, wanted: _Wanted, progress: Progress) -> Iterator[Message]:
    """Reasons why a result is not the one asked for, the cheapest to check first."""
    order = wanted.order
    source, evidence, plan_file = order.info.path, order.delivery.evidence, order.plan_file
    if manifest.source.size != source.stat().st_size:
        yield Message("result_other_file")
    changed = wanted.differs_from(manifest.run.settings)
    if changed:
        yield Message("result_other_settings", settings=", ".join(changed))
    if manifest.tool.redact != __version__:
        yield Message("result_other_version")
    if manifest.case != (evidence.case or CaseFields()):
        yield Message("result_other_case")
    if plan_file is not None and hash_of(plan_file) not in ("", manifest.run.plan_sha256):
        yield Message("result_plan_changed", plan=plan_file.name)
    used = tuple((m.name, m.sha256) for m in manifest.tool.models if m.role == "detect")
    if used != wanted.detectors_used:
        yield Message("result_other_detector")
    theirs = (order.final, order.record)
    if evidence.key is None and not all(map(belongs_to_user, theirs)):
        yield Message("result_of_other_user")
    if manifest.source.sha256_before != sha256_of(source, progress):
        yield Message("result_other_file")
    record = _holds(order.final, order.record, evidence)
    if not record.holds:
        yield record.summary


def _held_differs(held: HeldBack, wanted: _Wanted, progress: Progress) -> bool:
    plan_file = wanted.order.plan_file
    path = plan_file if plan_file is not None and plan_file.exists() else Path(held.plan)
    if held.redact != __version__:
        return True
    if hash_of(path) != held.plan_sha256 or _record_lacks(held, wanted.order.delivery.evidence):
        return True
    try:  # the note stores how it was drawn, the plan which targets and detectors were used
        plan = read_plan(path)
        if held.draw != wanted.order.draw or plan.settings != wanted.settings:
            return True
        if plan.detectors != wanted.detectors_used:
            return True
    except PlanError:
        return True
    return held.source_sha256 != sha256_of(wanted.order.info.path, progress)


def _record_lacks(held: HeldBack, evidence: EvidenceChoice) -> bool:
    """Whether the record of a held-back result lacks evidence that is asked for now: a key, a log
    or a case that the earlier run was not given. Extra evidence in it does no harm."""
    if not evidence.manifest:
        return False
    output = Path(held.output)
    record = record_beside(output)
    if record is None or evidence.case not in (None, record.case):
        return True
    return not _holds(output, None, evidence).holds


def _holds(output: Path, record: Path | None, evidence: EvidenceChoice) -> CheckResult:
    """Check that a record is intact, signed with the given key, and listed in the custody log."""
    key = None if evidence.key is None else raw_public(evidence.key.public_key())
    return check_output(output, log=evidence.log, key=key, manifest=record)
