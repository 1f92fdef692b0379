"""Whether a record holds, in the words of a report, and the command that checks it."""

from __future__ import annotations

import shlex
from typing import Any

from ..evidence import CheckResult, Manifest
from .catalogue import Catalogue


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


def record_words(record: CheckResult | None, text: Catalogue) -> dict[str, Any]:
    """`record_broken`: what does not hold, "" if nothing; `record_signer`: who signed, in words;
    `log_entry`: where the record stands in a custody log that was given and holds, else ""."""
    if record is None:
        return {"record_broken": "", "record_signer": "", "log_entry": ""}
    # An output that lies elsewhere was not looked at: that is no failure of its record.
    failed = [p for p in record.parts if p.failed and (p.name, p.verdict) != ("output", "missing")]
    parts = ", ".join(f"{text.word('part', p.name)} ({_verdict(p.verdict, text)})" for p in failed)
    signer = text("record.signed", fingerprint=record.signer) if record.signer else ""
    number, time = record.log_entry
    return {
        "record_broken": text("record.broken", parts=parts) if parts else "",
        "record_signer": signer or text("record.unsigned"),
        "log_entry": text("integrity.entry", number=text.number(number), time=time)
        if number
        else "",
    }


def _verdict(verdict: str, text: Catalogue) -> str:
    key = verdict.replace(" ", "_")
    known = f"verdict.{key}" in text.entries
    return text.word("verdict", key if known else verdict)
