"""Taking up a run that was stopped: what it had done, and what of it may be replaced.

While a run works on a result, a hidden note `.NAME.run` lies beside it, locked. A run that ends
removes it. One that was killed leaves it unlocked: the next run of the same result finds there
which file it had already given its name, and may replace that file and no other.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..errors import OutputError, RedactError
from ..evidence import manifest_path
from ..files import Held, claim, sweep
from ..media import sha256_of


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
    def begin(cls, final: Path) -> Work:
        """Claim a name; what killed runs left in its folder is removed.

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
        return cls(final, _unfinished(held), held)

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


def _unfinished(held: Held) -> tuple[Path, ...]:
    """The file that a killed run had published, if it is still that file, and its record."""
    os.lseek(held.handle, 0, os.SEEK_SET)
    try:
        note = msgspec.json.decode(os.read(held.handle, 1 << 16), type=_Note)
        path = Path(os.fsdecode(bytes.fromhex(note.published)))
        if not note.published or sha256_of(path) != note.sha256:
            return ()
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RedactError):
        return ()
    return path, manifest_path(path)
