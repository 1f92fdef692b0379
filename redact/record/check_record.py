"""Checks that a record is still intact: hashes, signature and chain, one verdict for each part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError, PlanError
from ..files import read_file
from ..media import sha256_of
from ..words import Message, Value, problem, reason_of
from .check_log import CheckedPart, Logged, check_log, verdict_on
from .manifest import Manifest, manifest_path, parse_manifest
from .signature import (
    SIGNATURE_BYTES,
    fingerprint,
    is_signed,
    signature_path,
)
from .without_folders import file_name


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Verdicts on all parts, and what they add up to.

    Attributes:
        signer: fingerprint of the key of a valid signature, "" without one.
        log_entry: number and time of the entry of a given log that names the manifest; 0 and "" if
            there is none, or the log is not intact.
        log_unproven: whether there is such an entry, but the run was signed and no signature by
            the same key vouches for it.
    """

    parts: tuple[CheckedPart, ...]
    summary: Message
    trust: Message | None
    signer: str = ""
    log_entry: tuple[int, str] = (0, "")
    log_unproven: bool = False

    @property
    def holds(self) -> bool:
        return not any(part.failed for part in self.parts)

    @property
    def unread(self) -> bool:
        """Whether the only failures are missing files, so that nothing shows a change."""
        failed = {(p.name, p.verdict) for p in self.parts if p.failed}
        return bool(failed) and failed <= {("output", "missing"), ("source", "missing")}

    @property
    def broken(self) -> list[CheckedPart]:
        """Parts of the record that fail; an output in another place does not count."""
        missing = ("output", "missing")
        return [p for p in self.parts if p.failed and (p.name, p.verdict) != missing]

    def part(self, name: str) -> CheckedPart | None:
        return next((p for p in self.parts if p.name == name), None)


def check_output(
    output: Path,
    *,
    source: Path | None = None,
    log: Path | None = None,
    key: bytes | None = None,
    manifest: Path | None = None,
) -> CheckResult:
    """Check an output against its manifest, signature and log. Reads only.

    Args:
        output: the redacted file.
        source: the original, to compare with the hash on record.
        log: the case's custody log.
        key: raw public key that should have signed.
        manifest: its path, if it is not beside the output.

    Raises:
        InputError: there is neither the output nor a manifest of it.
        PlanError: there is no manifest, so there is nothing to check against.
    """
    path = manifest or manifest_path(output)
    data = _manifest_bytes(path, output)
    record, manifest_problem = _parsed(data, path.name)
    signature, logged = _ties(path, data, record, log, key)
    parts = [
        _named(
            _file_part("output", output, record.output.sha256 if record else None), output, record
        ),
        *([] if source is None else [_source_part(source, record)]),
        _manifest_part(manifest_problem, signature, logged),
        signature.part,
        *([] if logged is None else [logged.part]),
    ]
    if logged is None and record is not None and record.custody_log is not None:
        parts.append(verdict_on("log", "not given", "log_not_given"))
    signer = fingerprint(signature.key)
    entry = logged.entry if logged and not logged.part.failed else (0, "")
    trust = _trust(signature, logged, key)
    doubt = logged is not None and logged.unproven
    return CheckResult(tuple(parts), _summary(parts, doubt), trust, signer, entry, doubt)


def _manifest_bytes(path: Path, output: Path) -> bytes:
    try:
        return read_file(path)
    except OSError:
        if not output.exists():
            raise problem(InputError, "no_output_no_manifest", path=output) from None
        raise problem(PlanError, "no_manifest", path=path) from None


def _parsed(data: bytes, name: str) -> tuple[Manifest | None, PlanError | None]:
    """The manifest, or why it cannot be read."""
    try:
        return parse_manifest(data, name), None
    except PlanError as error:
        return None, error


def _ties(
    path: Path, data: bytes, record: Manifest | None, log: Path | None, key: bytes | None
) -> tuple[_Signature, Logged | None]:
    """What proves that a manifest is unchanged: its signature, and the log if given."""
    signature = _signature(path, data, record, key)
    # The log's anchor in a manifest that may have been changed proves nothing about the log.
    anchored = not signature.either
    named = (record.signed_by if record else "") or signature.key
    given = (key or b"").hex()
    logged = None if log is None else check_log(log, data, record, anchored, given, named)
    if signature.either and logged is not None and logged.manifest_vouched:
        signature = _Signature(verdict_on("signature", "changed", "signature_changed"))
    return signature, logged


