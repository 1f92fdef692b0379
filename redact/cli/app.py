"""The `redact` command group, the request that the command line made, and the one place where
errors become exit codes.

Code that reports how a command ended, or suggests another command, needs to know the request.
"""

from __future__ import annotations

import errno
import gc
import importlib
import io
import os
import shlex
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import click
from click.core import ParameterSource
from click.exceptions import NoSuchCommand

from .. import __version__
from ..errors import ExitCode, RedactError, StoppedError, UsageError
from ..libraries import lacking
from ..memory import keep_small, leave_no_dump
from ..types import Box, Target, area_in_words
from ..words import error_as_json, error_words, problem, say, spoken
from .help import Sectioned, choose_language, heading, line_of, with_words, words_before_names
from .terminal import Terminal, outlive_readers, tell, tell_json

HELP: Final = {"help_option_names": ["-h", "--help"]}
"""Settings of every command, so that each knows `-h`, even if it is called without the group."""


def command(function: Callable[..., Any]) -> click.Command:
    """A command whose help lists its options in sections."""
    return click.command(cls=Sectioned, context_settings=HELP)(function)


class PathType(click.Path):
    """Checks a name with the system as soon as it is parsed: since Python 3.14, `exists` returns
    False for a name that is too long for any file."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise  # `main` reports it
        return path


PATH: Final = PathType(path_type=Path, readable=False)
"""Type of an option or argument that names a file or folder. Whether it can be read is left to the
code that reads it: an unreadable video is not a mistake in the command line."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@dataclass(slots=True)
class Invocation:
    """One call of the program; the object of click's contexts.

    Attributes:
        as_json: print the result as JSON.
        sources: videos that were named.
        finished: results of the sources that are done, in their order, if there are several.
        several: results are a list, even if there is only one.
    """

    as_json: bool = field(default_factory=lambda: "--json" in words_before_names())
    sources: tuple[Path, ...] = ()
    finished: list[dict[str, Any]] = field(default_factory=list)
    begun: bool = False
    several: bool = False

    def ended(self, error: RedactError) -> dict[str, Any] | list[Any]:
        """The JSON to print if a command ends with an error: an object, or, for several sources, a
        list that begins with the results of those that were finished."""
        several = self.begun and self.several
        if several and len(self.finished) == len(self.sources):
            return self.finished
        known = {result["source"] for result in self.finished}
        left = [n for n, source in enumerate(self.sources) if str(source) not in known]
        at = next(iter(left), 0) if several else 0
        named = several or len(self.sources) == 1
        ended = error_as_json(error, str(self.sources[at]) if named else None)
        return [*self.finished, ended] if several else ended


def remember_sources(
    context: click.Context, parameter: click.Parameter, value: Path | tuple[Path, ...]
) -> Path | tuple[Path, ...]:
    """Callback of the argument that names one source, or several."""
    invocation = context.find_object(Invocation)
    if invocation is not None:
        invocation.sources = value if isinstance(value, tuple) else (value,)
    return value


def remember_found(sources: list[Path], several: bool) -> None:
    """Store the videos that the arguments expand to, and whether the results are a list."""
    invocation = click.get_current_context().find_object(Invocation)
    if invocation is not None:
        invocation.sources, invocation.several = tuple(sources), several


def results_so_far() -> list[dict[str, Any]]:
    """The list for the results of several sources, printed even if the command is stopped."""
    context = click.get_current_context()
    invocation = context.find_object(Invocation)
    if invocation is None:  # not called by `main`
        invocation = context.meta.setdefault("redact.asked", Invocation(False))
    invocation.begun = True
    return invocation.finished


def typed(name: str | None) -> bool:
    """Whether the user gave a parameter to the current command."""
    source = click.get_current_context().get_parameter_source(name or "")
    return source is ParameterSource.COMMANDLINE


def typed_options(
    names_left_out: Collection[str], text_of: Callable[[Any], str] | None = None
) -> list[str]:
    """Options that the user gave to the current command, ready for `shlex.join`.

    Args:
        names_left_out: parameter names that are not repeated.
        text_of: writes a value; None: as it is typed.
    """
    context = click.get_current_context()
    found: list[str] = []
    for option in context.command.params:
        name = option.name or ""
        if isinstance(option, click.Option) and typed(name) and name not in names_left_out:
            # The language is no parameter of a command's function.
            value = spoken() if name == "lang" else context.params[name]
            found += _as_typed(option, value, text_of or as_typed)
    return found


