"""Before a run: names are chosen, and what could only fail after a long run is refused now."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError, OutputExistsError, UsageError
from ..evidence import (
    CREDENTIAL_FORMATS,
    EvidenceChoice,
    check_evidence,
    manifest_path,
    release_path,
    require_c2pa,
)
from ..files import PRIVATE, check_folder, check_writable
from ..media import SourceInfo, choose_encoding, container_for, default_output, probe
from ..render import Renderer
from ..running import Delivery, review_plan
from ..settings import Audio, DrawSettings
from .acceptance import findings_of


def prepare(
    source: Path, draw: DrawSettings, delivery: Delivery, plan_file: Path | None = None
) -> Delivery:
    """The delivery with everything filled in that depends on the source.

    Args:
        source, draw, delivery: of the run.
        plan_file: where the plan is kept during the run, and taken up from; None: nowhere.

    Raises:
        RedactError: the result, or something that belongs beside it, could not be written.
    """
    info = probe(source)
    if delivery.release:
        delivery.evidence.refuse_with("--release")
        delivery = replace(delivery, evidence=EvidenceChoice(manifest=False))
        _require_choice_of_sound(info, draw, delivery)
    final = final_name(info, delivery)
    if delivery.evidence.credentials is not None:
        _check_credentials(final)
    choose_encoding(info, draw.encode, container_for(final))
    Renderer(draw.render)
    _check_result(final, delivery.force, source)
    kept = plan_file or delivery.plan_out
    if kept is not None:
        # A plan that an earlier run kept is taken up, or refused for what it is.
        replaceable = delivery.force or plan_file is not None
        check_writable(kept, replaceable, never=files_beside(source, final), whole=True)
    closed = closed_folder(source, final, delivery)
    check_folder(closed)
    check_evidence(delivery.evidence, final, delivery.force)
    accepted = delivery.acceptance
    return replace(
        delivery,
        output=final,
        in_folder=False,
        accept_findings="" if accepted is None else accepted.reason,
        accepted_before=() if accepted is None else findings_of(accepted, final, closed),
        closed=closed,
        plan_file=plan_file,
    )


def _require_choice_of_sound(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> None:
    """Raise UsageError where nobody said whether voices are to be published."""
    if info.audio and draw.encode.audio is Audio.KEEP and not delivery.sound_chosen:
        raise UsageError(
            f"--release: {info.path.name} has sound, and voices identify people",
            "Choose: --audio mute drops it, --audio keep publishes it as it is.",
        )


def _check_credentials(final: Path) -> None:
    """Raises UsageError or DependencyError where no content credentials could be made."""
    if container_for(final) not in CREDENTIAL_FORMATS:
        raise UsageError(
            f"--c2pa: {final.name} cannot hold content credentials",
            "Choose an output in .mp4 or .mov with -o, or leave out --c2pa.",
        )
    require_c2pa()


def _check_result(path: Path, force: bool, source: Path) -> None:
    """As `redact.files.check_writable`; the advice names the option that results have."""
    try:
        check_writable(path, force, never=(source,))
    except (OutputError, OutputExistsError) as error:
        hint = re.sub("another (?:name|place)", r"\g<0> with -o", error.hint)
        raise type(error)(error.message, hint) from error


def closed_folder(source: Path, final: Path, delivery: Delivery) -> Path:
    """Where a result goes that is held back: never into a folder that is to be handed out."""
    beside = source if delivery.release else final
    return (delivery.review_dir or beside.parent) / PRIVATE


def final_name(info: SourceInfo, delivery: Delivery) -> Path:
    """Name of the result; in a folder, or where none is given, one of ours."""
    usual, output = default_output(info), delivery.output
    if output is not None and not (delivery.in_folder or output.is_dir()):
        return output
    folder = output or usual.parent
    # A release must not carry the source's name, in whatever folder it lies.
    return release_path(folder, usual.suffix) if delivery.release else folder / usual.name


def plan_place(final: Path, delivery: Delivery) -> Path | None:
    """Where the plan of a result is kept, None for nowhere."""
    if delivery.plan_out is not None:
        return delivery.plan_out
    return review_plan(final) if delivery.keep_plan else None


def files_beside(source: Path, output: Path) -> tuple[Path, ...]:
    """Files of a run that its plan must not replace."""
    return source, output, manifest_path(output)
