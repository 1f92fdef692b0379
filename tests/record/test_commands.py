"""`redact key`, `check` and `log` as a user meets them, and a record checked by another program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from redact.cli import evidence_options as evidence
from redact.cli.check import check
from redact.cli.evidence_options import evidence_options
from redact.cli.inspect import inspect
from redact.cli.key import key
from redact.cli.log import log
from redact.errors import (
    CheckFailedError,
    ExitCode,
    InputError,
    OutputError,
    OutputExistsError,
    PlanError,
    RedactError,
    UsageError,
)
from redact.record import EvidenceChoice, append, check_evidence, new_key, write_evidence
from redact.record.manifest import manifest_path
from redact.record.signature import (
    load_private_key,
    load_public_key,
    raw_public,
    signature_path,
)
from redact.words import speaking

from ..side_files import folder_of, put_record
from .samples import make_record

DOCS = Path(__file__).resolve().parents[2] / "docs" / "evidence.md"


def call(command: click.Command, *arguments: object, **env: str) -> Result:
    runner = CliRunner(env=env or None)
    return runner.invoke(command, [str(a) for a in arguments], standalone_mode=False)


def test_key_sign_check_log(tmp_path: Path) -> None:
    secret = tmp_path / "k.pem"
    made = call(key, "new", "--out", secret, REDACT_PASSPHRASE="four words are enough")
    assert made.exception is None and "fingerprint" in made.output
    again = call(key, "new", "--out", secret, "--no-passphrase")
    assert isinstance(again.exception, RedactError)
    record, custody = make_record(tmp_path), tmp_path / "case.log"
    private = load_private_key(secret, b"four words are enough")
    write_evidence(record, EvidenceChoice(log=custody, key=private))
    options = ["--source", record.source.path, "--log", custody, "--key", f"{secret}.pub"]
    good = call(check, record.output, *options)
    assert good.return_value == ExitCode.DONE and "were not changed" in good.output
    with speaking("fr"):  # whose words are longer, and stand in columns all the same
        rows = call(check, record.output, *options).output.splitlines()[:5]
    assert len({row.index("intact") for row in rows}) == 1, rows
    as_json = json.loads(call(check, record.output, "--json", *options).output)
    assert as_json["holds"] and {p["name"] for p in as_json["parts"]} >= {"output", "log"}
    wrong = tmp_path / "other.mp4"
    wrong.write_bytes(b"another original")
    told = call(check, record.output, *options, "--source", wrong)
    assert told.return_value == ExitCode.CHECK_FAILED
    assert "This is not the original of this record. All else in it holds." in told.output
    assert "other.mp4 is not the original of this record" in " ".join(told.output.split())
    assert record.source.path.name in told.output
    record.output.write_bytes(b"other")
    bad = call(check, record.output, *options)
    assert bad.return_value == ExitCode.CHECK_FAILED and "output (changed)" in bad.output
    assert call(log, "add", custody, "handed over", "--detail", "to=Office").exception is None
    shown = call(log, "show", custody).output
    assert "handed over" in shown and "to=Office" in shown
    verified = call(log, "verify", custody)
    assert verified.return_value == ExitCode.DONE and "2 entries" in verified.output
    with_key = call(log, "verify", custody, "--key", f"{secret}.pub")
    assert with_key.return_value == ExitCode.CHECK_FAILED  # the last writer did not sign
    custody.write_bytes(custody.read_bytes().replace(b"Office", b"Oddice"))
    broken = call(log, "verify", custody)
    assert broken.return_value == ExitCode.CHECK_FAILED and "line 2" in broken.output


def test_a_head_that_loses_its_signature_is_reported_but_is_no_tampering(tmp_path: Path) -> None:
    secret, custody = tmp_path / "k.pem", tmp_path / "case.log"
    assert call(key, "new", "--out", secret, "--no-passphrase").exception is None
    begun = call(log, "add", custody, "seized", "--sign", secret)
    assert begun.stderr == f"note: {custody}: a new log was started\n"
    assert "signed" not in call(log, "add", custody, "copied", "--sign", secret).stderr
    added = call(log, "add", custody, "handed over")
    assert added.exception is None and "its head was signed" in added.stderr
    options = call(probe_options, "--log", custody)
    assert options.exception is None and options.stderr == ""  # it is not signed any more
    checked = call(log, "verify", custody, "--key", f"{secret}.pub")
    assert checked.return_value == ExitCode.CHECK_FAILED
    assert (
        "The chain is intact: 3 entries" in checked.output
        and "head is not signed" in checked.output
    )
    assert "is not intact" not in checked.output
    as_json = json.loads(call(log, "verify", custody, "--key", f"{secret}.pub", "--json").output)
    assert (as_json["holds"], as_json["chain_holds"]) == (False, True)
    call(log, "add", custody, "signed again", "--sign", secret)
    assert call(log, "verify", custody, "--key", f"{secret}.pub").return_value == ExitCode.DONE
    options = call(probe_options, "--log", custody)
    assert options.exception is None and "its head was signed" in options.stderr
    custody.write_bytes(custody.read_bytes().replace(b"copied", b"cupied"))
    tampered = call(log, "verify", custody, "--key", f"{secret}.pub")
    assert tampered.return_value == ExitCode.CHECK_FAILED
    assert "is not intact" in tampered.output and "line 2" in tampered.output


def test_a_file_that_is_no_log_is_not_shown_as_an_empty_one(tmp_path: Path) -> None:
    for content in (b"plain text\n", b"\x00\x01\x02", b"{}\n{}\n"):
        file = tmp_path / "notes.txt"
        file.write_bytes(content)
        error = call(log, "show", file).exception
        assert isinstance(error, PlanError) and error.exit_code == ExitCode.PLAN
        assert error.message.startswith(f"{file}: is not a custody log")


def test_a_wrong_key_file_is_recognised(tmp_path: Path) -> None:
    secret, output = tmp_path / "k.pem", tmp_path / "a.mp4"
    assert call(key, "new", "--out", secret, "--no-passphrase").exception is None
    for result, words in (
        (call(key, "show", secret), "is a private key"),
        (call(check, output, "--key", secret), "is a private key"),
        (call(log, "add", tmp_path / "l", "x", "--sign", f"{secret}.pub"), "is a public key"),
        (call(log, "add", tmp_path / "l", "x", "--sign", tmp_path / "no.pem"), "no such key"),
    ):
        assert isinstance(result.exception, PlanError), result.exception
        assert words in result.exception.message
    # What is suggested can be typed.
    assert result.exception.hint.endswith(f"redact key new --out {tmp_path / 'no.pem'}")


def test_a_missing_output_is_reported_as_missing(tmp_path: Path) -> None:
    error = call(check, tmp_path / "nosuch.mp4").exception
    assert isinstance(error, InputError) and error.exit_code == ExitCode.INPUT
    assert f"{tmp_path / 'nosuch.mp4'}: there is no such file" in error.message


def test_a_missing_file_is_no_broken_record(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    write_evidence(record, EvidenceChoice())
    lost = call(check, record.output, "--source", tmp_path / "nosuch.mp4")
    assert lost.return_value == ExitCode.INPUT and "original (missing)" in lost.output
    record.output.unlink()
    gone = call(check, record.output, "--source", record.source.path)
    assert gone.return_value == ExitCode.INPUT and "output (missing)" in gone.output
    record.source.path.write_bytes(b"other")
    both = call(check, record.output, "--source", record.source.path)
    assert both.return_value == ExitCode.CHECK_FAILED


def test_without_a_manifest_nothing_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    error = call(check, tmp_path / "a.mp4").exception
    assert isinstance(error, PlanError) and "there is no record" in error.message
    emptied = tmp_path / "a.log"
    assert isinstance(call(log, "verify", emptied).exception, PlanError)
    emptied.write_bytes(b"")  # and its head is gone: it was called intact
    for command in ("verify", "show"):
        assert isinstance(call(log, command, emptied).exception, PlanError)


def test_inspect_exit_codes(tmp_path: Path) -> None:
    from ..inspect.test_inspect import make_clip

    clip = make_clip(tmp_path / "a.mp4", title="My holiday")
    result = call(inspect, clip)
    assert result.return_value == ExitCode.CHECK_FAILED and "My holiday" in result.output
    assert json.loads(call(inspect, clip, "--json").output)["clean"] is False


@pytest.mark.parametrize("signed", [False, True])
def test_openssl_agrees(tmp_path: Path, signed: bool) -> None:
    """The command of `docs/evidence.md`, on files as redact writes them."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the program openssl")
    secret = tmp_path / "k.pem"
    assert call(key, "new", "--out", secret, "--no-passphrase").exception is None
    record = make_record(tmp_path)
    write_evidence(record, EvidenceChoice(key=load_private_key(secret, None)))
    manifest = manifest_path(record.output)
    assert signature_path(manifest).stat().st_size == 64
    if not signed:
        manifest.write_bytes(manifest.read_bytes() + b" ")
    (words,) = re.findall(r"^openssl pkeyutl .*$", DOCS.read_text("utf-8"), re.MULTILINE)
    names = {"THEIR.pub": f"{secret}.pub", "OUTPUT": str(record.output)}
    arguments = words.split()[1:]
    for short, path in names.items():
        arguments = [word.replace(short, path) for word in arguments]
    done = subprocess.run([openssl, *arguments], capture_output=True)
    assert (done.returncode == 0) is signed, done.stderr


