"""Whether a record holds, in the words of a report."""

from __future__ import annotations

from typing import Any

from ..evidence import CheckResult
from .catalogue import Catalogue


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
