"""The options of a command as they were typed, to propose another command with the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import click
from click.core import ParameterSource

from ..types import Box, Target, area_in_words


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
