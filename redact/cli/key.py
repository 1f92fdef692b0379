"""`redact key`: make and show the keys that sign manifests."""

from __future__ import annotations

from pathlib import Path

import click

from ..evidence import fingerprint, load_public_key, new_key, raw_public
from .evidence_options import passphrase
from .invocation import HELP


@click.group(context_settings=HELP)
def key() -> None:
    """Make a key for signing manifests, and show a key's fingerprint."""


@key.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("redact-key.pem"),
    show_default=True,
    help="File for the private key. The public key gets the same name with .pub at its end.",
)
@click.option("--no-passphrase", is_flag=True, help="Leave the private key unencrypted.")
def new(out: Path, no_passphrase: bool) -> None:
    """Make an Ed25519 key pair. An existing file is never overwritten.

    The private key is encrypted with a passphrase (asked for, or taken from REDACT_PASSPHRASE)
    and readable by its owner only.
    """
    secret = None if no_passphrase else passphrase("Passphrase for the new key", confirm=True)
    made = new_key(out, secret)
    click.echo(f"private key  {out}")
    click.echo(f"public key   {out}.pub")
    click.echo(f"fingerprint  {fingerprint(raw_public(made.public_key()))}")
    click.echo("Give the .pub file and read the fingerprint to whoever checks your records.")


@key.command()
@click.argument("public", type=click.Path(path_type=Path))
def show(public: Path) -> None:
    """Print the fingerprint of a PUBLIC key file."""
    click.echo(fingerprint(load_public_key(public)))