def _file_part(name: str, path: Path, expected: str | None) -> CheckedPart:
    if expected is None:
        return verdict_on(name, "not given", "no_hash_known")
    try:
        found = sha256_of(path)
    except InputError as error:
        return verdict_on(name, "missing", "part_unread", why=error)
    if found == expected:
        return verdict_on(name, "intact", "is_as_recorded")
    return verdict_on(name, "changed", "is_not_as_recorded", sha256=found)


def _named(part: CheckedPart, output: Path, record: Manifest | None) -> CheckedPart:
    """The verdict, with a note if the file has another name now: a whole record can be put beside
    another case's video under its name, and all hashes still match."""
    if record is None or part.verdict != "intact" or file_name(output) == record.output.name:
        return part
    names = {"recorded": record.output.name, "name": output.name, "source": record.source.name}
    return part.but(Message("goes_by_other_name", **names))


def _source_part(source: Path, record: Manifest | None) -> CheckedPart:
    part = _file_part("source", source, record.source.sha256_before if record else None)
    if record is None or part.verdict != "changed":
        return part
    return verdict_on(
        "source",
        "not the original",
        "not_the_original",
        name=source.name,
        source=record.source.name,
        size=record.source.size,
        sha256=record.source.sha256_before,
    )


@dataclass(frozen=True, slots=True)
class _Signature:
    """What the signature shows. `either`: it does not match the manifest, so one of the two was
    changed. `key`: raw public key of a valid one, hex."""

    part: CheckedPart
    either: bool = False
    key: str = ""


def _signature(path: Path, data: bytes, record: Manifest | None, given: bytes | None) -> _Signature:
    file = signature_path(path)
    named = record.signed_by if record else ""
    if not file.exists():
        if named:
            return _no_signature("missing", "signature_gone", key=fingerprint(named))
        if given is not None:
            return _no_signature("missing", "signature_none")
        return _no_signature("unsigned", "record_not_signed")
    try:
        signature = read_file(file)
    except OSError as error:
        reason = reason_of(error)
        return _no_signature("missing", "signature_unread", name=file.name, reason=reason)
    if len(signature) != SIGNATURE_BYTES:
        sizes = {"found": len(signature), "expected": SIGNATURE_BYTES}
        return _no_signature("damaged", "signature_damaged", name=file.name, **sizes)
    # If the manifest names no key, only the given one can be tried.
    key = named or (given or b"").hex()
    if not key:
        return replace(_no_signature("damaged", "signature_of_whom"), either=True)
    if not is_signed(data, signature.hex(), key):
        return replace(_no_signature("changed", "signature_does_not_fit"), either=True)
    mark = fingerprint(key)
    if given is not None and given.hex() != key:
        keys = {"found": mark, "given": fingerprint(given)}
        return _no_signature("other key", "signature_other_key", **keys)
    return _Signature(verdict_on("signature", "intact", "signature_holds", key=mark), key=key)


def _no_signature(verdict: str, code: str, **values: Value) -> _Signature:
    return _Signature(verdict_on("signature", verdict, code, **values))


def _manifest_part(
    unread: PlanError | None, signature: _Signature, logged: Logged | None
) -> CheckedPart:
    if unread is not None:
        return verdict_on("manifest", "damaged", "record_unreadable", why=unread)
    if signature.either:
        return verdict_on("manifest", "changed", "record_does_not_fit")
    if logged is not None and logged.manifest_changed:
        return verdict_on("manifest", "changed", "record_not_in_log")
    if signature.key:
        return verdict_on("manifest", "intact", "record_as_signed")
    if logged is not None and logged.manifest_vouched:
        return verdict_on("manifest", "intact", "record_as_logged")
    return verdict_on("manifest", "unsigned", "record_untied")


def _summary(parts: list[CheckedPart], doubt: bool) -> Message:
    failed = [p for p in parts if p.failed]
    if [(p.name, p.verdict) for p in failed] == [("source", "not the original")]:
        return Message("check_not_the_original")
    if failed:
        wrong = (Message("part_failed", name=p.name, verdict=p.verdict) for p in failed)
        return Message("check_broken", parts=tuple(wrong))
    if any(p.name == "manifest" and p.verdict == "unsigned" for p in parts):
        return Message("check_untied")
    if doubt:
        return Message("check_doubt")
    return Message("check_holds")


def _trust(signature: _Signature, logged: Logged | None, key: bytes | None) -> Message | None:
    if signature.key and key is not None:
        return Message("trust_given_key")
    if signature.key:
        return Message("trust_unknown_key", key=fingerprint(signature.key))
    if signature.part.verdict == "unsigned" and logged is not None:
        return Message("trust_log_alone")
    if signature.part.verdict == "unsigned":
        return Message("trust_nothing")
    return None
