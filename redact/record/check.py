"""Does the record still hold? Hashes, signature and chain, with a verdict per part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, PlanError
from ..files import read_file
from ..media import sha256_of
from .check_log import CheckedPart, Logged, check_log
from .manifest import Manifest, manifest_path, parse_manifest
from .signature import (
    LENGTH,
    fingerprint,
    is_signed,
    signature_path,
)
from .text_on_record import file_name


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Verdicts on all parts, and what they amount to.

    Attributes:
        signer: fingerprint of the key of a signature that holds, "" without one.
        log_entry: number and time of the entry of a given log that names the manifest; 0 and ""
            where there is none, or the log does not hold.
        log_unproven: whether there is such an entry, but the run was signed and no signature by
            the same key vouches for it.
    """

    parts: tuple[CheckedPart, ...]
    summary: str
    trust: str
    signer: str = ""
    log_entry: tuple[int, str] = (0, "")
    log_unproven: bool = False

    @property
    def holds(self) -> bool:
        return not any(part.failed for part in self.parts)

    @property
    def unread(self) -> bool:
        """Whether all that fails is a file that is not there, so that nothing shows a change."""
        failed = {(p.name, p.verdict) for p in self.parts if p.failed}
        return bool(failed) and failed <= {("output", "missing"), ("source", "missing")}

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
        key: raw public key of whoever should have signed.
        manifest: where it is not beside the output.

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
        text = "The run was entered in a custody log, which was not given (--log)."
        parts.append(CheckedPart("log", "not given", text))
    signer = fingerprint(signature.key)
    entry = logged.entry if logged and not logged.part.failed else (0, "")
    trust = _trust(signature, logged, key)
    doubt = logged is not None and logged.unproven
    return CheckResult(tuple(parts), _summary(parts, doubt), trust, signer, entry, doubt)


def _manifest_bytes(path: Path, output: Path) -> bytes:
    try:
        return read_file(path)
    except (OSError, ValueError):
        if not output.exists():
            raise InputError(
                f"{output}: there is no such file, and no manifest of it", "Check the path."
            ) from None
        raise PlanError(
            f"{path}: there is no manifest, so nothing can be checked",
            "Put the manifest beside the output, or name it with --manifest.",
        ) from None


def _parsed(data: bytes, name: str) -> tuple[Manifest | None, str]:
    """The manifest, or why it cannot be read."""
    try:
        return parse_manifest(data, name), ""
    except PlanError as error:
        return None, error.message


def _ties(
    path: Path, data: bytes, record: Manifest | None, log: Path | None, key: bytes | None
) -> tuple[_Signature, Logged | None]:
    """What ties a manifest to the time when it was written: its signature, and the log if given."""
    signature = _signature(path, data, record, key)
    # An anchor in a manifest that may have been changed says nothing about the log.
    anchored = not signature.either
    named = (record.signed_by if record else "") or signature.key
    given = (key or b"").hex()
    logged = None if log is None else check_log(log, data, record, anchored, given, named)
    if signature.either and logged is not None and logged.manifest_vouched:
        text = "The signature file was changed; the manifest is the one that the log names."
        signature = _Signature(CheckedPart("signature", "changed", text))
    return signature, logged


def _file_part(name: str, path: Path, expected: str | None) -> CheckedPart:
    if expected is None:
        return CheckedPart(
            name, "not given", "The manifest cannot be read, so no hash is known for it."
        )
    try:
        found = sha256_of(path)
    except (InputError, ValueError) as error:  # ValueError: no path, for it holds a zero
        why = error.message if isinstance(error, InputError) else f"{path!r}: {error}"
        return CheckedPart(name, "missing", f"{why}.")
    if found == expected:
        return CheckedPart(
            name, "intact", "It is, bit for bit, the file that the manifest describes."
        )
    text = f"It is not the file that the manifest describes: its SHA-256 is {found}."
    return CheckedPart(name, "changed", text)


def _named(part: CheckedPart, output: Path, record: Manifest | None) -> CheckedPart:
    """The verdict, with a word where the file goes by another name: a whole record can be put
    beside another case's video under its name, and all hashes still hold."""
    if record is None or part.verdict != "intact" or file_name(output) == record.output.name:
        return part
    text = f"{part.text} But the record calls it {record.output.name}, not {output.name}: "
    text += f"it was made from {record.source.name}."
    return CheckedPart(part.name, part.verdict, text)


def _source_part(source: Path, record: Manifest | None) -> CheckedPart:
    part = _file_part("source", source, record.source.sha256_before if record else None)
    if record is None or part.verdict != "changed":
        return part
    named = record.source.name
    text = f"{source.name} is not the original of this record, or it was changed since: "
    text += f"the record is about {named}, {record.source.size} bytes, SHA-256 "
    return CheckedPart("source", "not the original", f"{text}{record.source.sha256_before}.")


