"""The folder of a result, `RESULT.redact` beside it: all that redact keeps of it lies there.

`run.json` in it says whose folder it is and, while redact works on the result, is locked; a killed
process leaves its note there for the next one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..words import say
from .folders import check_folder, refuse_link
from .names import README, RUN_NOTE, WORK_ENDING, is_work_folder, work_folder
from .output import unwritable, write_whole
from .own_mark import is_own, own_mark
from .reading import read_file

_FORMAT: Final = "redact-run"


class RunNote(Struct, kw_only=True):
    """Contents of `run.json`. Paths are absolute, and stored as `path_as_text` writes them.

    Attributes:
        source, result: the original and the result's final name.
        log: the custody log in which the result was entered; "" for none.
        sha256: of the file that a run was giving its name when it was stopped, hex; "" if it wrote
            everything that belongs to it.
        mark: proves that this user's redact wrote the note, see `own`.
    """

    format: str = _FORMAT
    source: str
    result: str
    log: str = ""
    sha256: str = ""
    mark: str = ""

    @property
    def own(self) -> bool:
        """Whether this user's redact wrote the note."""
        return is_own(msgspec.json.encode(replace(self, mark="")), self.mark)

    def encoded(self) -> bytes:
        """The bytes of the file, with a new mark."""
        plain = replace(self, mark="")
        marked = replace(plain, mark=own_mark(msgspec.json.encode(plain)))
        return msgspec.json.format(msgspec.json.encode(marked), indent=1) + b"\n"


def decoded_note(data: bytes) -> RunNote | None:
    """The note in a file; None if it is none."""
    try:
        note = msgspec.json.decode(data, type=RunNote)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return note if note.format == _FORMAT else None


def run_note(folder: Path) -> RunNote | None:
    """The note of the last run in a folder; None if there is none."""
    try:
        return decoded_note(read_file(folder / RUN_NOTE))
    except OSError:
        return None


def path_as_text(path: Path) -> str:
    """A path in full; a name need not be UTF-8, so it is quoted as in a URL."""
    return quote_from_bytes(os.fsencode(path.absolute()))


def text_as_path(text: str) -> Path:
    """The path that `path_as_text` wrote; the empty path for one that no system could look up."""
    data = unquote_to_bytes(text)
    return Path() if b"\0" in data else Path(os.fsdecode(data))


@contextlib.contextmanager
def ready_folder(folder: Path) -> Iterator[None]:
    """Make the folder of a result, with a README in the user's language that says what its files
    are. If nothing else is in it on leaving the context, it is removed. Any other folder is left
    as it is.

    Raises:
        OutputError: it cannot be made, or is a link, which could lead the files elsewhere.
    """
    if not is_work_folder(folder):
        yield
        return
    refuse_link(folder)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    readme = folder / README
    if not os.path.lexists(readme):
        write_whole(readme, (say("work_folder_readme") + "\n").encode())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if list(folder.iterdir()) == [readme]:
                readme.unlink()
                folder.rmdir()


def check_ready(folder: Path) -> None:
    """Raise OutputError if `ready_folder` could not make a folder."""
    refuse_link(folder)
    check_folder(folder)


def folder_named(name: Path) -> Path | None:
    """The folder of a result that is named itself, by anything in it, or by its result; else
    None."""
    full = name.absolute()
    inside = [path for path in (full, *full.parents) if is_work_folder(path)]
    folder = next((path for path in (*inside[:1], work_folder(full)) if path.is_dir()), None)
    if folder is None or name.is_absolute():
        return folder
    return Path(os.path.relpath(folder))


def folders_of(name: Path) -> list[Path]:
    """The folders of results that a name means, the surest only.

    Args:
        name: of such a folder, of anything in one, of its result, or of an original. That of an
            original may lie elsewhere (`-o out/`): the search goes on two levels below the
            folder of the name and below the working folder.
    """
    folder = folder_named(name)
    if folder is not None:
        return [folder]
    found: dict[str, Path] = {}
    for place in (name.parent, Path()):
        for pattern in (f"*{WORK_ENDING}", f"*/*{WORK_ENDING}", f"*/*/*{WORK_ENDING}"):
            for folder in sorted(place.glob(pattern)):
                note = run_note(folder)
                if note is not None and _same(source_of(folder, note), name):
                    found.setdefault(os.path.realpath(folder), folder)
    return list(found.values())


def result_of(folder: Path, note: RunNote | None) -> Path:
    """Path of the result of a folder: beside it, unless the folder is that of a release, which lies
    elsewhere."""
    beside = folder.with_name(folder.name.removesuffix(WORK_ENDING))
    if note is None:
        return beside
    said = text_as_path(note.result)
    return beside if said.name == beside.name else said


def source_of(folder: Path, note: RunNote) -> Path:
    """Path of the original: if the folder was moved since with all around it, the new one."""
    source, before = text_as_path(note.source), text_as_path(note.result).parent
    moved = folder.parent / source.name
    return moved if source.parent == before and moved.exists() else source


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
