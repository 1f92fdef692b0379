"""`redact log`: the custody log of a case."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from ..errors import ExitCode, PlanError, UsageError
from ..pipeline import log_named
from ..record import (
    LogState,
    append,
    fingerprint,
    head_path,
    load_public_key,
    read_log,
    unproven,
)
from ..words import Translatable, problem, said, say
from . import options
from .app import HELP, PATH
from .evidence_options import private_key, warn_of_unsigned
from .terminal import Terminal, tell, tell_json

Problem = tuple[int, str, Translatable]
"""A problem in a log: line, kind and words."""

file_argument = click.argument(
    "file", type=PATH, callback=lambda context, parameter, value: log_named(value)
)


@click.group(context_settings=HELP)
def log() -> None:
    """`redact log`."""


@log.command("verify")
@file_argument
@click.option("--key", type=PATH)
@options.json_option
def verify_log(file: Path, key: Path | None, as_json: bool) -> int:
    """`redact log verify`."""
    state = _read(file)
    problems: list[Problem] = [(b.line, b.kind, b.text) for b in state.breaks]
    if key is not None and (why := unproven(state, load_public_key(key).hex())):
        problems.append((len(state.entries), *why))
    if as_json:
        result = {
            "holds": not problems,
            "chain_holds": state.holds,
            "entries": len(state.entries),
            "breaks": [{"line": n, "kind": k, "text": str(t)} for n, k, t in problems],
            "remarks": list(map(str, state.remarks)),
            "signed_by": fingerprint(state.signer) or None,
        }
        tell_json(result)
    else:
        _say_verdict(state, problems, key)
    return int(ExitCode.CHECK_FAILED if problems else ExitCode.DONE)


def _read(file: Path) -> LogState:
    """The log; raises PlanError for a file that is not a log, instead of a problem per line, and
    for an empty one without a head: of a log that was emptied, nothing else is left."""
    state = read_log(file)
    # A log whose lines were all damaged still has its head file beside it.
    if not state.entries and not head_path(file).exists():
        raise problem(PlanError, "no_log", file=file)
    return state


def _say_verdict(state: LogState, problems: list[Problem], key: Path | None) -> None:
    if state.holds and not state.signer and key is not None:
        # No sign of tampering, and no proof of its absence: neither verdict below would be true.
        tell(say("chain_holds", count=len(state.entries)))
        tell(say("head_not_signed_key", key=key.name))
        _say_remarks(state)
        return
    for _, _, text in problems:
        tell(said(text))
    _say_remarks(state)
    if problems:
        tell(say("log_broken_verdict"))
        return
    tell(say("log_holds", count=len(state.entries)))
    if not state.signer:
        tell(say("head_not_signed"))
    else:
        tell(say("head_signed", key=fingerprint(state.signer)))


def _say_remarks(state: LogState) -> None:
    for remark in state.remarks:
        tell(f"{say('note')} {said(remark)}")


@log.command("show")
@file_argument
@options.json_option
def show_log(file: Path, as_json: bool) -> None:
    """`redact log show`."""
    state = _read(file)
    for entry in state.entries:
        if as_json:
            tell_json(msgspec.to_builtins(entry), indent=None)
            continue
        details = "  ".join(f"{k}={v}" for k, v in entry.details.items())
        tell(f"{entry.number:>5}  {entry.time}  {entry.event}  {details}")
    if not state.holds:
        tell(say("log_does_not_hold_see"), err=True)


@log.command("add")
@file_argument
@click.argument("event")
@click.option("--detail", "details", multiple=True, metavar="NAME=TEXT")
@click.option("--sign", type=PATH)
def add_entry(file: Path, event: str, details: tuple[str, ...], sign: Path | None) -> None:
    """`redact log add`."""
    values: dict[str, str] = {}
    for detail in details:
        name, equals, text = detail.partition("=")
        if not equals or not name or name in values:
            raise problem(UsageError, "bad_detail", detail=detail)
        values[name] = text
    key = None if sign is None else private_key(sign)
    warn_of_unsigned(file, key)
    entry = append(file, event, values, key)
    if entry.number == 1:
        Terminal().warn(say("log_started", path=file))
    tell(say("log_entry_added", number=entry.number, hash=entry.hash))
