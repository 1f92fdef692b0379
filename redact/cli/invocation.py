"""What the command line asked for: for whoever tells how it ended, or proposes another command."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from ..errors import ExitCode
from ..types import Box, Target, area_in_words

HELP: Final = {"help_option_names": ["-h", "--help"]}
"""Settings of every command, so that `-h` is known to each, also where it is called alone."""


def _asks_for_json() -> bool:
    """Read from the words themselves: a command line can be too wrong to be parsed."""
    words = sys.argv[1:]
    return "--json" in (words[: words.index("--")] if "--" in words else words)


@dataclass(slots=True)
class Asked:
    """One call of the program; the object of click's contexts.

    Attributes:
        as_json: how it ended is to be printed as JSON.
        sources: videos that were named.
        finished: results of the sources that are done, in their order, where there are several.
        several: results are a list, be it of one.
    """

    as_json: bool = field(default_factory=_asks_for_json)
    sources: tuple[Path, ...] = ()
    finished: list[dict[str, Any]] = field(default_factory=list)
    begun: bool = False
    several: bool = False

    def ended(self, message: str, hint: str, code: ExitCode) -> dict[str, Any] | list[Any]:
        """What to print where a command ends with an error: an object, or, where several
        sources are worked on one by one, a list with those that are done before it."""
        several = self.begun and self.several
        if several and len(self.finished) == len(self.sources):
            return self.finished
        at = len(self.finished) if several else 0
        known = several or len(self.sources) == 1
        error = {
            "source": str(self.sources[at]) if known else None,
            "exit_code": int(code),
            "error": message,
            "hint": hint,
        }
        return [*self.finished, error] if several else error


def remember_sources(
    context: click.Context, parameter: click.Parameter, value: Path | tuple[Path, ...]
) -> Path | tuple[Path, ...]:
    """Callback of the argument that names one source, or several."""
    asked = context.find_object(Asked)
    if asked is not None:
        asked.sources = value if isinstance(value, tuple) else (value,)
    return value


def remember_found(sources: list[Path], several: bool) -> None:
    """The videos that the names stand for, and whether their results are a list."""
    asked = click.get_current_context().find_object(Asked)
    if asked is not None:
        asked.sources, asked.several = tuple(sources), several


def results_so_far() -> list[dict[str, Any]]:
    """The list for the results of several sources, printed even if the command is stopped."""
    context = click.get_current_context()
    asked = context.find_object(Asked)
    if asked is None:  # called by other than `main`
        asked = context.meta.setdefault("redact.asked", Asked(False))
    asked.begun = True
    return asked.finished


def typed_options(names_left_out: Collection[str]) -> list[str]:
    """Options that the user gave to the command that runs now, ready for `shlex.join`.

    Args:
        names_left_out: parameter names that are not repeated.
    """
    context = click.get_current_context()
    found: list[str] = []
    for option in context.command.params:
        name = option.name or ""
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and typed and name not in names_left_out:
            found += _as_typed(option, context.params[name])
    return found


def _as_typed(option: click.Option, value: Any) -> Iterator[str]:
    flag = max(option.opts, key=len)
    if option.is_flag:
        yield flag
        return
    for item in value if option.multiple else (value,):
        yield flag
        yield from map(_text, item) if option.nargs > 1 else (_text(item),)


def _text(value: Any) -> str:
    if isinstance(value, Box):
        return area_in_words(value)
    if isinstance(value, tuple) and all(isinstance(v, Target) for v in value):
        return ",".join(v.word for v in value)
    if isinstance(value, tuple) and all(isinstance(v, int) for v in value):
        return "#" + "".join(f"{v:02x}" for v in value)  # a colour
    return str(value)
