"""A preview shows the result for a part; every picture says so, and it cannot become a release."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe
from redact.render import notice_box

from ..program import QUICK


@pytest.fixture
def folder(street: Path, tmp_path: Path) -> Path:
    place = tmp_path / "preview"
    place.mkdir()
    (place / "cam.mp4").write_bytes(street.read_bytes())
    return place


def test_a_preview_is_marked_and_private(redact, folder: Path) -> None:
    source = folder / "cam.mp4"
    options = ("--from", "0.2", "--preview", "0.4s", *QUICK, "--json")
    done = redact("run", source, *options)
    assert done.returncode == ExitCode.DONE, done.stderr
    result = json.loads(done.stdout)
    output = folder / "NOT-FOR-RELEASE" / "cam.preview.mp4"
    assert Path(result["output"]) == output and result["preview"] is True
    # Nothing else is written: no record, no plan.
    assert sorted(p.name for p in folder.iterdir()) == ["NOT-FOR-RELEASE", "cam.mp4"]
    assert [p.name for p in output.parent.iterdir()] == ["cam.preview.mp4"]
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert stat.S_IMODE(output.parent.stat().st_mode) == 0o700
    assert "not for release" in done.stderr

    info = probe(output)
    rate = info.video.rate
    assert rate is not None and not info.audio
    frames = list(Decode(info))
    assert frames[0].pts == 0 and abs(len(frames) - 0.4 * float(rate)) <= 1
    box = notice_box(*info.video.upright_size, "PREVIEW - NOT FOR RELEASE")
    for frame in frames:
        rows, columns = slice(int(box.y1), int(box.y2)), slice(int(box.x1), int(box.x2))
        rgb = frame.picture.to_ndarray(format="rgb24")[rows, columns].astype(int)
        red = (rgb[..., 0] > 150) & (rgb[..., 1] < 130) & (rgb[..., 2] < 130)
        assert red.sum() > 100, frame.index
        assert np.ptp(np.nonzero(red.any(axis=0))[0]) > 0.7 * box.width  # the whole line

    # Another part takes its place, also that of one in which something was found.
    closed = output.parent
    old = ("cam.preview.needs-review-2.mp4", "cam.preview.mp4.finding-1.png")
    for name in (*old, "cam.mp4", "other.preview.mp4"):
        (closed / name).write_bytes(b"earlier")
    again = redact("run", source, "--to", "0.2", *QUICK, "--json")
    assert again.returncode == ExitCode.DONE, again.stderr
    left = sorted(p.name for p in closed.iterdir())
    assert left == ["cam.mp4", "cam.preview.mp4", "other.preview.mp4"]
    assert len(list(Decode(probe(output)))) < len(frames)


def test_a_preview_of_a_shorter_clip_says_where_it_ends(redact, folder: Path) -> None:
    done = redact("run", folder / "cam.mp4", "--preview", "10s", *QUICK)
    assert "from 0:00.0 to the end, 0:00.6 " in done.stderr, done.stderr


def test_a_preview_with_a_chosen_name_replaces_nothing(redact, folder: Path) -> None:
    there = folder / "NOT-FOR-RELEASE" / "mine.mp4"
    there.parent.mkdir(mode=0o700, exist_ok=True)
    there.write_bytes(b"mine")
    done = redact("run", folder / "cam.mp4", "-o", folder / "mine.mp4", "--preview", "0.2")
    assert done.returncode == ExitCode.EXISTS and there.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "options",
    [
        ("--preview", "5", "--release", "--audio", "mute"),
        ("--preview", "5", "--to", "9"),
        ("--from", "3", "--to", "2"),
        ("--preview", "5", "--accept-findings", "1=a statue"),
        ("--preview", "5", "--set", "case=A 1"),
        ("--preview", "5", "--plan", "p.json"),
        ("--preview", "5", "--index", "case.html"),
        ("--preview", "soon"),
    ],
)
def test_a_preview_is_never_a_result(redact, folder: Path, options: tuple[str, ...]) -> None:
    before = sorted(folder.rglob("*"))
    done = redact("run", folder / "cam.mp4", *options)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert sorted(folder.rglob("*")) == before


def test_a_part_outside_the_video_is_refused(redact, folder: Path) -> None:
    done = redact("run", folder / "cam.mp4", "--from", "1:00")
    assert (
        done.returncode == ExitCode.INPUT and "has no picture at 1:00.000 or later" in done.stderr
    )
