"""Passphrases without a terminal, and files that are not custody logs."""

from __future__ import annotations

from pathlib import Path

from redact.errors import ExitCode

from .conftest import call


def test_without_a_terminal_nobody_is_asked_for_a_passphrase(tmp_path: Path) -> None:
    done = call("key", "new", "--out", "me.pem", cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.splitlines() == [
        "error: no terminal to ask for the passphrase",
        "  do:  Set REDACT_PASSPHRASE.",
    ]
    assert not list(tmp_path.iterdir())


def test_a_wrong_passphrase_from_the_environment_is_not_asked_for_again(tmp_path: Path) -> None:
    made = call("key", "new", "--out", "me.pem", cwd=tmp_path, REDACT_PASSPHRASE="right")
    assert made.returncode == ExitCode.DONE, made.stderr
    words = ("log", "add", "case.log", "seized", "--sign", "me.pem")
    done = call(*words, cwd=tmp_path, REDACT_PASSPHRASE="wrong")
    assert done.returncode == ExitCode.USAGE
    assert "me.pem: wrong passphrase" in done.stderr
    assert "taken from REDACT_PASSPHRASE: correct that" in done.stderr


def test_a_file_that_is_no_log_is_an_error_and_a_damaged_log_is_not(tmp_path: Path) -> None:
    other = tmp_path / "cam.mp4"
    other.write_bytes(bytes(range(256)) * 40)
    done = call("log", "verify", other)
    assert (done.returncode, done.stdout) == (ExitCode.PLAN, "")
    assert f"error: {other}: is not a custody log" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    custody = tmp_path / "case.log"
    assert call("log", "add", custody, "seized").returncode == ExitCode.DONE
    custody.write_bytes(b"x\n")  # its head file tells that it was one
    assert call("log", "verify", custody).returncode == ExitCode.CHECK_FAILED


def test_a_new_log_is_announced(tmp_path: Path) -> None:
    custody = tmp_path / "typo.log"
    assert f"note: {custody}: a new log was started" in call("log", "add", custody, "a").stderr
    assert call("log", "add", custody, "b").stderr == ""
