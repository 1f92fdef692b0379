"""Write the page of commands and the man page, in each language, and the schemas from the code:
`python -m docs.generate`."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import click
import msgspec

from redact.cli.app import COMMANDS, redact
from redact.cli.help import translate_click, with_words
from redact.plan import PlanRecord
from redact.record import Manifest
from redact.words import speak

from .manual import man_page

HERE = Path(__file__).resolve().parent


HEAD = {
    "en": "# Command line\n\nMade by `make docs` from the commands themselves.\n",
    "fr": "# Les commandes\n\nPage établie par `make docs` d’après les commandes elles-mêmes.\n",
}


def cli_reference(language: str) -> str:
    """Every command with its help text, as Markdown."""
    choose(language)
    parts = [HEAD[language]]
    parts += _section(redact, click.Context(redact, info_name="redact", **redact.context_settings))
    return "\n".join(parts)


def _section(command: click.Command, context: click.Context) -> list[str]:
    context.max_content_width = context.terminal_width = 90
    lines = [
        f"## {context.command_path}\n",
        f"```text\n{command.get_help(context).rstrip()}\n```\n",
    ]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            lines += _section(child, click.Context(child, info_name=name, parent=context))
    return lines


def choose(language: str) -> None:
    """Let the commands explain themselves in a language."""
    speak(language)
    translate_click()
    with_words(redact, "redact")


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON schema of a file; of what the program says of a value, the first sentences."""
    schema = msgspec.json.schema(kind)
    for part in schema["$defs"].values():
        if "description" in part:
            # Up to Python 3.12 a docstring is as indented as it is written.
            part["description"] = inspect.cleandoc(part["description"]).split("\n\n")[0]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def documents() -> dict[str, str]:
    """File name and content of every generated document."""
    made = {}
    for language, folder in (("fr", "fr/"), ("en", "")):
        made[f"{folder}cli.md"] = cli_reference(language)
        made[f"{folder}redact.1"] = man_page(language)
    return made | {
        "plan.schema.json": json.dumps(schema_of(PlanRecord), indent=1) + "\n",
        "manifest.schema.json": json.dumps(schema_of(Manifest), indent=1) + "\n",
    }


if __name__ == "__main__":
    assert set(COMMANDS) == set(redact.list_commands(click.Context(redact)))
    for name, text in documents().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")
