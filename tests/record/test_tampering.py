"""Every change to output, manifest, log or signature is found, with the right verdict."""

from __future__ import annotations

import dataclasses
import random
import shutil
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from redact.errors import CheckFailedError, PlanError
from redact.record import EvidenceChoice, append, check_output, read_log, write_evidence
from redact.record.check_record import CheckResult
from redact.record.log_chain import head_path
from redact.record.manifest import manifest_path
from redact.record.signature import (
    is_signed,
    is_small_order,
    load_public_key,
    new_key,
    raw_public,
    signature_path,
)

from .samples import make_record

EDITS = 300


@dataclass(frozen=True)
class Case:
    """Output, manifest, signature, log with its head, in a folder."""

    output: Path
    source: Path
    log: Path
    key: Ed25519PrivateKey

    @property
    def manifest(self) -> Path:
        return manifest_path(self.output)

    @property
    def signature(self) -> Path:
        return signature_path(self.manifest)

    def check(self, **options: object) -> CheckResult:
        values = {"source": self.source, "log": self.log, "key": raw_public(self.key.public_key())}
        result = check_output(self.output, **{**values, **options})  # type: ignore[arg-type]
        assert_said(result)
        return result


def _not_intact(failed: list[str]) -> str:
    return f"Not intact: {', '.join(failed)}.".replace("manifest (", "record (")


def assert_said(result: CheckResult) -> None:
    """The sentence for people agrees with the verdicts."""
    failed = [f"{p.name} ({p.verdict})" for p in result.parts if p.failed]
    manifest = result.part("manifest")
    assert manifest is not None
    if failed == ["source (not the original)"]:
        assert str(result.summary).startswith("This is not the original of this record.")
    elif failed:
        assert str(result.summary) == _not_intact(failed)
    elif manifest.verdict == "unsigned":
        assert "this shows accidents, not forgery" in str(result.summary)
    else:
        assert (
            str(result.summary) == "The record holds: the output and its record were not changed."
        )
    assert result.holds == (not failed)
    # What was changed is never called unchanged, nor is what nothing is tied to.
    words = f"{result.summary} {result.trust or ''}"
    if "not changed" in words:
        assert manifest.verdict == "intact", words
    if "the output and its record were not changed" in words:
        assert not failed and manifest.verdict == "intact", words
    # Nobody is named as the signer whose signature does not hold.
    signature = result.part("signature")
    assert signature is not None
    assert bool(result.signer) == (signature.verdict == "intact")


def make_case(folder: Path, signed: bool = True) -> Case:
    key = new_key(folder / "key.pem", None)
    log = folder / "case.log"
    append(log, "received", {"source": "bodycam 7.mp4"}, key if signed else None)
    record = make_record(folder)
    write_evidence(record, EvidenceChoice(log=log, key=key if signed else None))
    append(log, "handed over", {"recipient": "Office"}, key if signed else None)
    return Case(record.output, record.source.path, log, key)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(tmp_path_factory.mktemp("case"))


def test_untouched_record_holds(case: Case) -> None:
    result = case.check()
    assert result.holds, result
    assert [p.verdict for p in result.parts] == ["intact"] * 5
    assert "key that you gave" in str(result.trust)


def test_unknown_key_proves_integrity_only(case: Case) -> None:
    result = case.check(key=None)
    assert result.holds and "not who made it" in str(result.trust)


def test_single_byte_edits_are_found(case: Case) -> None:
    """Each edit names the edited part, and no unchanged part is called changed."""
    chance = random.Random(20261124)
    files = {
        "output": case.output,
        "manifest": case.manifest,
        "signature": case.signature,
        "log": case.log,
    }
    for number in range(EDITS):
        name = list(files)[number % len(files)]
        path = files[name]
        original = path.read_bytes()
        at = chance.randrange(len(original))
        edited = bytearray(original)
        edited[at] ^= chance.randrange(1, 256)
        path.write_bytes(edited)
        try:
            result = case.check()
        finally:
            path.write_bytes(original)
        verdicts = {p.name: p.verdict for p in result.parts}
        told = (name, at, bytes(edited[at : at + 1]), original[at : at + 1], verdicts)
        assert not result.holds, told
        assert verdicts[name] not in ("intact", "unsigned", "not given"), told
        # The signature cannot hold over an edited manifest, whatever is done to it; and from an
        # unreadable one no hash of the output is known. Nothing else may be blamed.
        excused = {"signature", "output", "source"} if name == "manifest" else set()
        blamed = {n for n, v in verdicts.items() if v != "intact"} - {name} - excused
        assert not blamed, told
    assert case.check().holds


