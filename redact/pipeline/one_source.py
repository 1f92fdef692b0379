"""One source: taken up where it was stopped, passed over where it is done, else redacted; or looked
at ahead, for another machine's run of one long video.

While a run works on a result, a hidden note `.NAME.run` lies beside it, locked. A run that ends
removes it. One that was killed leaves it unlocked: the next run of the same result finds there
which file it had already given its name, and may replace that file and no other.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from ..detection import Detector
from ..errors import ExitCode, OutputError, OutputExistsError, RedactError
from ..files import Held, claim, sweep
from ..media import SourceInfo, probe, sha256_of
from ..progress import Progress
from ..record import Manifest, manifest_path, read_manifest
from ..settings import Settings
from .board import dividable
from .delivery import Delivery, review_plan
from .done import Earlier, State, Wanted, earlier_result, record_beside
from .held import HeldBack
from .helping import help_run
from .kept_looks import forget_looks
from .outcome import Hidden, Result, ResultState, missing_words
from .prepare_finish import closed_folder, final_name, finish, plan_place, prepare
from .run import run


class _Note(msgspec.Struct):
    """What a killed run says: the file that it published last (the bytes of its path in hex, for a
    name need not be UTF-8), and what it holds."""

    published: str = ""
    sha256: str = ""


@dataclass(slots=True)
class Work:
    """One run's claim on the name of a result.

    Attributes:
        final: the name.
        unfinished: files that a killed run had published before it was done with them: they may
            be replaced.
    """

    final: Path
    unfinished: tuple[Path, ...]
    _held: Held
    _published: bool = False

    @classmethod
    def begin(cls, final: Path, closed: Path | None = None) -> Work:
        """Claim a name; what killed runs left in its folder is removed.

        Args:
            final: the name.
            closed: folder in which the result would be held back.

        Raises:
            OutputError: another run is at work on it, or the folder cannot be written to.
        """
        sweep(final.parent)
        path = note_path(final)
        try:
            held = claim(path)
        except OSError as error:
            raise OutputError(
                f"{final}: cannot be written ({error.strerror or error})",
                "Choose a folder you may write to.",
            ) from error
        if held is None:
            raise OutputError(
                f"{final}: another redact is at work on it", "Wait until it is done, or stop it."
            )
        return cls(final, _unfinished(held, final, closed), held)

    def publishing(self, path: Path, sha256: str) -> None:
        """Say which file is about to get its name; on disk when this returns. Raises OSError."""
        data = msgspec.json.encode(_Note(os.fsencode(path.absolute()).hex(), sha256))
        os.lseek(self._held.handle, 0, os.SEEK_SET)
        os.ftruncate(self._held.handle, 0)
        os.write(self._held.handle, data)
        os.fsync(self._held.handle)
        self._published = True

    def stop(self) -> None:
        """The run is stopped by an error: the note stays if a file has its name already, and what
        belongs beside that file may be missing."""
        if self._published or self.unfinished:
            self._held.release()
        else:
            self.end()

    def end(self) -> None:
        """The run has ended by itself: nothing is left to take up."""
        with contextlib.suppress(OSError):
            self._held.path.unlink()
        self._held.release()


def note_path(final: Path) -> Path:
    return final.with_name(f".{final.name}.run")


def _unfinished(held: Held, final: Path, closed: Path | None) -> tuple[Path, ...]:
    """The file that a killed run had published, if it is still that file, and its record.

    A note that was copied with its folder, or that a stranger wrote, may name a file elsewhere:
    that is none of ours. A file that is held back is given as it lies in `closed`.
    """
    os.lseek(held.handle, 0, os.SEEK_SET)
    try:
        note = msgspec.json.decode(os.read(held.handle, 1 << 16), type=_Note)
        path = Path(os.fsdecode(bytes.fromhex(note.published)))
        place = os.path.realpath(path.parent)
        if path.name == final.name and place == os.path.realpath(final.parent):
            path = final
        elif closed is None or place != os.path.realpath(closed):
            return ()
        if sha256_of(path) != note.sha256:
            return ()
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RedactError):
        return ()
    return path, manifest_path(path)


def redact_one(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    *,
    leave_done: bool = False,
    detector: Detector | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Redact one source, unless an earlier run has done it from the same source in the same way.

    Args:
        source, settings, delivery: what is wanted.
        progress: told about stages and warnings.
        leave_done: what is done already is left even if it may be replaced.
        detector: what looks for faces and plates; None for redact's own networks.
        tell: told in a sentence what is taken up.

    Raises:
        RedactError: it failed; nothing unfinished has its final name.
    """
    info = probe(source)
    final = final_name(info, delivery)
    for folder in (final.parent, closed_folder(source, final, delivery)):
        sweep(folder)  # of what killed runs left: in the closed one it can be a face
    if delivery.release:  # nothing but the video may lie there, be it for a moment
        ready = prepare(source, settings.draw, delivery, delivery.plan_out)
        return finish(run(source, settings, ready, progress, detector), ready, delivery.plan_out)
    work = Work.begin(final, closed_folder(source, final, delivery))
    try:
        result = _resumed(
            info, final, settings, delivery, progress, leave_done, detector, tell, work
        )
    except BaseException:
        work.stop()
        raise
    work.end()
    if plan_place(final, delivery) is None:  # a run with a plan may have been stopped before
        forget_looks(review_plan(final))
    return result


