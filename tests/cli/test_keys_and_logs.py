"""Passphrases without a terminal, and files that are no custody log."""

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


def test_a_wrong_passphrase_of_the_environment_is_not_to_be_typed_again(tmp_path: Path) -> None:
    made = call("key", "new", "--out", "me.pem", cwd=tmp_path, REDACT_PASSPHRASE="right")
    assert made.returncode == ExitCode.DONE, made.stderr
    words = ("log", "add", "case.log", "seized", "--sign", "me.pem")
    done = call(*words, cwd=tmp_path, REDACT_PASSPHRASE="wrong")
    assert done.returncode == ExitCode.USAGE
    assert "me.pem: wrong passphrase" in done.stderr
    assert "taken from REDACT_PASSPHRASE: correct that" in done.stderr
