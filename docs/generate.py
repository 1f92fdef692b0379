"""Write from the code: the page of commands and the man page in each language, the names of the
API, and the schemas: `python -m docs.generate`."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import click
import msgspec

from redact.cli.app import COMMANDS, redact
from redact.cli.help import (
    OPTION_SECTIONS,
    heading,
    in_language,
    section_of,
    translate_click,
    with_words,
)
from redact.errors import ExitCode
from redact.plan import PlanRecord
from redact.record import Manifest
from redact.words import speak, surface

from .manual import man_page
from .names import fields_told, names_page

HERE = Path(__file__).resolve().parent

EVERYWHERE = ("--lang", "--help-all", "--help")
"""Options of every command."""

PAGES = {"en": "commands.md", "fr": "commandes.md"}


def reference(language: str) -> str:
    """Every command with its help text, and every exit code, as Markdown."""
    choose(language)
    words = surface(language, "help")
    said = words["reference"]
    parts = [f"# {said['title']}\n\n{said['line']}\n"]
    context = click.Context(redact, info_name="redact", **redact.context_settings)
    parts += _section(redact, context, {}, said["shared"])
    parts += [f"## {said['exit_codes']}\n\n| {said['code']} | {said['meaning']} |\n|---|---|"]
    parts += [f"| {code:d} | {words['exit_codes'][code.name.lower()]} |" for code in ExitCode]
    return "\n".join([*parts, "", words["exit_codes"]["rule"], ""])


def _section(
    command: click.Command,
    context: click.Context,
    told: dict[tuple[str, str], tuple[str, str]],
    also: str,
) -> list[str]:
    """A command and those in it; of its options in full those that no command before it told.

    Args:
        command, context: of the command.
        told: option as `--help` says it → its section and name, of all that were told before.
        also: heading of those.
    """
    context.max_content_width = context.terminal_width = 90
    formatter = context.make_formatter()
    command.format_usage(context, formatter)
    command.format_help_text(context, formatter)
    records = {
        record: (section_of(parameter), parameter.opts[-1])
        for parameter in command.get_params(context)
        if (record := parameter.get_help_record(context)) is not None and record[1]
    }
    again = [records[record] for record in records if record in told]
    again = [(section, name) for section, name in again if name not in EVERYWHERE]
    new = {record: where for record, where in records.items() if record not in told}
    for section in ("", *OPTION_SECTIONS):
        rows = [record for record in new if new[record][0] == section]
        title = heading("option_sections", section) if section else in_language("Options")
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)
    names = _in_short(again, set(told.values()))
    told |= new
    if isinstance(command, click.Group) and context.parent is None:
        command.format_commands(context, formatter)  # those of other groups follow at once
    lines = [f"## {context.command_path}\n", f"```text\n{formatter.getvalue().rstrip()}\n```\n"]
    if names:
        lines.append(f"{also}: {', '.join(names)}.\n")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            inner = click.Context(child, info_name=name, parent=context)
            lines += _section(child, inner, told, also)
    return lines


def _in_short(again: list[tuple[str, str]], told: set[tuple[str, str]]) -> list[str]:
    """Options that were told before; a section that is taken whole by its title."""
    taken = set(again)
    whole = [
        section
        for section in OPTION_SECTIONS
        if (members := {pair for pair in told if pair[0] == section}) and members <= taken
    ]
    titles = [f"*{heading('option_sections', section)}*" for section in whole]
    return titles + [f"`{name}`" for section, name in again if section not in whole]


def choose(language: str) -> None:
    """Let the commands explain themselves in a language."""
    speak(language)
    translate_click()
    with_words(redact, "redact")


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON schema of a file, with what docstrings say of each value and of its fields."""
    schema = msgspec.json.schema(kind)
    for part in schema["$defs"].values():
        # Up to Python 3.12 a docstring is as indented as it is written.
        text = inspect.cleandoc(part.get("description", ""))
        if text:
            part["description"] = text.split("\n\n")[0]
        for name, said in fields_told(text):
            if (field := part.get("properties", {}).get(name)) is not None:
                field["description"] = said
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def documents() -> dict[str, str]:
    """File name and content of every generated document."""
    made = {}
    for language, folder in (("fr", "fr/"), ("en", "")):
        made[folder + PAGES[language]] = reference(language)
        made[f"{folder}redact.1"] = man_page(language)
    return made | {
        "api-names.md": names_page(),
        "plan.schema.json": json.dumps(schema_of(PlanRecord), indent=1) + "\n",
        "manifest.schema.json": json.dumps(schema_of(Manifest), indent=1) + "\n",
    }


if __name__ == "__main__":
    assert set(COMMANDS) == set(redact.list_commands(click.Context(redact)))
    for name, text in documents().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")
