"""What is left to do for a result: nothing where an earlier run has made it from the same source in
the same way, the rest where it was stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from .. import __version__
from ..detection import Detector
from ..errors import OutputError, OutputExistsError, PlanError, RedactError
from ..files import Held, belongs_to_user, beside, claim, read_file, sweep
from ..media import sha256_of
from ..plan import read_plan
from ..progress import Progress
from ..record import (
    CaseFields,
    Manifest,
    case_part,
    check_output,
    library_versions,
    manifest_path,
    raw_public,
    read_manifest,
    settings_as_json,
    sha256_of_bytes,
)
from ..settings import DetectSettings, RenderSettings, Settings, Stamp
from .held import HeldBack, held_back_for, stamp_from_json
from .kept_looks import forget_looks
from .order import Order, review_plan
from .result import Result, ResultState
from .search import who_looks


class _Note(msgspec.Struct):
    """What a killed run says: the file that it published last (the bytes of its path in hex, for a
    name need not be UTF-8), and what it holds."""

    published: str = ""
    sha256: str = ""


@dataclass(slots=True)
class Claim:
    """One run's claim on the name of a result.

    Attributes:
        final: the name.
        unfinished: files that a killed run had published before it was done with them: they may
            be replaced.
    """

    final: Path
    unfinished: tuple[Path, ...]
    _note: Held
    _published: bool = False

    @classmethod
    def begin(cls, final: Path, closed: Path | None = None) -> Claim:
        """Claim a name; what killed runs left in its folder is removed.

        Args:
            final: the name.
            closed: folder in which the result would be held back.

        Raises:
            OutputError: another run is at work on it, or the folder cannot be written to.
        """
        sweep(final.parent)
        try:
            note = claim(beside(final, "run"))
        except OSError as error:
            raise OutputError(
                f"{final}: cannot be written ({error.strerror or error})",
                "Choose a folder you may write to.",
            ) from error
        if note is None:
            raise OutputError(
                f"{final}: another redact is at work on it", "Wait until it is done, or stop it."
            )
        return cls(final, _unfinished(note, final, closed), note)

    def publishing(self, path: Path, sha256: str) -> None:
        """Say which file is about to get its name; on disk when this returns. Raises OSError."""
        data = msgspec.json.encode(_Note(os.fsencode(path.absolute()).hex(), sha256))
        os.lseek(self._note.handle, 0, os.SEEK_SET)
        os.ftruncate(self._note.handle, 0)
        os.write(self._note.handle, data)
        os.fsync(self._note.handle)
        self._published = True

    def stop(self) -> None:
        """The run is stopped by an error: the note stays if a file has its name already, and what
        belongs beside that file may be missing."""
        if self._published or self.unfinished:
            self._note.release()
        else:
            self.end()

    def end(self) -> None:
        """The run has ended by itself: nothing is left to take up."""
        self._note.remove()


def _unfinished(note: Held, final: Path, closed: Path | None) -> tuple[Path, ...]:
    """The file that a killed run had published, if it is still that file, and its record.

    A note that was copied with its folder, or that a stranger wrote, may name a file elsewhere:
    that is none of ours. A file that is held back is given as it lies in `closed`.
    """
    os.lseek(note.handle, 0, os.SEEK_SET)
    try:
        said = msgspec.json.decode(os.read(note.handle, 1 << 16), type=_Note)
        path = Path(os.fsdecode(bytes.fromhex(said.published)))
        place = os.path.realpath(path.parent)
        if path.name == final.name and place == os.path.realpath(final.parent):
            path = final
        elif closed is None or place != os.path.realpath(closed):
            return ()
        if sha256_of(path) != said.sha256:
            return ()
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RedactError):
        return ()
    return path, manifest_path(path)


@contextlib.contextmanager
def claimed(order: Order) -> Iterator[tuple[Order, Claim | None]]:
    """Claim the name of a result for as long as its run lasts.

    Yields the order, which may replace what a killed run had not finished, and the claim. There is
    none for a release: nothing but the video may lie there, be it for a moment.

    Raises:
        OutputError: see `Claim.begin`.
    """
    for folder in (order.final.parent, order.closed):
        sweep(folder)  # of what killed runs left: in the closed one it can be a face
    if order.release:
        yield order, None
        return
    one = Claim.begin(order.final, order.closed)
    try:
        if order.final in one.unfinished:
            order = replace(order, force=True)
        else:
            for path in one.unfinished:  # held back, and its run was stopped before it said so
                path.unlink(missing_ok=True)
        yield order, one
    except BaseException:
        one.stop()
        raise
    one.end()
    if order.plan_file is None:  # a run with a plan may have been stopped before
        forget_looks(review_plan(order.final))


def earlier_result(
    order: Order,
    claim: Claim | None,
    settings: DetectSettings,
    detector: Detector | None,
    progress: Progress,
    *,
    leave_done: bool,
    leave_held: bool,
) -> Result | None:
    """What an earlier run made from the same source in the same way; None where a run is needed.

    Reads only; hashes where all else is equal.

    Args:
        order, claim, settings, detector: of the run that is wanted now.
        progress: told about hashing.
        leave_done: a result that is done stays even if it may be replaced.
        leave_held: one that was held back stays so.

    Raises:
        OutputExistsError: something else has the name, and may not be replaced.
        UsageError, DependencyError: a result was held back, and the detector that the settings name
            cannot be loaded.
    """
    if claim is None or claim.unfinished or (order.force and not leave_done):
        return None
    wanted = _Wanted(order, settings, detector)
    source, final = order.info.path, order.final
    if final.exists():
        why = _why_other(wanted, progress)
        if not why:
            plan = order.plan_file if order.plan_file and order.plan_file.exists() else None
            known = read_manifest(manifest_path(final))
            return Result.of_earlier(source, final, final, ResultState.DONE_BEFORE, known, plan)
        if not order.force:
            raise OutputExistsError(
                f"{final}: is already there, and {why}",
                "choose another name with -o, or replace it with --force",
            )
        return None
    held = held_back_for(final, order.closed)
    if held is None or not leave_held or _held_differs(held, wanted, progress):
        return None
    output = order.closed / Path(held.output).name
    known_held = record_beside(Path(held.output))  # none where --no-manifest was given
    return Result.of_earlier(
        source, output, final, ResultState.NEEDS_REVIEW, known_held, Path(held.plan)
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """All that a result depends on."""

    order: Order
    settings: DetectSettings
    detector: Detector | None

    @property
    def who_looks(self) -> tuple[tuple[str, str], ...]:
        """See `who_looks`; the settings do not say it."""
        return who_looks(self.order.info, self.settings, self.detector)

    def differs_from(self, before: Mapping[str, Any]) -> list[str]:
        """Names of settings that differ from those on record, for example "style"."""
        draw = self.order.draw
        now = settings_as_json(Settings(self.settings, draw.render, draw.encode))
        then, today = _flat(before), _flat(json.loads(json.dumps(now)))
        keys = sorted(key for key in then.keys() | today.keys() if then.get(key) != today.get(key))
        return [key.rpartition(".")[2] for key in keys]


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def _why_other(wanted: _Wanted, progress: Progress) -> str:
    """Why a result that is there is not the one that is wanted now; "" if it is."""
    order = wanted.order
    if not order.evidence.manifest or not manifest_path(order.final).exists():
        return "it has no record that says how it was made"
    try:
        manifest = read_manifest(manifest_path(order.final))
        return next(_unlike(manifest, wanted, progress), "")
    except RedactError as error:
        return error.message


def _unlike(manifest: Manifest, wanted: _Wanted, progress: Progress) -> Iterator[str]:
    """Reasons why a result is not the one that is wanted now, the cheapest first."""
    order = wanted.order
    source, evidence, plan_file = order.info.path, order.evidence, order.plan_file
    if manifest.source.size != source.stat().st_size:
        yield "it was made from another file"
    changed = wanted.differs_from(manifest.run.settings)
    if changed:
        yield f"it was made with other settings ({', '.join(changed)})"
    if manifest.tool.redact != __version__ or manifest.tool.libraries != library_versions():
        yield "it was made by another version of redact or its libraries"
    signer = "" if evidence.credentials is None else evidence.credentials.sha256
    if manifest.output.credentials != signer:
        yield "its content credentials are others"
    if manifest.case != case_part(evidence.case or CaseFields()):
        yield "its record says something else about the case"
    if plan_file is not None and _hash(plan_file) not in ("", manifest.run.plan_sha256):
        yield f"{plan_file.name} was changed since, or belongs to something else"
    looked = tuple((m.name, m.sha256) for m in manifest.tool.models if m.role == "detect")
    if looked != wanted.who_looks:
        yield "another detector looked, or one with other weights"
    theirs = (order.final, manifest_path(order.final))
    if evidence.key is None and not all(map(belongs_to_user, theirs)):
        yield "it, or its record, belongs to another user"
    if manifest.source.sha256_before != sha256_of(source, progress):
        yield "it was made from another file"
    key = None if evidence.key is None else raw_public(evidence.key.public_key())
    record = check_output(order.final, log=evidence.log, key=key)
    if not record.holds:
        yield record.summary


def _held_differs(held: HeldBack, wanted: _Wanted, progress: Progress) -> bool:
    plan_file = wanted.order.plan_file
    path = plan_file if plan_file is not None and plan_file.exists() else Path(held.plan)
    if held.redact != __version__ or wanted.differs_from(held.settings):
        return True
    if _hash(path) != held.plan_sha256:
        return True
    try:  # the note does not say who looked; the plan does
        if read_plan(path).detectors != wanted.who_looks:
            return True
    except PlanError:
        return True
    return held.source_sha256 != sha256_of(wanted.order.info.path, progress)


def _hash(path: Path) -> str:
    """SHA-256 of a small file, "" if there is none."""
    try:
        return sha256_of_bytes(read_file(path))
    except OSError:
        return ""


def record_beside(output: Path) -> Manifest | None:
    """The manifest beside an output, None if there is none or it cannot be read."""
    try:
        return read_manifest(manifest_path(output))
    except PlanError:
        return None


def plan_beside(output: Path, record: Manifest) -> Path | None:
    """The plan that the record names by its hash, if it lies beside the output."""
    path = review_plan(output)
    return path if _hash(path) == record.run.plan_sha256 else None


def has_credentials(record: Manifest | None) -> bool:
    """Whether the output must hold content credentials: only a record may say so."""
    return record is not None and bool(record.output.credentials)


def margin_of(record: Manifest | None) -> float:
    """Margin that the masks were drawn with, as far as it is known."""
    usual = RenderSettings().margin
    if record is None:
        return usual
    render = record.run.settings.get("render")
    margin = render.get("margin") if isinstance(render, dict) else None
    return float(margin) if isinstance(margin, (int, float)) else usual


def stamp_of(record: Manifest | None) -> Stamp | None:
    """The stamp that was drawn, as far as it is known."""
    render = None if record is None else record.run.settings.get("render")
    try:
        return stamp_from_json(render.get("stamp")) if isinstance(render, dict) else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
