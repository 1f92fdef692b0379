"""`redact log`: verify, show and add to the custody log of a case."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import ExitCode, PlanError, UsageError
from ..evidence import LogState, append, counted, fingerprint, head_path, load_public_key, read_log
from .evidence_options import private_key, warn_of_unsigned
from .invocation import HELP
from .terminal import Terminal

file_argument = click.argument("file", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(context_settings=HELP)
def log() -> None:
    """Show and verify a custody log, or add an entry to it."""


@log.command()
@file_argument
@click.option("--key", type=click.Path(path_type=Path), help="Public key of the log's signer.")
@json_option
def verify(file: Path, key: Path | None, as_json: bool) -> int:
    """Find any edit, removal or reordering in FILE, and say where; exit code 11 if any."""
    state = _read(file)
    problems = [(b.line, b.kind, b.text) for b in state.breaks]
    problems += _signer_problems(state, None if key is None else load_public_key(key))
    if as_json:
        result = {
            "holds": not problems,
            "chain_holds": state.holds,
            "entries": len(state.entries),
            "breaks": [{"line": n, "kind": k, "text": t} for n, k, t in problems],
            "remarks": list(state.remarks),
            "signed_by": state.signer.fingerprint if state.signer else None,
        }
        click.echo(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        _say_verdict(state, problems, key)
    return int(ExitCode.CHECK_FAILED if problems else ExitCode.DONE)


def _read(file: Path) -> LogState:
    """The log; raises PlanError for a file that is none, instead of a problem per line."""
    state = read_log(file)
    # A log whose lines were all damaged still has its head file beside it.
    if not state.entries and state.breaks and not head_path(file).exists():
        raise PlanError(
            f"{file}: is not a custody log: none of its lines is an entry",
            "Give the file that was named with --log, or made by 'redact log add'.",
        )
    return state


def _signer_problems(state: LogState, key: bytes | None) -> list[tuple[int, str, str]]:
    line = len(state.entries)
    if key is None:
        return []
    if state.signer is None:
        return [(line, "unsigned", "a key was given, but the head of the log is not signed")]
    if state.signer.public_key != key.hex():
        text = f"signed with {state.signer.fingerprint}, not with {fingerprint(key)}"
        return [(line, "other key", text)]
    return []


def _say_verdict(state: LogState, problems: list[tuple[int, str, str]], key: Path | None) -> None:
    if state.holds and state.signer is None and key is not None:
        # No sign of tampering, and no proof of its absence: neither verdict below would be true.
        click.echo(f"The chain holds: {counted(state)}, none changed, removed or moved.")
        click.echo(
            f"Its head is not signed, so the key {key.name} has nothing to confirm: either the "
            "last entry was added without --sign, or somebody replaced the whole log. The next "
            "entry added with --sign signs the head again."
        )
        return
    for line, kind, text in problems:
        click.echo(f"line {line}: {kind}: {text}")
    for remark in state.remarks:
        click.echo(f"note: {remark}")
    if problems:
        click.echo("The log does not hold.")
        return
    click.echo(f"The log holds: {counted(state)}, none changed, removed or moved.")
    if state.signer is None:
        click.echo(
            "Its head is not signed: whoever can replace the log and its head file together "
            "can replace it whole. Compare the head with a copy kept elsewhere."
        )
    else:
        click.echo(f"Its head is signed with the key {state.signer.fingerprint}.")


@log.command()
@file_argument
@json_option
def show(file: Path, as_json: bool) -> None:
    """Print the entries of FILE, one a line."""
    state = _read(file)
    for entry in state.entries:
        if as_json:
            click.echo(entry.line().decode())
            continue
        details = "  ".join(f"{k}={v}" for k, v in entry.details.items())
        click.echo(f"{entry.number:>5}  {entry.time}  {entry.event}  {details}")
    if not state.holds:
        click.echo("This log does not hold; see 'redact log verify'.", err=True)


@log.command()
@file_argument
@click.argument("event")
@click.option(
    "--detail",
    "details",
    multiple=True,
    metavar="NAME=TEXT",
    help="For example recipient='Office of the prosecutor'; may be repeated.",
)
@click.option(
    "--sign", type=click.Path(path_type=Path), help="Private key that signs the log's head."
)
def add(file: Path, event: str, details: tuple[str, ...], sign: Path | None) -> None:
    """Add an entry to FILE, for example: redact log add CASE.log "handed over"."""
    values: dict[str, str] = {}
    for detail in details:
        name, equals, text = detail.partition("=")
        if not equals or not name or name in values:
            raise UsageError(f"--detail {detail}: is not NAME=TEXT, each name once")
        values[name] = text
    key = None if sign is None else private_key(sign)
    warn_of_unsigned(file, key)
    entry = append(file, event, values, key)
    if entry.number == 1:
        Terminal().warn(f"{file}: a new log was started")
    click.echo(f"entry {entry.number}  {entry.hash}")
