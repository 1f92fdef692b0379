"""Putting the record of a run on disk: manifest, signature, log entry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import CheckFailedError, OutputExistsError, UsageError
from ..files import PRIVATE, check_writable, write_whole
from ..media import sha256_of_bytes
from ..messages import problem
from .build import build_manifest
from .case import CaseFields
from .content_credentials import Credentials
from .custody import anchor_of, append, read_log
from .manifest import Manifest, dump_manifest, manifest_path
from .record import RunRecord
from .signature import make_signature, named_key, signature_path


@dataclass(frozen=True, slots=True)
class EvidenceChoice:
    """What record the user wants.

    Attributes:
        manifest: write a manifest.
        case: fields for it.
        log: custody log to enter the run in.
        key: private key that signs manifest and log anchor.
        key_file: where it was read from.
        credentials: what signs content credentials in the output; None for none.
        given: options that the user typed, for messages.
    """

    manifest: bool = True
    case: CaseFields | None = None
    log: Path | None = None
    key: Ed25519PrivateKey | None = None
    given: tuple[str, ...] = ()
    key_file: Path | None = None
    credentials: Credentials | None = None

    def refuse_with(self, option: str) -> None:
        """Raise UsageError if anything was asked for that `option` would leave out."""
        if self.given:
            raise UsageError(
                f"{option} keeps no record, so it does not go with {', '.join(self.given)}",
                f"Leave out {option}, or the others.",
            )


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """What was written; None where it was not asked for."""

    manifest: Path | None = None
    signature: Path | None = None
    log: Path | None = None


def check_evidence(choice: EvidenceChoice, output: Path, force: bool) -> None:
    """Find out before a long run whether its record can be written after it.

    Raises:
        OutputExistsError: a manifest is already beside the output.
        CheckFailedError, PlanError: the log does not hold or cannot be read.
        OutputError: the log cannot be made.
    """
    path = manifest_path(output)
    if choice.manifest and not force and path.exists():
        raise problem(OutputExistsError, "record_there", path=f"{path}")
    if choice.log is not None and not choice.log.exists():
        check_writable(choice.log)
    elif choice.log is not None:
        state = read_log(choice.log)
        if not state.holds:
            raise CheckFailedError(
                f"{choice.log}: {state.breaks[0].text}",
                "Keep the file as it is, find its last good copy, and start a new log.",
            )


def write_evidence(record: RunRecord, choice: EvidenceChoice, force: bool = False) -> EvidenceFiles:
    """Write the manifest, sign it, and enter the run in the log, in that order.

    Raises:
        UnsafeError: the original changed during the run; nothing was written.
        OutputExistsError, OutputError, CheckFailedError: a file could not be written.
    """
    if not choice.manifest:
        return EvidenceFiles()
    anchor = anchor_of(choice.log) if choice.log else None
    manifest = build_manifest(record, log=anchor, signed_by=named_key(choice.key))
    data = dump_manifest(manifest)
    path = manifest_path(record.output)
    # Beside a result that was held back, it is as closed as that.
    mode = 0o600 if path.parent.resolve().name == PRIVATE else 0o644
    write_whole(path, data, force=force, mode=mode)
    signature = signature_path(path)
    if choice.key is not None:
        write_whole(signature, make_signature(data, choice.key), force=True, mode=mode)
    else:
        signature.unlink(missing_ok=True)  # of an older manifest, replaced by --force
    if choice.log is not None:
        append(choice.log, "run", _log_details(manifest, data), choice.key)
    return EvidenceFiles(path, signature if choice.key else None, choice.log)


def _log_details(manifest: Manifest, data: bytes) -> dict[str, str]:
    details = {
        "source": manifest.source.name,
        "source_sha256": manifest.source.sha256_before,
        "output": manifest.output.name,
        "output_sha256": manifest.output.sha256,
        "manifest_sha256": sha256_of_bytes(data),
        "case": manifest.case.case,
        "exhibit": manifest.case.exhibit,
        "operator": manifest.case.operator,
        "recipient": manifest.case.recipient,
        "purpose": manifest.case.purpose,
    }
    return {key: value for key, value in details.items() if value}
