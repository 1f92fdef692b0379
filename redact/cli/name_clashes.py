"""Files of several runs: one must not replace another's result, sheet or source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..auditing import sheet_path
from ..errors import UsageError
from ..media import default_output_name
from ..running import Delivery


def check_names(sources: tuple[Path, ...], folder: Path | None, delivery: Delivery) -> None:
    """As `check_results`, with one folder for all results; None: beside each source."""
    check_results([(source, folder) for source in sources], delivery)


def check_results(sources: Sequence[tuple[Path, Path | None]], delivery: Delivery) -> None:
    """Refuse sources whose files would get the same names, before work is done on the first.

    Manifests and repaired plans are named after results, so they differ where results do.

    Args:
        sources: of one command, each with the folder for its result; they need not be there.
        delivery: of the command.

    Raises:
        UsageError: two names are the same.
    """
    review_dir = delivery.review_dir
    paths = tuple(source for source, _ in sources)
    if delivery.release:
        _check_release(sources, review_dir)
        return
    finals = [(folder or source.parent) / default_output_name(source) for source, folder in sources]
    twice = _repeated(finals)
    if twice is not None:
        raise UsageError(
            f"{twice}: two of the sources would be written to it",
            "Rename one of them, or run them one by one.",
        )
    if delivery.force:
        _check_originals(paths, finals)
    # A result that is held back is named after the final name, so its sheet is too.
    twice = None if review_dir is None else _repeated(sheet_path(f, review_dir) for f in finals)
    if twice is not None:
        raise UsageError(
            f"{twice}: the sheets of two of the sources would be written to it",
            "Rename one of them, or run them one by one, each with its own --review-dir.",
        )


def _check_originals(sources: tuple[Path, ...], finals: list[Path]) -> None:
    """Each run spares its own source, but knows nothing of the others'."""
    originals = {_entry(s) for s in sources} | {Path(os.path.realpath(s)) for s in sources}
    taken = next((final for final in finals if _entry(final) in originals), None)
    if taken is not None:
        raise UsageError(
            f"{taken}: is one of the sources, and another would be written to it",
            "Leave one of them or --force out, or name a folder with -o.",
        )


def _check_release(sources: Sequence[tuple[Path, Path | None]], review_dir: Path | None) -> None:
    """In one folder no two results get the same name, in several they do."""
    folders = {Path(os.path.realpath(folder or source.parent)) for source, folder in sources}
    if review_dir is not None and len(folders) > 1:
        raise UsageError(
            f"{review_dir}: the sheets of results with neutral names in {len(folders)} folders "
            "could replace each other",
            "Name one folder with -o, or run them one by one, each with its own --review-dir.",
        )


def _repeated(paths: Iterable[Path]) -> Path | None:
    """The first path that another one before it names, too, if only by another way."""
    seen = set()
    for path in paths:
        entry = _entry(path)
        if entry in seen:
            return path
        seen.add(entry)
    return None


def _entry(path: Path) -> Path:
    """The entry in its folder that a path names: a link is replaced, not what it points to."""
    return Path(os.path.realpath(path.parent)) / path.name
