"""A run that signs content credentials passes its audit, and its record names the signer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.auditing import AuditSettings, audit_file
from redact.errors import OutputError
from redact.media import Decode, probe, sha256_of
from redact.pipeline import Delivery, Journal, apply, order_to_apply
from redact.plan import Plan, SourceRef, build_plan
from redact.progress import Silent
from redact.record import (
    EvidenceChoice,
    build_manifest,
    load_credentials,
    read_content,
    sign_content,
)
from redact.settings import DetectSettings, Sensitivity, Settings
from redact.types import Box, Keyframe, State, Target, Timeline, Track

from ..media.footage import Clip, make
from ..record.authority import make_signer

pytest.importorskip("c2pa", reason="needs the extra redact-footage[c2pa]")


def plan_of(source: Path) -> Plan:
    """One plate in the middle of the picture, in all frames."""
    info = probe(source)
    timeline = Timeline(info.video.time_base, tuple(frame.pts for frame in Decode(info)))
    ref = SourceRef(source.name, sha256_of(source), info.size, *info.video.upright_size, timeline)
    box, last = Box(60, 40, 100, 56), len(timeline) - 1
    track = Track(
        1,
        Target.PLATE,
        (Keyframe(0, box, State.DETECTED, 0.9), Keyframe(last, box, State.DETECTED, 0.9)),
    )
    return build_plan(ref, DetectSettings((Target.PLATE,), Sensitivity.FAST), [track], (), ())


def test_a_run_with_credentials(tmp_path: Path) -> None:
    source = make(tmp_path / "a.mp4", Clip())
    signer = make_signer(tmp_path)
    credentials = load_credentials(signer.chain, signer.key, None)
    delivery = Delivery(
        tmp_path / "out.mp4",
        evidence=EvidenceChoice(credentials=credentials),
    )
    info, plan = probe(source), plan_of(source)
    outcome = apply(order_to_apply(info, Settings().draw, delivery), plan, Journal(Silent()))
    assert [c.name for c in outcome.audit.checks if not c.passed] == []
    store, valid = read_content(outcome.output, "mp4")
    assert valid and plan.source.sha256 in str(store) and "plate: 1" in str(store)
    manifest = build_manifest(outcome.record)
    assert manifest.output.credentials == credentials.sha256
    assert manifest.output.sha256 == sha256_of(outcome.output)
    assert "credentials" in [step.name for step in manifest.run.steps]
    # Whoever was not told of them takes them for what should not be there.
    asked = AuditSettings(Sensitivity.FAST, targets=(Target.PLATE,), credentials=True)
    for credentials_expected in (True, False):
        settings = replace(asked, credentials=credentials_expected)
        found = audit_file(info, outcome.output, plan, settings=settings, progress=Silent())
        boxes = next(c for c in found.checks if c.name == "boxes")
        assert boxes.passed is credentials_expected, boxes.detail
    assert not list(tmp_path.glob(".*.partial"))


def test_nothing_is_left_if_signing_fails(tmp_path: Path) -> None:
    """No file under the final name, and no partial one that contains a picture."""
    source = make(tmp_path / "a.mp4", Clip())
    signer = make_signer(tmp_path)
    credentials = load_credentials(signer.chain, signer.key, None)
    broken = replace(credentials, chain=b"-----BEGIN CERTIFICATE-----\nAA==\n")
    before = source.read_bytes()
    with pytest.raises(OutputError, match="content credentials"):
        sign_content(source, "mp4", broken, "ab" * 32, "x")
    assert source.read_bytes() == before and not list(tmp_path.glob(".*.partial"))
