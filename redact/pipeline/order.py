"""The order for one video: what the user asked for, with every file name resolved. Whatever would
fail at the end of a long run is refused before it starts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ..errors import OutputError, UsageError
from ..files import (
    PLAN,
    PRIVATE,
    RECORD,
    check_private,
    check_ready,
    check_writable,
    finding_picture,
    held_name,
    is_work_folder,
    release_folder,
    run_note,
    side_file,
    text_as_path,
    work_folder,
)
from ..inspect import release_path
from ..media import (
    WEB,
    WRITTEN,
    SourceInfo,
    choose_encoding,
    container_for,
    default_output,
    for_web,
    named_after,
)
from ..record import (
    CaseFields,
    EvidenceChoice,
    check_evidence,
)
from ..render import Renderer, require_room
from ..settings import Audio, DrawSettings, RenderSettings
from ..speech import Voices
from ..types import Target
from ..words import problem

LONGEST_NAME: Final = 255 - len(finding_picture(Path(held_name("", "")), 24).name)
"""Bytes in a result's name: file systems allow 255, and a picture of a finding has a longer one."""


_SMALLER, _LEAST = 10, 1 << 20
"""A result is hardly smaller than a tenth of its source; with plan and record it takes a megabyte
at least. Without room for that, nothing is searched."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The numbers of findings in a held-back result that the user says are not leaks.

    This alone accepts nothing: `redact.fix` must first look up what the numbers stand for.

    Attributes:
        numbers: of the findings; None for every finding of that result.
        reason: why they are not leaks; goes on record.
    """

    numbers: tuple[int, ...] | None
    reason: str

    def __str__(self) -> str:
        numbers = "all" if self.numbers is None else ",".join(map(str, self.numbers))
        return f"{numbers}={self.reason}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which files a user wants written for a source, and where.

    Attributes:
        output: final name, or a folder in which redact chooses the name; None for
            "<stem>.redacted<ext>" beside the source.
        in_folder: `output` is a folder even if it does not exist yet.
        force: existing files may be replaced.
        release: write the video alone; nothing in the file, its name or its timestamps may reveal
            who made it.
        sound_chosen: the user decided whether to publish the sound; without this, a release with
            sound is refused.
        evidence: which record to keep.
        plan_out: write the plan to this file.
        keep_plan: keep the plan beside the result unless `plan_out` names another place.
        strict: also end with `ExitCode.NEEDS_REVIEW` if somebody is likely to be open.
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
    strict: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One video and what to make of it.

    Attributes:
        info: of the video; if the result is for browsers, of its pictures as browsers show them.
        draw: how masks look and how the result is encoded.
        final: name of the result.
        folder: all that belongs to the result lies there. For a release it lies beside the source:
            nothing but the video may lie in the folder that is handed out, not even for a moment.
        delivery: the rest of what the user wants, with the evidence choice for this video.
        plan_file: path of the plan. A run saves its plan there as soon as the search ends, and
            reuses a plan that an earlier run saved there. None: the plan is not saved.
        plan_named: the user named that path, so the plan there may be another user's.
        plan_copy: second path, to which the plan is written at the end; None: no copy.
    """

    info: SourceInfo
    draw: DrawSettings
    final: Path
    folder: Path
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
    def held_folder(self) -> Path:
        """Private folder that takes the result if it is held back."""
        return self.folder / PRIVATE if is_work_folder(self.folder) else self.folder

    @property
    def held(self) -> Path:
        """Path of the result if it is held back. A name in the private folder need not be neutral,
        so it says what a release was made from."""
        stem = self.info.path.stem if self.delivery.release else self.final.stem
        return self.held_folder / held_name(stem, self.final.suffix)

    @property
    def record(self) -> Path:
        """Path of the record of the finished result. That of a release stays in the private
        folder, so that the same command can tell which videos are done."""
        return self.folder / RECORD

    def replacing(self) -> Order:
        """The same order, but existing files may be replaced."""
        return replace(self, delivery=replace(self.delivery, force=True))

    @property
    def beside(self) -> tuple[Path, ...]:
        """Files that a plan must not replace."""
        return self.info.path, self.final, self.record


def order_to_run(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> Order:
    """The order for a whole run. Raises UsageError if the delivery contradicts itself, OutputError
    if the name is too long."""
    order = _order(info, draw, delivery)
    beside = order.folder / PLAN if delivery.keep_plan else None
    named = delivery.plan_out is not None
    return replace(order, plan_file=delivery.plan_out or beside, plan_named=named)


def order_to_apply(
    info: SourceInfo, draw: DrawSettings, delivery: Delivery, plan_file: Path | None = None
) -> Order:
    """The order to draw the plan in `plan_file`. Raises as `order_to_run` does."""
    return replace(_order(info, draw, delivery), plan_file=plan_file, plan_copy=delivery.plan_out)


def _order(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> Order:
    final = _final_name(info, delivery, draw.encode.codec)
    evidence = delivery.evidence.for_video(info.path)
    if len(os.fsencode(final.name)) > LONGEST_NAME:
        raise problem(OutputError, "name_too_long", path=final, most=LONGEST_NAME)
    if delivery.release:
        evidence.refuse_with("--release")
        evidence = EvidenceChoice()
        if info.audio and draw.encode.audio is Audio.KEEP and not delivery.sound_chosen:
            # The user has not said whether to publish the voices.
            raise problem(UsageError, "release_sound", name=info.path.name)
    folder = release_folder(named_after(info)) if delivery.release else work_folder(final)
    draw = replace(draw, render=with_codes(draw.render, evidence.case))
    return Order(info, draw, final, folder, replace(delivery, evidence=evidence))


def with_codes(render: RenderSettings, case: CaseFields | None) -> RenderSettings:
    """The settings with the case's codes for what has none of its own, if a label shows codes."""
    if case is None or "{code}" not in render.label:
        return render
    codes = ((target.word, case.code_of(target.word)) for target in Target)
    return replace(render, codes=tuple(pair for pair in codes if pair[1]))