@click.command()
@evidence_options
def probe_options(evidence: EvidenceChoice) -> EvidenceChoice:
    return evidence


def test_options_become_an_evidence_choice(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('case = "1"\noperator = "J. Doe"\n[reasons]\nface = "a"\n', "utf-8")
    fields = ("--set", "case=2", "--set", "reasons.plate=b")
    arguments = ["--case-file", file, *fields, "--log", "c.log"]
    choice = call(probe_options, *arguments).return_value
    assert choice.case.case == "2" and choice.case.operator == "J. Doe"
    assert choice.case.reasons == {"face": "a", "plate": "b"}
    assert choice.log == Path("c.log")
    assert call(probe_options).return_value == EvidenceChoice()
    clash = call(probe_options, "--no-manifest", "--set", "case=2")
    assert isinstance(clash.exception, UsageError) and "--set" in clash.exception.message
    with pytest.raises(UsageError, match="--release"):
        choice.refuse_with("--release")


def test_an_unwritable_record_is_reported_before_the_work(tmp_path: Path) -> None:
    output, log = tmp_path / "a.mp4", tmp_path / "case.log"
    check_evidence(EvidenceChoice(log=log), output, force=False)
    assert list(tmp_path.iterdir()) == []  # it only looks
    with pytest.raises(OutputError):
        check_evidence(EvidenceChoice(log=tmp_path / "nowhere" / "case.log"), output, force=False)
    append(log, "note", {"text": "one"})
    check_evidence(EvidenceChoice(log=log), output, force=False)
    log.write_bytes(log.read_bytes().replace(b"one", b"two"))
    with pytest.raises(CheckFailedError, match="line 1 was changed"):
        check_evidence(EvidenceChoice(log=log), output, force=False)
    put_record(output, "{}")
    with pytest.raises(OutputExistsError):
        check_evidence(EvidenceChoice(), output, force=False)
    check_evidence(EvidenceChoice(), output, force=True)
    check_evidence(EvidenceChoice(manifest=False), output, force=False)
    EvidenceChoice().refuse_with("--release")


def test_a_file_in_place_of_a_record_is_reported_before_the_work(tmp_path: Path) -> None:
    output = tmp_path / "a.mp4"
    folder_of(output).mkdir()
    manifest_path(output).symlink_to(tmp_path / "nowhere")  # is not followed, nor replaced
    with pytest.raises(OutputExistsError):
        check_evidence(EvidenceChoice(), output, force=False)
    manifest_path(output).unlink()
    manifest_path(output).mkdir()
    with pytest.raises(OutputError, match="folder"):
        check_evidence(EvidenceChoice(), output, force=True)
    signature_path(manifest_path(tmp_path / "b.mp4")).mkdir(parents=True)
    key = new_key(tmp_path / "k.pem", None)
    with pytest.raises(OutputError, match="folder"):
        check_evidence(EvidenceChoice(key=key), tmp_path / "b.mp4", force=False)


def test_after_a_wrong_passphrase_the_user_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "k.pem"
    made = raw_public(new_key(key, b"right").public_key())
    monkeypatch.delenv("REDACT_PASSPHRASE", raising=False)
    typed = iter((b"wrong", b"right"))
    monkeypatch.setattr(evidence, "passphrase", lambda *_, **__: next(typed))
    assert raw_public(evidence.private_key(key).public_key()) == made
    typed = iter([b"wrong"] * 3)
    with pytest.raises(UsageError, match="wrong passphrase"):
        evidence.private_key(key)
    monkeypatch.setenv("REDACT_PASSPHRASE", "wrong")
    typed = iter([b"wrong"])
    with pytest.raises(UsageError, match="wrong passphrase") as refused:
        evidence.private_key(key)
    assert "REDACT_PASSPHRASE" in refused.value.hint


def test_a_key_of_another_kind_is_refused_for_signing(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    other = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    path.write_bytes(other.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    with pytest.raises(PlanError, match="is not an Ed25519 key"):
        load_private_key(path, None)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(other.public_key().public_bytes(pem, public))
    with pytest.raises(PlanError, match="is not an Ed25519 key"):
        load_public_key(path)
    new_key(tmp_path / "locked.pem", b"right")
    with pytest.raises(UsageError, match="wrong passphrase"):
        load_private_key(tmp_path / "locked.pem", b"wrong")
    with pytest.raises(UsageError, match="needs its passphrase"):
        load_private_key(tmp_path / "locked.pem", None)
