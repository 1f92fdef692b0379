"""Records of version 1, which held English words, are read and reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from redact.errors import PlanError
from redact.record import build_manifest
from redact.record.manifest import dump_manifest, parse_manifest
from redact.report import report_html

from .samples import make_record


@pytest.fixture
def old(tmp_path: Path) -> dict[str, Any]:
    """As version 1 wrote it."""
    value: dict[str, Any] = json.loads(dump_manifest(build_manifest(make_record(tmp_path))))
    value["format_version"] = 1
    value["warnings"] = ["parts of the video could not be decoded"]
    value["notes"] = ["audio track 1: pcm_s16le → aac"]
    value["removed"] = ["container: tag: location"]
    for step in value["run"]["steps"]:
        step["detail"] = "300 frames"
    audit = value["audit"]
    audit["findings"][0] |= {"kind": "possible leak", "rule": "seen beyond its mask"}
    audit["checks"] = [{"name": "picture elsewhere", "passed": True, "detail": "lowest 44 dB"}]
    audit["looked"]["frames_looked_at_finely"] = 30
    return value


def test_it_is_read(old: dict[str, Any]) -> None:
    manifest = parse_manifest(json.dumps(old).encode(), "old")
    assert manifest.audit is not None
    assert manifest.audit.findings[0].kind == "possible_leak"
    assert manifest.audit.checks[0].name == "picture_elsewhere"
    again = parse_manifest(dump_manifest(manifest), "new")
    assert again == manifest and again.format_version == 2


def test_its_words_are_shown_and_marked_in_another_language(old: dict[str, Any]) -> None:
    manifest = parse_manifest(json.dumps(old).encode(), "old")
    english, french = report_html(manifest).decode(), report_html(manifest, "fr").decode()
    for words in ("parts of the video could not be decoded", "lowest 44 dB", "300 frames"):
        assert f">{words}<" in english and f">{words} (en anglais)<" in french
    assert "container: tag: location (en anglais)" in french
    assert "<td>fuite possible</td>" in french and "<td>image hors des masques</td>" in french


@pytest.mark.parametrize("name", ["warnings", "removed", "run", "audit", "source"])
def test_a_damaged_one_is_refused_in_words(old: dict[str, Any], name: str) -> None:
    data = json.dumps({**old, name: 7}).encode()
    with pytest.raises(PlanError, match=rf"old: .*\$\.{name}"):
        parse_manifest(data, "old")
