"""`redact key`: the keys that sign records."""

from __future__ import annotations

from pathlib import Path

import click

from ..record import (
    fingerprint,
    load_public_key,
    new_key,
    raw_public,
)
from ..words import say, word
from .app import HELP, PATH
from .evidence_options import passphrase
from .terminal import tell


@click.group(context_settings=HELP)
def key() -> None:
    """`redact key`."""


@key.command("new")
@click.option("-o", "--out", type=PATH, default=Path("redact-key.pem"), show_default=True)
@click.option("--no-passphrase", is_flag=True)
def make_key(out: Path, no_passphrase: bool) -> None:
    """`redact key new`."""
    secret = None if no_passphrase else passphrase(say("passphrase_new"), confirm=True)
    made = new_key(out, secret)
    mark = fingerprint(raw_public(made.public_key()))
    for name, what in (("private", out), ("public", f"{out}.pub"), ("fingerprint", mark)):
        tell(f"{word('key', name):<12} {what}")
    tell(say("key_made"))


@key.command("show")
@click.argument("public", type=PATH)
def show_key(public: Path) -> None:
    """`redact key show`."""
    tell(fingerprint(load_public_key(public)))
