"""Writes the record of a run: manifest, signature, log entry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import OutputExistsError, UsageError
from ..files import PRIVATE, RECORD, check_writable, ready_folder, side_file, write_whole
from ..words import problem
from .build import build_manifest
from .case import CaseFields, Cuts
from .checked_text import checked_text
from .custody_log import anchor_of, append, case_details, check_appendable, run_details
from .manifest import dump_manifest
from .run_record import RunRecord
from .signature import named_key, signature_path
from .without_folders import file_name


@dataclass(frozen=True, slots=True)
class EvidenceChoice:
    """The record that the user wants.

    Attributes:
        manifest: write a manifest.
        case: fields for it.
        log: custody log to enter the run in.
        key: private key that signs manifest and log anchor.
        key_file: the file that it was read from.
        given: options that the user typed, for messages.
        exhibits: numbers of the exhibits by the names of their videos.
        command: what the user typed to open the page of review; empty if nothing.
        cuts: excerpts to make by the names of their videos.
    """

    manifest: bool = True
    case: CaseFields | None = None
    log: Path | None = None
    key: Ed25519PrivateKey | None = None
    given: tuple[str, ...] = ()
    key_file: Path | None = None
    exhibits: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, Cuts] = field(default_factory=dict)
    command: tuple[str, ...] = ()

    def for_video(self, path: Path) -> EvidenceChoice:
        """The same choice with the exhibit number of a video. Videos of one name in several folders
        are distinguished by their folders."""
        name = _name_of(path, self.exhibits)
        if name is None:
            return self
        number = self.exhibits[name]
        return replace(self, case=(self.case or CaseFields()).but(exhibit=number))

    def cuts_of(self, path: Path) -> Cuts:
        """The excerpts of a video that the case file names; none for all of it."""
        name = _name_of(path, self.cuts)
        return () if name is None else self.cuts[name]

    def exhibits_without(self, paths: Iterable[Path]) -> list[str]:
        """Names that have a number or excerpts but match none of these videos: most likely typing
        mistakes."""
        places = [f"/{path.as_posix()}" for path in paths]
        names = dict.fromkeys((*self.exhibits, *self.cuts))
        return [n for n in names if not any(p.endswith(f"/{n}") for p in places)]

    def refuse_with(self, option: str) -> None:
        """Raise UsageError if anything was asked for that `option` would leave out."""
        if self.given:
            raise problem(
                UsageError, "no_record_option", option=option, others=", ".join(self.given)
            )


def _name_of(path: Path, names: Iterable[str]) -> str | None:
    """The name that means a video, the most exact one; None if none does."""
    meant = [name for name in names if f"/{path.as_posix()}".endswith(f"/{name}")]
    return max(meant, key=len, default=None)


def check_evidence(
    choice: EvidenceChoice, output: Path, force: bool, path: Path | None = None
) -> None:
    """Check before a long run whether its record can be written to `path` after it; None: into the
    folder of the output.

    Raises:
        OutputExistsError: a manifest is already there.
        CheckFailedError, PlanError: the log is not intact, cannot be read, or cannot be extended;
            or a text that would go into it is not allowed there.
        OutputError: manifest or log cannot be written.
    """
    if not choice.manifest:
        return
    path = path or side_file(output, RECORD)
    if not force and os.path.lexists(path):
        raise problem(OutputExistsError, "record_there", path=path)
    check_writable(path, force, whole=True)
    if choice.key is not None:
        check_writable(signature_path(path), force=True, whole=True)
    if choice.log is None:
        return
    _check_entry(choice, output)
    check_appendable(choice.log)


def _check_entry(choice: EvidenceChoice, output: Path) -> None:
    """Raise PlanError if `append` would refuse the entry of this run.

    Hashes always pass, and the original's name does if the output's does.
    """
    case = choice.case or CaseFields()
    for key, text in (("output", file_name(output)), *case_details(case).items()):
        checked_text(text, f"{choice.log}: {key}")


def write_evidence(
    record: RunRecord, choice: EvidenceChoice, force: bool = False, path: Path | None = None
) -> Path | None:
    """Write the manifest to `path` (None: into the folder of the output), sign it, and enter the
    run in the log, in that order.

    Returns the path of the manifest; None if none was wanted.

    Raises:
        UnsafeError: the original changed during the run; nothing was written.
        OutputExistsError, OutputError, CheckFailedError: a file could not be written.
    """
    if not choice.manifest:
        return None
    anchor = anchor_of(choice.log) if choice.log else None
    manifest = build_manifest(record, log=anchor, signed_by=named_key(choice.key))
    data = dump_manifest(manifest)
    path = path or side_file(record.output, RECORD)
    # Beside a result that was held back, only the owner can read it, as with that result.
    mode = 0o600 if path.parent.resolve().name == PRIVATE else None
    with ready_folder(path.parent):
        write_whole(path, data, force=force, mode=mode)
    signature = signature_path(path)
    if choice.key is not None:
        write_whole(signature, choice.key.sign(data), force=True, mode=mode)
    else:
        signature.unlink(missing_ok=True)  # of an older manifest, replaced by --force
    if choice.log is not None:
        append(choice.log, "run", run_details(manifest, data), choice.key)
    return path
