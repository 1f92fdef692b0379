"""Documents that are made from the code must be those of this code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from docs.generate import documents
from redact import __version__
from redact.cli.app import COMMANDS, redact
from redact.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(documents()))
def test_generated_documents_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == documents()[name], "make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_says_what_it_does(name: str) -> None:
    command = redact.get_command(click.Context(redact), name)
    assert command is not None
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"redact {name} {parameter.opts[0]} has no help"


def test_every_exit_code_is_explained() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \|", page, re.M)
    assert sorted(map(int, table)) == sorted(map(int, ExitCode))


def test_links_in_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_promises_name_tests_that_exist() -> None:
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`]+)`", text)
    assert len(named) > 8
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_readme_is_short_and_begins_with_what_to_type() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 120
    first_screen = "\n".join(lines[:24])
    assert "make demo" in first_screen and "make test" in first_screen


def test_the_citation_names_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(__version__)}$", text, re.M)


def test_nothing_claims_more_than_was_measured() -> None:
    banned = re.compile(
        r"\b(?:fully|completely) anonym|guarantees? anonym|100 ?% (?:of|safe|anon)", re.I
    )
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        assert not banned.search(page.read_text(encoding="utf-8")), page.name
