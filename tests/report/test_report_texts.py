"""The report's texts: complete in both languages, and all of them used."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from redact.record import CheckResult, MessagePart, OpenPart
from redact.record.check_record import CheckedPart
from redact.record.manifest import Manifest, dump_manifest
from redact.report import (
    ReportWords,
    exemption_csv,
    render_report,
    report_html,
)
from redact.words import LANGUAGES

from .manifests import variants

PLACEHOLDER = re.compile(r"\{\w+\}")


def test_catalogues_have_the_same_keys_and_places() -> None:
    first, *others = (ReportWords(language).entries for language in LANGUAGES)
    for other in others:
        assert first.keys() == other.keys()
        for key in first:
            places = [set(PLACEHOLDER.findall(str(words[key]))) for words in (first, other)]
            assert places[0] == places[1], key
        # Words that are the same in both languages; anything else was forgotten.
        alike = {str(first[k]) for k in first if first[k] == other[k]}
        assert alike <= {
            "Action",
            "SHA-256",
            "Conversions",
            "Original",
            "Signature",
            "total",
            first["audit.at"],
        }


def record_of(*parts: tuple[str, str], signer: str = "") -> CheckResult:
    return CheckResult(
        tuple(CheckedPart(name, verdict, "") for name, verdict in parts), "", "", signer
    )


RECORDS = (
    record_of(("manifest", "unsigned"), ("signature", "unsigned"), ("output", "missing")),
    replace(
        record_of(("manifest", "intact"), ("signature", "intact"), signer="ab12 cd34"),
        log_entry=(4, "2026-11-24T10:02:00Z"),
    ),
    record_of(
        ("output", "changed"), ("source", "not the original"), ("manifest", "damaged"),
        ("signature", "other key"), ("log", "broken"), ("log", "cut"), ("log", "not mentioned"),
        ("signature", "missing"), ("tomorrow's", "of tomorrow"),
    ),
    replace(record_of(("log", "end not signed")), log_unproven=True),
)  # fmt: skip


def test_an_invalid_record_is_reported_first(manifest: Manifest) -> None:
    fine, signed, broken, _ = (report_html(manifest, "en", None, r).decode() for r in RECORDS)
    for page in (fine, signed, report_html(manifest).decode()):
        assert 'class="verdict bad alarm"' not in page
    assert "ab12 cd34" in signed and "is not signed" in fine
    assert "entry number 4 of the custody log" in signed and "entry number" not in fine
    alarm = broken.index("is not intact: output (changed), original (not the original)")
    assert alarm < broken.index("<section>")
    assert "tomorrow&#39;s (of tomorrow)" in broken


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    return variants(tmp_path_factory.mktemp("variants"))


def test_every_text_exists_and_is_used(every: list[Manifest]) -> None:
    """In one language: the test above says that the other has the same."""
    text = ReportWords("fr")
    for value in every:
        page = render_report(value, text, dump_manifest(value)).decode()
        assert not PLACEHOLDER.search(re.sub(r"<style>.*?</style>", "", page, flags=re.S))
        exemption_csv(value, text)
    full = every[0]
    unsure = tuple(msgspec.structs.replace(t, score=0.2) for t in full.tracks)
    exemption_csv(msgspec.structs.replace(full, tracks=unsure), text)
    doubtful = [msgspec.structs.replace(f, doubtful=True) for f in full.audit.findings]
    audit = msgspec.structs.replace(full.audit, findings=tuple(doubtful))
    places = (
        OpenPart(3, 0.1, "body", 0.3, (1.0, 2.0, 3.0, 4.0)),
        OpenPart(3, 0.1, "cut", 0.1, None),
    )
    told = msgspec.structs.replace(full, audit=audit, may_be_open=places)
    assert text.term("open", "body") in render_report(told, text, b"").decode()
    for record in RECORDS:
        render_report(msgspec.structs.replace(value, signed_by="ab" * 32), text, b"", record)
    for key in text.entries:
        section, _, code = key.partition(".")
        if section == "warning":
            values = dict.fromkeys(("count", "pixels", "seen", "bare", "small", "whole", "name"), 2)
            own, said = MessagePart(code, {**values, "aside": "b"}), text.said
            assert said(own) != text.warning(own) and "--" not in text.warning(own), (
                "whoever reads the report cannot run it again"
            )
    assert text.entries.keys() - text.used == set()
