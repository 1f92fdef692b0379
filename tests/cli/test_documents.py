"""Generated documents must match the code, and the parser must accept every `redact …` command that
a document shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from docs.generate import documents
from redact import __version__
from redact.cli.app import COMMANDS, redact
from redact.errors import ExitCode
from redact.words import surface

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(documents()))
def test_generated_documents_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == documents()[name], "make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_has_a_summary(name: str) -> None:
    command = redact.get_command(click.Context(redact), name)
    assert command is not None
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"redact {name} {parameter.opts[0]} has no help"


def test_every_exit_code_is_explained() -> None:
    for page in ("commands.md", "fr/commandes.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        table = re.findall(r"^\| (\d+) \| \w", text, re.M)
        assert sorted(map(int, table)) == sorted(map(int, ExitCode))


def test_the_english_page_of_commands_is_english() -> None:
    """click keeps the first --help line that it made, and the pages are generated one after the
    other."""
    pages = documents()
    assert "Show this message and exit." in pages["commands.md"]
    for line in surface("fr", "help")["click"].values():
        assert line not in pages["commands.md"] or line in surface("en", "help")["click"].values()


def test_links_in_documents_resolve() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_named_in_documents_exist() -> None:
    code = re.compile(r"(?<![\w.])(redact/[\w/]+\.(?:py|toml|json))\b")  # no `cam.redact/x.json`
    named = [
        (page.name, file)
        for page in (*PAGES, ROOT / "lab" / "training" / "README.md")
        if page.name != "CHANGELOG.md"
        for file in code.findall(page.read_text("utf-8"))
    ]
    assert len(named) > 30
    assert [pair for pair in named if not (ROOT / pair[1]).exists()] == []


def test_promises_name_tests_that_exist() -> None:
    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
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
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        assert not banned.search(page.read_text(encoding="utf-8")), page.name


def test_the_french_page_has_the_figures_of_the_english_one() -> None:
    """After new measurements, one of them is easily forgotten."""

    def rows(page: str) -> list[list[str]]:
        text = (ROOT / "docs" / page).read_text("utf-8").split("\n## ")[1]
        table = re.findall(r"^\|.*\d.*\|$", text, re.M)
        return [re.findall(r"\d+(?:[.,]\d+)?", row.replace(",", ".")) for row in table]

    english = rows("trust.md")
    assert len(english) >= 5 and rows("fr/confiance.md") == english


PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(p for p in (ROOT / "docs").rglob("*.md") if not p.name.startswith("command")),
        *(p for p in (ROOT / "lab").rglob("README.md") if "training" not in p.parts),
        ROOT / "redact" / "models" / "MODEL_CARD.md",
    ]
)


class Shown(NamedTuple):
    """A command in a document; `whole` if it is in a block to be copied."""

    page: str
    text: str
    whole: bool


def commands(text: str, page: str = "page") -> Iterator[Shown]:
    """The commands of one page: lines of blocks, and code within sentences."""
    block = re.compile(r"^```.*?^```", re.M | re.S)
    for part in block.findall(text):
        for line in part.splitlines():
            found = re.match(r"\$?\s*(?:\S*/)?(redact (?!_).*)", line.strip())
            if found and not part.startswith("```text"):
                yield Shown(page, re.sub(r"\s+#.*$", "", found[1]), True)
    for found in re.finditer(r"`(redact\s[^`]*)`", block.sub("", text)):
        yield Shown(page, " ".join(found[1].split()), False)


def said(path: Path) -> Iterator[Shown]:
    """The commands that the help texts and messages of one catalogue name."""
    for found in re.finditer(r"(?:'|« )(redact [a-z][^'\"{}»]*?)(?:'| »)", path.read_text("utf-8")):
        yield Shown(path.name, " ".join(found[1].split()), False)


def problem(shown: Shown) -> str:
    """The parser's complaint about a command, "" for none. Nothing is run or read."""
    words = shlex.split(shown.text)[1:]
    if not shown.whole:  # within a sentence the tail may be left out
        words = words[: words.index("…")] + words[words.index("…") + 1 :] if "…" in words else words
    command: click.Command = redact
    context = click.Context(redact, info_name="redact")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        child = command.get_command(context, words[0])
        if child is None:
            return f"{words[0]}: no such command"
        command = child
        context = click.Context(command, info_name=words.pop(0), parent=context)
    try:
        command.parse_args(context, words)
    except click.exceptions.NoArgsIsHelpError:
        return ""
    except click.MissingParameter as error:
        return error.format_message() if shown.whole else ""
    except click.exceptions.Exit:  # --help, --version
        return ""
    except click.UsageError as error:
        cut_off = re.search(r"requires (an|\d+) arguments?", str(error))
        return "" if cut_off and not shown.whole else str(error)
    finally:
        context.close()  # --lang holds as long as its command
    return ""


SHOWN = [
    shown
    for page in PAGES
    for shown in commands(page.read_text("utf-8"), page.relative_to(ROOT).as_posix())
]
SAID = [c for path in sorted((ROOT / "redact" / "words").rglob("*.toml")) for c in said(path)]


@pytest.mark.parametrize("shown", sorted({*SHOWN, *SAID}), ids=lambda c: f"{c.page}: {c.text}")
def test_the_parser_accepts_every_command(shown: Shown) -> None:
    assert problem(shown) == ""


def test_the_readme_shows_commands_to_copy() -> None:
    """The test above would be useless if it found no command."""
    assert sum(c.page == "README.md" for c in SHOWN) > 10
    assert sum(c.whole for c in SHOWN) > 20
    assert len(SAID) > 10


@pytest.mark.parametrize(
    "line",
    [
        "redact ran cam.mp4",
        "redact run",
        "redact run cam.mp4 --stile solid",
        "redact run cam.mp4 --style shiny",
        "redact review cam.mp4 --plan cam.plan.json",
        "redact plan unmute cam.plan.json",
        "redact log add CASE.log",
        "redact report a.mp4 b.mp4",
    ],
)
def test_a_wrong_command_is_noticed(line: str) -> None:
    (shown,) = commands(f"```console\n$ {line}\n```\n")
    assert problem(shown) != ""