def _resumed(
    info: SourceInfo,
    final: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    leave_done: bool,
    detector: Detector | None,
    tell: Callable[[str], None],
    work: Work,
) -> Result:
    """What is left to do for one result, done."""
    source, plan_file = info.path, plan_place(final, delivery)
    closed = closed_folder(source, final, delivery)
    for path in work.unfinished:
        if final not in work.unfinished:  # held back, and its run was stopped before it said so
            path.unlink(missing_ok=True)
    known = Earlier(State.NOTHING)
    if not work.unfinished and (leave_done or not delivery.force):
        wanted = Wanted(info, settings, delivery.evidence, plan_file, detector)
        known = earlier_result(wanted, final, closed, progress)
    if known.state is State.DONE:
        return _done(source, final, plan_file)
    if known.held is not None and delivery.acceptance is None:
        return _held(source, final, known.held, closed)
    delivery = replace(delivery, force=delivery.force or final in work.unfinished)
    if known.state is State.OTHER and not delivery.force:
        raise OutputExistsError(
            f"{final}: is already there, and {known.why}",
            "choose another name with -o, or replace it with --force",
        )
    ready = prepare(source, settings.draw, delivery, plan_file)
    if plan_file is not None and plan_file.exists():
        tell(f"{plan_file.name}: plan of an earlier run, taken up if it fits")
    outcome = run(source, settings, replace(ready, publishing=work.publishing), progress, detector)
    return finish(outcome, ready, plan_file)


def _done(source: Path, final: Path, plan_file: Path | None) -> Result:
    record = read_manifest(manifest_path(final))
    return Result(
        source=source,
        output=final,
        wanted=final,
        state=ResultState.DONE_BEFORE,
        plan_file=plan_file if plan_file is not None and plan_file.exists() else None,
        manifest=manifest_path(final),
        missing=_missing(source, record),
        hidden=_hidden(record),
    )


def _held(source: Path, final: Path, held: HeldBack, closed: Path) -> Result:
    record = record_beside(Path(held.output))  # none where --no-manifest was given
    return Result(
        source=source,
        output=closed / Path(held.output).name,
        wanted=final,
        state=ResultState.NEEDS_REVIEW,
        plan_file=Path(held.plan),
        missing="" if record is None else _missing(source, record),
        hidden=None if record is None else _hidden(record),
    )


def _missing(source: Path, record: Manifest) -> str:
    """What was missing at the end of the source when its result was made, in words."""
    said = record.source
    declared = None if said.declared_frames is None else said.declared_frames - said.cut_frames
    return missing_words(source.name, said.frames, declared, said.bytes_missing)


def _hidden(record: Manifest) -> Hidden:
    return Hidden.of((track.target, track.action) for track in record.tracks)


def help_one(source: Path, settings: Settings, delivery: Delivery) -> dict[str, Any]:
    """Answer questions of the run of a video until it is done; its result as JSON values.

    Args:
        source, settings, delivery: of the run that is helped. `ranges` of the result is None
            where it is not to be helped: the video is short, or no plan is kept, or others look
            than redact's own networks.

    Raises:
        RedactError: the video cannot be read, or a network does not work.
    """
    info = probe(source)
    place = None if delivery.release else plan_place(final_name(info, delivery), delivery)
    result = {"source": str(source), "exit_code": int(ExitCode.DONE), "state": "helped"}
    if place is None or settings.detect.detector or not dividable(info):
        return result | {"ranges": None}
    return result | {"ranges": help_run(info, settings, place)}
