"""What was not searched for is never passed off as searched for: not by a plan, audit or record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from redact.detection import load_detector
from redact.errors import ExitCode
from redact.media import probe
from redact.plan import read_plan
from redact.progress import Silent
from redact.types import Detections, Frame, Target

from ..side_files import record_of
from .conftest import SAMPLE, STREET_FRAMES, alone, shorten


@pytest.fixture
def plan(street_plan: Path) -> Path:
    """Of the clip, in which faces and plates were found."""
    assert {t.target for t in read_plan(street_plan).tracks} == {Target.FACE, Target.PLATE}
    return street_plan


@pytest.mark.parametrize("targets", [[], ["region"], ["plate"]])
def test_a_plan_cannot_disable_the_audit(
    redact, street: Path, plan: Path, tmp_path: Path, targets: list[str]
) -> None:
    document = json.loads(plan.read_text())
    document["settings"]["targets"] = targets
    edited = tmp_path / "edited.plan.json"
    edited.write_text(json.dumps(document))
    done = redact("apply", street, edited, "-o", tmp_path / "out.mp4")
    assert done.returncode == ExitCode.PLAN, done.stderr
    assert str(edited) in done.stderr and "target" in done.stderr
    assert list(tmp_path.iterdir()) == [edited]


def test_plates_only_is_stated_everywhere(redact, street: Path, tmp_path: Path) -> None:
    plan, output = tmp_path / "p.json", tmp_path / "out.mp4"
    done = redact("run", street, "-o", output, "--targets", "plate", "--plan", plan)
    assert done.returncode == ExitCode.DONE, done.stderr  # faces stay visible on purpose
    assert "faces were not searched for" in done.stderr
    assert json.loads(plan.read_text())["settings"]["targets"] == ["plate"]
    assert "plates were searched for" in redact("plan", "show", plan).stdout
    manifest = json.loads(record_of(output).read_text())
    codes = [limit["code"] for limit in manifest["not_checked"]]
    assert "faces_not_looked_for" in codes and "plates_not_looked_for" not in codes
    assert manifest["audit"]["looked"]["targets"] == ["plate"]
    detectors = manifest["audit"]["looked"]["detectors"] + manifest["tool"]["models"]
    assert detectors and not any("CenterFace" in d["name"] for d in detectors)


def test_the_record_follows_the_plan(redact, street: Path, tmp_path: Path) -> None:
    """The audit of `apply` searches for the plan's targets, whatever other settings say."""
    plan, output = tmp_path / "p.json", tmp_path / "out.mp4"
    assert redact("detect", street, "-o", plan, "--targets", "plate").returncode == ExitCode.DONE
    done = redact("apply", street, plan, "-o", output)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "faces were not searched for" in done.stderr
    manifest = json.loads(record_of(output).read_text())
    assert "faces_not_looked_for" in [limit["code"] for limit in manifest["not_checked"]]
    # The record names every network that was run, the audit's included.
    audited = [(d["name"], d["sha256"]) for d in manifest["audit"]["looked"]["detectors"]]
    models = [(m["name"], m["sha256"]) for m in manifest["tool"]["models"] if m["role"] == "audit"]
    assert len(audited) == 4 and models == audited
    # Our networks, and who reads plates.
    assert [m["role"] for m in manifest["tool"]["models"]].count("detect") == 2


def test_the_audit_has_the_sensitivity_of_the_plan(
    street: Path, plan: Path, tmp_path: Path
) -> None:
    """Only the plan says what was searched for, and how hard."""
    from redact.pipeline import Journal, apply, order_to_apply
    from redact.settings import DrawSettings, Sensitivity

    drawn = read_plan(plan)
    assert drawn.settings.sensitivity is Sensitivity.BALANCED
    order = order_to_apply(probe(street), DrawSettings(), alone(tmp_path / "out.mp4"))
    made = apply(order, drawn, Journal(Silent()))
    assert made.audit.sensitivity is Sensitivity.BALANCED
    assert made.audit.looked.targets == ("face", "plate")
    assert 0 < made.audit.looked.frames_looked_at < made.audit.looked.frames_compared


def test_a_search_states_how_many_frames_it_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame that counts as scanned was shown to the detector."""
    from redact import pipeline
    from redact.pipeline import Journal, search_detectors
    from redact.settings import DetectSettings, Sensitivity

    street = shorten(SAMPLE, tmp_path / "street.mp4", STREET_FRAMES, skip=70, size="320x180")
    shown: list[int] = []

    def load(*arguments: Any, **options: Any) -> Any:
        detector = load_detector(*arguments, **options)
        look = detector.detect_frame

        def detect_frame(frame: Frame, *areas: Any) -> Detections:
            shown.append(frame.index)
            return look(frame, *areas)

        monkeypatch.setattr(detector, "detect_frame", detect_frame)
        return detector

    monkeypatch.setattr(search_detectors, "load_detector", load)
    settings = DetectSettings((Target.FACE,), Sensitivity.BALANCED)
    found = pipeline.detect(probe(street), settings, Journal(Silent()))
    assert found.frames_looked_at == len(set(shown)) == len(shown)
    assert 3 <= len(shown) < STREET_FRAMES