def test_without_a_log_one_of_the_two_is_blamed(case: Case) -> None:
    """64 bytes do not show which file was changed; only the log does."""
    for path in (case.signature, case.manifest):
        original = path.read_bytes()
        at = original.index(b"Disclosure") if path == case.manifest else 5
        path.write_bytes(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :])
        try:
            result = case.check(log=None)
        finally:
            path.write_bytes(original)
        part = result.part("manifest")
        assert not result.holds and part is not None and "one of the two" in part.text


def test_a_signature_made_by_another_program_is_checked_with_the_key(tmp_path: Path) -> None:
    """Over a record that names no key, as a person may sign one with another program."""
    case = make_case(tmp_path, signed=False)
    case.signature.write_bytes(case.key.sign(case.manifest.read_bytes()))
    assert case.check(log=None).holds
    part = case.check(log=None, key=None).part("signature")
    assert part is not None and part.failed and "--key" in part.text


def test_edits_of_the_anchor_are_found(case: Case) -> None:
    path = head_path(case.log)
    original = path.read_bytes()
    for at in range(len(original)):
        edited = bytearray(original)
        edited[at] ^= 1
        path.write_bytes(edited)
        try:
            assert not read_log(case.log).holds, at
        finally:
            path.write_bytes(original)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "case.log"
    for n in range(8):
        append(path, "note", {"text": f"entry {n}"})
    return path


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines(keepends=True)


def test_any_removed_swapped_or_cut_line_is_found(log: Path) -> None:
    whole = lines_of(log)
    for at in range(8):
        log.write_bytes(b"".join(whole[:at] + whole[at + 1 :]))
        first = read_log(log).breaks[0]
        assert (first.line, first.kind) == (at + 1, "cut" if at == 7 else "removed")
        log.write_bytes(b"".join(whole[:at]))
        (only,) = read_log(log).breaks
        assert only.kind == "cut" and str(8 - at) in str(only.text)
    for a, b in combinations(range(8), 2):
        lines = [*whole]
        lines[a], lines[b] = lines[b], lines[a]
        log.write_bytes(b"".join(lines))
        first = read_log(log).breaks[0]
        assert first.line == a + 1 and first.kind in ("removed", "moved")


def test_cut_within_a_line_is_found(log: Path) -> None:
    data = log.read_bytes()
    for length in range(1, len(data), 7):
        log.write_bytes(data[:length])
        assert not read_log(log).holds
    # The last line feed alone: what is added would stand in the line before.
    log.write_bytes(data[:-1])
    (only,) = read_log(log).breaks
    assert (only.line, only.kind) == (8, "cut")
    with pytest.raises(CheckFailedError):
        append(log, "note", {})
    assert log.read_bytes() == data[:-1]


def test_repeated_and_foreign_lines_are_found(log: Path) -> None:
    lines = lines_of(log)
    log.write_bytes(b"".join([*lines[:4], lines[3], *lines[4:]]))
    assert read_log(log).breaks[0].line == 5
    log.write_bytes(b"".join([*lines[:4], b"{}\n", *lines[4:]]))
    assert read_log(log).breaks[0].line == 5


