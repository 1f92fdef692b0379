"""Runs that copy what is untouched: on record, proved, and given up where the proof fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import redact
from redact.errors import UsageError
from redact.media import Decode, probe
from redact.media import copies as media_copies
from redact.pipeline import Delivery
from redact.pipeline.beside_result import audit_settings, plan_beside, record_beside
from redact.plan import read_plan, write_plan
from redact.progress import Silent
from redact.settings import DetectSettings, DrawSettings, EncodeSettings, Sensitivity
from redact.types import Target

from ..media.footage import Clip, make
from ..media.test_copies import GROUPS
from .test_stretches import plan_of

FACES = DetectSettings((Target.FACE,), Sensitivity.FAST)
DRAW = DrawSettings(encode=EncodeSettings(preset="ultrafast", copy_untouched=True))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make(tmp_path / "in.mp4", Clip(options=dict(GROUPS), pts=range(30), size=(64, 48)))


def apply(clip: Path) -> Path:
    plan = replace(plan_of(clip, (12, 13)), settings=FACES)
    write_plan(plan, clip.with_name("in.plan.json"))
    output = clip.with_name("out.mp4")
    result = redact.apply(clip, plan, output, draw=DRAW)
    assert result.output == output
    return output


def test_copies_are_on_record_and_verified(clip: Path) -> None:
    output = apply(clip)
    record = record_beside(output)
    assert record is not None
    assert [(c.first, c.last) for c in record.output.copied] == [(0, 9), (20, 29)]
    assert "copied" in [note.code for note in record.notes]
    result = audit(clip, output)
    (told,) = [c for c in result.checks if c.name == "copied"]
    assert told.passed and told.said[0].code == "copies_hold"


def audit(clip: Path, output: Path) -> redact.AuditResult:
    record = record_beside(output)
    assert record is not None
    path = plan_beside(output, record) or clip.with_name("in.plan.json")
    plan = read_plan(path)
    return redact.audit(clip, output, plan, audit_settings(record, plan), progress=Silent())


def test_a_flipped_bit_in_a_copied_stretch_is_found(clip: Path) -> None:
    output = apply(clip)
    coded = clip.read_bytes()
    data = bytearray(output.read_bytes())
    record = record_beside(output)
    assert record is not None
    # Somewhere in a slice that stands in both files.
    at = next(n for n in range(len(data) - 40, 0, -1) if coded.find(data[n : n + 24]) > 0)
    data[at + 12] ^= 4
    output.write_bytes(data)
    assert not all(c.passed for c in audit(clip, output).checks if c.name == "copied")


def test_what_is_not_the_recording_is_made_anew(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = media_copies.kept

    def spoilt(unit: bytes) -> bytes:
        found = real(unit)
        return found[:-6] + bytes((found[-6] ^ 4,)) + found[-5:] if len(found) > 30 else found

    monkeypatch.setattr(media_copies, "kept", spoilt)
    output = apply(clip)
    record = record_beside(output)
    assert record is not None and record.output.copied == ()
    assert "copies_given_up" in [warning.code for warning in record.warnings]
    assert len(list(Decode(probe(output)))) == 30


def test_a_release_copies_nothing(clip: Path) -> None:
    with pytest.raises(UsageError, match="copies nothing"):
        redact.apply(
            clip, plan_of(clip), draw=DRAW, delivery=Delivery(release=True, sound_chosen=True)
        )