@dataclass(frozen=True, slots=True)
class _Signature:
    """What the signature shows. `either`: it does not fit the manifest, so one of the two was
    changed. `key`: raw public key of one that holds, hex."""

    part: CheckedPart
    either: bool = False
    key: str = ""


def _signature(path: Path, data: bytes, record: Manifest | None, given: bytes | None) -> _Signature:
    file = signature_path(path)
    named = record.signed_by if record else ""
    if not file.exists():
        if named:
            text = f"The manifest was signed with the key {fingerprint(named)}, and "
            return _Signature(
                CheckedPart("signature", "missing", f"{text}its signature is missing.")
            )
        if given is not None:
            text = "A key was given to check with, but the manifest is not signed."
            return _Signature(CheckedPart("signature", "missing", text))
        return _Signature(CheckedPart("signature", "unsigned", "The manifest is not signed."))
    try:
        signature = read_file(file)
    except OSError as error:
        text = f"{file.name}: cannot be read ({error.strerror or error})."
        return _Signature(CheckedPart("signature", "missing", text))
    if len(signature) != LENGTH:
        text = f"It was damaged or edited: {file.name} has {len(signature)} bytes instead of "
        return _Signature(CheckedPart("signature", "damaged", f"{text}{LENGTH}."))
    # Where the manifest names no key, only the one that was given can be tried.
    key = named or (given or b"").hex()
    if not key:
        text = "The manifest does not say which key signed it; give it with --key."
        return _Signature(CheckedPart("signature", "damaged", text), either=True)
    if not is_signed(data, signature.hex(), key):
        text = "It does not fit the manifest: one of the two was changed after signing."
        return _Signature(CheckedPart("signature", "changed", text), either=True)
    mark = fingerprint(key)
    if given is not None and given.hex() != key:
        text = f"Signed with another key ({mark}) than the one given ({fingerprint(given)})."
        return _Signature(CheckedPart("signature", "other key", text))
    return _Signature(
        CheckedPart("signature", "intact", f"It holds. It was made with the key {mark}."), key=key
    )


def _manifest_part(problem: str, signature: _Signature, logged: Logged | None) -> CheckedPart:
    if problem:
        return CheckedPart("manifest", "damaged", f"It cannot be read: {problem}.")
    if signature.either:
        text = "It does not fit its signature: one of the two was changed after signing."
        return CheckedPart("manifest", "changed", text)
    if logged is not None and logged.manifest_changed:
        return CheckedPart(
            "manifest", "changed", "It is not the manifest that the custody log names."
        )
    if signature.key:
        return CheckedPart("manifest", "intact", "It is, bit for bit, what was signed.")
    if logged is not None and logged.manifest_vouched:
        return CheckedPart("manifest", "intact", "It is, bit for bit, what the custody log names.")
    text = "It can be read, but nothing shows whether it was edited: no signature, no log."
    return CheckedPart("manifest", "unsigned", text)


def _summary(parts: list[CheckedPart], doubt: bool) -> str:
    failed = [p for p in parts if p.failed]
    if [(p.name, p.verdict) for p in failed] == [("source", "not the original")]:
        return "This is not the original of this record. All else in it holds."
    if failed:
        names = ", ".join(f"{p.name} ({p.verdict})" for p in failed)
        return f"The record does not hold: {names}."
    if any(p.name == "manifest" and p.verdict == "unsigned" for p in parts):
        return (
            "The output is the one that the manifest describes. The manifest itself is neither "
            "signed nor in a given log, so this shows accidents, not forgery."
        )
    if doubt:
        return (
            "The record holds. But its entry in the custody log is not signed with that key, so "
            "nothing vouches for the time in it: see the note on the log."
        )
    return "The record holds: the output and its manifest were not changed."


def _trust(signature: _Signature, logged: Logged | None, key: bytes | None) -> str:
    if signature.key and key is not None:
        return (
            "The signature was made with the key that you gave. It proves who signed as far as "
            "you know whose key that is, and that the manifest was not changed since."
        )
    if signature.key:
        return (
            f"The key {fingerprint(signature.key)} is not known to redact. The signature proves "
            "that the manifest was not changed since, not by whom it was made: anyone can make a "
            "key. "
            "Compare the key with its owner over another channel, and give it with --key."
        )
    if signature.part.verdict == "unsigned" and logged is not None:
        return (
            "Without a signature, the custody log is the only tie. Whoever can replace log, head "
            "file and manifest together can replace the whole record."
        )
    if signature.part.verdict == "unsigned":
        return "Anyone who can edit the output can edit an unsigned manifest too."
    return ""
