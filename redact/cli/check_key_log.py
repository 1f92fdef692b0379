"""`redact check`: does the record of an output still hold? `redact key`: the keys that sign
records. `redact log`: the custody log of a case.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ..errors import ExitCode, PlanError, UsageError
from ..record import (
    CheckResult,
    LogState,
    append,
    check_output,
    counted,
    fingerprint,
    head_path,
    load_public_key,
    new_key,
    raw_public,
    read_log,
    unproven,
)
from .app import HELP
from .evidence_options import passphrase, private_key, warn_of_unsigned
from .terminal import Terminal, tell, tell_json, tell_json_text


@click.command(context_settings=HELP)
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--source", type=click.Path(path_type=Path), help="The original, to compare.")
@click.option("--log", type=click.Path(path_type=Path), help="The custody log of the case.")
@click.option("--key", type=click.Path(path_type=Path), help="Public key of the signer.")
@click.option(
    "--manifest", type=click.Path(path_type=Path), help="The manifest, if it is not beside OUTPUT."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(
    output: Path,
    source: Path | None,
    log: Path | None,
    key: Path | None,
    manifest: Path | None,
    as_json: bool,
) -> int:
    """Verify the hashes, the signature and the log of OUTPUT; exit code 11 if one fails.

    The exit code is 3 if only OUTPUT or the original cannot be read.
    """
    public = None if key is None else load_public_key(key)
    result = check_output(output, source=source, log=log, key=public, manifest=manifest)
    if as_json:
        tell_json(_as_json(result))
    else:
        for part in result.parts:
            tell(f"{part.name:<10} {part.verdict:<14} {part.text}")
        tell(result.summary)
        if result.trust:
            tell(result.trust)
    if result.unread:
        return int(ExitCode.INPUT)
    return int(ExitCode.DONE if result.holds else ExitCode.CHECK_FAILED)


def _as_json(result: CheckResult) -> dict[str, object]:
    return {
        "holds": result.holds,
        "summary": result.summary,
        "trust": result.trust,
        "parts": [{**asdict(part), "failed": part.failed} for part in result.parts],
    }


@click.group(context_settings=HELP)
def key() -> None:
    """Make a key for signing manifests, and show a key's fingerprint."""


@key.command("new")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("redact-key.pem"),
    show_default=True,
    help="File for the private key. The public key gets the same name with .pub at its end.",
)
@click.option("--no-passphrase", is_flag=True, help="Leave the private key unencrypted.")
def make_key(out: Path, no_passphrase: bool) -> None:
    """Make an Ed25519 key pair. An existing file is never overwritten.

    The private key is encrypted with a passphrase (asked for, or taken from REDACT_PASSPHRASE)
    and readable by its owner only.
    """
    secret = None if no_passphrase else passphrase("Passphrase for the new key", confirm=True)
    made = new_key(out, secret)
    tell(f"private key  {out}")
    tell(f"public key   {out}.pub")
    tell(f"fingerprint  {fingerprint(raw_public(made.public_key()))}")
    tell("Give the .pub file and read the fingerprint to whoever checks your records.")


@key.command("show")
@click.argument("public", type=click.Path(path_type=Path))
def show_key(public: Path) -> None:
    """Print the fingerprint of a PUBLIC key file."""
    tell(fingerprint(load_public_key(public)))


file_argument = click.argument("file", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(context_settings=HELP)
def log() -> None:
    """Show and verify a custody log, or add an entry to it."""


@log.command("verify")
@file_argument
@click.option("--key", type=click.Path(path_type=Path), help="Public key of the log's signer.")
@json_option
def verify_log(file: Path, key: Path | None, as_json: bool) -> int:
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
            "signed_by": fingerprint(state.signer) or None,
        }
        tell_json(result)
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
    why = None if key is None else unproven(state, key.hex())
    return [] if why is None else [(len(state.entries), *why)]


def _say_verdict(state: LogState, problems: list[tuple[int, str, str]], key: Path | None) -> None:
    if state.holds and not state.signer and key is not None:
        # No sign of tampering, and no proof of its absence: neither verdict below would be true.
        tell(f"The chain holds: {counted(state)}, none changed, removed or moved.")
        tell(
            f"Its head is not signed, so the key {key.name} has nothing to confirm: either the "
            "last entry was added without --sign, or somebody replaced the whole log. The next "
            "entry added with --sign signs the head again."
        )
        _say_remarks(state)
        return
    for line, kind, text in problems:
        tell(f"line {line}: {kind}: {text}")
    _say_remarks(state)
    if problems:
        tell("The log does not hold.")
        return
    tell(f"The log holds: {counted(state)}, none changed, removed or moved.")
    if not state.signer:
        tell(
            "Its head is not signed: whoever can replace the log and its head file together "
            "can replace it whole. Compare the head with a copy kept elsewhere."
        )
    else:
        tell(f"Its head is signed with the key {fingerprint(state.signer)}.")


def _say_remarks(state: LogState) -> None:
    for remark in state.remarks:
        tell(f"note: {remark}")


@log.command("show")
@file_argument
@json_option
def show_log(file: Path, as_json: bool) -> None:
    """Print the entries of FILE, one a line."""
    state = _read(file)
    for entry in state.entries:
        if as_json:
            tell_json_text(entry.line().decode())
            continue
        details = "  ".join(f"{k}={v}" for k, v in entry.details.items())
        tell(f"{entry.number:>5}  {entry.time}  {entry.event}  {details}")
    if not state.holds:
        tell("This log does not hold; see 'redact log verify'.", err=True)


@log.command("add")
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
    "--sign",
    type=click.Path(path_type=Path),
    help="Private key that signs the entry and the log's head.",
)
def add_entry(file: Path, event: str, details: tuple[str, ...], sign: Path | None) -> None:
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
    tell(f"entry {entry.number}  {entry.hash}")