def _as_typed(option: click.Option, value: Any, text_of: Callable[[Any], str]) -> Iterator[str]:
    flag = max(option.opts, key=len)
    if option.is_flag:
        yield flag
        return
    for item in value if option.multiple else (value,):
        yield flag
        yield from map(text_of, item) if option.nargs > 1 else (text_of(item),)


def as_typed(value: Any) -> str:
    """A value of an option or argument, as it is typed."""
    if isinstance(value, Box):
        return area_in_words(value)
    if isinstance(value, tuple) and all(isinstance(v, Target) for v in value):
        return ",".join(v.word for v in value)
    if isinstance(value, tuple) and all(isinstance(v, int) for v in value):
        return "#" + "".join(f"{v:02x}" for v in value)  # a colour
    return str(value)


SECTIONS: Final = {
    "usual": ("run", "review", "fix", "desktop"),
    "steps": ("detect", "plan", "apply"),
    "files": ("survey", "inspect", "verify"),
    "papers": ("check", "report", "log", "key"),
    "machine": ("doctor",),
}
"""The commands, each in a module of its name, under the headings of `redact --help`."""

COMMANDS: Final = tuple(chain.from_iterable(SECTIONS.values()))


class _Commands(click.Group):
    """Loads the module of a command when it is called: `redact --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{cmd_name}", __package__)
        # Imported objects stay. Searching them for garbage, as happens at the end of each stage of
        # a run, took a twentieth of a second each time.
        gc.freeze()
        command: click.Command = getattr(module, cmd_name)
        return with_words(command, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        with_words(self, "redact")
        return super().get_params(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for section, names in SECTIONS.items():
            with formatter.section(heading("command_sections", section)):
                formatter.write_dl([(name.ljust(width), line_of(name)) for name in names])


@click.group(cls=_Commands, context_settings=HELP)
@click.version_option(__version__, prog_name="redact")
def redact() -> None:
    """The command group; the help texts of all commands are in `help.toml`."""


def main() -> NoReturn:
    """Run the command line and exit with one of `redact.errors.ExitCode`."""
    # Ctrl-C; asked to stop; terminal closed (not on Windows).
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    keep_small()
    leave_no_dump()
    outlive_readers()
    choose_language()
    invocation = Invocation()
    try:
        code = redact.main(standalone_mode=False, prog_name="redact", obj=invocation)
    except click.exceptions.Abort:
        _fail(invocation, problem(StoppedError, "stopped"))
    except click.ClickException as error:
        _show(error)
        _end(invocation, UsageError(error.format_message()))
    except RedactError as error:
        _fail(invocation, error)
    except KeyboardInterrupt:
        _fail(invocation, problem(StoppedError, "stopped"))
    except Exception as error:  # a defect of ours: say so in one line, never a traceback
        if os.environ.get("REDACT_TRACEBACK"):
            raise
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            # A name that was typed, or one that follows from it.
            _fail(invocation, problem(UsageError, "name_too_long_here", path=error.filename))
        _fail(invocation, lacking("OpenCV", error) or defect(error))
    sys.exit(code if isinstance(code, int) else ExitCode.DONE)


def _show(error: click.ClickException) -> None:
    """Say what is wrong with the command line; names in it are not trusted."""
    words = io.StringIO()
    error.show(words)
    for line in words.getvalue().rstrip("\n").split("\n"):
        tell(line, err=True)
    if isinstance(error, click.NoSuchOption):
        for name in filter(os.path.isfile, sys.argv[1:]):
            if name.startswith(error.option_name):
                tell(say("file_of_that_name", path=f".{os.sep}{name}"), err=True)
    if isinstance(error, NoSuchCommand) and os.path.exists(error.command_name):  # noqa: PTH110
        tell(say("file_without_command", path=shlex.quote(error.command_name)), err=True)


def defect(error: Exception, source: Path | None = None) -> RedactError:
    """The message for an unexpected error, and what to do about it."""
    kind = type(error).__name__
    if source is None:
        return problem(RedactError, "defect", kind=kind, error=error)
    return problem(RedactError, "defect_of", path=source, kind=kind, error=error)


class _Interrupted(KeyboardInterrupt):
    """Stopped from outside. If a plain KeyboardInterrupt passes through generated code, like that
    of a dataclass, Python kills itself at its end although the exception was caught."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _fail(invocation: Invocation, error: RedactError) -> NoReturn:
    Terminal().error(*error_words(error))
    _end(invocation, error)


def _end(invocation: Invocation, error: RedactError) -> NoReturn:
    if invocation.as_json:
        tell_json(invocation.ended(error))
    sys.exit(error.exit_code)
