"""Pins the exact releases of redact's dependencies: `make locks` rewrites `constraints/`.

Their one source is pyproject.toml. Each file gives the SHA-256 of every file of a release:

* `redact.txt`: what a run needs, and the backend that builds the wheel;
* `extras.txt`, `dev.txt`: what the extras and the tests need besides, on top of `redact.txt`;
* `headless.txt`: OpenCV's build for machines without a display;

and `versions.txt`, the releases of `redact.txt` and `extras.txt` without hashes, for pipx: pip can
check no hash of a folder, and refuses to install one by constraints that have any.

Pinned releases stay as they are if the bounds still allow them; `--upgrade` takes the newest.
`--check` asks the registry whether every pinned release is still there.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from itertools import product
from pathlib import Path

from .installs import ROOT, InstallError, uv

FOLDER = ROOT / "constraints"
RUN: tuple[str, ...] = ()
EXTRAS = ("pdf", "heic", "words")
DEV = ("dev", "samples", "docs")
HEADLESS = "opencv-contrib-python-headless>=4.10,<5.2"
OLDEST, NEWEST = "3.11", "3.14"
BY = "# Written by `make locks` from pyproject.toml.\n"

Pins = dict[str, str]
"""Requirement with its marker ("av==18.1.0 ; python_full_version < '3.12'") → the lines of its
hashes."""


def locked(extras: tuple[str, ...], before: Path, upgrade: bool, others: Pins) -> Pins:
    """Everything that pip needs for redact with some extras.

    Args:
        before: the file with the last pins, if it exists; pins that still fit are kept.
        others: releases that are already decided.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out, settled = Path(scratch) / before.name, Path(scratch) / "settled.txt"
        settled.write_text("\n".join(others))
        if before.exists() and not upgrade:
            out.write_text(_whole(before))
        words = [word for extra in extras for word in ("--extra", extra)]
        return parsed(_compiled(out, "pyproject.toml", "-", *words, "-c", settled))


def _compiled(out: Path, *words: object, given: str = "hatchling\n") -> str:
    uv(
        *("pip", "compile", "--quiet", "--universal", "--python-version", OLDEST),
        *("--generate-hashes", "--no-annotate", "--no-header", "--output-file", out, *words),
        given=given,
    )
    return out.read_text()


def _whole(file: Path) -> str:
    """The text of a file, with the files that it includes."""
    text = file.read_text()
    for name in re.findall(r"^-r (\S+)$", text, re.MULTILINE):
        text = text.replace(f"-r {name}", _whole(file.parent / name))
    return text


def parsed(text: str) -> Pins:
    """Each requirement with the lines of its hashes."""
    found = re.findall(
        r"^(\w\S*==[^\\\n]+?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", text, re.MULTILINE
    )
    return dict(found)


def write(name: str, pins: Pins, on: str | None = None) -> None:
    lines = [f"{pin} \\\n{hashes}" for pin, hashes in pins.items()]
    (FOLDER / name).write_text(BY + (f"-r {on}\n" if on else "") + "".join(lines))
    print(f"{name}: {len(pins)} releases")


def lock(upgrade: bool) -> None:
    """Write all files."""
    dev = locked(DEV, FOLDER / "dev.txt", upgrade, {})
    run = locked(RUN, FOLDER / "redact.txt", upgrade, dev)
    extras = locked(EXTRAS, FOLDER / "extras.txt", upgrade, dev)
    write("redact.txt", run)
    for name, pins in (("extras.txt", extras), ("dev.txt", dev)):
        write(name, {pin: hashes for pin, hashes in pins.items() if pin not in run}, "redact.txt")
    (FOLDER / "versions.txt").write_text(BY + "".join(f"{pin}\n" for pin in run | extras))
    with tempfile.TemporaryDirectory() as scratch:
        text = _compiled(Path(scratch) / "headless.txt", "--no-deps", "-", given=HEADLESS)
    write("headless.txt", parsed(text))


def gone() -> list[str]:
    """Files of `constraints/` that can no longer be installed, with what is missing."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:  # a dry run, too, locks its target
        for file, python in product(("extras.txt", "dev.txt", "headless.txt"), (OLDEST, NEWEST)):
            command = (
                *("pip", "install", "--dry-run", "--quiet", "--refresh", "--require-hashes"),
                *("--only-binary", ":all:", "--no-deps", "--python-version", python),
                *("--target", scratch, "-r", FOLDER / file),
            )
            try:
                uv(*command)
            except InstallError as error:
                found.append(f"{file}, Python {python}: {error}")
    return found


def main() -> int:
    """Exit status 1 if `--check` finds that a release is gone."""
    parser = argparse.ArgumentParser(prog="python -m lab.locks", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest releases")
    parser.add_argument("--check", action="store_true", help="are the pinned releases there?")
    arguments = parser.parse_args()
    if arguments.check:
        found = gone()
        print("\n".join(found) or "every pinned release is there")
        return int(bool(found))
    lock(arguments.upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
