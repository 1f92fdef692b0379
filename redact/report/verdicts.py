"""Verdicts in the words of a report: what the audit found, and whether the record holds."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..evidence import AuditPart, CheckPart, CheckResult, FindingPart, Manifest
from ..types import clock
from .catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class AuditView:
    """Lines of the audit section: `checks` and `findings` are rows of cells."""

    passed: bool
    looked: str
    detectors: tuple[str, ...]
    checks: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, str, str, str, str], ...]


def audit_view(audit: AuditPart, text: Catalogue) -> AuditView:
    """What the section says."""
    looked = audit.looked
    return AuditView(
        passed=audit.passed,
        looked=text(
            "audit.looked",
            compared=looked.frames_compared,
            looked=looked.frames_looked_at,
            close=looked.close_looks,
        ),
        detectors=tuple(d.name for d in looked.detectors),
        checks=tuple(_check(check, text) for check in audit.checks),
        findings=tuple(_finding(f, text) for f in audit.findings),
    )


def _check(check: CheckPart, text: Catalogue) -> tuple[str, str, str]:
    result = text("audit.yes") if check.passed else text("audit.no")
    return text.term("check", check.name), result, text.joined(check.detail)


def _finding(finding: FindingPart, text: Catalogue) -> tuple[str, str, str, str, str]:
    return (
        text.term("finding", finding.kind),
        "–".join(map(clock, finding.seconds)),
        text.word("target", finding.target),
        _place(finding.box, text),
        text.term("rule", finding.rule),
    )


def _place(box: Iterable[float], text: Catalogue) -> str:
    """Where a finding lies in the picture, from the corners of its box."""
    left, top, right, bottom = map(round, box)
    return text("audit.at", x=left, y=top, width=right - left, height=bottom - top)


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
