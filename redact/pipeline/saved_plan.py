"""Saves the plan of a run for the next one, and checks whether a saved plan fits a video and its
settings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

from .. import __version__
from ..detection import Detector
from ..errors import MismatchError, OutputExistsError, PlanError, UsageError
from ..files import earlier_plan, plan_name, unwritable
from ..media import WEB, SourceInfo, default_output, named_after, sha256_of
from ..plan import Plan, is_own_plan, read_plan, write_plan
from ..progress import Stages
from ..settings import DetectSettings
from ..words import Message, problem
from .journal import Journal
from .order import Order, plan_of
from .search import settings_for
from .search_detectors import detectors_used
from .stored_scans import delete_scans


def save_plan(plan: Plan, path: Path) -> None:
    """Save the plan of a run, and delete the stored scans of its search. Raises as `write_plan`.

    An existing plan is replaced: `reuse_plan` has checked that it may be.
    """
    write_plan(plan, path, force=True)
    delete_scans(path)


def set_plan_aside(path: Path, journal: Journal) -> None:
    """Rename a plan that is about to be replaced, if a person worked on it or it is unreadable:
    `--force` asks for a new result, not to lose hours of decisions. Raises OutputError."""
    try:
        if not os.path.lexists(path) or not read_plan(path).by_person:
            return
    except PlanError:
        pass
    number = 1
    while os.path.lexists(aside := earlier_plan(path, number)):
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        raise unwritable(aside, error) from error
    journal.warn(Message("plan_put_aside", name=path.name, aside=aside.name))


def plan_to_review(info: SourceInfo, folder: Path | None = None) -> Path:
    """Path of the plan that a review of a video should open: the newest that a run or an earlier
    review saved. If there is none, the path where a run would save its plan, so that a later run
    uses the decisions of the review.

    Args:
        info: of the video.
        folder: for results; None for that of the video.

    Raises:
        OutputExistsError: the plan there was not written by this user's redact; somebody else may
            have decided in it to keep a person visible.
    """
    usual = default_output(info)
    places = [plan_of(made) for made in (usual, default_output(info, WEB))]
    places.append(searched_plan(info))
    if folder is not None:
        places.insert(0, plan_of(folder / usual.name))
    there = [path for path in places if is_own_plan(path)]
    if not there and os.path.lexists(places[0]):
        raise problem(OutputExistsError, "plan_of_others", path=places[0], name=info.path)
    return max(there, key=lambda path: path.stat().st_mtime_ns, default=places[0])


def searched_plan(info: SourceInfo) -> Path:
    """Path of the plan that a search alone saves beside a source. It has the whole name: a camera's
    photograph and video may differ in the extension alone."""
    return named_after(info).with_name(plan_name(named_after(info).name))


def reuse_plan(
    order: Order, settings: DetectSettings, journal: Journal, detector: Detector | None = None
) -> Plan | None:
    """The plan that an earlier run saved, if its source, settings and detectors were the same; None
    if there is none.

    It includes what a person has decided since. A plan that does not fit is ignored if the order
    may replace it. A plan that this user's redact did not write fits only if the order names it:
    somebody else may have decided in it to keep a person visible. The record lists this step
    instead of the detection.

    Raises:
        OutputExistsError: the existing plan does not fit and may not be replaced.
        UsageError, DependencyError: the detector that the settings name cannot be loaded.
    """
    path = order.plan_file
    if path is None or not os.path.lexists(path):
        return None
    try:
        plan = read_plan(path)
        ours = order.plan_named or is_own_plan(path)
        why = None if ours else Message("plan_of_other_user")
        why = why or _unfit(plan, order.info, settings, journal, detector)
    except PlanError:
        why = Message("plan_unreadable")
    if why and order.delivery.force:
        return None
    if why:
        raise problem(OutputExistsError, "plan_in_the_way", path=path, why=why)
    delete_scans(path)
    with journal.step("detect", None) as step:
        step.say(Message("plan_taken_up", count=len(plan.tracks)))
    return plan


def _unfit(
    plan: Plan,
    info: SourceInfo,
    settings: DetectSettings,
    journal: Journal,
    detector: Detector | None = None,
) -> Message | None:
    """Why a search would not make this plan now; None if it would.

    Raises:
        UsageError, DependencyError: see `detectors_used`.
    """
    if plan.source.size != info.size or plan.source.sha256 != sha256_of(info.path, journal):
        return Message("plan_other_file")
    if plan.version != __version__:
        return Message("plan_other_version")
    for field in fields(settings):
        then = getattr(plan.settings, field.name)
        if then != getattr(settings, field.name):
            return _made_with(field.name, then)
    # Last, because this loads a detector from another package.
    if plan.detectors != detectors_used(info, settings, detector):
        return Message("plan_other_detector")
    return None


def require_chosen_settings(
    plan: Plan, path: Path, info: SourceInfo, settings: DetectSettings, names: Iterable[str]
) -> None:
    """Require that the plan a review opens was made with the settings that the user chose: one who
    asks for heads would take them for hidden.

    Args:
        plan, path, info: of the video.
        settings: of the command.
        names: of the settings that the user chose; the others are not compared.

    Raises:
        UsageError: the plan was made with others.
    """
    asked = settings_for(info, settings)
    for name in names:
        then = getattr(plan.settings, name)
        if then != getattr(asked, name):
            why = _made_with(name, then)
            raise problem(UsageError, "plan_asked_otherwise", path=path, why=why)


def _made_with(name: str, value: object) -> Message:
    """Say with which value of a setting the plan was made."""
    if isinstance(value, StrEnum):
        option = "damage" if name == "damaged" else name
        return Message("plan_with", option=option, value=value.value)
    others = {
        "texts": "--targets",
        "scope": "--cut, --ignore-area",
    }
    option = others.get(name, f"--{name.replace('_', '-')}")
    return Message("plan_with_other", option=option)


def require_same_source(
    plan: Plan, info: SourceInfo, progress: Stages, digest: str | None = None
) -> str:
    """Require that a plan was made for this file; returns the file's SHA-256, hex.

    A plan can be edited by hand. With another size or time base its masks would land elsewhere, or
    outside the picture, and nothing would look wrong.

    Args:
        plan: the plan.
        info: of the file.
        progress: told about hashing.
        digest: SHA-256 of the file, if it has just been computed.

    Raises:
        MismatchError: contents, length in bytes, upright size, time base or excerpt differ.
        InputError: the file cannot be read.
    """
    digest, said = digest or sha256_of(info.path, progress), plan.source
    if digest != said.sha256:
        raise problem(MismatchError, "other_file", path=f"{info.path}", name=said.name)
    width, height = info.video.upright_size
    own = info.video.orientation.upright_size(info.video.width, info.video.height)
    if (said.width, said.height) == own != (width, height):
        raise problem(MismatchError, "odd_for_web", path=info.path, width=width, height=height)
    for field, planned, found in (
        ("size", said.size, info.size),
        ("width", said.width, width),
        ("height", said.height, height),
        ("time_base", said.timeline.time_base, info.video.time_base),
        ("begin", said.begin, None if info.part is None else info.part.begin),
    ):
        if planned != found:
            raise problem(
                MismatchError,
                "other_field",
                path=f"{info.path}",
                field=field,
                planned=f"{planned}",
                found=f"{found}",
            )
    return digest
