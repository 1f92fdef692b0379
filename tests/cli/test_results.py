"""What a finished run prints."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from redact.cli import results
from redact.cli.app import redact, typed_options
from redact.types import Doubt, Target

from ..review.plans import AWAY, plan_of

LIKELY = 0.999


@pytest.mark.parametrize(
    ("frames", "length", "said"),
    [
        ((), 500, "look through it"),
        ((160,), 500, "look through it, above all at 0:06"),
        ((100, 200, 300, 400), 500, "look through it, above all at 0:04, 0:08, 0:12"),
        ((0,), 1, "look through it"),
    ],
)
def test_a_run_names_the_moments_of_a_video_to_look_at_first(
    frames: tuple[int, ...], length: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redact.risk.moments.WORTH_A_LOOK", 0.01)
    doubts = tuple(Doubt(frame, Target.FACE, AWAY, LIKELY) for frame in frames)
    assert results.audit_in_words(replace(plan_of(frames=length), doubts=doubts)).endswith(said)


TYPED = {
    "-oRoe v Doe/gone/": ("--output", "gone"),
    "--plan=Roe v Doe/p": ("--plan", "p"),
    "--reason=face=art. 6/1 GDPR": ("--reason", "face=art. 6/1 GDPR"),
    "--only-between=0:01 0:02.5": ("--only-between", "1.0", "2.5"),
    "--accept-findings=1, 3=a/b": ("--accept-findings", "1,3=a/b"),
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
