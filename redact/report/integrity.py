"""The command that checks the record of a run, with everything that the run left to check."""

from __future__ import annotations

import shlex

from ..evidence import Manifest


def check_command(manifest: Manifest) -> str:
    """`redact check` with the original, the log and the public key, where the run used them.

    A manifest names neither log nor key: their names are those on the command line of the run.
    """
    words = ["redact", "check", manifest.output.name, "--source", manifest.source.name]
    if manifest.custody_log is not None:
        words += ["--log", _given(manifest, "--log") or "CASE.log"]
    if key := _given(manifest, "--sign"):
        words += ["--key", f"{key}.pub"]
    return shlex.join(words)


def _given(manifest: Manifest, option: str) -> str:
    """Value of an option on the command line of the run, "" where it is not there."""
    command = manifest.run.command
    for at, word in enumerate(command):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else "".join(command[at + 1 : at + 2])
    return ""
