"""The man page, made from the commands themselves: `man redact`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from redact import __version__
from redact.cli.app import redact

_EXIT = "Every exit code is explained in docs/exit-codes.md: 0 done, 10 look at the result, 13 the "
_EXIT += "source is incomplete, anything else: nothing has its final name."


def man_page() -> str:
    """All commands in one page of section 1, as roff."""
    context = click.Context(redact, info_name="redact", **redact.context_settings)
    lines = [
        '.\\" Made by `make docs` from the commands themselves.',
        f'.TH REDACT 1 "" "redact {__version__}" "User Commands"',
        *(".SH NAME", "redact \\- hide faces and licence plates in video for good"),
        *(".SH SYNOPSIS", ".B redact", _text("COMMAND [OPTIONS] ARGUMENTS...")),
        *(".SH DESCRIPTION", *_paragraphs(redact.help or "")),
        ".SH COMMANDS",
        *_commands(redact, context),
        *(".SH EXIT STATUS", _text(_EXIT)),
        *(".SH ENVIRONMENT", *_variables()),
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


def _variables() -> Iterator[str]:
    for name, meaning in (
        ("REDACT_PASSPHRASE", "Passphrase of the private key, where no terminal can ask for it."),
        ("REDACT_TRACEBACK", "Set to 1, an internal error shows where it happened."),
    ):
        yield from (".TP", f".B {name}", _text(meaning))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield from (".PP", _text(" ".join(paragraph.replace("\b", "").split())))


def _text(text: str) -> str:
    """Text with what roff would take for commands escaped."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped[:1] in (".", "'") else escaped
