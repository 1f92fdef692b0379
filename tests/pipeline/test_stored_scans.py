"""A stopped search continues: detections are stored, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import Verifier
from redact.errors import ExitCode, InputError, StoppedError
from redact.pipeline import stored_scans
from redact.pipeline.stored_scans import StoredScans, open_scans, scans_path
from redact.settings import DetectSettings, Sensitivity
from redact.types import Frame

from ..cli.conftest import call
from ..media.footage import picture
from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK
from ..side_files import record_of


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty frames with faces and plates, for which the verifier is asked, too."""
    return shorten(SAMPLE, tmp_path_factory.mktemp("clip") / "clip.mp4", 40, skip=80)


def killed_in_its_search(source: Path, plan: Path, least: int) -> Path:
    """Begin a search, and kill it as soon as so many bytes of answers are stored."""
    process = subprocess.Popen(
        [sys.executable, "-m", "redact", "detect", str(source), "-o", str(plan), *QUICK],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    looks, deadline = scans_path(plan), time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if looks.exists() and looks.stat().st_size >= least:
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the search ended before it was killed"
    return looks


def test_a_refused_search_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(clip.read_bytes())
    done = call("run", source, "--ignore-area", "0,0,9999,9", "-o", tmp_path / "b.mp4")
    assert done.returncode == ExitCode.USAGE and "over the border" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_search_continues_and_ends_as_undisturbed(clip: Path, tmp_path: Path) -> None:
    calm, plan = tmp_path / "calm.json", tmp_path / "a.json"
    assert call("detect", clip, "-o", calm, *QUICK).returncode == ExitCode.DONE
    looks = killed_in_its_search(clip, plan, 600)
    assert not plan.exists() and looks.stat().st_mode & 0o777 == 0o600
    kept = looks.stat().st_size
    looks = killed_in_its_search(clip, plan, kept + 400)  # and once more
    data = looks.read_bytes()
    done = call(
        "run", clip, "-o", tmp_path / "a.mp4", "--plan", plan, *QUICK, "--preset", "ultrafast"
    )
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "the search continues at 0:0" in done.stderr
    assert plan.read_bytes() == calm.read_bytes()
    assert not looks.exists()
    manifest = msgspec.json.decode(record_of(tmp_path / "a.mp4").read_bytes())
    (detect,) = (s for s in manifest["run"]["steps"] if s["name"] == "detect")
    assert "scans_taken_up" in [said["code"] for said in detect["detail"]]
    assert len(data) < 4000, "numbers only: a picture of this clip would not fit"


def test_answers_about_a_refused_source_are_not_stored(tmp_path: Path) -> None:
    path = tmp_path / ".a.scans"
    frame = Frame(0, 0, Fraction(1, 25), picture("yuv420p", (32, 32), 0))
    nowhere = np.zeros((1, 4)), np.zeros(1, np.int8)
    for error, stays in ((StoppedError("stopped", "go on"), True), (InputError("no", "no"), False)):
        with pytest.raises(type(error)), StoredScans(path, "one") as kept:
            kept.asking(lambda *_: np.zeros(1, np.float32))(frame, *nowhere)
            raise error
        assert path.exists() is stays


def test_a_stored_answer_is_only_used_for_its_own_question(tmp_path: Path) -> None:
    """Another place, kind, frame or way of scanning needs a new answer."""
    path, asked = tmp_path / ".a.scans", list[str]()
    frame = Frame(3, 3, Fraction(1, 25), picture("yuv420p", (32, 32), 0))
    box, face = np.array([[1.0, 2, 9, 9]]), np.zeros(1, np.int8)

    def ask(_: Frame, boxes: NDArray[np.float64], __: NDArray[np.int8]) -> NDArray[np.float32]:
        asked.append("again")
        return np.ones(len(boxes), np.float32)

    def again(
        made_by: str = "this", about: Frame = frame, boxes: Any = box, target: Any = face
    ) -> bool:
        asked.clear()
        with StoredScans(path, made_by) as kept:
            kept.asking(ask)(about, boxes, target)
        return bool(asked)

    others: list[dict[str, Any]] = [
        {"made_by": "that"},
        {"about": replace(frame, index=4)},
        {"about": replace(frame, pts=4)},
        {"about": replace(frame, damaged=True)},
        {"boxes": box + 1},
        {"target": face + 1},
    ]
    for other in others:
        path.unlink(missing_ok=True)
        assert again() and not again(), "it is kept"
        assert again(**other), other


def test_answers_are_stored_for_one_source_and_one_set_of_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, frame = tmp_path / "a.plan.json", Frame(0, 0, Fraction(1, 25), picture("gray", (8, 8), 0))
    where = np.zeros((1, 4)), np.zeros(1, np.int8)
    asked: list[int] = []

    class Other:
        name, weights_sha256 = "another", "00"

    def ask(_: Frame, boxes: NDArray[np.float64], __: NDArray[np.int8]) -> NDArray[np.float32]:
        asked.append(len(boxes))
        return np.ones(len(boxes), np.float32)

    def again(source: str = "00", detector: Any = Verifier, **settings: Any) -> bool:
        asked.clear()
        with open_scans(plan, source, DetectSettings(**settings), detector) as kept:
            kept.asking(ask)(frame, *where)
        return bool(asked)

    others: list[Callable[[], bool]] = [
        lambda: again("01"),
        lambda: again(detector=Other),
        lambda: again(sensitivity=Sensitivity.THOROUGH),
    ]
    for other in others:
        scans_path(plan).unlink(missing_ok=True)
        assert again() and not again(), "it is kept"
        assert other()
    for name in ("__version__", "device_now", "library_versions"):
        scans_path(plan).unlink()
        assert again()
        with monkeypatch.context() as patch:
            value = getattr(stored_scans, name)
            patch.setattr(stored_scans, name, (lambda: "x") if callable(value) else "x")
            assert again() and not again(), name
