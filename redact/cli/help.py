"""The texts of `--help`, and of click itself, in the command's language. They are in `help.toml`: a
table for each command, and `options` for those that several commands share."""

from __future__ import annotations

import functools
import os
import re
import sys
from itertools import pairwise
from typing import Any

import click
from click import core, decorators, exceptions, formatting, parser, termui, types

from ..words import (
    FALLBACK,
    LANGUAGES,
    VARIABLE,
    language_of,
    say,
    speak,
    spoken,
    surface,
    word,
    words_of,
)

_CLICK = (core, decorators, exceptions, formatting, parser, termui, types)
"""Modules of click that pass their texts to gettext. Gettext's catalogues are compiled files, which
would be a second format beside ours."""


def in_language(text: str) -> str:
    """A text of click in the current language; unchanged if it is not in the table."""
    said: str = surface(spoken(), "help")["click"].get(text, text)
    return said


def _in_plural(one: str, many: str, count: int) -> str:
    """A text of click with a count. The table holds its plural: one text, or one for each form."""
    known = surface(spoken(), "help")["click"].get(many, many)
    forms = known if isinstance(known, dict) else {"one": in_language(one), "other": known}
    return words_of(spoken()).plural(forms, count)


def words_before_names() -> list[str]:
    """The words of the command line up to "--", for options that must be known even if the rest
    cannot be parsed."""
    words = sys.argv[1:]
    return words[: words.index("--")] if "--" in words else words


def choose_language() -> None:
    """Use the language that the command line, or else the environment, asks for, also in processes
    started from here."""
    for one, following in pairwise([*words_before_names(), ""]):
        name, _, value = one.partition("=")
        if name == "--lang" and (value or following) in LANGUAGES:
            os.environ[VARIABLE] = value or following
    speak(language_of(os.environ))
    translate_click()


def translate_click() -> None:
    """Make click show its texts in the language that is current at that moment."""
    for module in _CLICK:
        for name, function in (("_", in_language), ("ngettext", _in_plural)):
            if hasattr(module, name):
                setattr(module, name, function)


def line_of(name: str) -> str:
    """The one-line summary of a command."""
    line: str = surface(spoken(), "help")["commands"][name]
    return line


def heading(table: str, section: str) -> str:
    """The heading of a section of commands or of options."""
    words: str = surface(spoken(), "help")[table][section]
    return words


OPTION_SECTIONS = {
    "search": "targets sensitivity damage rotate cut ignore_area device",
    "masks": "style margin colour label stamp stamp_corner",
    "video": "audio codec for_web crf preset release",
    "several": "recursive jobs index",
    "case": "case_file case_set no_manifest custody_log sign_key",
}
"""Sections for groups of options; all others come first."""

ADVANCED = set(
    """damage rotate ignore_area device margin colour label stamp_corner codec crf preset
    no_manifest plan_out strict no_plan adopt as_json verbose""".split()  # noqa: SIM905
)
"""Options that the first help of a command leaves to --help-all, unless they are few."""

FEW = 4
"""So many of them, at most, are not worth a second help."""

_ALL = "redact.all_options"

_SECTION_OF = {
    name: section for section, names in OPTION_SECTIONS.items() for name in names.split()
}


def section_of(parameter: click.Parameter) -> str:
    """The section of the help in which an option is listed; "" for the first, untitled one."""
    return _SECTION_OF.get(parameter.name or "", "")


class _Formatter(click.HelpFormatter):
    """Writes headings as the language does: French has a space before a colon."""

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}{word('term', 'colon')}\n")


click.Context.formatter_class = _Formatter


class Sectioned(click.Command):
    """A command with too many options for one list, and perhaps for one help."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in ("", *OPTION_SECTIONS)}
        left = 0
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is None or not isinstance(parameter, click.Option):
                continue
            if _is_long(self) and parameter.name in ADVANCED and _ALL not in ctx.meta:
                left += 1
            else:
                rows[section_of(parameter)].append(row)
        for section, found in rows.items():
            title = heading("option_sections", section) if section else in_language("Options")
            if found:
                with formatter.section(title):
                    formatter.write_dl(found)
        if left:
            formatter.write_paragraph()
            formatter.write_text(say("more_options", count=left, command=ctx.command_path))


def _is_long(command: click.Command) -> bool:
    return sum(parameter.name in ADVANCED for parameter in command.params) > FEW


def with_words(command: click.Command, path: str) -> click.Command:
    """A command with its help texts, and those of its subcommands, filled in.

    Args:
        command: as declared, without help texts.
        path: its name, with the names of its groups, for example "plan set".
    """
    words = surface(spoken(), "help")
    own: dict[str, str] = words[path]
    command.help = own["about"]
    command._help_option = None  # click keeps the one that it made in another language
    if all(option.name != "lang" for option in command.params):
        command.params += [_lang(), _help_all(hidden=not _is_long(command))]
    for parameter in command.params:
        name = parameter.name or ""
        if isinstance(parameter, click.Option):
            parameter.help = own.get(name) or words["options"].get(name)
            if isinstance(parameter.show_default, str):
                parameter.show_default = own[f"{name}_default"]
        parameter.metavar = _metavar(command, parameter, words["metavar"])
    # In the list of a group: the first sentence, without its examples.
    command.short_help = _MORE.split(own["about"].strip(), maxsplit=1)[0]
    if isinstance(command, click.Group):
        command.subcommand_metavar = words["metavar"]["COMMAND [ARGS]..."]
        for name, inner in getattr(command, "commands", {}).items():
            with_words(inner, f"{path} {name}")
    return command


_MORE = re.compile(r"\.(\s|$)|\s?: |, for example|, par exemple|; ")


def _metavar(command: click.Command, parameter: click.Parameter, known: dict[str, str]) -> Any:
    """The placeholder of a value, in the language of the command."""
    declared = _declared.setdefault(parameter, parameter.metavar)
    plain = declared or (
        parameter.human_readable_name.upper()
        if isinstance(parameter, click.Argument)
        else parameter.type.name.upper()
    )
    if spoken() == FALLBACK or plain not in known:
        return declared
    several = isinstance(parameter, click.Argument) and parameter.nargs == -1
    return known[plain] + ("..." if several else "")


_declared: dict[click.Parameter, str | None] = {}


def _lang() -> click.Option:
    """The option --lang of every command. `choose_language` has already read it."""
    return click.Option(
        ["--lang"], type=click.Choice(LANGUAGES), expose_value=False, callback=_speak
    )


def _help_all(hidden: bool) -> click.Option:
    """The option --help-all, which every command takes."""
    return click.Option(
        ["--help-all"],
        is_flag=True,
        is_eager=True,
        hidden=hidden,
        expose_value=False,
        callback=_show_all,
    )


def _show_all(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        context.meta[_ALL] = True
        click.echo(context.get_help(), color=context.color)
        context.exit()


def _speak(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None and value != spoken():
        context.call_on_close(functools.partial(speak, spoken()))
        speak(value)