def test_tail_cut_together_with_a_forged_head_is_found_by_the_manifest(tmp_path: Path) -> None:
    """Whoever can forge an unsigned head can truncate the log, but not below the manifest's
    anchor."""
    case = make_case(tmp_path, signed=False)
    shorter = tmp_path / "other.log"
    case.log.write_bytes(b"")
    head_path(case.log).unlink()
    append(shorter, "note", {"text": "a new beginning"})
    shutil.move(shorter, case.log)
    shutil.move(head_path(shorter), head_path(case.log))
    assert read_log(case.log).holds
    part = case.check(key=None).part("log")
    assert part is not None and part.verdict == "broken" and "record" in part.text


def test_missing_head_is_found(log: Path) -> None:
    head_path(log).unlink()
    assert [b.kind for b in read_log(log).breaks] == ["cut"]


def test_a_signature_by_another_key_is_reported(case: Case, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other.pem", None)
    part = case.check(key=raw_public(other.public_key())).part("signature")
    assert part is not None and part.verdict == "other key"


def test_a_removed_signature_is_reported_with_and_without_a_key(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    case.signature.unlink()
    for part in (case.check().part("signature"), case.check(key=None).part("signature")):
        assert part is not None and part.verdict == "missing"


def test_unsigned_edit_is_found_by_the_log(tmp_path: Path) -> None:
    case = make_case(tmp_path, signed=False)
    text = case.manifest.read_text("utf-8").replace("Disclosure", "Publication")
    case.manifest.write_text(text, "utf-8")
    part = case.check(key=None).part("manifest")
    assert part is not None and part.verdict == "changed"


def test_a_record_without_signature_and_log_claims_no_more_than_it_proves(tmp_path: Path) -> None:
    case = make_case(tmp_path, signed=False)
    alone = case.check(log=None, key=None)
    assert alone.holds and "Anyone who can edit the output" in str(alone.trust)
    assert alone.log_entry == (0, "")
    logged = case.check(key=None)
    assert logged.holds and "the custody log is the only proof" in str(logged.trust)
    assert logged.log_entry[0] == 2
    other = tmp_path / "other.mp4"
    other.write_bytes(b"another video")
    wrong = case.check(source=other, key=None)
    assert [p.name for p in wrong.parts if p.failed] == ["source"]
    source = wrong.part("source")
    assert source is not None and "the record is about bodycam 7.mp4" in source.text


def test_a_record_under_another_name_is_reported(tmp_path: Path) -> None:
    """Video, record and signature of one run in place of another's: all hashes are valid."""
    case = make_case(tmp_path)
    other = dataclasses.replace(case, output=case.output.with_name("another.mp4"))
    other.manifest.parent.mkdir()
    for old, new in (
        (case.output, other.output),
        (case.manifest, other.manifest),
        (case.signature, other.signature),
    ):
        old.rename(new)
    part = other.check().part("output")
    assert part is not None and part.verdict == "intact"
    assert f"the record names it {case.output.name}, not another.mp4" in part.text


@pytest.mark.parametrize("first", ["00", "01", "ec", "ed", "ee"])
def test_a_key_with_which_anybody_can_sign_is_refused(first: str) -> None:
    """With the neutral point as key and nonce, a signature of zeros fits any message."""
    high = {"00": "00" * 31, "01": "00" * 31}.get(first, "ff" * 30 + "7f")
    key, nothing = first + high, bytes([1]) + bytes(63)
    forged = any(is_signed(str(n).encode(), nothing.hex(), key) for n in range(64))
    assert not forged and is_small_order(bytes.fromhex(key))


def test_a_file_with_such_a_key_is_refused(tmp_path: Path) -> None:
    weak = Ed25519PublicKey.from_public_bytes(bytes([1]) + bytes(31))
    form = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "k.pub").write_bytes(weak.public_bytes(*form))
    with pytest.raises(PlanError, match="anybody can sign"):
        load_public_key(tmp_path / "k.pub")


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": "redact-plan"}'])
def test_an_unreadable_record_is_damaged_and_not_merely_unsigned(
    tmp_path: Path, content: bytes
) -> None:
    case = make_case(tmp_path, signed=False)
    case.manifest.write_bytes(content)
    result = case.check(log=None, key=None)
    part = result.part("manifest")
    assert part is not None and part.verdict == "damaged" and not result.holds
