"""Claims the folder of a result for one run, and finds what a killed run left in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from ..errors import OutputError, RedactError
from ..files import (
    PLAN,
    README,
    RUN_NOTE,
    LockedFile,
    RunNote,
    claim,
    decoded_note,
    is_work_folder,
    keep_to_owner,
    path_as_text,
    ready_folder,
    sweep,
    unwritable,
)
from ..media import sha256_of
from ..words import problem
from .order import Order
from .stored_scans import delete_scans


@dataclass(slots=True)
class Claim:
    """One run's claim on a result and its folder.

    Attributes:
        note: what a killed run would leave to the next one.
    """

    note: RunNote
    _file: LockedFile

    @property
    def unfinished(self) -> bool:
        """Whether a file has its name, but perhaps not what belongs to it."""
        return bool(self.note.sha256)

    def publishing(self, sha256: str) -> None:
        """Note that the file with this hash is about to get its name; "": that nothing is left to
        write. The note is on disk on return. Raises OutputError."""
        self._write(replace(self.note, sha256=sha256))

    def _write(self, note: RunNote) -> None:
        handle = self._file.handle
        try:
            os.lseek(handle, 0, os.SEEK_SET)
            os.ftruncate(handle, 0)
            os.write(handle, note.encoded())
            os.fsync(handle)
        except OSError as error:
            raise unwritable(self._file.path, error) from error
        self.note = note


@contextlib.contextmanager
def claimed(order: Order) -> Iterator[tuple[Order, Claim]]:
    """Claim a result while its run lasts, and remove the temporary files that killed runs left.

    Yields the order, allowed to replace what a killed run had not finished, and the claim.

    Raises:
        OutputError: another run has claimed the result, or its folder cannot be written to.
    """
    for folder in (order.final.parent, order.folder, order.held_folder):
        sweep(folder)  # what a killed run left in the private folder may show a face
    with ready_folder(order.folder), _lock(order) as one:
        if order.delivery.release:
            keep_to_owner(order.folder, 0o700)  # it says what the release was made from
        yield (order.replacing() if one.unfinished else order), one
        one.publishing("")
        if order.plan_file is None:  # an earlier run with a plan may have been stopped
            delete_scans(order.folder / PLAN)


@contextlib.contextmanager
def _lock(order: Order) -> Iterator[Claim]:
    """The claim, until the context is left. Its note stays if anything else is in the folder."""
    path = order.folder / RUN_NOTE
    try:
        file = claim(path)
    except OSError as error:
        raise unwritable(order.final, error) from error
    if file is None:
        raise problem(OutputError, "claimed", path=order.final)
    log = order.delivery.evidence.log
    one = Claim(RunNote(source="", result=""), file)
    try:
        note = RunNote(
            source=path_as_text(order.info.path),
            result=path_as_text(order.final),
            log="" if log is None else path_as_text(log),
        )
        one = Claim(note, file)
        one.publishing(_killed(file, order))
        yield one
    finally:
        with contextlib.suppress(OSError):
            names = {there.name for there in order.folder.iterdir()}
            if names <= {README, RUN_NOTE} and not one.unfinished:
                file.remove()
        file.release()


def _killed(file: LockedFile, order: Order) -> str:
    """SHA-256 of the result, if a killed run gave it its name and it is unchanged; else "". What
    such a run held back is deleted: nobody was told of it."""
    os.lseek(file.handle, 0, os.SEEK_SET)
    said = decoded_note(os.read(file.handle, 1 << 16))
    for path in (order.final, order.held):
        with contextlib.suppress(RedactError):
            if said and said.sha256 and sha256_of(path) == said.sha256:
                if path == order.final:
                    return said.sha256
                clear_held(order)
    return ""


def clear_held(order: Order) -> None:
    """Delete what was held back under this name before, except the plan of this run."""
    if is_work_folder(order.folder) and order.held_folder.is_dir():
        for path in order.held_folder.iterdir():
            if path != order.plan_file and not path.is_dir():
                path.unlink(missing_ok=True)
