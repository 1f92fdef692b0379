"""Options for the record of a run, and for findings that a person accepts."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import UsageError
from ..pipeline import Acceptance
from ..plan import user_input
from ..record import (
    CaseFields,
    EvidenceChoice,
    case_from_options,
    checked_option,
    load_private_key,
    needs_passphrase,
    raw_public,
    read_case,
    read_log,
)
from ..words import error_words, problem, say
from .app import PATH, together, typed
from .terminal import Terminal

PASSPHRASE_VARIABLE: Final = "REDACT_PASSPHRASE"


def evidence_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the case, manifest, log and signature options; the function gets one parameter.

    `function` is called with `evidence`, an `EvidenceChoice`: case fields read and validated,
    the private key loaded (its passphrase asked for before the long run, not after it).
    """

    @functools.wraps(function)
    def wrapper(*args: Any, **params: Any) -> Any:
        return function(*args, evidence=_choice(params), **params)

    return together(
        click.option("--case-file", type=PATH),
        click.option("--set", "case_set", multiple=True, metavar="FIELD=TEXT"),
        click.option("--no-manifest", is_flag=True),
        click.option("--log", "custody_log", type=PATH),
        click.option("--sign", "sign_key", type=PATH),
    )(wrapper)


def _choice(params: dict[str, Any]) -> EvidenceChoice:
    named = ("case_file", "case_set", "custody_log", "sign_key")
    given = tuple(
        max(option.opts, key=len)
        for option in click.get_current_context().command.params
        if option.name in named and typed(option.name)
    )
    fields = case_from_options(params.pop("case_set"))
    file, log, sign = (params.pop(name) for name in ("case_file", "custody_log", "sign_key"))
    base, exhibits, cuts = (CaseFields(), {}, {}) if file is None else read_case(file)
    if fields.exhibit:
        exhibits = {}
    case = base.overridden_by(fields)
    keeps = not params.pop("no_manifest")
    if not keeps:
        EvidenceChoice(given=given).refuse_with("--no-manifest")
    key = None if sign is None else private_key(sign)
    if log is not None:
        warn_of_unsigned(log, key)
    case_fields = None if case.empty else case
    return EvidenceChoice(keeps, case_fields, log, key, given, sign, exhibits, cuts)


def warn_of_strange_exhibits(
    evidence: EvidenceChoice, videos: Iterable[Path], terminal: Terminal
) -> None:
    """Warn if the case file numbers a video that is not among those of a folder."""
    if names := evidence.exhibits_without(videos):
        terminal.warn(say("exhibits_of_none", count=len(names), names=", ".join(names)))


def warn_of_unsigned(log: Path, key: Ed25519PrivateKey | None) -> None:
    """Warn if an entry would turn a signed head into an unsigned one, or into one signed by another
    key."""
    if not log.exists():
        return
    state = read_log(log)
    signer = state.signer
    if key is None and signer:
        Terminal().warn(say("head_no_longer_signed", log=log))
    if key is None or not state.entries:
        return
    if signer != raw_public(key.public_key()).hex():
        Terminal().warn(say("head_of_other_key" if signer else "head_unsigned", log=log))


def private_key(path: Path) -> Ed25519PrivateKey:
    """Load a private key; the passphrase comes from REDACT_PASSPHRASE or a prompt, which asks again
    after a wrong one. Raises UsageError."""
    if not needs_passphrase(path):
        return load_private_key(path, None)
    for tries_left in (2, 1, 0):
        secret = passphrase(say("passphrase_of", name=path.name), confirm=False)
        try:
            return load_private_key(path, secret)
        except UsageError as error:
            if PASSPHRASE_VARIABLE in os.environ:
                raise problem(UsageError, "passphrase_from_variable", path=path) from error
            if not tries_left:
                raise
            Terminal().error(error_words(error)[0], say("type_again"))
    raise AssertionError


def passphrase(prompt: str, confirm: bool) -> bytes:
    """The passphrase from REDACT_PASSPHRASE, or else from a prompt without echo.

    Raises:
        UsageError: it is empty, or there is no terminal to ask on.
    """
    text = os.environ.get(PASSPHRASE_VARIABLE)
    if text is None and not can_ask():
        raise problem(UsageError, "no_terminal")
    if text is None:
        text = str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))
    if not text:
        raise problem(UsageError, "empty_passphrase")
    return text.encode("utf-8", "surrogateescape")


def can_ask() -> bool:
    """Whether there is a terminal to ask on, even if standard input is not one."""
    try:
        with Path("/dev/tty").open("rb"):
            return True
    except OSError:
        return sys.stdin is not None and sys.stdin.isatty()


def take_acceptance(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Acceptance | None:
    """Callback of the option: "1,3=reason" or "all=reason".

    Raises:
        UsageError: the value is empty or unclear, or a record cannot contain it.
    """
    if value is None:
        return None
    numbers, equals, reason = value.partition("=")
    if not equals:
        raise problem(UsageError, "which_findings", text=value)
    reason = checked_option(reason.strip(), "--accept-findings")
    if not any(c.isalnum() for c in reason):
        raise problem(UsageError, "no_reason_to_accept")
    if numbers.strip().lower() == "all":
        return Acceptance(None, reason)
    return Acceptance(user_input.parse_numbers(numbers), reason)
