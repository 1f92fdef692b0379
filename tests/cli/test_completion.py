"""Completion in bash, zsh and fish, which click makes from the commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete, get_completion_class

from redact.cli.app import COMMANDS, redact

from .conftest import ROOT

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_REDACT_COMPLETE"


def completion(shell: str) -> ShellComplete:
    found = get_completion_class(shell)
    assert found is not None
    return found(redact, {}, "redact", VARIABLE)


def typed(monkeypatch: pytest.MonkeyPatch, shell: str, words: str) -> str:
    """What is offered behind `redact WORDS`, with the variables that each shell hands over."""
    last = words.rsplit(" ", 1)[-1]
    position = last if shell == "fish" else str(len(words.split(" ")))
    monkeypatch.setenv("COMP_WORDS", f"redact {words}")
    monkeypatch.setenv("COMP_CWORD", position)
    return completion(shell).complete()


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_options_and_choices_are_completed(
    monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    offered = typed(monkeypatch, shell, "rev")
    assert "review" in offered and "doctor" not in offered
    assert "--sensitivity" in typed(monkeypatch, shell, "run --sens")
    assert "thorough" in typed(monkeypatch, shell, "run --sensitivity th")


def test_every_command_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = typed(monkeypatch, "bash", "")
    assert all(f"plain,{name}" in offered for name in COMMANDS)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_documentation_tells_how_to_switch_it_on(shell: str) -> None:
    line = f"{VARIABLE}={shell}_source redact"
    assert line in (ROOT / "docs" / "start.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("bash") is None, reason="click asks bash for its version")
def test_the_program_itself_prints_a_script_that_bash_takes() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['redact']; from redact.__main__ import main; main()",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: "bash_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "complete -o nosort -F _redact_completion redact" in done.stdout
    checked = subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=False)
    assert checked.returncode == 0
