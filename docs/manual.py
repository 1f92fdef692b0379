"""The man page, made from the commands themselves: `man redact`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from redact import __version__
from redact.cli.app import redact
from redact.errors import ExitCode
from redact.words import surface


def man_page(language: str) -> str:
    """All commands in one page of section 1, as roff, in the language that is spoken."""
    context = click.Context(redact, info_name="redact", **redact.context_settings)
    words = surface(language, "help")["manual"]
    lines = [
        '.\\" Made by `make docs` from the commands themselves.',
        f'.TH REDACT 1 "" "redact {__version__}" "{words["section"]}"',
        *(f".SH {words['name']}", f"redact \\- {_text(words['line'])}"),
        *(f".SH {words['synopsis']}", ".B redact", _text(words["usage"])),
        *(f".SH {words['description']}", *_paragraphs(redact.help or "")),
        f".SH {words['commands']}",
        *_commands(redact, context),
        *(f".SH {words['exit_status']}", *_codes(language)),
        *(f".SH {words['environment']}", *_variables(words)),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        here = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, here)
        else:
            yield from _command(command, here)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_text(f'{context.command_path} {usage}')}"
    yield from _paragraphs(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:  # arguments are told in the text above
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))


def _codes(language: str) -> Iterator[str]:
    known = surface(language, "help")["exit_codes"]
    for code in ExitCode:
        yield from (".TP", f".B {code:d}", _text(known[code.name.lower()].replace("`", "")))
    yield from (".PP", _text(known["rule"].replace("`", "")))


def _variables(words: dict[str, str]) -> Iterator[str]:
    for name in ("REDACT_LANG", "REDACT_PASSPHRASE", "REDACT_TRACEBACK"):
        yield from (".TP", f".B {name}", _text(words[name]))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield from (".PP", _text(" ".join(paragraph.replace("\b", "").split())))


def _text(text: str) -> str:
    """Text with what roff would take for commands escaped."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped[:1] in (".", "'") else escaped
