"""The order for one video: what the user asked for, with every file name worked out. Whatever would
fail only after a long run is refused before it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ..errors import OutputError, UsageError
from ..files import PRIVATE, check_private, check_writable
from ..inspect import release_path
from ..media import (
    PHOTOGRAPH_ENDINGS,
    WEB,
    WRITTEN,
    SourceInfo,
    choose_encoding,
    container_for,
    default_output,
    for_web,
)
from ..record import (
    CREDENTIAL_FORMATS,
    EvidenceChoice,
    check_evidence,
    manifest_path,
    require_c2pa,
)
from ..render import Renderer, require_room
from ..settings import Audio, DrawSettings
from ..words import problem

LONGEST_NAME: Final = 255 - len(".needs-review-9.manifest.json")
"""Bytes of a result's name: file systems take 255, and what lies beside it has longer names."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Findings that are no leaks, by the numbers that they have in a result that was held back.

    It accepts nothing by itself: what the numbers mean has to be looked up first
    (`accepted_findings`).

    Attributes:
        numbers: of the findings; None for all of that result.
        reason: why they are no leaks; goes on record.
    """

    numbers: tuple[int, ...] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which files a user wants written for a source, and where.

    Attributes:
        output: final name, or a folder for a name of ours; None for "<stem>.redacted<ext>" beside
            the source.
        in_folder: `output` is a folder even if it is not there yet.
        force: what exists may be replaced.
        release: write the video alone; nothing in the file, its name or its times may say who
            made it.
        sound_chosen: somebody decided whether the sound is published; a release with sound is
            refused otherwise.
        evidence: the record that is kept.
        plan_out: keep the plan in this file.
        keep_plan: keep the plan beside the result where `plan_out` names no other place.
        review_dir: folder for a private sheet of doubtful places.
        acceptance: findings of an earlier run that may be published; None accepts none.
        command: the command line, for the record.
    """

    output: Path | None = None
    in_folder: bool = False
    force: bool = False
    release: bool = False
    sound_chosen: bool = False
    evidence: EvidenceChoice = field(default_factory=EvidenceChoice)
    plan_out: Path | None = None
    keep_plan: bool = True
    review_dir: Path | None = None
    acceptance: Acceptance | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One video, and what is to become of it.

    Attributes:
        info: of the video; where it is written for browsers, of its pictures as they show them.
        draw: how masks look and how the result is encoded.
        final: name of the result.
        closed: folder for the result if it is held back.
        delivery: what the user wants besides, with the record that is kept of this video.
        plan_file: where the plan lies. A search keeps it there as soon as it is made, and takes up
            what an earlier run kept there. None: nowhere.
        plan_named: that place was named, so that a plan of another user may lie there.
        plan_copy: where the plan is written at the end, besides; None: nowhere.
    """

    info: SourceInfo
    draw: DrawSettings
    final: Path
    closed: Path
    delivery: Delivery = field(default_factory=Delivery)
    plan_file: Path | None = None
    plan_named: bool = False
    plan_copy: Path | None = None

    def __post_init__(self) -> None:
        if self.draw.encode.codec == WEB:
            object.__setattr__(self, "info", for_web(self.info))

    @property
    def container(self) -> str:
        return container_for(self.final)

    @property
    def released(self) -> Path | None:
        """The source of a release, None where it is none."""
        return self.info.path if self.delivery.release else None

    def replacing(self) -> Order:
        """The same order, but existing files may be replaced."""
        return replace(self, delivery=replace(self.delivery, force=True))

    @property
    def beside(self) -> tuple[Path, ...]:
        """Files that a plan must not replace."""
        return self.info.path, self.final, manifest_path(self.final)


def order_to_run(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> Order:
    """The order of a whole run. Raises UsageError where the delivery contradicts itself."""
    order = _order(info, draw, delivery)
    beside = review_plan(order.final) if delivery.keep_plan and not delivery.release else None
    named = delivery.plan_out is not None
    return replace(order, plan_file=delivery.plan_out or beside, plan_named=named)


def order_to_apply(
    info: SourceInfo, draw: DrawSettings, delivery: Delivery, plan_file: Path | None = None
) -> Order:
    """The order to draw a plan, which `plan_file` holds. Raises as `order_to_run`."""
    return replace(_order(info, draw, delivery), plan_file=plan_file, plan_copy=delivery.plan_out)


def _order(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> Order:
    final = _final_name(info, delivery, draw.encode.codec)
    evidence = delivery.evidence.for_video(info.path)
    if len(os.fsencode(final.name)) > LONGEST_NAME:
        raise problem(OutputError, "name_too_long", path=final, most=LONGEST_NAME)
    if delivery.release:
        evidence.refuse_with("--release")
        evidence = EvidenceChoice(manifest=False)
        if info.audio and draw.encode.audio is Audio.KEEP and not delivery.sound_chosen:
            # Nobody said whether voices are to be published.
            raise problem(UsageError, "release_sound", name=info.path.name)
    # Never into a folder that is to be handed out.
    beside = info.path if delivery.release else final
    closed = (delivery.review_dir or beside.parent) / PRIVATE
    return Order(info, draw, final, closed, replace(delivery, evidence=evidence))


def _final_name(info: SourceInfo, delivery: Delivery, codec: str) -> Path:
    """Name of the result; in a folder, or where none is given, one of ours."""
    usual, output = default_output(info, codec), delivery.output
    if output is not None and not (delivery.in_folder or output.is_dir()):
        return output
    folder = output or usual.parent
    # A release must not carry the source's name, in whatever folder it lies.
    return release_path(folder, usual.suffix) if delivery.release else folder / usual.name


def review_plan(beside: Path) -> Path:
    """Path of the plan that is kept beside a result, or a source, for the user to correct. That of
    a photograph has its ending, too: cameras write a video of the same name beside it."""
    if beside.suffix.lower() in PHOTOGRAPH_ENDINGS:
        return beside.with_name(f"{beside.name}.plan.json")
    return beside.with_suffix(".plan.json")


def check_order(order: Order, *, searched: bool = False) -> None:
    """Raise RedactError where the result, or what belongs beside it, could not be written.

    Args:
        order: to be checked.
        searched: the plan is still to be made, and kept in `plan_file`.
    """
    if order.delivery.evidence.credentials is not None:
        if order.container not in CREDENTIAL_FORMATS:
            raise problem(UsageError, "c2pa_container", name=order.final.name)
        require_c2pa()
    if order.info.photograph != (order.container in WRITTEN):
        code = "photo_endings" if order.info.photograph else "photo_of_video"
        raise problem(OutputError, code, path=order.final)
    if not order.info.photograph:
        choose_encoding(order.info, order.draw.encode, order.container)
    Renderer(order.draw.render)
    require_room(order.draw.render.stamp, *order.info.video.upright_size)
    check_writable(order.final, order.delivery.force, never=(order.info.path,))
    if searched and order.plan_file is not None:
        # A plan that an earlier run kept is taken up, or refused for what it is.
        check_writable(order.plan_file, force=True, never=order.beside, whole=True)
    elif order.plan_copy is not None:
        check_writable(order.plan_copy, order.delivery.force, never=order.beside, whole=True)
    check_private(order.closed)
    check_evidence(order.delivery.evidence, order.final, order.delivery.force)