def _final_name(info: SourceInfo, delivery: Delivery, codec: str) -> Path:
    """The result's name: as given, or chosen by redact if the user gave a folder or nothing."""
    usual, output = default_output(info, codec), delivery.output
    if output is not None and not (delivery.in_folder or output.is_dir()):
        return output
    folder = output or usual.parent
    if not delivery.release:
        return folder / usual.name
    # A release must not carry the source's name in any folder.
    return released_before(named_after(info), folder) or release_path(folder, usual.suffix)


def released_before(named: Path, folder: Path) -> Path | None:
    """The neutral name in `folder` that an earlier run chose for a release; None if it chose none.

    Args:
        named: path by which files beside the source are named, see `named_after`.
        folder: of the release.
    """
    note = run_note(release_folder(named))
    if note is None or not note.own:
        return None
    final = text_as_path(note.result)
    return folder / final.name if final.parent.resolve() == folder.resolve() else None


def plan_of(result: Path) -> Path:
    """Path of the plan of a result, for the user to correct."""
    return side_file(result, PLAN)


def check_order(order: Order, *, searched: bool = False) -> None:
    """Raise RedactError if the result or a file beside it could not be written.

    Args:
        order: the order to check.
        searched: the run will search, and save its plan in `plan_file`.
    """
    if order.info.photograph != (order.container in WRITTEN):
        code = "photo_endings" if order.info.photograph else "photo_of_video"
        raise problem(OutputError, code, path=order.final)
    if not order.info.photograph:
        choose_encoding(order.info, order.draw.encode, order.container)
    Renderer(order.draw.render)
    require_room(order.draw.render.stamp, *order.info.video.upright_size)
    least = order.info.size // _SMALLER + _LEAST
    check_writable(order.final, order.delivery.force, never=(order.info.path,), size=least)
    if searched and order.plan_file is not None:
        # Not refused for existing: `reuse_plan` decides about a plan that an earlier run saved.
        check_writable(order.plan_file, force=True, never=order.beside, whole=True)
    elif order.plan_copy is not None:
        check_writable(order.plan_copy, order.delivery.force, never=order.beside, whole=True)
    if order.draw.encode.audio is Audio.MUTE_SPEECH:
        Voices()  # raises now what would end the run after the search
    _check_folder(order)
    # A release that is done again was moved, or is replaced: its record is nobody else's.
    force = order.delivery.force or order.delivery.release
    check_evidence(order.delivery.evidence, order.final, force, order.record)


def _check_folder(order: Order) -> None:
    """Raise OutputError if the folder of the result could not be made, or nothing held back in it.
    That of a release lies beside its source, which may be on a card that cannot be written to."""
    try:
        check_ready(order.folder)
        check_private(order.held_folder)
    except OutputError as error:
        if not order.delivery.release:
            raise
        raise problem(OutputError, "held_beside_source", path=order.held_folder) from error
