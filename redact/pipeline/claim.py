"""Claims the name of a result for one run, and finds what a killed run left under it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..errors import OutputError, RedactError
from ..files import LockedFile, beside, claim, sweep, unwritable
from ..media import sha256_of
from ..record import manifest_path
from ..words import problem
from .order import Order, review_plan
from .stored_scans import delete_scans


class _Note(msgspec.Struct):
    """The note of a running process, which stays behind if the process is killed: path (its bytes
    in hex, because a name need not be UTF-8) and SHA-256 of the file that it published last."""

    published: str = ""
    sha256: str = ""


@dataclass(slots=True)
class Claim:
    """One run's claim on the name of a result.

    Attributes:
        final: the name.
        unfinished: files that a killed run had published but not finished; they may be replaced.
    """

    final: Path
    unfinished: tuple[Path, ...]
    _note: LockedFile
    _published: bool = False

    @classmethod
    def begin(cls, final: Path, held_folder: Path | None = None) -> Claim:
        """Claim a name, and remove temporary files that killed runs left in its folder.

        Args:
            final: the name.
            held_folder: private folder for the result if it is held back.

        Raises:
            OutputError: another run has claimed the name, or the folder is not writable.
        """
        sweep(final.parent)
        try:
            note = claim(beside(final, "run"))
        except OSError as error:
            raise unwritable(final, error) from error
        if note is None:
            raise problem(OutputError, "claimed", path=final)
        return cls(final, _unfinished(note, final, held_folder), note)

    def publishing(self, path: Path, sha256: str) -> None:
        """Note which file is about to get its name. The note is on disk on return. Raises
        OutputError."""
        data = msgspec.json.encode(_Note(os.fsencode(path.absolute()).hex(), sha256))
        try:
            os.lseek(self._note.handle, 0, os.SEEK_SET)
            os.ftruncate(self._note.handle, 0)
            os.write(self._note.handle, data)
            os.fsync(self._note.handle)
        except OSError as error:
            raise unwritable(path, error) from error
        self._published = True

    def stop(self) -> None:
        """End the claim of a run that failed. The note stays if a file already has its name,
        because the files beside it may be missing."""
        if self._published or self.unfinished:
            self._note.release()
        else:
            self.end()

    def end(self) -> None:
        """End the claim of a run that completed: nothing is left to continue."""
        self._note.remove()


def _unfinished(note: LockedFile, final: Path, held_folder: Path | None) -> tuple[Path, ...]:
    """The file that a killed run had published, if its contents are unchanged, and its record.

    A file in neither of the two folders is ignored: the note may have been copied with its folder,
    or written by a stranger.
    """
    os.lseek(note.handle, 0, os.SEEK_SET)
    try:
        said = msgspec.json.decode(os.read(note.handle, 1 << 16), type=_Note)
        path = Path(os.fsdecode(bytes.fromhex(said.published)))
        place = os.path.realpath(path.parent)
        if path.name == final.name and place == os.path.realpath(final.parent):
            path = final
        elif held_folder is None or place != os.path.realpath(held_folder):
            return ()
        if sha256_of(path) != said.sha256:
            return ()
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RedactError):
        return ()
    return path, manifest_path(path)


@contextlib.contextmanager
def claimed(order: Order) -> Iterator[tuple[Order, Claim | None]]:
    """Claim the name of a result while its run lasts.

    Yields the order, allowed to replace what a killed run had not finished, and the claim. A
    release has no claim: nothing but the video may lie in its folder, not even for a moment.

    Raises:
        OutputError: see `Claim.begin`.
    """
    for folder in (order.final.parent, order.held_folder):
        sweep(folder)  # what a killed run left in the private folder may show a face
    if order.delivery.release:
        yield order, None
        return
    one = Claim.begin(order.final, order.held_folder)
    try:
        if order.final in one.unfinished:
            order = order.replacing()
        else:
            for path in one.unfinished:  # held back, by a run that was killed before it told
                path.unlink(missing_ok=True)
        yield order, one
    except BaseException:
        one.stop()
        raise
    one.end()
    if order.plan_file is None:  # an earlier run with a plan may have been stopped
        delete_scans(review_plan(order.final))
