"""The name of a result, claimed by one run; and what a run that was killed left under it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..errors import OutputError, RedactError
from ..files import LockedFile, beside, claim, sweep
from ..media import sha256_of
from ..record import manifest_path
from ..words import problem, reason_of
from .kept_scans import forget_scans
from .order import Order, review_plan


class _Note(msgspec.Struct):
    """The note of a running process, found if it is killed: the file that it published last (the
    bytes of its path in hex, for a name need not be UTF-8), and what it holds."""

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
    _note: LockedFile
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
            raise problem(
                OutputError, "claim_unwritten", path=final, reason=reason_of(error)
            ) from error
        if note is None:
            raise problem(OutputError, "claimed", path=final)
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


def _unfinished(note: LockedFile, final: Path, closed: Path | None) -> tuple[Path, ...]:
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
    if order.delivery.release:
        yield order, None
        return
    one = Claim.begin(order.final, order.closed)
    try:
        if order.final in one.unfinished:
            order = order.replacing()
        else:
            for path in one.unfinished:  # held back, and its run was stopped before it said so
                path.unlink(missing_ok=True)
        yield order, one
    except BaseException:
        one.stop()
        raise
    one.end()
    if order.plan_file is None:  # a run with a plan may have been stopped before
        forget_scans(review_plan(order.final))
