"""Command output: correct singulars, commands that can be copied, nothing listed twice."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docs.generate import reference
from redact.auditing import AuditResult, fix_command
from redact.cli.app import COMMANDS, redact
from redact.cli.results import tell_result, what_to_do
from redact.cli.terminal import Terminal
from redact.errors import ExitCode
from redact.pipeline import Result, ResultState
from redact.record import LookedPart
from redact.settings import Sensitivity
from redact.types import Box, Finding, FindingKind, Target

from ..program import program


def test_commands_to_copy_stand_alone_on_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().error("out.mp4: needs review", "redact plan add p.json\nredact apply a.mp4 p.json")
    assert capsys.readouterr().err.splitlines() == [
        "error: out.mp4: needs review",
        "  do:",
        "redact plan add p.json",
        "redact apply a.mp4 p.json",
    ]
    Terminal().error("a.mp4: is empty", "Copy it again")
    assert capsys.readouterr().err.splitlines()[1] == "  do:  Copy it again"


def test_commands_to_copy_quote_a_path_with_spaces(capsys: pytest.CaptureFixture[str]) -> None:
    source = Path("my case/a.mp4")
    held = Path("my case/a b.mp4.redact/NOT-FOR-RELEASE/a b.mp4")
    shown = ((3, Box(1, 2, 30, 40)),)
    found = Finding(1, FindingKind.UNCOVERED, Target.FACE, 3, 3, 0.1, 0.1, shown, (), "probable")
    looked = LookedPart(9, 9, 0, (), ("face",))
    audit = AuditResult(Sensitivity.BALANCED, (found,), (), (), looked)
    result = Result(source, held, held, ResultState.NEEDS_REVIEW, audit=audit)
    tell_result(result, Terminal(), verbose=False)  # of an earlier run
    printed = [*what_to_do(result).splitlines(), *capsys.readouterr().err.splitlines()]
    fixes = [shlex.split(line) for line in printed if line.startswith("redact ")]
    assert [words[:3] for words in fixes] == [["redact", "fix", "my case/a b.mp4.redact"]] * 3
    plan = Path("my case/p.json")
    add, apply = map(shlex.split, fix_command([found], plan, source).splitlines())
    assert add[3] == str(plan) and apply[2:4] == [str(source), str(plan)]


def test_the_reference_shows_the_tools_help() -> None:
    text = reference("en")
    assert "  -h, --help " in text
    assert "  --help " not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_help_is_short_and_help_all_shows_every_option(name: str) -> None:
    command = redact.get_command(click.Context(redact), name)
    assert command is not None
    options = {p.opts[-1] for p in command.params if isinstance(p, click.Option) and not p.hidden}

    def listed(flag: str) -> set[str]:
        shown = CliRunner().invoke(redact, [name, flag]).output
        return {flag for flag in options if re.search(rf"^  (-\w, )?{flag}\b", shown, re.M)}

    first = listed("--help")
    assert len(first) < 25 and listed("--help-all") == options
    assert first == options or "--help-all" in first
    assert name != "run" or first < options


def test_a_file_named_like_an_option_is_refused_with_the_name_to_type(tmp_path: Path) -> None:
    (tmp_path / "-dash.mp4").write_bytes(b"")
    done = program("run", "-dash.mp4", cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE and "write ./-dash.mp4" in done.stderr
    assert "write ./" not in program("run", "-dosh.mp4", cwd=tmp_path).stderr
