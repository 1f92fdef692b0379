"""What a finished run prints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest

from redact.cli import results
from redact.cli.app import redact, typed_options
from redact.pipeline import Result, ResultState, may_be_open
from redact.record import OpenPart
from redact.types import Doubt, Target

from ..review.plans import AWAY, plan_of

LIKELY = 0.999


def test_places_where_somebody_may_be_open_are_told_one_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("redact.risk.moments.WORTH_A_LOOK", 0.01)
    doubts = tuple(Doubt(frame, Target.FACE, AWAY, LIKELY) for frame in (100, 200))
    plan = replace(plan_of(frames=500), doubts=doubts)
    lines = results.may_be_open_in_words(may_be_open(plan))
    assert [line.split()[0] for line in lines] == ["0:04.0:", "0:08.0:"]
    assert all("too faintly to be hidden, at " in line and line.endswith("%)") for line in lines)
    assert may_be_open(plan_of(frames=500)) == ()
    assert may_be_open(replace(plan_of(frames=1), doubts=doubts[:1])) == (), "a photograph"


@pytest.mark.parametrize(
    ("chance", "strict", "code"), [(0.3, True, 10), (0.3, False, 0), (0.1, True, 0)]
)
def test_strict_ends_with_10_where_somebody_is_likely_to_be_open(
    chance: float, strict: bool, code: int
) -> None:
    place = OpenPart(3, 0.1, "body", chance, (1.0, 2.0, 3.0, 4.0))
    path = Path("o.mp4")
    made = Result(path, path, path, ResultState.DONE, may_be_open=(place,), strict=strict)
    assert made.exit_code == code and made.state is ResultState.DONE


TYPED = {
    "-oRoe v Doe/gone/": ("--output", "gone"),
    "--plan=Roe v Doe/p": ("--plan", "p"),
    "--set=purpose=art. 6/1 GDPR": ("--set", "purpose=art. 6/1 GDPR"),
    "--cut=0:01 0:02.5": ("--cut", "1.0", "2.5"),
    "--targets=plates,heads": ("--targets", "plate,head"),
    "--color=#102030": ("--color", "#102030"),
    "--lang=fr": ("--lang", "fr"),
    "-vr": ("--recursive", "--verbose"),
}


@pytest.mark.parametrize(("typed", "recorded"), TYPED.items())
def test_what_was_typed_is_on_record_without_folders(typed: str, recorded: tuple[str, ...]) -> None:
    """The name of a folder may be a client's; a slash in other words stays."""
    with _context(typed):
        assert results.typed_command() == ("redact", "run", "cam 4", "b", *recorded)


def test_what_was_typed_is_passed_on_to_each_process() -> None:
    with _context("--lang=fr"):
        assert typed_options(()) == ["--lang", "fr"]


def _context(typed: str) -> click.Context:
    words = typed.replace(" 0:", "\0" + "0:").split("\0")  # two values of one option
    words[:1] = words[0].split("=", 1) if len(words) > 1 else words[:1]
    command = redact.get_command(click.Context(redact), "run")
    assert command is not None
    return command.make_context("run", [*words, "--", "Roe v Doe/cam 4", "Roe v Doe/b"])
